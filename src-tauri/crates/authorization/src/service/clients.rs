//! Who is connected, and how that ends.

use std::time::Duration;

use clock::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{Authorization, Inner};
use crate::Error;
use crate::audit::{AuditEntry, AuditKind, Decider, Sender};
use crate::client::document::ClientIdUrl;
use crate::client::pre_registered::StaticSource;
use crate::client::{Authentication, Registration, built_in};
use crate::duration::AccessDuration;
use crate::event::AuthorizationEvent;
use crate::id::GrantId;
use crate::rules::redirect_uri;
use crate::scope::ScopeSet;
use crate::store;
use crate::store::grants::StoredGrant;
use crate::store::requests::StoredRequest;

/// How long a client that registered itself is known without a use and without a grant.
pub(crate) const UNUSED_CLIENT_LIFETIME: Duration = Duration::from_hours(30 * 24);

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
    /// Where its answers may go; none is listed of a client that did not register here.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Whether it authenticates with a secret.
    #[serde(default)]
    pub has_secret: bool,
    /// Until when the secret before its present one is good too.
    pub old_secret_until: Option<Timestamp>,
    /// Where it is written down, if the owner registered it.
    pub source: Option<StaticSource>,
    /// By whose hand it was registered beforehand: an assistant with a shell could have done it at a terminal.
    #[serde(default)]
    pub added_by: Option<Decider>,
    /// Where its answers go, for people: hosts, or the scheme of a program on this computer. Sorted, each once.
    #[serde(default)]
    pub destinations: Vec<String>,
    /// The same for all that registered themselves under one name for the same destinations: they are one program
    /// to a person. None: it stands for itself.
    #[serde(default)]
    pub alike: Option<String>,
    /// Whether [`Authorization::remove_client`] is offered: for the owner's own, and for what registered itself
    /// once it has no access.
    #[serde(default)]
    pub removable: bool,
    /// When it is forgotten if it is not used before; only clients that registered themselves and have nothing
    /// are.
    pub expires_at: Option<Timestamp>,
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
                Ok(summaries(registered, grants, now))
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
        let ended = self
            .inner
            .database
            .write(move |connection| -> Result<_, Error> {
                let clients = match client_id {
                    Some(client_id) => vec![client_id],
                    None => store::grants::clients_with_anything(connection)?,
                };
                let mut all = Ended::default();
                for client in clients {
                    let why = "all access of the client was taken away";
                    let ended = end_client(connection, &client, by, why, now)?;
                    all.grants.extend(ended.grants);
                    all.requests.extend(ended.requests);
                }
                Ok(all)
            })
            .await?;
        Ok(self.inner.announce_ended(&ended, by))
    }
}

/// What was ended of a client's.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    pub(crate) grants: Vec<StoredGrant>,
    pub(crate) requests: Vec<StoredRequest>,
}

/// Ends everything that a client has: grants, tokens, codes, open requests.
pub(crate) fn end_client(
    connection: &Connection,
    client_id: &str,
    by: Decider,
    why: &str,
    now: Timestamp,
) -> Result<Ended, Error> {
    let requests = store::requests::void_of_client(connection, client_id, now)?;
    store::codes::void_of_client(connection, client_id)?;
    let grants = store::grants::of_client(connection, client_id)?;
    for grant in &grants {
        revoke_grant(connection, grant, by, why, now)?;
    }
    for request in &requests {
        let entry = AuditEntry {
            request_id: Some(request.id),
            by: Some(by),
            ..AuditEntry::new(now, AuditKind::Denied).client(&request.client_id, &request.client_name)
        };
        store::audit::append(connection, &entry)?;
    }
    Ok(Ended { grants, requests })
}

impl Inner {
    /// To be called after the commit that ended what a client had.
    pub(crate) fn announce_ended(&self, ended: &Ended, by: Decider) -> Revoked {
        for grant in &ended.grants {
            self.grant_ended(grant.id, &grant.client_id, by);
        }
        for request in &ended.requests {
            self.announce(AuthorizationEvent::RequestDecided { id: request.id, approved: false, by });
        }
        Revoked { grants: ended.grants.len(), requests: ended.requests.len() }
    }

