//! The self-test of the public address: the whole way as Claude's cloud goes it, from the name to the challenge.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use authorization::Origin;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{HOST, HeaderMap, WWW_AUTHENTICATE};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::operations::Check;

/// For one step of the way. Claude's cloud waits ten seconds (reach.md, 1.1).
const STEP: Duration = Duration::from_secs(10);

/// No answer of ours is larger.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Goes the whole way and stops at the first step that leads no further.
pub(crate) async fn examine(origin: &Origin) -> Vec<Check> {
    let mut checks = Vec::new();
    let url = Url::parse(origin.as_str()).expect("an origin is a URL");
    let host = url.host().expect("an origin has a host").to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    checks.push(judge_port(port));
    let addresses = match &host {
        Host::Ipv4(address) => vec![IpAddr::V4(*address)],
        Host::Ipv6(address) => vec![IpAddr::V6(*address)],
        Host::Domain(name) => {
            match tokio::time::timeout(STEP, tokio::net::lookup_host((name.as_str(), port))).await {
                Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
                Ok(Err(_)) | Err(_) => Vec::new(),
            }
        }
    };
    checks.push(judge_addresses(&host.to_string(), &addresses));
    let Some(address) = addresses.iter().find(|address| address.is_ipv4()).or(addresses.first()) else {
        return checks;
    };
    let stream = match tokio::time::timeout(STEP, TcpStream::connect(SocketAddr::new(*address, port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            checks.push(cannot_connect(&format!("{address} port {port}: {error}")));
            return checks;
        }
        Err(_) => {
            checks.push(cannot_connect(&format!("{address} port {port} does not answer")));
            return checks;
        }
    };
    let name = match &host {
        Host::Domain(name) => ServerName::try_from(name.clone()).ok(),
        Host::Ipv4(address) => Some(ServerName::IpAddress(IpAddr::V4(*address).into())),
        Host::Ipv6(address) => Some(ServerName::IpAddress(IpAddr::V6(*address).into())),
    };
    let (Some(name), Ok(tls)) = (name, trusting_what_this_computer_trusts()) else {
        checks.push(Check::bad(CERTIFICATE, "no certificate can be checked here", "report this as a bug"));
        return checks;
    };
    let connected = tokio::time::timeout(STEP, TlsConnector::from(Arc::new(tls)).connect(name, stream)).await;
    let stream = match connected {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            checks.push(judge_handshake(&error));
            return checks;
        }
        Err(_) => {
            checks.push(Check::bad(
                CERTIFICATE,
                "somebody answers there, but speaks no TLS in time",
                "check that the port leads to this program and to nothing else",
            ));
            return checks;
        }
    };
    checks.push(Check::good(CERTIFICATE, "good for this name, and trusted"));
    let Ok((mut client, connection)) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await
    else {
        checks.push(cannot_connect("the connection broke"));
        return checks;
    };
    let driving = tokio::spawn(connection);
    let authority = origin.as_str().trim_start_matches("https://");
    for (step, path, judge) in STEPS {
        let request = hyper::Request::get(*path)
            .header(HOST, authority)
            .header("user-agent", "ambient-insights self-test")
            .body(Empty::<Bytes>::new())
            .expect("the paths are paths");
        let asked = async {
            let (head, body) = client.send_request(request).await.ok()?.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER).collect().await.ok()?.to_bytes();
            Some(Answer { status: head.status, headers: head.headers, body })
        };
        checks.push(match tokio::time::timeout(STEP, asked).await {
            Ok(Some(answer)) => judge(step, &answer, origin),
            Ok(None) | Err(_) => cannot_connect(&format!("{path} was not answered")),
        });
    }
    driving.abort();
    checks
}

const NAME: &str = "public name";
const PORT: &str = "public port";
const CONNECTION: &str = "public connection";
const CERTIFICATE: &str = "public certificate";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// What is asked, and how the answer is judged.
type Step = (&'static str, &'static str, fn(&str, &Answer, &Origin) -> Check);

const STEPS: &[Step] = &[
    ("public resource metadata", "/.well-known/oauth-protected-resource/mcp", judge_resource),
    ("public server metadata", "/.well-known/oauth-authorization-server", judge_issuer),
    ("public challenge", "/mcp", judge_challenge),
];

fn judge_port(port: u16) -> Check {
    if port == 443 {
        return Check::good(PORT, "443");
    }
    Check::bad(
        PORT,
        format!("public_url names port {port}"),
        "Claude's cloud calls port 443 alone: have the host listen on 443, and name no port in public_url",
    )
}

fn judge_addresses(name: &str, addresses: &[IpAddr]) -> Check {
    if addresses.is_empty() {
        return Check::bad(
            NAME,
            format!("{name} has no address in DNS"),
            "give the name an A record with your host's IPv4 address; a new one takes some minutes to be known",
        );
    }
    let said = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if let Some(private) = addresses.iter().find(|address| !is_global(**address)) {
        return Check::bad(
            NAME,
            format!("{name} leads to {private}, which only your own network reaches"),
            "every address of the name must be reachable from the internet: correct its A record (a name that your \
             router answers itself may look different from outside)",
        );
    }
    if !addresses.iter().any(IpAddr::is_ipv4) {
        return Check::bad(
            NAME,
            format!("{name} has IPv6 addresses alone ({said})"),
            "Claude's cloud calls IPv4 alone: add an A record",
        );
    }
    Check::good(NAME, said)
}

