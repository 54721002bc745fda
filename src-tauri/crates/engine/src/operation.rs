//! What can be asked of the engine.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Engine, Failure};

/// One thing that can be asked: a value that can cross to another process and runs on an [`Engine`].
pub trait Operation: Serialize + DeserializeOwned + Send + 'static {
    /// The operation's name over the control socket: `area.verb`.
    const NAME: &'static str;

    /// What it answers.
    type Output: Serialize + DeserializeOwned + Send + 'static;

    /// Does it.
    fn run(self, engine: &Engine) -> impl Future<Output = Result<Self::Output, Failure>> + Send;
}
