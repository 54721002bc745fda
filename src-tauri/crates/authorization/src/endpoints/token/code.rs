//! The grant type `authorization_code`.

use std::sync::Arc;

use clock::{Random, Timestamp};
use rusqlite::Connection;

use super::{Granted, TokenError};
use crate::audit::{AuditEntry, AuditKind, Decider, Sender};
use crate::client::Client;
use crate::endpoints::context::Context;
use crate::event::AuthorizationEvent;
use crate::id::GrantId;
use crate::origin::Origin;
use crate::rules::exchange::{self, Presented, StoredCode, Use};
use crate::rules::parameters::Parameters;
use crate::rules::redirect_uri;
use crate::seal::Pair;
use crate::secret::{Code, Token, TokenHash};
use crate::service::{Contents, Inner, new_access_token, revoke_grant_for};
use crate::settings::Settings;
use crate::store;
use crate::store::grants::StoredGrant;

/// What the transaction came to.
enum Outcome {
    Granted(Granted, GrantId),
    Replayed(Option<StoredGrant>),
}

/// Everything the transaction needs.
struct Exchange {
    hash: TokenHash<Code>,
    presented: Presented,
    origin: Origin,
    random: Arc<dyn Random>,
    settings: Settings,
    sender: Sender,
    now: Timestamp,
}

pub(super) async fn exchange(
    inner: &Inner,
    context: &Context,
    client: &Client,
    form: &Parameters,
) -> Result<Granted, TokenError> {
    let code = form.one("code")?.ok_or(TokenError::Missing("code"))?;
    let verifier = form.one("code_verifier")?.ok_or(TokenError::Missing("code_verifier"))?;
    let presented = Presented {
        client_id: client.id.clone(),
        redirect_uri: form.one("redirect_uri")?.map(str::to_owned),
        verifier: verifier.to_owned(),
        resources: form.all("resource").map(str::to_owned).collect(),
    };
    let hash = Token::<Code>::parse(code).ok_or(TokenError::UnknownCode)?.hash();
    let now = inner.clock.now();

    // Judged on a reader first: guesses and mistakes never come to the writer.
    let (asked, origin) = (presented.clone(), context.origin.clone());
    inner.database.read(move |connection| judge(connection, &hash, &asked, &origin, now)).await?;

    let exchange = Exchange {
        hash,
        presented,
        origin: context.origin.clone(),
        random: Arc::clone(&inner.random),
        settings: inner.settings.clone(),
        sender: context.sender(),
        now,
    };
    match inner.database.write(move |connection| commit(connection, &exchange)).await? {
        Outcome::Granted(granted, id) => {
            inner.announce(AuthorizationEvent::GrantIssued {
                id,
                client_id: client.id.clone(),
                client_name: client.name.clone(),
            });
            Ok(granted)
        }
        Outcome::Replayed(ended) => {
            if let Some(grant) = ended {
                inner.replay_ended(&grant);
            }
            Err(TokenError::CodeReplayed)
        }
    }
}

fn judge(
    connection: &Connection,
    hash: &TokenHash<Code>,
    presented: &Presented,
    origin: &Origin,
    now: Timestamp,
) -> Result<(StoredCode, Use), TokenError> {
    let code = store::codes::find(connection, hash)?.ok_or(TokenError::UnknownCode)?;
    let used = exchange::judge(&code, presented, origin, now)?;
    Ok((code, used))
}

fn commit(connection: &Connection, exchange: &Exchange) -> Result<Outcome, TokenError> {
    let Exchange { hash, presented, origin, random, settings, sender, now } = exchange;
    let now = *now;
    // Judged again, now that nobody else can write: another presentation may have come in between.
    let (code, used) = judge(connection, hash, presented, origin, now)?;
    let replayed = match used {
        Use::First => None,
        Use::Replay(grant) => Some(grant),
    };
    if let Some(grant) = replayed {
        return replay(connection, grant, sender, now);
    }
    let grant = StoredGrant {
        id: GrantId::new(now, &**random),
        client_id: code.client_id.clone(),
        client_name: code.client_name.clone(),
        redirect_host: redirect_uri::host(&code.redirect_uri),
        resource: code.resource.clone(),
        scopes: code.scopes,
        arrival: code.arrival.clone(),
        duration: code.duration,
        created_at: now,
        absolute_expires_at: code.duration.ends_at(now, settings.refresh_absolute),
        idle_expires_at: now.plus(settings.refresh_idle),
        last_used_at: None,
        consent_hash: code.consent_hash,
        remembered_by: code.remembered_by,
    };
    store::grants::insert(connection, &grant)?;
    if !store::codes::consume(connection, hash, grant.id, now)? {
        return Err(TokenError::UnknownCode);
    }
    let access_expires_at = now.plus(settings.access_token_lifetime).min(grant.absolute_expires_at);
    let contents = Contents {
        origin,
        client_id: &grant.client_id,
        scopes: grant.scopes,
        issued_at: now,
        expires_at: access_expires_at,
    };
    let pair = Pair {
        access: new_access_token(connection, settings.access_token_format, contents, &**random)?,
        refresh: Token::generate(&**random),
        access_expires_at,
    };
    store::tokens::insert_access(
        connection,
        &pair.access.hash(),
        grant.id,
        grant.scopes,
        pair.access_expires_at,
        now,
    )?;
    let refresh = pair.refresh.hash();
    store::tokens::insert_refresh(connection, &refresh, grant.id, None, grant.idle_expires_at, now)?;
    store::clients::touch(connection, &grant.client_id, now)?;
    let entry = AuditEntry {
        grant_id: Some(grant.id),
        scopes: Some(grant.scopes),
        ..AuditEntry::new(now, AuditKind::Issued).client(&grant.client_id, &grant.client_name).sent_by(sender)
    };
    store::audit::append(connection, &entry)?;
    Ok(Outcome::Granted(Granted { pair, scopes: grant.scopes }, grant.id))
}

/// Client A used its code; now A, or somebody who has all that A has, brings it again. One of them is not A.
fn replay(
    connection: &Connection,
    grant: Option<GrantId>,
    sender: &Sender,
    now: Timestamp,
) -> Result<Outcome, TokenError> {
    let live = match grant {
        Some(id) => store::grants::find_live(connection, id)?,
        None => None,
    };
    if let Some(grant) = &live {
        let entry = AuditEntry {
            grant_id: Some(grant.id),
            outcome: Some("authorization code".to_owned()),
            ..AuditEntry::new(now, AuditKind::Replayed)
                .client(&grant.client_id, &grant.client_name)
                .sent_by(sender)
        };
        store::audit::append(connection, &entry)?;
        let why = "its code was presented again";
        revoke_grant_for(connection, grant, Decider::Rule, why, Some(sender), now)?;
    }
    Ok(Outcome::Replayed(live))
}
