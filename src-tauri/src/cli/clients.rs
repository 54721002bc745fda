//! `clients`: who is connected.

use engine::operations::{ListClients, RevokeClient};
use engine::types::{ClientSummary, Timestamp};

use super::arguments::{ClientsArguments, ClientsCommand};
use super::error::CliError;
use super::output::{Output, short, table};
use crate::place::Place;

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
                (grants, requests) => format!(
                    "taken back: {} with all tokens, {}",
                    counted(grants, "grant"),
                    counted(requests, "open request")
                ),
            })
        }
    }
}

fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn for_people(clients: &[ClientSummary]) -> String {
    let rows: Vec<Vec<String>> = clients
        .iter()
        .map(|client| {
            let used = client.last_used_at.map_or_else(|| "never".to_owned(), Timestamp::to_local_text);
            let may =
                if client.grants.is_empty() { "not connected".to_owned() } else { client.scopes.to_string() };
            let name = short(&client.client_name, 30);
            let name = if client.verified { name } else { format!("{name} (unverified)") };
            vec![client.client_id.clone(), name, used, may]
        })
        .collect();
    table(&["client id", "name", "last used", "may"], &rows, "No assistant has connected yet.")
}
