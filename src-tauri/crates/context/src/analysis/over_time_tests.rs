use clock::Timestamp;

use crate::fixture::{Fixture, in_conversation};
use crate::{
    Author, CommitmentStatus, Context, Insight, InsightDetail, InsightQuery, InsightState, ItemKind,
    ItemState, NewTurn,
};

/// A Monday at noon, in UTC.
const MONDAY: &str = "2026-03-02T12:00:00Z";

pub(crate) fn day(days: i64) -> Timestamp {
    let monday: Timestamp = MONDAY.parse().unwrap();
    Timestamp::from_micros(monday.as_micros() + days * 86_400_000_000)
}

pub(crate) fn said(at: Timestamp, conversation: &str, script: &str) -> NewTurn {
    NewTurn { occurred_at: Some(at), ..in_conversation(conversation, script) }
}

/// Logs `count` turns that say nothing, one conversation and one day each, the last on `last`.
async fn small_talk(fixture: &Fixture, count: i64, last: i64) {
    for n in 0..count {
        fixture.log(said(day(last - n), &format!("talk {}", last - n), &format!("small talk {n}"))).await;
    }
}

pub(crate) async fn every(context: &Context) -> Vec<Insight> {
    context.analysis_settled().await;
    let mut all = Vec::new();
    for state in InsightState::ALL {
        let query = InsightQuery { state: Some(*state), limit: 1000, ..InsightQuery::default() };
        all.extend(context.recent_insights(query).await.unwrap());
    }
    all
}

pub(crate) async fn of_type(fixture: &Fixture, insight_type: &str) -> Vec<Insight> {
    every(&fixture.context).await.into_iter().filter(|insight| insight.insight_type == insight_type).collect()
}

pub(crate) fn contents(insights: &[Insight]) -> Vec<&str> {
    insights.iter().map(|insight| insight.content.as_str()).collect()
}

#[tokio::test]
async fn a_topic_rises_with_both_counts_and_one_long_evening_is_no_trend() {
    let fixture = Fixture::scripted();
    small_talk(&fixture, 60, 0).await;
    for n in 0..12 {
        fixture.log(said(day(n), &format!("c{n}"), &format!("topic: Bees\n{n}"))).await;
        fixture.log(said(day(n), &format!("d{n}"), &format!("nothing {n}"))).await;
        // As often, but on one day alone.
        let evening = Timestamp::from_micros(day(5).as_micros() + n * 60_000_000);
        fixture.log(said(evening, "evening", &format!("topic: Chess\n{n}"))).await;
    }
    let rising = of_type(&fixture, "rising_topic").await;
    assert_eq!(
        contents(&rising),
        ["You speak more of Bees: 12 turns in the last 14 days, 0 in the 90 days before"]
    );
    let Some(InsightDetail::Trend { recent, before, recent_turns, before_turns, .. }) = rising[0].detail
    else {
        panic!("{:?}", rising[0]);
    };
    assert_eq!((recent, before, recent_turns, before_turns), (12, 0, 39, 57));
    assert_eq!((rising[0].state, rising[0].over_time), (InsightState::Active, true));
    // The words that name it, and nothing else.
    let evidence = rising[0].evidence[0];
    assert_eq!((evidence.start, evidence.end), (7, 11));
}

#[tokio::test]
async fn a_topic_fades_only_while_the_person_is_around() {
    let fixture = Fixture::scripted();
    for n in 0..20 {
        fixture.log(said(day(n), &format!("c{n}"), &format!("topic: Sailing\n{n}"))).await;
        fixture.log(said(day(n), &format!("d{n}"), &format!("nothing {n}"))).await;
        fixture.log(said(day(n), &format!("e{n}"), &format!("nothing else {n}"))).await;
    }
    // Silence: whoever is away lets nothing fade.
    fixture.log(said(day(60), "away", "back for a moment")).await;
    assert_eq!(contents(&of_type(&fixture, "fading_topic").await), [""; 0]);
    for n in 0..40 {
        fixture.log(said(day(60 + n / 4), &format!("f{n}"), &format!("other things {n}"))).await;
    }
    assert_eq!(
        contents(&of_type(&fixture, "fading_topic").await),
        ["You speak less of Sailing: 0 turns in the last 14 days, 20 in the 90 days before"]
    );
}

#[tokio::test]
async fn a_person_recurs_in_three_conversations_on_three_days_and_not_in_less() {
    let fixture = Fixture::scripted();
    for n in 0..3 {
        fixture.log(said(day(n), &format!("c{n}"), &format!("person: Anna\n{n}"))).await;
        // One conversation, and one day.
        fixture.log(said(day(n), "one", &format!("person: Ben\ntool: Blender\n{n}"))).await;
        fixture.log(said(day(1), &format!("d{n}"), &format!("person: Cleo\n{n}"))).await;
    }
    assert_eq!(
        contents(&of_type(&fixture, "recurring_person").await),
        ["Anna came up in 3 conversations on 3 days"]
    );
    assert_eq!(contents(&of_type(&fixture, "recurring_tool").await), [""; 0]);
}

