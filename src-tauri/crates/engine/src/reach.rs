//! The way in from the internet: which provider, from which settings, and whether the public address really leads
//! here.

mod providers;

use std::sync::Arc;
use std::time::Duration;

use authorization::Origin;
use clock::{Clock, Random, Timestamp};
use gateway::{TunnelStreams, VisitorRule};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex, broadcast, mpsc, watch};
use tunnel::{
    Capabilities, HostKeyOffer, ProviderKind, PublicName, ReasonKind, Recipe, State, Supervisor, Timing,
};

use crate::event::ProgramEvent;
use crate::operations::Check;
use crate::{Config, Engine, Event, Failure, public_check};

pub use providers::GUARD_COMMAND;

/// Streams that wait for the door. More than come in one moment; a provider turns further ones away.
const WAITING_STREAMS: usize = 64;

/// Between two looks at the public address: while it does not lead here, and while it does.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_mins(1), Duration::from_mins(30));

/// For a port of this computer to be taken at the start.
const START_PATIENCE: Duration = Duration::from_secs(5);

/// How the tunnel is, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum TunnelState {
    /// Nobody wants one.
    Off,
    /// It is being opened.
    Connecting,
    /// It stands; whether the public address leads here, `public` says.
    Up,
    /// It broke, and is tried again by itself.
    Backoff,
    /// It broke, and somebody has to mend it.
    Failed,
}

/// How the tunnel is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TunnelStatus {
    /// In one word.
    pub state: TunnelState,
    /// By which provider, or by which it would be.
    pub provider: Option<ProviderKind>,
    /// The address for assistants in the cloud, if one is set.
    pub public_url: Option<String>,
    /// Whether the public address was tried and leads here, with everything that an assistant needs.
    pub public: bool,
    /// Why it is not up, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub reason: Option<String>,
    /// What kind of reason that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub reason_kind: Option<ReasonKind>,
    /// The host's key that the owner has to confirm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub host_key: Option<HostKeyOffer>,
    /// When it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub retry_at: Option<Timestamp>,
    /// Since when it is up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub since: Option<Timestamp>,
    /// What the provider can do and who can read along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub capabilities: Option<Capabilities>,
    /// The same in sentences.
    pub words: Vec<String>,
    /// What was seen when the public address was last tried.
    pub checks: Vec<Check>,
}

/// The supervisor, and what it is asked to keep up.
pub(crate) struct Reach {
    supervisor: Supervisor,
    streams: TunnelStreams,
    visitors: VisitorRule,
    /// As the settings are now: those of the ways in can be changed while the program runs.
    settings: parking_lot::Mutex<Config>,
    /// Kept while the program runs, in memory alone: it is asked for again after a start.
    passphrase: Mutex<Option<SecretString>>,
    checks: watch::Sender<Vec<Check>>,
    /// By which provider it was turned on last, which need not be the one that is set.
    wanted: parking_lot::Mutex<Option<ProviderKind>>,
    /// The public address, where the provider gave it.
    given: parking_lot::Mutex<Option<Origin>>,
}

impl Reach {
    pub(crate) fn new(config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let (incoming, waiting) = mpsc::channel(WAITING_STREAMS);
        let visitors = VisitorRule::default();
        visitors.set(config.tunnel.allow);
        Self {
            supervisor: Supervisor::start(incoming, clock, random, Timing::default()),
            streams: TunnelStreams::new(waiting),
            visitors,
            settings: parking_lot::Mutex::new(config.clone()),
            passphrase: Mutex::default(),
            checks: watch::channel(Vec::new()).0,
            wanted: parking_lot::Mutex::default(),
            given: parking_lot::Mutex::default(),
        }
    }

    pub(crate) fn streams(&self) -> TunnelStreams {
        self.streams.clone()
    }

    pub(crate) fn visitors(&self) -> VisitorRule {
        self.visitors.clone()
    }

    pub(crate) async fn down(&self) {
        self.supervisor.down().await;
    }

    pub(crate) fn state(&self) -> watch::Receiver<State> {
        self.supervisor.state()
    }

    pub(crate) fn is_up(&self) -> bool {
        matches!(*self.supervisor.state().borrow(), State::Up { .. })
    }

