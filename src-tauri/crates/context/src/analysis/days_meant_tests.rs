use super::*;

/// A Saturday.
fn today() -> Day {
    "2026-11-21".parse().unwrap()
}

fn shown(days: Days) -> String {
    if days.first == days.last { days.first.to_string() } else { format!("{}..{}", days.first, days.last) }
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