#[tokio::test]
async fn a_problem_recurs_in_a_second_conversation_in_other_words_about_the_same() {
    let fixture = Fixture::scripted();
    fixture.log(said(day(0), "a", "problem: docker build fails slowly")).await;
    fixture.log(said(day(0), "a", "problem: docker build fails again")).await;
    fixture.log(said(day(1), "b", "problem: printer jams")).await;
    assert_eq!(contents(&of_type(&fixture, "recurring_problem").await), [""; 0]);
    let (newest, _) = fixture.log(said(day(2), "c", "problem: build fails docker")).await;
    let recurring = of_type(&fixture, "recurring_problem").await;
    assert_eq!(contents(&recurring), ["build fails docker"]);
    assert_eq!(recurring[0].evidence[0].turn_id, newest);
    assert_eq!(recurring[0].evidence.len(), 3);
}

#[tokio::test]
async fn a_question_is_open_where_it_did_not_work_or_was_asked_again_and_not_after_thanks() {
    let fixture = Fixture::scripted();
    let hour = |hour: i64| Timestamp::from_micros(day(0).as_micros() + hour * 3_600_000_000);
    fixture.log(said(hour(0), "broken", "ask: leak in the cellar pipe")).await;
    fixture.log(said(hour(1), "broken", "broken: -")).await;
    fixture.log(said(hour(0), "thanks", "ask: boil eggs soft")).await;
    fixture.log(said(hour(1), "thanks", "thanks: -")).await;
    fixture.log(said(hour(0), "first", "ask: grow moss shade")).await;
    fixture.log(said(hour(1), "first", "other words")).await;
    fixture.log(said(hour(2), "second", "ask: grow moss shade quickly")).await;
    fixture.log(said(hour(3), "second", "other words still")).await;
    // Asked, and the talk went on to something else: nobody knows.
    fixture.log(said(hour(0), "on", "ask: capital of Peru")).await;
    fixture.log(said(hour(1), "on", "and now for something else")).await;
    let open = of_type(&fixture, "open_question").await;
    assert_eq!(contents(&open), ["grow moss shade quickly", "leak in the cellar pipe"]);
    assert!(open.iter().all(|insight| insight.state == InsightState::Active));
    assert_eq!(open[0].evidence.len(), 2);
    // "That worked" closes it, also elsewhere in words about the same.
    fixture.log(said(hour(5), "third", "worked: grow moss shade")).await;
    fixture.log(said(hour(6), "broken", "worked: -")).await;
    assert_eq!(contents(&of_type(&fixture, "open_question").await), [""; 0]);
}

#[tokio::test]
async fn a_question_that_was_the_last_word_is_suggested_after_a_day_of_silence() {
    let fixture = Fixture::scripted();
    fixture.log(said(day(0), "left", "ask: mend the garden gate")).await;
    assert_eq!(contents(&of_type(&fixture, "open_question").await), [""; 0]);
    fixture.log(said(day(1), "next", "good morning")).await;
    let open = of_type(&fixture, "open_question").await;
    assert_eq!((open[0].content.as_str(), open[0].state), ("mend the garden gate", InsightState::Suggested));
    fixture.log(said(day(40), "much later", "good evening")).await;
    assert_eq!(contents(&of_type(&fixture, "open_question").await), [""; 0]);
}

#[tokio::test]
async fn a_goal_comes_on_by_its_steps_and_stalls_without_a_word() {
    let fixture = Fixture::scripted();
    fixture.log(said(day(0), "a", "goal: run a marathon@2026-10-04")).await;
    fixture.log(said(day(1), "b", "goal: run a marathon@2026-10-11")).await;
    fixture.log(said(day(1), "b", "goal: translate the third chapter")).await;
    fixture.log(said(day(2), "c", "goal: translate the third chapter")).await;
    fixture.log(said(day(3), "d", "step: marathon plan")).await;
    fixture.log(said(day(3), "d", "done: a chapter of sleep")).await;
    let goal = fixture.find(ItemKind::Goal, "run a marathon").await.unwrap();
    assert_eq!(goal.target.unwrap().to_string(), "2026-10-11");
    assert_eq!(goal.state, ItemState::Active);
    let progress = of_type(&fixture, "goal_progress").await;
    assert_eq!(contents(&progress), ["1 step towards “run a marathon”"]);
    // Nobody is around: nothing stalls.
    fixture.log(said(day(40), "e", "hello")).await;
    assert_eq!(contents(&of_type(&fixture, "stalled_goal").await), [""; 0]);
    small_talk(&fixture, 12, 42).await;
    assert_eq!(
        contents(&of_type(&fixture, "stalled_goal").await).len(),
        2,
        "{:?}",
        contents(&of_type(&fixture, "stalled_goal").await)
    );
    assert_eq!(contents(&of_type(&fixture, "goal_progress").await), [""; 0]);
    // The owner says that it is over.
    fixture.state(goal.id, ItemState::Archived, Author::Owner).await.unwrap();
    assert_eq!(
        contents(&of_type(&fixture, "stalled_goal").await),
        ["Nothing was heard of “translate the third chapter” since 2026-03-04"]
    );
}

