//! What is seen on the way to the public address, in words for a person, each fault with its remedy. Pure.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};

use authorization::Origin;
use certificates::{PublicState, PublicStatus};
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, SERVER, WWW_AUTHENTICATE};
use rustls::CertificateError;

use crate::operations::Check;

const NAME: &str = "public name";
const PORT: &str = "public port";
const CONNECTION: &str = "public connection";
pub(super) const CERTIFICATE: &str = "public certificate";

/// What came back for one path.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What is asked, and how the answer is judged.
pub(super) type Step = (&'static str, &'static str, fn(&str, &Answer, &Origin) -> Check);

pub(super) const STEPS: &[Step] = &[
    ("public resource metadata", "/.well-known/oauth-protected-resource/mcp", resource),
    ("public server metadata", "/.well-known/oauth-authorization-server", issuer),
    ("public challenge", "/mcp", challenge),
];

pub(super) fn port(port: u16) -> Check {
    if port == 443 {
        return Check::good(PORT, "443");
    }
    Check::bad(
        PORT,
        format!("public_url names port {port}"),
        "Claude's cloud calls port 443 alone: have the host listen on 443, and name no port in public_url",
    )
}

pub(super) fn addresses(name: &str, addresses: &[IpAddr]) -> Check {
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

pub(super) fn cannot_connect(detail: &str) -> Check {
    Check::bad(
        CONNECTION,
        detail,
        "check that the tunnel's host listens on all its addresses (GatewayPorts) and that its firewall lets the port \
         in; `ambient-insights tunnel recipe` prints the settings. Where the name has several addresses, each must \
         lead there",
    )
}

pub(super) fn nobody_to_judge_by(error: &dyn Display) -> Check {
    Check::bad(
        CERTIFICATE,
        format!("no certificate can be checked here: {error}"),
        "mend what the detail names; on Linux the package ca-certificates holds whom programs believe",
    )
}

pub(super) fn good_certificate(privately: bool) -> Check {
    Check::good(
        CERTIFICATE,
        if privately {
            "good for this name; believed with the authorities that your settings add, which Claude's cloud may not \
             know"
        } else {
            "good for this name, and trusted"
        },
    )
}

pub(super) fn silent() -> Check {
    Check::bad(
        CERTIFICATE,
        "somebody answers there, but speaks no TLS in time",
        "check that the port leads to this program and to nothing else",
    )
}

/// What is known here about our own certificate, where it explains that no good one was shown.
pub(super) fn own_certificate(status: &PublicStatus) -> Option<Check> {
    let bad = |detail: &str, remedy: &str| Some(Check::bad(CERTIFICATE, detail, remedy));
    if let Some(problem) = status.problem.as_ref().filter(|_| status.state != PublicState::InUse) {
        return bad(
            &format!("there is no certificate for {} yet: {}", status.name, problem.what),
            &problem.remedy,
        );
    }
    match status.state {
        PublicState::NotAsked => bad(
            &format!("there is no certificate for {} yet", status.name),
            "order one: ambient-insights certificates order (or in the settings)",
        ),
        PublicState::Waiting => bad(
            &format!("the certificate for {} is being ordered", status.name),
            "wait a minute or two; it is looked at again as soon as the certificate is there",
        ),
        PublicState::InUse if status.trial => bad(
            "the certificate comes from the authority's place for trials, so no client believes it",
            "the trial went well: set acme.directory = \"letsencrypt\" and order again",
        ),
        PublicState::InUse => None,
    }
}

pub(super) fn handshake(error: &std::io::Error) -> Check {
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

/// Whether a header tells that Cloudflare answered, the filter that most names are behind.
fn is_cloudflare(answer: &Answer) -> bool {
    answer.headers.contains_key("cf-ray")
        || answer.headers.get(SERVER).is_some_and(|server| server.as_bytes() == b"cloudflare")
}

/// Whether it is a page for people: our documents never are.
fn is_page(answer: &Answer) -> bool {
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/html")
}

/// What somebody before us answers in our place.
fn not_us(step: &str, answer: &Answer) -> Option<Check> {
    let status = answer.status;
    let (detail, remedy) = match status {
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS if is_cloudflare(answer) => (
            format!("Cloudflare answered {status} in this program's place"),
            "Claude's cloud calls as `Claude-User`, which Cloudflare keeps out as a bot: turn \"Block AI bots\" and the \
             challenges off for this name, or let `Claude-User` through",
        ),
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
        status if is_page(answer) => (
            format!("a web page was answered ({status}) where this program answers none"),
            "another server has this name, or a proxy puts a page of its own before it (as some free tunnels do): public_url \
             must lead to this program and to nothing else",
        ),
        _ => return None,
    };
    Some(Check::bad(step, detail, remedy))
}

fn resource(step: &str, answer: &Answer, origin: &Origin) -> Check {
    document(step, answer, "resource", &origin.resource())
}

fn issuer(step: &str, answer: &Answer, origin: &Origin) -> Check {
    document(step, answer, "issuer", origin.as_str())
}

fn document(step: &str, answer: &Answer, member: &str, expected: &str) -> Check {
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

fn challenge(step: &str, answer: &Answer, origin: &Origin) -> Check {
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
#[path = "judges_tests.rs"]
mod tests;
