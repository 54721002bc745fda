//! The self-test of the public address: the whole way as Claude's cloud goes it, from the name to the challenge.
//! What is seen on the way is judged in `judges.rs`.

mod judges;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use authorization::Origin;
use certificates::PublicStatus;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::header::{HOST, USER_AGENT};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::{Host, Url};

use crate::operations::Check;
use judges::{Answer, CERTIFICATE, STEPS};

/// For one step of the way. Claude's cloud waits ten seconds (reach.md, 1.1).
const STEP: Duration = Duration::from_secs(10);

/// No answer of ours is larger.
const LONGEST_ANSWER: usize = 64 * 1024;

/// More addresses than this no name of one computer has.
const MOST_ADDRESSES: usize = 8;

/// A filter against bots goes by this name: what keeps Claude's cloud out is to keep the self-test out too.
const AS_CLAUDE: &str = "Claude-User (the self-test of ambient-insights)";

/// Goes the whole way and stops at the first step that leads no further. `extra` is a PEM file of authorities that
/// are believed beside the system's.
pub(crate) async fn examine(origin: &Origin, extra: Option<&Path>) -> Vec<Check> {
    let url = Url::parse(origin.as_str()).expect("an origin is a URL");
    let host = url.host().expect("an origin has a host").to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses = look_up(&host, port).await;
    let mut checks = vec![judges::port(port), judges::addresses(&host.to_string(), &addresses)];
    let called = as_called(&addresses);
    if called.is_empty() {
        return checks;
    }
    match certificates::client_verifier(extra) {
        Ok(verifier) => {
            let called = called.into_iter().map(|address| SocketAddr::new(address, port)).collect::<Vec<_>>();
            checks.extend(walk(origin, &host, &called, verifier, extra.is_some()).await);
        }
        Err(error) => checks.push(judges::nobody_to_judge_by(&error)),
    }
    checks
}

/// The same, with what is known here about our own certificate for the name: where there is none, no stranger
/// answers in our place.
pub(crate) fn with_own_certificate(mut checks: Vec<Check>, own: Option<&PublicStatus>) -> Vec<Check> {
    for check in checks.iter_mut().filter(|check| check.name == CERTIFICATE && !check.ok) {
        if let Some(better) = own.and_then(judges::own_certificate) {
            *check = better;
        }
    }
    checks
}

async fn look_up(host: &Host, port: u16) -> Vec<IpAddr> {
    match host {
        Host::Ipv4(address) => vec![IpAddr::V4(*address)],
        Host::Ipv6(address) => vec![IpAddr::V6(*address)],
        Host::Domain(name) => {
            let found = tokio::time::timeout(STEP, tokio::net::lookup_host((name.as_str(), port))).await;
            found.into_iter().flatten().flatten().map(|address| address.ip()).collect()
        }
    }
}

/// Those that Claude's cloud may call: each IPv4 address. Only where there is none, one of the others, so that the
/// rest of the way is seen too.
fn as_called(addresses: &[IpAddr]) -> Vec<IpAddr> {
    let called: Vec<IpAddr> =
        addresses.iter().copied().filter(IpAddr::is_ipv4).take(MOST_ADDRESSES).collect();
    if called.is_empty() { addresses.first().copied().into_iter().collect() } else { called }
}

/// From the connection to the challenge, at the first address; the others only have to be somebody's who shows the
/// right certificate.
async fn walk(
    origin: &Origin,
    host: &Host,
    addresses: &[SocketAddr],
    verifier: Arc<dyn ServerCertVerifier>,
    privately: bool,
) -> Vec<Check> {
    let tls = match client(verifier) {
        Ok(tls) => TlsConnector::from(Arc::new(tls)),
        Err(error) => return vec![judges::nobody_to_judge_by(&error)],
    };
    let mut first = None;
    for address in addresses {
        match connect(host, *address, &tls).await {
            Ok(stream) => first = first.or(Some(stream)),
            Err(check) => return vec![check],
        }
    }
    let Some(stream) = first else { return Vec::new() };
    let mut checks = vec![judges::good_certificate(privately)];
    let Ok((mut client, connection)) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await
    else {
        checks.push(judges::cannot_connect("the connection broke"));
        return checks;
    };
    let driving = tokio::spawn(connection);
    for (step, path, judge) in STEPS {
        checks.push(match tokio::time::timeout(STEP, ask(&mut client, path, origin)).await {
            Ok(Some(answer)) => judge(step, &answer, origin),
            Ok(None) | Err(_) => judges::cannot_connect(&format!("{path} was not answered")),
        });
    }
    driving.abort();
    checks
}

async fn connect(
    host: &Host,
    address: SocketAddr,
    tls: &TlsConnector,
) -> Result<TlsStream<TcpStream>, Check> {
    let stream = match tokio::time::timeout(STEP, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(judges::cannot_connect(&format!("{address}: {error}"))),
        Err(_) => return Err(judges::cannot_connect(&format!("{address} does not answer"))),
    };
    let name = match host {
        Host::Domain(name) => {
            ServerName::try_from(name.clone()).map_err(|e| judges::nobody_to_judge_by(&e))?
        }
        Host::Ipv4(address) => ServerName::IpAddress(IpAddr::V4(*address).into()),
        Host::Ipv6(address) => ServerName::IpAddress(IpAddr::V6(*address).into()),
    };
    match tokio::time::timeout(STEP, tls.connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(judges::handshake(&error)),
        Err(_) => Err(judges::silent()),
    }
}

async fn ask(client: &mut SendRequest<Empty<Bytes>>, path: &str, origin: &Origin) -> Option<Answer> {
    let request = hyper::Request::get(path)
        .header(HOST, origin.as_str().trim_start_matches("https://"))
        .header(USER_AGENT, AS_CLAUDE)
        .body(Empty::new())
        .expect("the paths are paths");
    let (head, body) = client.send_request(request).await.ok()?.into_parts();
    let body = Limited::new(body, LONGEST_ANSWER).collect().await.ok()?.to_bytes();
    Some(Answer { status: head.status, headers: head.headers, body })
}

fn client(verifier: Arc<dyn ServerCertVerifier>) -> Result<ClientConfig, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
#[path = "public_check_tests.rs"]
mod tests;
