use super::*;
use crate::rules::redirect_uri::{Kind, inspect, is_registered};

#[test]
fn claude_and_claude_code_are_known_and_verified() {
    let claude = find("https://claude.ai/oauth/mcp-oauth-client-metadata").unwrap();
    assert_eq!(claude.name, "Claude");
    assert!(claude.is_verified());
    assert!(is_registered("https://claude.com/api/mcp/auth_callback", &claude.redirect_uris));

    let code = find("https://claude.ai/oauth/claude-code-client-metadata").unwrap();
    assert_eq!(code.name, "Claude Code");
    assert!(is_registered("http://localhost:54321/callback", &code.redirect_uris));
    assert!(!is_registered("http://localhost:54321/other", &code.redirect_uris));
}

#[test]
fn an_id_that_only_looks_like_a_pinned_one_is_unknown() {
    for id in [
        "https://claude.ai/oauth/mcp-oauth-client-metadata/",
        "https://CLAUDE.ai/oauth/mcp-oauth-client-metadata",
        "https://claude.ai.evil.example/oauth/mcp-oauth-client-metadata",
        "",
    ] {
        assert!(find(id).is_none(), "{id}");
    }
}

#[test]
fn the_documents_of_other_assistants_are_known_and_verified() {
    for (id, name, redirect) in [
        (
            "https://chatgpt.com/oauth/client.json",
            "ChatGPT",
            "https://chatgpt.com/connector_platform_oauth_redirect",
        ),
        (
            "https://chatgpt.com/oauth/7NsWlQyClcg9/client.json",
            "ChatGPT",
            "https://chatgpt.com/connector_platform_oauth_redirect",
        ),
        ("https://chatgpt.com/oauth/codex/client.json", "Codex", "http://127.0.0.1:1455/callback"),
        (
            "https://chatgpt.com/oauth/codex/4-bzS8rt42zJ/client.json",
            "Codex",
            "http://localhost:9/callback/4-bzS8rt42zJ",
        ),
        ("https://vscode.dev/oauth/client-metadata.json", "Visual Studio Code", "http://127.0.0.1:51234/"),
        (
            "https://vscode.dev/oauth/client-metadata.json",
            "Visual Studio Code",
            "https://vscode.dev/redirect",
        ),
    ] {
        let client = find(id).unwrap_or_else(|| panic!("{id}"));
        assert_eq!((client.name.as_str(), client.id.as_str()), (name, id));
        assert!(client.is_verified());
        assert!(client.may_be_answered_at(redirect), "{redirect}");
    }
    let codex = find("https://chatgpt.com/oauth/codex/one/client.json").unwrap();
    assert!(!codex.may_be_answered_at("http://localhost:9/callback/another"));
    assert!(!codex.may_be_answered_at("http://localhost:9/callback"));
}

#[test]
fn one_segment_of_chatgpts_callback_is_free_and_leads_nowhere_else() {
    let chatgpt = find("https://chatgpt.com/oauth/client.json").unwrap();
    assert!(chatgpt.may_be_answered_at("https://chatgpt.com/connector/oauth/abc_DEF-123"));
    let long = format!("https://chatgpt.com/connector/oauth/{}", "a".repeat(129));
    for elsewhere in [
        "https://chatgpt.com/connector/oauth/",
        "https://chatgpt.com/connector/oauth",
        "https://chatgpt.com/connector/oauth/a/b",
        "https://chatgpt.com/connector/oauth/a/",
        "https://chatgpt.com/connector/oauth/..",
        "https://chatgpt.com/connector/oauth/../../evil",
        "https://chatgpt.com/connector/oauth/%2e%2e",
        "https://chatgpt.com/connector/oauth/a%2fb",
        "https://chatgpt.com/connector/oauth/a?b",
        "https://chatgpt.com/connector/oauth/a#b",
        "https://chatgpt.com/connector/oauth/a\\b",
        "https://chatgpt.com/connector/oauth/{}",
        "https://chatgpt.com:443/connector/oauth/a",
        "https://chatgpt.com.evil.example/connector/oauth/a",
        "https://evil.example/connector/oauth/a",
        "http://chatgpt.com/connector/oauth/a",
        long.as_str(),
    ] {
        assert!(!chatgpt.may_be_answered_at(elsewhere), "{elsewhere}");
    }
    // For that client alone, and for nobody who only takes its name.
    for id in
        ["https://chatgpt.com/oauth/codex/client.json", "https://claude.ai/oauth/mcp-oauth-client-metadata"]
    {
        assert!(!find(id).unwrap().may_be_answered_at("https://chatgpt.com/connector/oauth/a"), "{id}");
    }
    let borrowed = Client { registration: Registration::Dynamic, ..chatgpt };
    assert!(!borrowed.may_be_answered_at("https://chatgpt.com/connector/oauth/a"));
}

#[test]
fn the_free_segment_of_an_id_is_one_segment() {
    for id in [
        "https://chatgpt.com/oauth//client.json",
        "https://chatgpt.com/oauth/a/b/client.json",
        "https://chatgpt.com/oauth/../client.json",
        "https://chatgpt.com/oauth/%2e%2e/client.json",
        "https://chatgpt.com/oauth/a/client.json/",
        "https://chatgpt.com/oauth/a/client.json?b",
        "https://chatgpt.com/oauth/codex/a/b/client.json",
    ] {
        assert!(find(id).is_none(), "{id}");
    }
}

#[test]
fn every_pinned_redirect_uri_can_be_redirected_to() {
    for document in DOCUMENTS {
        for uri in document.redirect_uris {
            let uri = uri.replace("{}", "segment");
            assert!(matches!(inspect(&uri), Ok(Kind::Https | Kind::Loopback)), "{uri}");
        }
    }
}
