//! Search at a million turns: as long as a person does not notice, beside a bare scan of the same texts in memory.

use std::io::{BufWriter, Write as _};
use std::path::Path;

use serde_json::json;
use tokio::time::Instant;

use crate::load::{as_float, call_often, milliseconds};
use crate::report::{self, Report};
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::connect;
use crate::support::program::{Home, Serve};

/// A smaller number tries the benchmark itself out.
const TURNS: &str = "AMBIENT_INSIGHTS_BENCH_TURNS";
const QUESTIONS: usize = 400;
/// How many different words there are; the n-th is about n times as rare as the first, as in any language.
const VOCABULARY: usize = 60_000;
const WORDS_A_TURN: usize = 28;
/// Between two looks at work in the background.
const LOOK: std::time::Duration = std::time::Duration::from_millis(500);

pub(crate) async fn run(report: &mut Report) {
    let turns = std::env::var(TURNS).ok().and_then(|turns| turns.parse().ok()).unwrap_or(1_000_000);
    report::title(&format!("Search at {turns} turns, one question after the other"));
    let home = Home::new();
    let file = home.file("turns.jsonl");
    let mut chance = Chance(7);
    let texts = write_turns(&file, turns, &mut chance).expect("the turns can be written");
    let start = Instant::now();
    let mut import =
        home.command(["import".as_ref(), file.as_os_str(), "--format".as_ref(), "turns".as_ref()]);
    let output = import.output().await.expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let _ = std::fs::remove_file(&file);
    report.at_least("turns imported a second", as_float(turns) / start.elapsed().as_secs_f64(), 10_000.0, "");

    let server = home.serve_with(&Serve::unlimited()).await;
    let (_, tokens) = connect(&server, "Benchmark", None).await;
    let mut client = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    let start = Instant::now();
    until_indexed(&mut client).await;
    report::line(&format!("indexed {:.1} s after the program was ready", start.elapsed().as_secs_f64()));
    until_analysed(&home).await;
    report::line(&format!("analysed {:.1} s after the program was ready", start.elapsed().as_secs_f64()));

    let questions: Vec<String> = (0..QUESTIONS).map(|_| question(&mut chance)).collect();
    let start = Instant::now();
    let mut met = 0;
    for question in questions.iter().take(5) {
        let words: Vec<&str> = question.split(' ').collect();
        met += texts.iter().filter(|text| words.iter().any(|word| text.contains(word))).count();
    }
    let scan = start.elapsed().as_secs_f64() * 1000.0 / 5.0;
    report::line(&format!("a bare scan in memory, unranked: {scan:.0} ms a question ({met} texts met)"));
    drop(texts);

    call_often(&mut client, "search", &json!({ "query": questions[0] }), 20).await;
    let mut latencies = Vec::with_capacity(QUESTIONS);
    for question in &questions {
        let figures = call_often(&mut client, "search", &json!({ "query": question }), 1).await;
        latencies.push(milliseconds(figures.percentile(1.0)));
    }
    latencies.sort_by(f64::total_cmp);
    report.at_most("ranked search, p50", latencies[QUESTIONS / 2], 10.0, " ms");
    report.at_most("ranked search, p99", latencies[QUESTIONS * 99 / 100], 50.0, " ms");
    report.at_least("times faster than the scan", scan / latencies[QUESTIONS / 2], 10.0, "");
    for (tool, arguments) in [("get_user_context", json!({})), ("get_recent_insights", json!({"limit": 5}))] {
        call_often(&mut client, tool, &arguments, 50).await;
        let figures = call_often(&mut client, tool, &arguments, 500).await;
        report.at_most(&format!("{tool}, p99"), milliseconds(figures.percentile(0.99)), 5.0, " ms");
    }
}

/// Asks until an answer says nothing of turns that are not in the index yet.
pub(crate) async fn until_indexed(client: &mut McpClient) {
    while !client.call("search", json!({ "query": word(500) })).await.content["note"].is_null() {
        tokio::time::sleep(LOOK).await;
    }
}

/// Analysis takes its time behind everything else. What is measured is what comes after a long import or a burst, not
/// during it.
pub(crate) async fn until_analysed(home: &Home) {
    let store = home.data().join("context.db");
    let store = rusqlite::Connection::open_with_flags(store, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
        .expect("the store is there");
    let is_through = || {
        let sql = "SELECT analysed_seq >= (SELECT max(seq) FROM turn) AND concluded >= grounds FROM store";
        store.query_row(sql, [], |row| row.get::<_, bool>(0)).expect("the store can be read")
    };
    while !is_through() {
        tokio::time::sleep(LOOK).await;
    }
}

/// Numbers that look like chance and are the same every time (xorshift).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap_or(1)).unwrap_or(0)
    }

    /// The rank of a word: every doubling of the rank is as likely as the one before (Zipf's law).
    pub(crate) fn rank(&mut self) -> usize {
        let octave = self.below(16);
        (1_usize << octave) + self.below(1 << octave)
    }
}

/// The word of that rank: syllables, so that stemming has something to do.
pub(crate) fn word(rank: usize) -> String {
    const SYLLABLES: [&str; 16] = [
        "ba", "con", "der", "fil", "go", "han", "ki", "lor", "men", "nu", "pra", "qui", "ros", "ta", "vel",
        "zu",
    ];
    let (mut rest, mut word) = (rank % VOCABULARY + 16, String::new());
    while rest > 0 {
        word.push_str(SYLLABLES[rest % 16]);
        rest /= 16;
    }
    word
}

/// Three to six words, none of the very commonest: those are small words in any language, and dropped.
fn question(chance: &mut Chance) -> String {
    let count = 3 + chance.below(4);
    let words: Vec<String> = (0..count)
        .map(|_| {
            let mut rank = chance.rank();
            while rank < 64 {
                rank = chance.rank();
            }
            word(rank)
        })
        .collect();
    words.join(" ")
}

fn write_turns(file: &Path, turns: usize, chance: &mut Chance) -> std::io::Result<Vec<String>> {
    let mut output = BufWriter::new(std::fs::File::create(file)?);
    let mut texts = Vec::with_capacity(turns);
    for number in 0..turns {
        let words: Vec<String> = (0..WORDS_A_TURN).map(|_| word(chance.rank())).collect();
        let (said, answered) = words.split_at(WORDS_A_TURN / 2);
        let turn = json!({
            "id": format!("turn-{number}"),
            "conversation": format!("conversation-{}", number / 20),
            "user_message": said.join(" "),
            "assistant_response": answered.join(" "),
        });
        writeln!(output, "{turn}")?;
        texts.push(words.join(" "));
    }
    output.flush()?;
    Ok(texts)
}
