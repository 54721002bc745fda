use proptest::prelude::*;

use super::*;
use crate::fixture::{Fixture, client, files_with, in_conversation};
use crate::{ClientRuleChange, ImportFormat, ImportRequest, ItemKind, NewTurn};

proptest! {
    #[test]
    fn the_rule_of_a_client_is_stronger_than_that_for_all(days in 1_u32..4000, all in 1_u32..4000) {
        let now = Timestamp::from_micros(2_000_000_000_000_000);
        let before = |days: u32| Some(now.minus(DAY * days));
        let for_all = RetentionSetting::Days(all);
        prop_assert_eq!(oldest_kept(Retention::Days(days), for_all, now), before(days));
        prop_assert_eq!(oldest_kept(Retention::Days(days), RetentionSetting::ForEver, now), before(days));
        prop_assert_eq!(oldest_kept(Retention::AsForAll, for_all, now), before(all));
        prop_assert_eq!(oldest_kept(Retention::ForEver, for_all, now), None);
        prop_assert_eq!(oldest_kept(Retention::AsForAll, RetentionSetting::ForEver, now), None);
    }
}

async fn rule(fixture: &Fixture, client: &str, retention: Retention) {
    let change = ClientRuleChange {
        client: client.to_owned(),
        name: client.to_uppercase(),
        by_name: false,
        mode: None,
        retention: Some(retention),
    };
    fixture.context.change_client_rule(change).await.unwrap();
}

#[tokio::test]
async fn nothing_is_removed_unless_the_owner_says_so() {
    let fixture = Fixture::new();
    fixture.log(in_conversation("a", "old")).await;
    fixture.clock.advance(DAY * 10_000);
    assert_eq!(fixture.context.expire_old().await.unwrap(), Expired::default());
    assert_eq!(fixture.context.statistics().await.unwrap().turns, 1);
}

#[tokio::test]
async fn old_turns_go_with_what_only_they_spoke_for_and_the_file_shrinks() {
    let fixture = Fixture::new();
    let context = &fixture.context;
    let stated = fixture.add(ItemKind::Goal, "run 5 km", client("claude")).await.item;
    for number in 0..160 {
        let text = format!("I'm interested in zymurgy. {number} {}", "lorem ipsum ".repeat(100));
        fixture.log(in_conversation("old", &text)).await;
    }
    context.analysis_settled().await;
    context.inner.database.empty_log().await.unwrap();
    let size = || std::fs::metadata(fixture.directory.path().join("context.db")).unwrap().len();
    let full = size();
    fixture.clock.advance(DAY * 31);
    fixture.log(in_conversation("new", "recent")).await;
    context.set_retention(RetentionSetting::Days(30));
    let expired = context.expire_old().await.unwrap();
    assert_eq!(expired.turns, 160);
    assert!(expired.pages > 30, "{expired:?}");
    assert!(size() * 2 < full, "{} of {full}", size());
    assert_eq!(context.statistics().await.unwrap().turns, 1);
    assert_eq!(fixture.find(ItemKind::Interest, "zymurgy").await, None);
    assert_eq!(context.item(stated.id).await.unwrap().name, stated.name);
    assert_eq!(context.integrity().await.unwrap(), Vec::<String>::new());
    assert_eq!(context.expire_old().await.unwrap(), Expired::default());
}

