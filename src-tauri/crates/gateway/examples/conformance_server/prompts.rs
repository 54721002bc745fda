//! The suite's prompts.

use rmcp::ErrorData;
use rmcp::model::{
    ContentBlock, GetPromptRequestParams, GetPromptResponse, GetPromptResult, JsonObject, Prompt,
    PromptArgument, PromptMessage, ResourceContents, Role,
};
use serde_json::Value;

use crate::resources::PNG;
use crate::rounds;

pub(crate) fn list() -> Vec<Prompt> {
    let needed = |name: &str, description: &str| {
        PromptArgument::new(name).with_description(description).with_required(true)
    };
    vec![
        Prompt::new("test_simple_prompt", Some("A prompt without arguments"), None),
        Prompt::new(
            "test_prompt_with_arguments",
            Some("A prompt that repeats its arguments"),
            Some(vec![needed("arg1", "First test argument"), needed("arg2", "Second test argument")]),
        ),
        Prompt::new(
            "test_prompt_with_embedded_resource",
            Some("A prompt that carries a resource"),
            Some(vec![needed("resourceUri", "URI of the resource to embed")]),
        ),
        Prompt::new("test_prompt_with_image", Some("A prompt that carries a picture"), None),
        Prompt::new("test_input_required_result_prompt", Some("A prompt that asks back first"), None),
    ]
}

pub(crate) fn get(request: GetPromptRequestParams) -> Result<GetPromptResponse, ErrorData> {
    let arguments = request.arguments.unwrap_or_default();
    let said = |content| PromptMessage::new(Role::User, content);
    let messages = match request.name.as_str() {
        "test_simple_prompt" => vec![said(ContentBlock::text("This is a simple prompt for testing."))],
        "test_prompt_with_arguments" => {
            let (one, two) = (text(&arguments, "arg1")?, text(&arguments, "arg2")?);
            vec![said(ContentBlock::text(format!("Prompt with arguments: arg1='{one}', arg2='{two}'")))]
        }
        "test_prompt_with_embedded_resource" => {
            let uri = text(&arguments, "resourceUri")?;
            let resource = ResourceContents::text("Embedded resource content for testing.", uri)
                .with_mime_type("text/plain");
            vec![
                said(ContentBlock::resource(resource)),
                said(ContentBlock::text("Please process the embedded resource above.")),
            ]
        }
        "test_prompt_with_image" => vec![
            said(ContentBlock::image(PNG, "image/png")),
            said(ContentBlock::text("Please analyze the image above.")),
        ],
        "test_input_required_result_prompt" => {
            let Some(given) = rounds::accepted(request.input_responses.as_ref(), "user_context", "context")
            else {
                let question = rounds::form("What context should the prompt use?", "context", "string");
                return rounds::ask([("user_context", question)], None).map(Into::into);
            };
            vec![said(ContentBlock::text(format!("Answer in the context of {given}.")))]
        }
        _ => return Err(ErrorData::invalid_params("unknown prompt", None)),
    };
    Ok(GetPromptResult::new(messages).into())
}

fn text<'a>(arguments: &'a JsonObject, name: &str) -> Result<&'a str, ErrorData> {
    arguments
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| ErrorData::invalid_params(format!("the argument {name} is missing"), None))
}
