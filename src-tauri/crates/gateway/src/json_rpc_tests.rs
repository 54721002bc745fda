use super::*;

fn method_and_name(body: &str) -> (Option<String>, Option<String>) {
    let glance = glance(body.as_bytes()).unwrap();
    (glance.method.map(Cow::into_owned), glance.name.map(Cow::into_owned))
}

#[test]
fn a_tool_call_shows_its_method_tool_and_id() {
    let body =
        br#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x","arguments":{"name":"y"}}}"#;
    let glance = glance(body).unwrap();
    assert_eq!(glance.id, Some("7"));
    assert_eq!(glance.method.as_deref(), Some("tools/call"));
    assert_eq!(glance.name.as_deref(), Some("x"));
}

#[test]
fn escapes_do_not_hide_a_name() {
    let body = r#"{"jsonrpc":"2.0","method":"tools\/call","params":{"n\u0061me":"get_user_context"}}"#;
    assert_eq!(method_and_name(body), (Some("tools/call".to_owned()), Some("get_user_context".to_owned())));
}

#[test]
fn an_answer_has_no_method() {
    assert_eq!(method_and_name(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#), (None, None));
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}"#,
    ] {
        assert_eq!(glance(body.as_bytes()), Err(Malformed::NotJsonRpc), "{body}");
    }
}

#[test]
fn each_kind_of_malformed_body_has_its_own_code() {
    for (body, code) in [
        (&b"{"[..], "-32700"),
        (b"\xff\xfe", "-32700"),
        (b"", "-32700"),
        (b"[]", "-32600"),
        (br#"[{"jsonrpc":"2.0","method":"ping"}]"#, "-32600"),
        (b"{}", "-32600"),
        (b"5", "-32600"),
        (br#"{"jsonrpc":"2.0"}"#, "-32600"),
        (br#"{"jsonrpc":"2.0","id":1}"#, "-32600"),
        (br#"{"jsonrpc":"2.0","result":{}}"#, "-32600"),
        (br#"{"jsonrpc":"1.0","method":"ping"}"#, "-32600"),
        (br#"{"jsonrpc":"2.0","method":5}"#, "-32600"),
    ] {
        let malformed = glance(body).unwrap_err();
        let json: serde_json::Value = serde_json::from_str(&malformed.to_json()).unwrap();
        assert_eq!(json["error"]["code"].to_string(), code, "{body:?}");
        assert_eq!(json["id"], serde_json::Value::Null);
    }
}

#[test]
fn an_error_message_is_escaped() {
    let json: serde_json::Value = serde_json::from_str(&error(Some("\"a\""), -1, "say \"no\"")).unwrap();
    assert_eq!(json["error"]["message"], "say \"no\"");
    assert_eq!(json["id"], "a");
}

#[test]
fn a_listen_shows_every_resource_that_it_would_watch() {
    let listen = |wanted: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{{"notifications":{wanted}}}}}"#
        )
    };
    let body = listen(
        r#"{"resourceSubscriptions":["ambient://context","ambient:\/\/turns/x"],"toolsListChanged":true}"#,
    );
    assert_eq!(glance(body.as_bytes()).unwrap().watched, ["ambient://context", "ambient://turns/x"]);
    for nothing in
        ["{}", "null", "[]", "5", r#"{"resourceSubscriptions":null}"#, r#"{"resourceSubscriptions":[5]}"#]
    {
        assert!(glance(listen(nothing).as_bytes()).unwrap().watched.is_empty(), "{nothing}");
    }
}
