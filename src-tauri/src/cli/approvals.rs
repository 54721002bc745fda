//! `approvals`: deciding who is let in.

use std::collections::HashSet;

use engine::operations::{Approve, Deny, ListApprovals};
use engine::types::{PendingRequest, RequestId, ScopeSet};

use super::arguments::Approvals;
use super::error::CliError;
use super::output::{Output, short};
use crate::place::Place;

pub(super) async fn run(place: &Place, command: Approvals, output: &mut Output) -> Result<(), CliError> {
    let program = place.running().await?;
    match command {
        Approvals::List => {
            let pending = program.call(ListApprovals {}).await?;
            output.show(&pending, |pending| for_people(pending, &place.program()))
        }
        Approvals::Watch => watch(&program, &place.program(), output).await,
        Approvals::Approve { id, code, scopes, yes_admin } => {
            let scopes = scopes.map(|scopes| parse_scopes(&scopes)).transpose()?;
            let id = parse_id(&id)?;
            let approved = program.call(Approve { id, code, scopes, admin_confirmed: yes_admin }).await?;
            output
                .show(&approved, |approved| format!("{} may now: {}", approved.client_name, approved.scopes))
        }
        Approvals::Deny { id, block, mute } => {
            program.call(Deny { id: parse_id(&id)?, block, mute }).await?;
            output.show(&serde_json::json!({ "denied": id, "blocked": block, "muted": mute }), |_| {
                match (block, mute) {
                    (true, _) => "denied, and blocked from now on".to_owned(),
                    (false, true) => "denied, and quiet for 24 hours".to_owned(),
                    (false, false) => "denied".to_owned(),
                }
            })
        }
    }
}

/// Shows what waits, then whatever else comes, each once.
async fn watch(program: &control::Client, called: &str, output: &mut Output) -> Result<(), CliError> {
    // The watch begins before the first listing, so that nothing can come in between unseen.
    let mut events = program.watch().await?;
    let mut seen = HashSet::new();
    output.note("Waiting for clients that ask to be let in. Stop with Ctrl+C.")?;
    loop {
        for request in program.call(ListApprovals {}).await? {
            if seen.insert(request.id) {
                if output.is_json() {
                    output.json_line(&request)?;
                } else {
                    output.text(&format!("\n{}", describe(&request, called)))?;
                }
            }
        }
        if events.next().await?.is_none() {
            return output.note("The program has stopped.");
        }
    }
}

fn parse_id(text: &str) -> Result<RequestId, CliError> {
    text.parse().map_err(|error| CliError::usage(format!("{error}; `approvals list` shows what waits")))
}

fn parse_scopes(text: &str) -> Result<ScopeSet, CliError> {
    let spaced = text.replace(',', " ");
    spaced.parse().map_err(|error| CliError::usage(format!("--scopes {text:?}: {error}")))
}

fn for_people(pending: &[PendingRequest], called: &str) -> String {
    if pending.is_empty() {
        return "Nobody waits to be let in.".to_owned();
    }
    pending.iter().map(|request| describe(request, called)).collect::<Vec<_>>().join("\n\n")
}

/// Everything that the owner needs to decide, and how to do it.
fn describe(request: &PendingRequest, called: &str) -> String {
    let name = short(&request.client_name, 80);
    let verified = match (&request.verified_host, request.verified, request.looked_up) {
        (_, true, _) => "verified".to_owned(),
        (Some(host), ..) => format!("{host} vouches for it; the name is its own word"),
        (None, _, true) => "this name is not verified: anybody can choose it".to_owned(),
        (None, _, false) => "not looked up yet: that is done when you let it in".to_owned(),
    };
    let changed = if request.changed { "\n  it has changed since you approved it" } else { "" };
    let code = if request.code_required { " --code CODE" } else { "" };
    let mut text = format!(
        "{name} ({verified}) asks to be let in.{changed}\n\
         \u{20} credentials go to   {}\n\
         \u{20} it asks for         {}\n\
         \u{20} came in             {}\n\
         \u{20} until               {}\n\
         \u{20} let it in           {called} approvals approve {}{code}\n\
         \u{20} send it away        {called} approvals deny {}",
        request.redirect_host,
        request.scopes,
        request.arrival,
        request.expires_at.to_local_text(),
        request.id,
        request.id
    );
    if request.code_required {
        text.push_str("\n  CODE is what the waiting page in the browser shows.");
    }
    text
}
