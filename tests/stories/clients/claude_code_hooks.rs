//! Claude Code with our hooks, in a session of its own: what it is told and what is kept. The model is a stand-in on
//! this computer that says one sentence in the real protocol, so no account and no network is needed.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::process::Stdio;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Collected, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::Mutex;

use super::{installed, isolate};
use crate::support::program::Home;
use crate::support::within;

const ANSWER: &str = "A bowline holds it.";

/// What the stand-in was asked.
type Asked = Arc<Mutex<Vec<Value>>>;

/// A model's server that gives everybody the same answer; its address.
async fn stand_in(asked: Asked) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("the port is bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let asked = Arc::clone(&asked);
            let service = service_fn(move |request| answer(request, Arc::clone(&asked)));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    format!("http://{address}")
}

async fn answer(request: Request<Incoming>, asked: Asked) -> Result<Response<Full<Bytes>>, Infallible> {
    let is_message = request.method() == Method::POST && request.uri().path() == "/v1/messages";
    let body = request.into_body().collect().await.map(Collected::to_bytes).unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (kind, text) = match is_message {
        false => ("application/json", json!({"input_tokens": 1}).to_string()),
        true if body["stream"] == true => ("text/event-stream", events(&body["model"])),
        true => ("application/json", message(&body["model"], true).to_string()),
    };
    if is_message {
        asked.lock().await.push(body);
    }
    let response = Response::builder().header("content-type", kind).body(Full::from(text));
    Ok(response.expect("a plain answer"))
}

/// The Messages API's answer: whole, or as it begins in a stream.
fn message(model: &Value, whole: bool) -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": model,
        "content": if whole { json!([{"type": "text", "text": ANSWER}]) } else { json!([]) },
        "stop_reason": whole.then_some("end_turn"), "stop_sequence": null,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    })
}

/// The same as the stream of events that a client asks for.
fn events(model: &Value) -> String {
    let events = [
        json!({"type": "message_start", "message": message(model, false)}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": ANSWER}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
            "usage": {"output_tokens": 5}}),
        json!({"type": "message_stop"}),
    ];
    let mut stream = String::new();
    for event in &events {
        let name = event["type"].as_str().expect("every event has a type");
        let _ = write!(stream, "event: {name}\ndata: {event}\n\n");
    }
    stream
}

/// One session without a screen: a question, an answer, the end.
async fn ask(home: &Home, api: &str, question: &str) -> String {
    let mut command = Command::new(installed("node_modules/.bin/claude"));
    isolate(home, &mut command);
    command
        .env("ANTHROPIC_BASE_URL", api)
        .env("ANTHROPIC_API_KEY", "sk-ant-of-the-stand-in")
        .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
        .env("DISABLE_TELEMETRY", "1")
        .env("DISABLE_AUTOUPDATER", "1")
        .args(["-p", question])
        .stdin(Stdio::null());
    let output = within("the end of claude", command.output()).await.expect("claude starts");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

async fn kept(home: &Home) -> Vec<[String; 2]> {
    let turns = home.json(["turns", "list", "--json"]).await;
    let turns = turns["entries"].as_array().or(turns.as_array()).expect("a list of turns").clone();
    let text = |turn: &Value, side: &str| turn[side].as_str().expect("a text").to_owned();
    turns.iter().rev().map(|turn| [text(turn, "user_message"), text(turn, "assistant_response")]).collect()
}

#[tokio::test]
#[ignore = "needs Claude Code; `cargo xtask test --all` installs and runs it"]
async fn a_session_of_the_real_claude_code_is_briefed_and_kept_through_our_hooks() {
    let home = Home::new();
    home.run(["setup", "claude-code", "--hooks", "--yes"]).await.expect_success();
    let server = home.serve().await;
    home.run(["context", "add", "goal", "Learn to sail"]).await.expect_success();
    let asked = Asked::default();
    let api = stand_in(Arc::clone(&asked)).await;

    let said = ask(&home, &api, "Which knot holds a boat?").await;
    assert!(said.contains(ANSWER), "{said}");
    assert_eq!(kept(&home).await, [["Which knot holds a boat?", ANSWER]]);
    let prompt = Value::from(asked.lock().await.clone()).to_string();
    assert!(prompt.contains("Learn to sail"), "the model was given the brief: {prompt}");

    home.run(["pause"]).await.expect_success();
    ask(&home, &api, "Said while it was paused").await;
    home.run(["resume"]).await.expect_success();
    server.kill().await;
    // Nobody listens: the hooks are silent, and the next start catches up.
    ask(&home, &api, "Said while nothing ran").await;
    let server = home.serve().await;
    let mut found = kept(&home).await;
    for _ in 0..600 {
        if found.len() > 1 {
            break;
        }
        found = kept(&home).await;
    }
    let questions: Vec<_> = found.iter().map(|[question, _]| question.as_str()).collect();
    assert_eq!(questions, ["Which knot holds a boat?", "Said while nothing ran"]);
    drop(server);
}
