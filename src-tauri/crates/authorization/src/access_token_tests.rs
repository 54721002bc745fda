use clock::SeededRandom;

use super::*;

#[test]
fn both_forms_are_read_and_nothing_else_is() {
    let opaque = Token::<Access>::generate(&SeededRandom::new(1));
    assert!(matches!(AccessToken::parse(opaque.expose()), Some(AccessToken::Opaque(_))));
    assert!(matches!(AccessToken::parse("eyJh.eyJi.c2ln"), Some(AccessToken::Signed(_))));
    let refresh = Token::<crate::secret::Refresh>::generate(&SeededRandom::new(1));
    let long = format!("a.b.{}", "c".repeat(compact::MAX_TOKEN));
    for text in [
        "",
        ".",
        "..",
        "a.b",
        "a.b.",
        ".b.c",
        "a.b.c.d",
        "a.b.c ",
        "a.b.ü",
        "a.b.c=",
        refresh.expose(),
        &long,
    ] {
        assert!(AccessToken::parse(text).is_none(), "{text}");
    }
}

#[test]
fn the_hash_is_that_of_the_whole_text() {
    let opaque = Token::<Access>::generate(&SeededRandom::new(1));
    assert_eq!(AccessToken::parse(opaque.expose()).unwrap().hash(), opaque.hash());
    let hash = |text| AccessToken::parse(text).unwrap().hash();
    assert_ne!(hash("eyJh.eyJi.c2ln"), hash("eyJh.eyJi.c2lo"));
}
