//! Analysis of a long history: the rules alone, and all of it, beside keeping the same turns.

use std::sync::Arc;

use clock::{Clock as _, SystemClock};
use context::{Analyzer as _, CueAnalyzer, TurnText};
use tokio::time::Instant;

use crate::store::{Deaf, Store, Talker, indexed, turns};
use crate::talk::{Chance, answer, message};
use crate::{as_float, judged, line, title};

pub(crate) async fn run() -> bool {
    let turns = turns();
    title(&format!("Analysing {turns} turns"));
    let alone = rules_alone(turns.min(50_000));
    let mut good = judged("the rules alone", alone, "at least", 20_000.0, " turns/s");

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
    line(&waits.shown());
    good &= judged("waiting for the disk, p99", waits.milliseconds(99), "at most", 50.0, " ms");
    let known = context.statistics().await.expect("the store can be counted");
    line(&format!("{known:?}"));
    let start = Instant::now();
    context.rebuild().await.expect("it is found again");
    line(&format!("found anew: {:.0} turns/s", as_float(turns) / start.elapsed().as_secs_f64()));
    context.close().await;
    line(&format!("{} MB", store.megabytes()));
    good
}

/// Turns a second through the rules, with no store at all.
fn rules_alone(turns: usize) -> f64 {
    let mut chance = Chance::new(7);
    let texts: Vec<_> =
        (0..turns).map(|number| (message(&mut chance, number), answer(&mut chance))).collect();
    let occurred_at = SystemClock.now();
    let start = Instant::now();
    let mut found = 0;
    for (user_message, assistant_response) in &texts {
        let findings = CueAnalyzer.analyze(TurnText { user_message, assistant_response, occurred_at });
        found += findings.items.len() + findings.insights.len() + findings.mentions.len();
    }
    let seconds = start.elapsed().as_secs_f64();
    line(&format!("{:.2} findings a turn", as_float(found) / as_float(turns)));
    as_float(turns) / seconds
}
