//! Which names a request may use for us: the check of `Host` and `Origin` (DNS rebinding, MCP transport
//! "MUST validate Origin", CVE-2026-42559 and its kin).

use std::sync::Arc;

use authorization::{Arrival, Origin, OriginName, Origins, RejectionKind};
use http::uri::Authority;
use http::{HeaderMap, Uri, header};
use parking_lot::RwLock;

/// The names as they are now: the public one comes and goes with the tunnel. Clones are the same names.
#[derive(Clone, Debug)]
pub(crate) struct SharedNames {
    local: Origin,
    browser_origins: Arc<[String]>,
    now: Arc<RwLock<Names>>,
}

impl SharedNames {
    pub(crate) fn new(origins: &Origins, browser_origins: &[String]) -> Self {
        Self {
            local: origins.local.clone(),
            browser_origins: browser_origins.into(),
            now: Arc::new(RwLock::new(Names::new(origins, browser_origins))),
        }
    }

    pub(crate) fn set_public(&self, public: Option<Origin>) {
        let origins = Origins { local: self.local.clone(), public };
        *self.now.write() = Names::new(&origins, &self.browser_origins);
    }

    /// See [`Names::check`].
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap, arrival: &Arrival) -> Result<Named, Refusal> {
        self.now.read().check(uri, headers, arrival)
    }
}

/// The names that are ours, and the web pages that may call us.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    hosts: Vec<(HostPort, OriginName)>,
    own_origins: Vec<String>,
    browser_origins: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct HostPort {
    host: String,
    port: u16,
}

/// Why a request's names were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the request names no host; send a Host header with the name in our URL")]
    NoHost,
    #[error("this server does not answer to that host name; use the URL that the program printed")]
    ForeignHost,
    #[error("web pages of that origin may not call this server; add it to `browser_origins` if you trust it")]
    ForeignOrigin,
}

impl Refusal {
    /// What it is counted as in the audit trail.
    pub(crate) fn kind(self) -> RejectionKind {
        match self {
            Self::NoHost | Self::ForeignHost => RejectionKind::ForeignHost,
            Self::ForeignOrigin => RejectionKind::ForeignOrigin,
        }
    }
}

/// A request whose names are in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) origin: OriginName,
    /// The web page's origin where it is not our own: it needs CORS headers to read the answer.
    pub(crate) browser_origin: Option<String>,
}

impl Names {
    pub(crate) fn new(origins: &Origins, browser_origins: &[String]) -> Self {
        let mut hosts = Vec::new();
        let mut own_origins = Vec::new();
        if let Some(local) = host_port(origins.local.as_str()) {
            // The local origin is `https://localhost:PORT`; the other loopback names are served, never named.
            for host in [local.host.as_str(), "127.0.0.1", "[::1]"] {
                hosts.push((HostPort { host: host.to_owned(), port: local.port }, OriginName::Local));
                own_origins.push(format!("https://{host}{}", port_suffix(local.port)));
            }
        }
        if let Some(public) = origins.public.as_ref().and_then(|origin| host_port(origin.as_str())) {
            own_origins.push(format!("https://{}{}", public.host, port_suffix(public.port)));
            hosts.push((public, OriginName::Public));
        }
        let browser_origins = browser_origins.iter().map(|origin| origin.to_ascii_lowercase()).collect();
        Self { hosts, own_origins, browser_origins }
    }

    /// Checks `Host` (or HTTP/2's `:authority`) and, where it is present, `Origin`.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap, arrival: &Arrival) -> Result<Named, Refusal> {
        let origin = self.check_host(uri, headers)?;
        // The local origin is for this computer alone: its tokens and its pages are never served to the
        // internet, whatever name a stranger writes there.
        if origin == OriginName::Local && matches!(arrival, Arrival::Tunnel(_)) {
            return Err(Refusal::ForeignHost);
        }
        let browser_origin = self.check_origin(headers)?;
        Ok(Named { origin, browser_origin })
    }

    fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<OriginName, Refusal> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let named = hosts.next().map(|value| value.to_str().unwrap_or_default());
        if hosts.next().is_some() {
            return Err(Refusal::ForeignHost);
        }
        let authority = uri.authority().map(Authority::as_str);
        // Two names that differ are an attempt to be read one way here and another way further on.
        if let (Some(named), Some(authority)) = (named, authority)
            && !named.eq_ignore_ascii_case(authority)
        {
            return Err(Refusal::ForeignHost);
        }
        let given = named.or(authority).ok_or(Refusal::NoHost)?;
        let given = host_port(&format!("https://{given}")).ok_or(Refusal::ForeignHost)?;
        self.hosts
            .iter()
            .find(|(host, _)| *host == given)
            .map(|(_, origin)| *origin)
            .ok_or(Refusal::ForeignHost)
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<Option<String>, Refusal> {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let Some(origin) = origins.next() else { return Ok(None) };
        if origins.next().is_some() {
            return Err(Refusal::ForeignOrigin);
        }
        let origin = origin.to_str().map_err(|_| Refusal::ForeignOrigin)?.to_ascii_lowercase();
        if self.own_origins.contains(&origin) {
            Ok(None)
        } else if self.browser_origins.contains(&origin) {
            Ok(Some(origin))
        } else {
            Err(Refusal::ForeignOrigin)
        }
    }
}

fn port_suffix(port: u16) -> String {
    if port == 443 { String::new() } else { format!(":{port}") }
}

/// Host, in lower case, and port of an `https` origin. User info makes it none.
fn host_port(origin: &str) -> Option<HostPort> {
    let authority: Authority = origin.strip_prefix("https://")?.parse().ok()?;
    if authority.as_str().contains('@') {
        return None;
    }
    let port = match authority.port() {
        Some(port) => port.as_u16(),
        None if authority.as_str().ends_with(':') => return None,
        None => 443,
    };
    Some(HostPort { host: authority.host().to_ascii_lowercase(), port })
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
