use std::time::Duration;

use engine::operations::{AddItem, ListItems, ShowStatus};
use engine::types::{ItemKind, ItemQuery, NewItem};
use engine::{Config, Door, Engine, FailureCode, Overrides};

use super::*;

const LIMIT: Duration = Duration::from_secs(30);

async fn start(directory: &std::path::Path) -> (Engine, Server) {
    let config = Config::load(directory.to_owned(), [], Overrides::default()).unwrap();
    let engine = Engine::start(config, Door::Closed).await.unwrap();
    let server = Server::start(engine.clone()).unwrap();
    (engine, server)
}

fn item(name: &str) -> AddItem {
    AddItem { item: NewItem { kind: ItemKind::Interest, name: name.to_owned(), value: None } }
}

#[tokio::test]
async fn an_operation_runs_in_the_other_process_and_its_failure_comes_back_with_its_code() {
    let directory = tempfile::tempdir().unwrap();
    let (engine, server) = start(directory.path()).await;
    let client = Client::connect(directory.path()).await.unwrap();
    assert!(!client.call(item("Rust")).await.unwrap().existed);
    assert!(client.call(item(" rust ")).await.unwrap().existed);
    let items = client.call(ListItems { query: ItemQuery::default() }).await.unwrap();
    assert_eq!(items.len(), 1);
    let error = client.call(item("")).await.unwrap_err();
    let ClientError::Failure(failure) = error else { panic!("{error}") };
    assert_eq!(failure.code, FailureCode::InvalidInput);
    server.stop().await;
    engine.stop().await;
}

#[tokio::test]
async fn a_watcher_hears_what_happens_after_the_watch_began() {
    let directory = tempfile::tempdir().unwrap();
    let (engine, server) = start(directory.path()).await;
    let client = Client::connect(directory.path()).await.unwrap();
    let mut events = client.watch().await.unwrap();
    client.call(item("Rust")).await.unwrap();
    let event = tokio::time::timeout(LIMIT, events.next()).await.unwrap().unwrap().unwrap();
    assert!(matches!(event, engine::Event::Context(_)), "{event:?}");
    server.stop().await;
    assert!(tokio::time::timeout(LIMIT, events.next()).await.unwrap().unwrap().is_none());
    engine.stop().await;
}

#[tokio::test]
async fn nobody_answers_before_the_start_and_after_the_stop() {
    let directory = tempfile::tempdir().unwrap();
    assert!(Client::connect(directory.path()).await.is_none());
    let (engine, server) = start(directory.path()).await;
    assert!(Client::connect(directory.path()).await.is_some());
    server.stop().await;
    engine.stop().await;
    assert!(Client::connect(directory.path()).await.is_none());
}

#[tokio::test]
async fn a_socket_that_a_killed_program_left_behind_is_taken_over() {
    let directory = tempfile::tempdir().unwrap();
    let (engine, server) = start(directory.path()).await;
    let path = server.address().path().to_owned();
    server.stop().await;
    std::fs::write(&path, "").unwrap();
    let server = Server::start(engine.clone()).unwrap();
    Client::connect(directory.path()).await.unwrap().call(ShowStatus {}).await.unwrap();
    server.stop().await;
    engine.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_socket_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let (engine, server) = start(directory.path()).await;
    let mode = std::fs::metadata(server.address().path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    server.stop().await;
    engine.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn nonsense_on_the_socket_is_answered_and_harms_nobody() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let directory = tempfile::tempdir().unwrap();
    let (engine, server) = start(directory.path()).await;
    for nonsense in ["\n", "{}\n", "[1]\n", "{\"version\":99,\"call\":{\"operation\":\"x\",\"input\":{}}}\n"]
    {
        let mut stream = tokio::net::UnixStream::connect(server.address().path()).await.unwrap();
        stream.write_all(nonsense.as_bytes()).await.unwrap();
        let mut answer = String::new();
        tokio::time::timeout(LIMIT, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        assert!(answer.contains("failure") && answer.contains("message"), "{nonsense}: {answer}");
    }
    let client = Client::connect(directory.path()).await.unwrap();
    client.call(ShowStatus {}).await.unwrap();
    server.stop().await;
    engine.stop().await;
}

#[cfg(unix)]
#[test]
fn a_long_data_directory_puts_the_socket_into_the_runtime_directory() {
    let short = Address::of(std::path::Path::new("/home/somebody/data"));
    assert_eq!(short.path(), std::path::Path::new("/home/somebody/data/control.sock"));
    let deep = format!("/home/{}", "x".repeat(120));
    let long = Address::of(std::path::Path::new(&deep));
    assert!(long.path().as_os_str().len() <= 108, "{long}");
    assert_ne!(long, Address::of(std::path::Path::new(&format!("{deep}y"))));
}
