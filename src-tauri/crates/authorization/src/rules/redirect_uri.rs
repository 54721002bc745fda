//! Where an authorization response may be sent: the one check that keeps codes from strangers.
//!
//! Exact text comparison with what was registered (RFC 9700 §2.1); the only freedom is the port of a
//! loopback address (RFC 8252 §7.3), also under the name `localhost`, because Claude Code and others
//! register `http://localhost/callback` and listen on whatever port is free.

use url::{Host, Url};

/// The longest redirect URI that is looked at, in bytes.
pub(crate) const MAX_LENGTH: usize = 2048;

/// What kind of address a well-formed redirect URI is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `https` on any host.
    Https,
    /// `http` on 127.0.0.1, `[::1]` or `localhost`.
    Loopback,
    /// A scheme that an installed program has claimed for itself, such as `cursor://`.
    PrivateUse,
}

/// Why a redirect URI is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidRedirectUri {
    #[error("a redirect URI is longer than 2048 bytes")]
    TooLong,
    #[error("a redirect URI is not an absolute URI")]
    NotAbsolute,
    #[error("a redirect URI has a fragment")]
    Fragment,
    #[error("a redirect URI has a user name or password in it")]
    UserInfo,
    #[error("a redirect URI has characters that a URI can not have")]
    Characters,
    #[error("a redirect URI with http must be on 127.0.0.1, [::1] or localhost; use https")]
    PlainHttp,
    #[error("a redirect URI has a scheme that runs content instead of naming a place")]
    DangerousScheme,
}

/// Checks the form of one redirect URI and says what kind it is.
pub(crate) fn inspect(text: &str) -> Result<Kind, InvalidRedirectUri> {
    if text.len() > MAX_LENGTH {
        return Err(InvalidRedirectUri::TooLong);
    }
    // The parser drops tabs, newlines and surrounding spaces, and turns backslashes into slashes. What it
    // would change could mean one thing to us and another to a browser, so it is refused on the raw text.
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && !br#"\"<>^`{|}"#.contains(&byte)) {
        return Err(InvalidRedirectUri::Characters);
    }
    if text.contains('#') {
        return Err(InvalidRedirectUri::Fragment);
    }
    let url = Url::parse(text).map_err(|_| InvalidRedirectUri::NotAbsolute)?;
    if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
        return Err(InvalidRedirectUri::UserInfo);
    }
    match url.scheme() {
        "https" if authority(text).is_empty() => Err(InvalidRedirectUri::NotAbsolute),
        "https" => Ok(Kind::Https),
        "http" if is_loopback(&url) => Ok(Kind::Loopback),
        "http" => Err(InvalidRedirectUri::PlainHttp),
        "javascript" | "data" | "vbscript" | "file" | "blob" | "about" | "view-source" | "filesystem"
        | "ws" | "wss" | "ftp" => Err(InvalidRedirectUri::DangerousScheme),
        _ => Ok(Kind::PrivateUse),
    }
}

/// Whether `requested` is one of `registered`.
pub(crate) fn is_registered(requested: &str, registered: &[String]) -> bool {
    registered.iter().any(|known| matches(requested, known))
}

/// Whether `requested` is the registered URI `known`: the same text, or for two loopback addresses the same
/// text but for the port.
pub(crate) fn matches(requested: &str, known: &str) -> bool {
    if requested == known {
        return true;
    }
    match (without_loopback_port(requested), without_loopback_port(known)) {
        (Some(requested), Some(known)) => requested == known,
        _ => false,
    }
}

/// The host and port of a redirect URI as a person should see it: where the credentials go.
pub(crate) fn display_host(text: &str) -> String {
    Url::parse(text).map_or_else(
        |_| "unknown".to_owned(),
        |url| match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.to_owned(),
            (None, _) => format!("{}:", url.scheme()),
        },
    )
}

/// The host of a redirect URI without its port: what a block is remembered by.
pub(crate) fn host(text: &str) -> String {
    Url::parse(text)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| "unknown".to_owned())
}

/// Where these addresses lead, for people: hosts without ports, and the scheme where a program of the computer is
/// opened by it. Sorted, each once.
pub(crate) fn destinations(texts: &[String]) -> Vec<String> {
    let mut all: Vec<String> = texts
        .iter()
        .map(|text| match Url::parse(text) {
            Ok(url) => url.host_str().map_or_else(|| format!("{}:", url.scheme()), str::to_owned),
            Err(_) => "unknown".to_owned(),
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether the address is on the computer of whoever reads it, whatever the scheme.
pub(crate) fn is_on_loopback(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| match url.host() {
        Some(Host::Domain(host)) => host == "localhost" || host.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    }
}

fn authority(text: &str) -> &str {
    let Some((_, rest)) = text.split_once("://") else { return "" };
    rest.split(['/', '?', '#']).next().unwrap_or("")
}

/// The text with the port cut out of its authority, for `http` on a loopback host written plainly; `None`
/// for everything else. It works on the text and not on the parsed URL, so that nothing but the port is free.
fn without_loopback_port(text: &str) -> Option<(&'static str, &str)> {
    if inspect(text) != Ok(Kind::Loopback) {
        return None;
    }
    let rest = text.strip_prefix("http://")?;
    for host in ["127.0.0.1", "[::1]", "localhost"] {
        let Some(after) = rest.strip_prefix(host) else { continue };
        let tail = match after.strip_prefix(':') {
            Some(ported) => ported.trim_start_matches(|character: char| character.is_ascii_digit()),
            None => after,
        };
        if tail.is_empty() || tail.starts_with(['/', '?']) {
            return Some((host, tail));
        }
    }
    None
}

#[cfg(test)]
#[path = "redirect_uri_tests.rs"]
mod tests;
