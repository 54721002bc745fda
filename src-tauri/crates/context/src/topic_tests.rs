use super::*;
use crate::analysis::over_time::tests::{contents, day, of_type, said};
use crate::fixture::{Fixture, in_conversation};
use crate::{ImportFormat, ImportRequest};

async fn listed(fixture: &Fixture, query: TopicQuery) -> Vec<Topic> {
    fixture.context.analysis_settled().await;
    fixture.context.topics(query).await.unwrap().topics
}

async fn names(fixture: &Fixture, query: TopicQuery) -> Vec<String> {
    listed(fixture, query).await.into_iter().map(|topic| topic.name).collect()
}

fn of(text: &str) -> TopicQuery {
    TopicQuery { text: Some(text.to_owned()), ..TopicQuery::default() }
}

fn dismissed() -> TopicQuery {
    TopicQuery { dismissed: true, ..TopicQuery::default() }
}

fn person(normal_name: &str) -> TopicKey {
    TopicKey { kind: MentionKind::Person, normal_name: normal_name.to_owned() }
}

/// Anna comes up on ten days in ten conversations, Bees in the last two of them, Cleo once.
async fn some_weeks(fixture: &Fixture) {
    for n in 0..10 {
        let bees = if n >= 8 { "\ntopic: Bees" } else { "" };
        fixture.log(said(day(7 * n), &format!("c{n}"), &format!("person: Anna{bees}\n{n}"))).await;
    }
    fixture.log(said(day(63), "last", "person: anna\nperson: Cleo")).await;
}

