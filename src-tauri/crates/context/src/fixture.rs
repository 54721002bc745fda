//! A store in a folder of its own, with a clock that stands still: for the tests of this crate.

use std::path::Path;
use std::sync::Arc;

use clock::{ManualClock, SeededRandom};

use crate::state::{ItemKind, ItemState};
use crate::{
    Added, Author, Context, ConversationId, Error, ExportFilter, ExportFormat, ExportParts, ExportRequest,
    Item, ItemChange, ItemId, ItemQuery, LogOutcome, NewItem, NewTurn, TurnId,
};

pub(crate) struct Fixture {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) clock: ManualClock,
    pub(crate) context: Context,
}

pub(crate) fn client(name: &str) -> Author {
    Author::Client { client_id: name.to_owned(), client_name: name.to_uppercase() }
}

pub(crate) fn turn(user_message: &str) -> NewTurn {
    NewTurn {
        user_message: user_message.to_owned(),
        assistant_response: "Certainly.".to_owned(),
        ..NewTurn::default()
    }
}

pub(crate) fn in_conversation(key: &str, user_message: &str) -> NewTurn {
    NewTurn { conversation: Some(key.to_owned()), ..turn(user_message) }
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::seeded(1)
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = ManualClock::default();
        let context = open(directory.path(), &clock, seed);
        Self { directory, clock, context }
    }

    pub(crate) fn clock_now(&self) -> clock::Timestamp {
        clock::Clock::now(&self.clock)
    }

    /// A store whose turns say what is written in them (see `analysis/scripted.rs`).
    pub(crate) fn scripted() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = ManualClock::default();
        let context = open_scripted(directory.path(), &clock, 1);
        Self { directory, clock, context }
    }

    pub(crate) async fn log(&self, turn: NewTurn) -> (TurnId, ConversationId) {
        match self.context.log_turn(turn, client("claude")).await.unwrap() {
            LogOutcome::Stored { turn_id, conversation_id } => (turn_id, conversation_id),
            LogOutcome::Duplicate { turn_id } => panic!("a duplicate of {turn_id}"),
            refused => panic!("it was not stored: {refused:?}"),
        }
    }

    pub(crate) async fn find(&self, kind: ItemKind, name: &str) -> Option<Item> {
        self.context.analysis_settled().await;
        let mut found = Vec::new();
        for state in ItemState::ALL {
            let query = ItemQuery { kind: Some(kind), state: Some(*state), limit: 1000 };
            found.extend(self.context.items(query).await.unwrap());
        }
        found.into_iter().find(|item| item.name == name)
    }

    pub(crate) async fn add(&self, kind: ItemKind, name: &str, author: Author) -> Added {
        self.context.add_item(NewItem { kind, name: name.to_owned(), value: None }, author).await.unwrap()
    }

    pub(crate) async fn state(&self, id: ItemId, state: ItemState, author: Author) -> Result<Item, Error> {
        let change = ItemChange { state: Some(state), ..ItemChange::default() };
        self.context.update_item(id, change, author).await
    }

    pub(crate) async fn exported(&self, name: &str) -> String {
        let output = self.directory.path().join(name);
        let format = ExportFormat::Json;
        let request = ExportRequest {
            format,
            output: output.clone(),
            overwrite: true,
            parts: ExportParts::ALL,
            filter: ExportFilter::default(),
        };
        self.context.export(request).await.unwrap();
        std::fs::read_to_string(output).unwrap()
    }
}

/// The files that hold this word, in any of the ways that a text may stand in them.
pub(crate) fn files_with(folder: &Path, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, word));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
        let word = word.to_lowercase();
        if bytes.windows(word.len()).any(|window| window == word.as_bytes()) {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found
}

pub(crate) fn open(directory: &Path, clock: &ManualClock, seed: u64) -> Context {
    let random = Arc::new(SeededRandom::new(seed));
    Context::open(&directory.join("context.db"), Arc::new(clock.clone()), random).unwrap()
}

pub(crate) fn open_scripted(directory: &Path, clock: &ManualClock, seed: u64) -> Context {
    let random = Arc::new(SeededRandom::new(seed));
    let analyzer = Arc::new(crate::analysis::scripted::Scripted);
    Context::open_with(&directory.join("context.db"), Arc::new(clock.clone()), random, analyzer).unwrap()
}
