use serde_json::json;

use super::*;

fn rules() -> ArgumentRules {
    let schema = json!({
        "type": "object",
        "properties": {
            "query": { "type": "string", "minLength": 1, "maxLength": 10 },
            "limit": { "type": "integer", "minimum": 1, "maximum": 50 },
            "order": { "type": "string", "enum": ["newest", "oldest"] },
            "filter": { "type": "object" },
        },
        "required": ["query"],
        "additionalProperties": false,
    });
    let example = json!({ "query": "rust", "limit": 5, "order": "newest" });
    ArgumentRules::new("search", schema.as_object().unwrap(), &example)
}

fn check(arguments: Value) -> Result<Value, String> {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    rules().check(arguments).map(Value::Object).map_err(|error| error.to_string())
}

fn fault(arguments: Value) -> String {
    check(arguments).unwrap_err()
}

#[test]
fn good_arguments_pass_unchanged() {
    let arguments = json!({ "query": "rust", "limit": 50, "order": "oldest", "filter": { "a": 1 } });
    assert_eq!(check(arguments.clone()), Ok(arguments));
}

#[test]
fn a_missing_argument_is_named_with_an_example() {
    assert_eq!(fault(json!({})), r#"search was not run: `query` is missing. Example: {"query":"rust"}"#);
}

#[test]
fn null_means_not_given_for_an_optional_argument_only() {
    assert_eq!(check(json!({ "query": "a", "limit": null })), Ok(json!({ "query": "a" })));
    assert_eq!(
        fault(json!({ "query": null })),
        r#"search was not run: `query` must be a string, but null was given. Example: {"query":"rust"}"#
    );
}

#[test]
fn a_wrong_type_tells_what_was_given_but_never_the_value() {
    for (value, given) in [
        (json!(271_828), "a number"),
        (json!(2.5), "a number with a fraction"),
        (json!(true), "a boolean"),
        (json!(["secret"]), "an array"),
        (json!({ "secret": 1 }), "an object"),
    ] {
        let text = fault(json!({ "query": value }));
        assert!(text.contains(&format!("`query` must be a string, but {given} was given.")), "{text}");
        assert!(!text.contains("secret") && !text.contains("271828"), "{text}");
    }
    let text = fault(json!({ "query": "a", "limit": "5" }));
    assert_eq!(
        text,
        r#"search was not run: `limit` must be an integer, but a string was given. Example: {"limit":5}"#
    );
}

#[test]
fn a_whole_number_with_a_point_is_an_integer() {
    assert_eq!(check(json!({ "query": "a", "limit": 5.0 })), Ok(json!({ "query": "a", "limit": 5 })));
    assert!(fault(json!({ "query": "a", "limit": 5.5 })).contains("a number with a fraction"));
    assert!(fault(json!({ "query": "a", "limit": 1e300 })).contains("must be an integer"));
}

#[test]
fn a_number_out_of_range_tells_the_range() {
    for number in [0, 51, -3, i64::MAX] {
        let text = fault(json!({ "query": "a", "limit": number }));
        assert!(text.contains(&format!("`limit` is {number}, but must be from 1 to 50.")), "{text}");
    }
}

#[test]
fn length_is_counted_in_characters_as_json_schema_counts_it() {
    assert!(check(json!({ "query": "äöüäöüäöüä" })).is_ok());
    let text = fault(json!({ "query": "äöüäöüäöüäö" }));
    assert!(text.contains("`query` is 11 characters long, but at most 10 are kept"), "{text}");
}

#[test]
fn blank_text_is_refused_where_text_is_needed() {
    for blank in ["", "   ", "\n\t"] {
        assert!(fault(json!({ "query": blank })).contains("`query` must not be empty."));
    }
}

#[test]
fn a_value_outside_a_closed_set_tells_the_set() {
    let text = fault(json!({ "query": "a", "order": "random" }));
    assert!(text.contains("`order` must be one of newest, oldest."), "{text}");
    assert!(!text.contains("random"), "{text}");
}

#[test]
fn an_unknown_argument_names_the_nearest_known_one() {
    for slip in ["qery", "Query", "query_text", "quer"] {
        let text = fault(json!({ "query": "a", slip: "b" }));
        assert!(text.contains(&format!("Unknown argument `{slip}`; did you mean `query`?")), "{text}");
    }
}

#[test]
fn an_unknown_argument_like_no_other_gets_the_signature() {
    let text = fault(json!({ "query": "a", "zzz": "b" }));
    assert!(
        text.contains(
            "Unknown argument `zzz`; search takes `query`, and optionally `limit`, `order`, `filter`."
        ) || text.contains(
            "Unknown argument `zzz`; search takes `query`, and optionally `filter`, `limit`, `order`."
        ),
        "{text}"
    );
}

#[test]
fn a_tool_without_arguments_says_so() {
    let rules = ArgumentRules::new("look", json!({ "properties": {} }).as_object().unwrap(), &json!({}));
    let arguments = json!({ "verbose": true });
    let error = rules.check(arguments.as_object().unwrap().clone()).unwrap_err();
    assert_eq!(error.to_string(), "look was not run: Unknown argument `verbose`: look takes no arguments.");
}

#[test]
fn all_faults_are_told_together() {
    let text = fault(json!({ "limit": "x", "qurey": "a" }));
    assert!(text.contains("did you mean `query`") && text.contains("`query` is missing"), "{text}");
    assert!(text.contains("`limit` must be an integer"), "{text}");
}

#[test]
fn a_flood_of_faults_stays_short() {
    let arguments: JsonObject =
        (0..1000).map(|number| (format!("\u{7}{number}{}", "x".repeat(10_000)), json!(1))).collect();
    let text = rules().check(arguments).unwrap_err().to_string();
    assert!(text.len() < 1500, "{}", text.len());
    assert!(text.ends_with("And 996 more."), "{text}");
    assert!(!text.contains('\u{7}'));
}

proptest::proptest! {
    #[test]
    fn nothing_passes_that_breaks_the_schema(text in ".{0,14}", number in proptest::num::i64::ANY) {
        let arguments = json!({ "query": text, "limit": number });
        let sound = !text.trim().is_empty() && text.chars().count() <= 10 && (1..=50).contains(&number);
        proptest::prop_assert_eq!(check(arguments).is_ok(), sound);
    }
}
