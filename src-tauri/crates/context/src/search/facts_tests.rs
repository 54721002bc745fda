use std::collections::BTreeSet;

use database::Database;
use proptest::prelude::*;

use super::*;
use crate::search::FoundKind;
use crate::search::document::Kind;
use crate::search::index::{self, Progress, Step};

const SORTS: [FoundKind; 3] = [FoundKind::Turn, FoundKind::Insight, FoundKind::Goal];

fn document(seq: usize, time: i64, author: i64, sort: FoundKind) -> NewDocument {
    NewDocument {
        kind: Kind::Turn,
        seq: i64::try_from(seq).unwrap(),
        sort,
        conversation: None,
        author,
        occurred_at: time,
        terms: vec![("tide".to_owned(), 1)],
        length: 1,
    }
}

fn apply(database: &Database, documents: Vec<NewDocument>, stale: Vec<(Kind, i64)>) {
    let step = Step { stale, documents, progress: Progress::default() };
    database.write_blocking(move |connection| index::apply(connection, &step)).unwrap();
}

fn index() -> (tempfile::TempDir, Database) {
    let directory = tempfile::tempdir().unwrap();
    let database = index::open(&directory.path().join("context.search"), [7; 16]).unwrap();
    (directory, database)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_filter_takes_in_what_a_look_at_every_document_takes_in(
        // Stretches of documents: how many, of how many authors and kinds, and how their times move.
        stretches in prop::collection::vec((1_usize..900, 1_i64..3, 1_usize..3, -3_i64..9), 1..4),
        removed in prop::collection::btree_set(0_usize..1200, 0..40),
        filters in prop::collection::vec((
            prop::option::of(0_i64..4), prop::collection::btree_set(0_usize..3, 0..3),
            prop::option::of(-900_i64..6000), prop::option::of(-900_i64..6000),
        ), 12),
    ) {
        let (_directory, database) = index();
        let (mut documents, mut time) = (Vec::new(), 0);
        for (count, authors, sorts, pace) in stretches {
            let first = documents.len();
            for seq in first..first + count {
                time += pace;
                let author = 1 + i64::try_from(seq).unwrap() % authors;
                documents.push(document(seq, time, author, SORTS[seq / 7 % sorts]));
            }
            apply(&database, documents[first..].to_vec(), Vec::new());
        }
        let gone: BTreeSet<usize> = removed.into_iter().filter(|seq| *seq < documents.len()).collect();
        apply(&database, Vec::new(), gone.iter().map(|seq| (Kind::Turn, i64::try_from(*seq).unwrap())).collect());
        while database.write_blocking(index::sweep_one).unwrap() {}
        for (author, kinds, from, to) in filters {
            let filter = Filter {
                kinds: kinds.into_iter().map(|kind| SORTS[kind]).collect(),
                authors: author.map(|author| vec![author]),
                conversation: None,
                from,
                to,
            };
            let takes_in = |document: &NewDocument| {
                (filter.kinds.is_empty() || filter.kinds.contains(&document.sort))
                    && author.is_none_or(|author| author == document.author)
                    && from.is_none_or(|from| document.occurred_at >= from)
                    && to.is_none_or(|to| document.occurred_at < to)
            };
            let last = documents.len();
            let allowed = database.read_blocking(|connection| allowed(connection, &filter, last)).unwrap();
            for (seq, document) in documents.iter().enumerate().filter(|(seq, _)| !gone.contains(seq)) {
                prop_assert_eq!(allowed.has(seq + 1), takes_in(document), "document {} and {:?}", seq, &filter);
            }
            let newest = database
                .read_blocking(|connection| filter.newest(connection, Some(&allowed), 30, |number| number % 2 == 0))
                .unwrap();
            let mut expected: Vec<(i64, usize)> = documents
                .iter()
                .enumerate()
                .filter(|(seq, document)| !gone.contains(seq) && takes_in(document) && (seq + 1) % 2 == 0)
                .map(|(seq, document)| (document.occurred_at, seq + 1))
                .collect();
            expected.sort_unstable_by_key(|key| std::cmp::Reverse(*key));
            expected.truncate(30);
            let newest: Vec<(i64, usize)> = newest.iter().map(|row| (row.occurred_at, row.number)).collect();
            prop_assert_eq!(newest, expected, "{:?}", &filter);
        }
    }
}

#[test]
fn when_a_removed_document_happened_is_not_kept() {
    let (_directory, database) = index();
    apply(&database, (0..600).map(|seq| document(seq, 5, 1, FoundKind::Turn)).collect(), Vec::new());
    apply(&database, Vec::new(), (0..600).map(|seq| (Kind::Turn, seq)).collect());
    while database.write_blocking(index::sweep_one).unwrap() {}
    let left: i64 = database
        .read_blocking(|c| Ok::<_, Error>(c.query_row("SELECT count(*) FROM fact", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn facts_that_do_not_fit_together_are_damage() {
    let (_directory, database) = index();
    apply(
        &database,
        (0..9).map(|seq| document(seq, 5, i64::try_from(seq).unwrap(), FoundKind::Turn)).collect(),
        Vec::new(),
    );
    let spoilt =
        database.write_blocking(|c| Ok::<_, Error>(c.execute("UPDATE fact SET authors = x'01'", [])?));
    assert_eq!(spoilt.unwrap(), 1);
    let filter = Filter { authors: Some(vec![1]), ..Filter::default() };
    let error = database.read_blocking(|connection| allowed(connection, &filter, 9)).unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
}
