use clock::Clock as _;
use proptest::prelude::*;

use super::*;
use crate::fixture::{Fixture, client, in_conversation};
use crate::{NewTurn, TurnOrder, TurnQuery};

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000 + 60 * minute)
}

#[test]
fn a_turn_belongs_to_a_conversation_up_to_half_an_hour_after_its_last_turn() {
    assert!(continues(minute(0), minute(10), minute(40)));
    assert!(!continues(minute(0), minute(10), minute(40).plus(Duration::from_micros(1))));
}

#[test]
fn a_turn_that_arrives_late_belongs_to_the_conversation_it_happened_in() {
    assert!(continues(minute(0), minute(10), minute(5)));
    assert!(continues(minute(0), minute(10), minute(-30)));
    assert!(!continues(minute(0), minute(10), minute(-31)));
}

proptest! {
    #[test]
    fn the_rule_holds_at_any_time_without_overflow(started in any::<i64>(), last in any::<i64>(), at in any::<i64>()) {
        let [started, last, at] = [started, last, at].map(Timestamp::from_micros);
        let belongs = continues(started, last, at);
        prop_assert_eq!(belongs, started.since(at) <= QUIET_TIME && at.since(last) <= QUIET_TIME);
    }
}

#[test]
fn an_opening_is_one_line_and_is_cut_between_what_a_reader_takes_for_characters() {
    assert_eq!(opening("  Grüße\n\tan\u{2028}alle\u{7} \u{a0}", false), "Grüße an alle");
    assert_eq!(opening("", false), "");
    assert_eq!(opening(&"x".repeat(160), false), "x".repeat(160));
    assert_eq!(opening(&"x".repeat(161), false), format!("{}…", "x".repeat(159)));
    assert_eq!(opening("short", true), "short…");
    let family = "👨\u{200d}👩\u{200d}👧";
    assert_eq!(opening(&family.repeat(40), false), format!("{}…", family.repeat(31)));
}

proptest! {
    #[test]
    fn an_opening_is_never_too_long_nor_more_than_one_line(text in any::<String>(), goes_on in any::<bool>()) {
        let line = opening(&text.repeat(9), goes_on);
        prop_assert!(line.chars().count() <= OPENING_CHARS);
        prop_assert!(!line.chars().any(char::is_control));
        prop_assert!(!line.contains("  ") && !line.starts_with(' '));
    }
}

#[tokio::test]
async fn a_conversation_shows_the_beginning_of_what_was_said_first_whenever_that_was_logged() {
    let fixture = Fixture::new();
    let now = fixture.clock.now();
    let (_, id) = fixture.log(in_conversation("a", "later")).await;
    let earlier = NewTurn {
        occurred_at: Some(now.minus(Duration::from_hours(1))),
        ..in_conversation("a", &format!(" How\n do I {}", "ä".repeat(500_000)))
    };
    fixture.log(earlier).await;
    let silent = NewTurn {
        conversation: Some("b".to_owned()),
        assistant_response: "Good morning!".to_owned(),
        ..NewTurn::default()
    };
    fixture.log(silent).await;
    let conversation = fixture.context.conversation(id).await.unwrap();
    assert_eq!(conversation.opening, format!("How do I {}…", "ä".repeat(150)));
    let listed = fixture.context.conversations(None, 10).await.unwrap().entries;
    assert_eq!(listed.len(), 2);
    assert!(listed.contains(&conversation));
    assert_eq!(listed.iter().find(|other| other.id != id).unwrap().opening, "");
    assert!(
        !fixture.exported("out.json").await.contains("opening"),
        "what follows from the turns is not exported"
    );
}

#[tokio::test]
async fn a_conversation_is_read_from_its_beginning_page_by_page() {
    let fixture = Fixture::new();
    let mut id = None;
    for n in 0..7 {
        id = Some(fixture.log(in_conversation("a", &format!("turn {n}"))).await.1);
        fixture.context.log_turn(in_conversation("b", "other"), client("cursor")).await.unwrap();
        // Some happen in the same moment.
        if n % 3 == 0 {
            fixture.clock.advance(Duration::from_secs(1));
        }
    }
    let expected: Vec<_> = (0..7).map(|n| format!("turn {n}")).collect();
    let of_conversation = TurnQuery { conversation: id, ..TurnQuery::default() };
    let of_client = TurnQuery { client: Some("claude".to_owned()), ..TurnQuery::default() };
    for query in [of_conversation, of_client] {
        for order in [TurnOrder::OldestFirst, TurnOrder::NewestFirst] {
            let mut seen = Vec::new();
            let mut query = TurnQuery { order, limit: 2, ..query.clone() };
            loop {
                let page = fixture.context.turns(query.clone()).await.unwrap();
                seen.extend(page.entries.into_iter().map(|turn| turn.user_message));
                query.before = page.next;
                if query.before.is_none() {
                    break;
                }
            }
            if order == TurnOrder::NewestFirst {
                seen.reverse();
            }
            assert_eq!(seen, expected, "{order:?}");
        }
    }
    let all = TurnQuery { order: TurnOrder::OldestFirst, limit: 1000, ..TurnQuery::default() };
    assert_eq!(fixture.context.turns(all).await.unwrap().entries[0].user_message, "turn 0");
    let asked: TurnQuery = serde_json::from_str(r#"{"order":"oldest_first"}"#).unwrap();
    assert_eq!(asked.order, TurnOrder::OldestFirst);
    assert_eq!(serde_json::from_str::<TurnQuery>("{}").unwrap().order, TurnOrder::NewestFirst);
}
