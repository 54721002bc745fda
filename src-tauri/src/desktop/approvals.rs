//! The clerk of the consent window: which request it shows, and what becomes of the one that is shown.
//!
//! Everything about the window is decided under one lock: a request that comes in while the window closes
//! either takes its place or gets a window of its own, and is never denied by that closing.

mod look_up;

use std::sync::Arc;
use std::time::Duration;

use engine::operations::ListApprovals;
use engine::types::{
    AccessDuration, ApprovalDesk, ApprovalError, Attention, AuthorizationEvent, ConsentFacts, PendingRequest,
    QuietReason, RequestId, Scope, ScopeSet, Surroundings, describe,
};
use engine::{Engine, Event, Failure, SurfaceRequest};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::host::Host;
use super::notice::Notices;
use super::screen_lock;
use super::stage::Stage;
use super::windows::APPROVAL;

/// A moment after a request's time has passed: then it is overdue by every clock.
const OVERDUE: Duration = Duration::from_millis(50);

/// The clerk. Cloning is cheap; all clones are one.
#[derive(Clone)]
pub(crate) struct Clerk {
    inner: Arc<Inner>,
}

struct Inner {
    host: Host,
    stage: Arc<dyn Stage>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    desk: ApprovalDesk,
    window: Option<Shown>,
    /// Each window has a label of its own: one that is just going away can not be taken for the next.
    windows_so_far: u64,
    notices: Notices,
}

/// The consent window and what stands in it.
struct Shown {
    label: String,
    request: RequestId,
    /// The window has asked for what it shows: from then on somebody can read it.
    seen: bool,
}

/// Everything that the consent window shows.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ApprovalScreen {
    /// The facts.
    pub(crate) facts: ConsentFacts,
    /// Only so many milliseconds from now can it be approved: nobody says yes to what they had no time to see.
    pub(crate) approve_after_ms: u64,
    /// In so many milliseconds it is denied by itself.
    pub(crate) remaining_ms: u64,
    /// How many further requests wait.
    pub(crate) others_waiting: usize,
    /// How often the code may still be typed.
    pub(crate) tries_left: u8,
}

/// The owner's yes.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ApproveInput {
    /// The request that was on the screen.
    pub(crate) id: RequestId,
    /// The scopes that are ticked.
    pub(crate) scopes: Vec<String>,
    /// How long access lasts.
    pub(crate) duration: AccessDuration,
    /// The typed code, where one is needed.
    pub(crate) code: Option<String>,
    /// That `admin` is meant.
    pub(crate) admin_confirmed: bool,
}

/// What came of a yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum ApproveOutcome {
    /// The client is let in.
    Approved {
        /// Its name.
        client_name: String,
    },
    /// The code is wrong; the window stays.
    WrongCode {
        /// How many tries are left.
        tries_left: u8,
    },
    /// The request came to its end instead.
    Denied {
        /// Why.
        reason: String,
    },
}

impl Clerk {
    pub(crate) fn new(host: Host, stage: Arc<dyn Stage>) -> Self {
        Self { inner: Arc::new(Inner { host, stage, state: Mutex::default() }) }
    }

    /// Follows what happens, until the program ends. `events` are from before the engine starts: its door opens
    /// while the windows' toolkit is still on its way, and somebody may knock at once.
    pub(crate) fn watch(&self, mut events: Receiver<Event>) {
        let clerk = self.clone();
        tauri::async_runtime::spawn(async move {
            loop {
                match events.recv().await {
                    Ok(event) => clerk.hear(event).await,
                    Err(RecvError::Lagged(_)) => clerk.catch_up().await,
                    Err(RecvError::Closed) => return,
                }
            }
        });
        // What waited from before stays quiet; only its end is watched for.
        let clerk = self.clone();
        tauri::async_runtime::spawn(async move {
            for request in clerk.inner.host.run(ListApprovals {}).await.unwrap_or_default() {
                clerk.watch_for_end(&request);
            }
        });
    }

