//! What makes an authorization request good, and where its answer goes.
//!
//! Two steps, never in another order: first who asks and where the answer would go ([`target`]); until both
//! are known to be right, an error is shown on a page here, because a redirect would make this server an
//! open redirector (RFC 9700 §4.11.2). Then the rest ([`judge`]), whose errors go to the client.

use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

use super::parameters::{InvalidParameter, Parameters};
use super::pkce::{CodeChallenge, InvalidChallenge};
use super::redirect_uri::{self, InvalidRedirectUri, Kind};
use super::resource::{self, InvalidTarget};
use crate::client::Client;
use crate::origin::Origin;
use crate::scope::ScopeSet;

/// The longest client id, in bytes.
pub(crate) const MAX_CLIENT_ID: usize = 2048;
/// The longest `state`, in bytes.
pub(crate) const MAX_STATE: usize = 4096;
/// The longest `scope`, in bytes.
const MAX_SCOPE: usize = 4096;

/// Why nothing may be redirected: the person sees it on a page here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TargetError {
    #[error("{0}")]
    Parameter(#[from] InvalidParameter),
    #[error("the request names no client (client_id is missing)")]
    NoClientId,
    #[error("the client_id is too long")]
    ClientIdTooLong,
    #[error("the request names no redirect_uri, and the client has registered more than one")]
    NoRedirectUri,
    #[error("the redirect_uri can not be used: {0}")]
    InvalidRedirectUri(#[from] InvalidRedirectUri),
    #[error(
        "the redirect_uri has a private scheme; any program on a computer can claim one, so it is refused"
    )]
    PrivateUse,
    #[error("the redirect_uri is not one that the client has registered")]
    NotRegistered,
}

/// Why a request of a known client is refused: goes to its redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestError {
    #[error("{0}")]
    Parameter(#[from] InvalidParameter),
    #[error("response_type is missing; use code")]
    NoResponseType,
    #[error("only response_type=code is supported")]
    ResponseType,
    #[error("only response_mode=query is supported")]
    ResponseMode,
    #[error("request objects are not supported")]
    RequestObject,
    #[error("request_uri is not supported")]
    RequestUri,
    #[error("the owner must be asked; prompt=none can not be fulfilled")]
    PromptNone,
    #[error("state is longer than 4096 bytes")]
    StateTooLong,
    #[error("scope is longer than 4096 bytes")]
    ScopeTooLong,
    #[error("none of the scopes that were asked for exists here; see scopes_supported in the metadata")]
    NoScope,
    #[error("{0}")]
    Challenge(#[from] InvalidChallenge),
    #[error("{0}")]
    Target(#[from] InvalidTarget),
}

impl RequestError {
    /// The error code on the wire (RFC 6749 §4.1.2.1, RFC 8707 §2, `OpenID` Connect Core §3.1.2.6).
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Parameter(_)
            | Self::NoResponseType
            | Self::ResponseMode
            | Self::StateTooLong
            | Self::ScopeTooLong
            | Self::Challenge(_) => "invalid_request",
            Self::ResponseType => "unsupported_response_type",
            Self::RequestObject => "request_not_supported",
            Self::RequestUri => "request_uri_not_supported",
            Self::PromptNone => "interaction_required",
            Self::NoScope => "invalid_scope",
            Self::Target(_) => "invalid_target",
        }
    }
}

/// A request that the owner may be asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ValidRequest {
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) challenge: CodeChallenge,
    pub(crate) scopes: ScopeSet,
    pub(crate) resource: String,
}

/// The client id of a request.
pub(crate) fn client_id(parameters: &Parameters) -> Result<&str, TargetError> {
    let id = parameters.one("client_id")?.ok_or(TargetError::NoClientId)?;
    if id.len() > MAX_CLIENT_ID { Err(TargetError::ClientIdTooLong) } else { Ok(id) }
}

/// Where the answer to this client goes: the redirect URI it asked for if it has registered it, or its only
/// one if it asked for none.
pub(crate) fn target(parameters: &Parameters, client: &Client) -> Result<String, TargetError> {
    let uri = match (parameters.one("redirect_uri")?, client.redirect_uris.as_slice()) {
        (Some(uri), _) => uri,
        (None, [only]) => only,
        (None, _) => return Err(TargetError::NoRedirectUri),
    };
    if redirect_uri::inspect(uri)? == Kind::PrivateUse {
        return Err(TargetError::PrivateUse);
    }
    if !client.may_be_answered_at(uri) {
        return Err(TargetError::NotRegistered);
    }
    Ok(uri.to_owned())
}

