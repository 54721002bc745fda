//! The frequent questions cost the same whatever the store's size.

use rusqlite::{Connection, StatementStatus};

use crate::analysis::over_time::past;
use crate::fixture::Fixture;
use crate::{
    Error, TurnOrder, conversation, evidence, history, imported, insight, item, item_past, profile,
    reflection, topic, turn,
};

/// How SQLite would run a statement.
fn plan(connection: &Connection, sql: &str) -> String {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let count = statement.parameter_count();
    let nothing = vec![rusqlite::types::Null; count];
    let rows =
        statement.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3)).unwrap();
    rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_frequent_questions_walk_an_index_and_sort_nothing() {
    let fixture = Fixture::new();
    let questions = [
        insight::RECENT.to_owned(),
        insight::RECENT_OF_TYPE.to_owned(),
        item::BY_STATE.to_owned(),
        profile::LAST_UPDATE.to_owned(),
        conversation::LIST.to_owned(),
        conversation::BY_ID.to_owned(),
        conversation::OPEN.to_owned(),
        turn::list_sql("?4 IS NULL", TurnOrder::NewestFirst),
        turn::list_sql("?4 IS NULL", TurnOrder::OldestFirst),
        turn::list_sql("t.conversation = ?4", TurnOrder::NewestFirst),
        turn::list_sql("t.conversation = ?4", TurnOrder::OldestFirst),
        turn::list_sql("t.author = ?4", TurnOrder::NewestFirst),
        turn::list_sql("t.author = ?4", TurnOrder::OldestFirst),
        evidence::OF_ITEM.to_owned(),
        evidence::OF_INSIGHT.to_owned(),
        history::OF_SUBJECT.to_owned(),
        item_past::NOTES.to_owned(),
        item_past::EARLIER.to_owned(),
        item_past::SAID.to_owned(),
        reflection::AFTER.to_owned(),
        reflection::SINCE.to_owned(),
        past::NEWEST.to_owned(),
        topic::TURNS.to_owned(),
        imported::OF_AUTHOR.to_owned(),
        past::TURNS_SINCE.to_owned(),
        past::MENTIONS_SINCE.to_owned(),
        past::SIGNALS_SINCE.to_owned(),
        past::NOTICED_SINCE.to_owned(),
        "SELECT seq FROM insight WHERE over_time = 1".to_owned(),
        "DELETE FROM mention WHERE turn = ?1".to_owned(),
        "DELETE FROM item_said WHERE turn = ?1".to_owned(),
        "SELECT max(occurred_at) FROM item_evidence WHERE item = ?1".to_owned(),
        "SELECT max(occurred_at) FROM insight_evidence WHERE insight = ?1".to_owned(),
        "DELETE FROM item_evidence WHERE turn = ?1".to_owned(),
        "DELETE FROM insight_evidence WHERE turn = ?1".to_owned(),
    ];
    fixture
        .context
        .inner
        .database
        .read(move |connection| {
            for sql in &questions {
                let plan = plan(connection, sql);
                for line in plan.lines() {
                    assert!(!line.starts_with("SCAN") && !line.contains("TEMP B-TREE"), "{sql}\n{plan}");
                }
            }
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
}

/// Puts `count` rows into each table of the frequent questions.
fn fill(connection: &Connection, count: u32) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "INSERT OR IGNORE INTO author (key, kind, id, name) VALUES (1, 'client', 'c', 'C');
         CREATE TEMP TABLE n AS WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})
             SELECT n FROM n;
         INSERT INTO conversation (id, author, external_key, started_at, last_at, turn_count)
             SELECT randomblob(16), 1, 'k' || n, n, n, 1 FROM n;
         INSERT INTO turn (id, conversation, author, occurred_at, logged_at, text_hash, user_message, assistant_response)
             SELECT randomblob(16), 1, 1, n, n, n, 'said', 'answered' FROM n;
         INSERT INTO item (id, kind, name, normal_name, state, author, created_at, updated_at, last_seen_at)
             SELECT randomblob(16), 'interest', n, n, 'active', 1, n, n, n FROM n;
         INSERT INTO insight (id, insight_type, content, context, confidence, state, author, occurred_at, created_at, dedup_key)
             SELECT randomblob(16), 'learning_moment', n, '', 0.5, 'active', 1, n, n, randomblob(16) FROM n;
         INSERT INTO insight_evidence (insight, turn, side, range_start, range_end, occurred_at)
             SELECT 1, n, 'user', 0, 1, n FROM n;
         DROP TABLE n;"
    ))
}

