//! Tools that ask back: multi round-trip requests (SEP-2322), as modern clients do them.

use std::collections::HashMap;

use clock::{OsRandom, Random as _};
use parking_lot::Mutex;
use rmcp::ErrorData;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ContentBlock,
    InputRequiredResult, InputResponses,
};
use serde_json::{Value, json};

/// Where a call stands between two rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Asked,
    AskedAgain,
}

/// The open rounds. The client holds nothing but a handle of 128 random bits, so a tampered one is unknown.
#[derive(Default)]
pub(crate) struct Rounds(Mutex<HashMap<String, (&'static str, Step)>>);

impl Rounds {
    fn open(&self, tool: &'static str, step: Step) -> String {
        let mut bytes = [0; 16];
        OsRandom.fill(&mut bytes);
        let handle = format!("{:032x}", u128::from_be_bytes(bytes));
        self.0.lock().insert(handle.clone(), (tool, step));
        handle
    }

    /// Takes the round that the handle opened; each is good once, and only for its tool.
    fn take(&self, tool: &str, handle: &str) -> Result<Step, ErrorData> {
        match self.0.lock().remove(handle) {
            Some((opened_by, step)) if opened_by == tool => Ok(step),
            _ => Err(ErrorData::invalid_params("requestState failed its integrity check", None)),
        }
    }
}

/// Runs one round of a tool that asks back; none if the tool is not of this kind.
pub(crate) fn call(
    rounds: &Rounds,
    request: &CallToolRequestParams,
    client: &ClientCapabilities,
) -> Option<Result<CallToolResponse, ErrorData>> {
    let answers = request.input_responses.as_ref();
    Some(match &*request.name {
        "test_input_required_result_elicitation" | "test_streaming_elicitation" => {
            match accepted(answers, "user_name", "name") {
                Some(name) => said(format!("Hello, {name}!")),
                None => asked([("user_name", form("What is your name?", "name", "string"))], None),
            }
        }
        "test_input_required_result_sampling" => {
            match answer(answers, "capital_question", "/content/text").and_then(Value::as_str) {
                Some(text) => said(format!("The model says: {text}")),
                None => asked([("capital_question", sampling("What is the capital of France?", 100))], None),
            }
        }
        "test_input_required_result_list_roots" => {
            match answer(answers, "client_roots", "/roots").and_then(Value::as_array) {
                Some(roots) => said(format!("The client's roots: {}", json!(roots))),
                None => asked([("client_roots", roots())], None),
            }
        }
        "test_input_required_result_capabilities" => only_what_the_client_can(client),
        "test_input_required_result_request_state" => {
            confirm(rounds, "test_input_required_result_request_state", request)
        }
        "test_input_required_result_tampered_state" => {
            confirm(rounds, "test_input_required_result_tampered_state", request)
        }
        "test_input_required_result_multiple_inputs" => several(rounds, request),
        "test_input_required_result_multi_round" => two_steps(rounds, request),
        _ => return None,
    })
}

fn confirm(
    rounds: &Rounds,
    tool: &'static str,
    request: &CallToolRequestParams,
) -> Result<CallToolResponse, ErrorData> {
    let question = || form("Please confirm", "ok", "boolean");
    let Some(handle) = &request.request_state else {
        return asked([("confirm", question())], Some(rounds.open(tool, Step::Asked)));
    };
    rounds.take(tool, handle)?;
    match accepted(request.input_responses.as_ref(), "confirm", "ok") {
        Some(_) => said("state-ok"),
        None => asked([("confirm", question())], Some(rounds.open(tool, Step::Asked))),
    }
}

fn several(rounds: &Rounds, request: &CallToolRequestParams) -> Result<CallToolResponse, ErrorData> {
    const TOOL: &str = "test_input_required_result_multiple_inputs";
    let answers = request.input_responses.as_ref();
    let name = accepted(answers, "user_name", "name");
    let greeting = answer(answers, "greeting", "/content/text");
    let client_roots = answer(answers, "client_roots", "/roots");
    if let Some(handle) = &request.request_state {
        rounds.take(TOOL, handle)?;
        if let (Some(name), Some(greeting), Some(client_roots)) = (name, greeting, client_roots) {
            return said(format!("{name}, {greeting}, {client_roots}"));
        }
    }
    let questions = [
        ("user_name", form("What is your name?", "name", "string")),
        ("greeting", sampling("Generate a greeting", 50)),
        ("client_roots", roots()),
    ];
    asked(questions, Some(rounds.open(TOOL, Step::Asked)))
}

fn two_steps(rounds: &Rounds, request: &CallToolRequestParams) -> Result<CallToolResponse, ErrorData> {
    const TOOL: &str = "test_input_required_result_multi_round";
    let answers = request.input_responses.as_ref();
    let first = || [("step1", form("Step 1: What is your name?", "name", "string"))];
    let second = || [("step2", form("Step 2: What is your favorite color?", "color", "string"))];
    let step = match &request.request_state {
        None => None,
        Some(handle) => Some(rounds.take(TOOL, handle)?),
    };
    match step {
        Some(Step::Asked) if accepted(answers, "step1", "name").is_some() => {
            asked(second(), Some(rounds.open(TOOL, Step::AskedAgain)))
        }
        Some(Step::AskedAgain) => match accepted(answers, "step2", "color") {
            Some(color) => said(format!("Both steps are done; the color is {color}.")),
            None => asked(second(), Some(rounds.open(TOOL, Step::AskedAgain))),
        },
        _ => asked(first(), Some(rounds.open(TOOL, Step::Asked))),
    }
}

/// Asks in the ways that the client declared, and in no other.
fn only_what_the_client_can(client: &ClientCapabilities) -> Result<CallToolResponse, ErrorData> {
    let mut questions = Vec::new();
    if client.elicitation.is_some() {
        questions.push(("user_name", form("What is your name?", "name", "string")));
    }
    if client.sampling.is_some() {
        questions.push(("greeting", sampling("Generate a greeting", 50)));
    }
    if client.roots.is_some() {
        questions.push(("client_roots", roots()));
    }
    if questions.is_empty() {
        return said("The client can answer no question.");
    }
    asked(questions, None)
}

/// The field of a form that the person accepted. Anything else, of whatever shape, is no answer.
pub(crate) fn accepted<'a>(
    answers: Option<&'a InputResponses>,
    question: &str,
    field: &str,
) -> Option<&'a Value> {
    answers?
        .get(question)
        .filter(|answer| answer["action"] == "accept")
        .and_then(|answer| answer.get("content")?.get(field))
}

