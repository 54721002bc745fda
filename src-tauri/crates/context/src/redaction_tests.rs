use proptest::prelude::*;
use serde_json::json;

use super::*;

#[path = "redaction/corpus.rs"]
mod corpus;

#[test]
fn every_secret_of_the_corpus_is_replaced_by_a_mark_of_its_kind() {
    let secrets = corpus::secrets();
    assert!(secrets.len() >= 60, "{}", secrets.len());
    let mut kept = Vec::new();
    for corpus::Case { kind, before, secret, after } in &secrets {
        let text = format!("{before}{secret}{after}");
        let cleaned = Redaction::On.clean(&text);
        let expected = format!("{before}[redacted: {kind}]{after}");
        if cleaned != expected {
            kept.push(format!("{text}\n   became {cleaned}\n instead of {expected}"));
        }
    }
    assert!(kept.is_empty(), "{} of {}:\n{}", kept.len(), secrets.len(), kept.join("\n"));
}

#[test]
fn what_only_looks_like_a_secret_stays_as_it_is() {
    let innocent = corpus::innocent();
    assert!(innocent.len() >= 100, "{}", innocent.len());
    let changed: Vec<_> = innocent
        .iter()
        .filter(|text| Redaction::On.clean(text) != text.as_str())
        .map(|text| format!("{text}\n   became {}", Redaction::On.clean(text)))
        .collect();
    assert!(changed.is_empty(), "{} of {}:\n{}", changed.len(), innocent.len(), changed.join("\n"));
}

#[test]
fn several_secrets_in_one_text_go_and_the_words_between_them_stay() {
    let secrets = corpus::secrets();
    let lines: Vec<String> =
        secrets.iter().map(|case| format!("ä {}{}{} ö\n", case.before, case.secret, case.after)).collect();
    let text = lines.concat();
    let cleaned = Redaction::On.clean(&text);
    for case in &secrets {
        assert!(!cleaned.contains(&case.secret), "{}: {}", case.kind, case.secret);
    }
    assert_eq!(cleaned.matches("[redacted: ").count(), secrets.len());
    assert_eq!(cleaned.matches('ö').count(), secrets.len());
}

#[test]
fn an_owner_who_wants_to_keep_secrets_keeps_them_but_never_private_parts() {
    let text = format!("{} <private>x</private>", corpus::secrets()[0].secret);
    assert_eq!(Redaction::Off.clean(&text), format!("{} [private]", corpus::secrets()[0].secret));
}

#[test]
fn private_parts_are_left_out() {
    for (text, expected) in [
        ("a <private>b</private> c", "a [private] c"),
        ("a <PRIVATE>b</Private> c", "a [private] c"),
        ("a <private reason=\"x > y\">b</private> c", "a [private] c"),
        ("a <private\n  x='1'>b</private\n> c", "a [private] c"),
        ("a <private>b <private>c</private> d</private> e", "a [private] e"),
        ("a <private>b <private>c</private> d", "a [private]"),
        ("a <private>b", "a [private]"),
        ("a <private never closed b", "a [private]"),
        ("a </private> b", "a </private> b"),
        ("a <private/> b", "a <private/> b"),
        ("a <private /> b", "a <private /> b"),
        ("a <privateer> b </privateer> c", "a <privateer> b </privateer> c"),
        ("`<private>b</private>` c", "`[private]` c"),
        ("```\n<private>b\n```\nc</private>d", "```\n[private]d"),
        ("a &lt;private&gt;b&lt;/private&gt; c", "a [private] c"),
        ("<private>b</private><private>c</private>", "[private][private]"),
        ("", ""),
    ] {
        assert_eq!(Redaction::On.clean(text), expected, "{text}");
    }
}

#[test]
fn only_what_is_private_whole_counts_as_that() {
    for (text, is_private) in [
        ("<private>a</private>", true),
        (" <private>a</private>\n<private>b</private> ", true),
        ("<private>a</private> b", false),
        ("", false),
        ("a", false),
    ] {
        assert_eq!(is_private_whole(&Redaction::On.clean(text)), is_private, "{text:?}");
    }
}

#[test]
fn values_are_cleaned_whole_and_by_their_names() {
    let password = ["hunter", "2"].concat();
    let mut value = json!({ "host": "db", "password": password, "notes": ["<private>x</private>", 3, null] });
    Redaction::On.clean_value("connection", &mut value);
    assert_eq!(
        value,
        json!({ "host": "db", "password": "[redacted: password]", "notes": ["[private]", 3, null] })
    );
    let mut value = json!(password);
    Redaction::On.clean_value("wifi password", &mut value);
    assert_eq!(value, json!("[redacted: password]"));
    let mut value = json!("dark");
    Redaction::On.clean_value("theme", &mut value);
    assert_eq!(value, json!("dark"));
}

proptest! {
    #[test]
    fn cleaning_twice_changes_nothing_more(
        pieces in prop::collection::vec((0_usize..200, "[ -~äß\n]{0,12}", any::<bool>()), 0..6),
    ) {
        let secrets = corpus::secrets();
        let text: Vec<String> = pieces
            .iter()
            .map(|(case, between, private)| {
                let tag = if *private { "<private>" } else { "" };
                let case = &secrets[case % secrets.len()];
                format!("{between}{tag} {}{}{}\n", case.before, case.secret, case.after)
            })
            .collect();
        let once = Redaction::On.clean(&text.concat()).into_owned();
        prop_assert_eq!(Redaction::On.clean(&once).into_owned(), once);
    }

    #[test]
    fn any_text_can_be_cleaned(text in "\\PC{0,200}") {
        let cleaned = Redaction::On.clean(&text);
        prop_assert!(!cleaned.to_lowercase().contains("<private>"));
    }
}

/// Text that would hurt a rule that goes back over what it read: much of it is cleaned in a moment. (No time is
/// measured; a quadratic rule would let this test run for minutes.)
#[test]
fn hostile_repetitions_take_linear_time() {
    for piece in [
        "-----BEGIN PRIVATE KEY-----\n",
        "<private ",
        "</private>",
        "a://b:",
        "password=",
        "eyJaaaaaaaaa.",
        "4 ",
        "sk-",
        "curl -u a",
        "authorization: bearer ",
        "&lt;private&gt;",
        "password is ",
        "\u{0}\u{301}",
        "<",
        "4111-",
        "AKIA",
        "Bearer a",
    ] {
        let text = piece.repeat(32 * 1024 / piece.len());
        assert!(Redaction::On.clean(&text).len() <= text.len() + 64, "{piece}");
    }
}
