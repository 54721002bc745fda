//! Remembering nothing for a while, and sending everybody away.

use authorization::Revoked;
use clock::Timestamp;
use context::Pause;
use serde::{Deserialize, Serialize};

use crate::event::ProgramEvent;
use crate::hooks::Pauses;
use crate::{Engine, Event, Failure, Operation};

/// The longest pause that has an end: a year. For longer there is the pause without one.
const LONGEST_MINUTES: u32 = 366 * 24 * 60;

/// Writes down that a pause begins or ends, for hooks that read transcripts later.
fn note(engine: &Engine, change: impl FnOnce(&mut Pauses, Timestamp) -> bool) -> Result<(), Failure> {
    let data_dir = &engine.config().data_dir;
    let mut pauses = Pauses::load(data_dir);
    if change(&mut pauses, engine.now()) {
        pauses.save(data_dir).map_err(|error| {
            Failure::failed(format!("the pause can not be written down, for assistants' hooks: {error}"))
        })?;
    }
    Ok(())
}

/// Stops remembering.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PauseRemembering {
    /// For how many minutes; without it: until resumed.
    pub minutes: Option<u32>,
}

impl Operation for PauseRemembering {
    const NAME: &'static str = "remembering.pause";
    type Output = Pause;

    async fn run(self, engine: &Engine) -> Result<Pause, Failure> {
        if self.minutes.is_some_and(|minutes| minutes == 0 || minutes > LONGEST_MINUTES) {
            return Err(Failure::invalid_input(
                "a pause lasts from a minute to a year, or until it is ended",
            ));
        }
        let until = self
            .minutes
            .map(|minutes| engine.now().plus(std::time::Duration::from_secs(u64::from(minutes) * 60)));
        // First: a pause of which nobody knows afterwards would let in what was said while it held.
        note(engine, |pauses, now| {
            pauses.begin(now, until);
            true
        })?;
        let paused = engine.context().pause(until).await;
        if paused.is_err() {
            note(engine, Pauses::end)?;
        }
        let pause = paused?;
        engine.tell(Event::Program(ProgramEvent::StateChanged));
        Ok(pause)
    }
}

/// Remembers again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ResumeRemembering {}

impl Operation for ResumeRemembering {
    const NAME: &'static str = "remembering.resume";
    type Output = ();

    async fn run(self, engine: &Engine) -> Result<(), Failure> {
        engine.context().resume().await?;
        note(engine, Pauses::end)?;
        engine.tell(Event::Program(ProgramEvent::StateChanged));
        Ok(())
    }
}

/// Takes every grant back and closes the door. What is remembered stays.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Panic {}

impl Operation for Panic {
    const NAME: &'static str = "door.panic";
    type Output = Revoked;

    async fn run(self, engine: &Engine) -> Result<Revoked, Failure> {
        // The grants first: from then on no token opens anything, even if closing takes its time.
        let revoked = engine.authorization().revoke_everything(engine.hand()).await?;
        engine.close_door().await;
        Ok(revoked)
    }
}

/// Opens the door again after [`Panic`]. Who was sent away has to ask anew.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OpenDoor {}

impl Operation for OpenDoor {
    const NAME: &'static str = "door.open";
    type Output = ();

    async fn run(self, engine: &Engine) -> Result<(), Failure> {
        engine.open_door().await.map_err(|error| Failure::failed(error.to_string()))
    }
}
