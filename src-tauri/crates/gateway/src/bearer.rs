//! The bearer check in front of `/mcp`: who calls, and whether the owner lets them.

use authorization::{
    Access, Arrival, Authorization, Challenge, OriginName, Rejection, RejectionKind, Scope, ScopeSet,
    bearer_token,
};
use http::{HeaderMap, StatusCode};
use mcp_server::{Caller, Needs};

use crate::json_rpc::Glance;
use crate::respond::{self, Early};

/// Finds out who calls; or gives the answer that tells a client how to ask for access.
pub(crate) async fn authenticate(
    authorization: &Authorization,
    headers: &HeaderMap,
    origin: OriginName,
    arrival: &Arrival,
) -> Result<Access, Early> {
    let Some(token) = bearer_token(headers) else {
        authorization.record_rejection(RejectionKind::MissingToken, arrival);
        return Err(respond::challenge(
            StatusCode::UNAUTHORIZED,
            authorization.challenge(origin, Challenge::Missing),
            "unauthorized",
            "this server needs an access token; start an authorization with the server named in the challenge",
        )
        .into());
    };
    authorization.authenticate(token, origin).await.map_err(|rejection| {
        let kind = match rejection {
            Rejection::Unavailable(error) => {
                tracing::error!(%error, "a token could not be looked up");
                return respond::wait(
                    StatusCode::SERVICE_UNAVAILABLE,
                    5,
                    "the token could not be checked just now; try again",
                )
                .into();
            }
            Rejection::Malformed | Rejection::Unknown => RejectionKind::InvalidToken,
            Rejection::Expired => RejectionKind::ExpiredToken,
            Rejection::WrongAudience => RejectionKind::WrongAudience,
        };
        authorization.record_rejection(kind, arrival);
        // Whoever holds a wrong token learns nothing of why it is wrong.
        respond::challenge(
            StatusCode::UNAUTHORIZED,
            authorization.challenge(origin, Challenge::InvalidToken),
            "invalid_token",
            "the access token is not valid here; refresh it, or authorize again",
        )
        .into()
    })
}

/// Refuses a message whose method or tool needs a scope that the owner did not give. All that the operation
/// needs is named at once, so that the client can ask for it in one step (MCP, scope challenge handling).
pub(crate) fn check_scopes(
    authorization: &Authorization,
    access: &Access,
    glance: &Glance<'_>,
    origin: OriginName,
    arrival: &Arrival,
) -> Result<(), Early> {
    let Some(method) = glance.method.as_deref() else { return Ok(()) };
    let names = glance.watched.iter().chain(&glance.name);
    let needs: Vec<Needs> = names
        .map(|name| mcp_server::required_scopes(method, Some(name)))
        .chain([mcp_server::required_scopes(method, None)])
        .collect();
    let unmet = |needs: &Needs| !needs.missing(|scope| holds(access.scopes, scope)).is_empty();
    if !needs.iter().any(unmet) {
        return Ok(());
    }
    let asked = needs.iter().filter(|needs| matches!(needs, Needs::All(_)) || unmet(needs));
    let mut needed: Vec<&str> = asked.flat_map(|needs| needs.scopes().iter().copied()).collect();
    needed.sort_unstable();
    needed.dedup();
    let one_of = if needs.iter().any(|needs| matches!(needs, Needs::AnyOf(_)) && unmet(needs)) {
        "one of the scopes"
    } else {
        "the scope"
    };
    authorization.record_rejection(RejectionKind::InsufficientScope, arrival);
    let scopes: ScopeSet = needed.iter().filter_map(|scope| scope.parse::<Scope>().ok()).collect();
    Err(respond::challenge(
        StatusCode::FORBIDDEN,
        authorization.challenge(origin, Challenge::InsufficientScope { needed: scopes }),
        "insufficient_scope",
        &format!("this needs {one_of} {}; authorize again and ask for it", needed.join(" ")),
    )
    .into())
}

/// A name that is no scope is held by nobody.
fn holds(granted: ScopeSet, scope: &str) -> bool {
    scope.parse::<Scope>().is_ok_and(|scope| granted.contains(scope))
}

/// The caller as the MCP server knows it.
pub(crate) fn caller(access: &Access, arrival: &Arrival) -> Caller {
    Caller {
        client_id: access.client_id.clone(),
        client_name: access.client_name.clone(),
        principal: access.principal.to_string(),
        scopes: access.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        arrival: arrival.to_string(),
    }
}

#[cfg(test)]
#[path = "bearer_tests.rs"]
mod tests;
