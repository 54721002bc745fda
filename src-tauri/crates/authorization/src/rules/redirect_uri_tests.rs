use proptest::prelude::*;

use super::*;

#[test]
fn a_redirect_uri_must_be_the_registered_text() {
    let known = "https://claude.ai/api/mcp/auth_callback";
    assert!(matches(known, known));
    for other in [
        "https://claude.ai/api/mcp/auth_callback/",
        "https://claude.ai/api/mcp/auth_callback?x=1",
        "https://CLAUDE.ai/api/mcp/auth_callback",
        "https://claude.ai:443/api/mcp/auth_callback",
        "https://claude.ai.evil.example/api/mcp/auth_callback",
        "https://claude.ai/api/mcp/../mcp/auth_callback",
        "http://claude.ai/api/mcp/auth_callback",
    ] {
        assert!(!matches(other, known), "{other}");
    }
}

#[test]
fn the_port_of_a_loopback_address_is_free_and_nothing_else() {
    for (host, other) in [("127.0.0.1", "[::1]"), ("[::1]", "localhost"), ("localhost", "127.0.0.1")] {
        let known = format!("http://{host}/callback");
        assert!(matches(&format!("http://{host}:50123/callback"), &known));
        assert!(matches(&known, &format!("http://{host}:33418/callback")));
        assert!(!matches(&format!("http://{host}:50123/Callback"), &known));
        assert!(!matches(&format!("http://{host}:50123/callback?a=b"), &known));
        assert!(!matches(&format!("https://{host}:50123/callback"), &known));
        assert!(!matches(&format!("http://{other}:50123/callback"), &known));
    }
    assert!(matches("http://127.0.0.1:4000/?a=b", "http://127.0.0.1/?a=b"));
    assert!(!matches("https://claude.ai:8443/cb", "https://claude.ai/cb"));
}

#[test]
fn loopback_look_alikes_are_not_loopback() {
    for text in [
        "http://localhost.evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://127.0.0.2/callback",
        "http://0.0.0.0/callback",
        "http://example.com/callback",
    ] {
        assert_eq!(inspect(text), Err(InvalidRedirectUri::PlainHttp), "{text}");
    }
    // Spelled so that a parser reads a loopback address, but a comparison of texts does not.
    assert!(!matches("http://0x7f.1:9/callback", "http://127.0.0.1/callback"));
    assert!(!matches("http://LOCALHOST:9/callback", "http://localhost/callback"));
}

#[test]
fn each_malformed_uri_is_refused_for_its_own_reason() {
    for (text, reason) in [
        ("/callback", InvalidRedirectUri::NotAbsolute),
        ("", InvalidRedirectUri::NotAbsolute),
        ("https://a.example/#f", InvalidRedirectUri::Fragment),
        ("https://user:pw@a.example/", InvalidRedirectUri::UserInfo),
        ("https://@a.example/", InvalidRedirectUri::UserInfo),
        ("https://a.example/\r\nSet-Cookie:a=b", InvalidRedirectUri::Characters),
        ("https://a.example\\@b.example/", InvalidRedirectUri::Characters),
        (" https://a.example/", InvalidRedirectUri::Characters),
        ("javascript:alert(1)", InvalidRedirectUri::DangerousScheme),
        ("data:text/html,x", InvalidRedirectUri::DangerousScheme),
    ] {
        assert_eq!(inspect(text), Err(reason), "{text}");
    }
    assert_eq!(
        inspect(&format!("https://a.example/{}", "a".repeat(MAX_LENGTH))),
        Err(InvalidRedirectUri::TooLong)
    );
}

#[test]
fn kinds_are_told_apart() {
    assert_eq!(inspect("https://claude.ai/cb"), Ok(Kind::Https));
    assert_eq!(inspect("http://localhost:1/cb"), Ok(Kind::Loopback));
    assert_eq!(inspect("cursor://anysphere.cursor-mcp/oauth/callback"), Ok(Kind::PrivateUse));
}

#[test]
fn the_host_for_people_carries_the_port_and_the_host_for_blocks_does_not() {
    assert_eq!(display_host("http://localhost:5000/cb"), "localhost:5000");
    assert_eq!(display_host("https://claude.ai/cb"), "claude.ai");
    assert_eq!(host("http://localhost:5000/cb"), "localhost");
}

proptest! {
    #[test]
    fn no_text_makes_the_check_panic(requested in ".{0,120}", known in ".{0,120}") {
        let _ = inspect(&requested);
        let _ = matches(&requested, &known);
        let _ = display_host(&requested);
    }

    #[test]
    fn every_port_of_a_loopback_address_matches_and_the_path_must_be_equal(
        port in 1_u16.., path in "/[a-z]{0,8}", other in "/[a-z]{0,8}",
    ) {
        let known = format!("http://localhost{path}");
        let same = format!("http://localhost:{port}{path}");
        let elsewhere = format!("http://localhost:{port}{other}");
        prop_assert!(matches(&same, &known));
        prop_assert_eq!(matches(&elsewhere, &known), path == other);
    }

    #[test]
    fn what_matches_goes_to_the_same_host(requested in "[a-z:/.@#?\\[\\]0-9]{0,40}", known in "http://(localhost|127\\.0\\.0\\.1)/[a-z]{0,4}") {
        if matches(&requested, &known) {
            prop_assert_eq!(host(&requested), host(&known));
        }
    }
}

#[test]
fn destinations_are_told_without_ports_and_each_once() {
    let texts = [
        "http://127.0.0.1:33418/",
        "http://127.0.0.1/",
        "https://vscode.dev/redirect",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "com.example.app:/callback",
        "no address",
    ];
    let told = destinations(&texts.map(str::to_owned));
    assert_eq!(told, ["127.0.0.1", "anysphere.cursor-mcp", "com.example.app:", "unknown", "vscode.dev"]);
}
