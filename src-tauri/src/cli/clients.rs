//! `clients`: who is connected, and which clients the owner registers.

use std::io::Read as _;
use std::path::Path;

use engine::operations::{
    AddStaticClient, ChangeClientRule, ClientAuthentication, ClientCredentials, KnownClient, ListClients,
    RemoveClient, RevokeClient, RotateClientSecret, SecretText,
};
use engine::types::{
    ClientMode, ClientSummary, Decider, Registration, Retention, Revoked, StaticSource, Timestamp, counted,
};

use super::arguments::{ClientsAdd, ClientsArguments, ClientsCommand, MemoryMode, SecretSource};
use super::error::CliError;
use super::output::{Output, short, table};
use crate::place::Place;

/// What holds a secret is one line; more than this is another file.
const LONGEST_SECRET: u64 = 4096;

pub(super) async fn run(
    place: &Place,
    arguments: ClientsArguments,
    output: &mut Output,
) -> Result<(), CliError> {
    match arguments.command.unwrap_or(ClientsCommand::List) {
        ClientsCommand::List => {
            output.show(&place.call(ListClients {}).await?, |clients| for_people(clients))
        }
        ClientsCommand::Revoke { id } => {
            let revoked = place.call(RevokeClient { client_id: id }).await?;
            output.show(&revoked, |revoked| match (revoked.grants, revoked.requests) {
                (0, 0) => "this client had nothing".to_owned(),
                _ => format!("taken back: {}", taken(revoked)),
            })
        }
        ClientsCommand::Mode { id, mode } => {
            let mode = match mode {
                MemoryMode::Normal => ClientMode::Normal,
                MemoryMode::ReadOnly => ClientMode::ReadOnly,
                MemoryMode::Incognito => ClientMode::Incognito,
            };
            let change = ChangeClientRule { client_id: id.clone(), mode: Some(mode), retention: None };
            output.show(&place.call(change).await?, |rule| match rule.mode {
                ClientMode::Normal => format!("{id} uses the memory as you granted"),
                ClientMode::ReadOnly => format!("{id} reads the memory; nothing that it says is stored"),
                ClientMode::Incognito => format!("{id} neither reads nor writes the memory"),
            })
        }
        ClientsCommand::Keep { id, time } => {
            let change = ChangeClientRule { client_id: id.clone(), mode: None, retention: Some(time) };
            output.show(&place.call(change).await?, |rule| match rule.retention {
                Retention::AsForAll => format!("what {id} brought is kept as the setting says"),
                Retention::ForEver => format!("what {id} brought is kept for ever"),
                Retention::Days(days) => {
                    format!("what {id} brought is kept for {}", counted(days.into(), "day"))
                }
            })
        }
        ClientsCommand::Add(options) => add(place, options, output).await,
        ClientsCommand::RotateSecret { id, overlap, secret } => {
            let secret = read(&secret)?;
            let rotate = RotateClientSecret { client_id: id, secret, overlap_minutes: overlap };
            let credentials = place.call(rotate).await?;
            output.show(&credentials, |credentials| {
                let old = credentials.old_secret_until.map_or_else(
                    || "The old secret is good no more.".to_owned(),
                    |until| format!("The old secret is good too until {}.", until.to_local_text()),
                );
                format!("{}{old}", secret_for_people(credentials))
            })
        }
        ClientsCommand::Remove { id } => {
            let revoked = place.call(RemoveClient { client_id: id.clone() }).await?;
            output.show(&revoked, |revoked| format!("removed {id}; taken back: {}", taken(revoked)))
        }
    }
}

async fn add(place: &Place, options: ClientsAdd, output: &mut Output) -> Result<(), CliError> {
    let authentication = match read(&options.secret)? {
        _ if options.public => ClientAuthentication::Public,
        Some(secret) => ClientAuthentication::GivenSecret { secret },
        None => ClientAuthentication::GeneratedSecret,
    };
    let client = AddStaticClient {
        name: options.name,
        redirect_uris: options.redirect_uris,
        id: options.id,
        authentication,
        introspects: options.introspects,
    };
    let credentials = place.call(client).await?;
    output.show(&credentials, |credentials| {
        format!("client_id: {}\n{}", credentials.client_id, secret_for_people(credentials))
    })
}

