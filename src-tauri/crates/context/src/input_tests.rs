use super::*;
use proptest::prelude::*;

#[test]
fn two_empty_texts_are_refused_with_what_to_pass() {
    let error = check_turn(" \n", "").unwrap_err();
    assert!(error.to_string().contains("pass what the person said as user_message"), "{error}");
    assert_eq!(check_turn("hello", ""), Ok(()));
    assert_eq!(check_turn("", "hello"), Ok(()));
}

#[test]
fn a_text_of_one_mebibyte_is_taken_and_one_byte_more_is_not() {
    let most = "x".repeat(MAX_TEXT_BYTES);
    assert_eq!(check_turn(&most, &most), Ok(()));
    let error = check_turn("x", &format!("{most}x")).unwrap_err();
    assert_eq!(error, InputError::TextTooLong { field: "assistant_response", bytes: MAX_TEXT_BYTES + 1 });
    assert!(error.to_string().contains("shortened or left out"));
}

#[test]
fn names_that_nobody_could_read_are_refused() {
    assert_eq!(check_name("interest", "  "), Err(InputError::EmptyName { field: "interest" }));
    assert_eq!(check_name("interest", "..."), Err(InputError::EmptyName { field: "interest" }));
    assert_eq!(check_name("interest", "a\nb"), Err(InputError::ControlCharacter { field: "interest" }));
    assert_eq!(check_name("interest", "a\u{202E}b"), Err(InputError::ControlCharacter { field: "interest" }));
    assert_eq!(
        check_name("interest", &"x".repeat(501)),
        Err(InputError::NameTooLong { field: "interest", chars: 501 })
    );
    assert_eq!(check_name("interest", &"ä".repeat(500)), Ok("ä".repeat(500)));
}

#[test]
fn spellings_of_one_name_are_one() {
    for spelling in ["Rust", " rust ", "RUST.", "“Rust”", "Ｒｕｓｔ"] {
        assert_eq!(normalise(spelling), "rust", "{spelling}");
    }
    assert_eq!(normalise("Cafe\u{301}  Racer"), normalise("café racer"));
    assert_ne!(normalise("C"), normalise("C++"));
    assert_ne!(normalise("c#"), normalise("c"));
}

#[test]
fn only_a_preference_has_a_value_and_it_must_have_one() {
    let value = Value::from("dark");
    assert_eq!(check_value(ItemKind::Preference, Some(&value)), Ok(()));
    assert_eq!(check_value(ItemKind::Preference, None), Err(InputError::MissingValue));
    assert_eq!(
        check_value(ItemKind::Goal, Some(&value)),
        Err(InputError::UnexpectedValue { kind: ItemKind::Goal })
    );
    let long = Value::from("x".repeat(MAX_VALUE_CHARS));
    assert!(matches!(check_value(ItemKind::Preference, Some(&long)), Err(InputError::ValueTooLong { .. })));
}

#[test]
fn an_empty_key_counts_as_none_and_a_long_one_is_refused() {
    assert_eq!(check_key("conversation", Some("  ".to_owned())), Ok(None));
    assert_eq!(check_key("conversation", Some("a".to_owned())), Ok(Some("a".to_owned())));
    assert!(check_key("conversation", Some("a".repeat(513))).is_err());
    assert!(check_key("conversation", Some("a\0".to_owned())).is_err());
}

#[test]
fn text_moved_from_one_side_to_the_other_has_another_hash() {
    assert_ne!(text_hash("ab", "c"), text_hash("a", "bc"));
    assert_eq!(text_hash("ab", "c"), text_hash("ab", "c"));
}

proptest! {
    #[test]
    fn normalising_twice_changes_nothing_more(name in "\\PC{0,40}") {
        let once = normalise(&name);
        prop_assert_eq!(normalise(&once), once);
    }

    #[test]
    fn a_name_that_was_taken_is_taken_again_as_it_is(name in any::<String>()) {
        if let Ok(shown) = check_name("interest", &name) {
            prop_assert_eq!(check_name("interest", &shown), Ok(shown.clone()));
            prop_assert_eq!(normalise(&name), normalise(&shown));
        }
    }
}
