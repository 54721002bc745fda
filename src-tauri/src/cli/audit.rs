//! `audit`: who did what.

use engine::operations::ListAudit;
use engine::types::{AuditEntry, AuditQuery, counted};

use super::arguments::Audit;
use super::error::CliError;
use super::output::{Output, short, table};
use crate::place::Place;

pub(super) async fn run(place: &Place, options: Audit, output: &mut Output) -> Result<(), CliError> {
    let is_filtered = !options.kinds.is_empty()
        || options.since.is_some()
        || options.until.is_some()
        || options.before.is_some();
    let empty = match &options.client {
        Some(client) => format!("Nothing is recorded of the client {client}; `clients` shows their ids."),
        None if is_filtered => "Nothing of that kind and time is recorded.".to_owned(),
        None => "Nothing has happened yet.".to_owned(),
    };
    let query = AuditQuery {
        client_id: options.client,
        limit: usize::try_from(options.limit).unwrap_or(usize::MAX),
        kinds: options.kinds,
        since: options.since,
        until: options.until,
        before: options.before,
    };
    output.show(&place.call(ListAudit { query }).await?, |entries| for_people(entries, &empty))
}

fn for_people(entries: &[AuditEntry], empty: &str) -> String {
    let rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    table(&["when", "what", "client", "from", "details"], &rows, empty)
}

fn row(entry: &AuditEntry) -> Vec<String> {
    let mut details = Vec::new();
    details.extend(entry.tool.clone());
    details.extend(entry.outcome.clone());
    details.extend(entry.by.map(|by| format!("by {}", by.as_str())));
    details.extend(entry.scopes.map(|scopes| scopes.to_string()));
    details.extend(entry.took_micros.map(took));
    details.extend(entry.count.map(|count| counted(count.unsigned_abs(), "time")));
    vec![
        entry.at.to_local_text(),
        entry.kind.as_str().to_owned(),
        short(entry.client_name.as_deref().or(entry.client_id.as_deref()).unwrap_or(""), 30),
        entry.arrival.clone().unwrap_or_default(),
        short(&details.join(" · "), 90),
    ]
}

fn took(micros: i64) -> String {
    if micros < 1000 { format!("{micros} µs") } else { format!("{} ms", micros / 1000) }
}