    /// The public address, where the provider gave it.
    pub(crate) fn given(&self) -> Option<Origin> {
        self.given.lock().clone()
    }

    fn has_name_of_a_session(&self, config: &Config) -> bool {
        let wanted = *self.wanted.lock();
        wanted.is_some_and(|kind| providers::capabilities(config, kind).name == PublicName::PerSession)
    }

    fn checks(&self) -> Vec<Check> {
        self.checks.borrow().clone()
    }
}

impl Engine {
    /// The settings it was started with, and those about the ways in as they are now.
    pub(crate) fn reach_config(&self) -> Config {
        let mut config = self.config().clone();
        if let Some(reach) = self.reach() {
            let now = reach.settings.lock();
            config.tunnel.clone_from(&now.tunnel);
            config.ingress_port = now.ingress_port;
            config.ingress_proxy_protocol = now.ingress_proxy_protocol;
        }
        config
    }

    /// Uses other settings of the ways in from now on. A tunnel that is up by another way comes up again by this one.
    pub(crate) async fn take_reach_settings(&self, settings: Config) -> Result<(), Failure> {
        let Some(reach) = self.reach() else { return Ok(()) };
        let before = self.reach_config();
        reach.visitors.set(settings.tunnel.allow);
        *reach.settings.lock() = settings;
        let now = self.reach_config();
        self.follow_reachability().await;
        let is_off = matches!(*reach.state().borrow(), State::Off);
        let is_the_same = before.tunnel.is_the_same_way(&now.tunnel)
            && (before.ingress_port, before.ingress_proxy_protocol)
                == (now.ingress_port, now.ingress_proxy_protocol);
        if is_off || is_the_same {
            return Ok(());
        }
        reach.down().await;
        if providers::chosen(&now).is_some() { self.tunnel_up(None, None).await } else { Ok(()) }
    }

    /// How the tunnel is.
    pub(crate) fn tunnel_status(&self) -> TunnelStatus {
        let config = &self.reach_config();
        let state = self.reach().map_or(State::Off, |reach| reach.state().borrow().clone());
        let checks = self.reach().map(Reach::checks).unwrap_or_default();
        let wanted = self.reach().and_then(|reach| *reach.wanted.lock());
        let provider = wanted.filter(|_| state != State::Off).or_else(|| providers::chosen(config));
        let capabilities = provider.map(|kind| providers::capabilities(config, kind));
        let mut status = TunnelStatus {
            state: TunnelState::Off,
            provider,
            public_url: self.public_url(),
            public: false,
            reason: None,
            reason_kind: None,
            host_key: None,
            retry_at: None,
            since: None,
            capabilities,
            words: capabilities.iter().flat_map(Capabilities::sentences).map(str::to_owned).collect(),
            checks: Vec::new(),
        };
        let mut because = |reason: tunnel::Reason| {
            status.reason = Some(reason.message);
            status.reason_kind = Some(reason.kind);
            status.host_key = reason.host_key;
        };
        status.state = match state {
            State::Off => TunnelState::Off,
            State::Connecting => TunnelState::Connecting,
            State::Up { since, .. } => {
                status.since = Some(since);
                status.public = !checks.is_empty() && checks.iter().all(|check| check.ok);
                status.checks = checks;
                TunnelState::Up
            }
            State::Backoff { retry_at, reason, .. } => {
                because(reason);
                status.retry_at = Some(retry_at);
                TunnelState::Backoff
            }
            State::Failed { reason } => {
                because(reason);
                TunnelState::Failed
            }
        };
        status
    }

