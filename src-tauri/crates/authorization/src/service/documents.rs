//! Looking a client up that is known by its URL alone: its metadata document is fetched when the owner acts, and
//! never because somebody asked. Otherwise any website, and any stranger, could make this program knock at doors
//! of their choice.

use std::time::Duration;

use clock::Timestamp;
use rusqlite::Connection;

use super::{Authorization, Inner};
use crate::Error;
use crate::audit::{AuditEntry, AuditKind, Decider};
use crate::client::document::{self, ClientIdUrl, Document, InvalidDocument};
use crate::client::{Client, Registration, built_in};
use crate::event::AuthorizationEvent;
use crate::fetch::{Ask, Content, FetchError, Reach};
use crate::id::RequestId;
use crate::rules::approval::Status;
use crate::settings::ClientDocuments;
use crate::store;
use crate::store::requests::StoredRequest;

/// How long a document counts as looked up: what its server says, within these bounds.
const SHORTEST: Duration = Duration::from_mins(5);
const USUAL: Duration = Duration::from_hours(1);
const LONGEST: Duration = Duration::from_hours(24);

/// What came of looking a request's client up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookUp {
    /// The request can be shown and decided.
    Ready,
    /// The client is not what it says. The request has ended, and its waiting page says why.
    Refused {
        /// Why, for the owner.
        reason: String,
    },
    /// It can not be looked up for the moment; the request still waits.
    Later,
    /// The request no longer waits.
    Over,
}

/// Who asks.
pub(crate) enum Asker {
    /// A client whose redirect URIs are known.
    Known(Client),
    /// A client that has to be looked up before anything is sent to it.
    NotLookedUp(ClientIdUrl),
    /// It became known in a way that the owner has switched off. What such a client was given before stays good; it
    /// can not ask anew.
    NotAdmitted,
    /// Nobody who may ask.
    Unknown,
}

/// Why a client is refused, found by looking it up.
#[derive(Debug, thiserror::Error)]
enum NotGood {
    #[error("its metadata document could not be fetched: {0}")]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Document(#[from] InvalidDocument),
    #[error("its metadata document does not have the address that the answer would go to")]
    RedirectUri,
}

impl NotGood {
    /// What the waiting page says. Of the network it says nothing: otherwise a stranger could have names looked up
    /// and ports tried from inside, and read here what came of it.
    fn on_the_page(&self) -> String {
        match self {
            Self::Fetch(
                FetchError::Target(_)
                | FetchError::Address(_)
                | FetchError::TooMany
                | FetchError::TimedOut
                | FetchError::Resolve(_)
                | FetchError::Connect(_)
                | FetchError::NoAuthorities(_)
                | FetchError::Tls(_)
                | FetchError::Http(_),
            ) => "its metadata document could not be fetched".to_owned(),
            Self::Fetch(
                FetchError::Redirect | FetchError::Status(_) | FetchError::NotJson | FetchError::TooLong(_),
            ) => "its metadata document is not at its address as JSON of at most 5 KB".to_owned(),
            Self::Document(_) | Self::RedirectUri => self.to_string(),
        }
    }
}

impl Authorization {
    /// Looks a request's client up, if that was not done before, and notes that the owner has the request open. To
    /// be called when it is about to be shown. At most five seconds later there is an outcome.
    ///
    /// # Errors
    /// A database that can not be read or written.
    pub async fn look_up(&self, id: RequestId) -> Result<LookUp, Error> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let found = inner
            .database
            .write(move |connection| -> Result<_, Error> {
                let found = store::requests::find(connection, id)?;
                let found = found.filter(|it| it.status == Status::Pending && now < it.expires_at);
                if let Some(request) = &found {
                    store::requests::open(connection, request.id)?;
                }
                Ok(found)
            })
            .await?;
        let Some(request) = found else { return Ok(LookUp::Over) };
        if request.looked_up {
            return Ok(LookUp::Ready);
        }
        match inner.document_client(&request).await? {
            Ok(client) => {
                let ready = inner
                    .database
                    .write(move |connection| -> Result<_, Error> {
                        let hash = client.consent_hash();
                        Ok(store::requests::looked_up(connection, id, &client.name, &hash)?)
                    })
                    .await?;
                Ok(if ready { LookUp::Ready } else { LookUp::Over })
            }
            Err(NotGood::Fetch(FetchError::TooMany)) => Ok(LookUp::Later),
            Err(reason) => inner.refuse(request, &reason).await,
        }
    }
}

