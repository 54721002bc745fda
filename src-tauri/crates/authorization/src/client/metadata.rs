//! What a client says about itself when it registers (RFC 7591 §2), read with the tolerance that real
//! clients need.

use serde_json::{Map, Value};
use url::Url;

use super::name;
use crate::rules::redirect_uri::{self, InvalidRedirectUri, Kind};
use crate::scope::ScopeSet;

/// How many redirect URIs one client may have.
const MAX_REDIRECT_URIS: usize = 10;
/// How long a text that is only echoed may be, in characters.
const MAX_TEXT: usize = 2000;

/// A registration that was accepted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClientMetadata {
    /// Cleaned for display.
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    /// What the answer echoes: only what was given and understood, never a null. Claude Code's schema fails
    /// on nulls, and on an answer without `redirect_uris`.
    pub(crate) echo: Map<String, Value>,
}

/// Why a registration is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidMetadata {
    #[error("the body is not a JSON object")]
    NotAnObject,
    #[error("redirect_uris is missing or empty; name at least one")]
    NoRedirectUris,
    #[error("there are more than 10 redirect_uris")]
    TooManyRedirectUris,
    #[error("{0}")]
    RedirectUri(#[from] InvalidRedirectUri),
    #[error("no redirect URI can be used; name one with https, or with http on a loopback address")]
    NoUsableRedirectUri,
    #[error("{0} has a value of the wrong type")]
    WrongType(&'static str),
    #[error("{0} is too long")]
    TooLong(&'static str),
    #[error("grant_types must include authorization_code; only it and refresh_token are supported")]
    GrantTypes,
    #[error("response_types must include code; nothing else is supported")]
    ResponseTypes,
}

impl InvalidMetadata {
    /// The error code on the wire (RFC 7591 §3.2.2).
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NoRedirectUris
            | Self::TooManyRedirectUris
            | Self::RedirectUri(_)
            | Self::NoUsableRedirectUri => "invalid_redirect_uri",
            Self::NotAnObject
            | Self::WrongType(_)
            | Self::TooLong(_)
            | Self::GrantTypes
            | Self::ResponseTypes => "invalid_client_metadata",
        }
    }
}

/// Reads the body of a registration request.
///
/// Tolerant where nothing is at stake: unknown fields and nulls are passed over, scopes that do not exist
/// are left out, a private-use redirect beside a usable one is stored (and refused when it is asked for), and
/// a client that asks for a secret becomes a public one and is told so.
pub(crate) fn read(body: &[u8]) -> Result<ClientMetadata, InvalidMetadata> {
    let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(body) else {
        return Err(InvalidMetadata::NotAnObject);
    };
    let redirect_uris = redirect_uris(&fields)?;
    let mut echo = Map::new();
    echo.insert("redirect_uris".to_owned(), redirect_uris.clone().into());
    echo.insert("token_endpoint_auth_method".to_owned(), "none".into());
    if text(&fields, "token_endpoint_auth_method")?.is_some_and(|method| method != "none") {
        tracing::debug!("a client asked for a secret and was registered as a public client");
    }
    echo.insert("grant_types".to_owned(), grant_types(&fields)?);
    if list(&fields, "response_types")?.is_some_and(|types| !types.contains(&"code")) {
        return Err(InvalidMetadata::ResponseTypes);
    }
    echo.insert("response_types".to_owned(), vec!["code"].into());

    let name = text(&fields, "client_name")?.map(name::clean);
    if let Some(name) = &name {
        echo.insert("client_name".to_owned(), name.clone().into());
    }
    if let Some(scope) = text(&fields, "scope")? {
        let scopes = ScopeSet::narrowed_from(scope);
        if !scopes.is_empty() {
            echo.insert("scope".to_owned(), scopes.to_string().into());
        }
    }
    for field in ["client_uri", "logo_uri", "tos_uri", "policy_uri"] {
        // These may end in a page's link one day; a scheme such as javascript: must not come that far.
        if let Some(uri) = text(&fields, field)?
            && Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
        {
            echo.insert(field.to_owned(), uri.into());
        }
    }
    for field in ["software_id", "software_version", "application_type"] {
        if let Some(text) = text(&fields, field)? {
            echo.insert(field.to_owned(), text.into());
        }
    }
    if let Some(contacts) = list(&fields, "contacts")? {
        echo.insert("contacts".to_owned(), contacts.into());
    }
    Ok(ClientMetadata { name: name.unwrap_or_else(|| name::clean("")), redirect_uris, echo })
}

fn redirect_uris(fields: &Map<String, Value>) -> Result<Vec<String>, InvalidMetadata> {
    let uris = list(fields, "redirect_uris")?.unwrap_or_default();
    if uris.is_empty() {
        return Err(InvalidMetadata::NoRedirectUris);
    }
    if uris.len() > MAX_REDIRECT_URIS {
        return Err(InvalidMetadata::TooManyRedirectUris);
    }
    let mut usable = false;
    for uri in &uris {
        usable |= redirect_uri::inspect(uri)? != Kind::PrivateUse;
    }
    if !usable {
        return Err(InvalidMetadata::NoUsableRedirectUri);
    }
    Ok(uris.into_iter().map(str::to_owned).collect())
}

fn grant_types(fields: &Map<String, Value>) -> Result<Value, InvalidMetadata> {
    let Some(asked) = list(fields, "grant_types")? else {
        return Ok(vec!["authorization_code", "refresh_token"].into());
    };
    if !asked.contains(&"authorization_code") {
        return Err(InvalidMetadata::GrantTypes);
    }
    let known: Vec<&str> = ["authorization_code", "refresh_token"]
        .into_iter()
        .filter(|grant_type| asked.contains(grant_type))
        .collect();
    Ok(known.into())
}

fn text<'a>(fields: &'a Map<String, Value>, field: &'static str) -> Result<Option<&'a str>, InvalidMetadata> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.chars().count() > MAX_TEXT => Err(InvalidMetadata::TooLong(field)),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(InvalidMetadata::WrongType(field)),
    }
}

fn list<'a>(
    fields: &'a Map<String, Value>,
    field: &'static str,
) -> Result<Option<Vec<&'a str>>, InvalidMetadata> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) if items.len() > 100 => Err(InvalidMetadata::TooLong(field)),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().ok_or(InvalidMetadata::WrongType(field)))
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(InvalidMetadata::WrongType(field)),
    }
}

#[cfg(test)]
#[path = "metadata_tests.rs"]
mod tests;