    /// Turns the tunnel on, or tries it again at once.
    pub(crate) async fn tunnel_up(
        &self,
        provider: Option<ProviderKind>,
        passphrase: Option<SecretString>,
    ) -> Result<(), Failure> {
        let config = &self.reach_config();
        let Some(reach) = self.reach() else {
            return Err(Failure::refused(
                "no program runs here, so there is nothing to reach; start it, then turn the tunnel on",
            ));
        };
        if !config.rates_limited {
            return Err(Failure::refused(
                "limits = \"off\" is for load tests on this computer alone; remove it before the internet may come in",
            ));
        }
        let Some(kind) = provider.or_else(|| providers::chosen(config)) else {
            return Err(Failure::refused(
                "no way to the internet is chosen; choose one in the window (Settings, “From the internet”), or set \
                 tunnel.provider in config.toml to \"ssh\", \"tailscale\", \"cloudflared\" or \"ingress\" \
                 (`ambient-insights tunnel recipe --provider ID` says what each needs) and start the program again",
            ));
        };
        let proxied = config.ingress_proxy_protocol;
        config.tunnel.check_visitors(kind, proxied).map_err(|error| Failure::refused(error.to_string()))?;
        if config.public_url.is_none() && !providers::gives_its_name(config, kind) {
            return Err(Failure::refused(
                "there is no public address yet; set it in the window (Settings, “From the internet”), or as public_url = \
                 \"https://your.name\" in config.toml, and start the program again",
            ));
        }
        if self.address().await.is_none() {
            return Err(Failure::refused("the door is closed; open it first (`ambient-insights resume`)"));
        }
        if passphrase.is_some() {
            *reach.passphrase.lock().await = passphrase;
        }
        let passphrase = reach.passphrase.lock().await.clone();
        let provider = providers::make(config, kind, passphrase)?;
        *reach.wanted.lock() = Some(kind);
        reach.supervisor.up(provider).await;
        Ok(())
    }

    /// Trusts the host key that waits for the owner, if it is the one with this fingerprint, and tries again.
    pub(crate) async fn trust_host(&self, fingerprint: &str) -> Result<HostKeyOffer, Failure> {
        let offer = self.tunnel_status().host_key.ok_or_else(|| {
            Failure::refused("no host's key waits to be confirmed; turn the tunnel on, and it is shown then")
        })?;
        if offer.fingerprint != fingerprint.trim() {
            return Err(Failure::refused(format!(
                "the host shows {}, which is another key; look at it again before you trust it",
                offer.fingerprint
            )));
        }
        providers::known_hosts(&self.reach_config())
            .trust(&offer)
            .map_err(|error| Failure::failed(error.to_string()))?;
        self.tunnel_up(Some(ProviderKind::Ssh), None).await?;
        Ok(offer)
    }

    /// What has to be set elsewhere for a provider, or for the one that is set.
    pub(crate) fn tunnel_recipe(&self, provider: Option<ProviderKind>) -> Recipe {
        let config = &self.reach_config();
        let kind = provider.or_else(|| providers::chosen(config)).unwrap_or(ProviderKind::Ssh);
        providers::recipe(config, kind)
    }

    /// At the start, where the settings say so. What hinders it is told, and hinders nothing else.
    pub(crate) async fn start_reach(&self) {
        if let Err(failure) = self.tunnel_up(None, None).await {
            tracing::error!(reason = failure.message, "the tunnel could not be turned on at the start");
            return;
        }
        // A port of this computer is taken at once, and whoever hears that the program is ready counts on it.
        if providers::chosen(&self.reach_config()) == Some(ProviderKind::Ingress)
            && let Some(reach) = self.reach()
        {
            let mut state = reach.state();
            let taken = state.wait_for(|state| !matches!(state, State::Connecting));
            let _ = tokio::time::timeout(START_PATIENCE, taken).await;
        }
    }

    /// Tells of every change, and tries the public address whenever the tunnel is up.
    pub(crate) fn watch_reach(&self) {
        let Some(mut state) = self.reach().map(Reach::state) else { return };
        let (engine, stopping) = (self.clone(), self.stopping());
        tokio::spawn(async move {
            loop {
                let now = state.borrow_and_update().clone();
                let is_up = matches!(now, State::Up { .. });
                engine.follow_public_name(&now).await;
                engine.follow_reachability().await;
                engine.forget_checks();
                engine.tell(Event::Program(ProgramEvent::StateChanged));
                tokio::select! {
                    () = stopping.cancelled() => return,
                    changed = state.changed() => if changed.is_err() { return },
                    () = engine.keep_trying_the_public_address(), if is_up => {}
                }
            }
        });
    }

