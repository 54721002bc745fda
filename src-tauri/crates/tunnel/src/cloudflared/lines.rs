//! What the lines of `cloudflared` mean. Source: cloudflare/cloudflared (Apache-2.0), `quick_tunnel.go`,
//! `supervisor`, `metrics`; and lines that people have published.

use std::net::SocketAddr;

use super::Refusal;

/// Under which names quick tunnels are.
const QUICK: &str = ".trycloudflare.com";

/// A line that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It answers questions about itself there.
    Metrics(SocketAddr),
    /// The name of this session: `https://….trycloudflare.com`.
    Name(String),
    /// One of its connections to Cloudflare stands.
    Registered,
    /// Why it does not come to that. Some of these it tries again by itself for ever.
    Refused(Refusal),
}

pub(super) fn read(line: &str) -> Option<Meaning> {
    let has = |words: &str| line.contains(words);
    if let Some((_, rest)) = line.split_once("Starting metrics server on ") {
        let address: SocketAddr = rest.split(['/', ' ']).next()?.parse().ok()?;
        // It was asked to answer on this computer alone.
        return address.ip().is_loopback().then_some(Meaning::Metrics(address));
    }
    if has("Registered tunnel connection") {
        return Some(Meaning::Registered);
    }
    let name = line.split_whitespace().find_map(quick_name);
    if let Some(name) = name.filter(|_| line.contains('|')) {
        return Some(Meaning::Name(name));
    }
    let refusal = match () {
        () if has("unnel token is not valid") => Refusal::BadToken,
        () if has("Invalid tunnel secret")
            || has("Tunnel not found")
            || has("tunnel with the given ID was not found") =>
        {
            Refusal::SecretRefused
        }
        () if has("quick Tunnel") && (has("failed") || has("Error")) => Refusal::NoQuickTunnel,
        () if has("Unable to establish connection with Cloudflare edge")
            || has("failed to dial to edge")
            || has("edge discovery")
            || has("no such host") =>
        {
            Refusal::NotReached
        }
        () => return None,
    };
    Some(Meaning::Refused(refusal))
}

/// It becomes our address, so nothing but such a name is taken.
fn quick_name(word: &str) -> Option<String> {
    let host = word.strip_prefix("https://")?;
    let label = host.strip_suffix(QUICK)?;
    let fits = (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        // The service's own address, which its errors name.
        && label != "api";
    fits.then(|| word.to_owned())
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
