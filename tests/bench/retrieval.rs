//! Retrieval: how many of a question's evidence turns are among the first that search returns, through import and
//! the tool `search` of the real program. `LoCoMo` is measured where its file is named, and a set of our own always.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::load::as_float;
use crate::report::{self, Report};
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::connect;
use crate::support::program::{Home, Serve};

/// The file of `LoCoMo`'s dialogues (`locomo10.json`); its licence keeps it out of this repository.
const LOCOMO: &str = "AMBIENT_INSIGHTS_BENCH_LOCOMO";
/// Among how many of the first hits evidence is looked for.
const DEPTHS: [usize; 3] = [5, 10, 25];
const OWN: &str = include_str!("questions.txt");

/// Conversations of some people, with questions.
#[derive(Default)]
struct Dialogue {
    /// The lines of an import.
    turns: Vec<Value>,
    /// Each question with the ids of the turns that hold its answer.
    questions: Vec<(String, BTreeSet<String>)>,
}

pub(crate) async fn run(report: &mut Report) {
    report::title("Retrieval: evidence among the first 5, 10 and 25 hits");
    let own = own();
    let (sums, asked) = measure(&[&own]).await;
    for (index, (depth, limit)) in DEPTHS.into_iter().zip([0.75, 0.85, 0.9]).enumerate() {
        report.at_least(&format!("our own set, {asked} questions, first {depth}"), sums[index], limit, "");
    }
    let Some(path) = std::env::var_os(LOCOMO) else {
        report::line("LoCoMo is not measured: name its file with --locomo PATH");
        return;
    };
    let dialogues = locomo(Path::new(&path));
    let (mut sums, mut all) = ([0.0; 3], 0);
    for dialogue in &dialogues {
        let (found, asked) = measure(&[dialogue]).await;
        for (sum, found) in sums.iter_mut().zip(found) {
            *sum += found * as_float(asked);
        }
        all += asked;
    }
    let together: Vec<&Dialogue> = dialogues.iter().collect();
    let (one_store, _) = measure(&together).await;
    // The limits: a recipe over SQLite's FTS5; beside it what the paper's dense retriever (DRAGON) reaches a dialogue.
    let dense = [0.567, 0.662, 0.767];
    for (index, (depth, limit)) in DEPTHS.into_iter().zip([0.683, 0.772, 0.850]).enumerate() {
        let what =
            format!("LoCoMo a dialogue, {all} questions, first {depth} (dense retriever {})", dense[index]);
        report.at_least(&what, sums[index] / as_float(all), limit, "");
    }
    for (index, (depth, limit)) in DEPTHS.into_iter().zip([0.629, 0.724, 0.815]).enumerate() {
        report.at_least(&format!("LoCoMo all ten in one store, first {depth}"), one_store[index], limit, "");
    }
}

/// The mean share of evidence at each depth, and how many questions were asked.
async fn measure(dialogues: &[&Dialogue]) -> ([f64; 3], usize) {
    let home = Home::new();
    let file = home.file("turns.jsonl");
    let lines: Vec<String> =
        dialogues.iter().flat_map(|dialogue| &dialogue.turns).map(Value::to_string).collect();
    std::fs::write(&file, lines.join("\n")).expect("the turns can be written");
    let mut import =
        home.command(["import".as_ref(), file.as_os_str(), "--format".as_ref(), "turns".as_ref()]);
    let output = import.output().await.expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let server = home.serve_with(&Serve::unlimited()).await;
    let (_, tokens) = connect(&server, "Benchmark", None).await;
    let mut client = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    let (mut sums, mut asked) = ([0.0; 3], 0);
    for (question, evidence) in dialogues.iter().flat_map(|dialogue| &dialogue.questions) {
        let answer =
            client.call("search", json!({ "query": question, "limit": 25, "kinds": ["turn"] })).await;
        let hits = answer.content["results"].as_array().expect("search answers with results");
        let ids: Vec<&str> = hits.iter().filter_map(|hit| hit["external_id"].as_str()).collect();
        for (sum, depth) in sums.iter_mut().zip(DEPTHS) {
            let found = evidence.iter().filter(|id| ids.iter().take(depth).any(|hit| hit == id)).count();
            *sum += as_float(found) / as_float(evidence.len());
        }
        asked += 1;
    }
    (sums.map(|sum| sum / as_float(asked)), asked)
}

