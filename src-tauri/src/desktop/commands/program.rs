//! Commands about the program as a whole.

use engine::operations::{
    Diagnose, Diagnosis, OpenDoor, Panic, PauseRemembering, ResumeRemembering, ShowStatus, ShowTunnel,
    ShowTunnelRecipe, Status, TrustTunnelHost, TunnelStatus, TurnTunnelOff, TurnTunnelOn,
};
use engine::types::{HostKeyOffer, Pause, Recipe, Revoked};
use serde::Deserialize;

use super::{Nothing, commands, run};
use crate::desktop::host::ProgramState;
use crate::desktop::windows::View;

/// Some text for the clipboard.
#[derive(Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct CopyText {
    text: String,
}

commands! {
    /// What the host is doing.
    program_state(desk, _input: Nothing) -> ProgramState {
        Ok(desk.host.program_state())
    }

    /// Stops the engine and starts it again; answers when that is done or has failed.
    restart_engine(desk, _input: Nothing) -> ProgramState {
        desk.host.restart().await;
        Ok(desk.host.program_state())
    }

    /// Ends the program.
    quit(desk, _input: Nothing) -> () {
        desk.stage.quit();
        Ok(())
    }

    /// The first steps were seen.
    finish_first_run(desk, _input: Nothing) -> () {
        desk.host.finish_first_run()
    }

    /// The view that the window begins with.
    initial_view(desk, _input: Nothing) -> View {
        Ok(desk.stage.initial_view())
    }

    /// How the program is.
    show_status(desk, input: ShowStatus) -> Status {
        run(desk, input).await
    }

    /// What is wrong, and how to mend it.
    diagnose(desk, input: Diagnose) -> Diagnosis {
        run(desk, input).await
    }

    /// Remembers nothing for a while.
    pause(desk, input: PauseRemembering) -> Pause {
        run(desk, input).await
    }

    /// Remembers again.
    resume(desk, input: ResumeRemembering) -> () {
        run(desk, input).await
    }

    /// Takes every access back and closes the door.
    panic(desk, input: Panic) -> Revoked {
        run(desk, input).await
    }

    /// Opens the door again.
    open_door(desk, input: OpenDoor) -> () {
        run(desk, input).await
    }

    /// How the tunnel is.
    show_tunnel(desk, input: ShowTunnel) -> TunnelStatus {
        run(desk, input).await
    }

    /// Lets the internet in.
    turn_tunnel_on(desk, input: TurnTunnelOn) -> TunnelStatus {
        run(desk, input).await
    }

    /// Lets the internet in no longer.
    turn_tunnel_off(desk, input: TurnTunnelOff) -> TunnelStatus {
        run(desk, input).await
    }

    /// Trusts the key that the person compared.
    trust_tunnel_host(desk, input: TrustTunnelHost) -> HostKeyOffer {
        run(desk, input).await
    }

    /// What is to be set on the person's host.
    show_tunnel_recipe(desk, input: ShowTunnelRecipe) -> Recipe {
        run(desk, input).await
    }

    /// Puts text on the clipboard.
    copy_text(desk, input: CopyText) -> () {
        desk.stage.copy(input.text).await
    }
}
