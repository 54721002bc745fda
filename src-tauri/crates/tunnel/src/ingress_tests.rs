use super::*;
use crate::testing::{Stage, free_port, say};
use crate::{ReasonKind, State};

const HEADER: &[u8] = b"PROXY TCP4 203.0.113.7 10.0.0.1 49153 443\r\n";

#[tokio::test]
async fn the_port_is_open_while_it_is_up_and_at_no_other_time() {
    let (mut stage, port) = (Stage::new(), free_port());
    let provider = Ingress::new(Settings { port, proxy_protocol: false });
    assert!(say(port, b"hello").await.is_err());
    stage.up(provider).await;
    assert_eq!(say(port, b"hello").await.unwrap(), b"hello");
    let visit = stage.visit().await;
    assert_eq!((visit.provider, visit.layer), (ProviderKind::Ingress, Layer::RawTls));
    assert!(visit.peer.unwrap().is_loopback() && visit.visitor_header.is_none());
    stage.supervisor.down().await;
    assert!(say(port, b"hello").await.is_err());
    // It can be opened again at once, and forgets nothing of what it is set to.
    stage.up(provider).await;
    assert_eq!(say(port, b"again").await.unwrap(), b"again");
}

#[tokio::test]
async fn behind_a_proxy_its_header_is_demanded_and_believed() {
    let (mut stage, port) = (Stage::new(), free_port());
    stage.up(Ingress::new(Settings { port, proxy_protocol: true })).await;
    // Somebody who says nothing for a while holds nobody else up.
    let silent = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    assert_eq!(say(port, &[HEADER, b"hello"].concat()).await.unwrap(), b"hello");
    assert_eq!(stage.visit().await.peer.unwrap().to_string(), "203.0.113.7");
    let unheaded = say(port, b"GET / HTTP/1.1\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n").await;
    assert!(unheaded.map_or(true, |heard| heard.is_empty()), "no header, no answer");
    drop(silent);
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_and_waited_for() {
    let holder = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = holder.local_addr().unwrap().port();
    let mut stage = Stage::new();
    let (for_good, reason) = stage.refused(Ingress::new(Settings { port, proxy_protocol: false })).await;
    assert!(!for_good && reason.kind == ReasonKind::Forward, "{reason:?}");
    assert!(
        reason.message.contains(&port.to_string()) && reason.message.contains("ingress_port"),
        "{reason:?}"
    );
    drop(holder);
    stage.until(|state| matches!(state, State::Up { .. })).await;
}
