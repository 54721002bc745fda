//! The authorization requests that wait for the owner.

use std::net::IpAddr;

use clock::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{Authorization, expire_overdue};
use crate::Error;
use crate::arrival::Arrival;
use crate::audit::Decider;
use crate::event::AuthorizationEvent;
use crate::id::RequestId;
use crate::rules::approval::{MAX_WRONG_CODES, Status};
use crate::rules::redirect_uri;
use crate::scope::ScopeSet;
use crate::store;
use crate::store::requests::StoredRequest;

/// An authorization request that waits for the owner. Serialises as a line of `approvals list --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each a column of its own")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PendingRequest {
    /// The request.
    pub id: RequestId,
    /// The client that asks.
    pub client_id: String,
    /// Its name, cleaned for display. Its own word unless `verified`.
    pub client_name: String,
    /// Whether the name is more than the client's own word.
    pub verified: bool,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// The host of it: where the credentials go.
    pub redirect_host: String,
    /// What access is asked for.
    pub resource: String,
    /// The scopes that are asked for.
    pub scopes: ScopeSet,
    /// `local` or `tunnel`.
    pub arrival: String,
    /// The tunnel's provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub provider: Option<String>,
    /// The browser's address, where it is known.
    pub remote_address: Option<IpAddr>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Whether a person's browser navigated there (`Sec-Fetch-Dest` is `document` or absent); otherwise some
    /// page may have sent the browser in the background.
    pub navigation: bool,
    /// When it was asked.
    pub requested_at: Timestamp,
    /// Until when it can be decided.
    pub expires_at: Timestamp,
    /// Whether the code that the waiting page shows has to be typed.
    pub code_required: bool,
    /// How often it may still be typed wrong; the last time denies the request.
    pub tries_left: u8,
    /// Whether the client was looked up. Otherwise it is known by its address alone, which stands for its name, and
    /// nothing is sent to it before it was.
    pub looked_up: bool,
    /// The host that has the client's metadata document, which is proved. The name is its own word all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub verified_host: Option<String>,
    /// Whether name or redirect URIs of the client are not those that the owner approved before.
    pub changed: bool,
    /// Whether the owner has said that this client is to be quiet for a while.
    pub muted: bool,
    /// Whether the browser of a request that came through the tunnel was proved to be on this computer. Then
    /// no code has to be typed, and only that browser gets the answer.
    pub proved: bool,
}

impl Authorization {
    /// The requests that wait for the owner, oldest first.
    ///
    /// # Errors
    /// A database that can not be read or written.
    pub async fn pending(&self) -> Result<Vec<PendingRequest>, Error> {
        let now = self.inner.clock.now();
        let (open, overdue) = self
            .inner
            .database
            .read(move |connection| -> Result<_, Error> {
                let open = store::requests::list_pending(connection, now)?
                    .into_iter()
                    .map(|request| pending(connection, request, now))
                    .collect::<Result<Vec<_>, Error>>()?;
                Ok((open, !store::requests::list_overdue(connection, now)?.is_empty()))
            })
            .await?;
        if overdue {
            let expired =
                self.inner.database.write(move |connection| expire_overdue(connection, now)).await?;
            for id in expired {
                self.inner.announce(AuthorizationEvent::RequestDecided {
                    id,
                    approved: false,
                    by: Decider::Rule,
                });
            }
        }
        Ok(open)
    }

    /// The request of that id, if it waits for the owner.
    ///
    /// # Errors
    /// A database that can not be read.
    pub async fn pending_request(&self, id: RequestId) -> Result<Option<PendingRequest>, Error> {
        let now = self.inner.clock.now();
        self.inner
            .database
            .read(move |connection| -> Result<_, Error> {
                store::requests::find(connection, id)?
                    .filter(|request| request.status == Status::Pending && now < request.expires_at)
                    .map(|request| pending(connection, request, now))
                    .transpose()
            })
            .await
    }
}

fn pending(connection: &Connection, request: StoredRequest, now: Timestamp) -> Result<PendingRequest, Error> {
    let arrival = Arrival::from_stored(&request.arrival);
    let redirect_host = redirect_uri::host(&request.redirect_uri);
    Ok(PendingRequest {
        id: request.id,
        looked_up: request.looked_up,
        verified_host: request.vouching_host(),
        changed: has_changed(connection, &request, now)?,
        muted: store::mutes::contains(connection, &request.client_id, &redirect_host, now)?,
        redirect_host,
        client_id: request.client_id,
        client_name: request.client_name,
        verified: request.verified,
        redirect_uri: request.redirect_uri,
        resource: request.resource,
        scopes: request.scopes,
        arrival: arrival.as_str().to_owned(),
        provider: match arrival {
            Arrival::Local => None,
            Arrival::Tunnel(provider) => Some(provider.as_str().to_owned()),
        },
        remote_address: request.remote_address.and_then(|address| address.parse().ok()),
        user_agent: request.user_agent,
        navigation: request.navigation,
        requested_at: request.requested_at,
        expires_at: request.expires_at,
        code_required: request.code_required,
        tries_left: MAX_WRONG_CODES.saturating_sub(request.wrong_codes),
        proved: request.proved,
    })
}

/// Whether the owner has approved this client before, and never as it is now. What was approved before this was
/// noted says nothing.
fn has_changed(connection: &Connection, request: &StoredRequest, now: Timestamp) -> Result<bool, Error> {
    let Some(hash) = request.consent_hash else { return Ok(false) };
    let grants = store::grants::live_of_client(connection, &request.client_id, now)?;
    let mut approved = grants.iter().filter_map(|grant| grant.consent_hash).peekable();
    Ok(approved.peek().is_some() && approved.all(|approved| approved != hash))
}
