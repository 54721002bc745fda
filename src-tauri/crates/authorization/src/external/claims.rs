//! What another server says of a token, and whether that lets anybody in.

use std::time::Duration;

use clock::Timestamp;
use serde_json::{Map, Value};

use super::scope_map::ScopeMap;
use crate::scope::ScopeSet;
use crate::service::Rejection;

/// How far the other server's clock may be from ours.
const LEEWAY: Duration = Duration::from_mins(1);
/// How long a token is taken for good whose server does not say how long it is.
const UNTOLD_LIFETIME: Duration = Duration::from_mins(1);
/// The longest name that is taken, in bytes.
const MAX_NAME: usize = 1024;

/// A token of the other server, as that server describes it. It is not yet judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Foreign {
    pub(crate) client_id: String,
    /// Empty where the server asked about the token names nobody.
    pub(crate) subject: String,
    pub(crate) scopes: ScopeSet,
    pub(crate) expires_at: Timestamp,
    issuer: Option<String>,
    audiences: Vec<String>,
    not_before: Option<Timestamp>,
    issued_at: Option<Timestamp>,
}

/// What a token must be to open the door.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audiences: &'a [String],
    pub(crate) subjects: &'a [String],
    pub(crate) now: Timestamp,
}

/// Why a token does not open the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0} is of a type that it can not have")]
    Type(&'static str),
    #[error("it was issued by somebody else")]
    Issuer,
    #[error("it is for another resource")]
    Audience,
    #[error("it has expired")]
    Expired,
    #[error("it is not good yet; compare the clocks")]
    NotYet,
    #[error("it is another person's; see authorization.subjects")]
    Subject,
    #[error("it is bound to a key (cnf), and such a binding can not be checked here")]
    Bound,
}

impl Fault {
    pub(crate) fn rejection(self) -> Rejection {
        match self {
            Self::Missing(_) | Self::Type(_) | Self::Bound => Rejection::Malformed,
            Self::Issuer | Self::NotYet | Self::Subject => Rejection::Unknown,
            Self::Audience => Rejection::WrongAudience,
            Self::Expired => Rejection::Expired,
        }
    }
}

impl Foreign {
    /// Reads the claims of an access token (RFC 9068 §2.2). Each has the type that it must have, or the token is
    /// none: a `nbf` in quotation marks that is quietly passed over lets in who should not be yet.
    pub(crate) fn of_token(claims: &Map<String, Value>, scope_map: &ScopeMap) -> Result<Self, Fault> {
        let foreign = Self {
            client_id: client_id(claims)?,
            subject: text(claims, "sub")?.ok_or(Fault::Missing("sub"))?,
            scopes: scopes(claims, scope_map)?,
            expires_at: time(claims, "exp")?.ok_or(Fault::Missing("exp"))?,
            issuer: Some(text(claims, "iss")?.ok_or(Fault::Missing("iss"))?),
            audiences: audiences(claims)?,
            not_before: time(claims, "nbf")?,
            issued_at: time(claims, "iat")?,
        };
        not_bound(claims)?;
        Ok(foreign)
    }

    /// Reads what the server said when it was asked about a token (RFC 7662 §2.2), where less is required.
    pub(crate) fn of_introspection(
        answer: &Map<String, Value>,
        scope_map: &ScopeMap,
        now: Timestamp,
    ) -> Result<Self, Fault> {
        let foreign = Self {
            client_id: client_id(answer)?,
            subject: text(answer, "sub")?.unwrap_or_default(),
            scopes: scopes(answer, scope_map)?,
            expires_at: time(answer, "exp")?.unwrap_or_else(|| now.plus(UNTOLD_LIFETIME)),
            issuer: text(answer, "iss")?,
            audiences: audiences(answer)?,
            not_before: time(answer, "nbf")?,
            issued_at: time(answer, "iat")?,
        };
        not_bound(answer)?;
        Ok(foreign)
    }