#[tokio::test]
async fn no_file_holds_a_byte_of_what_expired_while_others_talk_on() {
    let fixture = Fixture::new();
    let context = &fixture.context;
    for number in 0..200 {
        let text = format!("I like zymurgy {number}. {}", "lorem ipsum ".repeat(number % 90));
        fixture.log(in_conversation(&format!("old {}", number % 7), &text)).await;
    }
    context.analysis_settled().await;
    fixture.clock.advance(DAY * 31);
    context.set_retention(RetentionSetting::Days(30));
    let talking = async {
        for number in 0..40 {
            fixture.log(in_conversation("new", &format!("We talk of otters {number}."))).await;
        }
    };
    let (expired, ()) = tokio::join!(context.expire_old(), talking);
    assert_eq!(expired.unwrap().turns, 200);
    assert_eq!(files_with(fixture.directory.path(), "zymurgy"), Vec::<String>::new());
    assert_eq!(context.statistics().await.unwrap().turns, 40);
    assert_eq!(context.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn each_client_and_each_import_has_its_own_time() {
    let fixture = Fixture::new();
    let context = &fixture.context;
    for name in ["claude", "cursor", "zed"] {
        let turn = NewTurn { conversation: Some(name.to_owned()), ..crate::fixture::turn(name) };
        context.log_turn(turn, client(name)).await.unwrap();
    }
    let input = fixture.directory.path().join("turns.jsonl");
    let at = context.inner.clock.now();
    std::fs::write(
        &input,
        format!(r#"{{"user_message":"imported","client":"archive","occurred_at":"{at}"}}"#),
    )
    .unwrap();
    context.import(ImportRequest { format: Some(ImportFormat::Turns), input, dry_run: false }).await.unwrap();
    context.set_retention(RetentionSetting::Days(30));
    rule(&fixture, "claude", Retention::ForEver).await;
    rule(&fixture, "cursor", Retention::Days(60)).await;
    rule(&fixture, "archive", Retention::Days(10)).await;
    for (days, left) in [(9, 4), (2, 3), (20, 2), (30, 1), (1000, 1)] {
        fixture.clock.advance(DAY * days);
        context.expire_old().await.unwrap();
        assert_eq!(context.statistics().await.unwrap().turns, left, "after {days} more days");
    }
}

#[tokio::test]
async fn what_an_import_brings_is_kept_as_it_was_chosen_from_its_first_turn_on() {
    let fixture = Fixture::new();
    let context = &fixture.context;
    context.set_retention(RetentionSetting::Days(30));
    let input = fixture.directory.path().join("turns.jsonl");
    let line = |days: u32| {
        let at = context.inner.clock.now().minus(DAY * days);
        format!(r#"{{"user_message":"{days} days ago","client":"archive","occurred_at":"{at}"}}"#)
    };
    std::fs::write(&input, [line(1), line(40), line(400)].join("\n")).unwrap();
    let import = async |keep: Option<Retention>, dry_run: bool| {
        let request = ImportRequest { format: Some(ImportFormat::Turns), input: input.clone(), dry_run };
        context.import_keeping(request, keep, crate::Cancel::default(), |_| {}).await
    };
    assert_eq!(import(None, true).await.unwrap().expiring, 2);
    assert_eq!(import(Some(Retention::ForEver), true).await.unwrap().expiring, 0);
    assert_eq!(
        context.client_rule("archive", "archive").retention,
        Retention::AsForAll,
        "looking is no choice"
    );
    let error = import(Some(Retention::Days(0)), false).await.unwrap_err();
    assert_eq!(error, Error::Input(crate::InputError::RetentionOutOfRange));
    let report = import(Some(Retention::Days(100)), false).await.unwrap();
    assert_eq!((report.turns, report.expiring), (3, 1));
    assert_eq!(context.expire_old().await.unwrap().turns, 1);
    assert_eq!(context.statistics().await.unwrap().turns, 2);
    let at = |days: u32| context.inner.clock.now().minus(DAY * days);
    assert_eq!(
        context.imported().await.unwrap(),
        [crate::Imported {
            source: "archive".to_owned(),
            turns: 2,
            first: at(40),
            last: at(1),
            retention: Retention::Days(100),
        }]
    );
    // The next import from there follows the same rule; other sources do not.
    assert_eq!(import(None, true).await.unwrap().expiring, 1);
    assert_eq!(context.client_rule("other", "other").retention, Retention::AsForAll);
}

#[tokio::test]
async fn an_export_of_our_own_takes_no_time_of_its_own() {
    let fixture = Fixture::new();
    fixture.log(in_conversation("a", "hello")).await;
    fixture.exported("all.json").await;
    let input = fixture.directory.path().join("all.json");
    let request = ImportRequest { format: None, input, dry_run: false };
    let other = Fixture::seeded(2);
    let keep = Some(Retention::ForEver);
    let refused = other.context.import_keeping(request, keep, crate::Cancel::default(), |_| {}).await;
    assert_eq!(refused.unwrap_err(), Error::Input(crate::InputError::RetentionOfExport));
    assert_eq!(other.context.statistics().await.unwrap().turns, 0);
}