#[tokio::test]
async fn what_is_spoken_of_is_counted_by_the_week_and_named_as_it_was_spelled_last() {
    let fixture = Fixture::scripted();
    assert_eq!(fixture.context.topics(TopicQuery::default()).await.unwrap(), TopicOverview::default());
    some_weeks(&fixture).await;
    fixture.context.analysis_settled().await;
    let overview = fixture.context.topics(TopicQuery::default()).await.unwrap();
    let [anna, bees] = overview.topics.as_slice() else { panic!("{overview:?}") };
    assert_eq!((anna.name.as_str(), anna.turns, anna.conversations, anna.days), ("anna", 11, 11, 10));
    assert_eq!((bees.name.as_str(), bees.turns, bees.conversations), ("Bees", 2, 2));
    // Fourteen weeks, the newest turn's last; the first four are silent.
    assert_eq!(anna.weeks, [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
    assert_eq!(overview.turns_by_week, anna.weeks);
    assert_eq!(overview.since.unwrap().as_micros(), day(-28).as_micros() - 12 * 3_600_000_000);
    assert_eq!((overview.as_of, anna.last), (Some(day(63)), day(63)));
    assert!(!overview.more && !overview.is_partial);
    // Once is no topic, but it is found by its name.
    assert_eq!(names(&fixture, of("cle")).await, ["Cleo"]);
    assert_eq!(names(&fixture, of("zoe")).await, [""; 0]);
    let newest = TopicQuery { order: TopicOrder::Newest, limit: 1, ..TopicQuery::default() };
    let overview = fixture.context.topics(newest).await.unwrap();
    assert_eq!((overview.topics.len(), overview.more), (1, true));
    let persons = TopicQuery { kind: Some(MentionKind::Topic), ..TopicQuery::default() };
    assert_eq!(names(&fixture, persons).await, ["Bees"]);
}

#[tokio::test]
async fn the_turns_of_a_topic_come_in_pages_with_the_words_that_name_it() {
    let fixture = Fixture::scripted();
    some_weeks(&fixture).await;
    fixture.context.analysis_settled().await;
    let (mut before, mut found) = (None, Vec::new());
    loop {
        let page = fixture.context.topic_turns(person("anna"), before, 4).await.unwrap();
        found.extend(page.entries);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(found.len(), 11);
    for (evidence, name) in found.iter().zip(std::iter::once("anna").chain(std::iter::repeat("Anna"))) {
        let turn = fixture.context.turn(evidence.turn_id).await.unwrap();
        let (start, end) = (evidence.start as usize, evidence.end as usize);
        assert_eq!(&turn.user_message[start..end], name);
    }
    assert_eq!(fixture.context.topic_turns(person("zoe"), None, 4).await.unwrap().entries, []);
}

#[tokio::test]
async fn what_rises_and_fades_is_what_the_insights_say_with_the_same_counts() {
    let fixture = Fixture::scripted();
    for n in 0..60 {
        let topic = if n < 45 { "topic: Sailing\n" } else { "topic: Bees\n" };
        fixture.log(said(day(n), &format!("c{n}"), &format!("{topic}{n}"))).await;
        fixture.log(said(day(n), &format!("d{n}"), &format!("nothing {n}"))).await;
    }
    for (order, insight_type, direction) in [
        (TopicOrder::Rising, "rising_topic", Direction::Rising),
        (TopicOrder::Fading, "fading_topic", Direction::Fading),
    ] {
        let topics = listed(&fixture, TopicQuery { order, ..TopicQuery::default() }).await;
        let [topic] = topics.as_slice() else { panic!("{topics:?}") };
        let trend = topic.trend.unwrap();
        assert_eq!(trend.direction, direction);
        let insights = of_type(&fixture, insight_type).await;
        let words = format!("{}: {} turn", topic.name, trend.recent);
        assert!(insights[0].content.contains(&words), "{words:?} {:?}", insights[0].content);
        assert!(insights[0].content.contains(&format!(" {} in the 90 days before", trend.before)));
    }
}

#[tokio::test]
async fn a_dismissed_topic_is_in_no_list_and_no_conclusion_until_it_is_brought_back() {
    let fixture = Fixture::scripted();
    some_weeks(&fixture).await;
    let recurs = ["anna came up in 11 conversations on 10 days"];
    assert_eq!(contents(&of_type(&fixture, "recurring_person").await), recurs);
    fixture.context.dismiss_topic(person("anna"), true, Author::Owner).await.unwrap();
    assert_eq!(names(&fixture, TopicQuery::default()).await, ["Bees"]);
    assert_eq!(names(&fixture, of("anna")).await, [""; 0]);
    assert_eq!(names(&fixture, dismissed()).await, ["anna"]);
    assert_eq!(contents(&of_type(&fixture, "recurring_person").await), [""; 0]);
    // Whoever comes up again stays out, also after everything was found anew.
    fixture.log(said(day(64), "again", "person: Anna")).await;
    fixture.context.rebuild().await.unwrap();
    assert_eq!(names(&fixture, TopicQuery::default()).await, ["Bees"]);
    assert_eq!(contents(&of_type(&fixture, "recurring_person").await), [""; 0]);
    fixture.context.dismiss_topic(person("anna"), false, Author::Owner).await.unwrap();
    assert_eq!(names(&fixture, dismissed()).await, [""; 0]);
    assert_eq!(names(&fixture, TopicQuery::default()).await, ["Anna", "Bees"]);
    assert_eq!(
        contents(&of_type(&fixture, "recurring_person").await),
        ["Anna came up in 12 conversations on 11 days"]
    );
}

#[tokio::test]
async fn a_dismissal_goes_along_with_an_export_and_holds_no_name() {
    let fixture = Fixture::scripted();
    some_weeks(&fixture).await;
    fixture.context.dismiss_topic(person("anna"), true, Author::Owner).await.unwrap();
    fixture.context.analysis_settled().await;
    let marks: Vec<Vec<u8>> = fixture
        .context
        .inner
        .database
        .read(|connection| {
            let mut marks = connection.prepare("SELECT mark FROM forgotten")?;
            let marks = marks.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok::<_, Error>(marks)
        })
        .await
        .unwrap();
    assert_eq!(marks.iter().map(Vec::len).collect::<Vec<_>>(), [16]);
    fixture.exported("all.json").await;
    let other = Fixture::scripted();
    let input = fixture.directory.path().join("all.json");
    let request = ImportRequest { format: Some(ImportFormat::Json), input, dry_run: false };
    other.context.import(request).await.unwrap();
    assert_eq!(names(&other, TopicQuery::default()).await, ["Bees"]);
    assert_eq!(names(&other, dismissed()).await, ["anna"]);
}

#[tokio::test]
async fn a_topic_is_found_by_another_form_of_its_words() {
    let fixture = Fixture::new();
    for n in 0..2 {
        let told = in_conversation(&format!("c{n}"), "The harbour pilots told me about the currents.");
        fixture.log(told).await;
    }
    let found = names(&fixture, of("Harbour pilot")).await;
    assert!(found.iter().any(|name| name == "harbour pilots"), "{found:?}");
}
