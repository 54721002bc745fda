//! Our own JSON export, read as a stream: the file is never in memory as a whole.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::cleaning::Cleaning;
use super::records::{Outcome, add_conversation, add_insight, add_item, add_turn};
use super::sink::{Place, Sink};
use super::{BATCH, BATCH_BYTES};
use crate::analysis::derive::start_anew;
use crate::export::json::{
    AnalysisRecord, ConversationRecord, FORMAT, Hex, InsightRecord, ItemRecord, VERSION,
};
use crate::forgetting::marks;
use crate::history::{self, Event, StoreKey};
use crate::turn::Turn;
use crate::{ConversationId, Error};

pub(super) fn read(sink: &mut Sink<'_, '_>, path: &Path) -> Result<(), Error> {
    let file = File::open(path).map_err(|error| Error::file(path, &error))?;
    sink.meter.expect_bytes(file.metadata().map_err(|error| Error::file(path, &error))?.len());
    let file = sink.meter.counted(file);
    // Analysis would find things in the turns before the file tells what became of them.
    let _hold = sink.inner.worker.hold();
    let mut import = Import::new(sink);
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1024 * 1024, file));
    let read = json.deserialize_map(Envelope(&mut import)).and_then(|()| json.end());
    match (read, import.failure.take()) {
        (_, Some(failure)) => Err(failure),
        (Ok(()), None) => import.finish(),
        (Err(error), None) => Err(Error::WrongFormat {
            path: path.to_owned(),
            format: "json",
            detail: format!("{error}; name a file that `export --format json` wrote"),
        }),
    }
}

/// What sort of records a section has, and so what is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Conversations,
    Turns,
    Items,
    Insights,
    Nothing,
}

struct Import<'s, 'a, 'm> {
    sink: &'s mut Sink<'a, 'm>,
    /// An error of the store, which serde could only carry as a text.
    failure: Option<Error>,
    /// The marks of what was forgotten, and the keys of insights, mean the same here as in the file.
    same_key: bool,
    /// How far analysis had come when the file was written.
    analysis: Option<AnalysisRecord>,
    /// How many turns were added.
    turns: i64,
    /// Conversations of the file that are here under another id.
    renamed: HashMap<ConversationId, ConversationId>,
    /// In a dry run, the file's conversations: they are not in the store when their turns come.
    unstored: HashMap<ConversationId, ConversationRecord>,
    /// The conversations that turns were added to.
    filled: HashSet<ConversationId>,
    cleaning: Cleaning,
}

struct Envelope<'i, 's, 'a, 'm>(&'i mut Import<'s, 'a, 'm>);

impl<'de> Visitor<'de> for Envelope<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an export of Ambient Insights")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let import = self.0;
        let (mut format, mut version) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "format" => format = Some(map.next_value::<String>()?),
                "version" => version = Some(map.next_value::<u32>()?),
                _ => {
                    if format.as_deref() != Some(FORMAT) {
                        return Err(A::Error::custom(
                            "it does not begin with \"format\":\"ambient-insights\"",
                        ));
                    }
                    match version {
                        Some(VERSION) => section(import, &key, &mut map)?,
                        Some(newer) if newer > VERSION => {
                            return Err(A::Error::custom(format!(
                                "it has version {newer} and this program reads up to {VERSION}: install the \
                                 newer program"
                            )));
                        }
                        _ => return Err(A::Error::custom("its version is missing")),
                    }
                }
            }
        }
        if format.as_deref() == Some(FORMAT) {
            Ok(())
        } else {
            Err(A::Error::custom("\"format\" is missing"))
        }
    }
}

fn section<'de, A: MapAccess<'de>>(
    import: &mut Import<'_, '_, '_>,
    key: &str,
    map: &mut A,
) -> Result<(), A::Error> {
    match key {
        "store_key" => {
            let key: Hex = map.next_value()?;
            let adopted = import.adopt_key(&key);
            import.keep_failure::<A::Error, _>(adopted)
        }
        "analysis" => map.next_value().map(|analysis| import.analysis = Some(analysis)),
        "conversations" => map.next_value_seed(Rows {
            import,
            name: "conversations",
            counts: Counted::Conversations,
            write: Import::conversations,
        }),
        "turns" => {
            map.next_value_seed(Rows { import, name: "turns", counts: Counted::Turns, write: Import::turns })
        }
        "items" => {
            map.next_value_seed(Rows { import, name: "items", counts: Counted::Items, write: Import::items })
        }
        "insights" => map.next_value_seed(Rows {
            import,
            name: "insights",
            counts: Counted::Insights,
            write: Import::insights,
        }),
        "history" => map.next_value_seed(Rows {
            import,
            name: "history",
            counts: Counted::Nothing,
            write: Import::history,
        }),
        "forgotten" => map.next_value_seed(Rows {
            import,
            name: "forgotten",
            counts: Counted::Nothing,
            write: Import::forgotten,
        }),
        _ => map.next_value::<IgnoredAny>().map(drop),
    }
}

