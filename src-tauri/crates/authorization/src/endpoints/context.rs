//! What an endpoint knows of a request besides its content.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};

use super::page;
use crate::arrival::{Arrival, PeerAddress};
use crate::audit::Sender;
use crate::client::name;
use crate::origin::{Origin, OriginName};
use crate::service::Inner;

/// Where a request came from and which origin it was for.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) arrival: Arrival,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) origin: Origin,
    pub(crate) user_agent: Option<String>,
    /// Whether the browser itself navigated here: `Sec-Fetch-Dest` is `document`, or absent as in browsers
    /// and programs that do not know it.
    pub(crate) navigation: bool,
    /// Whether the browser says so itself.
    pub(crate) document: bool,
}

impl Context {
    /// Who sent the request, for the audit trail.
    pub(crate) fn sender(&self) -> Sender {
        Sender {
            arrival: self.arrival.to_string(),
            remote_address: self.peer.map(|address| address.to_string()),
            user_agent: self.user_agent.clone(),
        }
    }
}

impl FromRequestParts<Arc<Inner>> for Context {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, inner: &Arc<Inner>) -> Result<Self, Response> {
        let name = parts.extensions.get::<OriginName>().copied().unwrap_or(OriginName::Local);
        let Some(origin) = inner.origin(name) else {
            // The public name, just after the tunnel went down.
            return Err(page::problem(
                StatusCode::MISDIRECTED_REQUEST,
                "Not reachable here",
                "This address is not in use at the moment.",
            ));
        };
        Ok(Self {
            arrival: parts.extensions.get::<Arrival>().cloned().unwrap_or_else(Arrival::unknown),
            peer: parts.extensions.get::<PeerAddress>().and_then(|address| address.0),
            origin,
            user_agent: text(&parts.headers, &header::USER_AGENT).and_then(name::clean_user_agent),
            document: parts.headers.get("sec-fetch-dest").is_some_and(|dest| dest == "document"),
            navigation: parts.headers.get("sec-fetch-dest").is_none_or(|dest| dest == "document"),
        })
    }
}

/// A header's value, if it is readable text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
