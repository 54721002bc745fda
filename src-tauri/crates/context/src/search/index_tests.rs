use std::collections::BTreeSet;

use super::*;
use crate::search::FoundKind;
use crate::search::lists::{TermLists, corpus};

fn document(seq: i64, words: &[&str]) -> NewDocument {
    NewDocument {
        kind: Kind::Turn,
        seq,
        sort: FoundKind::Turn,
        conversation: Some(1),
        author: 1,
        occurred_at: seq,
        terms: words.iter().map(|word| ((*word).to_owned(), 1)).collect(),
        length: words.len(),
    }
}

fn step(documents: Vec<NewDocument>, stale: Vec<(Kind, i64)>) -> Step {
    Step { stale, documents, progress: Progress::default() }
}

struct Index {
    database: Database,
    directory: tempfile::TempDir,
}

impl Index {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = open(&directory.path().join("context.search"), [7; 16]).unwrap();
        Self { database, directory }
    }

    fn apply(&self, step: Step) {
        self.database.write_blocking(move |connection| apply(connection, &step)).unwrap();
    }

    /// The rows of the things whose lists have the word and whose documents are there.
    fn with(&self, term: &'static str) -> BTreeSet<i64> {
        self.database
            .read_blocking(|connection| {
                let lists = TermLists::read(connection, &corpus(connection)?, term)?;
                let mut numbers = Vec::new();
                lists.each(0..u32::MAX, |number, _| numbers.push(usize::try_from(number).unwrap()))?;
                let mut found = BTreeSet::new();
                for number in numbers {
                    found.extend(crate::search::lists::document(connection, number)?.map(|row| row.seq));
                }
                Ok::<_, Error>(found)
            })
            .unwrap()
    }

    fn count(&self, sql: &'static str) -> i64 {
        self.database
            .read_blocking(|connection| Ok::<_, Error>(connection.query_row(sql, [], |row| row.get(0))?))
            .unwrap()
    }
}

#[test]
fn a_thousand_single_documents_end_in_few_segments_and_all_are_found() {
    let index = Index::new();
    for seq in 1..=1000 {
        index.apply(step(
            vec![document(seq, if seq % 2 == 0 { &["even", "all"] } else { &["odd", "all"] })],
            Vec::new(),
        ));
    }
    assert_eq!(index.with("all").len(), 1000);
    assert_eq!(index.with("even"), (1..=500).map(|half| half * 2).collect());
    assert!(index.count("SELECT count(*) FROM segment") < 40);
    assert_eq!(index.count("SELECT sum(documents) FROM segment"), 1000);
    assert_eq!(index.count("SELECT sum(length) FROM segment"), 2000);
}

#[test]
fn a_long_list_is_written_in_parts() {
    let index = Index::new();
    index.apply(step((1..=10_000).map(|seq| document(seq, &["all"])).collect(), Vec::new()));
    assert_eq!(index.with("all").len(), 10_000);
    assert_eq!(index.count("SELECT count(*) FROM posting WHERE term = 'all'"), 3);
}

#[test]
fn what_is_taken_in_twice_is_found_once() {
    let index = Index::new();
    for _ in 0..3 {
        index.apply(step(vec![document(1, &["tide"]), document(2, &["tide"])], Vec::new()));
    }
    assert_eq!(index.with("tide"), BTreeSet::from([1, 2]));
    assert_eq!(index.count("SELECT count(*) FROM document"), 2);
}

#[test]
fn swept_words_are_in_no_list_and_what_stays_is_found() {
    let index = Index::new();
    for start in [1_i64, 101] {
        let documents = (start..start + 100)
            .map(|seq| document(seq, if seq == 50 { &["secret", "all"] } else { &["all"] }));
        index.apply(step(documents.collect(), Vec::new()));
    }
    let stale = (101..=200).map(|seq| (Kind::Turn, seq)).chain([(Kind::Turn, 50)]).collect();
    index.apply(step(Vec::new(), stale));
    assert_eq!(index.with("secret"), BTreeSet::new());
    while index.database.write_blocking(sweep_one).unwrap() {}
    assert_eq!(index.count("SELECT count(*) FROM posting WHERE term = 'secret'"), 0);
    assert_eq!(index.count("SELECT sum(count) FROM posting WHERE term = 'all'"), 99);
    assert_eq!(index.count("SELECT count(*) FROM segment"), 1);
    assert_eq!(index.count("SELECT count(*) FROM gone"), 0);
    assert_eq!(index.with("all").len(), 99);
}

#[test]
fn another_stores_index_and_another_versions_are_made_anew() {
    let index = Index::new();
    index.apply(step(vec![document(1, &["tide"])], Vec::new()));
    let folder = index.directory.path().join("context.search");
    index.database.clone().close_blocking();
    let kept = open(&folder, [7; 16]).unwrap();
    assert_eq!(kept.read_blocking(|c| Ok::<_, Error>(corpus(c)?.segments.len())).unwrap(), 1);
    kept.write_blocking(|c| Ok::<_, Error>(c.execute("UPDATE progress SET version = version + 1", [])?))
        .unwrap();
    kept.close_blocking();
    let newer = open(&folder, [7; 16]).unwrap();
    assert_eq!(newer.read_blocking(|c| Ok::<_, Error>(corpus(c)?.segments.len())).unwrap(), 0);
    newer.write_blocking(|c| add(c, &[document(1, &["tide"])])).unwrap();
    newer.close_blocking();
    let other = open(&folder, [8; 16]).unwrap();
    assert_eq!(other.read_blocking(|c| Ok::<_, Error>(corpus(c)?.segments.len())).unwrap(), 0);
    other.close_blocking();
}