    async fn hear(&self, event: Event) {
        let outcome = match event {
            Event::Authorization(AuthorizationEvent::RequestPending { id }) => self.arrived(id).await,
            Event::Authorization(AuthorizationEvent::RequestProved { id }) => self.proved(id).await,
            Event::Authorization(AuthorizationEvent::RequestDecided { id, .. }) => self.settled(id).await,
            Event::Authorization(AuthorizationEvent::ReplaySeen { client_name, .. }) => {
                // Each ends a grant that the owner gave, so there are not many.
                super::notice::access_was_copied(&client_name).await;
                Ok(())
            }
            Event::Authorization(AuthorizationEvent::ConsentRemembered { client_name, .. }) => {
                super::notice::let_in_again(&client_name).await;
                Ok(())
            }
            Event::Surface(SurfaceRequest::ShowApproval { id }) => self.asked_by_terminal(id).await,
            Event::Surface(SurfaceRequest::ProveComputer { id }) => self.prove(id).await,
            _ => Ok(()),
        };
        if let Err(failure) = outcome {
            tracing::error!(%failure, "an authorization request could not be shown");
        }
    }

    /// Some events were missed: what is shown may be over.
    async fn catch_up(&self) {
        let shown = self.inner.state.lock().await.window.as_ref().map(|shown| shown.request);
        if let Some(id) = shown
            && let Ok(engine) = self.inner.host.engine().await
            && engine.pending_request(id).await.is_ok_and(|request| request.is_none())
            && let Err(failure) = self.settled(id).await
        {
            tracing::error!(%failure, "the consent window could not go on");
        }
    }

    async fn arrived(&self, id: RequestId) -> Result<(), Failure> {
        let engine = self.inner.host.engine().await?;
        let Some(request) = engine.pending_request(id).await? else { return Ok(()) };
        self.watch_for_end(&request);
        let surroundings = self.surroundings(&engine).await;
        let mut state = self.inner.state.lock().await;
        match state.desk.arrived(&request, engine.now(), surroundings) {
            Attention::Raise => self.bring_up(&mut state, &request),
            Attention::Quiet(reason) => {
                tracing::info!(%id, ?reason, "an authorization request waits quietly");
                let undisturbed =
                    !surroundings.paused && !surroundings.locked && reason != QuietReason::Muted;
                if undisturbed && state.notices.may_tell(engine.now()) {
                    let from_internet = describe(&request).from_internet;
                    drop(state);
                    super::notice::somebody_asks(&request.client_name, from_internet).await;
                }
                Ok(())
            }
        }
    }

    /// The browser that asks runs on this computer. Where the request is on the screen already, it needs its
    /// code no more; elsewhere it may come up now.
    async fn proved(&self, id: RequestId) -> Result<(), Failure> {
        let shown = {
            let state = self.inner.state.lock().await;
            let shown = state.window.as_ref().filter(|shown| shown.request == id);
            shown.map(|shown| self.inner.stage.refresh_approval(&shown.label)).is_some()
        };
        if !shown {
            return self.arrived(id).await;
        }
        // It has more time now than when it came.
        let engine = self.inner.host.engine().await?;
        if let Some(request) = engine.pending_request(id).await? {
            self.watch_for_end(&request);
        }
        Ok(())
    }

    async fn asked_by_terminal(&self, id: RequestId) -> Result<(), Failure> {
        let engine = self.inner.host.engine().await?;
        let Some(request) = engine.pending_request(id).await? else { return Ok(()) };
        let surroundings = self.surroundings(&engine).await;
        let mut state = self.inner.state.lock().await;
        // A window that is there already is not brought forward: a program with a shell could put it under the
        // person's hand at the wrong moment.
        match state.desk.asked_by_terminal(&request, engine.now(), surroundings) {
            Attention::Raise => self.bring_up(&mut state, &request),
            Attention::Quiet(reason) => {
                tracing::info!(%id, ?reason, "a terminal asked for the window, which stays away");
                Ok(())
            }
        }
    }

    /// Shows a request because the owner opened it. The one that was shown before goes on waiting.
    pub(crate) async fn open(&self, id: RequestId) -> Result<(), Failure> {
        let engine = self.inner.host.engine().await?;
        self.look_up_for_owner(&engine, id).await?;
        let mut state = self.inner.state.lock().await;
        if let Some(shown) = &state.window
            && shown.request == id
        {
            self.inner.stage.focus_approval(&shown.label);
            return Ok(());
        }
        state.desk.opened_by_owner(id, engine.now());
        self.show(&mut state, id)
    }

