use std::io::BufReader;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn all(text: &[u8], buffer: usize, key: &str) -> (Vec<Element>, Option<Broken>) {
    let mut elements = match Elements::of(BufReader::with_capacity(buffer, text), key) {
        Ok(elements) => elements.with_max(40),
        Err(broken) => return (Vec::new(), Some(broken)),
    };
    let mut found = Vec::new();
    loop {
        match elements.next() {
            Ok(Some(element)) => found.push(element),
            Ok(None) => return (found, None),
            Err(broken) => return (found, Some(broken)),
        }
    }
}

fn good(text: &str, key: &str) -> Vec<String> {
    let (found, broken) = all(text.as_bytes(), 3, key);
    assert!(broken.is_none(), "{text}: {broken:?}");
    found.into_iter().map(Result::unwrap).collect()
}

#[test]
fn the_elements_are_cut_apart_wherever_the_array_stands() {
    assert_eq!(good("[]", "x"), Vec::<String>::new());
    assert_eq!(
        good("\u{feff} [ 1 ,{\"a\":\"]\\\"}\"}, [2,[3]],null, \"x,\" ]", "x"),
        ["1", "{\"a\":\"]\\\"}\"}", "[2,[3]]", "null", "\"x,\""]
    );
    assert_eq!(good(r#"{"a":[1],"b":{"x":[7]},"c":"x","x":[8,9],"d":1}"#, "x"), ["8", "9"]);
}

#[test]
fn what_is_no_array_is_told() {
    for text in ["", "  ", "7", "\"x\"", "{}", r#"{"a":1}"#, r#"{"x":{}}"#, "{7}", "hello"] {
        let (found, broken) = all(text.as_bytes(), 8, "x");
        assert!(found.is_empty() && matches!(broken, Some(Broken::NoArray)), "{text}: {broken:?}");
    }
}

#[test]
fn a_file_that_ends_early_gives_what_was_whole() {
    for text in ["[1,{\"a\":2},{\"a\":", "[1,{\"a\":2},", "[1,{\"a\":2}", "[1,{\"a\":2},\"x", "[1,{\"a\":2}}"]
    {
        let (found, broken) = all(text.as_bytes(), 5, "x");
        assert_eq!(found.len(), 2, "{text}");
        assert!(matches!(broken, Some(Broken::Cut(_))), "{text}: {broken:?}");
    }
}

#[test]
fn a_bad_element_spoils_no_other() {
    let long = "y".repeat(100);
    let mut text = format!("[1,\"{long}\",2,{{\"a\":\"{long}\"}},").into_bytes();
    text.extend_from_slice(b"\"\xff\",{oops},3]");
    let (found, broken) = all(&text, 7, "x");
    assert!(broken.is_none());
    let found: Vec<_> = found.iter().map(|element| element.as_deref().ok()).collect();
    assert_eq!(found, [Some("1"), None, Some("2"), None, None, Some("{oops}"), Some("3")]);
}

proptest! {
    #[test]
    fn any_list_comes_apart_as_a_parser_reads_it(
        values in prop::collection::vec(any_json(), 0..6), buffer in 1_usize..9, pretty: bool
    ) {
        let list = Value::Array(values.clone());
        let text = if pretty { serde_json::to_string_pretty(&list) } else { serde_json::to_string(&list) };
        let reader = BufReader::with_capacity(buffer, std::io::Cursor::new(text.unwrap()));
        let mut elements = Elements::of(reader, "x").unwrap();
        let mut found = Vec::new();
        while let Some(element) = elements.next().unwrap() {
            found.push(serde_json::from_str::<Value>(&element.unwrap()).unwrap());
        }
        prop_assert_eq!(found, values);
    }

    #[test]
    fn no_bytes_make_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..60), buffer in 1_usize..9) {
        let mut text = b"[".to_vec();
        text.extend_from_slice(&bytes);
        all(&text, buffer, "x");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[\\[\\]{}\",\\\\a-c\n é]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c\"]{0,3}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}
