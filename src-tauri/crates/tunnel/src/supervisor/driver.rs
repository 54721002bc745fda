//! What lives by the supervisor's rules: one task that holds the session, the ticks and the state.

use std::sync::Arc;
use std::time::Duration;

use clock::{Clock, Random};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::jump::{self, Jumps, Look};
use super::machine::{Effect, Input, Machine, Moment, State};
use crate::{Announced, Incoming, Provider, SessionContext, TunnelError};

/// How often and how long.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Between two looks at clocks and network while a tunnel is wanted.
    pub tick: Duration,
    /// For a session to end when it is told to; then its task is ended by force.
    pub patience: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self { tick: Duration::from_secs(5), patience: Duration::from_secs(5) }
    }
}

/// Keeps at most one session of one provider up.
pub struct Supervisor {
    orders: mpsc::Sender<Order>,
    state: watch::Receiver<State>,
    task: JoinHandle<()>,
}

enum Order {
    /// Answered when the session is begun, so that whoever asked sees no older state.
    Up(Arc<dyn Provider>, oneshot::Sender<()>),
    /// Answered when nothing of the session is left.
    Down(oneshot::Sender<()>),
}

impl Supervisor {
    /// A supervisor that wants no tunnel yet. Streams go to `incoming`. Must be called within a runtime.
    #[must_use]
    pub fn start(
        incoming: mpsc::Sender<Incoming>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        timing: Timing,
    ) -> Self {
        let (orders, received) = mpsc::channel(4);
        let (told, state) = watch::channel(State::Off);
        let life = Life {
            machine: Machine::new(),
            provider: None,
            session: None,
            incoming,
            told,
            clock,
            random,
            timing,
            jumps: Jumps::default(),
        };
        let task = tokio::spawn(life.live(received));
        Self { orders, state, task }
    }

    /// How the tunnel is, now and from now on.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Has a tunnel by this provider, now: one that waits to be tried again does not wait any longer, and one by
    /// another provider or with older settings ends first.
    pub async fn up(&self, provider: Arc<dyn Provider>) {
        let (done, when_done) = oneshot::channel();
        if self.orders.send(Order::Up(provider, done)).await.is_ok() {
            let _ = when_done.await;
        }
    }

    /// Has no tunnel any more. When it returns, no task, socket or child of it is left.
    pub async fn down(&self) {
        let (done, when_done) = oneshot::channel();
        if self.orders.send(Order::Down(done)).await.is_ok() {
            let _ = when_done.await;
        }
    }

    /// Takes the tunnel down and ends the supervisor.
    pub async fn stop(self) {
        self.down().await;
        drop(self.orders);
        let _ = self.task.await;
    }
}

/// A session that runs.
struct Session {
    task: JoinHandle<Result<(), TunnelError>>,
    announced: watch::Receiver<Option<Announced>>,
    check: Arc<Notify>,
    stop: CancellationToken,
}

struct Life {
    machine: Machine,
    provider: Option<Arc<dyn Provider>>,
    session: Option<Session>,
    incoming: mpsc::Sender<Incoming>,
    told: watch::Sender<State>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    timing: Timing,
    jumps: Jumps,
}

enum Happened {
    Order(Option<Order>),
    Announced(Option<Announced>),
    Ended(Result<(), TunnelError>),
    Ticked,
}

impl Life {
    async fn live(mut self, mut orders: mpsc::Receiver<Order>) {
        loop {
            let now = self.now();
            let wait = self.machine.due_in(now).unwrap_or(self.timing.tick).min(self.timing.tick);
            let wanted = !matches!(self.machine.state(), State::Off);
            let happened = tokio::select! {
                order = orders.recv() => Happened::Order(order),
                happened = next_of(self.session.as_mut()) => happened,
                () = tokio::time::sleep(wait), if wanted => Happened::Ticked,
            };
            match happened {
                Happened::Order(None) => return self.step(Input::TurnOff).await,
                Happened::Order(Some(Order::Up(provider, done))) => {
                    self.step(Input::TurnOff).await;
                    self.provider = Some(provider);
                    self.jumps.forget();
                    self.step(Input::TurnOn).await;
                    let _ = done.send(());
                }
                Happened::Order(Some(Order::Down(done))) => {
                    self.step(Input::TurnOff).await;
                    self.provider = None;
                    let _ = done.send(());
                }
                Happened::Announced(Some(announced)) => self.step(Input::Announced(announced)).await,
                Happened::Announced(None) => {}
                Happened::Ended(outcome) => {
                    self.session = None;
                    self.step(Input::Ended(outcome)).await;
                }
                Happened::Ticked => self.tick().await,
            }
        }
    }

