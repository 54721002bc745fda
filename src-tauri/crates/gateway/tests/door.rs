//! The door's rules, over real TLS on a real port.

#[cfg(test)]
#[path = "door/ingress.rs"]
mod ingress;
#[cfg(test)]
mod support;

use std::time::Duration;

use authorization::OriginName;
use gateway::Limits;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use support::{Door, LIMIT, bare, json, message, modern_call, text, with};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

#[tokio::test]
async fn without_a_token_every_method_is_challenged_before_anything_else_is_looked_at() {
    let door = Door::open().await;
    for method in [Method::GET, Method::POST, Method::DELETE, Method::PUT, Method::OPTIONS] {
        for path in ["/mcp", "/mcp/"] {
            let response = door.send(bare(method.clone(), path, HeaderMap::new())).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
            let challenge = response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().to_owned();
            let metadata = format!("https://{}/.well-known/oauth-protected-resource", door.host());
            assert!(challenge.starts_with("Bearer ") && challenge.contains(&metadata), "{challenge}");
            assert!(!challenge.contains("invalid_token"), "{challenge}");
        }
    }
}

#[tokio::test]
async fn a_token_that_is_none_of_ours_is_called_invalid() {
    let door = Door::open().await;
    let response = door.post("nonsense", "2025-11-25", None, PING).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let challenge = response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().to_owned();
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    assert_eq!(json(response).await["error"], "invalid_token");
}

