use clock::SeededRandom;
use proptest::prelude::*;

use super::*;

#[test]
fn a_secret_is_read_again_only_as_its_own_kind_and_unchanged() {
    let token = Token::<Access>::generate(&SeededRandom::new(1));
    let text = token.expose().to_owned();
    assert!(text.starts_with("ami_at_"));
    assert_eq!(text.len(), 56);
    assert_eq!(Token::<Access>::parse(&text).unwrap().hash(), token.hash());
    assert!(Token::<Refresh>::parse(&text).is_none());
    assert!(Token::<Refresh>::parse(&text.replace("ami_at_", "ami_rt_")).is_none());
}

#[test]
fn one_changed_character_breaks_the_checksum() {
    let text = Token::<Refresh>::generate(&SeededRandom::new(2)).expose().to_owned();
    for position in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(Token::<Refresh>::parse(&changed).is_none(), "position {position}");
    }
}

#[test]
fn debug_shows_nothing_of_a_secret_or_its_hash() {
    let token = Token::<Access>::generate(&SeededRandom::new(3));
    let shown = format!("{token:?} {:?}", token.hash());
    assert!(!shown.contains(&token.expose()[8..20]), "{shown}");
}

#[test]
fn a_derived_secret_is_the_same_each_time_and_differs_by_context_and_parent() {
    let parent = Token::<Browser>::generate(&SeededRandom::new(4));
    let other = Token::<Browser>::generate(&SeededRandom::new(5));
    let derive = |parent, context: &[u8]| Token::<Code>::derived_from(parent, context).expose().to_owned();
    assert_eq!(derive(&parent, b"one"), derive(&parent, b"one"));
    assert_ne!(derive(&parent, b"one"), derive(&parent, b"two"));
    assert_ne!(derive(&parent, b"one"), derive(&other, b"one"));
}

#[test]
fn a_confirmation_code_may_be_typed_with_spaces_hyphens_and_small_letters() {
    let browser = Token::<Browser>::generate(&SeededRandom::new(6));
    let code = ConfirmationCode::derived_from(&browser, b"request");
    let shown = code.expose();
    assert_eq!(shown.len(), ConfirmationCode::LENGTH);
    assert!(!shown.contains(['0', '1', 'I', 'L', 'O']));
    let typed = format!(" {}-{} ", &shown[..3].to_lowercase(), &shown[3..]);
    assert!(ConfirmationCode::typed(&typed).unwrap().hash(b"request") == code.hash(b"request"));
    assert!(code.hash(b"request") != code.hash(b"another"));
    for wrong in ["", "ABCDE", "ABCDEFG", "ABCDE0", "ABCDEé"] {
        assert!(ConfirmationCode::typed(wrong).is_none(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in ".{0,80}") {
        prop_assert!(Token::<Access>::parse(&text).is_none());
        let _ = ConfirmationCode::typed(&text);
    }
}