/// Whether the internet knows a way there.
fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let shared = first == 100 && (64..128).contains(&second); // RFC 6598
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_broadcast()
                || address.is_documentation()
                || address.is_multicast()
                || shared
                || address == Ipv4Addr::UNSPECIFIED)
        }
        IpAddr::V6(address) => {
            !(address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_multicast()
                || address.to_ipv4_mapped().is_some_and(|v4| !is_global(IpAddr::V4(v4))))
        }
    }
}

fn cannot_connect(detail: &str) -> Check {
    Check::bad(
        CONNECTION,
        detail,
        "check that the tunnel's host listens on all its addresses (GatewayPorts) and that its firewall lets the port \
         in; `ambient-insights tunnel recipe` prints the settings",
    )
}

fn trusting_what_this_computer_trusts() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(rustls_platform_verifier::Verifier::new(Arc::clone(&provider))?);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn judge_handshake(error: &std::io::Error) -> Check {
    let known = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let bad = |detail: &str, remedy: &str| Check::bad(CERTIFICATE, detail, remedy);
    match known {
        Some(rustls::Error::InvalidCertificate(reason)) => match reason {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => bad(
                "the certificate has run out, or this computer's clock is ahead",
                "set the clock; if it is right, renew the certificate",
            ),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                bad("the certificate is not valid yet: this computer's clock is behind", "set the clock")
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => bad(
                "the certificate is for another name",
                "the public address leads to another server, or the certificate was made for another name: compare it \
                 with public_url",
            ),
            CertificateError::UnknownIssuer => bad(
                "the certificate is of an authority that is not trusted publicly",
                "get a public certificate for this name; the one of this program's own authority is for this computer \
                 alone",
            ),
            other => bad(
                &format!("the certificate was refused: {other:?}"),
                "get a public certificate for this name",
            ),
        },
        _ => bad(
            &format!("no TLS came about: {error}"),
            "check that the port leads to this program, and that no proxy before it ends the TLS or speaks plain HTTP",
        ),
    }
}

/// What somebody before us answers in our place.
fn not_us(step: &str, answer: &Answer) -> Option<Check> {
    let status = answer.status;
    let (detail, remedy) = match status {
        StatusCode::FORBIDDEN => (
            format!("the answer was {status}"),
            "a filter stands in between, or public_url is not the name that was called: where a proxy or a protection \
             against bots is before this program, let `Claude-User` and these paths through",
        ),
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => (
            format!("the answer was {status}: a proxy answers, and does not reach this program"),
            "check where the proxy forwards to, and that the tunnel is up",
        ),
        status if status.is_redirection() => (
            format!("the answer was {status}: somebody sends visitors elsewhere"),
            "assistants follow no redirect with their tokens: public_url must be the address that answers",
        ),
        _ => return None,
    };
    Some(Check::bad(step, detail, remedy))
}

fn judge_resource(step: &str, answer: &Answer, origin: &Origin) -> Check {
    judge_document(step, answer, "resource", &origin.resource())
}

fn judge_issuer(step: &str, answer: &Answer, origin: &Origin) -> Check {
    judge_document(step, answer, "issuer", origin.as_str())
}

fn judge_document(step: &str, answer: &Answer, member: &str, expected: &str) -> Check {
    if let Some(check) = not_us(step, answer) {
        return check;
    }
    let document: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
    let found = document.as_ref().and_then(|document| document[member].as_str());
    if answer.status == StatusCode::OK && found == Some(expected) {
        return Check::good(step, format!("{member} {expected}"));
    }
    let found = found.map_or_else(|| format!("answer {}", answer.status), |found| format!("{found:?}"));
    Check::bad(
        step,
        format!("{member} should be {expected:?}; seen: {found}"),
        "the public address leads to another server, or a proxy changes what it passes on: it must pass everything on as \
         it is",
    )
}

fn judge_challenge(step: &str, answer: &Answer, origin: &Origin) -> Check {
    if let Some(check) = not_us(step, answer) {
        return check;
    }
    let challenge =
        answer.headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let expected = format!("resource_metadata=\"{}/.well-known/oauth-protected-resource", origin.as_str());
    if answer.status == StatusCode::UNAUTHORIZED && challenge.contains(&expected) {
        return Check::good(step, "401 with the way to the metadata");
    }
    Check::bad(
        step,
        format!("/mcp answered {} without the challenge that assistants need", answer.status),
        "a proxy in between changes the answer: it must pass the header WWW-Authenticate on",
    )
}

#[cfg(test)]
#[path = "public_check_tests.rs"]
mod tests;
