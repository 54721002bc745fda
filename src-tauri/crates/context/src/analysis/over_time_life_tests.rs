use std::time::Duration;

use clock::Timestamp;

use super::tests::{contents, day, every, of_type, said};
use crate::fixture::{Fixture, client, open_scripted};
use crate::{Author, Insight, InsightDetail, InsightState, ItemChange, ItemKind, NewTurn, TurnId};

/// A long and mixed life, in the order it happened.
fn life() -> Vec<NewTurn> {
    let mut turns = Vec::new();
    for n in 0..150_i64 {
        let at = Timestamp::from_micros(day(n / 2).as_micros() + (n % 2) * 3_600_000_000 + n * 1_000);
        let script = match n % 15 {
            0 => format!("topic: Bees\nperson: Anna\n{n}"),
            1 => "ask: grow moss shade".to_owned() + &format!("\n{n}"),
            2 => format!("thanks: -\n{n}"),
            3 => format!("problem: docker build fails\n{n}"),
            4 => format!("prefer: theme={}\n{n}", if n < 80 { "light" } else { "dark" }),
            5 => format!("goal: run a marathon\n{n}"),
            6 => format!("step: marathon train\n{n}"),
            7 => format!("promise: send report {n}"),
            8 => format!("decide: paint house {}\n{n}", n / 60),
            9..=11 if n > 110 => format!("topic: Sailing\n{n}"),
            12 if n > 110 => format!("topic: Sailing\ntopic: Harbours\n{n}"),
            _ => format!("nothing {n}"),
        };
        turns.push(said(at, &format!("c{}", n / 3), &script));
    }
    turns
}

/// What was concluded, without what depends on ids that are made by chance.
fn essence(insights: &[Insight]) -> Vec<String> {
    let mut all: Vec<_> = insights
        .iter()
        .filter(|insight| insight.over_time)
        .map(|insight| {
            format!(
                "{} | {} | {} | {} | {:?} | {} | {}",
                insight.insight_type,
                insight.content,
                insight.context,
                insight.state,
                insight.detail.as_ref().filter(|detail| !matches!(detail, InsightDetail::Goal { .. })),
                insight.timestamp,
                insight.evidence.len(),
            )
        })
        .collect();
    all.sort();
    all
}

#[tokio::test]
async fn the_same_turns_in_any_order_and_batches_give_the_same_conclusions() {
    let in_order = Fixture::scripted();
    for turn in life() {
        in_order.log(turn).await;
    }
    let expected = essence(&every(&in_order.context).await);
    assert!(expected.len() >= 8, "{expected:#?}");
    for seed in [7_usize, 31] {
        let fixture = Fixture::scripted();
        // Where items follow the log, they are the same for all: the goal is there first.
        let mut turns = life();
        let length = turns.len();
        for n in 0..length {
            turns.swap(n, (n * seed + 5) % length);
        }
        for (n, turn) in turns.into_iter().enumerate() {
            fixture.log(turn).await;
            if n % seed == 0 {
                fixture.context.analysis_settled().await;
            }
        }
        assert_eq!(essence(&every(&fixture.context).await), expected);
    }
}

