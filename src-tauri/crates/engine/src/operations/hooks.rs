//! What an assistant's hook brings.

use serde::{Deserialize, Serialize};

use crate::hooks::{HookAnswer, HookCall};
use crate::{Engine, Failure, Operation};

/// Takes the call of a hook: reads what is new in its transcript, and gives a session that begins its brief.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TakeHook {
    /// The call.
    pub call: HookCall,
}

impl Operation for TakeHook {
    const NAME: &'static str = "hooks.take";
    type Output = HookAnswer;

    async fn run(self, engine: &Engine) -> Result<HookAnswer, Failure> {
        engine.hooks().take(engine, &self.call).await
    }
}
