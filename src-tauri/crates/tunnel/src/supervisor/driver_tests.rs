use std::sync::atomic::{AtomicUsize, Ordering};

use clock::ManualClock;

use super::*;
use crate::supervisor::Steps;
use crate::{Capabilities, ProviderKind, PublicName, Secrecy, Sessions};

const LIMIT: Duration = Duration::from_secs(20);

/// What a made-up session does.
#[derive(Clone, Copy)]
enum Does {
    /// Announces itself and stays until it is stopped.
    Stays,
    /// Breaks at once.
    Breaks,
    /// Ends for good.
    Refuses,
    /// Does not hear that it is to stop.
    IsDeaf,
    Panics,
}

/// Sessions that do one thing after the other, the last one for ever.
struct Script {
    does: Vec<Does>,
    begun: AtomicUsize,
    running: Arc<AtomicUsize>,
    checks: watch::Sender<usize>,
}

struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Provider for Script {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Ssh
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            secrecy: Secrecy::EndToEnd,
            name: PublicName::Stable,
            needs_account: false,
            gives_peer_address: true,
        }
    }

    fn run(&self, context: SessionContext) -> Sessions<'_> {
        let turn = self.begun.fetch_add(1, Ordering::SeqCst);
        let does = self.does[turn.min(self.does.len() - 1)];
        assert_eq!(self.running.fetch_add(1, Ordering::SeqCst), 0, "two sessions at once");
        let running = Running(Arc::clone(&self.running));
        let checks = self.checks.clone();
        Box::pin(async move {
            let _running = running;
            let lost = TunnelError::Lost { host: "h".to_owned(), detail: "script".to_owned() };
            match does {
                Does::Breaks => return Err(lost),
                Does::Refuses => return Err(TunnelError::NoKey),
                Does::Panics => panic!("as the script says"),
                Does::Stays | Does::IsDeaf => {}
            }
            let _ = context.announced.send(Some(Announced { place: "here".to_owned(), url: None }));
            if matches!(does, Does::IsDeaf) {
                std::future::pending::<()>().await;
            }
            loop {
                tokio::select! {
                    () = context.stop.cancelled() => return Ok(()),
                    () = context.check.notified() => checks.send_modify(|checks| *checks += 1),
                }
            }
        })
    }
}

fn script(does: &[Does]) -> Arc<Script> {
    Arc::new(Script {
        does: does.to_vec(),
        begun: AtomicUsize::new(0),
        running: Arc::default(),
        checks: watch::Sender::new(0),
    })
}

fn supervisor(clock: &ManualClock) -> Supervisor {
    watched(clock).0
}

/// Tells its steps.
fn watched(clock: &ManualClock) -> (Supervisor, Steps) {
    let ((incoming, _), steps) = (mpsc::channel(1), Steps::new());
    let timing = Timing { tick: Duration::from_millis(5), patience: Duration::from_millis(50) };
    let clock = Arc::new(clock.clone());
    (Supervisor::start(incoming, clock, Arc::new(steps.clone()), timing), steps)
}

async fn wait(supervisor: &Supervisor, wanted: impl FnMut(&State) -> bool) {
    let mut state = supervisor.state();
    tokio::time::timeout(LIMIT, state.wait_for(wanted)).await.expect("in time").unwrap();
}

fn is_up(state: &State) -> bool {
    matches!(state, State::Up { .. })
}

#[tokio::test]
async fn a_break_is_tried_again_when_its_time_has_come_and_not_before() {
    let clock = ManualClock::default();
    let ((supervisor, steps), script) = (watched(&clock), script(&[Does::Breaks, Does::Stays]));
    supervisor.up(script.clone()).await;
    wait(&supervisor, |state| matches!(state, State::Backoff { failures: 1, .. })).await;
    // The clock stands still: however often it looks, the time has not come.
    steps.more(5).await;
    assert_eq!(script.begun.load(Ordering::SeqCst), 1);
    clock.advance(Duration::from_secs(1));
    wait(&supervisor, is_up).await;
    supervisor.stop().await;
    assert_eq!(script.running.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_is_refused_waits_for_the_owner_and_a_panic_does_not_end_the_supervisor() {
    let clock = ManualClock::default();
    let ((supervisor, steps), script) =
        (watched(&clock), script(&[Does::Refuses, Does::Panics, Does::Stays]));
    supervisor.up(script.clone()).await;
    wait(&supervisor, |state| matches!(state, State::Failed { .. })).await;
    clock.advance(Duration::from_secs(100_000));
    steps.more(5).await;
    assert_eq!(script.begun.load(Ordering::SeqCst), 1);
    supervisor.up(script.clone()).await;
    wait(&supervisor, |state| matches!(state, State::Backoff { .. })).await;
    clock.advance(Duration::from_secs(2));
    wait(&supervisor, is_up).await;
    supervisor.down().await;
    assert_eq!(*supervisor.state().borrow(), State::Off);
    assert_eq!(script.running.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_session_that_does_not_hear_is_ended_by_force_and_another_provider_takes_its_place() {
    let clock = ManualClock::default();
    let supervisor = supervisor(&clock);
    let (deaf, next) = (script(&[Does::IsDeaf]), script(&[Does::Stays]));
    supervisor.up(deaf.clone()).await;
    wait(&supervisor, is_up).await;
    supervisor.up(next.clone()).await;
    wait(&supervisor, |state| is_up(state) && next.begun.load(Ordering::SeqCst) == 1).await;
    assert_eq!(deaf.running.load(Ordering::SeqCst), 0);
    supervisor.stop().await;
    assert_eq!(next.running.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_sleep_has_the_link_looked_at_and_ends_a_wait() {
    let clock = ManualClock::default();
    let ((supervisor, steps), script) = (watched(&clock), script(&[Does::Stays]));
    supervisor.up(script.clone()).await;
    wait(&supervisor, is_up).await;
    // The first look has nothing to be compared with.
    steps.more(1).await;
    clock.set(Clock::now(&clock).plus(Duration::from_mins(1)));
    let mut checks = script.checks.subscribe();
    tokio::time::timeout(LIMIT, checks.wait_for(|checks| *checks == 1))
        .await
        .expect("it is looked at")
        .unwrap();
    supervisor.stop().await;
}
