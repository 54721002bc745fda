use std::collections::BTreeSet;
use std::path::PathBuf;

use clock::ManualClock;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::*;
use crate::fixture::{Fixture, client, in_conversation, open, turn};
use crate::{Author, FoundKind, ItemChange, ItemKind, ItemState, LogOutcome, NewTurn};

fn asked(text: &str) -> SearchQuery {
    SearchQuery { text: text.to_owned(), ..SearchQuery::default() }
}

impl Fixture {
    async fn search(&self, query: SearchQuery) -> SearchAnswer {
        let answer = self.context.search_in_zone(query, TimeZone::UTC).await.unwrap();
        assert!(!answer.incomplete, "the index is up to date");
        answer
    }

    async fn texts(&self, query: SearchQuery) -> Vec<String> {
        self.search(query)
            .await
            .results
            .into_iter()
            .map(|hit| hit.text.replace("\n\nCertainly.", ""))
            .collect()
    }

    fn folder(&self) -> PathBuf {
        self.directory.path().join("context.search")
    }
}

#[tokio::test]
async fn a_turn_is_found_by_the_very_next_call() {
    let f = Fixture::new();
    for number in 0..20 {
        let (id, conversation) = f.log(turn(&format!("The harbour number{number} has high tides"))).await;
        let answer = f.search(asked(&format!("tide at number{number}"))).await;
        let hit = &answer.results[0];
        assert_eq!((hit.id, hit.conversation_id), (id.as_uuid(), Some(conversation)));
        assert_eq!(hit.url, format!("ambient://turns/{id}"));
        assert_eq!(hit.why.words, ["tide", &format!("number{number}")]);
    }
}

#[tokio::test]
async fn what_is_removed_or_changed_is_so_in_the_next_answer() {
    let f = Fixture::new();
    let (id, _) = f.log(turn("Zeppelins over the lake")).await;
    f.log(turn("Something else")).await;
    assert_eq!(f.texts(asked("zeppelin")).await.len(), 1);
    f.context.remove_turn(id, Author::Owner).await.unwrap();
    assert!(f.texts(asked("zeppelin")).await.is_empty());

    let item = f.add(ItemKind::Interest, "glassblowing", Author::Owner).await.item;
    assert_eq!(f.search(asked("glassblowing")).await.results[0].kind, FoundKind::Interest);
    let change = ItemChange { name: Some("stained windows".to_owned()), ..ItemChange::default() };
    f.context.update_item(item.id, change, Author::Owner).await.unwrap();
    assert!(f.texts(asked("glassblowing")).await.is_empty());
    assert_eq!(f.texts(asked("stained window")).await, ["stained windows"]);
    f.state(item.id, ItemState::Dismissed, Author::Owner).await.unwrap();
    assert!(f.texts(asked("stained window")).await.is_empty());
    let all = f.search(SearchQuery { all_states: true, ..asked("stained window") }).await;
    assert_eq!(all.results[0].state.as_deref(), Some("dismissed"));
}

#[tokio::test]
async fn the_answer_beside_a_question_is_found_with_it() {
    let f = Fixture::new();
    for number in 0..30 {
        f.log(in_conversation(&format!("filler {number}"), "We talked about bread and about trains")).await;
    }
    f.log(in_conversation("wanted", "Anna: Which instrument does your sister play?")).await;
    let (answer, _) = f.log(in_conversation("wanted", "Ben: The oboe, since last spring.")).await;
    let hits = f.search(asked("Which instrument does Ben's sister play?")).await.results;
    let hit = hits
        .iter()
        .take(2)
        .find(|hit| hit.id == answer.as_uuid())
        .expect("the answer is among the first two");
    assert!(hit.why.speaker, "{:?}", hit.why);
    assert!(hit.why.nearby.iter().any(|word| word == "instrument"), "{:?}", hit.why);
}

#[tokio::test]
async fn a_phrase_in_quotes_comes_first() {
    let f = Fixture::new();
    f.log(in_conversation("a", "The old house by the sea, white and old, house of the sea")).await;
    f.log(in_conversation("b", "It was a white house with much old furniture in it and more of the like"))
        .await;
    let hits = f.search(asked("old \"white house\" sea")).await.results;
    assert!(hits[0].text.starts_with("It was a white house"));
    assert!(hits[0].why.phrase && !hits[1].why.phrase);
}

