//! An MCP client in the two eras of the protocol: the handshake with a session, and the stateless one.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};

use super::https::{Answer, Connection, Https};
use super::within;

/// How a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    /// 2025-11-25 and before: initialize, then a session.
    Legacy,
    /// 2026-07-28: every request stands for itself.
    Modern,
}

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

/// A client on one connection.
pub(crate) struct McpClient {
    connection: Connection,
    token: String,
    era: Era,
    session: Option<String>,
    next_id: u64,
}

/// What a tool said.
#[derive(Debug)]
pub(crate) struct ToolAnswer {
    pub(crate) is_error: bool,
    /// The structured content, or the text as JSON where there is none.
    pub(crate) content: Value,
    pub(crate) text: String,
}

impl McpClient {
    /// Connects, and in the legacy era shakes hands.
    pub(crate) async fn open(https: &Https, token: &str, era: Era) -> Self {
        let connection = https.connect().await;
        let mut client = Self { connection, token: token.to_owned(), era, session: None, next_id: 1 };
        if era == Era::Legacy {
            client.shake_hands().await;
        }
        client
    }

    async fn shake_hands(&mut self) {
        let parameters = json!({
            "protocolVersion": LEGACY,
            "capabilities": {},
            "clientInfo": { "name": "stories", "version": "1" },
        });
        let answer = self.post("initialize", None, &parameters).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(message(&answer)["result"]["protocolVersion"], LEGACY);
        let session = answer.header("mcp-session-id");
        self.session = (!session.is_empty()).then(|| session.to_owned());
        let body = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let request = self.request("notifications/initialized", None, &body);
        let accepted = self.connection.send(request).await;
        assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text());
    }

    /// The session that the server gave, if it gave one.
    pub(crate) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Calls a tool that must answer.
    pub(crate) async fn call(&mut self, tool: &str, arguments: Value) -> ToolAnswer {
        let parameters = json!({ "name": tool, "arguments": arguments });
        let answer = self.post("tools/call", Some(tool), &parameters).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        tool_answer(&message(&answer))
    }

    /// Sends one request and gives the bare HTTP answer.
    pub(crate) async fn post(&mut self, method: &str, name: Option<&str>, parameters: &Value) -> Answer {
        let request = self.build(method, name, parameters);
        self.connection.send(request).await
    }

    /// The same, where the server may vanish.
    pub(crate) async fn try_post(
        &mut self,
        method: &str,
        name: Option<&str>,
        parameters: &Value,
    ) -> Result<Answer, hyper::Error> {
        let request = self.build(method, name, parameters);
        self.connection.try_send(request).await
    }

    /// Watches these resources, on a connection of its own.
    pub(crate) async fn watch(&mut self, https: &Https, uris: &[&str]) -> Stream {
        let request = match self.era {
            Era::Modern => {
                let wanted = json!({ "notifications": { "resourceSubscriptions": uris } });
                self.build("subscriptions/listen", None, &wanted)
            }
            Era::Legacy => {
                let session = self.session.clone().expect("a legacy client has a session");
                Request::get("/mcp")
                    .header("authorization", format!("Bearer {}", self.token))
                    .header("accept", "text/event-stream")
                    .header("mcp-protocol-version", LEGACY)
                    .header("mcp-session-id", session)
                    .body(Full::default())
                    .expect("a GET is a request")
            }
        };
        let mut connection = https.connect().await;
        let response = within("a stream", connection.open(request)).await.expect("the server answers");
        assert_eq!(response.status(), StatusCode::OK);
        let mut stream = Stream { body: response.into_body(), text: String::new(), _connection: connection };
        match self.era {
            Era::Modern => {
                let first = stream.next().await.expect("an acknowledgement");
                assert_eq!(first["method"], "notifications/subscriptions/acknowledged", "{first}");
                assert_eq!(first["params"]["notifications"]["resourceSubscriptions"], json!(uris));
            }
            Era::Legacy => {
                for uri in uris {
                    let answer =
                        message(&self.post("resources/subscribe", None, &json!({ "uri": uri })).await);
                    assert!(answer.get("result").is_some(), "{answer}");
                }
            }
        }
        stream
    }

    fn build(&mut self, method: &str, name: Option<&str>, parameters: &Value) -> Request<Full<Bytes>> {
        let mut parameters = parameters.clone();
        if self.era == Era::Modern {
            parameters["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": { "name": "stories", "version": "1" },
            });
        }
        let body = json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": parameters });
        self.next_id += 1;
        self.request(method, name, &body)
    }

    fn request(&self, method: &str, name: Option<&str>, body: &Value) -> Request<Full<Bytes>> {
        let mut request = Request::post("/mcp")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        match self.era {
            Era::Legacy => {
                if method != "initialize" {
                    request = request.header("mcp-protocol-version", LEGACY);
                }
                if let Some(session) = &self.session {
                    request = request.header("mcp-session-id", session);
                }
            }
            Era::Modern => {
                request = request.header("mcp-protocol-version", MODERN).header("mcp-method", method);
                if let Some(name) = name {
                    request = request.header("mcp-name", name);
                }
            }
        }
        request.body(Full::from(body.to_string())).expect("a POST is a request")
    }
}

/// A stream of messages.
pub(crate) struct Stream {
    body: Incoming,
    text: String,
    _connection: Connection,
}

impl Stream {
    /// The next message; none: the server has ended the stream.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        within("a message, or the stream's end", async {
            loop {
                while let Some(end) = self.text.find("\n\n") {
                    let event: String = self.text.drain(..end + 2).collect();
                    let data: String = event.lines().filter_map(|line| line.strip_prefix("data:")).collect();
                    if let Ok(message) = serde_json::from_str(data.trim()) {
                        return Some(message);
                    }
                }
                let data = self.body.frame().await?.ok()?.into_data().unwrap_or_default();
                self.text.push_str(std::str::from_utf8(&data).expect("events are text"));
            }
        })
        .await
    }
}

/// The JSON-RPC answer in an HTTP answer, which may be one document or a stream of events.
pub(crate) fn message(answer: &Answer) -> Value {
    if !answer.header("content-type").starts_with("text/event-stream") {
        return answer.json();
    }
    let text = answer.text();
    text.lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .filter_map(|data| serde_json::from_str::<Value>(data.trim()).ok())
        .find(|message| message.get("id").is_some() && message.get("method").is_none())
        .unwrap_or_else(|| panic!("no answer among the events: {text}"))
}

/// What a tool said, out of its JSON-RPC answer.
pub(crate) fn tool_answer(message: &Value) -> ToolAnswer {
    let result = message.get("result").unwrap_or_else(|| panic!("no result in {message}"));
    let text: String = result["content"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|part| part["text"].as_str())
        .collect::<Vec<_>>()
        .join("\n");
    let content = match result.get("structuredContent") {
        Some(content) => content.clone(),
        None => serde_json::from_str(&text).unwrap_or(Value::Null),
    };
    ToolAnswer { is_error: result["isError"].as_bool().unwrap_or(false), content, text }
}
