//! `hook`: hands what an assistant tells its hooks to the running program, and ends.
//!
//! It stands in the way of somebody's work: whatever goes wrong, it says nothing, takes no longer than a moment and
//! ends with 0. What can not be handed over now is left for the program's next start.

use std::io::{IsTerminal as _, Read as _};
use std::time::Duration;

use control::Client;
use engine::hooks::{self, HookAnswer, HookCall};
use engine::operations::TakeHook;
use serde_json::json;

use super::arguments::{Assistant, Hook};
use super::error::CliError;
use super::output::Output;
use crate::place::Place;

/// How long the running program is waited for.
const LONGEST: Duration = Duration::from_secs(2);
/// More than any hook is told; the longest part is the assistant's last answer.
const LARGEST_INPUT: u64 = 4 * 1024 * 1024;

pub(super) async fn run(place: &Place, options: Hook, output: &mut Output) -> Result<(), CliError> {
    let Assistant::ClaudeCode = options.client;
    let input = std::io::stdin();
    if input.is_terminal() {
        return Err(CliError::usage(
            "this command is for Claude Code's hooks, which tell it what happened on standard input; set them up with \
             `ambient-insights setup claude-code --hooks`",
        ));
    }
    let mut text = String::new();
    if input.lock().take(LARGEST_INPUT).read_to_string(&mut text).is_err() {
        return Ok(());
    }
    let Ok(Some(call)) = HookCall::of_claude_code(&text, options.brief) else { return Ok(()) };
    let Some(answer) = hand_over(place, &call).await else {
        // Nobody could be told of an error here, and the session's next call tries again.
        let _ = hooks::leave(&place.data_dir, &call);
        return Ok(());
    };
    if let Some(brief) = answer.brief {
        let said =
            json!({ "hookSpecificOutput": { "hookEventName": "SessionStart", "additionalContext": brief } });
        output.json_line(&said)?;
    }
    Ok(())
}

/// The running program's answer; none where none answers in time.
async fn hand_over(place: &Place, call: &HookCall) -> Option<HookAnswer> {
    let asked = async {
        let client = Client::connect(&place.data_dir).await?;
        client.call(TakeHook { call: call.clone() }).await.ok()
    };
    tokio::time::timeout(LONGEST, asked).await.ok().flatten()
}