#[tokio::test]
async fn filters_leave_out_everything_else() {
    let f = Fixture::new();
    let log = |text: &str, who: &str, at: &str| {
        let turn = NewTurn {
            conversation: Some(format!("{who}'s")),
            occurred_at: Some(at.parse().unwrap()),
            ..turn(text)
        };
        let (context, author) = (f.context.clone(), client(who));
        async move {
            match context.log_turn(turn, author).await.unwrap() {
                LogOutcome::Stored { conversation_id, .. } => conversation_id,
                other => panic!("{other:?}"),
            }
        }
    };
    let first = log("tides in March", "claude", "2026-03-10T12:00:00Z").await;
    log("tides in May", "cursor", "2026-05-07T12:00:00Z").await;
    f.add(ItemKind::Goal, "chart the tides", Author::Owner).await;
    let set = |query: SearchQuery| {
        let f = &f;
        async move { f.texts(query).await.into_iter().collect::<BTreeSet<_>>() }
    };
    let of = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<BTreeSet<_>>();
    let tides = asked("tides");
    assert_eq!(set(tides.clone()).await.len(), 3);
    let kinds = |kinds: &[FoundKind]| SearchQuery { kinds: kinds.to_vec(), ..asked("tides") };
    assert_eq!(set(kinds(&[FoundKind::Goal])).await, of(&["chart the tides"]));
    assert_eq!(set(kinds(&[FoundKind::Turn])).await, of(&["tides in March", "tides in May"]));
    assert_eq!(set(kinds(&[FoundKind::Skill])).await, of(&[]));
    let cursor = SearchQuery { client: Some("cursor".to_owned()), ..tides.clone() };
    assert_eq!(set(cursor).await, of(&["tides in May"]));
    let nobody = SearchQuery { client: Some("nobody".to_owned()), ..tides.clone() };
    assert_eq!(set(nobody).await, of(&[]));
    let conversation = SearchQuery { conversation: Some(first), ..tides.clone() };
    assert_eq!(set(conversation).await, of(&["tides in March"]));
    let time = |since: &str, until: &str| SearchQuery {
        since: Some(since.to_owned()),
        until: Some(until.to_owned()),
        kinds: vec![FoundKind::Turn],
        ..asked("tides")
    };
    assert_eq!(set(time("2026-05-07", "2026-05-07")).await, of(&["tides in May"]));
    assert_eq!(set(time("2026-03", "2026-04-30")).await, of(&["tides in March"]));
    assert_eq!(set(time("2026-05-08", "2026-06")).await, of(&[]));

    let unknown = SearchQuery { since: Some("soon".to_owned()), ..tides.clone() };
    assert!(f.context.search(unknown).await.unwrap_err().to_string().contains("last week"));
    let gone = SearchQuery { conversation: Some(Uuid::nil().into()), ..tides };
    assert!(matches!(f.context.search(gone).await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn the_newest_come_first_when_asked_and_pages_follow_one_another() {
    let f = Fixture::new();
    for number in 0..25 {
        let occurred_at = Some(Timestamp::from_secs(1_700_000_000 + number * 60));
        f.log(NewTurn { occurred_at, ..turn(&format!("tide {number}")) }).await;
    }
    for order in [SearchOrder::NewestFirst, SearchOrder::BestFirst] {
        let (mut after, mut found) = (None, Vec::new());
        loop {
            let answer = f.search(SearchQuery { order, after, ..asked("tide") }).await;
            assert!(answer.results.len() <= 10);
            found.extend(answer.results.into_iter().map(|hit| hit.text));
            after = answer.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 25, "{order:?}: each once");
        assert_eq!(found.len(), 25);
        if order == SearchOrder::NewestFirst {
            assert!(found[0].starts_with("tide 24") && found[24].starts_with("tide 0"));
        }
    }
    let newest = f.texts(SearchQuery { limit: 1, ..asked(" ?! ") }).await;
    assert_eq!(newest, ["tide 24"], "without a word in it, a question finds the newest");
}

#[tokio::test]
async fn neighbouring_turns_come_along_when_asked() {
    let f = Fixture::new();
    for text in ["one", "two", "the walrus", "four", "five"] {
        f.log(in_conversation("c", text)).await;
    }
    let hit = f.search(SearchQuery { neighbours: 1, ..asked("walrus") }).await.results.remove(0);
    let around: Vec<&str> = hit.neighbours.iter().map(|turn| turn.user_message.as_str()).collect();
    assert_eq!(around, ["two", "four"]);
}

#[tokio::test]
async fn things_are_found_in_german_and_in_scripts_without_blanks() {
    let f = Fixture::new();
    f.log(in_conversation("a", "Ich habe gestern die neuen Bäume im Garten gepflanzt")).await;
    f.log(in_conversation("b", "我住在北京市中心")).await;
    f.log(in_conversation("c", "أحب القهوة في الصباح")).await;
    f.log(in_conversation("d", "we celebrated with 🎉 and cake")).await;
    for (question, beginning) in [
        ("Baum", "Ich habe"),
        ("welche Gärten?", "Ich habe"),
        ("北京", "我住"),
        ("القهوة", "أحب"),
        ("🎉", "we"),
    ] {
        let hits = f.search(asked(question)).await.results;
        assert!(hits[0].text.starts_with(beginning), "{question}: {:?}", hits[0].text);
        assert!(!hits[0].snippet.marks.is_empty(), "{question}");
    }
}

#[tokio::test]
async fn after_a_purge_no_file_of_the_index_holds_a_removed_word() {
    let f = Fixture::new();
    for number in 0..40 {
        f.log(turn(&format!("filler text number {number}"))).await;
    }
    let (id, _) = f.log(turn("the password is xylophonequartz")).await;
    assert_eq!(f.texts(asked("xylophonequartz")).await.len(), 1);
    assert!(holds(&f.folder(), b"xylophonequartz"), "so the test can fail");
    f.context.remove_turn(id, Author::Owner).await.unwrap();
    f.context.purge_search_index().await.unwrap();
    assert!(!holds(&f.folder(), b"xylophonequartz"));
    assert_eq!(f.texts(asked("filler number 17")).await[0], "filler text number 17");
}

fn holds(folder: &std::path::Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

/// What is done to the files while the program does not run.
type Spoil<'a> = &'a dyn Fn(&Fixture);

async fn close_and(f: Fixture, spoil: impl FnOnce(&Fixture)) -> Fixture {
    f.context.clone().close().await;
    spoil(&f);
    let (directory, clock) = (f.directory.path().to_owned(), f.clock.clone());
    let context = tokio::task::spawn_blocking(move || open(&directory, &clock, 9)).await.unwrap();
    Fixture { context, ..f }
}

#[tokio::test]
async fn an_index_that_is_gone_damaged_or_foreign_is_made_anew() {
    let mut f = Fixture::new();
    f.log(turn("the lighthouse keeper")).await;
    f.add(ItemKind::Interest, "lighthouses", Author::Owner).await;
    assert_eq!(f.texts(asked("lighthouse")).await.len(), 2);
    let file = |f: &Fixture| f.folder().join("index.db");
    let spoils: [(&str, Spoil<'_>); 6] = [
        ("nothing happened", &|_| {}),
        ("the folder is gone", &|f| std::fs::remove_dir_all(f.folder()).unwrap()),
        ("a file stands in its place", &|f| {
            std::fs::remove_dir_all(f.folder()).unwrap();
            std::fs::write(f.folder(), "not a folder").unwrap();
        }),
        ("the file is no database", &|f| std::fs::write(file(f), vec![7; 50_000]).unwrap()),
        ("pages in the middle are spoilt", &|f| {
            let mut bytes = std::fs::read(file(f)).unwrap();
            bytes[4096..].fill(0xaa);
            std::fs::write(file(f), bytes).unwrap();
        }),
        ("the database is sound and a list in it is not", &|f| {
            let index = Connection::open(file(f)).unwrap();
            assert!(
                index.execute("UPDATE posting SET list = x'0080' WHERE term LIKE 'lighthous%'", []).unwrap()
                    > 0
            );
        }),
    ];
    for (what, spoil) in spoils {
        f = close_and(f, spoil).await;
        let answer =
            f.context.search(asked("lighthouse")).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(answer.results.len(), 2, "{what}");
    }
}

#[tokio::test]
async fn a_store_that_was_put_back_from_a_copy_gets_an_index_of_its_own() {
    let f = Fixture::new();
    f.log(turn("the first tide")).await;
    let path = f.directory.path().join("context.db");
    let copy = f.directory.path().join("copy.db");
    let f = close_and(f, |_| {
        std::fs::copy(&path, &copy).unwrap();
    })
    .await;
    f.log(turn("the second tide")).await;
    assert_eq!(f.texts(asked("tide")).await.len(), 2);
    let f = close_and(f, |_| {
        std::fs::copy(&copy, &path).unwrap();
    })
    .await;
    f.log(turn("the third tide")).await;
    let found: BTreeSet<_> = f.texts(asked("tide")).await.into_iter().collect();
    assert_eq!(found, ["the first tide", "the third tide"].map(str::to_owned).into());
}

#[tokio::test]
async fn changes_made_while_no_index_could_be_written_are_found_later() {
    let f = Fixture::new();
    let item = f.add(ItemKind::Skill, "weaving", Author::Owner).await.item;
    assert_eq!(f.texts(asked("weaving")).await.len(), 1);
    let path = f.directory.path().join("context.db");
    let f = close_and(f, |_| {
        // What a migration does that builds the table anew: the triggers go with it.
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("DROP TRIGGER search_item_changed; UPDATE item SET name = 'spinning'")
            .unwrap();
    })
    .await;
    assert!(f.texts(asked("weaving")).await.is_empty());
    assert_eq!(f.search(asked("spinning")).await.results[0].id, item.id.as_uuid());
}

#[tokio::test]
async fn no_question_is_an_error() {
    let f = Fixture::new();
    for text in ["the quick brown fox", "\"quotes\" AND (brackets) OR NOT -minus", "北京 🎉 قهوة"] {
        f.log(in_conversation(text, text)).await;
    }
    let long = "tide ".repeat(2_000);
    let unbroken = "x".repeat(10_000);
    for text in [
        "",
        " ",
        "\"",
        "\"\"",
        "'",
        "*",
        "a*",
        "(",
        ")",
        "NEAR(a b)",
        "a AND",
        "OR",
        "NOT x",
        "-fox",
        "fox:bar",
        "^fox",
        "SELECT * FROM turn; --",
        "'; DROP TABLE turn; --",
        "\u{0}",
        "\u{202e}abc",
        "🎉🎉🎉",
        "👩‍👩‍👧‍👦",
        "\u{301}\u{301}",
        "the the the",
        "und oder aber",
        "مرحبا",
        "שלום",
        "#y2023",
        "@anna",
        long.as_str(),
        unbroken.as_str(),
    ] {
        let answer = f.context.search(asked(text)).await;
        assert!(answer.is_ok(), "{text:?}: {answer:?}");
    }
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::default());
    let hostile = "[\\PC\"'()*:^-]{0,80}";
    for _ in 0..300 {
        let text = hostile.new_tree(&mut runner).unwrap().current();
        let answer = f.context.search(asked(&text)).await;
        assert!(answer.is_ok(), "{text:?}: {answer:?}");
    }
}

/// Logs until it is killed: the other half of the next test.
#[tokio::test]
#[ignore = "run by the test below, which kills it"]
async fn child_that_logs_until_it_is_killed() {
    // Run by itself, with all ignored tests, it has no folder and nothing to do.
    let Some(directory) = std::env::var_os("SEARCH_TEST_DIRECTORY").map(PathBuf::from) else { return };
    let context =
        tokio::task::spawn_blocking(move || open(&directory, &ManualClock::default(), 3)).await.unwrap();
    for number in 0_u32.. {
        let turn =
            NewTurn { external_id: Some(number.to_string()), ..turn(&format!("word{number} and tides")) };
        context.log_turn(turn, client("child")).await.unwrap();
        if number % 7 == 3 {
            context.search(asked("tides")).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_kill_in_the_middle_of_indexing_leaves_nothing_out_and_nothing_twice() {
    let directory = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "search::run::tests::child_that_logs_until_it_is_killed", "--ignored"])
            .env("SEARCH_TEST_DIRECTORY", directory.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        wait_for_progress(&directory.path().join("context.search/index.db"), 40 * (round + 1));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let path = directory.path().to_owned();
    let context = tokio::task::spawn_blocking(move || open(&path, &ManualClock::default(), 4)).await.unwrap();
    let turns = context.statistics().await.unwrap().turns;
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let query = SearchQuery { order: SearchOrder::NewestFirst, after, limit: 100, ..asked("tides") };
        let answer = context.search(query).await.unwrap();
        found.extend(answer.results.into_iter().filter(|hit| hit.kind == FoundKind::Turn).map(|hit| hit.id));
        after = answer.next;
        if after.is_none() {
            break;
        }
    }
    let different: BTreeSet<_> = found.iter().collect();
    assert_eq!((found.len() as u64, different.len() as u64), (turns, turns));
    assert!(context.integrity().await.unwrap().is_empty());
    context.close().await;
}

/// Until the index of another process has come so far.
fn wait_for_progress(index: &std::path::Path, wanted: i64) {
    loop {
        let read = || -> rusqlite::Result<i64> {
            let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
            Connection::open_with_flags(index, flags)?
                .query_row("SELECT turn_seq FROM progress", [], |row| row.get(0))
        };
        if read().is_ok_and(|reached| reached >= wanted) {
            return;
        }
        std::thread::yield_now();
    }
}
