//! A store with a long history, and somebody who goes on talking meanwhile.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use clock::{OsRandom, SystemClock};
use context::{
    Analyzer, Author, Context, CueAnalyzer, Findings, ImportFormat, ImportRequest, LogOutcome, NewTurn,
    SearchQuery, TurnText,
};
use serde_json::json;
use tokio::time::Instant;

use crate::line;
use crate::talk::{Chance, answer, message};

/// A smaller or larger number of turns than usual.
const TURNS: &str = "AMBIENT_INSIGHTS_BENCH_TURNS";

/// How many turns the history has.
pub(crate) fn turns() -> usize {
    std::env::var(TURNS).ok().and_then(|turns| turns.parse().ok()).unwrap_or(50_000)
}

/// The rules that find nothing: what is left is the cost of keeping turns.
#[derive(Debug)]
pub(crate) struct Deaf;

impl Analyzer for Deaf {
    fn version(&self) -> u32 {
        u32::MAX
    }

    fn analyze(&self, _: TurnText<'_>) -> Findings {
        Findings::default()
    }
}

/// A folder that goes with its end.
pub(crate) struct Store {
    folder: tempfile::TempDir,
}

impl Store {
    pub(crate) fn new() -> Self {
        // Beside what is built, and not where temporary files may be in memory: a commit is to reach a disk.
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        Self { folder: tempfile::tempdir_in(folder).expect("a folder can be made") }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("context.db")
    }

    pub(crate) fn open(&self) -> Context {
        self.open_with(Arc::new(CueAnalyzer))
    }

    pub(crate) fn open_with(&self, analyzer: Arc<dyn Analyzer>) -> Context {
        Context::open_with(&self.path(), Arc::new(SystemClock), Arc::new(OsRandom), analyzer)
            .expect("the store opens")
    }

    /// Brings the made-up history in; gives the seconds that took.
    pub(crate) async fn fill(&self, context: &Context, turns: usize) -> f64 {
        let file = self.folder.path().join("turns.jsonl");
        write_history(&file, turns);
        let request =
            ImportRequest { format: Some(ImportFormat::Turns), input: file.clone(), dry_run: false };
        let start = Instant::now();
        let report = context.import(request).await.expect("the history comes in");
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(usize::try_from(report.turns), Ok(turns), "{report:?}");
        std::fs::remove_file(file).expect("the file can go");
        seconds
    }

    /// How large its files are.
    pub(crate) fn megabytes(&self) -> u64 {
        let entries = std::fs::read_dir(self.folder.path()).expect("the folder is there");
        entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|file| file.len()).sum::<u64>() >> 20
    }
}

/// Conversations of about twenty turns, one turn every three minutes, the last of them an hour ago.
fn write_history(file: &Path, turns: usize) {
    let mut out = BufWriter::new(std::fs::File::create(file).expect("the file can be made"));
    let mut chance = Chance::new(7);
    let now = clock::Clock::now(&SystemClock);
    for number in 0..turns {
        let before = Duration::from_secs(3600 + 180 * (turns - number) as u64);
        let turn = json!({
            "id": format!("t{number}"),
            "conversation": format!("c{}", number / 20),
            "user_message": message(&mut chance, number),
            "assistant_response": answer(&mut chance),
            "occurred_at": now.minus(before),
        });
        writeln!(out, "{turn}").expect("the file can be written");
    }
}

/// Waits until nothing is left to be indexed.
pub(crate) async fn indexed(context: &Context) {
    loop {
        let query = SearchQuery { text: "harbour".to_owned(), ..SearchQuery::default() };
        if context.search(query).await.is_ok_and(|answer| !answer.incomplete) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// How long turns waited until they were on the disk.
pub(crate) struct Waits(Vec<Duration>);

impl Waits {
    pub(crate) fn milliseconds(&self, share: usize) -> f64 {
        let index = self.0.len().saturating_sub(1) * share / 100;
        self.0.get(index).copied().unwrap_or_default().as_secs_f64() * 1000.0
    }

    pub(crate) fn shown(&self) -> String {
        format!(
            "{} turns logged: p50 {:.1} ms, p99 {:.1} ms, the longest {:.1} ms",
            self.0.len(),
            self.milliseconds(50),
            self.milliseconds(99),
            self.milliseconds(100)
        )
    }
}

/// How much was said so far.
static SAID: AtomicUsize = AtomicUsize::new(10_000_000);

/// Logs a turn every few moments until it is stopped.
pub(crate) struct Talker {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<Waits>,
}

impl Talker {
    pub(crate) fn start(context: &Context) -> Self {
        let (context, stop) = (context.clone(), Arc::new(AtomicBool::new(false)));
        let told = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            let author = Author::Client { client_id: "talker".to_owned(), client_name: "Talker".to_owned() };
            let (mut chance, mut waits) = (Chance::new(11), Vec::new());
            while !told.load(Ordering::Relaxed) {
                // No two alike, whoever talks: the same again would be taken for a retry.
                let number = SAID.fetch_add(1, Ordering::Relaxed);
                let turn = NewTurn {
                    user_message: message(&mut chance, number),
                    assistant_response: answer(&mut chance),
                    ..NewTurn::default()
                };
                let start = Instant::now();
                let outcome = context.log_turn(turn, author.clone()).await.expect("a turn is kept");
                waits.push(start.elapsed());
                assert!(matches!(outcome, LogOutcome::Stored { .. }), "{outcome:?}");
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
            waits.sort_unstable();
            Waits(waits)
        });
        Self { stop, task }
    }

    /// Shows how long turns wait while nothing else goes on.
    pub(crate) async fn alone(context: &Context) {
        let talker = Self::start(context);
        tokio::time::sleep(Duration::from_secs(3)).await;
        line(&format!("with nothing else to do, {}", talker.stop().await.shown()));
    }

    pub(crate) async fn stop(self) -> Waits {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.expect("the talker ends well")
    }
}
