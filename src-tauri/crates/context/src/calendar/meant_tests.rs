use super::*;

/// A Saturday.
fn today() -> Day {
    "2026-11-21".parse().unwrap()
}

fn shown(days: Days) -> String {
    if days.first == days.last { days.first.to_string() } else { format!("{}..{}", days.first, days.last) }
}

fn read(text: &str, lean: Lean) -> Option<(String, Side)> {
    meant(text, today(), lean).map(|(days, side)| (shown(days), side))
}

#[test]
fn a_phrase_of_a_search_means_what_was() {
    for (text, days, side) in [
        ("last week", "2026-11-09..2026-11-15", Side::At),
        ("this week", "2026-11-16..2026-11-22", Side::At),
        ("yesterday", "2026-11-20", Side::At),
        ("last day", "2026-11-20", Side::At),
        ("today", "2026-11-21", Side::At),
        ("past 3 days", "2026-11-18..2026-11-21", Side::At),
        ("last 1 day", "2026-11-20..2026-11-21", Side::At),
        ("the last two weeks", "2026-11-07..2026-11-21", Side::At),
        ("last month", "2026-10-01..2026-10-31", Side::At),
        ("last year", "2025-01-01..2025-12-31", Side::At),
        ("March", "2026-03-01..2026-03-31", Side::At),
        ("maerz", "2026-03-01..2026-03-31", Side::At),
        ("may", "2026-05-01..2026-05-31", Side::At),
        ("in December", "2025-12-01..2025-12-31", Side::At),
        ("December 2024", "2024-12-01..2024-12-31", Side::At),
        ("2025", "2025-01-01..2025-12-31", Side::At),
        ("2026-05", "2026-05-01..2026-05-31", Side::At),
        ("2026-05-03", "2026-05-03", Side::At),
        ("15.3", "2026-03-15", Side::At),
        ("Friday", "2026-11-20", Side::At),
        ("Saturday", "2026-11-14", Side::At),
        ("sat", "2026-11-14", Side::At),
        ("Mon", "2026-11-16", Side::At),
        ("last Saturday", "2026-11-14", Side::At),
        ("two weeks ago", "2026-11-07", Side::At),
        ("letzte Woche", "2026-11-09..2026-11-15", Side::At),
        ("gestern", "2026-11-20", Side::At),
        ("vor zwei Wochen", "2026-11-07", Side::At),
        ("in den letzten drei Tagen", "2026-11-18..2026-11-21", Side::At),
        ("letzten Sommer", "2026-06-01..2026-08-31", Side::At),
        ("im Sommer", "2026-06-01..2026-08-31", Side::At),
        ("since Monday", "2026-11-16", Side::Since),
        ("since March", "2026-03-01..2026-03-31", Side::Since),
        ("since the end of May", "2026-05-31", Side::Since),
        ("seit Oktober", "2026-10-01..2026-10-31", Side::Since),
        ("seit gestern", "2026-11-20", Side::Since),
        ("ab dem 3. Mai", "2026-05-03", Side::Since),
        ("after Easter Monday", "", Side::At),
        ("after Monday", "2026-11-16", Side::After),
        ("nach dem 3. Mai", "2026-05-03", Side::After),
        ("until yesterday", "2026-11-20", Side::Until),
        ("bis zum 3. Mai", "2026-05-03", Side::Until),
        ("before the 3rd of May", "2026-05-03", Side::Before),
        ("vor Montag", "2026-11-16", Side::Before),
        ("vor dem 3.5.2026", "2026-05-03", Side::Before),
    ] {
        let wanted = (!days.is_empty()).then(|| (days.to_owned(), side));
        assert_eq!(read(text, Lean::Back), wanted, "{text}");
    }
}

#[test]
fn the_same_phrase_of_a_plan_means_what_will_be() {
    for (text, days) in [
        ("Friday", "2026-11-27"),
        ("fri", "2026-11-27"),
        ("Saturday", "2026-11-21"),
        ("in two weeks", "2026-12-05"),
        ("March", "2027-03-01..2027-03-31"),
        ("7. Mai", "2027-05-07"),
    ] {
        assert_eq!(read(text, Lean::Ahead), Some((days.to_owned(), Side::At)), "{text}");
    }
}

#[test]
fn a_phrase_that_says_anything_else_means_no_days() {
    for text in [
        "",
        "soon",
        "last week's mail about boats",
        "?",
        "monday and tuesday",
        "in",
        "since",
        "since until",
        "the two weeks",
        "31 February",
        "2026-13",
    ] {
        assert_eq!(read(text, Lean::Back), None, "{text}");
    }
}
