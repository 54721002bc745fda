//! `/oauth/revoke`: a client gives a token back (RFC 7009).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use clock::Timestamp;
use http::StatusCode;
use rusqlite::Connection;

use super::body;
use super::client_authentication::authenticate;
use super::context::Context;
use super::token::TokenError;
use super::wire;
use crate::Error;
use crate::access_token::AccessToken;
use crate::audit::{AuditEntry, AuditKind, Decider, RejectionKind, Sender};
use crate::id::GrantId;
use crate::limits::Limited;
use crate::secret::{Access, Refresh, Token, TokenHash};
use crate::service::{Inner, revoke_grant_for};
use crate::store;

/// What a revocation took away.
enum Taken {
    Nothing,
    AccessToken,
    Grant(GrantId),
}

/// A presented token, by what it is. The hint is not needed: the prefix says it (RFC 7009 §2.1 lets a server
/// look further than the hint).
enum Given {
    Refresh(TokenHash<Refresh>),
    Access(TokenHash<Access>),
}

pub(crate) async fn handle(State(inner): State<Arc<Inner>>, context: Context, request: Request) -> Response {
    match revoke(&inner, &context, request).await {
        Ok(()) => {
            let mut response = StatusCode::OK.into_response();
            wire::no_store(&mut response);
            response
        }
        Err(error) => error.answer(&inner, &context, RejectionKind::BadRevocation),
    }
}

async fn revoke(inner: &Inner, context: &Context, request: Request) -> Result<(), TokenError> {
    let headers = request.headers().clone();
    let form = body::form(request).await?;
    let authenticated = authenticate(inner, &headers, &form).await;
    let asking = authenticated.as_ref().ok().map(|client| client.id.as_str());
    inner.limits.take_for(Limited::Revocation, &context.arrival, asking).map_err(TokenError::RateLimited)?;
    let client = authenticated?;
    let token = form.one("token")?.ok_or(TokenError::Missing("token"))?;
    let given = if let Some(token) = Token::<Refresh>::parse(token) {
        Given::Refresh(token.hash())
    } else if let Some(token) = AccessToken::parse(token) {
        Given::Access(token.hash())
    } else {
        // Unknown is as good as revoked (RFC 7009 §2.2): 200, and no way to find out which tokens exist.
        return Ok(());
    };
    let access_hash = match &given {
        Given::Access(hash) => Some(*hash),
        Given::Refresh(_) => None,
    };
    let now = inner.clock.now();
    let client_id = client.id.clone();
    let sender = context.sender();
    let outcome =
        inner.database.write(move |connection| take(connection, &given, &client_id, &sender, now)).await?;
    match outcome {
        Taken::Nothing => {}
        Taken::AccessToken => {
            if let Some(hash) = access_hash {
                inner.cache.forget_token(&hash);
            }
        }
        Taken::Grant(id) => inner.grant_ended(id, &client.id, Decider::Client),
    }
    Ok(())
}

/// A client can only give back what is its own: otherwise any client could end the access of any other.
fn take(
    connection: &Connection,
    given: &Given,
    client_id: &str,
    sender: &Sender,
    now: Timestamp,
) -> Result<Taken, Error> {
    match given {
        Given::Refresh(hash) => {
            let Some((grant, _, token)) = store::tokens::find_refresh(connection, hash)? else {
                return Ok(Taken::Nothing);
            };
            if token.client_id != client_id {
                return Ok(Taken::Nothing);
            }
            let Some(grant) = store::grants::find_live(connection, grant)? else { return Ok(Taken::Nothing) };
            let why = "given back by the client";
            revoke_grant_for(connection, &grant, Decider::Client, why, Some(sender), now)?;
            Ok(Taken::Grant(grant.id))
        }
        Given::Access(hash) => {
            let Some(token) = store::tokens::find_access(connection, hash)? else {
                return Ok(Taken::Nothing);
            };
            if token.client_id != client_id {
                return Ok(Taken::Nothing);
            }
            store::tokens::delete_access(connection, hash)?;
            let entry = AuditEntry {
                grant_id: Some(token.grant),
                by: Some(Decider::Client),
                outcome: Some("one access token given back by the client".to_owned()),
                ..AuditEntry::new(now, AuditKind::Revoked)
                    .client(&token.client_id, &token.client_name)
                    .sent_by(sender)
            };
            store::audit::append(connection, &entry)?;
            Ok(Taken::AccessToken)
        }
    }
}
