//! A small MCP client of both eras that speaks to the service in this process, and the server it speaks to.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use clock::{ManualClock, SeededRandom, Timestamp};
use context::Context;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use mcp_server::{AmbientServer, AuditSink, Caller, DEFAULT_SCOPES, Ending, Outcome, ToolCall};
use parking_lot::Mutex;
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

pub(crate) const MODERN: &str = "2026-07-28";
pub(crate) const LEGACY: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/// What the audit port was told: client, tool, scopes, outcome.
pub(crate) type Reported = (String, &'static str, &'static [&'static str], Outcome);

#[derive(Default)]
struct Recorder {
    calls: Mutex<Vec<Reported>>,
    readings: AtomicU64,
}

impl AuditSink for Recorder {
    /// Each reading is a second later: a call takes as long as there are readings in it.
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.readings.fetch_add(1, Ordering::Relaxed))
    }

    fn tool_called(&self, call: ToolCall<'_>) {
        assert!(call.took >= Duration::from_secs(1), "from the call's beginning to its end");
        self.calls.lock().push((call.caller.client_id.clone(), call.tool, call.scopes, call.outcome));
    }
}

/// A server over a store of its own.
pub(crate) struct Server {
    service: StreamableHttpService<AmbientServer, LocalSessionManager>,
    pub(crate) context: Context,
    recorder: Arc<Recorder>,
    _directory: TempDir,
}

/// An HTTP answer with its JSON-RPC message.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) message: Value,
}

impl Answer {
    pub(crate) fn result(&self) -> &Value {
        self.message.get("result").unwrap_or_else(|| panic!("an answer without a result: {self:?}"))
    }

    pub(crate) fn code(&self) -> i64 {
        self.message["error"]["code"].as_i64().unwrap_or_else(|| panic!("not a JSON-RPC error: {self:?}"))
    }

    pub(crate) fn error_text(&self) -> &str {
        self.message["error"]["message"].as_str().unwrap_or_else(|| panic!("not a JSON-RPC error: {self:?}"))
    }

    /// The text of a tool's answer, which must not be an error.
    pub(crate) fn structured(&self) -> &Value {
        let result = self.result();
        assert_eq!(result["isError"], false, "{result}");
        let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, result["structuredContent"], "the text repeats the structured content");
        &result["structuredContent"]
    }

    /// The text of a tool's error.
    pub(crate) fn tool_error(&self) -> &str {
        let result = self.result();
        assert_eq!(result["isError"], true, "{result}");
        assert!(result.get("structuredContent").is_none(), "an error carries no structured content");
        result["content"][0]["text"].as_str().unwrap()
    }
}

pub(crate) fn caller(scopes: &[&str]) -> Caller {
    Caller {
        client_id: "client-1".to_owned(),
        client_name: "Test client".to_owned(),
        principal: "grant-1".to_owned(),
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        arrival: "local".to_owned(),
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_795_000_000_000_000)));
        let random = Arc::new(SeededRandom::new(7));
        // Opening blocks, so it stands outside the runtime, as in the program.
        let path = directory.path().join("context.db");
        let opened = tokio::task::spawn_blocking(move || Context::open(&path, clock, random));
        let context = opened.await.unwrap().unwrap();
        let recorder = Arc::new(Recorder::default());
        let server = AmbientServer::new(context.clone(), recorder.clone());
        let service = StreamableHttpService::new(
            move || Ok(server.clone()),
            Arc::new(LocalSessionManager::default()),
            StreamableHttpServerConfig::default().with_json_response(true),
        );
        Self { service, context, recorder, _directory: directory }
    }

    /// What the audit port was told so far.
    pub(crate) fn reported(&self) -> Vec<Reported> {
        self.recorder.calls.lock().clone()
    }

    /// Sends one message with exactly these headers.
    pub(crate) async fn post(
        &self,
        caller: Option<Caller>,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        self.send("POST", caller, headers, body.to_string()).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        caller: Option<Caller>,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let (parts, body) = self.open(method, caller, None, headers, body).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let text = std::str::from_utf8(&body).unwrap();
        // The message itself, or the last event that carries one.
        let message = serde_json::from_str(text).unwrap_or_else(|_| {
            let events = text.lines().filter_map(|line| line.strip_prefix("data:"));
            events
                .filter_map(|data| serde_json::from_str(data.trim()).ok())
                .next_back()
                .unwrap_or(Value::Null)
        });
        Answer { status: parts.status, headers: parts.headers, message }
    }

    /// Sends a message and gives the answer with its body still coming.
    pub(crate) async fn open(
        &self,
        method: &str,
        caller: Option<Caller>,
        ending: Option<Ending>,
        headers: &[(&str, &str)],
        body: String,
    ) -> Response<BoxBody<Bytes, Infallible>> {
        let mut request = Request::builder()
            .method(method)
            .uri("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Full::new(Bytes::from(body))).unwrap();
        if let Some(caller) = caller {
            request.extensions_mut().insert(caller);
        }
        if let Some(ending) = ending {
            request.extensions_mut().insert(ending);
        }
        self.service.clone().oneshot(request).await.unwrap()
    }

    /// A request as 2026-07-28 makes it: its own metadata, no session.
    pub(crate) async fn modern(&self, caller: Option<Caller>, method: &str, mut params: Value) -> Answer {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        });
        let name = params["name"].as_str().or(params["uri"].as_str()).map(str::to_owned);
        let mut headers = vec![("mcp-protocol-version", MODERN), ("mcp-method", method)];
        headers.extend(name.as_deref().map(|name| ("mcp-name", name)));
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        self.post(caller, &headers, &body).await
    }

    /// Calls a tool with every default scope.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Answer {
        let params = json!({ "name": tool, "arguments": arguments });
        self.modern(Some(caller(DEFAULT_SCOPES)), "tools/call", params).await
    }

    /// Opens a session as the revisions before 2026-07-28 do.
    pub(crate) async fn open_session(&self, version: &'static str) -> Session<'_> {
        let body = json!({
            "jsonrpc": "2.0", "id": 0, "method": "initialize",
            "params": {
                "protocolVersion": version,
                "capabilities": {},
                "clientInfo": { "name": "test", "version": "1" },
            },
        });
        let opened = self.post(Some(caller(DEFAULT_SCOPES)), &[], &body).await;
        assert_eq!(opened.status, StatusCode::OK, "{opened:?}");
        let id = opened.headers["mcp-session-id"].to_str().unwrap().to_owned();
        let session = Session { server: self, version, id, initialized: opened.result().clone() };
        let notice = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(session.post(Some(caller(DEFAULT_SCOPES)), &notice).await.status, StatusCode::ACCEPTED);
        session
    }
}

/// A legacy session.
pub(crate) struct Session<'a> {
    server: &'a Server,
    pub(crate) version: &'static str,
    pub(crate) id: String,
    /// What `initialize` answered.
    pub(crate) initialized: Value,
}

impl Session<'_> {
    pub(crate) async fn post(&self, caller: Option<Caller>, body: &Value) -> Answer {
        let headers = [("mcp-session-id", self.id.as_str()), ("mcp-protocol-version", self.version)];
        self.server.post(caller, &headers, body).await
    }

    pub(crate) async fn request(&self, caller: Option<Caller>, method: &str, params: Value) -> Answer {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        self.post(caller, &body).await
    }
}
