use authorization::{Challenge, OriginName, Scope, ScopeSet};
use http::StatusCode;
use serde_json::json;

use crate::support::{ISSUER, Server};

#[tokio::test]
async fn the_issuer_is_one_byte_identical_text_in_every_document_of_an_origin() {
    let mut server = Server::new();
    for (origin, issuer) in [(OriginName::Local, ISSUER), (OriginName::Public, "https://memory.example")] {
        server.origin = origin;
        let issued = server.get("/.well-known/oauth-authorization-server", None).await;
        assert_eq!(issued.header("content-type"), "application/json");
        let issued = issued.json();
        assert_eq!(issued["issuer"], issuer);
        assert_eq!(issued["authorization_endpoint"], format!("{issuer}/oauth/authorize"));
        for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"] {
            let resource = server.get(path, None).await.json();
            assert_eq!(resource["authorization_servers"], json!([issuer]));
            assert_eq!(resource["resource"], format!("{issuer}/mcp"));
        }
    }
}

#[tokio::test]
async fn the_metadata_says_what_clients_need_and_nothing_that_is_not_there() {
    let metadata = Server::new().get("/.well-known/oauth-authorization-server", None).await.json();
    assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(
        metadata["token_endpoint_auth_methods_supported"],
        json!(["none", "client_secret_basic", "client_secret_post"])
    );
    // Who may ask about tokens has a secret.
    let confidential = json!(["client_secret_basic", "client_secret_post"]);
    assert_eq!(metadata["introspection_endpoint_auth_methods_supported"], confidential);
    assert_eq!(metadata["introspection_endpoint"], format!("{ISSUER}/oauth/introspect"));
    assert_eq!(metadata["registration_endpoint"], format!("{ISSUER}/oauth/register"));
    assert_eq!(metadata["client_id_metadata_document_supported"], true);
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
    assert_eq!(metadata["response_types_supported"], json!(["code"]));
    assert!(!metadata["scopes_supported"].as_array().unwrap().contains(&json!("admin")));
}

#[tokio::test]
async fn a_public_origin_that_is_down_is_misdirected_and_comes_back() {
    let mut server = Server::new();
    server.origin = OriginName::Public;
    server.auth.set_public_origin(None);
    let answer = server.get("/.well-known/oauth-authorization-server", None).await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
    server.auth.set_public_origin(Some("https://memory.example".parse().unwrap()));
    assert_eq!(server.get("/.well-known/oauth-authorization-server", None).await.status, StatusCode::OK);
}

#[test]
fn a_challenge_names_the_metadata_absolutely_and_the_scopes() {
    let server = Server::new();
    let text = |origin, why| server.auth.challenge(origin, why).to_str().unwrap().to_owned();
    let missing = text(OriginName::Local, Challenge::Missing);
    assert_eq!(
        missing,
        format!(
            "Bearer scope=\"{}\", resource_metadata=\"{ISSUER}/.well-known/oauth-protected-resource/mcp\"",
            ScopeSet::DEFAULT
        )
    );
    let invalid = text(OriginName::Public, Challenge::InvalidToken);
    assert!(
        invalid.contains("error=\"invalid_token\"") && invalid.contains("https://memory.example/"),
        "{invalid}"
    );
    let needed = [Scope::ConnectorsUse, Scope::ContextRead].into_iter().collect();
    let insufficient = text(OriginName::Local, Challenge::InsufficientScope { needed });
    assert!(insufficient.contains("error=\"insufficient_scope\""), "{insufficient}");
    assert!(insufficient.contains("scope=\"context:read connectors:use\""), "{insufficient}");
}
