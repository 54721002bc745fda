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
    context.close().await;

    let context = store.open();
    let talker = Talker::start(&context);
    let start = Instant::now();
    context.analysis_settled().await;
    let whole = as_float(turns) / start.elapsed().as_secs_f64();
    let waits = talker.stop().await;
    good &= judged("all of it, while somebody talks", whole, "at least", 5_000.0, " turns/s");
    line(&format!("{:.2} of keeping them", whole / kept));
    let before = cost(turns, None);
    line(&waits.shown());
    good &= judged("waiting for the disk, p99", waits.milliseconds(99), "at most", 50.0, " ms");
    let known = context.statistics().await.expect("the store can be counted");
    line(&format!("{known:?}"));
    let start = Instant::now();
    context.rebuild().await.expect("it is found again");
    line(&format!("found anew: {:.0} turns/s", as_float(turns) / start.elapsed().as_secs_f64()));
    cost(turns, before);
    context.close().await;
    line(&format!("{} MB", store.megabytes()));
    good
}

/// What the two threads that analyse and write have cost so far.
fn cost(turns: usize, before: Option<(f64, f64)>) -> Option<(f64, f64)> {
    let now = processor::seconds("context-analysi").zip(processor::seconds("context-writer"));
    if let Some((reading, writing)) = now {
        let (reading_before, writing_before) = before.unwrap_or_default();
        let each = |seconds: f64| seconds * 1e6 / as_float(turns);
        line(&format!(
            "processor time: {:.0} µs a turn for reading it and what is concluded, {:.0} µs for writing",
            each(reading - reading_before),
            each(writing - writing_before)
        ));
    }
    now
}

/// Turns a second through the rules, with no store at all.
fn rules_alone(turns: usize) -> f64 {
    let mut chance = Chance::new(7);
    let texts: Vec<_> =
        (0..turns).map(|number| (message(&mut chance, number), answer(&mut chance))).collect();
    let occurred_at = SystemClock.now();
    let name = "pace";
    let before = processor::seconds(name);
    let start = Instant::now();
    let mut found = 0;
    for (user_message, assistant_response) in &texts {
        let findings = CueAnalyzer.analyze(TurnText { user_message, assistant_response, occurred_at });
        found += findings.items.len() + findings.insights.len() + findings.mentions.len();
    }
    let seconds = start.elapsed().as_secs_f64();
    if let Some((before, now)) = before.zip(processor::seconds(name)) {
        line(&format!("processor time: {:.0} µs a turn", (now - before) * 1e6 / as_float(turns)));
    }
    line(&format!("{:.2} findings a turn", as_float(found) / as_float(turns)));
    as_float(turns) / seconds
}
