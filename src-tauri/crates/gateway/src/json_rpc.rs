//! A look at a JSON-RPC message before the MCP server reads it: which method, which tool, and errors in
//! JSON-RPC's own shape.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// What the door must know of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Glance<'a> {
    pub(crate) id: Option<&'a str>,
    /// Absent in an answer to a request of ours.
    pub(crate) method: Option<Cow<'a, str>>,
    /// The tool or prompt, or the resource's URI.
    pub(crate) name: Option<Cow<'a, str>>,
    /// The resources that a `subscriptions/listen` names.
    pub(crate) watched: Vec<Cow<'a, str>>,
}

/// Why a message can not be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("Parse error: the body is not JSON; send one JSON-RPC 2.0 message as UTF-8 text")]
    NotJson,
    #[error("Invalid Request: batches are not supported; send each message in a POST of its own")]
    Batch,
    #[error(
        "Invalid Request: the body is not a JSON-RPC 2.0 message; it needs \"jsonrpc\": \"2.0\" and a \
         \"method\", each once"
    )]
    NotJsonRpc,
}

impl Malformed {
    fn code(self) -> i32 {
        match self {
            Self::NotJson => -32700,
            Self::Batch | Self::NotJsonRpc => -32600,
        }
    }

    /// The whole error message, ready to be sent.
    pub(crate) fn to_json(self) -> String {
        error(None, self.code(), &self.to_string())
    }
}

/// A JSON-RPC error message. `id` is the raw JSON of the request's id.
pub(crate) fn error(id: Option<&str>, code: i32, message: &str) -> String {
    let id = id.unwrap_or("null");
    let message = serde_json::Value::from(message);
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":{message}}}}}"#)
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    jsonrpc: Option<Cow<'a, str>>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Parameters<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    uri: Option<Cow<'a, str>>,
    #[serde(borrow)]
    notifications: Option<&'a RawValue>,
}

/// What a `subscriptions/listen` wants to hear of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted<'a> {
    #[serde(borrow, default)]
    resource_subscriptions: Option<Vec<Cow<'a, str>>>,
}

/// Looks at a message. A key that stands twice is refused, since two readers could take a different one.
pub(crate) fn glance(body: &[u8]) -> Result<Glance<'_>, Malformed> {
    let text = std::str::from_utf8(body).map_err(|_| Malformed::NotJson)?;
    let message: Message<'_> = serde_json::from_str(text).map_err(|error| explain(text, &error))?;
    let is_answer = message.id.is_some() && (message.result.is_some() || message.error.is_some());
    if message.jsonrpc.as_deref() != Some("2.0") || (message.method.is_none() && !is_answer) {
        return Err(Malformed::NotJsonRpc);
    }
    let parameters = match message.params {
        Some(params) if params.get().starts_with('{') => {
            Some(serde_json::from_str::<Parameters<'_>>(params.get()).map_err(|_| Malformed::NotJsonRpc)?)
        }
        _ => None,
    };
    // What can not be read here can not be read by the server either, which says so.
    let watched = parameters
        .as_ref()
        .and_then(|parameters| parameters.notifications)
        .and_then(|wanted| serde_json::from_str::<Wanted<'_>>(wanted.get()).ok())
        .and_then(|wanted| wanted.resource_subscriptions)
        .unwrap_or_default();
    Ok(Glance {
        watched,
        id: message.id.map(RawValue::get).filter(|id| id.len() <= 256),
        method: message.method,
        name: parameters.and_then(|parameters| parameters.name.or(parameters.uri)),
    })
}

fn explain(text: &str, error: &serde_json::Error) -> Malformed {
    if text.trim_start().starts_with('[') {
        Malformed::Batch
    } else if error.is_data() {
        Malformed::NotJsonRpc
    } else {
        Malformed::NotJson
    }
}

#[cfg(test)]
#[path = "json_rpc_tests.rs"]
mod tests;
