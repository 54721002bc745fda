//! Tests of which kept documents go.

use rusqlite::Connection;
use serde_json::{Map, json};

use super::*;
use crate::client::{Client, Registration};
use crate::secret::{Management, TokenHash};
use crate::store::{SCHEMA, clients};

fn table() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for migration in SCHEMA.migrations {
        connection.execute_batch(migration).unwrap();
    }
    connection
}

fn document(id: &str, name: &str) -> Document {
    Document {
        client: Client::public(
            id.to_owned(),
            name.to_owned(),
            Registration::MetadataDocument,
            vec!["http://localhost/callback".to_owned()],
        ),
        metadata: Map::from_iter([("client_id".to_owned(), json!(id))]),
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

#[test]
fn what_nothing_hangs_on_goes_and_what_has_a_grant_stays() {
    let connection = table();
    for id in ["https://a.example/a", "https://b.example/b", "https://c.example/c"] {
        put(&connection, &document(id, "Example"), at(100), at(10)).unwrap();
    }
    connection
        .execute_batch(
            "INSERT INTO grants (id, client_id, client_name, redirect_host, resource, scopes, arrival, created_at,
                 absolute_expires_at, idle_expires_at)
             VALUES ('g', 'https://b.example/b', 'Example', 'localhost', 'r', '', 'local', 0, 0, 0)",
        )
        .unwrap();
    put(&connection, &document("https://c.example/c", "Example"), at(300), at(200)).unwrap();
    assert_eq!(clear(&connection, at(100)).unwrap(), 0);
    assert_eq!(clear(&connection, at(101)).unwrap(), 1);
    let left: Vec<_> =
        clients::list(&connection).unwrap().into_iter().map(|listed| listed.client.id).collect();
    assert_eq!(left, ["https://b.example/b", "https://c.example/c"]);
}

#[test]
fn a_newer_document_takes_the_place_of_the_older_and_never_that_of_a_client_of_the_owner() {
    let connection = table();
    let id = "https://a.example/a";
    put(&connection, &document(id, "Old"), at(100), at(10)).unwrap();
    put(&connection, &document(id, "New"), at(200), at(150)).unwrap();
    assert_eq!(clients::find(&connection, id).unwrap().unwrap().name, "New");
    assert!(is_fresh(&connection, id, at(199)).unwrap());
    assert!(!is_fresh(&connection, id, at(200)).unwrap());

    let owners = "https://b.example/b";
    let client = Client { registration: Registration::Static, ..document(owners, "Mine").client };
    let management = TokenHash::<Management>::of("");
    clients::insert(&connection, &client, &Map::new(), &management, at(0)).unwrap();
    put(&connection, &document(owners, "Theirs"), at(200), at(150)).unwrap();
    assert_eq!(clients::find(&connection, owners).unwrap().unwrap(), client);
    assert_eq!(clear(&connection, at(1000)).unwrap(), 1);
}
