//! Where a request goes, read from its URL and judged before any name is looked up.

use std::net::IpAddr;

use url::{Host, Url};

use super::address::{self, Refused};

/// How far a request may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reach {
    /// A stranger named it: https on its own port, at a name whose addresses are all on the public internet.
    Public,
    /// The owner typed it into the settings: https anywhere, plain http on this computer alone.
    OwnerNamed,
}

/// Why a URL is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidTarget {
    #[error("it is no URL with a host")]
    NotAUrl,
    #[error("it is not https")]
    NotHttps,
    #[error("it is plain http and not on this computer; use https")]
    PlainHttp,
    #[error("it has a user name or password in it")]
    UserInfo,
    #[error("it names a port")]
    Port,
    #[error("it names an address instead of a host name")]
    AddressLiteral,
    #[error("its host name is one of a local network")]
    LocalName,
}

/// A place that may be asked once its name was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(super) tls: bool,
    pub(super) host: Host,
    pub(super) port: u16,
    /// The value of `Host`.
    pub(super) authority: String,
    pub(super) path_and_query: String,
    reach: Reach,
}

impl Target {
    pub(super) fn read(text: &str, reach: Reach) -> Result<Self, InvalidTarget> {
        let url = Url::parse(text).map_err(|_| InvalidTarget::NotAUrl)?;
        // Owned: a name, or an address that the parser recognised in any of its spellings (0x7f.1, 2130706433).
        let host = url.host().ok_or(InvalidTarget::NotAUrl)?.to_owned();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidTarget::UserInfo);
        }
        let tls = match (url.scheme(), reach) {
            ("https", _) => true,
            ("http", Reach::OwnerNamed) if may_be_here(&host) => false,
            ("http", Reach::OwnerNamed) => return Err(InvalidTarget::PlainHttp),
            _ => return Err(InvalidTarget::NotHttps),
        };
        if reach == Reach::Public {
            if url.port().is_some() {
                return Err(InvalidTarget::Port);
            }
            match &host {
                Host::Domain(name) if is_local_name(name) => return Err(InvalidTarget::LocalName),
                Host::Domain(_) => {}
                Host::Ipv4(_) | Host::Ipv6(_) => return Err(InvalidTarget::AddressLiteral),
            }
        }
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        };
        let path_and_query = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let port = url.port_or_known_default().ok_or(InvalidTarget::NotAUrl)?;
        Ok(Self { tls, host, port, authority, path_and_query, reach })
    }

    /// Those of the name's addresses that may be connected to.
    pub(super) fn permit(&self, addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, Refused> {
        match (self.reach, self.tls) {
            (Reach::Public, _) => address::all_public(addresses),
            (Reach::OwnerNamed, true) => address::any(addresses),
            (Reach::OwnerNamed, false) => address::all_loopback(addresses),
        }
    }
}

/// The host of a URL that a stranger named, if it may be asked at all.
pub(crate) fn public_host(url: &str) -> Result<String, InvalidTarget> {
    Ok(Target::read(url, Reach::Public)?.host.to_string())
}

/// Names that mean another machine in every network, or that are asked for by multicast: not even looked up.
fn is_local_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // A dot at the end means the same host under another name: two texts for one client.
    let single_label = !name.contains('.') || name.ends_with('.');
    single_label
        || [".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".onion", ".invalid"]
            .iter()
            .any(|suffix| name.ends_with(suffix))
}

fn may_be_here(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
