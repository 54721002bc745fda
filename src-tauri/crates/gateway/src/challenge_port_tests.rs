use http_body_util::BodyExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

fn text(token: &str) -> Option<String> {
    (token == "token").then(|| "token.thumbprint".to_owned())
}

#[tokio::test]
async fn the_text_of_a_challenge_under_way_is_answered_and_nothing_else() {
    let bound = crate::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
    let address = bound.address();
    let port = bound.serve_challenges(text);
    let ask = async |request: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: memory.example\r\n\r\n");
    let answer = ask(&get("/.well-known/acme-challenge/token")).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\ntoken.thumbprint"), "{answer}");
    for path in ["/", "/mcp", "/.well-known/acme-challenge/", "/.well-known/acme-challenge/other", "/health"]
    {
        let answer = ask(&get(path)).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
    drop(port);
}

#[tokio::test]
async fn only_reading_is_answered() {
    let status = |method| answer(&method, "/.well-known/acme-challenge/token", &text).status();
    assert_eq!(status(Method::HEAD), StatusCode::OK);
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        assert_eq!(status(method), StatusCode::NOT_FOUND);
    }
    let body = answer(&Method::GET, "/.well-known/acme-challenge/token", &text).into_body();
    assert_eq!(body.collect().await.unwrap().to_bytes(), "token.thumbprint");
}