fn own() -> Dialogue {
    let mut dialogue = Dialogue::default();
    let (mut name, mut day, mut number) = (String::new(), String::new(), 0);
    for line in OWN.lines().filter(|line| !line.starts_with('#')) {
        if let Some(head) = line.strip_prefix("= ") {
            let (conversation, date) = head.split_once(' ').expect("a conversation has a name and a date");
            (name, day, number) = (conversation.to_owned(), date.to_owned(), 0);
        } else if let Some(question) = line.strip_prefix("? ") {
            let (question, evidence) = question.split_once(" > ").expect("a question names its evidence");
            let evidence = evidence.split(' ').map(str::to_owned).collect();
            dialogue.questions.push((question.to_owned(), evidence));
        } else {
            number += 1;
            dialogue.turns.push(json!({
                "id": format!("{name}-{number}"),
                "conversation": name,
                "user_message": line,
                "occurred_at": format!("{day}T12:{number:02}:00Z"),
            }));
        }
    }
    dialogue
}

fn locomo(path: &Path) -> Vec<Dialogue> {
    let text = std::fs::read_to_string(path).expect("LoCoMo's file can be read");
    let samples: Vec<Value> = serde_json::from_str(&text).expect("LoCoMo's file is JSON");
    samples.iter().enumerate().map(|(index, sample)| sample_of(index, sample)).collect()
}

fn sample_of(index: usize, sample: &Value) -> Dialogue {
    let mut dialogue = Dialogue::default();
    let fields = sample["conversation"].as_object().expect("a sample has a conversation");
    let sessions: BTreeMap<usize, &Vec<Value>> = fields
        .iter()
        .filter_map(|(name, turns)| Some((name.strip_prefix("session_")?.parse().ok()?, turns.as_array()?)))
        .collect();
    for (number, turns) in sessions {
        let at = fields[&format!("session_{number}_date_time")].as_str().map(moment);
        for turn in turns {
            let text = |name: &str| turn[name].as_str().unwrap_or_default();
            let shared = match text("blip_caption") {
                "" => String::new(),
                caption => format!(" [shares {caption}]"),
            };
            dialogue.turns.push(json!({
                "id": format!("{index}|{}", text("dia_id")),
                "conversation": format!("{index}-{number}"),
                "user_message": format!("{}: {}{shared}", text("speaker"), text("text")),
                "occurred_at": at,
            }));
        }
    }
    for question in sample["qa"].as_array().into_iter().flatten() {
        let evidence: BTreeSet<String> = question["evidence"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|id| Some(format!("{index}|{}", id.as_str()?)))
            .collect();
        if let Some(asked) = question["question"].as_str()
            && !evidence.is_empty()
        {
            dialogue.questions.push((asked.to_owned(), evidence));
        }
    }
    dialogue
}

/// "1:56 pm on 8 May, 2023" as RFC 3339.
fn moment(words: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let parts: Vec<&str> =
        words.split([' ', ',', ':']).filter(|part| !part.is_empty() && *part != "on").collect();
    let [hour, minute, half, day, month, year] = parts[..] else { panic!("no date: {words}") };
    let hour = hour.parse::<u32>().expect("an hour") % 12 + if half == "pm" { 12 } else { 0 };
    let month = MONTHS.iter().position(|name| *name == month).expect("a month") + 1;
    format!("{year}-{month:02}-{day:0>2}T{hour:02}:{minute}:00Z")
}
