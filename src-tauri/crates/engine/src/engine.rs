//! Starting the parts in their order, watching over them, and stopping them so that nothing is lost.

mod keeping;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use authorization::{
    AuditRetention, Authorization, Decider, LimitsSetting, Origin, Origins, StaticClient, StaticSource,
};
use clock::{Clock, OsRandom, Random, SystemClock, Timestamp};
use context::Context;
use database::{DataDirectoryLock, LockError};
use gateway::BindError;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex, Notify, broadcast};
use tokio_util::sync::CancellationToken;

use crate::doorway::Doorway;
use crate::event::{ProgramEvent, SurfaceRequest};
use crate::hooks::Hooks;
use crate::public_certificate::Certificates;
use crate::reach::Reach;
use crate::transfers::Transfers;
use crate::{Config, Event, Failure};

/// Where the owner decides who comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// At a terminal: `serve`.
    Terminal,
    /// In the desktop's window alone: an assistant with a shell must not approve itself.
    Desktop,
}

/// Whether assistants are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Take the port and answer.
    Open(Surface),
    /// For one command on the stored data: no port, nobody comes in.
    Closed,
}

/// The running parts. Cloning is cheap; all clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
    hand: Decider,
}

struct Inner {
    config: Config,
    origins: Origins,
    started_at: Timestamp,
    context: Context,
    authorization: Authorization,
    certificates: Certificates,
    clock: Arc<dyn Clock>,
    surface: Surface,
    doorway: Mutex<Doorway>,
    /// None where nobody is let in.
    reach: Option<Reach>,
    events: broadcast::Sender<Event>,
    transfers: Transfers,
    stopping: CancellationToken,
    lock: Mutex<Option<DataDirectoryLock>>,
    hooks: Hooks,
    /// Something about how long conversations are kept has changed.
    age_changed: Notify,
}

