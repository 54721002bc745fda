//! Asking the desktop for something from another process of the same person.

use authorization::ApprovalLink;
use serde::{Deserialize, Serialize};

use crate::event::SurfaceRequest;
use crate::{Engine, Failure, Operation};

/// Shows the window of the desktop that runs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ShowWindow {}

impl Operation for ShowWindow {
    const NAME: &'static str = "desktop.show";
    type Output = ();

    async fn run(self, engine: &Engine) -> Result<(), Failure> {
        engine.ask_surface(SurfaceRequest::ShowWindow)
    }
}

/// Follows a link with the scheme `ambient-insights:`. It opens no window by itself: anybody can send a link.
#[derive(Clone, Serialize, Deserialize)]
pub struct OpenLink {
    /// The link as it came.
    pub link: String,
}

impl Operation for OpenLink {
    const NAME: &'static str = "desktop.open_link";
    type Output = ();

    async fn run(self, engine: &Engine) -> Result<(), Failure> {
        let link: ApprovalLink =
            self.link.parse().map_err(|error| Failure::invalid_input(format!("{error}")))?;
        engine.ask_surface(SurfaceRequest::ProveComputer { id: link.0 })
    }
}
