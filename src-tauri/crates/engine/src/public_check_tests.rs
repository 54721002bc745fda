use std::net::Ipv4Addr;
use std::sync::Mutex;

use certificates::PublicState::{InUse, NotAsked, Waiting};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

const NAME: &str = "memory.example";

#[path = "../../../../tests/support/authority.rs"]
mod authority;

use authority::Authority;

/// What a client has that believes in this authority.
fn believing(authority: &Authority) -> Arc<dyn ServerCertVerifier> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.root().der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap()
}

const NOW: (i32, i32) = (2000, 2100);

/// Whoever stands at the public address: gives each request's text to `answer` and sends what comes of it.
async fn far_side(tls: TlsAcceptor, answer: impl Fn(&str) -> String + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (tls, answer) = (tls.clone(), Arc::clone(&answer));
            tokio::spawn(async move {
                let Ok(mut stream) = tls.accept(stream).await else { return };
                let (mut heard, mut piece) = (String::new(), [0; 4096]);
                while let Ok(read @ 1..) = stream.read(&mut piece).await {
                    heard.push_str(std::str::from_utf8(&piece[..read]).unwrap());
                    if heard.ends_with("\r\n\r\n") {
                        let said = answer(&std::mem::take(&mut heard));
                        if stream.write_all(said.as_bytes()).await.is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    address
}

fn said(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

/// What the program itself answers.
fn ours(request: &str) -> String {
    if request.starts_with("GET /.well-known/oauth-protected-resource/mcp ") {
        said("200 OK", "content-type: application/json\r\n", r#"{"resource":"https://memory.example/mcp"}"#)
    } else if request.starts_with("GET /.well-known/oauth-authorization-server ") {
        said("200 OK", "content-type: application/json\r\n", r#"{"issuer":"https://memory.example"}"#)
    } else {
        let way = "https://memory.example/.well-known/oauth-protected-resource/mcp";
        said("401 Unauthorized", &format!("www-authenticate: Bearer resource_metadata=\"{way}\"\r\n"), "")
    }
}

async fn examined(authority: &Authority, addresses: &[SocketAddr]) -> Vec<Check> {
    let host = Host::Domain(NAME.to_owned());
    walk(&"https://memory.example".parse().unwrap(), &host, addresses, believing(authority), false).await
}

/// The first thing that is not in order: its name, and everything that is said about it.
fn fault(checks: &[Check]) -> (String, String) {
    let check = checks.iter().find(|check| !check.ok).unwrap_or_else(|| panic!("all good: {checks:?}"));
    (check.name.clone(), format!("{} {}", check.detail, check.remedy.as_deref().unwrap()))
}

#[tokio::test]
async fn this_program_behind_its_name_passes_and_is_asked_as_claude_would_ask() {
    let authority = Authority::new("believed");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&heard);
    let address = far_side(authority.acceptor(NAME, NOW), move |request| {
        noted.lock().unwrap().push(request.to_owned());
        ours(request)
    })
    .await;
    let checks = examined(&authority, &[address]).await;
    assert!(checks.len() == 4 && checks.iter().all(|check| check.ok), "{checks:?}");
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 3);
    for request in heard.iter() {
        let request = request.to_ascii_lowercase();
        assert!(request.contains("host: memory.example\r\n"), "{request}");
        assert!(request.contains("user-agent: claude-user"), "{request}");
    }
}

/// Who stands there, what they answer, which check finds it, and what that says.
type Case = (&'static str, fn(&str) -> String, &'static str, &'static str);

#[tokio::test]
async fn whoever_stands_in_between_is_told_with_the_remedy() {
    let authority = Authority::new("believed");
    let cases: [Case; 6] = [
        (
            "a filter that keeps bots out and lets people in",
            |request| {
                if request.to_ascii_lowercase().contains("claude-user") {
                    said("403 Forbidden", "server: cloudflare\r\ncf-ray: 1\r\n", "")
                } else {
                    ours(request)
                }
            },
            "public resource metadata",
            "Block AI bots",
        ),
        (
            "a filter without a name",
            |_| said("403 Forbidden", "", ""),
            "public resource metadata",
            "let `Claude-User`",
        ),
        (
            "a page of a free tunnel",
            |_| said("200 OK", "content-type: text/html; charset=utf-8\r\n", "<html>Visit site</html>"),
            "public resource metadata",
            "lead to this program",
        ),
        (
            "another server of the same kind",
            |request| ours(request).replace("memory.example", "garden.example"),
            "public resource metadata",
            "leads to another server",
        ),
        (
            "a proxy whose way here is broken",
            |_| said("502 Bad Gateway", "", ""),
            "public resource metadata",
            "where the proxy forwards to",
        ),
        (
            "a proxy that swallows the challenge",
            |request| ours(request).replace("www-authenticate", "x-was-authenticate"),
            "public challenge",
            "WWW-Authenticate",
        ),
    ];
    for (who, answer, name, words) in cases {
        let address = far_side(authority.acceptor(NAME, NOW), answer).await;
        let (found, said) = fault(&examined(&authority, &[address]).await);
        assert!(found == name && said.contains(words), "{who}: {found}: {said}");
    }
}

#[tokio::test]
async fn each_fault_of_a_certificate_is_seen_in_a_real_handshake() {
    let authority = Authority::new("believed");
    let stranger = Authority::new("a stranger");
    for (acceptor, words) in [
        (authority.acceptor(NAME, (2000, 2001)), "has run out"),
        (authority.acceptor(NAME, (2099, 2100)), "clock is behind"),
        (authority.acceptor("garden.example", NOW), "for another name"),
        (stranger.acceptor(NAME, NOW), "not trusted publicly"),
    ] {
        let address = far_side(acceptor, ours).await;
        let checks = examined(&authority, &[address]).await;
        let (name, said) = fault(&checks);
        assert!(name == "public certificate" && said.contains(words), "{name}: {said}");
        assert_eq!(checks.len(), 1, "nothing is asked of whoever can not show who they are");
    }
}

#[tokio::test]
async fn every_address_of_the_name_has_to_lead_here() {
    let authority = Authority::new("believed");
    let good = far_side(authority.acceptor(NAME, NOW), ours).await;
    let other = far_side(authority.acceptor("garden.example", NOW), ours).await;
    let dead = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap();
    let (name, said) = fault(&examined(&authority, &[good, dead]).await);
    assert!(name == "public connection" && said.contains(&dead.to_string()), "{name}: {said}");
    let (name, _) = fault(&examined(&authority, &[good, other]).await);
    assert_eq!(name, "public certificate");
    assert!(examined(&authority, &[good, good]).await.iter().all(|check| check.ok));
}

#[tokio::test]
async fn plain_http_at_the_address_is_no_tls() {
    let authority = Authority::new("believed");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let (name, said) = fault(&examined(&authority, &[address]).await);
    assert!(name == "public certificate" && said.contains("no TLS came about"), "{name}: {said}");
}

#[test]
fn only_where_there_is_no_ipv4_address_another_one_is_tried() {
    let list = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpAddr>>();
    assert_eq!(
        as_called(&list(&["2a01::1", "203.0.114.7", "203.0.114.8"])),
        list(&["203.0.114.7", "203.0.114.8"])
    );
    assert_eq!(as_called(&list(&["2a01::1", "2a01::2"])), list(&["2a01::1"]));
    assert_eq!(as_called(&[]), list(&[]));
}

#[test]
fn a_missing_certificate_of_our_own_is_no_stranger_s_fault() {
    let status = |state, problem: Option<certificates::Problem>| PublicStatus {
        name: NAME.to_owned(),
        state,
        authority: None,
        trial: false,
        busy: false,
        problem,
        next_order: None,
        agreed_terms: None,
    };
    let seen = || vec![judges::silent()];
    let word = |own: PublicStatus| with_own_certificate(seen(), Some(&own))[0].clone();
    assert!(word(status(NotAsked, None)).remedy.unwrap().contains("certificates order"));
    assert!(word(status(Waiting, None)).detail.contains("is being ordered"));
    let problem = certificates::Problem { what: "it refused".to_owned(), remedy: "ask again".to_owned() };
    assert_eq!(word(status(Waiting, Some(problem))).remedy.as_deref(), Some("ask again"));
    assert_eq!(word(status(InUse, None)), seen()[0], "with one in use, what was seen stands");
    let good = vec![judges::good_certificate(false)];
    assert_eq!(with_own_certificate(good.clone(), Some(&status(NotAsked, None))), good);
}
