//! What `tailscale status --json` says of this computer, and whether a funnel can be opened.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Refusal;

/// The part that is of interest. Source: ipn/ipnstate of tailscale/tailscale, the types `Status` and `PeerStatus`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Status {
    #[serde(default)]
    backend_state: String,
    #[serde(rename = "Self")]
    own: Option<Own>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Own {
    #[serde(rename = "DNSName", default)]
    dns_name: String,
    #[serde(default)]
    online: bool,
    /// The older form.
    #[serde(default)]
    capabilities: Option<Vec<String>>,
    #[serde(default)]
    cap_map: Option<BTreeMap<String, serde_json::Value>>,
}

/// How the allowed ports stand among the capabilities (tailcfg, `CapabilityFunnelPorts`).
const PORTS_CAPABILITY: &str = "https://tailscale.com/cap/funnel-ports?ports=";

impl Status {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        serde_json::from_str(text).map_err(|_| Refusal::Unreadable)
    }

    /// This computer's public name, if a funnel can be opened on that port under the name that is set.
    pub(super) fn judge(&self, port: u16, set: Option<&str>) -> Result<String, Refusal> {
        match self.backend_state.as_str() {
            "Running" => {}
            "NeedsLogin" => return Err(Refusal::NotLoggedIn),
            "NeedsMachineAuth" => return Err(Refusal::NotApproved),
            "Stopped" => return Err(Refusal::TurnedOff),
            "" => return Err(Refusal::Unreadable),
            _ => return Err(Refusal::NotConnected),
        }
        let own = self.own.as_ref().ok_or(Refusal::Unreadable)?;
        let name = own.dns_name.trim_end_matches('.').to_ascii_lowercase();
        if name.is_empty() {
            return Err(Refusal::NoName);
        }
        // It becomes a part of our addresses.
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')) {
            return Err(Refusal::Unreadable);
        }
        if let Some(set) = set
            && !set.eq_ignore_ascii_case(&name)
        {
            return Err(Refusal::OtherName { set: set.to_owned(), name });
        }
        if !own.online {
            return Err(Refusal::NotConnected);
        }
        if !own.has("https") {
            return Err(Refusal::NoHttps);
        }
        if !own.has("funnel") {
            return Err(Refusal::NotAllowed);
        }
        if own.allows(port) { Ok(name) } else { Err(Refusal::PortNotAllowed { port }) }
    }
}

impl Own {
    fn capabilities(&self) -> impl Iterator<Item = &str> {
        let map = self.cap_map.iter().flat_map(BTreeMap::keys);
        map.chain(self.capabilities.iter().flatten()).map(String::as_str)
    }

    fn has(&self, name: &str) -> bool {
        self.capabilities().any(|capability| capability == name)
    }

    /// Ports stand as numbers and ranges: `443,8080-8090`.
    fn allows(&self, port: u16) -> bool {
        let lists = self.capabilities().filter_map(|capability| capability.strip_prefix(PORTS_CAPABILITY));
        lists.flat_map(|ports| ports.split(',')).any(|part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            matches!((first.parse::<u16>(), last.parse::<u16>()), (Ok(first), Ok(last)) if (first..=last).contains(&port))
        })
    }
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
