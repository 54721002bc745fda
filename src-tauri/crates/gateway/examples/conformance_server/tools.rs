//! The suite's tools: what is listed, and the ones that answer at once.

use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ContentBlock, JsonObject,
    LoggingLevel, LoggingMessageNotificationParam, ProgressNotificationParam, ResourceContents, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::{Value, json};

use crate::changes::Change;
use crate::era::is_modern;
use crate::handler::Fixture;
use crate::resources::PNG;
use crate::{dialogue, rounds};

/// Four silent samples.
const WAV: &str = "UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQgAAAAAAAAAAAAAAA==";

/// The pause between two notifications that the suite asks for.
const PAUSE: Duration = Duration::from_millis(50);

const WITHOUT_ARGUMENTS: &[(&str, &str)] = &[
    ("test_simple_text", "Answers with a text"),
    ("test_image_content", "Answers with a picture"),
    ("test_audio_content", "Answers with a sound"),
    ("test_embedded_resource", "Answers with a resource"),
    ("test_multiple_content_types", "Answers with a text, a picture and a resource"),
    ("test_tool_with_logging", "Sends log messages while it runs"),
    ("test_tool_with_progress", "Tells how far it is while it runs"),
    ("test_error_handling", "Always fails"),
    ("test_reconnection", "Answers after a while"),
    ("test_elicitation_sep1034_defaults", "Asks for values that have defaults"),
    ("test_elicitation_sep1330_enums", "Asks for choices of every kind"),
    ("test_missing_capability", "Needs a client that can sample"),
    ("test_streaming_elicitation", "Asks back"),
    ("test_logging_tool", "Logs only where the request asks for it"),
    ("test_trigger_tool_change", "Says that the tools changed"),
    ("test_trigger_prompt_change", "Says that the prompts changed"),
    ("test_input_required_result_elicitation", "Asks a person"),
    ("test_input_required_result_sampling", "Asks a model"),
    ("test_input_required_result_list_roots", "Asks for roots"),
    ("test_input_required_result_request_state", "Asks and hands over a state"),
    ("test_input_required_result_multiple_inputs", "Asks three things at once"),
    ("test_input_required_result_multi_round", "Asks twice"),
    ("test_input_required_result_tampered_state", "Refuses a changed state"),
    ("test_input_required_result_capabilities", "Asks only what the client can answer"),
];

pub(crate) fn list() -> Vec<Tool> {
    let text = json!({ "type": "string" });
    let with_one = |name: &str| json!({ "type": "object", "properties": { name: text }, "required": [name] });
    let region = json!({ "type": "string", "description": "Sent as a header too", "x-mcp-header": "Region" });
    let by_header = json!({ "type": "object", "properties": { "region": region }, "required": ["region"] });
    let none = json!({ "type": "object", "properties": {}, "additionalProperties": false });
    let mut tools: Vec<Tool> =
        WITHOUT_ARGUMENTS.iter().map(|(name, description)| tool(name, description, none.clone())).collect();
    tools.extend([
        tool("test_sampling", "Asks the client's model in the middle of the call", with_one("prompt")),
        tool("test_elicitation", "Asks the person in the middle of the call", with_one("message")),
        tool("test_custom_header", "Takes an argument that travels in a header too", by_header),
        tool("json_schema_2020_12_tool", "Has the wider vocabulary of JSON Schema 2020-12", wide_schema()),
    ]);
    tools
}

fn tool(name: &'static str, description: &'static str, schema: Value) -> Tool {
    let Value::Object(schema) = schema else { unreachable!("a schema is written as an object") };
    Tool::new(name, description, schema)
}

/// The keywords that must survive the way to the client (SEP-1613, SEP-2106).
fn wide_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
            },
        },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}

