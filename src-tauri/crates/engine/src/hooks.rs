//! Hooks of assistants: a short-lived process tells that a session began or that an answer is finished, and this
//! room of the engine reads what is new from the session's transcript.
//!
//! Nothing happens unless the owner had `setup claude-code --hooks` write the hooks. A call that finds no running
//! program is left in the spool and worked off at the next start or the next call. All of it may happen twice:
//! turns carry the ids of the transcript's messages.

mod call;
mod pauses;
mod progress;
mod spool;

use std::fs::File;
use std::io::{self, BufReader, Seek as _, SeekFrom};
use std::path::Path;
use std::time::Duration;

use authorization::{Scope, ToolCallRecord, ToolOutcome};
use clock::Timestamp;
use context::{
    Author, CLAUDE_CODE, ClientMode, Error, NewTurn, TranscriptPart, Turn, TurnQuery, read_transcript,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

pub use call::{HookCall, HookCallError, HookEvent};
pub use spool::leave;

use crate::client_setup::{HookConsent, hook_consent};
use crate::{Engine, Failure};
pub(crate) use pauses::Pauses;
use progress::Progress;

/// What a brief may cost, with what is said around it below 300 tokens.
const BRIEF_TOKENS: u32 = 220;
/// An assistant that logs its turn itself does so this close to it.
const LOGGED_WITHIN: Duration = Duration::from_mins(30);
/// How many of the newest turns are looked through for it.
const LOOKED_THROUGH: u32 = 50;
/// The id of Claude Code as a client: the address of its metadata document.
const CLIENT_ID: &str = "https://claude.ai/oauth/claude-code-client-metadata";
/// How the trail names the one who reads the brief.
const READER: &str = "Claude Code (hook)";

/// Told at a session's start, so that no turn is logged by both ways.
const LOGGED_BY_HOOK: &str =
    "The turns of this session are kept by a hook: do not call log_conversation_turn in it.";

/// What the hook's process is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookAnswer {
    /// What the session's model should know at its beginning.
    pub brief: Option<String>,
    /// How many turns were stored.
    pub stored: u64,
}

/// When a hook was last heard of; none: never.
#[must_use]
pub fn last_heard(data_dir: &Path) -> Option<Timestamp> {
    Progress::load(data_dir).newest()
}

/// The hooks' part of the engine: one call at a time.
#[derive(Debug, Default)]
pub(crate) struct Hooks {
    working: Mutex<()>,
}

impl Hooks {
    /// Does what a hook's call asks for, and what earlier ones left in the spool.
    pub(crate) async fn take(&self, engine: &Engine, call: &HookCall) -> Result<HookAnswer, Failure> {
        let data_dir = &engine.config().data_dir;
        let consent = hook_consent(data_dir);
        if consent == HookConsent::Off {
            return Ok(HookAnswer::default());
        }
        let _working = self.working.lock().await;
        work_off(engine).await;
        let stored = follow(engine, call).await?;
        if call.event != HookEvent::SessionStart {
            return Ok(HookAnswer { brief: None, stored });
        }
        let mut brief = String::new();
        if call.brief && consent == HookConsent::LogAndBrief && mode(engine) != ClientMode::Incognito {
            brief = mcp_server::brief(engine.context(), BRIEF_TOKENS).await?;
            note_reading(engine);
        }
        Ok(HookAnswer { brief: Some(format!("{brief}{LOGGED_BY_HOOK}")), stored })
    }

    /// Works off what calls left that found no running program.
    pub(crate) async fn catch_up(&self, engine: &Engine) {
        if hook_consent(&engine.config().data_dir) != HookConsent::Off {
            let _working = self.working.lock().await;
            work_off(engine).await;
        }
    }
}

/// The owner sees who read what stands in the profile.
fn note_reading(engine: &Engine) {
    engine.authorization().record_tool_call(ToolCallRecord {
        client_id: CLAUDE_CODE.to_owned(),
        client_name: READER.to_owned(),
        grant_id: None,
        tool: "hook:session_start".to_owned(),
        scope: Some(Scope::ContextRead),
        outcome: ToolOutcome::Answered,
        took: None,
        arrival: None,
    });
}

async fn work_off(engine: &Engine) {
    let data_dir = engine.config().data_dir.clone();
    let taken = tokio::task::spawn_blocking(move || spool::take(&data_dir)).await;
    let Ok(Ok(calls)) = taken else {
        tracing::warn!("what hooks left while the program did not run can not be read");
        return;
    };
    for call in &calls {
        if let Err(failure) = follow(engine, call).await {
            tracing::warn!(%failure, "what a hook left while the program did not run is tried again later");
            return;
        }
    }
    if !calls.is_empty() {
        tracing::info!(calls = calls.len(), "caught up with what hooks left");
        spool::done(&engine.config().data_dir);
    }
}

/// How the owner lets Claude Code use the memory: by its hooks, or, where that is less, as a client. A person who sets
/// Claude Code to incognito means all of it.
fn mode(engine: &Engine) -> ClientMode {
    let of = |id| engine.context().client_rule(id, "Claude Code").mode;
    match (of(CLAUDE_CODE), of(CLIENT_ID)) {
        (ClientMode::Incognito, _) | (_, ClientMode::Incognito) => ClientMode::Incognito,
        (ClientMode::ReadOnly, _) | (_, ClientMode::ReadOnly) => ClientMode::ReadOnly,
        (ClientMode::Normal, ClientMode::Normal) => ClientMode::Normal,
    }
}

