//! Where the other server's endpoints are: its metadata, found by RFC 8414 or by OIDC discovery.

use serde_json::{Map, Value};
use url::Url;

use super::ExternalError;
use super::settings::Issuer;
use crate::fetch::{Ask, Content, Fetcher, Reach};

/// The longest document that is read of the other server, in bytes.
pub(super) const MAX_DOCUMENT: usize = 256 * 1024;

/// What is used of the metadata, and the whole of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Metadata {
    pub(super) jwks_uri: Option<String>,
    pub(super) introspection_endpoint: Option<String>,
    pub(super) registration_endpoint: Option<String>,
    pub(super) document: Map<String, Value>,
}

/// Where the metadata of an issuer may be, in the order in which clients of MCP look.
fn places(issuer: &Issuer) -> Vec<String> {
    let Ok(url) = Url::parse(issuer.as_str()) else { return Vec::new() };
    let origin = url.origin().ascii_serialization();
    let path = url.path().trim_end_matches('/');
    let mut places = vec![
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}/.well-known/openid-configuration{path}"),
        format!("{origin}{path}/.well-known/openid-configuration"),
    ];
    places.dedup();
    places
}

/// Finds the metadata.
pub(super) async fn discover(issuer: &Issuer, fetcher: &Fetcher) -> Result<Metadata, ExternalError> {
    let mut faults = Vec::new();
    for url in places(issuer) {
        let ask = Ask {
            url: url.clone(),
            reach: Reach::OwnerNamed,
            max_bytes: MAX_DOCUMENT,
            content: Content::Nothing,
        };
        match fetcher.fetch(ask).await {
            // A document that is there and not right ends the search: it is that server's word.
            Ok(answer) => return read(&answer.body, issuer),
            Err(error) => faults.push(format!("{url}: {error}")),
        }
    }
    Err(ExternalError::NoMetadata(faults.join("; ")))
}

/// Reads the metadata. Its issuer must be the very text of the settings: another server's metadata, put there,
/// would send its tokens' keys along (mix-up; RFC 8414 §3.3).
fn read(document: &[u8], issuer: &Issuer) -> Result<Metadata, ExternalError> {
    let document: Map<String, Value> =
        serde_json::from_slice(document).map_err(|_| ExternalError::NotMetadata)?;
    let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
    let named = text("issuer").ok_or(ExternalError::Unnamed("issuer"))?;
    if named != issuer.as_str() {
        return Err(ExternalError::OtherIssuer(named.chars().take(200).collect()));
    }
    Ok(Metadata {
        jwks_uri: text("jwks_uri"),
        introspection_endpoint: text("introspection_endpoint"),
        registration_endpoint: text("registration_endpoint"),
        document,
    })
}
