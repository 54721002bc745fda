//! `setup`: writing an assistant's settings so that it connects.

use engine::client_setup::{self, Client, HookWish, Plan, SetupEnvironment, SetupError};
use engine::operations::ShowStatus;

use super::arguments::{Assistant, HookSet, Setup};
use super::certificates::authority_file;
use super::error::CliError;
use super::output::{Output, confirm};
use crate::place::Place;

pub(super) async fn run(place: &Place, options: Setup, output: &mut Output) -> Result<(), CliError> {
    let status = place.call(ShowStatus {}).await?;
    if !options.undo && !status.door_open && status.mcp_url.starts_with("https://localhost:0/") {
        return Err(CliError::failed(format!(
            "the setting port is 0, so the address is known only while the program runs; start it \
             (`{} serve`), or set a port that stays the same",
            place.program()
        )));
    }
    let mut environment = SetupEnvironment::of_this_computer(
        place.home()?,
        |name| place.variable(name),
        status.mcp_url,
        authority_file(place).await?,
        &place.data_dir,
    );
    environment.combine_certificates = options.combine_certificates;
    environment.hooks = options.hooks.map(|set| wish(place, set)).transpose()?.flatten();
    let without_hooks = options.hooks == Some(HookSet::Off);
    let client = match options.client {
        Assistant::ClaudeCode => Client::ClaudeCode,
    };
    let plan = if options.undo {
        client_setup::plan_undo(client, &environment)?
    } else if without_hooks {
        client_setup::plan_hooks(&environment)?
    } else {
        client_setup::plan(client, &environment)?
    };
    output.note(&describe(&plan, options.undo || without_hooks))?;
    if plan.is_empty() {
        return if output.is_json() { output.json_document(&plan) } else { Ok(()) };
    }
    if !confirm("Do this?", options.yes)? {
        return output.note("Nothing was changed.");
    }
    let applied = plan.apply()?;
    output.show(&applied, |applied| {
        let mut lines = vec!["Done.".to_owned()];
        lines.extend(
            applied.backups.iter().map(|copy| format!("A copy of what was there: {}", copy.display())),
        );
        if !options.undo && !without_hooks {
            lines.push(
                "Now sign in: claude mcp login ambient-insights (or /mcp inside Claude Code).".to_owned(),
            );
        }
        lines.join("\n")
    })
}

/// The hooks that are wished for; none: none.
fn wish(place: &Place, set: HookSet) -> Result<Option<HookWish>, CliError> {
    let brief = match set {
        HookSet::Off => return Ok(None),
        HookSet::Log => false,
        HookSet::All => true,
    };
    Ok(Some(HookWish { program: place.this_program()?, brief }))
}

fn describe(plan: &Plan, undo: bool) -> String {
    let mut lines = Vec::new();
    for change in &plan.changes {
        lines.push(format!("{}: {}", change.file.display(), change.summary));
        lines.extend(change.before.iter().map(|text| format!("  - {text}")));
        lines.extend(change.after.iter().map(|text| format!("  + {text}")));
    }
    lines.extend(plan.notes.iter().map(|note| format!("Note: {note}")));
    if plan.changes.is_empty() {
        lines.push(if undo { "There is nothing to take back." } else { "It is set up already." }.to_owned());
    }
    lines.join("\n")
}

impl From<SetupError> for CliError {
    fn from(error: SetupError) -> Self {
        Self::failed(error.to_string())
    }
}