#[tokio::test]
async fn a_token_in_the_query_string_is_no_token() {
    let door = Door::open().await;
    let token = door.token("context:read").await;
    let response =
        door.send(bare(Method::POST, &format!("/mcp?access_token={token}"), HeaderMap::new())).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_for_one_origin_is_not_good_at_the_other() {
    let door = Door::open().await;
    let local = door.token("context:read").await;
    let public = door.token_for(OriginName::Public, "context:read").await;
    for (token, host, expected) in [
        (&local, door.host(), StatusCode::OK),
        (&public, "memory.example".to_owned(), StatusCode::OK),
        (&local, "memory.example".to_owned(), StatusCode::UNAUTHORIZED),
        (&public, door.host(), StatusCode::UNAUTHORIZED),
    ] {
        let mut request = modern_call(token, "wait");
        request.headers_mut().insert(header::HOST, host.parse().unwrap());
        door.server.released.add_permits(1);
        assert_eq!(door.send(request).await.status(), expected, "{host}");
    }
}

#[tokio::test]
async fn a_foreign_host_or_origin_is_refused_on_every_path() {
    let door = Door::open().await;
    let token = format!("Bearer {}", door.token("context:read").await);
    for path in ["/mcp", "/health", "/oauth/authorize", "/.well-known/oauth-authorization-server", "/x"] {
        let headers = with(&[("host", "evil.example"), ("authorization", &token)]);
        assert_eq!(
            door.send(bare(Method::GET, path, headers)).await.status(),
            StatusCode::FORBIDDEN,
            "{path}"
        );
        let headers = with(&[("origin", "https://evil.example"), ("authorization", &token)]);
        let response = door.send(bare(Method::GET, path, headers)).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
        assert!(!response.headers().contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn an_allowed_page_passes_the_browsers_question_and_reads_the_answer() {
    let page = "http://localhost:6274";
    let door = Door::open_with(Limits::default(), vec![page.to_owned()]).await;
    let question = with(&[("origin", page), ("access-control-request-method", "POST")]);
    let response = door.send(bare(Method::OPTIONS, "/mcp", question)).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(response.headers()["access-control-allow-origin"], page);
    let response = door.send(bare(Method::POST, "/mcp", with(&[("origin", page)]))).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()["access-control-allow-origin"], page);
    assert!(
        response.headers()["access-control-expose-headers"].to_str().unwrap().contains("www-authenticate")
    );
}

#[tokio::test]
async fn an_allowed_page_reads_neither_the_authorization_endpoint_nor_a_waiting_page() {
    let page = "http://localhost:6274";
    let door = Door::open_with(Limits::default(), vec![page.to_owned()]).await;
    for path in ["/oauth/authorize?client_id=x", "/authorize", "/oauth/requests/x"] {
        for method in [Method::GET, Method::OPTIONS] {
            let question = with(&[("origin", page), ("access-control-request-method", "GET")]);
            let response = door.send(bare(method.clone(), path, question)).await;
            assert!(!response.headers().contains_key("access-control-allow-origin"), "{method} {path}");
            assert_eq!(response.headers()["cross-origin-resource-policy"], "same-origin", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn somebody_elses_session_is_as_if_it_were_not_there() {
    let door = Door::open().await;
    let (alice, bob) = (door.token("context:read").await, door.token("context:read").await);
    let session = door.initialize(&alice).await;
    let unknown = door.post(&bob, "2025-11-25", Some("no-such-session"), PING).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let unknown = text(unknown).await;
    let stolen = door.post(&bob, "2025-11-25", Some(&session), PING).await;
    assert_eq!(stolen.status(), StatusCode::NOT_FOUND);
    assert_eq!(text(stolen).await, unknown);
    for method in [Method::GET, Method::DELETE] {
        let bearer = format!("Bearer {bob}");
        let headers = with(&[
            ("authorization", &bearer),
            ("mcp-session-id", &session),
            ("mcp-protocol-version", "2025-11-25"),
            ("accept", "text/event-stream"),
        ]);
        assert_eq!(
            door.send(bare(method.clone(), "/mcp", headers)).await.status(),
            StatusCode::NOT_FOUND,
            "{method}"
        );
    }
    // It is still there for its owner.
    assert_eq!(door.post(&alice, "2025-11-25", Some(&session), PING).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_ended_session_is_gone_for_its_owner_too() {
    let door = Door::open().await;
    let token = door.token("context:read").await;
    let session = door.initialize(&token).await;
    let bearer = format!("Bearer {token}");
    let headers = with(&[
        ("authorization", &bearer),
        ("mcp-session-id", &session),
        ("mcp-protocol-version", "2025-11-25"),
    ]);
    assert!(door.send(bare(Method::DELETE, "/mcp", headers)).await.status().is_success());
    let response = door.post(&token, "2025-11-25", Some(&session), PING).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_session_that_must_make_room_is_closed_and_not_only_forgotten() {
    let door = Door::open_with(Limits { requests_per_second: None, ..Limits::default() }, Vec::new()).await;
    let token = door.token("context:read").await;
    let session = door.initialize(&token).await;
    let bearer = format!("Bearer {token}");
    let headers = with(&[
        ("authorization", &bearer),
        ("mcp-session-id", &session),
        ("mcp-protocol-version", "2025-11-25"),
        ("accept", "text/event-stream"),
    ]);
    let stream = door.send(bare(Method::GET, "/mcp", headers)).await;
    assert_eq!(stream.status(), StatusCode::OK);
    let mut client = door.client().await;
    for _ in 0..128 {
        let body = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",
            "capabilities":{},"clientInfo":{"name":"wild","version":"1"}}}"#;
        let mut request = message(&token, "2025-11-25", None, body);
        request.headers_mut().insert(header::HOST, door.host().parse().unwrap());
        let response = client.send_request(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body().collect().await.unwrap();
    }
    assert_eq!(door.post(&token, "2025-11-25", Some(&session), PING).await.status(), StatusCode::NOT_FOUND);
    // Its standing stream ends, since rmcp no longer holds it.
    let rest = tokio::time::timeout(LIMIT, stream.into_body().collect()).await.unwrap();
    assert!(rest.is_ok());
}

#[tokio::test]
async fn a_tool_beyond_the_scopes_is_answered_403_with_the_scope_it_needs() {
    let door = Door::open().await;
    let token = door.token("context:read").await;
    let response = door.send(modern_call(&token, "log_conversation_turn")).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let challenge = response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().to_owned();
    for part in ["error=\"insufficient_scope\"", "conversations:write", "resource_metadata="] {
        assert!(challenge.contains(part), "{part}: {challenge}");
    }
    assert_eq!(door.server.entered.available_permits(), 0);
}

#[tokio::test]
async fn a_tool_that_one_of_several_scopes_opens_lets_each_of_them_in_and_names_them_all_to_others() {
    let door = Door::open().await;
    for scope in ["context:read", "conversations:read", "insights:read"] {
        let token = door.token(scope).await;
        door.server.released.add_permits(1);
        let response = door.send(modern_call(&token, "search")).await;
        assert_ne!(response.status(), StatusCode::FORBIDDEN, "{scope}");
    }
    let token = door.token("context:write").await;
    let response = door.send(modern_call(&token, "search")).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let challenge = response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap();
    assert!(challenge.contains("scope=\"context:read conversations:read insights:read\""), "{challenge}");
}

#[tokio::test]
async fn malformed_messages_are_answered_in_json_rpcs_own_shape() {
    let door = Door::open().await;
    let token = door.token("context:read").await;
    for (body, code) in [("{", -32700), ("[]", -32600), ("{}", -32600), ("\u{0}", -32700)] {
        let response = door.post(&token, "2025-11-25", None, body).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(json(response).await["error"]["code"], code, "{body}");
    }
}

#[tokio::test]
async fn an_oversized_body_is_refused_whether_or_not_it_says_its_length() {
    let limits = Limits { body_bytes: 2048, ..Limits::default() };
    let door = Door::open_with(limits, Vec::new()).await;
    let token = door.token("context:read").await;
    let response = door.post(&token, "2025-11-25", None, &"x".repeat(2049)).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text(response).await.contains("2048 bytes"));
    // Chunked: the length is not known beforehand.
    let mut stream = door.connect(&[b"http/1.1"]).await;
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\n\r\n",
        door.host()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("800\r\n{}\r\n", "x".repeat(0x800));
    let _ = stream.write_all(chunk.repeat(2).as_bytes()).await;
    let mut answer = vec![0; 64];
    let read = tokio::time::timeout(LIMIT, stream.read(&mut answer)).await.unwrap().unwrap();
    assert!(answer[..read].starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let door = Door::open().await;
    for path in ["/health", "/mcp", "/nothing", "/.well-known/oauth-protected-resource"] {
        let response = door.send(bare(Method::GET, path, HeaderMap::new())).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(response.headers().get(name).unwrap(), value, "{path}");
        }
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!response.headers().contains_key("strict-transport-security"), "{path}");
    }
}

/// Anybody can write these; where a request came from and what it was for is known from the socket and the settings.
#[tokio::test]
async fn headers_that_claim_another_sender_or_name_change_nothing() {
    let door = Door::open().await;
    let claims = [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-real-ip", "203.0.113.7"),
        ("x-original-host", "evil.example"),
        ("forwarded", "for=203.0.113.7;host=evil.example;proto=http"),
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in claims {
        headers.insert(name, value.parse().unwrap());
    }
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource"] {
        let honest = text(door.send(bare(Method::GET, path, HeaderMap::new())).await).await;
        assert!(honest.contains(&format!("https://{}", door.host())), "{honest}");
        assert_eq!(text(door.send(bare(Method::GET, path, headers.clone())).await).await, honest);
    }
    let challenged = door.send(bare(Method::GET, "/mcp", headers.clone())).await;
    let challenge = challenged.headers()[header::WWW_AUTHENTICATE].to_str().unwrap();
    assert!(!challenge.contains("evil.example"), "{challenge}");

    let query = "response_type=code&client_id=https%3A%2F%2Fclaude.ai%2Foauth%2Fclaude-code-client-metadata\
                 &redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fcallback&state=s&code_challenge_method=S256\
                 &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let answer = door.send(bare(Method::GET, &format!("/oauth/authorize?{query}"), headers)).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let pending = door.authorization.pending().await.unwrap();
    assert_eq!(pending[0].remote_address.unwrap().to_string(), "127.0.0.1");
    assert_eq!(pending[0].arrival, "local");
    assert!(!pending[0].code_required);
}

#[tokio::test]
async fn health_says_that_it_is_well_and_nothing_else() {
    let door = Door::open().await;
    let response = door.send(bare(Method::GET, "/health", HeaderMap::new())).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(text(response).await, r#"{"status":"ok"}"#);
}

#[tokio::test]
async fn http_2_is_spoken_too() {
    let door = Door::open().await;
    let stream = TokioIo::new(door.connect(&[b"h2"]).await);
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    let uri = format!("https://{}/health", door.host());
    let request = http::Request::get(uri).body(Full::<hyper::body::Bytes>::default()).unwrap();
    assert_eq!(client.send_request(request).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn plain_http_is_told_to_use_https() {
    let door = Door::open().await;
    let mut stream = tokio::net::TcpStream::connect(door.address).await.unwrap();
    stream.write_all(b"GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(LIMIT, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("use https://"), "{answer}");
}

#[tokio::test]
async fn a_stop_lets_the_running_call_finish_and_refuses_new_connections() {
    let door = Door::open().await;
    let token = door.token("context:read").await;
    let mut client = door.client().await;
    let mut request = modern_call(&token, "wait");
    request.headers_mut().insert(header::HOST, door.host().parse().unwrap());
    let call = tokio::spawn(async move { client.send_request(request).await });
    tokio::time::timeout(LIMIT, door.server.entered.acquire()).await.unwrap().unwrap().forget();
    let (address, released) = (door.address, door.server.released.clone());
    let stopping = tokio::spawn(door.running.stop());
    // The port is given free although the call still runs.
    tokio::time::timeout(LIMIT, async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert!(!stopping.is_finished());
    released.add_permits(1);
    let response = tokio::time::timeout(LIMIT, call).await.unwrap().unwrap().unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(text(response).await.contains("done"));
    tokio::time::timeout(LIMIT, stopping).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_standing_stream_does_not_keep_the_program_from_stopping() {
    let door = Door::open().await;
    let token = door.token("context:read").await;
    let session = door.initialize(&token).await;
    let bearer = format!("Bearer {token}");
    let headers = with(&[
        ("authorization", &bearer),
        ("mcp-session-id", &session),
        ("mcp-protocol-version", "2025-11-25"),
        ("accept", "text/event-stream"),
    ]);
    let response = door.send(bare(Method::GET, "/mcp", headers)).await;
    assert_eq!(response.status(), StatusCode::OK);
    tokio::time::timeout(LIMIT, door.running.stop()).await.unwrap();
    let rest = tokio::time::timeout(LIMIT, response.into_body().collect()).await.unwrap();
    assert!(rest.is_ok());
}

#[tokio::test]
async fn a_peer_that_says_nothing_after_the_handshake_does_not_keep_its_place() {
    let limits = Limits { head: Duration::from_millis(50), ..Limits::default() };
    let door = Door::open_with(limits, Vec::new()).await;
    let begun: &[u8] = b"PRI * HTTP/2.0\r\n";
    for (protocols, said) in [
        (&[][..], &[][..]),
        (&[], begun),
        (&[b"h2".as_slice()], &[]),
        (&[b"h2".as_slice()], begun),
        (&[b"http/1.1".as_slice()], &[]),
    ] {
        let mut stream = door.connect(protocols).await;
        stream.write_all(said).await.unwrap();
        let mut rest = Vec::new();
        // The end may come without a word of TLS; that it comes is what counts.
        let _ = tokio::time::timeout(LIMIT, stream.read_to_end(&mut rest)).await.unwrap();
    }
}

#[tokio::test]
async fn an_http_2_connection_without_a_request_is_closed_and_one_with_a_standing_stream_is_not() {
    let limits = Limits { head: Duration::from_millis(50), ..Limits::default() };
    let door = Door::open_with(limits, Vec::new()).await;
    let token = door.token("context:read").await;
    let session = door.initialize(&token).await;
    let connect = async || {
        let stream = TokioIo::new(door.connect(&[b"h2"]).await);
        hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap()
    };
    let (mut standing, connection) = connect().await;
    let standing_connection = tokio::spawn(connection);
    let request = http::Request::get(format!("https://{}/mcp", door.host()))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::ACCEPT, "text/event-stream")
        .header("mcp-session-id", session)
        .header("mcp-protocol-version", "2025-11-25")
        .body(Full::<hyper::body::Bytes>::default())
        .unwrap();
    let stream = standing.send_request(request).await.unwrap();
    assert_eq!(stream.status(), StatusCode::OK);
    let (unused, connection) = connect().await;
    let _ = tokio::time::timeout(LIMIT, connection).await.unwrap();
    drop(unused);
    assert!(!standing_connection.is_finished());
}

#[tokio::test]
async fn a_client_that_vanishes_in_the_middle_harms_nobody_else() {
    let door = Door::open().await;
    let token = door.token("context:read").await;
    let mut stream = door.connect(&[b"http/1.1"]).await;
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Length: 1000\r\n\r\n{{\"json",
        door.host()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    drop(stream);
    door.server.released.add_permits(1);
    assert_eq!(door.send(modern_call(&token, "wait")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_grant_that_calls_too_often_is_asked_to_wait_and_another_is_not() {
    let limits = Limits { requests_per_second: Some(1), ..Limits::default() };
    let door = Door::open_with(limits, Vec::new()).await;
    let (eager, calm) = (door.token("context:read").await, door.token("context:read").await);
    let mut client = door.client().await;
    let mut refused = None;
    for _ in 0..40 {
        let mut request = message(&eager, "2025-11-25", None, "{");
        request.headers_mut().insert(header::HOST, door.host().parse().unwrap());
        let response = client.send_request(request).await.unwrap();
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(response);
            break;
        }
        let _ = response.into_body().collect().await;
    }
    assert!(refused.unwrap().headers().contains_key(header::RETRY_AFTER));
    assert_eq!(door.post(&calm, "2025-11-25", None, "{").await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_port_in_use_is_an_error_that_says_by_whom() {
    let door = Door::open().await;
    let error = gateway::bind(door.address).await.unwrap_err().to_string();
    assert!(error.contains(&format!("port {} is in use", door.address.port())), "{error}");
    assert!(error.contains("--port"), "{error}");
    if cfg!(target_os = "linux") {
        assert!(error.contains(&format!("pid {}", std::process::id())), "{error}");
    }
}

#[tokio::test]
async fn the_look_of_a_certificate_authority_ends_with_its_handshake() {
    let door = Door::open().await;
    let mut stream = door.connect(&[b"acme-tls/1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"acme-tls/1".as_slice()));
    let request = format!("GET /health HTTP/1.1\r\nHost: {}\r\n\r\n", door.host());
    // It may be closed before the question is written, or after.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let ended = tokio::time::timeout(LIMIT, stream.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "the connection ends");
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    // Who offers it among others is spoken with as everybody is.
    let stream = door.connect(&[b"acme-tls/1", b"http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"http/1.1".as_slice()));
}
