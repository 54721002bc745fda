//! What happens, as one stream for every window, terminal and socket.

use serde::{Deserialize, Serialize};

/// Something has happened. Never a secret, never a person's text: whoever wants more asks for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "room", content = "event", rename_all = "snake_case")]
pub enum Event {
    /// Who may come in has changed, or somebody asks to.
    Authorization(authorization::AuthorizationEvent),
    /// What is remembered has changed.
    Context(context::Change),
}