impl Inner {
    /// Who asks for authorization under this `client_id`. Fetches nothing.
    pub(crate) async fn asker(&self, client_id: &str) -> Result<Asker, Error> {
        let policy = self.settings.registration;
        Ok(match self.find_asker(client_id).await? {
            Asker::Known(client) if !policy.allows(client.registration) => Asker::NotAdmitted,
            Asker::NotLookedUp(_) if !policy.allows_documents() => Asker::NotAdmitted,
            asker => asker,
        })
    }

    async fn find_asker(&self, client_id: &str) -> Result<Asker, Error> {
        let documents = self.settings.client_documents;
        if let Some(client) = built_in::find(client_id) {
            return Ok(if documents == ClientDocuments::Off { Asker::Unknown } else { Asker::Known(client) });
        }
        let (id, now) = (client_id.to_owned(), self.clock.now());
        let (known, fresh) = self
            .database
            .read(move |connection| -> Result<_, Error> {
                Ok((
                    store::clients::find(connection, &id)?,
                    store::documents::is_fresh(connection, &id, now)?,
                ))
            })
            .await?;
        Ok(match (known, ClientIdUrl::parse(client_id)) {
            (Some(client), _) if client.registration != Registration::MetadataDocument => {
                Asker::Known(client)
            }
            _ if documents != ClientDocuments::Fetch => Asker::Unknown,
            (Some(client), _) if fresh => Asker::Known(client),
            (_, Ok(url)) => Asker::NotLookedUp(url),
            (_, Err(reason)) => {
                tracing::debug!(%reason, "a client_id names no document");
                Asker::Unknown
            }
        })
    }

    /// The client of a request that was not looked up: from its document as it was kept, or fetched.
    async fn document_client(&self, request: &StoredRequest) -> Result<Result<Client, NotGood>, Error> {
        let client = match self.asker(&request.client_id).await? {
            Asker::Known(client) => client,
            Asker::NotLookedUp(url) => match self.fetch_document(&url).await {
                Ok((document, fresh_for)) => {
                    let (client, now) = (document.client.clone(), self.clock.now());
                    self.database
                        .write(move |connection| -> Result<_, Error> {
                            Ok(store::documents::put(connection, &document, now.plus(fresh_for), now)?)
                        })
                        .await?;
                    client
                }
                Err(reason) => return Ok(Err(reason)),
            },
            // The setting was changed in between.
            Asker::Unknown | Asker::NotAdmitted => return Ok(Err(NotGood::RedirectUri)),
        };
        Ok(if client.may_be_answered_at(&request.redirect_uri) {
            Ok(client)
        } else {
            Err(NotGood::RedirectUri)
        })
    }

    async fn fetch_document(&self, url: &ClientIdUrl) -> Result<(Document, Duration), NotGood> {
        let ask = Ask {
            url: url.as_str().to_owned(),
            reach: Reach::Public,
            max_bytes: document::MAX_BYTES,
            content: Content::Nothing,
        };
        let answer = self.fetcher.fetch(ask).await?;
        let document = document::read(&answer.body, url)?;
        Ok((document, answer.max_age.unwrap_or(USUAL).clamp(SHORTEST, LONGEST)))
    }

    /// Ends a request whose client is not what it says.
    async fn refuse(&self, request: StoredRequest, reason: &NotGood) -> Result<LookUp, Error> {
        let (id, now) = (request.id, self.clock.now());
        let (on_the_page, whole) = (reason.on_the_page(), reason.to_string());
        let outcome = whole.clone();
        let refused = self
            .database
            .write(move |connection| refuse(connection, &request, &on_the_page, outcome, now))
            .await?;
        if !refused {
            return Ok(LookUp::Over);
        }
        tracing::info!(%id, reason = %whole, "a client is not what it says, so its request was denied");
        self.announce(AuthorizationEvent::RequestDecided { id, approved: false, by: Decider::Rule });
        Ok(LookUp::Refused { reason: whole })
    }
}

fn refuse(
    connection: &Connection,
    request: &StoredRequest,
    on_the_page: &str,
    outcome: String,
    now: Timestamp,
) -> Result<bool, Error> {
    if !store::requests::refuse(connection, request.id, on_the_page, now)? {
        return Ok(false);
    }
    let entry = AuditEntry {
        request_id: Some(request.id),
        arrival: Some(request.arrival.clone()),
        by: Some(Decider::Rule),
        outcome: Some(outcome),
        ..AuditEntry::new(now, AuditKind::Denied).client(&request.client_id, &request.client_name)
    };
    store::audit::append(connection, &entry)?;
    Ok(true)
}
