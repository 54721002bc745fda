//! What the door does with bad visitors: each gets a clear answer, and nothing stored is harmed.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, http::request::Builder};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::https::Https;
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::connect;
use crate::support::program::{Home, RunningServer};
use crate::support::within;

fn body(text: impl Into<Bytes>) -> Full<Bytes> {
    Full::new(text.into())
}

fn rpc(token: &str) -> Builder {
    Request::post("/mcp")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
}

/// The server still serves, and its databases are sound.
async fn expect_unharmed(server: &RunningServer, token: &str) {
    let mut mcp = McpClient::open(&server.https(), token, Era::Modern).await;
    let turn = json!({"user_message": "Are you well?", "assistant_response": "I am."});
    assert_eq!(mcp.call("log_conversation_turn", turn).await.content["stored"], true);
    for file in ["context.db", "authorization.db"] {
        crate::durability::expect_sound(&server.home.data().join(file));
    }
}

#[tokio::test]
async fn both_names_of_this_computer_have_a_good_certificate_and_security_headers() {
    let server = Home::new().serve().await;
    for host in ["localhost", "127.0.0.1"] {
        let health = Https::named(host, server.port(), server.authority()).get("/health").await;
        assert_eq!(health.status, 200, "{host}: {}", health.text());
        assert_eq!(health.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn a_foreign_host_or_origin_is_refused_and_our_own_is_not() {
    let server = Home::new().serve().await;
    let (_, tokens) = connect(&server, "Story", None).await;
    let https = server.https();
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "door", "version": "1"}}});

    for host in ["evil.example.com", "localhost.evil.example.com", "evil.example.com:443", "localhost:1"] {
        let request = rpc(&tokens.access).header("host", host).body(body(list.to_string())).unwrap();
        let answer = https.send(request).await;
        assert!(answer.status.is_client_error(), "{host}: {}", answer.status);
    }
    for origin in ["https://evil.example.com", "null", "http://localhost:1"] {
        let request = rpc(&tokens.access).header("origin", origin).body(body(list.to_string())).unwrap();
        assert_eq!(https.send(request).await.status, 403, "{origin}");
    }
    let own = server.ready.issuer.as_str().trim_end_matches('/').to_owned();
    let request = rpc(&tokens.access).header("origin", own).body(body(list.to_string())).unwrap();
    let answer = https.send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    expect_unharmed(&server, &tokens.access).await;
}

#[tokio::test]
async fn an_oversized_body_is_refused_with_413_at_every_endpoint() {
    let server = Home::new().serve().await;
    let (_, tokens) = connect(&server, "Story", None).await;
    let huge = "x".repeat(20 * 1024 * 1024);
    let request = rpc(&tokens.access).body(body(huge.clone())).unwrap();
    expect_too_large(&server, request).await;
    for path in ["/oauth/register", "/oauth/token", "/oauth/revoke"] {
        let request =
            Request::post(path).header("content-type", "application/json").body(body(huge.clone())).unwrap();
        expect_too_large(&server, request).await;
    }
    expect_unharmed(&server, &tokens.access).await;
}

/// 413, or a connection closed while the rest was still being sent: a server need not read 20 MB to say no.
async fn expect_too_large(server: &RunningServer, request: Request<Full<Bytes>>) {
    let path = request.uri().path().to_owned();
    let mut connection = server.https().connect().await;
    if let Ok(answer) = within("an answer to a huge body", connection.try_send(request)).await {
        assert_eq!(answer.status, 413, "{path}: {}", answer.text());
    }
}