/// How many steps SQLite's machine takes for one page of each frequent question.
fn steps(connection: &Connection) -> rusqlite::Result<Vec<i32>> {
    let end = i64::MAX;
    let page = |sql: &str, filter: Option<i64>| {
        let mut statement = connection.prepare(sql)?;
        let count = statement.query((end, end, 5, filter))?.mapped(|_| Ok(())).count();
        assert_eq!(count, 5, "{sql}");
        Ok::<_, rusqlite::Error>(statement.get_status(StatementStatus::VmStep))
    };
    let first_page = |sql: &str, filter: Option<i64>| {
        let mut statement = connection.prepare(sql)?;
        let count = statement.query((i64::MIN, i64::MIN, 5, filter))?.mapped(|_| Ok(())).count();
        assert_eq!(count, 5, "{sql}");
        Ok::<_, rusqlite::Error>(statement.get_status(StatementStatus::VmStep))
    };
    let mut steps = vec![
        first_page(&turn::list_sql("?4 IS NULL", TurnOrder::OldestFirst), None)?,
        first_page(&turn::list_sql("t.conversation = ?4", TurnOrder::OldestFirst), Some(1))?,
        first_page(&turn::list_sql("t.author = ?4", TurnOrder::OldestFirst), Some(1))?,
        page(&turn::list_sql("?4 IS NULL", TurnOrder::NewestFirst), None)?,
        page(&turn::list_sql("t.conversation = ?4", TurnOrder::NewestFirst), Some(1))?,
        page(&turn::list_sql("t.author = ?4", TurnOrder::NewestFirst), Some(1))?,
    ];
    let mut count = |sql: &str, parameters: &[&dyn rusqlite::ToSql]| {
        let mut statement = connection.prepare(sql)?;
        assert_eq!(statement.query(parameters)?.mapped(|_| Ok(())).count(), 5, "{sql}");
        steps.push(statement.get_status(StatementStatus::VmStep));
        Ok::<_, rusqlite::Error>(())
    };
    count(conversation::LIST, &[&end, &end, &5])?;
    // The conversation that has all the turns: its opening costs no more for it.
    let of_first = "SELECT id FROM conversation WHERE seq = 1";
    let first: Vec<u8> = connection.query_row(of_first, [], |row| row.get(0))?;
    let mut by_id = connection.prepare(conversation::BY_ID)?;
    let opening: String = by_id.query_row([first], |row| row.get(9))?;
    assert_eq!(opening, "said");
    let of_conversation = by_id.get_status(StatementStatus::VmStep);
    count(item::BY_STATE, &[&"interest", &"active", &5])?;
    count(insight::RECENT, &[&"active", &end, &end, &5])?;
    count(insight::RECENT_OF_TYPE, &[&"active", &end, &end, &5, &"learning_moment"])?;
    count(evidence::OF_INSIGHT, &[&1, &5])?;
    steps.push(of_conversation);
    Ok(steps)
}

#[tokio::test]
async fn a_page_takes_as_many_steps_among_ten_thousand_rows_as_among_ten() {
    let mut taken = Vec::new();
    for count in [10, 10_000] {
        let fixture = Fixture::new();
        let steps = fixture.context.inner.database.write(move |connection| {
            fill(connection, count)?;
            Ok::<_, Error>(steps(connection)?)
        });
        taken.push(steps.await.unwrap());
    }
    assert_eq!(taken[0], taken[1]);
}