    pub(crate) fn judge(&self, expected: &Expected<'_>) -> Result<(), Fault> {
        let now = expected.now;
        if self.issuer.as_ref().is_some_and(|issuer| issuer != expected.issuer) {
            return Err(Fault::Issuer);
        }
        if !self.audiences.iter().any(|audience| expected.audiences.contains(audience)) {
            return Err(Fault::Audience);
        }
        if self.expires_at.plus(LEEWAY) <= now {
            return Err(Fault::Expired);
        }
        if [self.not_before, self.issued_at].into_iter().flatten().any(|from| from > now.plus(LEEWAY)) {
            return Err(Fault::NotYet);
        }
        if !expected.subjects.is_empty() && !expected.subjects.contains(&self.subject) {
            return Err(Fault::Subject);
        }
        Ok(())
    }
}

fn text(claims: &Map<String, Value>, name: &'static str) -> Result<Option<String>, Fault> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() && text.len() <= MAX_NAME => Ok(Some(text.clone())),
        Some(_) => Err(Fault::Type(name)),
    }
}

/// `client_id` (RFC 9068), or `azp`, under which older servers give it.
fn client_id(claims: &Map<String, Value>) -> Result<String, Fault> {
    match text(claims, "client_id")? {
        Some(id) => Ok(id),
        None => text(claims, "azp")?.ok_or(Fault::Missing("client_id")),
    }
}

/// `aud` is required: what is not said to be for us may be for anybody (RFC 9068 §4).
fn audiences(claims: &Map<String, Value>) -> Result<Vec<String>, Fault> {
    match claims.get("aud") {
        None => Err(Fault::Missing("aud")),
        Some(Value::String(audience)) => Ok(vec![audience.clone()]),
        Some(Value::Array(audiences)) if audiences.len() <= 100 => audiences
            .iter()
            .map(|audience| audience.as_str().map(str::to_owned).ok_or(Fault::Type("aud")))
            .collect(),
        Some(_) => Err(Fault::Type("aud")),
    }
}

/// `scope` (RFC 9068 §2.2.3), or `scp`, a text or a list, under which two large servers give it.
fn scopes(claims: &Map<String, Value>, scope_map: &ScopeMap) -> Result<ScopeSet, Fault> {
    let name = if claims.contains_key("scope") { "scope" } else { "scp" };
    match claims.get(name) {
        None => Ok(ScopeSet::EMPTY),
        Some(Value::String(scopes)) => Ok(scope_map.ours(scopes)),
        Some(Value::Array(scopes)) => scopes.iter().try_fold(ScopeSet::EMPTY, |set, scope| {
            scope.as_str().map(|scope| set.union(scope_map.ours(scope))).ok_or(Fault::Type("scope"))
        }),
        Some(_) => Err(Fault::Type("scope")),
    }
}

/// A `NumericDate` (RFC 7519 §2): seconds as a number, and a fraction of one is cut off.
fn time(claims: &Map<String, Value>, name: &'static str) -> Result<Option<Timestamp>, Fault> {
    /// The year 9999.
    const LAST: f64 = 253_402_300_799.0;
    match claims.get(name) {
        None => Ok(None),
        Some(Value::Number(seconds)) => {
            let seconds = seconds.as_f64().filter(|seconds| (0.0..=LAST).contains(seconds));
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a whole number of seconds before the year 9999"
            )]
            let seconds = seconds.ok_or(Fault::Type(name))?.floor() as i64;
            Ok(Some(Timestamp::from_secs(seconds)))
        }
        Some(_) => Err(Fault::Type(name)),
    }
}

/// A token that is bound to a key must come with a proof of that key (RFC 8705, RFC 9449). Taken without one it
/// would be what the binding was to prevent: good for whoever has it.
fn not_bound(claims: &Map<String, Value>) -> Result<(), Fault> {
    if claims.contains_key("cnf") { Err(Fault::Bound) } else { Ok(()) }
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;
