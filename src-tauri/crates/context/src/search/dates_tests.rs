use proptest::prelude::*;

use super::*;

/// Saturday, 21 November 2026, 15:30 in Berlin.
const NOW: &str = "2026-11-21T14:30:00Z";

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

/// The first and the last day in Berlin.
fn span(words: &str) -> (String, String) {
    let found =
        stretch("since", words, at(NOW), &berlin()).unwrap_or_else(|error| panic!("{words}: {error}"));
    let day = |at: Timestamp| {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap();
        at.to_zoned(berlin()).date().to_string()
    };
    (day(found.from), day(found.to.minus(Duration::from_micros(1))))
}

#[test]
fn words_for_days_weeks_and_months_mean_whole_ones() {
    for (words, from, to) in [
        ("today", "2026-11-21", "2026-11-21"),
        ("yesterday", "2026-11-20", "2026-11-20"),
        ("gestern", "2026-11-20", "2026-11-20"),
        ("vorgestern", "2026-11-19", "2026-11-19"),
        ("this week", "2026-11-16", "2026-11-22"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("letzte Woche", "2026-11-09", "2026-11-15"),
        ("since last month", "2026-10-01", "2026-10-31"),
        ("letzten Monat", "2026-10-01", "2026-10-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("3 days ago", "2026-11-18", "2026-11-18"),
        ("vor drei Tagen", "2026-11-18", "2026-11-18"),
        ("two weeks ago", "2026-11-07", "2026-11-07"),
        ("last 30 days", "2026-10-22", "2026-11-21"),
        ("Monday", "2026-11-16", "2026-11-16"),
        ("letzten Montag", "2026-11-16", "2026-11-16"),
        ("Saturday", "2026-11-14", "2026-11-14"),
        ("since March", "2026-03-01", "2026-03-31"),
        ("seit März", "2026-03-01", "2026-03-31"),
        ("December", "2025-12-01", "2025-12-31"),
        ("March 2025", "2025-03-01", "2025-03-31"),
        ("7 May 2023", "2023-05-07", "2023-05-07"),
        ("May 7, 2023", "2023-05-07", "2023-05-07"),
        ("7. Mai", "2026-05-07", "2026-05-07"),
        ("29 February", "2024-02-29", "2024-02-29"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("29.2.2024", "2024-02-29", "2024-02-29"),
        ("  LAST   WEEK ", "2026-11-09", "2026-11-15"),
        ("past week", "2026-11-09", "2026-11-15"),
        ("last 1 days", "2026-11-20", "2026-11-21"),
        ("Ende Mai", "2026-05-31", "2026-05-31"),
        ("letzten Sommer", "2026-06-01", "2026-08-31"),
        ("after Monday", "2026-11-17", "2026-11-17"),
        ("before Monday", "2026-11-15", "2026-11-15"),
        ("vor dem 3. Mai", "2026-05-02", "2026-05-02"),
    ] {
        assert_eq!(span(words), (from.to_owned(), to.to_owned()), "{words}");
    }
}

#[test]
fn a_moment_is_that_moment() {
    let zone = berlin();
    let found = stretch("since", "2026-05-07T10:00:00+02:00", at(NOW), &zone).unwrap();
    assert_eq!((found.from, found.to), (at("2026-05-07T08:00:00Z"), at("2026-05-07T08:00:00Z")));
    let found = stretch("since", "2 hours ago", at(NOW), &zone).unwrap();
    assert_eq!(found.from, at("2026-11-21T12:30:00Z"));
    for (words, from, to) in [
        ("now", NOW, NOW),
        ("since 30 minutes ago", "2026-11-21T14:00:00Z", "2026-11-21T14:00:00Z"),
        ("vor zwei Stunden", "2026-11-21T12:30:00Z", "2026-11-21T12:30:00Z"),
        ("the last 2 hours", "2026-11-21T12:30:00Z", NOW),
        ("in der letzten Stunde", "2026-11-21T13:30:00Z", NOW),
    ] {
        let found = stretch("since", words, at(NOW), &zone).unwrap();
        assert_eq!((found.from, found.to), (at(from), at(to)), "{words}");
    }
}

#[test]
fn a_day_in_which_the_clock_changes_is_whole() {
    let found = stretch("since", "2026-10-25", at(NOW), &berlin()).unwrap();
    assert_eq!(found.to.since(found.from), Duration::from_hours(25));
}

#[test]
fn what_is_no_time_is_refused_with_examples() {
    for words in
        ["", "soon", "2026-13-01", "31 February", "99999999999 days ago", "the", "7 8 May", "2024-2-30", "🎉"]
    {
        let error = stretch("until", words, at(NOW), &berlin()).unwrap_err();
        assert!(error.to_string().contains("last week"), "{words}: {error}");
    }
}

proptest! {
    #[test]
    fn no_words_make_it_panic_and_no_stretch_ends_before_it_begins(words in "(last |vor |since )?[0-9a-zäA-Z. :-]{0,24}( ago| days| weeks| Monate| years)?", text: String) {
        for words in [words, text] {
            if let Ok(found) = stretch("since", &words, at(NOW), &berlin()) {
                prop_assert!(found.from <= found.to, "{words}");
            }
        }
    }
}
