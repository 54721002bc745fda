//! Analysis of a long history: the rules alone, and all of it, beside keeping the same turns.

use std::sync::Arc;

use clock::{Clock as _, SystemClock};
use context::{Analyzer as _, CueAnalyzer, TurnText};
use tokio::time::Instant;

use crate::store::{Deaf, Store, Talker, indexed, turns};
use crate::talk::{Chance, answer, message};
use crate::{as_float, judged, line, processor, title};

pub(crate) fn rules() -> bool {
    judged("the rules alone", rules_alone(turns().min(50_000)), "at least", 20_000.0, " turns/s")
}

pub(crate) async fn run() -> bool {
    let turns = turns();
    title(&format!("Analysing {turns} turns"));
    let mut good = rules();

    let store = Store::new();
    let context = store.open_with(Arc::new(Deaf));
    let kept = as_float(turns) / store.fill(&context, turns).await;
    line(&format!("keeping the same turns: {kept:.0} turns/s"));
    indexed(&context).await;
    Talker::alone(&context).await;
    context.close().await;

    let context = store.open();
    let talker = Talker::start(&context);
    let start = Instant::now();
    context.analysis_settled().await;
    let whole = as_float(turns) / start.elapsed().as_secs_f64();
    let waits = talker.stop().await;
    line(&format!(
        "all of it, while somebody talks: {whole:.0} turns/s, {:.2} of keeping them",
        whole / kept
    ));
    let before = processor_time();
    let each = before.map_or(1.0 / whole, |(reading, writing)| (reading + writing) / as_float(turns));
    good &= judged("all of it, on one processor", 1.0 / each, "at least", 5_000.0, " turns/s");
    show_cost(turns, (0.0, 0.0), before);
    line(&waits.shown());
    good &= judged("waiting for the disk, p99", waits.milliseconds(99), "at most", 50.0, " ms");
    let known = context.statistics().await.expect("the store can be counted");
    line(&format!("{known:?}"));
    let start = Instant::now();
    context.rebuild().await.expect("it is found again");
    line(&format!("found anew: {:.0} turns/s", as_float(turns) / start.elapsed().as_secs_f64()));
    show_cost(turns, before.unwrap_or_default(), processor_time());
    context.close().await;
    line(&format!("{} MB", store.megabytes()));
    good
}

/// Seconds of processor time of the thread that analyses and of the one that writes.
fn processor_time() -> Option<(f64, f64)> {
    processor::seconds("context-analysi").zip(processor::seconds("context-writer"))
}

fn show_cost(turns: usize, before: (f64, f64), now: Option<(f64, f64)>) {
    let Some(now) = now else { return };
    let each = |seconds: f64| seconds * 1e6 / as_float(turns);
    line(&format!(
        "processor time: {:.0} µs a turn for reading it and what is concluded, {:.0} µs for writing",
        each(now.0 - before.0),
        each(now.1 - before.1)
    ));
}

/// Turns a second through the rules, with no store at all: of processor time where that is known.
fn rules_alone(turns: usize) -> f64 {
    let mut chance = Chance::new(7);
    let texts: Vec<_> =
        (0..turns).map(|number| (message(&mut chance, number), answer(&mut chance))).collect();
    let occurred_at = SystemClock.now();
    // This thread has the program's name.
    let before = processor::seconds("pace");
    let start = Instant::now();
    let mut found = 0;
    for (user_message, assistant_response) in &texts {
        let findings = CueAnalyzer.analyze(TurnText { user_message, assistant_response, occurred_at });
        found += findings.items.len() + findings.insights.len() + findings.mentions.len();
    }
    let seconds = start.elapsed().as_secs_f64();
    let worked = before.zip(processor::seconds("pace")).map(|(before, now)| now - before);
    line(&format!("{:.2} findings a turn", as_float(found) / as_float(turns)));
    as_float(turns) / worked.unwrap_or(seconds)
}