fn answer<'a>(answers: Option<&'a InputResponses>, question: &str, pointer: &str) -> Option<&'a Value> {
    answers?.get(question)?.pointer(pointer)
}

/// A form with one field.
pub(crate) fn form(message: &str, field: &str, kind: &str) -> Value {
    json!({
        "method": "elicitation/create",
        "params": {
            "mode": "form",
            "message": message,
            "requestedSchema": { "type": "object", "properties": { field: { "type": kind } }, "required": [field] },
        },
    })
}

fn sampling(text: &str, max_tokens: u32) -> Value {
    let message = json!({ "role": "user", "content": { "type": "text", "text": text } });
    json!({ "method": "sampling/createMessage", "params": { "messages": [message], "maxTokens": max_tokens } })
}

fn roots() -> Value {
    json!({ "method": "roots/list", "params": {} })
}

/// The result that asks the client these questions.
pub(crate) fn ask(
    questions: impl IntoIterator<Item = (&'static str, Value)>,
    state: Option<String>,
) -> Result<InputRequiredResult, ErrorData> {
    let questions = questions
        .into_iter()
        .map(|(name, question)| Ok((name.to_owned(), serde_json::from_value(question)?)))
        .collect::<Result<_, serde_json::Error>>()
        .map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
    Ok(InputRequiredResult::new(Some(questions), state))
}

fn asked(
    questions: impl IntoIterator<Item = (&'static str, Value)>,
    state: Option<String>,
) -> Result<CallToolResponse, ErrorData> {
    ask(questions, state).map(Into::into)
}

#[expect(clippy::unnecessary_wraps, reason = "every arm of a round has this type")]
fn said(text: impl Into<String>) -> Result<CallToolResponse, ErrorData> {
    Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
}