/// The records of an array, handed on in batches; one that can not be read is told and left out.
struct Rows<'i, 's, 'a, 'm, T> {
    import: &'i mut Import<'s, 'a, 'm>,
    name: &'static str,
    counts: Counted,
    write: fn(&mut Import<'s, 'a, 'm>, Vec<T>) -> Result<(), Error>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Rows<'_, '_, '_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Rows<'_, '_, '_, '_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the list {:?}", self.name)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut batch = Vec::new();
        let (mut number, mut bytes) = (0_u64, 0_usize);
        while let Some(raw) = seq.next_element::<Box<RawValue>>()? {
            number += 1;
            let counted = self.import.sink.meter.add(u64::from(self.counts != Counted::Nothing));
            self.import.keep_failure::<A::Error, _>(counted)?;
            bytes += raw.get().len();
            match serde_json::from_str(raw.get()) {
                Ok(record) => batch.push(record),
                Err(error) => {
                    let place = Place::at(format!("{}[{}]", self.name, number - 1));
                    self.import.sink.skip(place, format!("record {number} of {}: {error}", self.name));
                }
            }
            if batch.len() >= BATCH || bytes >= BATCH_BYTES {
                bytes = 0;
                let written = (self.write)(self.import, std::mem::take(&mut batch));
                self.import.keep_failure::<A::Error, _>(written)?;
            }
        }
        let written = (self.write)(self.import, batch);
        self.import.keep_failure(written)
    }
}

impl<'s, 'a, 'm> Import<'s, 'a, 'm> {
    fn new(sink: &'s mut Sink<'a, 'm>) -> Self {
        let cleaning = Cleaning::new(sink.inner.redaction());
        Self {
            sink,
            cleaning,
            failure: None,
            same_key: false,
            analysis: None,
            turns: 0,
            renamed: HashMap::new(),
            unstored: HashMap::new(),
            filled: HashSet::new(),
        }
    }

    fn keep_failure<E: serde::de::Error, T>(&mut self, result: Result<T, Error>) -> Result<(), E> {
        result.map(drop).map_err(|failure| {
            let told = E::custom(&failure);
            self.failure = Some(failure);
            told
        })
    }

    /// Counts what each record of a batch came to; gives how many were added.
    fn tell(&mut self, outcomes: Vec<Outcome>) -> u64 {
        let mut added = 0;
        for outcome in outcomes {
            match outcome {
                Outcome::Added => added += 1,
                Outcome::Known => self.sink.report.duplicates += 1,
                Outcome::Bad(why) => self.sink.skip(Place::default(), why),
            }
        }
        self.sink.report.imported += added;
        added
    }

