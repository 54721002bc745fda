//! `pause`, `resume`, `panic`: remembering nothing for a while, and sending everybody away.

use engine::operations::{OpenDoor, PauseRemembering, ResumeRemembering};
use engine::types::counted;

use super::arguments::{Panic, Pause};
use super::error::CliError;
use super::output::{Output, confirm};
use crate::place::Place;

pub(super) async fn pause(place: &Place, options: Pause, output: &mut Output) -> Result<(), CliError> {
    let pause = place.call(PauseRemembering { minutes: options.minutes }).await?;
    output.show(&pause, |pause| match pause.until {
        Some(until) => format!("nothing is remembered until {}; `resume` ends it", until.to_local_text()),
        None => "nothing is remembered until `resume`".to_owned(),
    })
}

pub(super) async fn resume(place: &Place, output: &mut Output) -> Result<(), CliError> {
    let session = place.open().await?;
    let outcome = async {
        session.call(ResumeRemembering {}).await?;
        session.call(OpenDoor {}).await
    }
    .await;
    session.close().await;
    outcome?;
    output.show(&serde_json::json!({ "resumed": true }), |_| "conversations are remembered again".to_owned())
}

pub(super) async fn panic(place: &Place, options: Panic, output: &mut Output) -> Result<(), CliError> {
    if !confirm("Take every access back and close the door?", options.yes)? {
        return output.note("Nothing was changed.");
    }
    let revoked = place.call(engine::operations::Panic {}).await?;
    output.show(&revoked, |revoked| {
        format!(
            "taken back: {}, {}; the door is closed until `resume` or a new start",
            counted(revoked.grants as u64, "grant"),
            counted(revoked.requests as u64, "open request")
        )
    })
}