    /// To be called after the commit that ended a grant because what it came of was presented again.
    pub(crate) fn replay_ended(&self, grant: &StoredGrant) {
        self.grant_ended(grant.id, &grant.client_id, Decider::Rule);
        self.announce(AuthorizationEvent::ReplaySeen {
            id: grant.id,
            client_id: grant.client_id.clone(),
            client_name: grant.client_name.clone(),
        });
    }

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
    revoke_grant_for(connection, grant, by, why, None, now)
}

/// As [`revoke_grant`], where a request caused it: its sender stands in the line.
pub(crate) fn revoke_grant_for(
    connection: &Connection,
    grant: &StoredGrant,
    by: Decider,
    why: &str,
    sender: Option<&Sender>,
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
        let entry = match sender {
            Some(sender) => entry.sent_by(sender),
            None => entry,
        };
        store::audit::append(connection, &entry)?;
    }
    Ok(())
}

fn summaries(
    registered: Vec<store::clients::Listed>,
    grants: Vec<StoredGrant>,
    now: Timestamp,
) -> Vec<ClientSummary> {
    let mut summaries: Vec<ClientSummary> =
        registered.into_iter().map(|listed| summary_of(listed, now)).collect();
    for grant in grants {
        let known = summaries.iter().position(|summary| summary.client_id == grant.client_id);
        let index = known.unwrap_or_else(|| {
            let built_in = built_in::find(&grant.client_id).is_some();
            let document = ClientIdUrl::parse(&grant.client_id).is_ok();
            summaries.push(ClientSummary {
                client_id: grant.client_id.clone(),
                client_name: grant.client_name.clone(),
                redirect_uris: Vec::new(),
                has_secret: false,
                old_secret_until: None,
                source: None,
                added_by: None,
                destinations: Vec::new(),
                alike: None,
                removable: false,
                expires_at: None,
                registration: match (built_in, document) {
                    (true, _) => Registration::BuiltIn,
                    (false, true) => Registration::MetadataDocument,
                    (false, false) => Registration::Dynamic,
                },
                verified: built_in,
                registered_at: None,
                last_used_at: None,
                scopes: ScopeSet::EMPTY,
                grants: Vec::new(),
            });
            summaries.len() - 1
        });
        let summary = &mut summaries[index];
        summary.expires_at = None;
        summary.removable &= summary.registration != Registration::Dynamic;
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

fn summary_of(listed: store::clients::Listed, now: Timestamp) -> ClientSummary {
    let old_secret_until = match &listed.client.authentication {
        Authentication::Public => None,
        Authentication::Secret(secrets) => {
            secrets.previous.map(|(_, until)| until).filter(|until| *until > now)
        }
    };
    let used = listed.last_used_at.unwrap_or(listed.registered_at).max(listed.registered_at);
    let destinations = redirect_uri::destinations(&listed.client.redirect_uris);
    let is_dynamic = listed.client.registration == Registration::Dynamic;
    ClientSummary {
        added_by: listed.added_by,
        // A host has no line break in it, and a name none after it was cleaned.
        alike: is_dynamic.then(|| format!("{}\n{}", listed.client.name, destinations.join("\n"))),
        destinations,
        removable: is_dynamic || listed.source == Some(StaticSource::Owner),
        verified: listed.client.is_verified(),
        has_secret: matches!(listed.client.authentication, Authentication::Secret(_)),
        old_secret_until,
        source: listed.source,
        expires_at: is_dynamic.then(|| used.plus(UNUSED_CLIENT_LIFETIME)),
        client_id: listed.client.id,
        client_name: listed.client.name,
        registration: listed.client.registration,
        redirect_uris: listed.client.redirect_uris,
        registered_at: Some(listed.registered_at),
        last_used_at: listed.last_used_at,
        scopes: ScopeSet::EMPTY,
        grants: Vec::new(),
    }
}
