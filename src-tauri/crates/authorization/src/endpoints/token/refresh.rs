//! The grant type `refresh_token`.

use std::sync::Arc;

use clock::{Random, Timestamp};
use rusqlite::Connection;

use super::{Granted, TokenError};
use crate::audit::{AuditEntry, AuditKind, Decider, Sender};
use crate::client::Client;
use crate::endpoints::context::Context;
use crate::id::GrantId;
use crate::origin::Origin;
use crate::rules::parameters::Parameters;
use crate::rules::refresh::{self, Presented, Use};
use crate::scope::ScopeSet;
use crate::seal::{self, Pair};
use crate::secret::{Refresh, Token};
use crate::service::{Contents, Inner, new_access_token, revoke_grant_for};
use crate::settings::Settings;
use crate::store;
use crate::store::grants::StoredGrant;

/// What a presentation came to.
enum Outcome {
    Granted(Granted),
    Replayed(Option<StoredGrant>),
}

/// Everything the transaction needs.
struct Renewal {
    token: Token<Refresh>,
    presented: Presented,
    origin: Origin,
    random: Arc<dyn Random>,
    settings: Settings,
    sender: Sender,
    now: Timestamp,
}

pub(super) async fn refresh(
    inner: &Inner,
    context: &Context,
    client: &Client,
    form: &Parameters,
) -> Result<Granted, TokenError> {
    let text = form.one("refresh_token")?.ok_or(TokenError::Missing("refresh_token"))?;
    let renewal = Arc::new(Renewal {
        token: Token::parse(text).ok_or(TokenError::UnknownRefreshToken)?,
        presented: Presented {
            client_id: client.id.clone(),
            scope: form.one("scope")?.map(str::to_owned),
            resources: form.all("resource").map(str::to_owned).collect(),
        },
        origin: context.origin.clone(),
        random: Arc::clone(&inner.random),
        settings: inner.settings.clone(),
        sender: context.sender(),
        now: inner.clock.now(),
    });

    // Judged on a reader first: dead tokens that a client retries for ever never come to the writer.
    let asked = Arc::clone(&renewal);
    inner.database.read(move |connection| judge(connection, &asked)).await?;

    match inner.database.write(move |connection| commit(connection, &renewal)).await? {
        Outcome::Granted(granted) => Ok(granted),
        Outcome::Replayed(ended) => {
            if let Some(grant) = ended {
                inner.replay_ended(&grant);
            }
            Err(TokenError::RefreshReplayed)
        }
    }
}

fn judge(connection: &Connection, renewal: &Renewal) -> Result<(GrantId, Use), TokenError> {
    let Renewal { token, presented, origin, settings, now, .. } = renewal;
    let (grant, _, stored) =
        store::tokens::find_refresh(connection, &token.hash())?.ok_or(TokenError::UnknownRefreshToken)?;
    let used = refresh::judge(&stored, presented, origin, *now, settings.refresh_retry_window)?;
    Ok((grant, used))
}

fn commit(connection: &Connection, renewal: &Renewal) -> Result<Outcome, TokenError> {
    // Judged again, now that nobody else can write: the other racer may have rotated it in between, and then
    // this one is the retry and gets the same pair.
    let (grant, used) = judge(connection, renewal)?;
    match used {
        Use::Rotate { scopes } => rotate(connection, renewal, grant, scopes),
        Use::Retry { sealed, scopes } => {
            let pair = seal::open(&sealed, &renewal.token, grant).ok_or(TokenError::UnknownRefreshToken)?;
            Ok(Outcome::Granted(Granted { pair, scopes }))
        }
        Use::Replay => replay(connection, grant, &renewal.sender, renewal.now),
    }
}

fn rotate(
    connection: &Connection,
    renewal: &Renewal,
    grant: GrantId,
    scopes: ScopeSet,
) -> Result<Outcome, TokenError> {
    let Renewal { token, origin, random, settings, sender, now, .. } = renewal;
    let grant = store::grants::find_live(connection, grant)?.ok_or(TokenError::UnknownRefreshToken)?;
    let idle_expires_at = now.plus(settings.refresh_idle);
    let access_expires_at = now.plus(settings.access_token_lifetime).min(grant.absolute_expires_at);
    let contents = Contents {
        origin,
        client_id: &grant.client_id,
        scopes,
        issued_at: *now,
        expires_at: access_expires_at,
    };
    let pair = Pair {
        access: new_access_token(connection, settings.access_token_format, contents, &**random)?,
        refresh: Token::generate(&**random),
        access_expires_at,
    };
    let sealed = seal::seal(&pair, token, grant.id, &**random);
    let hash = token.hash();
    if !store::tokens::rotate(connection, &hash, scopes, &sealed, *now)? {
        return Err(TokenError::UnknownRefreshToken);
    }
    let access = pair.access.hash();
    store::tokens::insert_access(connection, &access, grant.id, scopes, pair.access_expires_at, *now)?;
    // The refresh token keeps the grant's scopes, however narrow this access token is (RFC 6749 §6).
    let refresh = pair.refresh.hash();
    store::tokens::insert_refresh(connection, &refresh, grant.id, Some(&hash), idle_expires_at, *now)?;
    store::grants::extend(connection, grant.id, idle_expires_at)?;
    let entry = AuditEntry {
        grant_id: Some(grant.id),
        scopes: Some(scopes),
        ..AuditEntry::new(*now, AuditKind::Refreshed)
            .client(&grant.client_id, &grant.client_name)
            .sent_by(sender)
    };
    store::audit::append(connection, &entry)?;
    Ok(Outcome::Granted(Granted { pair, scopes }))
}

/// A token that was exchanged comes again, too late for a retry: it is in two hands, and nobody can tell
/// whose are the right ones. The grant ends for both; the right one asks the owner again.
fn replay(
    connection: &Connection,
    grant: GrantId,
    sender: &Sender,
    now: Timestamp,
) -> Result<Outcome, TokenError> {
    let live = store::grants::find_live(connection, grant)?;
    if let Some(grant) = &live {
        let entry = AuditEntry {
            grant_id: Some(grant.id),
            outcome: Some("refresh token".to_owned()),
            ..AuditEntry::new(now, AuditKind::Replayed)
                .client(&grant.client_id, &grant.client_name)
                .sent_by(sender)
        };
        store::audit::append(connection, &entry)?;
        let why = "a used refresh token was presented again";
        revoke_grant_for(connection, grant, Decider::Rule, why, Some(sender), now)?;
    }
    Ok(Outcome::Replayed(live))
}
