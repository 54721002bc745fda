//! Tools that ask the client in the middle of a call, as legacy sessions do it: sampling and elicitation.

use rmcp::model::{CallToolResult, ClientResult, ContentBlock, JsonObject, ServerRequest};
use rmcp::service::Peer;
use rmcp::{ErrorData, RoleServer};
use serde_json::{Value, json};

pub(crate) async fn sampling(
    peer: &Peer<RoleServer>,
    arguments: &JsonObject,
) -> Result<CallToolResult, ErrorData> {
    let prompt = arguments.get("prompt").and_then(Value::as_str).unwrap_or_default();
    let message = json!({ "role": "user", "content": { "type": "text", "text": prompt } });
    let request = json!({
        "method": "sampling/createMessage",
        "params": { "messages": [message], "maxTokens": 100 },
    });
    let answer = ask(peer, serde_json::from_value(request).map(ServerRequest::CreateMessageRequest)).await?;
    let text = answer.pointer("/content/text").and_then(Value::as_str).unwrap_or_default();
    Ok(CallToolResult::success(vec![ContentBlock::text(format!("LLM response: {text}"))]))
}

pub(crate) async fn elicitation(
    peer: &Peer<RoleServer>,
    arguments: &JsonObject,
) -> Result<CallToolResult, ErrorData> {
    let message = arguments.get("message").and_then(Value::as_str).unwrap_or("Please answer");
    let schema = json!({
        "type": "object",
        "properties": {
            "username": { "type": "string", "description": "User's response" },
            "email": { "type": "string", "description": "User's email address" },
        },
        "required": ["username", "email"],
    });
    let answer = form(peer, message, schema).await?;
    Ok(told("User response:", &answer))
}

/// A default for each primitive type (SEP-1034).
pub(crate) async fn defaults(peer: &Peer<RoleServer>) -> Result<CallToolResult, ErrorData> {
    let schema = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "default": "John Doe" },
            "age": { "type": "integer", "default": 30 },
            "score": { "type": "number", "default": 95.5 },
            "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
            "verified": { "type": "boolean", "default": true },
        },
    });
    let answer = form(peer, "Please check these values", schema).await?;
    Ok(told("Elicitation completed:", &answer))
}

/// Each way to write a choice (SEP-1330).
pub(crate) async fn choices(peer: &Peer<RoleServer>) -> Result<CallToolResult, ErrorData> {
    let titled = |what: &str| {
        json!([
            { "const": "value1", "title": format!("First {what}") },
            { "const": "value2", "title": format!("Second {what}") },
            { "const": "value3", "title": format!("Third {what}") },
        ])
    };
    let plain = json!(["option1", "option2", "option3"]);
    let schema = json!({
        "type": "object",
        "properties": {
            "untitledSingle": { "type": "string", "enum": plain },
            "titledSingle": { "type": "string", "oneOf": titled("Option") },
            "legacyEnum": {
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"],
            },
            "untitledMulti": { "type": "array", "items": { "type": "string", "enum": plain } },
            "titledMulti": { "type": "array", "items": { "anyOf": titled("Choice") } },
        },
    });
    let answer = form(peer, "Please choose", schema).await?;
    Ok(told("Elicitation completed:", &answer))
}

async fn form(peer: &Peer<RoleServer>, message: &str, schema: Value) -> Result<Value, ErrorData> {
    let request = json!({
        "method": "elicitation/create",
        "params": { "mode": "form", "message": message, "requestedSchema": schema },
    });
    ask(peer, serde_json::from_value(request).map(ServerRequest::ElicitRequest)).await
}

async fn ask(
    peer: &Peer<RoleServer>,
    request: Result<ServerRequest, serde_json::Error>,
) -> Result<Value, ErrorData> {
    let broken = |error: String| ErrorData::internal_error(error, None);
    let request = request.map_err(|error| broken(error.to_string()))?;
    let answer: ClientResult = peer.send_request(request).await.map_err(|error| broken(error.to_string()))?;
    serde_json::to_value(answer).map_err(|error| broken(error.to_string()))
}

fn told(begin: &str, answer: &Value) -> CallToolResult {
    let action = answer["action"].as_str().unwrap_or("none");
    let text = format!("{begin} action={action}, content={}", answer.get("content").unwrap_or(&Value::Null));
    CallToolResult::success(vec![ContentBlock::text(text)])
}
