//! Clients that the owner registers: added, given new secrets, removed; and those of the settings, brought in
//! line with them at each start.

use std::time::Duration;

use clock::{Timestamp, uuid_v7};
use rusqlite::Connection;

use super::clients::{Ended, end_client};
use super::{Authorization, Revoked};
use crate::Error;
use crate::audit::{AuditEntry, AuditKind, Decider};
use crate::client::pre_registered::{InvalidStaticClient, StaticClient, StaticSource};
use crate::client::secret::{ClientSecret, SecretHash, WeakSecret};
use crate::client::{Authentication, Registration, built_in};
use crate::event::AuthorizationEvent;
use crate::store;
use crate::store::clients::Listed;

/// The longest time for which two secrets of one client are good.
const MAX_OVERLAP: Duration = Duration::from_hours(30 * 24);

/// How a new client is to authenticate.
#[derive(Clone, Debug)]
pub enum NewSecret {
    /// Not at all: it is public.
    None,
    /// With a secret that is made here, and shown this once.
    Generated,
    /// With this one.
    Given(ClientSecret),
}

/// A client that the owner wants to add.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Its id; none: one is made.
    pub id: Option<String>,
    /// Its name for people.
    pub name: String,
    /// The addresses that its answers may go to.
    pub redirect_uris: Vec<String>,
    /// How it authenticates.
    pub secret: NewSecret,
    /// The resources whose tokens it may ask about.
    pub introspects: Vec<String>,
}

/// What somebody needs to set a client up.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The client's id.
    pub client_id: String,
    /// Its secret, if it was made here: it can not be shown again.
    pub generated: Option<ClientSecret>,
    /// Until when the secret before is good too, after a rotation.
    pub old_secret_until: Option<Timestamp>,
}