#[tokio::test]
async fn a_rebuild_gives_all_conclusions_again_byte_by_byte_and_keeps_what_the_owner_and_clients_said() {
    let fixture = Fixture::scripted();
    for (n, turn) in life().into_iter().enumerate() {
        fixture.log(turn).await;
        if n % 20 == 0 {
            fixture.context.analysis_settled().await;
        }
    }
    let all = every(&fixture.context).await;
    let by_type = |kind: &str| all.iter().find(|insight| insight.insight_type == kind).unwrap();
    let decide = async |insight: &Insight, state| {
        fixture.context.set_insight_state(insight.id, state, Author::Owner).await.unwrap();
    };
    decide(by_type("recurring_problem"), InsightState::Dismissed).await;
    decide(by_type("rising_topic"), InsightState::Archived).await;
    decide(by_type("decision"), InsightState::Active).await;
    fixture.context.remove_insight(by_type("weekly_digest").id, Author::Owner).await.unwrap();
    let new = crate::NewInsight {
        text: "Plans everything in spring".to_owned(),
        insight_type: "pattern".to_owned(),
        evidence: vec![all[0].evidence[0].turn_id.to_string()],
    };
    fixture.context.save_insight(new, client("claude")).await.unwrap();
    let goal = fixture.find(ItemKind::Goal, "run a marathon").await.unwrap();
    let change = ItemChange { note: Some("bought shoes".to_owned()), ..ItemChange::default() };
    fixture.context.update_item(goal.id, change, Author::Owner).await.unwrap();
    fixture.context.analysis_settled().await;
    let before = fixture.exported("before.json").await;
    fixture.context.rebuild().await.unwrap();
    let once = fixture.exported("once.json").await;
    fixture.context.rebuild().await.unwrap();
    let twice = fixture.exported("twice.json").await;
    assert_eq!(once, twice);
    for (one, other) in before.lines().zip(once.lines()) {
        assert_eq!(one, other);
    }
    assert_eq!(before, once);
    for words in ["Plans everything in spring", "bought shoes", "\"state\":\"archived\"", "rising_topic"] {
        assert!(before.contains(words), "{words}");
    }
    assert_eq!(fixture.context.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_rebuild_that_was_cut_off_is_finished_at_the_next_start() {
    let mut fixture = Fixture::scripted();
    for turn in life() {
        fixture.log(turn).await;
    }
    fixture.context.analysis_settled().await;
    let whole = fixture.exported("whole.json").await;
    // Begun, and then the program is gone: once with nothing found again, once half way.
    for turns in [0, 70] {
        let hold = fixture.context.inner.worker.hold();
        let begin = move |connection: &rusqlite::Connection| {
            crate::analysis::derive::start_anew(connection, 7)?;
            let place = |row: &rusqlite::Row<'_>| -> rusqlite::Result<crate::evidence::TurnPlace> {
                Ok(crate::evidence::TurnPlace {
                    seq: row.get(0)?,
                    conversation: row.get(1)?,
                    occurred_at: row.get(2)?,
                    logged_at: row.get(3)?,
                })
            };
            let mut statement = connection.prepare(
                "SELECT seq, conversation, occurred_at, logged_at, user_message FROM turn ORDER BY seq LIMIT ?1",
            )?;
            let mut rows = statement.query([turns])?;
            let mut batch = Vec::new();
            while let Some(row) = rows.next()? {
                let place = place(row)?;
                let text: String = row.get(4)?;
                let text = crate::TurnText {
                    user_message: &text,
                    assistant_response: "",
                    occurred_at: Timestamp::from_micros(place.occurred_at),
                };
                let findings = crate::Analyzer::analyze(&crate::analysis::scripted::Scripted, text);
                batch.push(crate::analysis::derive::AnalysedTurn { place, findings });
            }
            crate::analysis::derive::apply(connection, &batch, 0, 7)
        };
        fixture.context.inner.database.write(begin).await.unwrap();
        fixture.context.clone().close().await;
        drop(hold);
        fixture.context = open_scripted(fixture.directory.path(), &fixture.clock, 2);
        fixture.context.analysis_settled().await;
        assert_eq!(fixture.exported("again.json").await, whole);
    }
}

#[tokio::test]
async fn what_was_concluded_goes_with_its_turns_and_a_refused_conclusion_does_not_come_back() {
    let fixture = Fixture::scripted();
    let mut turns: Vec<TurnId> = Vec::new();
    for n in 0..4 {
        let script = format!("person: Anna\nproblem: docker build fails\n{n}");
        turns.push(fixture.log(said(day(n), &format!("c{n}"), &script)).await.0);
    }
    let refused = of_type(&fixture, "recurring_problem").await.remove(0);
    fixture.context.dismiss_insight(refused.id, Author::Owner).await.unwrap();
    fixture.context.remove_turn(turns[3], Author::Owner).await.unwrap();
    let people = of_type(&fixture, "recurring_person").await;
    assert_eq!(contents(&people), ["Anna came up in 3 conversations on 3 days"]);
    fixture.context.remove_turn(turns[2], Author::Owner).await.unwrap();
    assert_eq!(contents(&of_type(&fixture, "recurring_person").await), [""; 0]);
    for turn in [turns[1], turns[0]] {
        fixture.context.remove_turn(turn, Author::Owner).await.unwrap();
    }
    fixture.context.analysis_settled().await;
    let nothing: i64 = fixture
        .context
        .inner
        .database
        .read(|connection| {
            let sql = "SELECT (SELECT count(*) FROM topic) + (SELECT count(*) FROM mention) \
                       + (SELECT count(*) FROM signal) + (SELECT count(*) FROM turn_seen) \
                       + (SELECT count(*) FROM insight)";
            Ok::<_, crate::Error>(connection.query_row(sql, [], |row| row.get(0))?)
        })
        .await
        .unwrap();
    assert_eq!(nothing, 0);
    for n in 0..4 {
        let script = format!("person: Anna\nproblem: docker build fails\nagain {n}");
        fixture.log(said(day(n), &format!("c{n}"), &script)).await;
    }
    fixture.context.rebuild().await.unwrap();
    assert_eq!(contents(&of_type(&fixture, "recurring_problem").await), [""; 0]);
    assert_eq!(of_type(&fixture, "recurring_person").await.len(), 1);
}

#[tokio::test]
async fn a_decision_is_suggested_until_a_second_conversation_or_the_owner_confirms_it() {
    let fixture = Fixture::scripted();
    let (first, _) = fixture.log(said(day(0), "a", "decide: paint the house blue")).await;
    fixture.log(said(day(0), "a", "decide: sell the boat")).await;
    let state = async |content: &str| {
        of_type(&fixture, "decision").await.into_iter().find(|found| found.content == content).unwrap()
    };
    assert_eq!(state("paint the house blue").await.state, InsightState::Suggested);
    fixture.log(said(day(3), "b", "decide: paint the house blue")).await;
    assert_eq!(state("paint the house blue").await.state, InsightState::Active);
    let boat = state("sell the boat").await;
    fixture.context.set_insight_state(boat.id, InsightState::Active, Author::Owner).await.unwrap();
    fixture.context.rebuild().await.unwrap();
    assert_eq!(state("sell the boat").await.state, InsightState::Active);
    // Without its second conversation it is a suggestion again; what the owner accepted is not.
    fixture.context.remove_turn(first, Author::Owner).await.unwrap();
    assert_eq!(state("paint the house blue").await.state, InsightState::Suggested);
    let error = fixture
        .context
        .set_insight_state(boat.id, InsightState::Dismissed, client("claude"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("the owner decided about insight"), "{error}");
}

#[tokio::test]
async fn a_turn_from_the_future_makes_nothing_else_old() {
    let fixture = Fixture::scripted();
    fixture.log(said("2300-01-01T00:00:00Z".parse().unwrap(), "future", "topic: Robots")).await;
    let start = fixture.clock_now();
    for n in 0..3 {
        let at = start.minus(Duration::from_hours(24 * (5 - n)));
        fixture.log(said(at, &format!("c{n}"), &format!("person: Anna\n{n}"))).await;
    }
    assert_eq!(of_type(&fixture, "recurring_person").await.len(), 1);
}

#[tokio::test]
async fn an_export_of_conclusions_comes_in_as_it_was_and_into_another_store_without_doubles() {
    let fixture = Fixture::scripted();
    for turn in life() {
        fixture.log(turn).await;
    }
    fixture.context.analysis_settled().await;
    let exported = fixture.exported("export.json").await;
    let other = Fixture::scripted();
    other.log(said(day(0), "mine", "person: Anna")).await;
    other.context.analysis_settled().await;
    let path = other.directory.path().join("in.json");
    std::fs::write(&path, &exported).unwrap();
    let request =
        crate::ImportRequest { format: Some(crate::ImportFormat::Json), input: path, dry_run: false };
    other.context.import(request).await.unwrap();
    let mut found: Vec<String> = every(&other.context)
        .await
        .into_iter()
        .filter(|insight| insight.over_time)
        .map(|insight| format!("{} {}", insight.insight_type, insight.content))
        .collect();
    let all = found.len();
    found.sort();
    found.dedup();
    assert_eq!((found.len(), all > 8), (all, true));
}
