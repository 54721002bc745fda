//! The room's public face: opening, closing, and what the rest of the program asks for.

mod access;
mod approvals;
mod blocks;
mod clients;
mod documents;
mod expiry;
mod opening;
mod pending;
mod pre_registered;
mod proof;
mod signing;

use std::path::Path;
use std::sync::Arc;

use clock::{Clock, Random};
use database::Database;
use parking_lot::{Mutex, RwLock};
use tokio::sync::broadcast;

pub use access::{Access, Challenge, Rejection};
pub use approvals::{Approval, ApprovalError, Approved};
pub use blocks::BlockedClient;
pub use clients::{ClientSummary, GrantSummary, Revoked};
pub(crate) use clients::{UNUSED_CLIENT_LIFETIME, end_client, revoke_grant, revoke_grant_for};
pub(crate) use documents::Asker;
pub use documents::LookUp;
pub(crate) use expiry::expire_overdue;
pub use pending::PendingRequest;
pub use pre_registered::{ClientError, Credentials, NewClient, NewSecret};
pub use proof::ProofError;
pub(crate) use signing::{Contents, OWNER, keep_keys, new_access_token, public_keys};

use crate::arrival::Arrival;
use crate::audit::recorder::Recorder;
use crate::audit::{AuditEntry, AuditQuery, RejectionKind, ToolCallRecord};
use crate::cache::Cache;
use crate::client::{Client, built_in};
use crate::event::AuthorizationEvent;
use crate::external::External;
use crate::fetch::{Fetcher, Network, SystemNetwork};
use crate::limits::Limits;
use crate::origin::{Origin, OriginName, Origins};
use crate::rules::proof::Proofs;
use crate::settings::Settings;
use crate::{Error, endpoints, store};

/// How many events a slow listener may fall behind.
const EVENTS: usize = 256;

/// The authorization server. Cloning is cheap; all clones are the same server.
#[derive(Clone, Debug)]
pub struct Authorization {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) database: Database,
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) cache: Cache,
    pub(crate) limits: Limits,
    pub(crate) recorder: Recorder,
    pub(crate) fetcher: Fetcher,
    /// The server in place of ours, where the owner set one.
    pub(crate) external: Option<External>,
    /// What the app has handed to the person's own browsers and not seen again yet.
    pub(crate) proofs: Mutex<Proofs>,
    /// Taken from the settings; the public one comes and goes with the tunnel.
    origins: RwLock<Origins>,
    events: broadcast::Sender<AuthorizationEvent>,
}

impl Authorization {
    /// Opens `authorization.db` at `path`, makes it if it is not there. Blocks. Access that was given until the
    /// program is closed ends here, also after a crash; and the clients of the settings are brought in line with
    /// them.
    ///
    /// # Errors
    /// A database that can not be opened; a setting out of bounds.
    pub fn open(
        path: &Path,
        settings: Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, Error> {
        Self::open_with_network(path, settings, clock, random, Arc::new(SystemNetwork))
    }

    /// As [`Authorization::open`], with another way out of this computer. Which places may be asked does not
    /// depend on it.
    ///
    /// # Errors
    /// As [`Authorization::open`].
    pub fn open_with_network(
        path: &Path,
        settings: Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        network: Arc<dyn Network>,
    ) -> Result<Self, Error> {
        settings.check()?;
        let database = Database::open(path, &store::SCHEMA)?;
        opening::prepare(
            &database,
            settings.static_clients.clone(),
            settings.access_token_format,
            clock.now(),
        )?;
        let events = broadcast::channel(EVENTS).0;
        let recorder =
            Recorder::start(database.clone(), settings.clone(), Arc::clone(&clock), events.clone())?;
        let inner = Inner {
            limits: Limits::new(settings.limits, Arc::clone(&clock)),
            fetcher: Fetcher::new(network, Arc::clone(&clock)),
            external: settings.external.clone().map(|server| External::new(server, Arc::clone(&clock))),
            origins: RwLock::new(settings.origins.clone()),
            cache: Cache::default(),
            events,
            database,
            settings,
            clock,
            random,
            recorder,
            proofs: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Writes what waits for the audit trail and closes the database. Other clones then only get errors.
    pub async fn close(self) {
        self.inner.recorder.stop().await;
        self.inner.database.clone().close().await;
    }

    /// The endpoints: the well-known documents, `/oauth/*`, and the short names that older clients try.
    ///
    /// Expects [`Arrival`], [`crate::PeerAddress`] and [`OriginName`] as request extensions. Where the arrival
    /// is missing, the strictest one is taken for true.
    pub fn router(&self) -> axum::Router {
        endpoints::router(Arc::clone(&self.inner))
    }

    /// Changes the public origin, as the tunnel comes and goes. Tokens for it stay good for when it is back.
    pub fn set_public_origin(&self, public: Option<Origin>) {
        self.inner.origins.write().public = public;
    }

    /// Puts a tool call into the audit trail. Returns at once; the line is on disk within 100 ms. A crash can
    /// lose the lines of that window. When the queue is full, the line is counted and the count is logged.
    pub fn record_tool_call(&self, call: ToolCallRecord) {
        self.inner.recorder.tool_call(call, self.inner.clock.now());
    }

    /// Counts a request that was turned away: one line a kind, arrival and minute in the audit trail. Counts
    /// of the last seconds before a crash can be lost.
    pub fn record_rejection(&self, kind: RejectionKind, arrival: &Arrival) {
        self.inner.reject(kind, arrival);
    }

    /// Resolves when every tool call and rejection that was recorded before is on disk.
    pub async fn flush(&self) {
        self.inner.recorder.flush().await;
    }

    /// Lines of the audit trail, newest first. All that was answered before is among them.
    ///
    /// # Errors
    /// A database that can not be read.
    pub async fn audit(&self, query: AuditQuery) -> Result<Vec<AuditEntry>, Error> {
        self.flush().await;
        self.inner.database.read(move |connection| Ok(store::audit::list(connection, &query)?)).await
    }

    /// What happens from now on. A listener that falls far behind misses the oldest.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<AuthorizationEvent> {
        self.inner.events.subscribe()
    }

    /// Whether the authorization server that stands in place of ours answers: what was seen, in words. `None`:
    /// there is no other.
    ///
    /// # Errors
    /// It can not be used; the error says why.
    pub async fn examine_external(&self) -> Option<Result<String, Error>> {
        let inner = &self.inner;
        let external = inner.external.as_ref()?;
        Some(external.examine(&inner.fetcher, &*inner.clock).await)
    }

    /// What is wrong with the database file. Empty: sound.
    ///
    /// # Errors
    /// A database that can not be read at all.
    pub async fn integrity(&self) -> Result<Vec<String>, Error> {
        Ok(self.inner.database.integrity().await?)
    }
}

impl Inner {
    pub(crate) fn origin(&self, name: OriginName) -> Option<Origin> {
        self.origins.read().get(name).cloned()
    }

    pub(crate) fn reject(&self, kind: RejectionKind, arrival: &Arrival) {
        self.recorder.rejection(self.clock.now(), kind, arrival);
    }

    pub(crate) fn announce(&self, event: AuthorizationEvent) {
        // No listener is no error.
        let _ = self.events.send(event);
    }

    /// The client of that id: one that comes with the program, or one that was registered.
    pub(crate) async fn client(&self, id: &str) -> Result<Option<Client>, Error> {
        if let Some(client) = built_in::find(id) {
            return Ok(Some(client));
        }
        let id = id.to_owned();
        self.database.read(move |connection| Ok(store::clients::find(connection, &id)?)).await
    }
}