/// Some clients (the MCP SDK for Python) send head and body in two pieces and use the connection again. A server that
/// answers the head with 401 and then closes without a word breaks their next request, which has the token.
#[tokio::test]
async fn a_refusal_leaves_the_connection_open_or_says_that_it_closes_it() {
    let server = Home::new().serve().await;
    let host = format!("localhost:{}", server.port());
    let next = format!("GET /health HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    for (path, kind) in
        [("/mcp", "application/json"), ("/oauth/register", "text/plain"), ("/nowhere", "text/plain")]
    {
        let mut stream = server.https().stream().await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: {kind}\r\ncontent-length: 2\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // It may answer before the body came, or wait for it: this long it has time to choose.
        let early = stream.read_buf(&mut answer);
        drop(tokio::time::timeout(std::time::Duration::from_millis(300), early).await);
        if String::from_utf8_lossy(&answer).to_ascii_lowercase().contains("connection: close") {
            continue;
        }
        let second = async {
            stream.write_all(b"{}").await?;
            stream.write_all(next.as_bytes()).await?;
            stream.read_to_end(&mut answer).await
        };
        let ended = within("the answer to the next request", second).await;
        let said = String::from_utf8_lossy(&answer);
        assert_eq!(said.matches("HTTP/1.1 ").count(), 2, "{path}: {ended:?} after {said}");
        assert!(said.contains("HTTP/1.1 200"), "{path}: {said}");
    }
}

#[tokio::test]
async fn malformed_json_rpc_is_answered_in_the_shape_of_json_rpc() {
    let server = Home::new().serve().await;
    let (_, tokens) = connect(&server, "Story", None).await;
    let https = server.https();
    for (text, codes) in [
        ("{", &[-32700][..]),
        ("", &[-32700]),
        ("[]", &[-32600, -32700]),
        ("\"hello\"", &[-32600, -32700]),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, &[-32600, -32700]),
        (r#"{"jsonrpc":"2.0","id":1}"#, &[-32600, -32700]),
    ] {
        let request =
            rpc(&tokens.access).header("mcp-protocol-version", "2025-11-25").body(body(text)).unwrap();
        let answer = https.send(request).await;
        assert!(answer.status.is_client_error(), "{text}: {} {}", answer.status, answer.text());
        let error: serde_json::Value = serde_json::from_slice(&answer.body)
            .unwrap_or_else(|error| panic!("{text}: {} {error}: {}", answer.status, answer.text()));
        assert_eq!(error["jsonrpc"], "2.0", "{text}: {error}");
        let code = error["error"]["code"].as_i64().unwrap_or_else(|| panic!("{text}: no code in {error}"));
        assert!(codes.contains(&code), "{text}: {error}");
        assert!(
            error["error"]["message"].as_str().is_some_and(|message| !message.is_empty()),
            "{text}: {error}"
        );
    }
    let request = rpc(&tokens.access).body(body(vec![0xff, 0xfe, 0x00])).unwrap();
    assert!(https.send(request).await.status.is_client_error());
    expect_unharmed(&server, &tokens.access).await;
}

#[tokio::test]
async fn clients_that_vanish_in_the_middle_take_nothing_with_them() {
    let server = Home::new().serve().await;
    let (_, tokens) = connect(&server, "Story", None).await;

    // Before the handshake, in the middle of it, and after half a request.
    for bytes in [&b""[..], &b"\x16\x03\x01\x02\x00\x01"[..], &b"GET / HTTP/1.1\r\n\r\n"[..]] {
        let mut tcp = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
        tcp.write_all(bytes).await.unwrap();
    }
    let before = server.home.json(["turns", "list", "--limit", "100", "--json"]).await;
    assert_eq!(count(&before), 0, "{before}");
    let sent = 20;
    for number in 0..sent {
        let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
        let call = json!({"name": "log_conversation_turn",
            "arguments": {"user_message": format!("vanishing {number}"), "assistant_response": "…"}});
        // Asked, and gone before the answer: polled once, which is enough to send it.
        let asked = mcp.try_post("tools/call", Some("log_conversation_turn"), &call);
        drop(tokio::time::timeout(std::time::Duration::ZERO, asked).await);
    }
    expect_unharmed(&server, &tokens.access).await;
    let after = server.home.json(["turns", "list", "--limit", "100", "--json"]).await;
    assert!((1..=sent + 1).contains(&count(&after)), "each turn is there once or not at all: {after}");
}

/// How many turns a listing has, whether it is an array or a page with one.
fn count(listing: &serde_json::Value) -> usize {
    let turns =
        listing.as_array().or_else(|| listing.as_object()?.values().find_map(serde_json::Value::as_array));
    turns.unwrap_or_else(|| panic!("no array in {listing}")).len()
}

#[tokio::test]
async fn plain_http_on_the_tls_port_gets_no_memory_and_does_no_harm() {
    let server = Home::new().serve().await;
    let mut tcp = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    tcp.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // An alert, a plain error or a closed connection: anything but the page.
    drop(within("the end of a plain connection", tcp.read_to_end(&mut answer)).await);
    assert!(!String::from_utf8_lossy(&answer).contains("200 OK"));
    assert_eq!(server.https().get("/health").await.status, 200);
}