/// Stores what is new in the call's transcript; how many turns that were.
async fn follow(engine: &Engine, call: &HookCall) -> Result<u64, Failure> {
    let data_dir = engine.config().data_dir.clone();
    let mut progress = Progress::load(&data_dir);
    let known = progress.of(&call.transcript);
    if call.event == HookEvent::SessionStart {
        // What was said before the hooks were there was never given to us.
        if known.is_none() {
            progress.set(&call.transcript, call.size, None, engine.now());
            save(&progress, &data_dir)?;
        }
        return Ok(0);
    }
    let (offset, logged) = known.unwrap_or_default();
    if engine.paused().is_some() || mode(engine) != ClientMode::Normal {
        let end = std::fs::metadata(&call.transcript).map_or(offset, |file| file.len());
        progress.set(&call.transcript, end, None, engine.now());
        save(&progress, &data_dir)?;
        return Ok(0);
    }
    let (path, session) = (call.transcript.clone(), call.session.clone());
    let read = tokio::task::spawn_blocking(move || read(&path, offset, &session)).await;
    let mut part = match read {
        Ok(Ok(part)) => part,
        // The transcript was removed, with the session or by the person: there is nothing to remember.
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Ok(Err(error)) => return Err(Failure::failed(format!("the transcript can not be read ({error})"))),
        Err(_) => return Err(Failure::failed("reading the transcript failed")),
    };
    if part.bad_lines > 0 {
        tracing::debug!(lines = part.bad_lines, "a transcript has lines that can not be read");
    }
    let pauses = pauses_until(engine.now(), &data_dir)?;
    let is_free = |turn: &NewTurn| !turn.occurred_at.is_some_and(|at| pauses.held(at));
    part.turns.retain(is_free);
    part.last = part.last.filter(|last| is_free(&last.turn));
    let next = part.next_offset;
    let (stored, last) = store(engine, part, logged, call).await?;
    progress.set(&call.transcript, next, last, engine.now());
    save(&progress, &data_dir)?;
    Ok(stored)
}

/// The pauses that there were. The store says that none holds now: one without an end was ended by a program that
/// could not write it down any more.
fn pauses_until(now: Timestamp, data_dir: &Path) -> Result<Pauses, Failure> {
    let mut pauses = Pauses::load(data_dir);
    if pauses.end(now) {
        pauses.save(data_dir).map_err(|error| Failure::failed(format!("a pause's end is lost: {error}")))?;
    }
    Ok(pauses)
}

fn save(progress: &Progress, data_dir: &Path) -> Result<(), Failure> {
    progress
        .save(data_dir)
        .map_err(|error| Failure::failed(format!("how far hooks were read is lost: {error}")))
}

fn read(path: &Path, offset: u64, session: &str) -> io::Result<TranscriptPart> {
    let mut file = File::open(path)?;
    // A file that is shorter than before was written anew.
    let offset = if file.metadata()?.len() < offset { 0 } else { offset };
    file.seek(SeekFrom::Start(offset))?;
    read_transcript(BufReader::new(file), offset, session)
}

/// Stores the finished turns; how many were new, and the id of the last turn where it was stored before it can be
/// known whether it still grows.
async fn store(
    engine: &Engine,
    part: TranscriptPart,
    logged: Option<String>,
    call: &HookCall,
) -> Result<(u64, Option<String>), Failure> {
    let mut turns = part.turns;
    let mut last_id = None;
    if let Some(last) = part.last {
        let answer = last.turn.assistant_response.trim_end();
        // A transcript may lag behind the assistant, and older ones do not tell where an answer ends.
        let has_last_words = call.last_answer.as_deref().is_some_and(|words| answer.ends_with(words.trim()));
        let is_whole = !answer.is_empty() && (last.is_finished || has_last_words);
        if is_whole || call.event == HookEvent::SessionEnd {
            last_id.clone_from(&last.turn.external_id);
            turns.push(last.turn);
        } else if last.turn.external_id == logged {
            last_id.clone_from(&logged);
        }
    }
    // Stored at the last call already; it may have been forgotten since, and then stays forgotten.
    turns.retain(|turn| turn.external_id.is_none() || turn.external_id != logged);
    if turns.is_empty() {
        return Ok((0, last_id));
    }
    let newest = engine.context().turns(TurnQuery { limit: LOOKED_THROUGH, ..TurnQuery::default() }).await?;
    let author = Author::Import { source: CLAUDE_CODE.to_owned() };
    let mut stored = 0;
    for turn in turns {
        if newest.entries.iter().any(|said| is_same(said, &turn, engine.now())) {
            continue;
        }
        match engine.context().log_turn(turn, author.clone()).await {
            Ok(context::LogOutcome::Stored { .. }) => stored += 1,
            Ok(_) => {}
            // A text over the limit, or an empty one: the others are none the worse for it.
            Err(Error::Input(error)) => tracing::warn!(%error, "a turn of a transcript was not stored"),
            Err(error) => return Err(error.into()),
        }
    }
    Ok((stored, last_id))
}

/// Whether the assistant has logged this turn by itself. It may have shortened its own answer, so what the person
/// said counts.
fn is_same(said: &Turn, turn: &NewTurn, now: Timestamp) -> bool {
    let Author::Client { client_id, client_name } = &said.author else { return false };
    let names_claude_code = [client_id, client_name].iter().any(|name| {
        let name = name.to_lowercase().replace(['-', '_'], " ");
        name.contains("claude code")
    });
    let at = turn.occurred_at.unwrap_or(now);
    let apart = said.occurred_at.since(at).max(at.since(said.occurred_at));
    names_claude_code
        && apart <= LOGGED_WITHIN
        && said.user_message.split_whitespace().eq(turn.user_message.split_whitespace())
}

#[cfg(test)]
#[path = "hooks_tests.rs"]
mod tests;