    /// An empty store takes over the file's key, so that what was forgotten stays forgotten.
    fn adopt_key(&mut self, key: &Hex) -> Result<(), Error> {
        let Ok(key) = <[u8; 32]>::try_from(key.0.as_slice()) else { return Ok(()) };
        self.same_key = self.sink.write(move |connection| {
            let is_used: bool = connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM turn) OR EXISTS (SELECT 1 FROM item) OR EXISTS (SELECT 1 FROM \
                 insight) OR EXISTS (SELECT 1 FROM history) OR EXISTS (SELECT 1 FROM forgotten)",
                [],
                |row| row.get(0),
            )?;
            if !is_used {
                connection.execute("UPDATE store SET key = ?1", [key])?;
            }
            Ok(StoreKey::read(connection)?.0 == key)
        })?;
        Ok(())
    }

    /// Says what analysis still has to do. Where an empty store took over a whole one, its findings came with it, and
    /// the turns are read again only for the conclusions over time. What other rules had found is found anew.
    fn finish(self) -> Result<(), Error> {
        self.sink.report.conversations = self.filled.len() as u64;
        if self.sink.report.dry_run {
            return Ok(());
        }
        let version = self.sink.inner.analyzer.version();
        // A conversation came without turns where all of them were forgotten here.
        self.sink.write(|connection| {
            connection.execute("DELETE FROM conversation WHERE turn_count = 0", [])?;
            Ok(())
        })?;
        match self.analysis {
            Some(AnalysisRecord { version: found, complete: true }) if found == version => {
                let turns = self.turns;
                self.sink.write(move |connection| {
                    // Only if no other turn came before or between: a client may be logging right now.
                    connection.execute(
                        "UPDATE store SET found_seq = (SELECT max(seq) FROM turn) \
                         WHERE analysed_seq = 0 AND (SELECT count(*) FROM turn) = ?1 AND ?1 > 0",
                        [turns],
                    )?;
                    Ok(())
                })?;
            }
            Some(AnalysisRecord { version: found, .. })
                if found != version && self.sink.report.imported > 0 =>
            {
                self.sink.write(move |connection| start_anew(connection, version))?;
                self.sink.inner.worker.restarted();
            }
            _ => {}
        }
        Ok(())
    }

    fn conversations(&mut self, batch: Vec<ConversationRecord>) -> Result<(), Error> {
        if self.sink.report.dry_run {
            self.unstored.extend(batch.iter().map(|conversation| (conversation.id, conversation.clone())));
        }
        let renamed = self.sink.write(move |connection| {
            let mut renamed = Vec::new();
            for conversation in batch {
                renamed.extend(add_conversation(connection, &conversation)?);
            }
            Ok(renamed)
        })?;
        self.renamed.extend(renamed);
        Ok(())
    }

    fn turns(&mut self, mut batch: Vec<Turn>) -> Result<(), Error> {
        batch.retain_mut(|turn| match self.cleaning.turn(turn) {
            Ok(()) => true,
            Err(error) => {
                self.sink.skip(Place::default(), format!("turn {}: {error}", turn.id));
                false
            }
        });
        for turn in &mut batch {
            if let Some(here) = self.renamed.get(&turn.conversation_id) {
                turn.conversation_id = *here;
            }
        }
        let unstored: Vec<ConversationRecord> = {
            let mut wanted = HashSet::new();
            batch
                .iter()
                .filter(|turn| wanted.insert(turn.conversation_id))
                .filter_map(|turn| self.unstored.get(&turn.conversation_id).cloned())
                .collect()
        };
        let conversations: Vec<ConversationId> = batch.iter().map(|turn| turn.conversation_id).collect();
        let outcomes: Vec<Outcome> = self.sink.write(move |connection| {
            for conversation in &unstored {
                add_conversation(connection, conversation)?;
            }
            batch.iter().map(|turn| add_turn(connection, turn)).collect()
        })?;
        for (outcome, conversation) in outcomes.iter().zip(conversations) {
            if matches!(outcome, Outcome::Added) {
                self.filled.insert(conversation);
            }
        }
        let added = self.tell(outcomes);
        self.sink.report.turns += added;
        self.turns += i64::try_from(added).unwrap_or(0);
        Ok(())
    }

    fn items(&mut self, mut batch: Vec<ItemRecord>) -> Result<(), Error> {
        for record in &mut batch {
            self.cleaning.item(record);
        }
        let outcomes = self
            .sink
            .write(move |connection| batch.into_iter().map(|item| add_item(connection, item)).collect())?;
        let added = self.tell(outcomes);
        self.sink.report.items += added;
        Ok(())
    }

    fn insights(&mut self, mut batch: Vec<InsightRecord>) -> Result<(), Error> {
        for record in &mut batch {
            self.cleaning.insight(record);
        }
        let same_key = self.same_key;
        let outcomes = self.sink.write(move |connection| {
            let key = StoreKey::read(connection)?;
            batch
                .into_iter()
                .map(|record| add_insight(connection, record, same_key.then_some(key), key))
                .collect()
        })?;
        let added = self.tell(outcomes);
        self.sink.report.insights += added;
        Ok(())
    }

    fn history(&mut self, mut batch: Vec<Event>) -> Result<(), Error> {
        for event in &mut batch {
            self.cleaning.event(event);
        }
        self.sink.write(move |connection| {
            let key = StoreKey::read(connection)?;
            for event in batch {
                if !history::is_forgotten(connection, marks::of_thing(key, event.subject))? {
                    history::restore(connection, &event)?;
                }
            }
            Ok(())
        })
    }

    fn forgotten(&mut self, batch: Vec<Hex>) -> Result<(), Error> {
        if !self.same_key {
            if !batch.is_empty() {
                self.sink.skip(
                    Place::default(),
                    format!(
                        "{} of what was removed cannot be read with this store's key; remove those things here too",
                        crate::counted(batch.len() as u64, "mark")
                    ),
                );
            }
            return Ok(());
        }
        self.sink.write(move |connection| {
            for mark in batch.into_iter().filter_map(|Hex(mark)| <[u8; 16]>::try_from(mark).ok()) {
                history::forget(connection, mark)?;
            }
            Ok(())
        })
    }
}