/// Why the engine could not start. Each message names the remedy.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another instance runs on the data directory, or it can not be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// What is remembered can not be opened.
    #[error(transparent)]
    Context(#[from] context::Error),
    /// Who may come in can not be opened.
    #[error(transparent)]
    Authorization(#[from] authorization::Error),
    /// The local certificates can not be made or read.
    #[error(transparent)]
    Certificates(#[from] certificates::Error),
    /// The port can not be taken.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// A part panicked while it started.
    #[error("a part failed while it started; please report this as a bug")]
    Panicked,
}

impl Engine {
    /// Starts the parts: the lock, the port, the stores, the certificates, and last the door, so that nobody
    /// is let in before everything is there.
    ///
    /// # Errors
    /// [`StartError`]. What was started before the error is stopped again.
    pub async fn start(config: Config, door: Door) -> Result<Self, StartError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(OsRandom);
        let chance = Arc::clone(&random);
        let lock = DataDirectoryLock::acquire(&config.data_dir)?;
        let (mut doorway, surface) = match door {
            Door::Open(surface) => (Doorway::take(&config).await?, surface),
            Door::Closed => (Doorway::nowhere(), Surface::Terminal),
        };
        let origins = config.origins(doorway.port().unwrap_or(config.port));
        // Only who lets somebody in follows the settings: a command on the stored data may have been started
        // without the server's environment, and must not take its clients away.
        let static_clients = matches!(door, Door::Open(_)).then(|| config.static_clients.clone());
        let stores = Opening { config: config.clone(), origins: origins.clone(), surface, static_clients };
        let stores = stores.with(Arc::clone(&clock), random);
        let (context, authorization, certificates) =
            tokio::task::spawn_blocking(stores).await.map_err(|_| StartError::Panicked)??;
        let challenge_port = match door {
            Door::Open(_) => certificates.challenge_port(&config).await,
            Door::Closed => None,
        };
        let reach = matches!(door, Door::Open(_))
            .then(|| Reach::new(&config, Arc::clone(&clock), Arc::clone(&chance)));
        if let Some(reach) = &reach {
            doorway.take_streams(reach.streams(), reach.visitors());
        }
        doorway.open(&config, &origins, &context, &authorization, certificates.resolver(), &clock);
        let engine = Self {
            inner: Arc::new(Inner {
                started_at: clock.now(),
                origins,
                context,
                authorization,
                certificates,
                surface,
                doorway: Mutex::new(doorway),
                reach,
                events: broadcast::channel(256).0,
                transfers: Transfers::default(),
                stopping: CancellationToken::new(),
                lock: Mutex::new(Some(lock)),
                hooks: Hooks::default(),
                age_changed: Notify::new(),
                clock,
                config,
            }),
            hand: Decider::Terminal,
        };
        engine.forward_events();
        if matches!(door, Door::Open(_)) {
            engine.catch_up_with_hooks();
            engine.watch_age();
            engine.follow_reachability().await;
            let (events, stopping) = (engine.inner.events.clone(), engine.inner.stopping.clone());
            engine.inner.certificates.watch(challenge_port, events, stopping);
        }
        engine.watch_reach();
        if engine.config().tunnel.start {
            engine.start_reach().await;
        }
        Ok(engine)
    }

    /// Takes the port again after [`Engine::close_door`], the same one as before. Nothing to do where it is open.
    ///
    /// # Errors
    /// [`BindError`], where somebody else has taken the port meanwhile.
    pub async fn open_door(&self) -> Result<(), BindError> {
        let inner = &self.inner;
        let mut doorway = inner.doorway.lock().await;
        if doorway.take_again().await? {
            doorway.open(
                &inner.config,
                &self.origins(),
                &inner.context,
                &inner.authorization,
                inner.certificates.resolver(),
                &inner.clock,
            );
            drop(doorway);
            self.follow_reachability().await;
            self.tell(Event::Program(ProgramEvent::StateChanged));
        }
        Ok(())
    }

    /// Lets the calls under way finish and gives the port free: nobody is answered any more, and there is no tunnel
    /// that leads to a closed door.
    pub async fn close_door(&self) {
        if let Some(reach) = &self.inner.reach {
            reach.down().await;
        }
        self.inner.certificates.set_reachable(false);
        self.inner.doorway.lock().await.close().await;
        self.follow_reachability().await;
        self.tell(Event::Program(ProgramEvent::StateChanged));
    }

    /// Lets the calls under way finish, writes what is still in memory, gives the data directory free.
    pub async fn stop(&self) {
        self.inner.stopping.cancel();
        if let Some(reach) = &self.inner.reach {
            reach.down().await;
        }
        self.inner.doorway.lock().await.close().await;
        self.inner.authorization.clone().close().await;
        self.inner.context.clone().close().await;
        drop(self.inner.lock.lock().await.take());
    }

    /// The same engine, whose operations are the owner's in the desktop's window. Never given to the control
    /// socket: what comes over it is a terminal's.
    #[must_use]
    pub fn in_window(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), hand: Decider::Desktop }
    }

    /// Whose hand an operation is.
    pub(crate) fn hand(&self) -> Decider {
        self.hand
    }

    /// The settings it was started with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The URL that an assistant on this computer is given.
    #[must_use]
    pub fn mcp_url(&self) -> String {
        self.inner.origins.local.resource()
    }

    /// The issuer identifier of the local origin.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.inner.origins.local.as_str()
    }

    /// The URL that an assistant in the cloud is given, where there is a public name.
    #[must_use]
    pub fn public_url(&self) -> Option<String> {
        self.public_origin().as_ref().map(Origin::resource)
    }

    /// The file with the certificate of the local authority.
    #[must_use]
    pub fn ca_certificate(&self) -> PathBuf {
        self.inner.certificates.local.ca_certificate().to_owned()
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// The way in from the internet, where anybody is let in at all.
    pub(crate) fn reach(&self) -> Option<&Reach> {
        self.inner.reach.as_ref()
    }

    /// Ends when the engine stops.
    pub(crate) fn stopping(&self) -> CancellationToken {
        self.inner.stopping.clone()
    }

    pub(crate) fn context(&self) -> &Context {
        &self.inner.context
    }

    pub(crate) fn hooks(&self) -> &Hooks {
        &self.inner.hooks
    }

    pub(crate) fn authorization(&self) -> &Authorization {
        &self.inner.authorization
    }

    pub(crate) fn certificates(&self) -> &Certificates {
        &self.inner.certificates
    }

    pub(crate) fn transfers(&self) -> &Transfers {
        &self.inner.transfers
    }

    /// The origins as they are now: the public one may be the tunnel's.
    pub(crate) fn origins(&self) -> Origins {
        Origins { local: self.inner.origins.local.clone(), public: self.public_origin() }
    }

    /// Answers to another public name, or to none.
    pub(crate) async fn use_public_origin(&self, public: Option<Origin>) {
        self.inner.authorization.set_public_origin(public.clone());
        self.inner.doorway.lock().await.set_public_origin(public);
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    /// Where the door is, if it is open.
    pub(crate) async fn address(&self) -> Option<SocketAddr> {
        self.inner.doorway.lock().await.address()
    }

    /// Where the owner decides who comes in.
    #[must_use]
    pub fn surface(&self) -> Surface {
        self.inner.surface
    }

    /// The time by the engine's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Whether remembering is paused, and until when.
    #[must_use]
    pub fn paused(&self) -> Option<context::Pause> {
        self.inner.context.paused()
    }

    /// Asks the desktop for something.
    ///
    /// # Errors
    /// Where no desktop runs: nobody could do it.
    pub(crate) fn ask_surface(&self, request: SurfaceRequest) -> Result<(), Failure> {
        if self.inner.surface == Surface::Desktop {
            self.tell(Event::Surface(request));
            return Ok(());
        }
        Err(Failure::refused(
            "the running program has no windows (`serve`); stop it and start `ambient-insights`, or decide with \
             `ambient-insights approvals`",
        ))
    }

    pub(crate) fn tell(&self, event: Event) {
        // Nobody may be listening just now.
        let _ = self.inner.events.send(event);
    }

    pub(crate) fn started_at(&self) -> Timestamp {
        self.inner.started_at
    }

    /// Joins the rooms' streams of what happens into one.
    fn forward_events(&self) {
        let events = self.inner.events.clone();
        let stopping = self.inner.stopping.clone();
        let mut from_authorization = self.inner.authorization.events();
        let mut from_context = self.inner.context.changes();
        tokio::spawn(async move {
            loop {
                let event = tokio::select! {
                    () = stopping.cancelled() => return,
                    event = from_authorization.recv() => event.map(Event::Authorization),
                    change = from_context.recv() => change.map(Event::Context),
                };
                match event {
                    // Nobody may be listening just now.
                    Ok(event) => drop(events.send(event)),
                    Err(RecvError::Lagged(missed)) => tracing::debug!(missed, "events came too fast"),
                    Err(RecvError::Closed) => return,
                }
            }
        });
    }

    /// Whether an authority that looks for the public name finds this program: the door is open, and where a tunnel
    /// is to bring the internet to it, that is up.
    pub(crate) async fn is_reachable(&self) -> bool {
        self.leads_here(&*self.inner.doorway.lock().await)
    }

    /// Tells the care for the certificates whether it does.
    pub(crate) async fn follow_reachability(&self) {
        // Told while the door is held: of two who look at once, the later one has the last word.
        let doorway = self.inner.doorway.lock().await;
        self.inner.certificates.set_reachable(self.leads_here(&doorway));
    }

    fn leads_here(&self, doorway: &Doorway) -> bool {
        let config = self.reach_config();
        // Whoever has set nothing has another program bring the name here.
        let by_tunnel = crate::reach::is_set(&config) && config.public_certificate.source.is_shown_over_tls();
        doorway.address().is_some() && (!by_tunnel || self.reach().is_some_and(Reach::is_up))
    }

    /// Sessions went on while this program did not run.
    fn catch_up_with_hooks(&self) {
        let engine = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = engine.inner.stopping.cancelled() => {}
                () = engine.hooks().catch_up(&engine) => {}
            }
        });
    }
}

