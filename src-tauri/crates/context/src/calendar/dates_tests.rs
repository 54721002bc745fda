use super::*;
use crate::analysis::tokens::Tokens;

/// A Saturday.
fn today() -> Day {
    "2026-11-21".parse().unwrap()
}

fn read(text: &str, lean: Lean) -> Vec<String> {
    let tokens = Tokens::of(text);
    tokens
        .sentences()
        .flat_map(|sentence| dates(&sentence, today(), lean))
        .map(|found| shown(found.days))
        .collect()
}

fn shown(days: Days) -> String {
    if days.first == days.last { days.first.to_string() } else { format!("{}..{}", days.first, days.last) }
}

#[test]
fn a_plan_means_the_next_such_day() {
    for (text, day) in [
        ("I'll send it by Friday.", "2026-11-27"),
        ("on Saturday", "2026-11-21"),
        ("next Friday", "2026-11-27"),
        ("this Friday", "2026-11-20"),
        ("see you tomorrow", "2026-11-22"),
        ("the day after tomorrow", "2026-11-23"),
        ("in two weeks", "2026-12-05"),
        ("in a couple of days", "2026-11-23"),
        ("within 3 months", "2027-02-21"),
        ("two weeks from now", "2026-12-05"),
        ("on 15 March", "2027-03-15"),
        ("the 15th of March, 2028", "2028-03-15"),
        ("March 15th", "2027-03-15"),
        ("Dec 3", "2026-12-03"),
        ("by 2027-02-28", "2027-02-28"),
        ("in May", "2027-05-01..2027-05-31"),
        ("by the end of May", "2027-05-31"),
        ("by the end of the month", "2026-11-30"),
        ("end of next week", "2026-11-29"),
        ("next month", "2026-12-01..2026-12-31"),
        ("this year", "2026-01-01..2026-12-31"),
        ("in 2028", "2028-01-01..2028-12-31"),
        ("next summer", "2027-06-01..2027-08-31"),
        ("before Christmas", "2026-12-25"),
        ("bis Freitag", "2026-11-27"),
        ("am Montag", "2026-11-23"),
        ("nächsten Montag", "2026-11-23"),
        ("kommenden Samstag", "2026-11-28"),
        ("bis zum 15. März", "2027-03-15"),
        ("am 15.3. um zehn", "2027-03-15"),
        ("bis 15.03.2027", "2027-03-15"),
        ("übermorgen", "2026-11-23"),
        ("ich mache es morgen", "2026-11-22"),
        ("in drei Wochen", "2026-12-12"),
        ("innerhalb von zwei Tagen", "2026-11-23"),
        ("im Mai", "2027-05-01..2027-05-31"),
        ("Ende März", "2027-03-31"),
        ("Mitte Januar", "2027-01-11..2027-01-20"),
        ("bis Ende des Jahres", "2026-12-31"),
        ("nächstes Jahr", "2027-01-01..2027-12-31"),
        ("im Sommer", "2027-06-01..2027-08-31"),
        ("am 29. Februar", "2028-02-29"),
    ] {
        assert_eq!(read(text, Lean::Ahead), [day], "{text}");
    }
}

#[test]
fn what_only_looks_like_a_date_is_none() {
    for text in [
        "I may come",
        "they march on",
        "version 15.3 is out",
        "guten Morgen",
        "am Morgen trinke ich Tee",
        "for two weeks",
        "at 2000 meters",
        "in 2027 steps",
        "the 45th of March",
        "31.2.",
        "192.168.1.1",
        "second to none",
        "99999999999999999999 days ago",
        "the sun rises",
        "Mitte",
    ] {
        assert_eq!(read(text, Lean::Ahead), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn two_dates_in_a_sentence_are_two() {
    assert_eq!(read("from Monday until 3 December", Lean::Ahead), ["2026-11-23", "2026-12-03"]);
}

#[test]
fn the_ends_of_the_calendar_hold() {
    let last: Day = "9999-12-31".parse().unwrap();
    for text in ["in 9999 years", "next year", "tomorrow", "in May", "next Friday", "end of next month"] {
        let tokens = Tokens::of(text);
        for sentence in tokens.sentences() {
            let _ = dates(&sentence, last, Lean::Ahead);
            let _ = dates(&sentence, "-9999-01-01".parse().unwrap_or(last), Lean::Back);
        }
    }
}
