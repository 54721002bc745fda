//! A second entrance, where the end of a tunnel dials in.

use std::net::SocketAddr;
use std::time::Duration;

use authorization::OriginName;
use gateway::{Limits, Visitors};
use http::{Method, Request, StatusCode, header};
use http_body_util::Full;

use crate::support::{Door, LIMIT, bare, modern_call, text, with};

const PUBLIC: &str = "memory.example";
const ASK: &str = "/oauth/authorize?response_type=code\
    &client_id=https%3A%2F%2Fclaude.ai%2Foauth%2Fclaude-code-client-metadata\
    &redirect_uri=http%3A%2F%2Flocalhost%3A51234%2Fcallback&state=s&code_challenge_method=S256\
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn get(path: &str, host: &str) -> Request<Full<hyper::body::Bytes>> {
    bare(Method::GET, path, with(&[("host", host)]))
}

/// Whether somebody who connects there is answered within a moment.
async fn answers(door: &Door, to: SocketAddr, host: &str) -> bool {
    let asked = door.send_to(to, get("/health", host));
    let answer = tokio::time::timeout(Duration::from_millis(500), asked).await;
    answer.is_ok_and(|response| response.status() == StatusCode::OK)
}

#[tokio::test]
async fn what_comes_through_the_ingress_is_marked_as_its_tunnel() {
    let (door, ingress) = Door::open_with_ingress(Limits::default()).await;
    let response = door.send_to(ingress, get(ASK, PUBLIC)).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let response = door.send(get(ASK, &door.host())).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let waiting = door.authorization.pending().await.unwrap();
    let marks: Vec<_> =
        waiting.iter().map(|request| (request.arrival.as_str(), request.provider.as_deref())).collect();
    assert_eq!(marks, [("tunnel", Some("ingress")), ("local", None)]);
    assert_eq!(waiting[0].resource, "https://memory.example/mcp");
    assert!(waiting[0].code_required && !waiting[1].code_required);
}

