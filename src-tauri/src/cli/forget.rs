//! `forget`: taking out of the memory for good, after a look at what would go.

use std::fmt::Write as _;

use engine::operations::{ConfirmForgetting, PreviewForgetting};
use engine::types::{Forget, ForgetCounts, ForgetPreview, Subject, counted};

use super::arguments::ForgetArguments;
use super::error::CliError;
use super::output::{Output, confirm, short};
use super::session::Session;
use crate::place::Place;

pub(super) async fn run(
    place: &Place,
    arguments: ForgetArguments,
    output: &mut Output,
) -> Result<(), CliError> {
    let forget = what(&arguments)?;
    // A preview lives in the program that made it: both steps go to the same one.
    let session = place.open().await?;
    let outcome = in_session(&session, forget, &arguments, output).await;
    session.close().await;
    outcome
}

async fn in_session(
    session: &Session,
    forget: Forget,
    arguments: &ForgetArguments,
    output: &mut Output,
) -> Result<(), CliError> {
    let is_everything = forget == Forget::Everything;
    let preview = session.call(PreviewForgetting { forget }).await?;
    if arguments.preview {
        return output.show(&preview, for_people);
    }
    let Some(handle) = preview.handle.clone() else {
        let nothing = serde_json::json!({ "counts": preview.counts, "backups_removed": [] });
        return output.show(&nothing, |_| "there is nothing to forget".to_owned());
    };
    if !arguments.yes {
        output.note(&for_people(&preview))?;
    }
    let question = if is_everything { "Forget everything, for good?" } else { "Forget this for good?" };
    if !confirm(question, arguments.yes)? {
        return output.note("Nothing was forgotten.");
    }
    let forgotten = session.call(ConfirmForgetting { handle }).await?;
    output.show(&forgotten, |forgotten| {
        let mut text = format!("forgotten: {}", all_of(forgotten.counts));
        for backup in &forgotten.backups_removed {
            let _ = write!(text, "\nremoved, because it held it too: {}", backup.display());
        }
        text.push_str("\nFiles that you exported or copied elsewhere still hold it; remove them yourself.");
        text
    })
}

fn what(arguments: &ForgetArguments) -> Result<Forget, CliError> {
    let what = &arguments.what;
    let id = |text: &str| text.parse().map_err(|error| CliError::usage(format!("{error}")));
    Ok(match (&what.turn, &what.conversation, &what.client, &what.phrase) {
        (Some(turn), ..) => Forget::Turn { id: id(turn)? },
        (_, Some(conversation), ..) => Forget::Conversation {
            id: conversation.parse().map_err(|error| CliError::usage(format!("{error}")))?,
        },
        (_, _, Some(client), _) => Forget::Client { client: client.clone() },
        (.., Some(phrase)) => Forget::Phrase { phrase: phrase.clone() },
        _ => Forget::Everything,
    })
}

fn for_people(preview: &ForgetPreview) -> String {
    if preview.handle.is_none() {
        return "There is nothing to forget.".to_owned();
    }
    let mut text = format!("This would go: {}", all_of(preview.counts));
    for example in &preview.examples {
        let kind = match example.kind {
            Subject::Turn => "turn",
            Subject::Conversation => "conversation",
            Subject::Item => "entry",
            Subject::Insight => "insight",
        };
        let _ = write!(text, "\n  {} · {kind} · {}", example.at.to_local_text(), short(&example.text, 90));
    }
    text
}

fn all_of(counts: ForgetCounts) -> String {
    [
        counted(counts.turns, "turn"),
        counted(counts.conversations, "whole conversation"),
        counted(counts.items, "entry"),
        counted(counts.insights, "insight"),
    ]
    .join(", ")
}
