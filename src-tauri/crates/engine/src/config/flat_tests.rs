use super::*;

fn names(text: &str) -> Vec<String> {
    settings(text.parse().unwrap())
        .into_iter()
        .map(|(key, value)| format!("{key}={}", self::text(&value)))
        .collect()
}

#[test]
fn a_setting_in_a_table_has_the_tables_name_before_its_own() {
    let text = "port = 1\n[authorization]\nmode = \"external\"\naudience = [\"a\", \"b\"]";
    assert_eq!(names(text), ["authorization.audience=a,b", "authorization.mode=external", "port=1"]);
    assert_eq!(names("authorization.mode = \"external\""), ["authorization.mode=external"]);
    assert_eq!(names("[a.b.c]\nd = true"), ["a.b.c.d=true"]);
}

#[test]
fn an_empty_table_and_a_list_of_tables_keep_their_own_name() {
    let keys =
        |text: &str| settings(text.parse().unwrap()).into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert_eq!(keys("[nothing]"), ["nothing"]);
    assert_eq!(keys("[[clients]]\nid = 1\n[[clients]]\nid = 2"), ["clients"]);
}

#[test]
fn a_variable_names_a_setting_in_a_table_by_underscores() {
    let keys = ["authorization.mode", "public_url"];
    assert_eq!(key_of_variable("AUTHORIZATION_MODE", &keys), "authorization.mode");
    assert_eq!(key_of_variable("PUBLIC_URL", &keys), "public_url");
    assert_eq!(key_of_variable("PUBLIC_ULR", &keys), "public_ulr");
}
