use std::sync::atomic::{AtomicUsize, Ordering};

use clock::ManualClock;

use super::*;

const MINUTE: Duration = Duration::from_mins(1);

/// A source that can be down, and how often it was asked.
#[derive(Default)]
struct Source {
    asked: AtomicUsize,
    down: std::sync::atomic::AtomicBool,
}

impl Source {
    async fn fetch(&self) -> Result<usize, ExternalError> {
        tokio::task::yield_now().await;
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        if self.down.load(Ordering::SeqCst) { Err(ExternalError::NotMetadata) } else { Ok(number) }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn what_was_fetched_is_kept_while_it_is_fresh() {
    let (clock, source, kept) = (ManualClock::default(), Source::default(), Refreshed::new(10 * MINUTE));
    for _ in 0..3 {
        assert_eq!(*kept.get(Want::Current, || source.fetch(), &clock).await.unwrap().value, 1);
        clock.advance(3 * MINUTE);
    }
    clock.advance(MINUTE);
    assert_eq!(*kept.get(Want::Current, || source.fetch(), &clock).await.unwrap().value, 2);
}

#[tokio::test]
async fn many_at_once_cause_one_fetch() {
    let (clock, source, kept) = (ManualClock::default(), Source::default(), Refreshed::new(MINUTE));
    let all =
        futures::future::join_all((0..20).map(|_| kept.get(Want::Current, || source.fetch(), &clock))).await;
    assert!(all.into_iter().all(|found| *found.unwrap().value == 1));
    assert_eq!(source.asked(), 1);
}

#[tokio::test]
async fn whoever_misses_something_causes_one_fetch_in_ten_seconds() {
    let (clock, source, kept) = (ManualClock::default(), Source::default(), Refreshed::new(10 * MINUTE));
    let first = kept.get(Want::Current, || source.fetch(), &clock).await.unwrap();
    clock.advance(DEBOUNCE);
    let second = kept.get(Want::OtherThan(first.version), || source.fetch(), &clock).await.unwrap();
    assert_eq!(*second.value, 2);
    for _ in 0..50 {
        let same = kept.get(Want::OtherThan(second.version), || source.fetch(), &clock).await.unwrap();
        assert_eq!(same.version, second.version);
    }
    assert_eq!(source.asked(), 2);
    clock.advance(DEBOUNCE);
    kept.get(Want::OtherThan(second.version), || source.fetch(), &clock).await.unwrap();
    assert_eq!(source.asked(), 3);
}

#[tokio::test]
async fn what_is_kept_serves_for_a_day_where_it_can_not_be_fetched_again() {
    let (clock, source, kept) = (ManualClock::default(), Source::default(), Refreshed::new(10 * MINUTE));
    let first = kept.get(Want::Current, || source.fetch(), &clock).await.unwrap();
    source.down(true);
    clock.advance(23 * 60 * MINUTE);
    assert_eq!(*kept.get(Want::Current, || source.fetch(), &clock).await.unwrap().value, 1);
    // But who misses something is not told that there is no more: nobody knows.
    let other = kept.get(Want::OtherThan(first.version), || source.fetch(), &clock).await;
    assert_eq!(other.unwrap_err(), ExternalError::NotMetadata);
    clock.advance(60 * MINUTE);
    assert!(kept.get(Want::Current, || source.fetch(), &clock).await.is_err());
    source.down(false);
    // Still the last answer; then it is asked again.
    assert!(kept.get(Want::Current, || source.fetch(), &clock).await.is_err());
    clock.advance(DEBOUNCE);
    assert!(kept.get(Want::Current, || source.fetch(), &clock).await.is_ok());
}

#[tokio::test]
async fn a_fetch_that_was_given_up_does_not_hold_up_the_next() {
    let (clock, source, kept) = (ManualClock::default(), Source::default(), Refreshed::new(MINUTE));
    let given_up = kept.get(Want::Current, std::future::pending::<Result<usize, ExternalError>>, &clock);
    assert!(tokio::time::timeout(Duration::from_millis(1), given_up).await.is_err());
    let found = kept.get(Want::Current, || source.fetch(), &clock).await;
    assert_eq!(found.map(|_| ()).unwrap_err(), ExternalError::TimedOut);
    clock.advance(DEBOUNCE);
    assert!(kept.get(Want::Current, || source.fetch(), &clock).await.is_ok());
}