pub(crate) async fn call(
    fixture: &Fixture,
    request: CallToolRequestParams,
    context: RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    let client = context.client_capabilities().unwrap_or_default();
    if let Some(round) = rounds::call(&fixture.shared.rounds, &request, &client) {
        return round;
    }
    let arguments = request.arguments.unwrap_or_default();
    let result = match &*request.name {
        "test_sampling" => dialogue::sampling(&context.peer, &arguments).await?,
        "test_elicitation" => dialogue::elicitation(&context.peer, &arguments).await?,
        "test_elicitation_sep1034_defaults" => dialogue::defaults(&context.peer).await?,
        "test_elicitation_sep1330_enums" => dialogue::choices(&context.peer).await?,
        "test_tool_with_logging" | "test_logging_tool" => logged(fixture, &context).await,
        "test_tool_with_progress" => progressing(&context).await,
        "test_missing_capability" => needs_sampling(&client)?,
        "test_trigger_tool_change" => {
            fixture.shared.changes.tell(Change::Tools);
            said("The tools changed.")
        }
        "test_trigger_prompt_change" => {
            fixture.shared.changes.tell(Change::Prompts);
            said("The prompts changed.")
        }
        "test_reconnection" => {
            tokio::time::sleep(PAUSE).await;
            said("Answered after a while.")
        }
        name => at_once(name, &arguments).ok_or_else(|| ErrorData::invalid_params("unknown tool", None))?,
    };
    Ok(result.into())
}

/// The tools that neither wait nor ask.
fn at_once(name: &str, arguments: &JsonObject) -> Option<CallToolResult> {
    let resource = |uri: &str, kind: &str, text: &str| {
        ContentBlock::resource(ResourceContents::text(text, uri).with_mime_type(kind))
    };
    Some(match name {
        "test_simple_text" => said("This is a simple text response for testing."),
        "test_image_content" => CallToolResult::success(vec![ContentBlock::image(PNG, "image/png")]),
        "test_audio_content" => CallToolResult::success(vec![ContentBlock::audio(WAV, "audio/wav")]),
        "test_embedded_resource" => CallToolResult::success(vec![resource(
            "test://embedded-resource",
            "text/plain",
            "This is an embedded resource content.",
        )]),
        "test_multiple_content_types" => CallToolResult::success(vec![
            ContentBlock::text("Multiple content types test:"),
            ContentBlock::image(PNG, "image/png"),
            resource("test://mixed-content-resource", "application/json", r#"{"test":"data","value":123}"#),
        ]),
        "test_error_handling" => CallToolResult::error(vec![ContentBlock::text(
            "This tool intentionally returns an error for testing",
        )]),
        "test_custom_header" | "json_schema_2020_12_tool" => {
            said(Value::Object(arguments.clone()).to_string())
        }
        _ => return None,
    })
}

fn needs_sampling(client: &ClientCapabilities) -> Result<CallToolResult, ErrorData> {
    if client.sampling.is_some() {
        return Ok(said("The client can sample."));
    }
    let required = ClientCapabilities::builder().enable_sampling().build();
    Err(ErrorData::missing_required_client_capability(required))
}

/// Three log messages; to a modern client only if its request names a level, and never below it.
async fn logged(fixture: &Fixture, context: &RequestContext<RoleServer>) -> CallToolResult {
    let least = if is_modern(context) { context.meta.log_level() } else { Some(*fixture.level.lock()) };
    let wanted = least.is_some_and(|least| least as u8 <= LoggingLevel::Info as u8);
    for (number, text) in
        ["Tool execution started", "Tool processing data", "Tool execution completed"].into_iter().enumerate()
    {
        if number > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        if wanted {
            let message = LoggingMessageNotificationParam::new(LoggingLevel::Info, json!(text));
            let _ = context.peer.notify_logging_message(message).await;
        }
    }
    said("Three messages were logged.")
}

async fn progressing(context: &RequestContext<RoleServer>) -> CallToolResult {
    let token = context.meta.get_progress_token();
    for done in [0.0, 50.0, 100.0] {
        if done > 0.0 {
            tokio::time::sleep(PAUSE).await;
        }
        if let Some(token) = &token {
            let progress = ProgressNotificationParam::new(token.clone(), done).with_total(100.0);
            let _ = context.peer.notify_progress(progress).await;
        }
    }
    said("Done.")
}

fn said(text: impl Into<String>) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}
