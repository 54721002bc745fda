//! Client ID Metadata Documents that are fetched: which `client_id` names one, and what makes one good
//! (draft-ietf-oauth-client-id-metadata-document, read with the tolerance that live documents need).

use serde_json::{Map, Value};
use url::Url;

use super::metadata::{self, InvalidMetadata};
use super::{Client, Registration, name};
use crate::fetch::{self, InvalidTarget};

/// The longest document that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 5 * 1024;
/// The longest `client_id` that is taken for a URL, in bytes.
const MAX_URL: usize = 1024;

/// A `client_id` that names a document: an https URL in the one form in which nobody can write it otherwise,
/// since two spellings of one place would be two clients to us and one to everybody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientIdUrl {
    text: String,
    host: String,
}

/// Why a `client_id` names no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidClientIdUrl {
    #[error("it is longer than 1024 bytes")]
    TooLong,
    #[error("it does not begin with https://")]
    NotHttps,
    #[error("it has characters that a URL can not have")]
    Characters,
    #[error("it has a fragment")]
    Fragment,
    #[error("it has a query")]
    Query,
    #[error("it has a user name or password in it")]
    UserInfo,
    #[error("it names a port")]
    Port,
    #[error("it has no path")]
    NoPath,
    #[error("it has dot segments in its path")]
    DotSegments,
    #[error("it is not written in its normal form")]
    NotNormal,
    #[error("{0}")]
    Target(#[from] InvalidTarget),
}

impl ClientIdUrl {
    /// Judges the text as it came. A parser that tidied it up first would hide what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidClientIdUrl> {
        if text.len() > MAX_URL {
            return Err(InvalidClientIdUrl::TooLong);
        }
        let rest = text.strip_prefix("https://").ok_or(InvalidClientIdUrl::NotHttps)?;
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && !br#"\"<>^`{|}"#.contains(&byte)) {
            return Err(InvalidClientIdUrl::Characters);
        }
        if text.contains('#') {
            return Err(InvalidClientIdUrl::Fragment);
        }
        if text.contains('?') {
            return Err(InvalidClientIdUrl::Query);
        }
        let (authority, path) = rest.split_once('/').ok_or(InvalidClientIdUrl::NoPath)?;
        if authority.contains('@') {
            return Err(InvalidClientIdUrl::UserInfo);
        }
        // Also in front of an IPv6 address: neither a port nor an address may stand there.
        if authority.contains(':') {
            return Err(InvalidClientIdUrl::Port);
        }
        if path.is_empty() {
            return Err(InvalidClientIdUrl::NoPath);
        }
        if path.split('/').any(is_dot_segment) {
            return Err(InvalidClientIdUrl::DotSegments);
        }
        let host = fetch::public_host(text)?;
        if Url::parse(text).map_or(true, |url| url.as_str() != text) {
            return Err(InvalidClientIdUrl::NotNormal);
        }
        Ok(Self { text: text.to_owned(), host })
    }

    /// The URL: the `client_id`.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host: who vouches for the document.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

/// `.` or `..`, also where a dot is written `%2e`: servers and browsers read both alike.
fn is_dot_segment(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

/// Why a document is none. The text stands on the waiting page, so it says what its author has to mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidDocument {
    #[error("its metadata document is longer than 5 KB")]
    TooLong,
    #[error("its metadata document has another client_id than the address it is at")]
    OtherClientId,
    #[error("its metadata document has no client_name")]
    NoName,
    #[error("its metadata document holds a client_secret, which everybody can read there")]
    Secret,
    #[error("its metadata document asks for another token_endpoint_auth_method than none")]
    AuthMethod,
    #[error("its metadata document is not good: {0}")]
    Metadata(#[from] InvalidMetadata),
}

/// A document that was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Document {
    pub(crate) client: Client,
    /// What is kept of it besides.
    pub(crate) metadata: Map<String, Value>,
}

/// Reads a document that was fetched from `url`. Unknown members are passed over, and nothing that it names is
/// fetched: no logo, no keys.
pub(crate) fn read(body: &[u8], url: &ClientIdUrl) -> Result<Document, InvalidDocument> {
    if body.len() > MAX_BYTES {
        return Err(InvalidDocument::TooLong);
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(body) else {
        return Err(InvalidMetadata::NotAnObject.into());
    };
    // Byte for byte: the document must know the very address it is at, or it speaks for another client.
    if fields.get("client_id").and_then(Value::as_str) != Some(url.as_str()) {
        return Err(InvalidDocument::OtherClientId);
    }
    if fields.contains_key("client_secret") || fields.contains_key("client_secret_expires_at") {
        return Err(InvalidDocument::Secret);
    }
    if !authenticates_by_nothing(&fields) {
        return Err(InvalidDocument::AuthMethod);
    }
    let name = fields.get("client_name").and_then(Value::as_str).filter(|name| !name.trim().is_empty());
    let name = name::clean(name.ok_or(InvalidDocument::NoName)?);
    // The rest is read as a registration is: it is the same metadata (RFC 7591 §2).
    let mut registered = metadata::read(body)?;
    registered.echo.insert("client_id".to_owned(), url.as_str().into());
    Ok(Document {
        client: Client::public(
            url.as_str().to_owned(),
            name,
            Registration::MetadataDocument,
            registered.redirect_uris,
        ),
        metadata: registered.echo,
    })
}

/// Whether the client can be a public one. ChatGPT's document prefers `private_key_jwt` and says beside it that
/// `none` will do.
fn authenticates_by_nothing(fields: &Map<String, Value>) -> bool {
    match fields.get("token_endpoint_auth_method") {
        None | Some(Value::Null) => true,
        Some(Value::String(method)) if method == "none" => true,
        Some(Value::String(method)) if !method.starts_with("client_secret") => fields
            .get("token_endpoint_auth_methods_supported")
            .and_then(Value::as_array)
            .is_some_and(|methods| methods.iter().any(|method| method == "none")),
        Some(_) => false,
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
