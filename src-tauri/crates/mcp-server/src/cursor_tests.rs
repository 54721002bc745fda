use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn a_cursor_gives_its_place_back_to_the_same_listing() {
    let listing = Listing::of("search", &json!({ "query": "boats" }));
    let cursor = listing.cursor("1795000000000000~42");
    assert_eq!(listing.place(&cursor).unwrap(), "1795000000000000~42");
    let again = Listing::of("search", &json!({ "query": "boats" }));
    assert_eq!(again.place(&cursor).unwrap(), "1795000000000000~42");
}

#[test]
fn a_cursor_of_another_tool_or_other_arguments_is_refused_with_the_way_out() {
    let cursor = Listing::of("search", &json!({ "query": "boats" })).cursor("7");
    for other in [
        Listing::of("search", &json!({ "query": "planes" })),
        Listing::of("get_recent_insights", &json!({ "query": "boats" })),
    ] {
        let error = other.place(&cursor).unwrap_err().to_string();
        assert!(error.contains("belongs to another call"), "{error}");
        assert!(error.contains("leave the cursor out"), "{error}");
    }
}

#[test]
fn what_is_no_cursor_is_refused() {
    let listing = Listing::of("search", &json!({}));
    let other_version = URL_SAFE_NO_PAD.encode([&[9], &listing.digest[..], b"7"].concat());
    let no_text = URL_SAFE_NO_PAD.encode([&[VERSION], &listing.digest[..], &[0xFF]].concat());
    for nonsense in ["", "AA", "not base64!", "MTA=", &"A".repeat(5_000), &other_version, &no_text] {
        let error = listing.place(nonsense).unwrap_err().to_string();
        assert!(error.contains("did not come from search"), "{nonsense}: {error}");
    }
}

proptest! {
    #[test]
    fn any_text_for_a_cursor_is_answered_without_a_panic(text in "\\PC{0,60}") {
        let listing = Listing::of("search", &json!({}));
        let _ = listing.place(&text);
    }
}
