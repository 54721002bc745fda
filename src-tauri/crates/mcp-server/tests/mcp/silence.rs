//! What a person said never reaches the log, whatever happens to the call.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::client::Server;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_words_of_a_call_reach_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("mcp_server=trace"))
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let server = Server::start().await;
    let turn =
        json!({ "user_message": "xyzzy one", "assistant_response": "xyzzy two", "conversation": "xyzzy" });
    server.call("log_conversation_turn", turn.clone()).await;
    server.call("add_user_interest", json!({ "interest": "xyzzy" })).await;
    server.call("set_user_goal", json!({ "goal": ["xyzzy"] })).await;
    server.call("get_user_context", json!({ "xyzzy": "xyzzy" })).await;
    server.call("xyzzy", json!({})).await;
    server.context.clone().close().await;
    server.call("log_conversation_turn", turn).await;

    let log = String::from_utf8(log.0.lock().clone()).unwrap();
    assert!(log.contains("wrong arguments") && log.contains("a tool call failed"), "the log was read: {log}");
    assert!(!log.contains("xyzzy"), "{log}");
}