    /// Opens the waiting page once more in the person's own browser, which then shows whether it is the one
    /// that asks. No window: a link can come from anybody.
    async fn prove(&self, id: RequestId) -> Result<(), Failure> {
        let engine = self.inner.host.engine().await?;
        match engine.begin_proof(id).await {
            Ok(address) => {
                // The address holds the nonce, so it is not logged.
                let opened = tokio::task::spawn_blocking(move || open::that_detached(address)).await;
                if !matches!(opened, Ok(Ok(()))) {
                    tracing::warn!("the person's browser could not be opened; the code can be typed instead");
                }
            }
            Err(refusal) => tracing::info!(%refusal, "a link was not followed"),
        }
        Ok(())
    }

    /// Shows a request to which the desk has agreed: at once, or when its client was looked up.
    fn bring_up(&self, state: &mut State, request: &PendingRequest) -> Result<(), Failure> {
        if request.looked_up {
            return self.show(state, request.id);
        }
        self.show_when_looked_up(request.id);
        Ok(())
    }

    /// Puts a request into the window, made if there is none. The desk has agreed.
    fn show(&self, state: &mut State, id: RequestId) -> Result<(), Failure> {
        if let Some(shown) = &mut state.window {
            (shown.request, shown.seen) = (id, false);
            self.inner.stage.refresh_approval(&shown.label);
            self.inner.stage.focus_approval(&shown.label);
            return Ok(());
        }
        state.windows_so_far += 1;
        let label = format!("{APPROVAL}{}", state.windows_so_far);
        match self.inner.stage.open_approval(&label) {
            Ok(()) => {
                state.window = Some(Shown { label, request: id, seen: false });
                Ok(())
            }
            Err(reason) => {
                state.desk.settled(id);
                Err(Failure::failed(format!("the consent window could not be made: {reason}")))
            }
        }
    }

    /// A request is over: decided here, at a terminal, by the client, or by time.
    async fn settled(&self, id: RequestId) -> Result<(), Failure> {
        let engine = self.inner.host.engine().await?;
        let mut state = self.inner.state.lock().await;
        self.move_on(&engine, &mut state, id).await
    }

    /// Frees the window of a request that is over: for the next one that may have it, or for good.
    async fn move_on(&self, engine: &Engine, state: &mut State, id: RequestId) -> Result<(), Failure> {
        state.desk.settled(id);
        let Some(shown) = state.window.take_if(|shown| shown.request == id) else { return Ok(()) };
        match self.next(engine, state).await {
            Some(next) if next.looked_up => {
                state.window = Some(shown);
                return self.show(state, next.id);
            }
            Some(next) => self.show_when_looked_up(next.id),
            None => {}
        }
        self.inner.stage.close_approval(&shown.label);
        Ok(())
    }

    /// The request that may have the window that has become free.
    async fn next(&self, engine: &Engine, state: &mut State) -> Option<PendingRequest> {
        let surroundings = self.surroundings(engine).await;
        let waiting = self.inner.host.run(ListApprovals {}).await.unwrap_or_default();
        let next = state.desk.next(&waiting, engine.now(), surroundings)?;
        waiting.into_iter().find(|request| request.id == next)
    }

    /// The person closed the window: that denies what it showed, and nothing else.
    pub(crate) async fn closed(&self, label: &str) {
        let Ok(engine) = self.inner.host.engine().await else {
            self.inner.stage.close_approval(label);
            return;
        };
        let mut state = self.inner.state.lock().await;
        let Some(id) = state.window.as_ref().filter(|shown| shown.label == label).map(|shown| shown.request)
        else {
            self.inner.stage.close_approval(label);
            return;
        };
        if let Err(error) = engine.deny_in_window(id, false).await {
            tracing::info!(%error, "the request of a closed window was over already");
        }
        if let Err(failure) = self.move_on(&engine, &mut state, id).await {
            tracing::error!(%failure, "the consent window could not go on");
        }
    }

    /// The window is gone without having asked, as when the web engine breaks down. Nobody said yes.
    pub(crate) async fn vanished(&self, label: &str) {
        let Ok(engine) = self.inner.host.engine().await else { return };
        let mut state = self.inner.state.lock().await;
        // What the clerk itself took away is not known here any more.
        let Some(shown) = state.window.take_if(|shown| shown.label == label) else { return };
        if let Err(error) = engine.deny_in_window(shown.request, false).await {
            tracing::info!(%error, "the request of a vanished window was over already");
        }
        state.desk.settled(shown.request);
        if let Some(next) = self.next(&engine, &mut state).await
            && let Err(failure) = self.bring_up(&mut state, &next)
        {
            tracing::error!(%failure, "the consent window could not go on");
        }
    }

