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
fn every_pinned_redirect_uri_can_be_redirected_to() {
    for document in DOCUMENTS {
        for uri in document.redirect_uris {
            assert!(matches!(inspect(uri), Ok(Kind::Https | Kind::Loopback)), "{uri}");
        }
    }
}