type Stores = (Context, Authorization, Certificates);

/// What the stores are opened with.
struct Opening {
    config: Config,
    origins: Origins,
    surface: Surface,
    static_clients: Option<Vec<(StaticClient, StaticSource)>>,
}

impl Opening {
    fn with(
        self,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> impl FnOnce() -> Result<Stores, StartError> {
        let Self { config, origins, surface, static_clients } = self;
        move || {
            let certificates = Certificates::open(&config, &clock, Arc::clone(&random))?;
            let settings = authorization::Settings {
                access_token_lifetime: config.access_token_lifetime,
                access_token_format: config.access_token_format,
                refresh_idle: config.refresh_idle,
                refresh_absolute: config.grant_lifetime,
                external: config.external.clone(),
                request_lifetime: config.request_lifetime,
                registration: config.registration,
                client_documents: config.client_documents,
                remember_consent: config.remember_consent,
                static_clients,
                audit_retention: AuditRetention { longest: config.audit_age, ..AuditRetention::default() },
                self_approval: surface == Surface::Terminal,
                limits: if config.rates_limited { LimitsSetting::On } else { LimitsSetting::Off },
                ..authorization::Settings::new(origins)
            };
            let authorization = Authorization::open(
                &config.data_dir.join("authorization.db"),
                settings,
                Arc::clone(&clock),
                Arc::clone(&random),
            )?;
            let context = Context::open(&config.data_dir.join("context.db"), clock, random)?;
            context.set_redaction(config.redaction);
            context.set_retention(config.retention);
            Ok((context, authorization, certificates))
        }
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