#[tokio::test]
async fn the_internet_is_never_served_under_a_local_name() {
    let (door, ingress) = Door::open_with_ingress(Limits::default()).await;
    let token = door.token("context:read").await;
    for path in ["/mcp", "/health", ASK, "/.well-known/oauth-authorization-server", "/oauth/requests/x"] {
        for name in ["localhost", "127.0.0.1", "[::1]"] {
            let host = format!("{name}:{}", door.address.port());
            let response = door.send_to(ingress, get(path, &host)).await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{host} {path}");
            assert!(text(response).await.contains("host name"), "{host} {path}");
        }
    }
    // Nor does a good token help.
    let mut call = modern_call(&token, "wait");
    call.headers_mut().insert(header::HOST, door.host().parse().unwrap());
    assert_eq!(door.send_to(ingress, call).await.status(), StatusCode::FORBIDDEN);
    assert!(door.authorization.pending().await.unwrap().is_empty());
    // The ingress's own port is no name of ours either.
    let own = format!("localhost:{}", ingress.port());
    assert_eq!(door.send_to(ingress, get("/health", &own)).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_token_of_the_public_origin_works_through_the_ingress() {
    let (door, ingress) = Door::open_with_ingress(Limits::default()).await;
    let (public, local) =
        (door.token_for(OriginName::Public, "context:read").await, door.token("context:read").await);
    for (token, expected) in [(&public, StatusCode::OK), (&local, StatusCode::UNAUTHORIZED)] {
        let mut call = modern_call(token, "wait");
        call.headers_mut().insert(header::HOST, PUBLIC.parse().unwrap());
        door.server.released.add_permits(1);
        assert_eq!(door.send_to(ingress, call).await.status(), expected);
    }
}

#[tokio::test]
async fn strangers_who_take_every_place_of_the_ingress_keep_nobody_here_out() {
    let limits = Limits { tunnel_connections: 2, ..Limits::default() };
    let (door, ingress) = Door::open_with_ingress(limits).await;
    let held = [door.connect_to(ingress, &[]).await, door.connect_to(ingress, &[]).await];
    assert!(!answers(&door, ingress, PUBLIC).await, "its places are taken");
    assert!(answers(&door, door.address, &door.host()).await);
    drop(held);
    tokio::time::timeout(LIMIT, async { while !answers(&door, ingress, PUBLIC).await {} }).await.unwrap();
}

#[tokio::test]
async fn programs_here_that_take_every_place_keep_the_ingress_open() {
    let (door, ingress) = Door::open_with_ingress(Limits { connections: 1, ..Limits::default() }).await;
    let _held = door.connect(&[]).await;
    assert!(!answers(&door, door.address, &door.host()).await, "its place is taken");
    assert!(answers(&door, ingress, PUBLIC).await);
}

#[tokio::test]
async fn a_stop_gives_every_port_free_also_when_all_places_are_taken() {
    let limits = Limits { connections: 1, tunnel_connections: 1, ..Limits::default() };
    let (door, ingress) = Door::open_with_ingress(limits).await;
    let _held = (door.connect(&[]).await, door.connect_to(ingress, &[]).await);
    let address = door.address;
    let stopped = async {
        door.tunnel.unwrap().stop().await;
        door.running.stop().await;
    };
    tokio::time::timeout(LIMIT, stopped).await.unwrap();
    for port in [address, ingress] {
        gateway::bind(port).await.unwrap();
    }
}

#[tokio::test]
async fn a_door_that_was_closed_opens_again_on_its_port_for_the_same_tokens() {
    let door = Door::open().await;
    let token = door.token("context:read").await;
    let door = door.reopen().await.reopen().await;
    door.server.released.add_permits(1);
    assert_eq!(door.send(modern_call(&token, "wait")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn behind_a_proxy_the_header_says_who_came_and_without_one_nobody_comes_in() {
    let (door, address) = Door::open_with_proxied_ingress().await;
    let header = b"PROXY TCP4 203.0.113.7 10.0.0.1 49153 443\r\n";
    let response = door.send_behind(address, header, get(ASK, PUBLIC)).await.unwrap();
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let waiting = door.authorization.pending().await.unwrap();
    assert_eq!(waiting[0].remote_address, Some([203, 0, 113, 7].into()));
    assert!(door.send_behind(address, b"", get("/health", PUBLIC)).await.is_none(), "no header, no answer");
    // The local port takes none: a program here can not pretend to be somewhere else.
    assert!(door.send_behind(door.address, header, get("/health", &door.host())).await.is_none());
}

#[tokio::test]
async fn where_claudes_cloud_alone_may_come_an_access_is_of_no_use_from_anywhere_else() {
    let (door, address) = Door::open_with_proxied_ingress().await;
    let token = door.token_for(OriginName::Public, "context:read").await;
    let claude = b"PROXY TCP4 160.79.106.35 10.0.0.1 49153 443\r\n".as_slice();
    let stranger = b"PROXY TCP4 203.0.113.7 10.0.0.1 49153 443\r\n".as_slice();
    let unknown = b"PROXY UNKNOWN\r\n".as_slice();
    let call = || {
        door.server.released.add_permits(1);
        let mut call = modern_call(&token, "wait");
        call.headers_mut().insert(header::HOST, PUBLIC.parse().unwrap());
        call
    };
    let ask_for_a_token = || {
        let mut request = bare(
            Method::POST,
            "/oauth/token",
            with(&[("host", PUBLIC), ("content-type", "application/x-www-form-urlencoded")]),
        );
        *request.body_mut() = Full::from("grant_type=refresh_token&refresh_token=x&client_id=y");
        request
    };
    let status =
        async |first: &[u8], request| door.send_behind(address, first, request).await.unwrap().status();

    assert_eq!(status(stranger, call()).await, StatusCode::OK, "nothing is limited yet");
    door.visitors.set(Visitors::Anthropic);
    assert_eq!(status(claude, call()).await, StatusCode::OK);
    assert_ne!(status(claude, ask_for_a_token()).await, StatusCode::FORBIDDEN);
    for outside in [stranger, unknown] {
        let refused = door.send_behind(address, outside, call()).await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert!(text(refused).await.contains("tunnel.allow"), "who reads it finds the setting");
        let refused = door.send_behind(address, outside, ask_for_a_token()).await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert!(text(refused).await.contains(r#""error":"access_denied""#));
        // The owner's browser may be anywhere, and so may who looks whether the address leads here.
        assert_eq!(status(outside, get(ASK, PUBLIC)).await, StatusCode::SEE_OTHER);
        let challenge = door.send_behind(address, outside, get("/mcp", PUBLIC)).await.unwrap();
        assert_eq!(challenge.status(), StatusCode::UNAUTHORIZED);
        assert!(challenge.headers().contains_key(header::WWW_AUTHENTICATE));
        let metadata = "/.well-known/oauth-protected-resource/mcp";
        assert_eq!(status(outside, get(metadata, PUBLIC)).await, StatusCode::OK);
    }
    // The public name at the local port is the tunnel's too, and says nothing of where somebody is.
    assert_eq!(door.send(call()).await.status(), StatusCode::FORBIDDEN);
    // What does not come by the public name is this computer's own.
    let own = door.token("context:read").await;
    door.server.released.add_permits(1);
    assert_eq!(door.send(modern_call(&own, "wait")).await.status(), StatusCode::OK);
    door.visitors.set(Visitors::Anyone);
    assert_eq!(status(stranger, call()).await, StatusCode::OK, "the next request meets the new rule");
}