    /// What the window shows now.
    pub(crate) async fn screen(&self) -> Result<Option<ApprovalScreen>, Failure> {
        let engine = self.inner.host.engine().await?;
        let mut state = self.inner.state.lock().await;
        let Some(shown) = &mut state.window else { return Ok(None) };
        let Some(request) = engine.pending_request(shown.request).await? else { return Ok(None) };
        let now = engine.now();
        if !std::mem::replace(&mut shown.seen, true) {
            // The first window takes the web engine most of the moment for which Approve waits.
            state.desk.appeared(request.id, now);
            // From now on no newer request of that client pushes it out.
            engine.look_up(request.id).await?;
            tracing::info!(id = %request.id, "the consent window shows a request");
        }
        let waiting = self.inner.host.run(ListApprovals {}).await?;
        Ok(Some(ApprovalScreen {
            facts: describe(&request),
            approve_after_ms: state.desk.may_approve(request.id, now).err().map_or(0, |early| early.wait_ms),
            remaining_ms: u64::try_from(request.expires_at.since(now).as_millis()).unwrap_or(u64::MAX),
            others_waiting: waiting.iter().filter(|other| other.id != request.id).count(),
            tries_left: request.tries_left,
        }))
    }

    /// The owner's yes to the request that was on the screen.
    pub(crate) async fn approve(&self, input: ApproveInput) -> Result<ApproveOutcome, Failure> {
        let engine = self.inner.host.engine().await?;
        let scopes: ScopeSet = input
            .scopes
            .iter()
            .map(|scope| scope.parse::<Scope>())
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::invalid_input(error.to_string()))?;
        let mut state = self.inner.state.lock().await;
        if state.window.as_ref().is_none_or(|shown| shown.request != input.id) {
            return Err(Failure::refused("another request is shown by now; look at it before you decide"));
        }
        if state.desk.may_approve(input.id, engine.now()).is_err() {
            return Err(Failure::refused("look at it for a moment before you approve"));
        }
        let decided = engine
            .approve_in_window(input.id, scopes, input.duration, input.code, input.admin_confirmed)
            .await;
        let outcome = match decided {
            Ok(approved) => ApproveOutcome::Approved { client_name: approved.client_name },
            Err(ApprovalError::WrongCode { tries_left }) => {
                return Ok(ApproveOutcome::WrongCode { tries_left });
            }
            Err(
                over @ (ApprovalError::TooManyWrongCodes
                | ApprovalError::AlreadyDecided
                | ApprovalError::Expired
                | ApprovalError::NotFound(_)),
            ) => ApproveOutcome::Denied { reason: over.to_string() },
            Err(other) => return Err(other.into()),
        };
        self.move_on(&engine, &mut state, input.id).await?;
        Ok(outcome)
    }

    /// The owner's no to the request that was on the screen.
    pub(crate) async fn deny(&self, id: RequestId, block: bool, mute: bool) -> Result<(), Failure> {
        let engine = self.inner.host.engine().await?;
        let mut state = self.inner.state.lock().await;
        let denied = if mute && !block {
            engine.mute_in_window(id).await
        } else {
            engine.deny_in_window(id, block).await
        };
        match denied {
            // Somebody was faster; there is nothing left to deny.
            Ok(()) | Err(ApprovalError::AlreadyDecided | ApprovalError::Expired) => {}
            Err(error) => return Err(error.into()),
        }
        self.move_on(&engine, &mut state, id).await
    }

    /// What keeps windows away.
    async fn surroundings(&self, engine: &Engine) -> Surroundings {
        Surroundings { paused: engine.paused().is_some(), locked: screen_lock::is_locked().await }
    }

    /// Looks at a request once its time has passed, so that its end is told even if nobody asks.
    fn watch_for_end(&self, request: &PendingRequest) {
        let host = self.inner.host.clone();
        let expires_at = request.expires_at;
        tauri::async_runtime::spawn(async move {
            let Ok(engine) = host.engine().await else { return };
            tokio::time::sleep(expires_at.since(engine.now()) + OVERDUE).await;
            // Listing settles what is overdue, and tells of it.
            if let Err(failure) = host.run(ListApprovals {}).await {
                tracing::warn!(%failure, "overdue requests could not be settled");
            }
        });
    }
}
