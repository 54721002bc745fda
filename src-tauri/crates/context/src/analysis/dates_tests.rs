use super::*;

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
fn a_phrase_of_a_search_means_what_was() {
    for (text, days) in [
        ("last week", "2026-11-09..2026-11-15"),
        ("this week", "2026-11-16..2026-11-22"),
        ("yesterday", "2026-11-20"),
        ("today", "2026-11-21"),
        ("past 3 days", "2026-11-18..2026-11-21"),
        ("the last two weeks", "2026-11-07..2026-11-21"),
        ("last month", "2026-10-01..2026-10-31"),
        ("last year", "2025-01-01..2025-12-31"),
        ("March", "2026-03-01..2026-03-31"),
        ("in December", "2025-12-01..2025-12-31"),
        ("December 2024", "2024-12-01..2024-12-31"),
        ("2025", "2025-01-01..2025-12-31"),
        ("2026-05", "2026-05-01..2026-05-31"),
        ("2026-05-03", "2026-05-03"),
        ("Friday", "2026-11-20"),
        ("last Saturday", "2026-11-14"),
        ("two weeks ago", "2026-11-07"),
        ("since Monday", "2026-11-16..2026-11-21"),
        ("since March", "2026-03-01..2026-11-21"),
        ("letzte Woche", "2026-11-09..2026-11-15"),
        ("gestern", "2026-11-20"),
        ("seit Oktober", "2026-10-01..2026-11-21"),
        ("vor zwei Wochen", "2026-11-07"),
        ("in den letzten drei Tagen", "2026-11-18..2026-11-21"),
        ("letzten Sommer", "2026-06-01..2026-08-31"),
        ("seit gestern", "2026-11-20..2026-11-21"),
    ] {
        let found = days_meant(text, today()).map(shown);
        assert_eq!(found.as_deref(), Some(days), "{text}");
    }
}

#[test]
fn a_phrase_that_says_anything_else_means_no_days() {
    for text in ["", "soon", "last week's mail about boats", "may", "?", "monday and tuesday", "in", "since"]
    {
        let found = days_meant(text, today()).map(shown);
        if text == "may" {
            assert_eq!(found.as_deref(), Some("2026-05-01..2026-05-31"));
        } else {
            assert_eq!(found, None, "{text}");
        }
    }
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