/// Why a client was not added, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// Nobody of that id is known.
    #[error("there is no client {0:?}; `clients list` shows their ids")]
    NotFound(String),
    /// The id is in use.
    #[error("there is a client {0:?} already; choose another id, or remove that one first")]
    Taken(String),
    /// It stands in the settings, which win at the next start.
    #[error("the client {id:?} stands in {}; change it there and start the program again", words_for(*.place))]
    InSettings {
        /// The client.
        id: String,
        /// Where.
        place: StaticSource,
    },
    /// It comes with the program, or brings its own document.
    #[error(
        "the client {0:?} was not registered here, so there is nothing to remove; `clients revoke` ends its access"
    )]
    NotRegistered(String),
    /// It has no secret.
    #[error("the client {0:?} is public: it has no secret to change")]
    Public(String),
    /// The new secret is the old one.
    #[error("this is the secret that the client {0:?} has; give another one, or none and have one made")]
    SameSecret(String),
    /// Two secrets for too long.
    #[error("the old secret would be good for more than 30 days; choose a shorter overlap")]
    OverlapTooLong,
    /// A client that can not be.
    #[error(transparent)]
    Invalid(#[from] InvalidStaticClient),
    /// A secret that can be guessed.
    #[error(transparent)]
    Weak(#[from] WeakSecret),
    /// The database.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<database::Error> for ClientError {
    fn from(error: database::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<rusqlite::Error> for ClientError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

fn words_for(place: StaticSource) -> &'static str {
    match place {
        StaticSource::Owner => "the database",
        StaticSource::File => "config.toml (static_clients)",
        StaticSource::Environment => "the environment (AMBIENT_INSIGHTS_STATIC_CLIENT_…)",
    }
}

impl Authorization {
    /// Registers a client beforehand.
    ///
    /// # Errors
    /// [`ClientError`]; then nothing was changed.
    pub async fn add_client(&self, new: NewClient, by: Decider) -> Result<Credentials, ClientError> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let generated =
            matches!(new.secret, NewSecret::Generated).then(|| ClientSecret::generate(&*inner.random));
        let secret = match &new.secret {
            NewSecret::Given(secret) => Some(secret),
            NewSecret::Generated => generated.as_ref(),
            NewSecret::None => None,
        };
        let id = new.id.unwrap_or_else(|| uuid_v7(now, &*inner.random).to_string());
        let client = StaticClient::new(&id, &new.name, &new.redirect_uris, secret, &new.introspects)?;
        inner
            .database
            .write(move |connection| -> Result<(), ClientError> {
                if store::clients::find(connection, &client.id)?.is_some() {
                    return Err(ClientError::Taken(client.id));
                }
                add(connection, &client, StaticSource::Owner, by, now)?;
                Ok(())
            })
            .await?;
        inner.announce(AuthorizationEvent::ClientChanged { client_id: id.clone(), by });
        Ok(Credentials { client_id: id, generated, old_secret_until: None })
    }

    /// Gives a client another secret; the one before is good for `overlap` longer. None: one is made.
    ///
    /// # Errors
    /// [`ClientError`]; then nothing was changed.
    pub async fn rotate_client_secret(
        &self,
        id: &str,
        secret: Option<ClientSecret>,
        overlap: Duration,
        by: Decider,
    ) -> Result<Credentials, ClientError> {
        if overlap > MAX_OVERLAP {
            return Err(ClientError::OverlapTooLong);
        }
        let now = self.inner.clock.now();
        let generated = secret.is_none().then(|| ClientSecret::generate(&*self.inner.random));
        let hash = secret.as_ref().or(generated.as_ref()).map(ClientSecret::hash);
        let hash = hash.expect("a secret was given or made");
        let until = (!overlap.is_zero()).then(|| now.plus(overlap));
        let client_id = id.to_owned();
        self.inner
            .database
            .write(move |connection| rotate(connection, &client_id, &hash, until, by, now))
            .await?;
        self.inner.announce(AuthorizationEvent::ClientChanged { client_id: id.to_owned(), by });
        Ok(Credentials { client_id: id.to_owned(), generated, old_secret_until: until })
    }

    /// Removes a client that registered itself or that the owner added, and ends what it was given.
    ///
    /// # Errors
    /// [`ClientError`]; then nothing was changed.
    pub async fn remove_client(&self, id: &str, by: Decider) -> Result<Revoked, ClientError> {
        let now = self.inner.clock.now();
        let client_id = id.to_owned();
        let ended = self
            .inner
            .database
            .write(move |connection| -> Result<Ended, ClientError> {
                let listed = find_changeable(connection, &client_id)?;
                Ok(remove(connection, &listed, by, "removed", now)?)
            })
            .await?;
        let revoked = self.inner.announce_ended(&ended, by);
        self.inner.announce(AuthorizationEvent::ClientChanged { client_id: id.to_owned(), by });
        Ok(revoked)
    }
}

/// The client of that id, if it is one that can be changed here.
fn find_changeable(connection: &Connection, id: &str) -> Result<Listed, ClientError> {
    let Some(listed) = store::clients::find_listed(connection, id)? else {
        let has_access = !store::grants::of_client(connection, id)?.is_empty();
        return Err(if has_access || built_in::find(id).is_some() {
            ClientError::NotRegistered(id.to_owned())
        } else {
            ClientError::NotFound(id.to_owned())
        });
    };
    match listed.source {
        Some(place @ (StaticSource::File | StaticSource::Environment)) => {
            Err(ClientError::InSettings { id: id.to_owned(), place })
        }
        Some(StaticSource::Owner) | None => Ok(listed),
    }
}

fn rotate(
    connection: &Connection,
    id: &str,
    hash: &SecretHash,
    overlap_until: Option<Timestamp>,
    by: Decider,
    now: Timestamp,
) -> Result<(), ClientError> {
    let Listed { client, .. } = find_changeable(connection, id)?;
    let Authentication::Secret(secrets) = &client.authentication else {
        return Err(ClientError::Public(client.id));
    };
    // Also not the one before: whoever rotates because it leaked must not bring it back.
    if secrets.current == *hash || secrets.previous.is_some_and(|(previous, _)| previous == *hash) {
        return Err(ClientError::SameSecret(client.id));
    }
    store::clients::rotate_secret(connection, &client.id, hash, overlap_until)?;
    let entry = AuditEntry {
        by: Some(by),
        ..AuditEntry::new(now, AuditKind::SecretRotated).client(&client.id, &client.name)
    };
    store::audit::append(connection, &entry)?;
    Ok(())
}

fn add(
    connection: &Connection,
    client: &StaticClient,
    source: StaticSource,
    by: Decider,
    now: Timestamp,
) -> Result<(), Error> {
    store::clients::put_static(connection, client, source, by, now)?;
    let entry = AuditEntry {
        by: Some(by),
        ..AuditEntry::new(now, AuditKind::ClientAdded).client(&client.id, &client.name)
    };
    Ok(store::audit::append(connection, &entry)?)
}

fn remove(
    connection: &Connection,
    listed: &Listed,
    by: Decider,
    why: &str,
    now: Timestamp,
) -> Result<Ended, Error> {
    let client = &listed.client;
    let ended = end_client(connection, &client.id, by, "the client was removed", now)?;
    store::clients::remove(connection, &client.id)?;
    let entry = AuditEntry {
        by: Some(by),
        outcome: Some(why.to_owned()),
        ..AuditEntry::new(now, AuditKind::ClientRemoved).client(&client.id, &client.name)
    };
    store::audit::append(connection, &entry)?;
    Ok(ended)
}

/// Brings the clients of the settings in line with what stands there now: new ones are added, others changed,
/// and those that are gone end with all they were given. Those that the owner added elsewhere stay.
pub(super) fn follow_settings(
    connection: &Connection,
    wanted: &[(StaticClient, StaticSource)],
    now: Timestamp,
) -> Result<(), Error> {
    for (client, source) in wanted {
        match store::clients::find_listed(connection, &client.id)? {
            None => add(connection, client, *source, Decider::Owner, now)?,
            Some(known) if known.client.registration != Registration::Static => {
                return Err(Error::StaticClientTaken { id: client.id.clone() });
            }
            Some(known) => {
                let changes = differences(&known, client, *source);
                if changes.is_empty() {
                    continue;
                }
                store::clients::put_static(connection, client, *source, Decider::Owner, now)?;
                let entry = AuditEntry {
                    by: Some(Decider::Owner),
                    outcome: Some(format!("in the settings: {}", changes.join(", "))),
                    ..AuditEntry::new(now, AuditKind::ClientChanged).client(&client.id, &client.name)
                };
                store::audit::append(connection, &entry)?;
            }
        }
    }
    for known in store::clients::list(connection)? {
        let in_settings = matches!(known.source, Some(StaticSource::File | StaticSource::Environment));
        if in_settings && !wanted.iter().any(|(client, _)| client.id == known.client.id) {
            remove(connection, &known, Decider::Owner, "no longer in the settings", now)?;
        }
    }
    Ok(())
}

fn differences(known: &Listed, wanted: &StaticClient, source: StaticSource) -> Vec<&'static str> {
    let (secret, introspects): (_, &[String]) = match &known.client.authentication {
        Authentication::Public => (None, &[]),
        // An old secret that overlaps counts as a change: what stands in the settings is all there is.
        Authentication::Secret(secrets) => {
            (secrets.previous.is_none().then_some(secrets.current), &secrets.introspects)
        }
    };
    [
        (known.client.name != wanted.name, "name"),
        (known.client.redirect_uris != wanted.redirect_uris, "redirect URIs"),
        (secret != wanted.secret, "secret"),
        (introspects != wanted.introspects, "what it introspects"),
        (known.source != Some(source), "where it stands"),
    ]
    .into_iter()
    .filter_map(|(differs, what)| differs.then_some(what))
    .collect()
}
