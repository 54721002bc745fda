//! The header that carries a bearer token (RFC 6750 §2.1).

use http::{HeaderMap, header};

/// The longest token that is looked at, in bytes. Ours are shorter; a signed one of another server may be longer.
const MAX_TOKEN: usize = 8192;

/// The token of `Authorization: Bearer …`. Only there: a token in the query string ends up in logs.
///
/// `None` where there is no such header, another scheme, an empty or endless token, or more than one header: two
/// readers of the same request could see different callers.
#[must_use]
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= MAX_TOKEN).then_some(token)
}

#[cfg(test)]
#[path = "bearer_tests.rs"]
mod tests;
