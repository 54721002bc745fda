//! The engine's host: starts it, says why it could not start, starts it again, stops it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use control::{Client, Server};
use engine::operations::ShowWindow;
use engine::{Door, Engine, Event, Failure, Operation, Overrides, ProgramEvent, StartError, Surface, Theme};
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex as AsyncMutex, broadcast, watch};

use crate::place::Place;

/// How many events a slow window may be behind.
const BACKLOG: usize = 256;
/// How long another process that is just starting may take until it answers.
const OTHERS_START: Duration = Duration::from_secs(3);

/// The engine, or why there is none. Cloning is cheap; all clones are one.
#[derive(Clone)]
pub(crate) struct Host {
    inner: Arc<Inner>,
}

struct Inner {
    place: Place,
    state: watch::Sender<State>,
    /// One stream for the windows, whichever engine is the source.
    events: broadcast::Sender<Event>,
    /// Starting and stopping exclude one another.
    turning: AsyncMutex<Option<Server>>,
    first_run: Mutex<bool>,
    /// Another process runs the desktop.
    gave_way: watch::Sender<bool>,
}

#[derive(Clone)]
enum State {
    Starting,
    Running(Engine),
    Failed(String),
}

/// What the host is doing, for the windows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum ProgramState {
    /// The engine is about to be there.
    Starting,
    /// The engine runs.
    Running {
        /// Nobody has been through the first steps yet.
        first_run: bool,
    },
    /// The engine could not start.
    Failed {
        /// Why, and what to do.
        message: String,
    },
}

impl Host {
    pub(crate) fn new(place: Place) -> Self {
        let first_run = !welcomed(&place).exists();
        Self {
            inner: Arc::new(Inner {
                place,
                state: watch::Sender::new(State::Starting),
                events: broadcast::Sender::new(BACKLOG),
                turning: AsyncMutex::new(None),
                first_run: Mutex::new(first_run),
                gave_way: watch::Sender::new(false),
            }),
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.inner.place
    }

    /// Starts the engine. A failure is kept, for the window to show.
    pub(crate) async fn start(&self) {
        let mut server = self.inner.turning.lock().await;
        if matches!(*self.inner.state.borrow(), State::Running(_)) {
            return;
        }
        self.turn(State::Starting);
        let state = match self.try_start().await {
            Ok((engine, opened)) => {
                tracing::info!(mcp_url = engine.mcp_url(), "the door is open");
                self.forward(&engine);
                *server = Some(opened);
                State::Running(engine.in_window())
            }
            Err(message) => {
                tracing::error!(%message, "the engine could not start");
                State::Failed(message)
            }
        };
        self.turn(state);
    }

    async fn try_start(&self) -> Result<(Engine, Server), String> {
        let config = self.inner.place.config(Overrides::default()).map_err(|error| error.to_string())?;
        let engine = match Engine::start(config, Door::Open(Surface::Desktop)).await {
            Ok(engine) => engine,
            Err(error) => {
                if matches!(error, StartError::Lock(_)) && self.is_shown_by_another().await {
                    self.inner.gave_way.send_replace(true);
                }
                return Err(error.to_string());
            }
        };
        match Server::start(engine.clone()) {
            Ok(server) => Ok((engine, server)),
            Err(error) => {
                engine.stop().await;
                Err(error.to_string())
            }
        }
    }

    /// Started twice at nearly the same moment: the other one has the data, and shows its window instead.
    async fn is_shown_by_another(&self) -> bool {
        let began = tokio::time::Instant::now();
        while began.elapsed() < OTHERS_START {
            if let Some(other) = Client::connect(&self.inner.place.data_dir).await {
                return other.call(ShowWindow {}).await.is_ok();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }

    /// Answers when another process of the desktop has taken over; this one is to end.
    pub(crate) async fn gave_way(&self) {
        let mut gave_way = self.inner.gave_way.subscribe();
        if gave_way.wait_for(|gave_way| *gave_way).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Stops the engine where it runs: calls under way are finished, what is in memory is written.
    pub(crate) async fn stop(&self) {
        let mut server = self.inner.turning.lock().await;
        if let Some(server) = server.take() {
            server.stop().await;
        }
        let running = match &*self.inner.state.borrow() {
            State::Running(engine) => Some(engine.clone()),
            State::Starting | State::Failed(_) => None,
        };
        if let Some(engine) = running {
            self.turn(State::Starting);
            engine.stop().await;
        }
    }

    /// Stops and starts, so that changed settings take effect; after a failure: tries again.
    pub(crate) async fn restart(&self) {
        self.stop().await;
        self.start().await;
    }

    /// Whether the engine could not start.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(*self.inner.state.borrow(), State::Failed(_))
    }

    /// Answers when the engine runs or has failed.
    pub(crate) async fn settled(&self) {
        let mut state = self.inner.state.subscribe();
        let _ = state.wait_for(|state| !matches!(state, State::Starting)).await;
    }

    /// The engine, once it has settled.
    pub(crate) async fn engine(&self) -> Result<Engine, Failure> {
        self.settled().await;
        match &*self.inner.state.borrow() {
            State::Running(engine) => Ok(engine.clone()),
            State::Failed(message) => Err(Failure::failed(message.clone())),
            State::Starting => Err(Failure::failed("the program is stopping; start it again")),
        }
    }

    /// Runs an operation as the owner in the window.
    pub(crate) async fn run<O: Operation>(&self, operation: O) -> Result<O::Output, Failure> {
        operation.run(&self.engine().await?).await
    }

    pub(crate) fn program_state(&self) -> ProgramState {
        match &*self.inner.state.borrow() {
            State::Starting => ProgramState::Starting,
            State::Running(_) => ProgramState::Running { first_run: self.is_first_run() },
            State::Failed(message) => ProgramState::Failed { message: message.clone() },
        }
    }

    /// What happens from now on, whichever engine it happens in.
    pub(crate) fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    pub(crate) fn is_first_run(&self) -> bool {
        *self.inner.first_run.lock()
    }

    /// How the windows look, as it is set now; known even where the engine could not start.
    pub(crate) fn theme(&self) -> Theme {
        self.inner.place.config(Overrides::default()).map(|config| config.theme).unwrap_or_default()
    }

    /// Remembers that somebody has been through the first steps.
    pub(crate) fn finish_first_run(&self) -> Result<(), Failure> {
        let mark = welcomed(&self.inner.place);
        std::fs::write(&mark, b"").map_err(|error| {
            Failure::failed(format!(
                "{} can not be written: {error}; check the folder's rights",
                mark.display()
            ))
        })?;
        *self.inner.first_run.lock() = false;
        self.tell(Event::Program(ProgramEvent::StateChanged));
        Ok(())
    }

    fn turn(&self, state: State) {
        self.inner.state.send_replace(state);
        self.tell(Event::Program(ProgramEvent::StateChanged));
    }

    fn tell(&self, event: Event) {
        // Nobody may be listening just now.
        let _ = self.inner.events.send(event);
    }

    fn forward(&self, engine: &Engine) {
        let mut source = engine.events();
        let host = self.clone();
        tokio::spawn(async move {
            loop {
                match source.recv().await {
                    Ok(event) => host.tell(event),
                    // Whoever shows something asks anew at the next event.
                    Err(RecvError::Lagged(missed)) => {
                        tracing::debug!(missed, "the windows were too slow");
                        host.tell(Event::Program(ProgramEvent::StateChanged));
                    }
                    Err(RecvError::Closed) => return,
                }
            }
        });
    }
}

/// The mark that the first steps were seen.
fn welcomed(place: &Place) -> PathBuf {
    place.data_dir.join("welcomed")
}