    async fn tick(&mut self) {
        let now = self.now();
        let look = Look { wall: now.wall, monotonic: now.monotonic, route: jump::route() };
        if let Some(jump) = self.jumps.observe(look) {
            tracing::info!(?jump, "the computer slept, its clock was set or its network changed");
            self.step(Input::Jumped).await;
        }
        self.step(Input::Tick).await;
    }

    async fn step(&mut self, input: Input) {
        let machine = std::mem::replace(&mut self.machine, Machine::new());
        let (machine, effect) = machine.step(input, self.now(), self.chance());
        self.machine = machine;
        match effect {
            Effect::None => {}
            Effect::Begin => self.begin(),
            Effect::End => self.end().await,
            Effect::Check => {
                if let Some(session) = &self.session {
                    session.check.notify_one();
                }
            }
        }
        let state = self.machine.state();
        self.told.send_if_modified(|told| {
            let changed = told != state;
            if changed {
                log(state);
                told.clone_from(state);
            }
            changed
        });
    }

    fn begin(&mut self) {
        let Some(provider) = self.provider.clone() else { return };
        let (announced, when_announced) = watch::channel(None);
        let (check, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        let context = SessionContext {
            incoming: self.incoming.clone(),
            announced,
            check: Arc::clone(&check),
            stop: stop.clone(),
        };
        let task = tokio::spawn(async move { provider.run(context).await });
        self.session = Some(Session { task, announced: when_announced, check, stop });
    }

    async fn end(&mut self) {
        let Some(mut session) = self.session.take() else { return };
        session.stop.cancel();
        if tokio::time::timeout(self.timing.patience, &mut session.task).await.is_err() {
            tracing::warn!("the tunnel did not end when told to; it was ended by force");
            session.task.abort();
            let _ = session.task.await;
        }
    }

    fn now(&self) -> Moment {
        Moment { wall: self.clock.now(), monotonic: self.clock.monotonic() }
    }

    /// A number from 0 to 1.
    fn chance(&self) -> f64 {
        let mut bytes = [0; 4];
        self.random.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

/// What the session does next. Never, where there is none. Cancel-safe.
async fn next_of(session: Option<&mut Session>) -> Happened {
    let Some(session) = session else { return std::future::pending().await };
    tokio::select! {
        biased;
        // A session that announces and ends at once is heard in this order.
        changed = session.announced.changed() => match changed {
            Ok(()) => Happened::Announced(session.announced.borrow_and_update().clone()),
            Err(_) => Happened::Ended(ended((&mut session.task).await)),
        },
        outcome = &mut session.task => Happened::Ended(ended(outcome)),
    }
}

fn ended(joined: Result<Result<(), TunnelError>, tokio::task::JoinError>) -> Result<(), TunnelError> {
    joined.unwrap_or(Err(TunnelError::Panicked))
}

fn log(state: &State) {
    match state {
        State::Off => tracing::info!("the tunnel is off"),
        State::Connecting => tracing::debug!("the tunnel is being opened"),
        State::Up { announced, .. } => tracing::info!(place = announced.place, "the tunnel is up"),
        State::Backoff { reason, failures, .. } => {
            tracing::warn!(reason = reason.message, failures, "the tunnel broke; it is tried again");
        }
        State::Failed { reason } => {
            tracing::error!(reason = reason.message, "there is no tunnel before this is mended");
        }
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
