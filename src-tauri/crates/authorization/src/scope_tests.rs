use proptest::prelude::*;

use super::*;

#[test]
fn the_default_set_holds_the_three_families_and_nothing_more() {
    assert_eq!(
        ScopeSet::DEFAULT.to_string(),
        "context:read context:write conversations:read conversations:write insights:read insights:write"
    );
    for withheld in [Scope::Admin, Scope::ConnectorsUse, Scope::WebSearchRead] {
        assert!(!ScopeSet::DEFAULT.contains(withheld));
    }
}

#[test]
fn words_that_are_no_scopes_are_narrowed_away() {
    assert_eq!(ScopeSet::narrowed_from("openid profile email"), ScopeSet::EMPTY);
    assert_eq!(ScopeSet::narrowed_from("openid  context:read\tADMIN").to_string(), "context:read");
}

#[test]
fn the_strict_reading_names_the_word_and_the_scopes_there_are() {
    let error = "context:read nonsense".parse::<ScopeSet>().unwrap_err().to_string();
    assert!(error.contains("\"nonsense\"") && error.contains("insights:read"), "{error}");
}

#[test]
fn every_name_leads_back_to_its_scope() {
    for scope in Scope::ALL {
        assert_eq!(scope.as_str().parse::<Scope>(), Ok(scope));
    }
}

#[test]
fn a_set_is_an_array_of_names_in_json_and_comes_back() {
    let set: ScopeSet = "insights:read,context:read".parse().unwrap();
    let json = serde_json::to_string(&set).unwrap();
    assert_eq!(json, r#"["context:read","insights:read"]"#);
    assert_eq!(serde_json::from_str::<ScopeSet>(&json).unwrap(), set);
    assert_eq!(serde_json::from_str::<ScopeSet>("\"context:read insights:read\"").unwrap(), set);
}

proptest! {
    #[test]
    fn narrowing_never_yields_more_than_there_is_and_never_fails(text in ".{0,200}") {
        prop_assert!(ScopeSet::narrowed_from(&text).is_subset(ScopeSet::all()));
    }

    #[test]
    fn a_set_survives_the_way_through_its_text(bits in 0_u16..512) {
        let set: ScopeSet = Scope::ALL.into_iter().filter(|scope| bits & scope.bit() != 0).collect();
        prop_assert_eq!(set.to_string().parse::<ScopeSet>().unwrap(), set);
    }

    #[test]
    fn set_algebra_holds(left in 0_u16..512, right in 0_u16..512) {
        let (left, right) = (ScopeSet(left), ScopeSet(right));
        prop_assert!(left.intersection(right).is_subset(left));
        prop_assert!(left.is_subset(left.union(right)));
        prop_assert_eq!(left.difference(right).union(left.intersection(right)), left);
        prop_assert!(left.difference(right).intersection(right).is_empty());
    }
}
