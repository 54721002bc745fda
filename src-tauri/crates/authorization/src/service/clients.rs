//! Who is connected, and how that ends.

use clock::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{Authorization, Inner};
use crate::Error;
use crate::audit::{AuditEntry, AuditKind, Decider};
use crate::client::{Registration, built_in};
use crate::duration::AccessDuration;
use crate::event::AuthorizationEvent;
use crate::id::GrantId;
use crate::scope::ScopeSet;
use crate::store;
use crate::store::grants::StoredGrant;

/// A client, and what it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ClientSummary {
    /// The client.
    pub client_id: String,
    /// Its name for people.
    pub client_name: String,
    /// How it became known.
    pub registration: Registration,
    /// Whether the name is more than the client's own word.
    pub verified: bool,
    /// When it registered; those that come with the program never did.
    pub registered_at: Option<Timestamp>,
    /// When it last used a token or exchanged a code.
    pub last_used_at: Option<Timestamp>,
    /// Everything that its grants together allow.
    pub scopes: ScopeSet,
    /// Its live grants, oldest first. None: it is not connected.
    pub grants: Vec<GrantSummary>,
}

/// A live grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GrantSummary {
    /// The grant.
    pub id: GrantId,
    /// What it allows.
    pub scopes: ScopeSet,
    /// What it is for.
    pub resource: String,
    /// Where its code went.
    pub redirect_host: String,
    /// Where its request came from: `local` or `tunnel:PROVIDER`.
    pub arrival: String,
    /// How long the owner gave it.
    pub duration: AccessDuration,
    /// Since when it holds.
    pub created_at: Timestamp,
    /// When one of its tokens was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it ends if it is not refreshed before.
    pub expires_at: Timestamp,
}

/// What a revocation took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Revoked {
    /// How many grants, with all their tokens.
    pub grants: usize,
    /// How many requests that were open or approved.
    pub requests: usize,
}

impl Authorization {
    /// Every client that registered or has a grant; those with grants first.
    ///
    /// # Errors
    /// A database that can not be read.
    pub async fn clients(&self) -> Result<Vec<ClientSummary>, Error> {
        let now = self.inner.clock.now();
        self.inner
            .database
            .read(move |connection| {
                let registered = store::clients::list(connection)?;
                let grants = store::grants::list_live(connection, now)?;
                Ok(summaries(registered, grants))
            })
            .await
    }

    /// Takes everything away from a client: grants, tokens, codes, open requests. Its tokens open nothing any
    /// more when this returns.
    ///
    /// # Errors
    /// A database that can not be written; then nothing was changed.
    pub async fn revoke_client(&self, client_id: &str, by: Decider) -> Result<Revoked, Error> {
        let client_id = client_id.to_owned();
        self.revoke(Some(client_id), by).await
    }

    /// Takes everything away from everybody (panic).
    ///
    /// # Errors
    /// A database that can not be written; then nothing was changed.
    pub async fn revoke_everything(&self, by: Decider) -> Result<Revoked, Error> {
        self.revoke(None, by).await
    }

    async fn revoke(&self, client_id: Option<String>, by: Decider) -> Result<Revoked, Error> {
        let now = self.inner.clock.now();
        let (grants, requests) = self
            .inner
            .database
            .write(move |connection| -> Result<_, Error> {
                let clients = match client_id {
                    Some(client_id) => vec![client_id],
                    None => store::grants::clients_with_anything(connection)?,
                };
                let (mut grants, mut requests) = (Vec::new(), Vec::new());
                for client in clients {
                    requests.extend(store::requests::void_of_client(connection, &client, now)?);
                    store::codes::void_of_client(connection, &client)?;
                    grants.extend(store::grants::of_client(connection, &client)?);
                }
                for grant in &grants {
                    revoke_grant(connection, grant, by, "all access of the client was taken away", now)?;
                }
                for request in &requests {
                    let entry = AuditEntry {
                        request_id: Some(request.id),
                        by: Some(by),
                        ..AuditEntry::new(now, AuditKind::Denied)
                            .client(&request.client_id, &request.client_name)
                    };
                    store::audit::append(connection, &entry)?;
                }
                Ok((grants, requests))
            })
            .await?;
        for grant in &grants {
            self.inner.grant_ended(grant.id, &grant.client_id, by);
        }
        for request in &requests {
            self.inner.announce(AuthorizationEvent::RequestDecided { id: request.id, approved: false, by });
        }
        Ok(Revoked { grants: grants.len(), requests: requests.len() })
    }
}

impl Inner {
    /// To be called after the commit that revoked a grant, and before anybody is told of it.
    pub(crate) fn grant_ended(&self, id: GrantId, client_id: &str, by: Decider) {
        self.cache.forget_grant(id);
        self.announce(AuthorizationEvent::GrantRevoked { id, client_id: client_id.to_owned(), by });
    }
}

/// Revokes one grant, with its line in the audit trail.
pub(crate) fn revoke_grant(
    connection: &Connection,
    grant: &StoredGrant,
    by: Decider,
    why: &str,
    now: Timestamp,
) -> Result<(), Error> {
    if store::grants::revoke(connection, grant.id, now)? {
        let entry = AuditEntry {
            grant_id: Some(grant.id),
            scopes: Some(grant.scopes),
            by: Some(by),
            outcome: Some(why.to_owned()),
            ..AuditEntry::new(now, AuditKind::Revoked).client(&grant.client_id, &grant.client_name)
        };
        store::audit::append(connection, &entry)?;
    }
    Ok(())
}

fn summaries(registered: Vec<store::clients::Listed>, grants: Vec<StoredGrant>) -> Vec<ClientSummary> {
    let mut summaries: Vec<ClientSummary> = registered
        .into_iter()
        .map(|listed| ClientSummary {
            verified: listed.client.is_verified(),
            client_id: listed.client.id,
            client_name: listed.client.name,
            registration: listed.client.registration,
            registered_at: Some(listed.registered_at),
            last_used_at: listed.last_used_at,
            scopes: ScopeSet::EMPTY,
            grants: Vec::new(),
        })
        .collect();
    for grant in grants {
        let known = summaries.iter().position(|summary| summary.client_id == grant.client_id);
        let index = known.unwrap_or_else(|| {
            let built_in = built_in::find(&grant.client_id).is_some();
            summaries.push(ClientSummary {
                client_id: grant.client_id.clone(),
                client_name: grant.client_name.clone(),
                registration: if built_in { Registration::BuiltIn } else { Registration::Dynamic },
                verified: built_in,
                registered_at: None,
                last_used_at: None,
                scopes: ScopeSet::EMPTY,
                grants: Vec::new(),
            });
            summaries.len() - 1
        });
        let summary = &mut summaries[index];
        summary.scopes = summary.scopes.union(grant.scopes);
        summary.last_used_at = summary.last_used_at.max(grant.last_used_at);
        summary.grants.push(GrantSummary {
            id: grant.id,
            scopes: grant.scopes,
            resource: grant.resource,
            redirect_host: grant.redirect_host,
            arrival: grant.arrival,
            duration: grant.duration,
            created_at: grant.created_at,
            last_used_at: grant.last_used_at,
            expires_at: grant.idle_expires_at.min(grant.absolute_expires_at),
        });
    }
    // Stable: within each half they stay in the order of their registration.
    summaries.sort_by_key(|summary| summary.grants.is_empty());
    summaries
}