#[tokio::test]
async fn a_preference_that_changed_keeps_both_dates() {
    let fixture = Fixture::scripted();
    fixture.log(said(day(0), "a", "prefer: theme=light")).await;
    fixture.log(said(day(1), "b", "prefer: theme=Light")).await;
    assert_eq!(contents(&of_type(&fixture, "changed_preference").await), [""; 0]);
    fixture.log(said(day(9), "c", "prefer: theme=dark")).await;
    fixture.log(said(day(10), "d", "prefer: theme=dark")).await;
    let item = fixture.find(ItemKind::Preference, "theme").await.unwrap();
    assert_eq!(item.value, Some("dark".into()));
    assert_eq!(item.earlier.len(), 1);
    let earlier = &item.earlier[0];
    assert_eq!((&earlier.value, earlier.since, earlier.until), (&"Light".into(), day(0), day(9)));
    let changed = of_type(&fixture, "changed_preference").await;
    assert_eq!(contents(&changed), ["theme: was “Light” from 2026-03-03 until 2026-03-11, now “dark”"]);
    let profile = fixture.context.profile().await.unwrap();
    assert_eq!(profile.preference_details[0].until, day(9));
}

#[tokio::test]
async fn what_was_replaced_or_given_up_is_no_longer_and_comes_back_when_it_is_said_again() {
    let fixture = Fixture::scripted();
    for n in 0..2 {
        fixture.log(said(day(n), &format!("c{n}"), "like: vim\nlike: squash")).await;
    }
    fixture.log(said(day(3), "x", "switch: vim>helix")).await;
    fixture.log(said(day(4), "y", "quit: squash\nunlike: something unknown")).await;
    assert_eq!(fixture.find(ItemKind::Interest, "vim").await.unwrap().state, ItemState::Archived);
    assert_eq!(fixture.find(ItemKind::Interest, "squash").await.unwrap().state, ItemState::Archived);
    assert_eq!(fixture.find(ItemKind::Interest, "something unknown").await, None);
    let changed = of_type(&fixture, "changed_preference").await;
    assert!(contents(&changed).contains(&"was “vim” until 2026-03-05, now “helix”"), "{changed:?}");
    fixture.log(said(day(6), "z", "like: squash")).await;
    assert_eq!(fixture.find(ItemKind::Interest, "squash").await.unwrap().state, ItemState::Active);
}

#[tokio::test]
async fn a_commitment_is_open_then_overdue_and_done_when_it_is_told() {
    let fixture = Fixture::scripted();
    fixture.log(said(day(0), "a", "promise: send report Anna")).await;
    let status = async |of: &Fixture| match of_type(of, "commitment").await[0].detail {
        Some(InsightDetail::Commitment { status, .. }) => Some(status),
        _ => None,
    };
    assert_eq!(status(&fixture).await, Some(CommitmentStatus::Open));
    let found = of_type(&fixture, "commitment").await.remove(0);
    assert_eq!(
        (found.state, found.due.unwrap().to_string().as_str()),
        (InsightState::Suggested, "2026-03-04")
    );
    fixture.log(said(day(3), "b", "hello")).await;
    assert_eq!(status(&fixture).await, Some(CommitmentStatus::Overdue));
    fixture.log(said(day(4), "c", "done: report sent Anna send")).await;
    assert_eq!(status(&fixture).await, Some(CommitmentStatus::Done));
}

#[tokio::test]
async fn a_finished_week_has_one_digest_and_enough_weeks_have_a_rhythm() {
    let fixture = Fixture::scripted();
    for week in 0..3 {
        for n in 0..25 {
            let at = Timestamp::from_micros(day(week * 7 + n % 5).as_micros() + n * 60_000_000);
            fixture.log(said(at, &format!("w{week}-{n}"), &format!("topic: Bees\n{week} {n}"))).await;
        }
    }
    fixture.log(said(day(14), "decision", "decide: build a hive")).await;
    fixture.context.analysis_settled().await;
    // The third week is not over.
    assert_eq!(of_type(&fixture, "weekly_digest").await.len(), 2);
    assert_eq!(of_type(&fixture, "activity_rhythm").await.len(), 0);
    fixture.log(said(day(21), "next", "a new week")).await;
    let digests = of_type(&fixture, "weekly_digest").await;
    assert_eq!(
        contents(&digests)[0],
        "Week of 2026-03-16: 26 turns in 26 conversations. Mostly about Bees (25)"
    );
    assert_eq!(digests[0].context, "1 decision");
    let rhythm = of_type(&fixture, "activity_rhythm").await;
    assert_eq!(contents(&rhythm), ["You are most active between 09:00 and 13:00 UTC, and on Mondays"]);
    let Some(InsightDetail::Rhythm { hours, .. }) = &rhythm[0].detail else { panic!("{rhythm:?}") };
    assert_eq!((hours.len(), hours.iter().sum::<u32>()), (168, 76));
}