/// Where the answer of a client would go that was not looked up yet: the redirect URI as it was asked for. Whether
/// it is one of the client's is not known, so nothing may be sent there.
pub(crate) fn unproved_target(parameters: &Parameters) -> Result<String, TargetError> {
    let uri = parameters.one("redirect_uri")?.ok_or(TargetError::NoRedirectUri)?;
    if redirect_uri::inspect(uri)? == Kind::PrivateUse {
        return Err(TargetError::PrivateUse);
    }
    Ok(uri.to_owned())
}

/// The `state` to be given back; nothing if it is not one that can be given back.
pub(crate) fn returnable_state(parameters: &Parameters) -> Option<&str> {
    parameters.one("state").ok().flatten().filter(|state| state.len() <= MAX_STATE)
}

/// Judges everything but client and target.
pub(crate) fn judge(
    parameters: &Parameters,
    redirect_uri: String,
    origin: &Origin,
) -> Result<ValidRequest, RequestError> {
    let state = parameters.one("state")?;
    if state.is_some_and(|state| state.len() > MAX_STATE) {
        return Err(RequestError::StateTooLong);
    }
    if parameters.one("request")?.is_some() {
        return Err(RequestError::RequestObject);
    }
    if parameters.one("request_uri")?.is_some() {
        return Err(RequestError::RequestUri);
    }
    match parameters.one("response_type")? {
        Some("code") => {}
        Some(_) => return Err(RequestError::ResponseType),
        None => return Err(RequestError::NoResponseType),
    }
    if parameters.one("response_mode")?.is_some_and(|mode| mode != "query") {
        return Err(RequestError::ResponseMode);
    }
    if parameters.one("prompt")?.is_some_and(|prompt| prompt.split(' ').any(|word| word == "none")) {
        return Err(RequestError::PromptNone);
    }
    let challenge = CodeChallenge::from_request(
        parameters.one("code_challenge")?,
        parameters.one("code_challenge_method")?,
    )?;
    resource::check(parameters.all("resource"), origin)?;
    let scopes = match parameters.one("scope")? {
        None => ScopeSet::DEFAULT,
        Some(text) if text.len() > MAX_SCOPE => return Err(RequestError::ScopeTooLong),
        Some(text) => ScopeSet::narrowed_from(text),
    };
    if scopes.is_empty() {
        return Err(RequestError::NoScope);
    }
    Ok(ValidRequest {
        redirect_uri,
        state: state.map(str::to_owned),
        challenge,
        scopes,
        resource: origin.resource(),
    })
}

/// What two requests must share to be the same request asked twice.
pub(crate) fn fingerprint(client_id: &str, request: &ValidRequest, arrival: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    let scopes = request.scopes.to_string();
    let parts = [
        client_id,
        &request.redirect_uri,
        request.challenge.as_str(),
        request.state.as_deref().unwrap_or(""),
        &scopes,
        &request.resource,
        arrival,
    ];
    for part in parts {
        // The length first, so that no two lists of parts run together into the same bytes.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// The address of an authorization response: `answer`, `state` and `iss` added to the redirect URI.
///
/// Each stands there exactly once, also where the registered URI already has a parameter of that name: a
/// client that read the other one could be made to mix up servers (RFC 9207 §2.4).
pub(crate) fn response_uri(
    redirect_uri: &str,
    answer: &[(&str, &str)],
    state: Option<&str>,
    issuer: &str,
) -> String {
    const OURS: [&str; 6] = ["code", "state", "iss", "error", "error_description", "error_uri"];
    let (base, query) = redirect_uri.split_once('?').unwrap_or((redirect_uri, ""));
    let kept = query.split('&').filter(|pair| {
        !pair.is_empty()
            && !form_urlencoded::parse(pair.as_bytes()).any(|(name, _)| OURS.contains(&name.as_ref()))
    });
    let mut own = form_urlencoded::Serializer::new(String::new());
    own.extend_pairs(answer);
    if let Some(state) = state {
        own.append_pair("state", state);
    }
    own.append_pair("iss", issuer);
    let own = own.finish();
    let query = kept.chain([own.as_str()]).collect::<Vec<_>>().join("&");
    format!("{base}?{query}")
}

#[cfg(test)]
#[path = "authorize_tests.rs"]
mod tests;
