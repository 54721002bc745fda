use super::*;
use crate::fixture::{Fixture, client, open, turn};
use crate::{ItemChange, ItemKind, LogOutcome, NewItem};

fn change(id: &str, mode: ClientMode) -> ClientRuleChange {
    ClientRuleChange {
        client: id.to_owned(),
        name: id.to_uppercase(),
        by_name: true,
        mode: Some(mode),
        retention: None,
    }
}

fn goal(name: &str) -> NewItem {
    NewItem { kind: ItemKind::Goal, name: name.to_owned(), value: None }
}

#[tokio::test]
async fn a_client_that_may_only_read_writes_nothing() {
    let fixture = Fixture::new();
    let context = &fixture.context;
    let item = fixture.add(ItemKind::Goal, "run 5 km", client("claude")).await.item;
    context.change_client_rule(change("claude", ClientMode::ReadOnly)).await.unwrap();
    let claude = || client("claude");
    assert_eq!(context.log_turn(turn("hello"), claude()).await.unwrap(), LogOutcome::ReadOnly);
    let rename = ItemChange { name: Some("run 6 km".to_owned()), ..ItemChange::default() };
    assert_eq!(context.add_item(goal("swim"), claude()).await.unwrap_err(), Error::ReadOnly);
    assert_eq!(context.update_item(item.id, rename, claude()).await.unwrap_err(), Error::ReadOnly);
    assert_eq!(context.remove_item(item.id, claude()).await.unwrap_err(), Error::ReadOnly);
    context.check_reading(&claude()).unwrap();
    // Others do as they did.
    assert!(matches!(
        context.log_turn(turn("hi"), client("cursor")).await.unwrap(),
        LogOutcome::Stored { .. }
    ));
    context.add_item(goal("swim"), Author::Owner).await.unwrap();
    assert_eq!(context.item(item.id).await.unwrap(), item);
}

#[tokio::test]
async fn an_incognito_client_reads_nothing_and_writes_nothing_until_the_owner_says_so() {
    let fixture = Fixture::new();
    let context = &fixture.context;
    context.change_client_rule(change("claude", ClientMode::Incognito)).await.unwrap();
    assert_eq!(context.log_turn(turn("hello"), client("claude")).await.unwrap(), LogOutcome::Incognito);
    assert_eq!(context.check_reading(&client("claude")), Err(Error::Incognito));
    assert_eq!(context.add_item(goal("swim"), client("claude")).await.unwrap_err(), Error::Incognito);
    context.check_reading(&client("cursor")).unwrap();
    context.check_reading(&Author::Owner).unwrap();
    context.change_client_rule(change("claude", ClientMode::Normal)).await.unwrap();
    context.check_reading(&client("claude")).unwrap();
    fixture.log(turn("hello")).await;
}

#[tokio::test]
async fn a_rule_survives_a_restart_and_a_new_registration_under_the_same_name() {
    let fixture = Fixture::new();
    fixture.context.change_client_rule(change("claude", ClientMode::Incognito)).await.unwrap();
    let by_id = ClientRuleChange { by_name: false, ..change("cursor", ClientMode::ReadOnly) };
    fixture.context.change_client_rule(by_id).await.unwrap();
    fixture.context.clone().close().await;
    let (path, clock) = (fixture.directory.path().to_owned(), fixture.clock.clone());
    let again = tokio::task::spawn_blocking(move || open(&path, &clock, 2)).await.unwrap();
    let mode = |id: &str, name: &str| again.client_rule(id, name).mode;
    assert_eq!(mode("claude", "whatever it calls itself now"), ClientMode::Incognito);
    assert_eq!(mode("another-registration", "CLAUDE"), ClientMode::Incognito);
    assert_eq!(mode("another-registration", "Claude"), ClientMode::Normal);
    assert_eq!(mode("cursor", "CURSOR"), ClientMode::ReadOnly);
    assert_eq!(mode("another-registration", "CURSOR"), ClientMode::Normal);
    // Its own rule is stronger than that of its name.
    let own = ClientRuleChange {
        client: "another-registration".to_owned(),
        by_name: false,
        ..change("claude", ClientMode::Normal)
    };
    again.change_client_rule(own).await.unwrap();
    assert_eq!(mode("another-registration", "CLAUDE"), ClientMode::Normal);
    again.close().await;
}

#[tokio::test]
async fn mode_and_retention_are_changed_one_without_the_other() {
    let fixture = Fixture::new();
    let context = &fixture.context;
    context.change_client_rule(change("claude", ClientMode::ReadOnly)).await.unwrap();
    let keep = |retention| ClientRuleChange {
        mode: None,
        retention: Some(retention),
        ..change("claude", ClientMode::Normal)
    };
    let rule = context.change_client_rule(keep(Retention::Days(30))).await.unwrap();
    assert_eq!(rule, ClientRule { mode: ClientMode::ReadOnly, retention: Retention::Days(30) });
    for days in [0, LONGEST_RETENTION_DAYS + 1] {
        let refused = context.change_client_rule(keep(Retention::Days(days))).await.unwrap_err();
        assert_eq!(refused, Error::Input(InputError::RetentionOutOfRange));
    }
    assert_eq!(context.client_rule("claude", "CLAUDE"), rule);
    let rule = context.change_client_rule(keep(Retention::ForEver)).await.unwrap();
    assert_eq!(rule.retention, Retention::ForEver);
}
