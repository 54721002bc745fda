use clock::SeededRandom;
use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> WeakSecret {
    ClientSecret::new(text).unwrap_err()
}

#[test]
fn what_people_write_where_a_secret_belongs_is_refused() {
    for text in [
        "changeme-changeme-changeme-changeme",
        "changeme1234567890changeme0987654321",
        "your-client-secret-goes-here-please",
        "YOUR_CLIENT_SECRET_AT_LEAST_32_CHARACTERS",
        "this-is-a-very-long-secret-string-for-testing",
        "supersecretsupersecretsupersecret123",
        "secretsecretsecretsecretsecretsecret",
        "correct horse battery staple password",
        "replace-this-with-a-random-string-of-32",
        "qwertyuiopasdfghjklzxcvbnmqwertyuiop",
    ] {
        assert!(matches!(refused(text), WeakSecret::Sample | WeakSecret::Pattern), "{text}");
    }
}

#[test]
fn one_character_patterns_and_rows_are_refused() {
    for text in [
        "x".repeat(64),
        "ab".repeat(20),
        "k3J9-x2Qw8Zp".repeat(3),
        "abcdefghijklmnopqrstuvwxyz0123456789".to_owned(),
        "zyxwvutsrqponmlkjihgfedcba9876543210".to_owned(),
        "aabbaabbabab1212121212aabbab12aabb12".to_owned(),
    ] {
        assert_eq!(refused(&text), WeakSecret::Pattern, "{text}");
    }
}

#[test]
fn what_is_too_short_or_does_not_survive_a_header_is_refused_for_its_own_reason() {
    assert_eq!(refused(""), WeakSecret::TooShort { length: 0 });
    assert_eq!(refused("k3J9-x2Qw8Zp-7fLmT1vRb6Yc-0HdNs"), WeakSecret::TooShort { length: 31 });
    assert_eq!(refused("k3J9-x2Qw8Zp-7fLmT1vRb6Yc-0HdNs\n"), WeakSecret::Characters);
    assert_eq!(refused(" k3J9-x2Qw8Zp-7fLmT1vRb6Yc-0HdNs"), WeakSecret::Characters);
    assert_eq!(refused("k3J9-x2Qw8Zp-7fLmT1vRb6Yc-0HdNsé"), WeakSecret::Characters);
    assert_eq!(refused(&"k3J9-x2Qw8Zp-7f".repeat(40)), WeakSecret::TooLong);
    assert!(refused("short").to_string().contains("32 or more random characters"));
}

#[test]
fn a_secret_is_never_shown_by_debug() {
    let secret = ClientSecret::generate(&SeededRandom::new(7));
    let shown = format!("{secret:?} {:?}", secret.hash());
    assert!(!shown.contains(&secret.expose()[8..20]), "{shown}");
}

proptest! {
    #[test]
    fn every_generated_secret_is_good_enough(seed: u64) {
        let secret = ClientSecret::generate(&SeededRandom::new(seed));
        prop_assert!(ClientSecret::new(secret.expose()).is_ok());
    }

    #[test]
    fn random_digits_letters_and_bytes_in_hexadecimal_are_good_enough(bytes in any::<[u8; 32]>(), text in "[A-Za-z0-9+/]{40}") {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap();
        let hexadecimal: String = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        // proptest likes all zeroes; those are a pattern.
        let different = hexadecimal.bytes().collect::<std::collections::HashSet<_>>().len();
        prop_assume!(different > 9);
        prop_assert!(ClientSecret::new(&hexadecimal).is_ok(), "{hexadecimal}");
        prop_assert!(ClientSecret::new(&text).is_ok(), "{text}");
    }

    #[test]
    fn nothing_short_and_nothing_periodic_is_a_secret(short in "[ -~]{0,31}", pattern in "[ -~]{1,16}", times in 3_usize..20) {
        prop_assert!(ClientSecret::new(&short).is_err());
        prop_assert!(ClientSecret::new(&pattern.repeat(times)).is_err());
    }

    #[test]
    fn no_text_makes_the_rules_panic(text in "\\PC{0,600}") {
        let _ = ClientSecret::new(&text);
    }

    #[test]
    fn only_the_same_text_has_the_same_hash(one in "[ -~]{32,60}", two in "[ -~]{32,60}") {
        prop_assert_eq!(SecretHash::of(&one) == SecretHash::of(&two), one == two);
    }
}