fn secret_for_people(credentials: &ClientCredentials) -> String {
    credentials.client_secret.as_ref().map_or_else(String::new, |secret| {
        format!(
            "client_secret: {}\nIt is kept nowhere and can not be shown again: write it down now.\n",
            secret.0
        )
    })
}

/// The secret, if one was given: the first line of its file or of standard input.
fn read(source: &SecretSource) -> Result<Option<SecretText>, CliError> {
    let mut text = String::new();
    match &source.secret_file {
        Some(path) => {
            read_line(std::fs::File::open(path), &mut text).map_err(|error| unreadable(path, &error))?;
        }
        None if source.secret_stdin => {
            read_line(Ok(std::io::stdin()), &mut text).map_err(|error| {
                CliError::failed(format!("standard input can not be read: {error}; give the secret there"))
            })?;
        }
        None => return Ok(None),
    }
    Ok(Some(SecretText(text.trim_end_matches(['\r', '\n']).to_owned())))
}

fn read_line<R: std::io::Read>(source: std::io::Result<R>, text: &mut String) -> std::io::Result<()> {
    source?.take(LONGEST_SECRET).read_to_string(text).map(drop)
}

fn unreadable(path: &Path, error: &std::io::Error) -> CliError {
    CliError::failed(format!(
        "{} can not be read: {error}; name the file that holds the secret",
        path.display()
    ))
}

fn taken(revoked: &Revoked) -> String {
    format!(
        "{} with all tokens, {}",
        counted(revoked.grants as u64, "grant"),
        counted(revoked.requests as u64, "open request")
    )
}

fn for_people(clients: &[KnownClient]) -> String {
    let mut rows: Vec<(&KnownClient, usize)> = Vec::new();
    for client in clients {
        // Clients that register themselves do so again and again; what differs in nothing but its id is one line.
        match rows.iter_mut().find(|(known, _)| are_alike(known, client)) {
            Some((known, count)) => {
                *count += 1;
                // The newest stands for all.
                *known = client;
            }
            None => rows.push((client, 1)),
        }
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(client, count)| row(client, count)).collect();
    table(&["client id", "name", "registered", "last used", "may"], &rows, "No assistant has connected yet.")
}

/// Whether two registrations are one program to a person, and neither has anything.
fn are_alike(one: &KnownClient, two: &KnownClient) -> bool {
    let is_same_rule = (one.mode, one.retention) == (two.mode, two.retention);
    let (one, two) = (&one.client, &two.client);
    is_same_rule
        && one.alike.is_some()
        && one.alike == two.alike
        && one.grants.is_empty()
        && two.grants.is_empty()
}

fn row(known: &KnownClient, count: usize) -> Vec<String> {
    let client = &known.client;
    let used = client.last_used_at.map_or_else(|| "never".to_owned(), Timestamp::to_local_text);
    let may = match client.expires_at {
        Some(expires) if client.grants.is_empty() => {
            format!("not connected; forgotten {}", expires.to_local_text())
        }
        _ if client.grants.is_empty() => "not connected".to_owned(),
        _ => client.scopes.to_string(),
    };
    let may = match known.mode {
        ClientMode::Normal => may,
        ClientMode::ReadOnly => format!("read only; {may}"),
        ClientMode::Incognito => format!("incognito; {may}"),
    };
    let name = short(&client.client_name, 30);
    let name = if client.verified { name } else { format!("{name} (unverified)") };
    let id = if count > 1 {
        format!("{} and {} more", client.client_id, count - 1)
    } else {
        client.client_id.clone()
    };
    vec![id, name, registered(client), used, may]
}

/// How a client became known, and what it authenticates with.
fn registered(client: &ClientSummary) -> String {
    let way = match client.registration {
        Registration::BuiltIn => "comes with the program",
        Registration::Dynamic => "by itself",
        Registration::MetadataDocument => "by its document",
        Registration::Static => match client.source {
            Some(StaticSource::File) => "by you, in config.toml",
            Some(StaticSource::Environment) => "by you, in the environment",
            Some(StaticSource::Owner) | None if client.added_by == Some(Decider::Terminal) => "at a terminal",
            Some(StaticSource::Owner) | None => "by you",
        },
        _ => "in a way that this command does not know",
    };
    let secret = match (client.has_secret, client.old_secret_until) {
        (false, _) => String::new(),
        (true, None) => ", with a secret".to_owned(),
        (true, Some(until)) => format!(", with a secret; the old one until {}", until.to_local_text()),
    };
    format!("{way}{secret}")
}