    /// The public address, by what the provider gave or by the settings.
    pub(crate) fn public_origin(&self) -> Option<Origin> {
        self.reach().and_then(Reach::given).or_else(|| self.config().public_url.clone())
    }

    /// Answers to the name that the provider gave as long as it stands for it, then to the one of the settings again.
    /// While a broken tunnel is tried again, the name stays: most come back under it.
    async fn follow_public_name(&self, state: &State) {
        let Some(reach) = self.reach() else { return };
        // A name that stays is compared with the one that is set, which may name a port too; one that does not stay
        // counts in any case.
        let counts = self.config().public_url.is_none() || reach.has_name_of_a_session(&self.reach_config());
        let given = match state {
            State::Up { announced, .. } if counts => {
                announced.url.as_deref().and_then(|url| url.parse().ok())
            }
            State::Up { .. } | State::Off | State::Failed { .. } => None,
            State::Connecting | State::Backoff { .. } => return,
        };
        if std::mem::replace(&mut *reach.given.lock(), given.clone()) == given {
            return;
        }
        let public = self.public_origin();
        if let Some(public) = &public {
            tracing::info!(%public, "the public address has changed");
        }
        self.use_public_origin(public).await;
    }

    fn forget_checks(&self) {
        if let Some(reach) = self.reach() {
            reach.checks.send_replace(Vec::new());
        }
    }

    async fn keep_trying_the_public_address(&self) {
        let (Some(reach), Some(origin)) = (self.reach(), self.public_origin()) else { return };
        let mut events = self.events();
        loop {
            let checks = self.examine_public_address(&origin).await;
            let public = checks.iter().all(|check| check.ok);
            for check in checks.iter().filter(|check| !check.ok) {
                tracing::warn!(
                    check = check.name,
                    detail = check.detail,
                    "the public address does not lead here"
                );
            }
            if reach.checks.send_replace(checks.clone()) != checks {
                self.tell(Event::Program(ProgramEvent::StateChanged));
            }
            let again = if public { LOOK_AGAIN.1 } else { LOOK_AGAIN.0 };
            // A new certificate is what the address waited for, more often than not.
            let _ = tokio::time::timeout(again, certificates_changed(&mut events)).await;
        }
    }

    /// The whole way from the public name to here, as Claude's cloud goes it.
    pub(crate) async fn examine_public_address(&self, origin: &Origin) -> Vec<Check> {
        let own = self.certificates().public.as_ref().map(certificates::PublicCertificate::status);
        let checks = public_check::examine(origin, self.config().public_certificate.source.root()).await;
        public_check::with_own_certificate(checks, own.as_ref())
    }

    /// Waits until a tunnel that is being opened stands, or does not.
    pub(crate) async fn tunnel_opened(&self, limit: Duration) {
        let Some(mut state) = self.reach().map(Reach::state) else { return };
        let _ =
            tokio::time::timeout(limit, state.wait_for(|state| !matches!(state, State::Connecting))).await;
    }

    /// Waits until the public address was tried, or the tunnel is not up any more.
    pub(crate) async fn tunnel_settled(&self, limit: Duration) {
        let Some(reach) = self.reach() else { return };
        let (mut state, mut checks) = (reach.state(), reach.checks.subscribe());
        let settled = async {
            if state
                .wait_for(|state| !matches!(state, State::Connecting | State::Off))
                .await
                .is_ok_and(|s| matches!(*s, State::Up { .. }))
            {
                let _ = checks.wait_for(|checks| !checks.is_empty()).await;
            }
        };
        let _ = tokio::time::timeout(limit, settled).await;
    }
}

/// Whether there is a way in from the internet that is turned on and off here.
pub(crate) fn is_set(config: &Config) -> bool {
    providers::chosen(config).is_some()
}

/// Waits for the next word about the certificates.
async fn certificates_changed(events: &mut broadcast::Receiver<Event>) {
    loop {
        match events.recv().await {
            // Who missed some looks again, rather than once too seldom.
            Ok(Event::Program(ProgramEvent::CertificatesChanged)) | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// What a provider means, in sentences.
pub(crate) fn words(config: &Config, kind: ProviderKind) -> Vec<String> {
    providers::capabilities(config, kind).sentences().into_iter().map(str::to_owned).collect()
}
