//! Forgetting and expiring in a store with a long history: how long it takes, and how long logging waits.

use std::time::Duration;

use context::{Author, Context, Forget, RetentionSetting};
use tokio::time::Instant;

use crate::store::{Store, Talker, indexed, turns};
use crate::{judged, line, title};

/// What logging may wait for at most, in milliseconds.
const LONGEST_WAIT: f64 = 100.0;

pub(crate) async fn run() -> bool {
    let turns = turns();
    title(&format!("Forgetting, in a store of {turns} turns"));
    let store = Store::new();
    let context = store.open();
    store.fill(&context, turns).await;
    context.analysis_settled().await;
    indexed(&context).await;
    line(&format!("{} MB", store.megabytes()));
    Talker::alone(&context).await;
    // A phrase that a few turns hold, then one that a fifth of all do.
    let mut good = forget(&context, "case 77").await;
    good &= forget(&context, "Kubernetes").await;

    let days = turns * 180 / 86_400 * 3 / 4;
    context.set_retention(RetentionSetting::Days(u32::try_from(days).unwrap_or(1).max(1)));
    let talker = Talker::start(&context);
    let start = Instant::now();
    let expired = context.expire_old().await.expect("what is old goes");
    let seconds = start.elapsed().as_secs_f64();
    let waits = talker.stop().await;
    line(&format!("older than {days} days: {} turns in {seconds:.1} s", expired.turns));
    line(&waits.shown());
    good &= judged("the longest wait", waits.milliseconds(100), "at most", LONGEST_WAIT, " ms");
    context.analysis_settled().await;
    context.close().await;
    line(&format!("{} MB", store.megabytes()));
    good
}

async fn forget(context: &Context, phrase: &str) -> bool {
    let start = Instant::now();
    let what = Forget::Phrase { phrase: phrase.to_owned() };
    let preview = context.preview_forgetting(what, Author::Owner).await.expect("a preview");
    let seen = start.elapsed();
    let handle = preview.handle.expect("some turns hold the phrase");
    let talker = Talker::start(context);
    // So that the talker is under way.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    context.forget(&handle, Author::Owner).await.expect("it is forgotten");
    let took = start.elapsed();
    let waits = talker.stop().await;
    line(&format!(
        "\"{phrase}\": {} turns; the preview {:.1} s, forgetting {:.1} s",
        preview.counts.turns,
        seen.as_secs_f64(),
        took.as_secs_f64()
    ));
    line(&waits.shown());
    judged("the longest wait", waits.milliseconds(100), "at most", LONGEST_WAIT, " ms")
}
