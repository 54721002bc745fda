use super::*;

fn map(text: &str) -> ScopeMap {
    text.parse().unwrap()
}

fn ours(text: &str) -> ScopeSet {
    text.parse().unwrap()
}

#[test]
fn names_like_ours_stand_for_themselves_and_unknown_ones_for_nothing() {
    let none = ScopeMap::default();
    assert_eq!(none.ours("openid context:read profile"), ours("context:read"));
    assert_eq!(none.ours("openid"), ScopeSet::EMPTY);
    assert_eq!(none.ours(""), ScopeSet::EMPTY);
}

#[test]
fn admin_is_given_only_by_a_name_that_the_owner_mapped_to_it() {
    assert_eq!(ScopeMap::default().ours("admin context:read"), ours("context:read"));
    assert_eq!(map("house-keeper=admin").ours("house-keeper"), ours("admin"));
    assert_eq!(map("admin=admin").ours("admin"), ours("admin"));
}

#[test]
fn a_mapped_name_stands_for_what_the_owner_says() {
    let map = map("read=context:read,insights:read https://a.example/b?c=d,e=context:write context:write=");
    assert_eq!(map.ours("read openid"), ours("context:read insights:read"));
    assert_eq!(map.ours("https://a.example/b?c=d,e"), ours("context:write"));
    assert_eq!(map.ours("context:write"), ScopeSet::EMPTY, "the map outweighs the equal name");
}

#[test]
fn a_challenge_names_what_the_other_server_knows() {
    let map = map("all=context:read,context:write,insights:read read=context:read,insights:read");
    assert_eq!(map.theirs(ours("context:read insights:read")), "read");
    assert_eq!(map.theirs(ours("context:read context:write")), "read all");
    assert_eq!(map.theirs(ours("conversations:read")), "conversations:read");
    assert_eq!(ScopeMap::default().theirs(ScopeSet::DEFAULT), ScopeSet::DEFAULT.to_string());
}

#[test]
fn what_is_no_map_is_refused_and_a_map_is_written_as_it_is_read() {
    for text in ["read", "=context:read", "read=everything", "re\"ad=context:read", "a=context:read b"] {
        assert!(text.parse::<ScopeMap>().is_err(), "{text}");
    }
    let text = "read=context:read,insights:read a=";
    assert_eq!(map(text).to_string(), text);
}
