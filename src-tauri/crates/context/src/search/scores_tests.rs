use std::collections::BTreeSet;

use clock::{Random as _, SeededRandom};
use database::Database;
use proptest::prelude::*;

use super::*;
use crate::search::FoundKind;
use crate::search::document::{Kind, NewDocument};
use crate::search::index::{self, Progress, Step};
use crate::search::lists::corpus;

/// Documents whose n-th word is in about every n-th of them, so that lists of every length and form come up.
struct Made {
    database: Database,
    documents: Vec<NewDocument>,
    _directory: tempfile::TempDir,
}

const WORDS: u64 = 40;

fn below(random: &SeededRandom, end: u64) -> u64 {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    u64::from_le_bytes(bytes) % end
}

fn made(seed: u64, steps: &[usize], removed: usize) -> Made {
    let directory = tempfile::tempdir().unwrap();
    let database = index::open(&directory.path().join("context.search"), [7; 16]).unwrap();
    let random = SeededRandom::new(seed);
    let mut documents = Vec::new();
    for size in steps {
        let first = documents.len();
        for seq in first..first + size {
            let mut terms: Vec<(String, usize)> = Vec::new();
            for word in 0..WORDS {
                if below(&random, word + 1) == 0 {
                    terms.push((format!("w{word}"), 1 + usize::try_from(below(&random, 9)).unwrap()));
                }
            }
            if below(&random, 4) == 0 {
                terms.push(("@w3".to_owned(), 1));
            }
            documents.push(NewDocument {
                kind: Kind::Turn,
                seq: i64::try_from(seq).unwrap(),
                sort: FoundKind::Turn,
                conversation: Some(1),
                author: 1,
                occurred_at: 1,
                terms,
                length: 1 + usize::try_from(below(&random, 300)).unwrap(),
            });
        }
        let step =
            Step { stale: Vec::new(), documents: documents[first..].to_vec(), progress: Progress::default() };
        database.write_blocking(move |connection| index::apply(connection, &step)).unwrap();
    }
    let last = u64::try_from(documents.len()).unwrap();
    let gone: BTreeSet<i64> = (0..removed).map(|_| i64::try_from(below(&random, last)).unwrap()).collect();
    let stale = gone.iter().map(|seq| (Kind::Turn, *seq)).collect();
    let step = Step { stale, documents: Vec::new(), progress: Progress::default() };
    database.write_blocking(move |connection| index::apply(connection, &step)).unwrap();
    while database.write_blocking(index::sweep_one).unwrap() {}
    for document in documents.iter_mut().filter(|document| gone.contains(&document.seq)) {
        document.terms.clear();
    }
    Made { database, documents, _directory: directory }
}

impl Made {
    fn with<T>(&self, question: &str, look: impl FnOnce(&Scores) -> Result<T, Error>) -> T {
        let question = Question::read(question);
        self.database
            .read_blocking(|connection| look(&Scores::read(connection, &corpus(connection)?, &question)?))
            .unwrap()
    }

    /// What every document has of the question, added up word by word from the documents themselves. The number of
    /// a document is one more than its place.
    fn slots(&self, question: &str, scores: &Scores) -> Vec<(u32, u32)> {
        let asked = Question::read(question);
        let known: BTreeSet<&str> =
            self.documents.iter().flat_map(|document| &document.terms).map(|(term, _)| &**term).collect();
        let of = |document: &NewDocument| {
            let (mut score, mut words) = (0, 0);
            let mut terms = scores.terms.iter();
            for (index, word) in asked.words.iter().enumerate() {
                for name in word.terms.iter().chain(&word.date).filter(|name| known.contains(&***name)) {
                    let term = terms.next().unwrap();
                    if let Some((_, count)) = document.terms.iter().find(|(known, _)| known == name) {
                        score += term.impact(Weight::new(*count, document.length));
                        words |= 1 << index;
                    }
                }
                if document.terms.iter().any(|(term, _)| *term == word.speaker) {
                    words |= SPEAKS;
                }
            }
            (score, words)
        };
        self.documents.iter().map(of).collect()
    }
}

fn questions() -> impl Strategy<Value = String> {
    prop::collection::vec(0..WORDS + 2, 1..7)
        .prop_map(|words| words.iter().map(|word| format!("w{word}")).collect::<Vec<_>>().join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn the_best_the_fullest_and_every_slot_are_what_adding_everything_up_gives(
        seed: u64,
        steps in prop::collection::vec(1_usize..300, 1..6),
        removed in 0_usize..60,
        asked in prop::collection::vec((questions(), 1_usize..60, 1_usize..4), 8),
    ) {
        let made = made(seed, &steps, removed);
        for (question, most, every) in asked {
            let may = |number: usize| number % every == 0;
            let mut allowed = Allowed::none(made.documents.len() + 1);
            for number in (0..=made.documents.len()).filter(|number| may(*number)) {
                allowed.add(number);
            }
            made.with(&question, |scores| {
                let slots = made.slots(&question, scores);
                let mut sorted: Vec<(u32, usize)> =
                    slots.iter().enumerate().map(|(place, (score, _))| (*score, place + 1)).collect();
                sorted.retain(|(score, number)| *score > 0 && may(*number));
                sorted.sort_unstable_by_key(|key| Reverse(*key));
                sorted.truncate(most);
                let best: Vec<usize> = sorted.iter().map(|(_, number)| *number).collect();
                assert_eq!(scores.best(Some(&allowed), most)?, best, "{question}");

                let held = |place: usize| (slots[place].1 & !SPEAKS).count_ones();
                let numbers = || (0..slots.len()).filter(|place| may(place + 1));
                let fullest = numbers().map(held).max().unwrap_or(0).max(1);
                let full: Vec<usize> =
                    numbers().filter(|place| held(*place) == fullest).map(|place| place + 1).collect();
                assert_eq!(scores.fullest(Some(&allowed))?, full, "{question}");

                let found = scores.slots(1..=slots.len())?;
                for (place, (score, words)) in slots.iter().enumerate() {
                    let expected = Slot { score: rough((*score).into()) / UNIT, words: *words };
                    assert_eq!(found[&(place + 1)], expected, "{question}");
                }
                Ok(())
            });
        }
    }
}

#[test]
fn of_equal_documents_the_newer_are_the_better_in_every_segment() {
    let directory = tempfile::tempdir().unwrap();
    let database = index::open(&directory.path().join("context.search"), [7; 16]).unwrap();
    for start in [0, 500, 1000] {
        let documents = (start..start + 500).map(|seq| NewDocument {
            kind: Kind::Turn,
            seq,
            sort: FoundKind::Turn,
            conversation: None,
            author: 1,
            occurred_at: 1,
            terms: if seq % 2 == 0 { vec![("even".to_owned(), 1)] } else { vec![("odd".to_owned(), 1)] },
            length: 1,
        });
        let step = Step { stale: Vec::new(), documents: documents.collect(), progress: Progress::default() };
        database.write_blocking(move |connection| index::apply(connection, &step)).unwrap();
    }
    let found = database
        .read_blocking(|connection| {
            Scores::read(connection, &corpus(connection)?, &Question::read("even"))?.best(None, 600)
        })
        .unwrap();
    assert_eq!(found, (151..=750).rev().map(|half| half * 2 - 1).collect::<Vec<usize>>());
}
