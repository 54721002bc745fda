//! Tests of which client ids name a document, and of what a good document is.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const URL: &str = "https://client.example/oauth/client.json";

fn url() -> ClientIdUrl {
    ClientIdUrl::parse(URL).unwrap()
}

fn document() -> Value {
    json!({
        "client_id": URL,
        "client_name": "Example",
        "redirect_uris": ["http://127.0.0.1/callback", "https://client.example/callback"],
    })
}

fn changed(change: impl FnOnce(&mut Value)) -> Result<Document, InvalidDocument> {
    let mut document = document();
    change(&mut document);
    read(document.to_string().as_bytes(), &url())
}

#[test]
fn an_https_url_with_a_path_names_a_document() {
    for text in [
        URL,
        "https://zed.dev/oauth/client-metadata.json",
        "https://client.example/a",
        "https://client.example/a/",
        "https://client.example/a%20b",
        "https://client.example/.well-known/client",
        "https://xn--bcher-kva.example/client",
    ] {
        let url = ClientIdUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(url.as_str(), text);
    }
    assert_eq!(url().host(), "client.example");
}

#[test]
fn what_could_mean_something_else_to_somebody_else_names_none() {
    let long = format!("https://client.example/{}", "a".repeat(1024));
    for (text, reason) in [
        ("", InvalidClientIdUrl::NotHttps),
        ("ami_client", InvalidClientIdUrl::NotHttps),
        ("http://client.example/a", InvalidClientIdUrl::NotHttps),
        ("HTTPS://client.example/a", InvalidClientIdUrl::NotHttps),
        (" https://client.example/a", InvalidClientIdUrl::NotHttps),
        ("https://client.example/a b", InvalidClientIdUrl::Characters),
        ("https://client.example/a\n", InvalidClientIdUrl::Characters),
        ("https://client.example\\a", InvalidClientIdUrl::Characters),
        ("https://clïent.example/a", InvalidClientIdUrl::Characters),
        ("https://client.example/a#b", InvalidClientIdUrl::Fragment),
        ("https://client.example/a#", InvalidClientIdUrl::Fragment),
        ("https://client.example/a?b", InvalidClientIdUrl::Query),
        ("https://user@client.example/a", InvalidClientIdUrl::UserInfo),
        ("https://claude.ai%2F@evil.example/a", InvalidClientIdUrl::UserInfo),
        ("https://client.example:443/a", InvalidClientIdUrl::Port),
        ("https://client.example:/a", InvalidClientIdUrl::Port),
        ("https://[2606:4700::1]/a", InvalidClientIdUrl::Port),
        ("https://client.example", InvalidClientIdUrl::NoPath),
        ("https://client.example/", InvalidClientIdUrl::NoPath),
        ("https://client.example/a/../b", InvalidClientIdUrl::DotSegments),
        ("https://client.example/./a", InvalidClientIdUrl::DotSegments),
        ("https://client.example/a/..", InvalidClientIdUrl::DotSegments),
        ("https://client.example/%2e%2E/a", InvalidClientIdUrl::DotSegments),
        ("https://client.example/.%2e/a", InvalidClientIdUrl::DotSegments),
        ("https://CLIENT.example/a", InvalidClientIdUrl::NotNormal),
        ("https://cl%69ent.example/a", InvalidClientIdUrl::NotNormal),
        ("https:///a", InvalidClientIdUrl::NotNormal),
        ("https://8.8.8.8/a", InvalidClientIdUrl::Target(InvalidTarget::AddressLiteral)),
        ("https://0x7f000001/a", InvalidClientIdUrl::Target(InvalidTarget::AddressLiteral)),
        ("https://localhost/a", InvalidClientIdUrl::Target(InvalidTarget::LocalName)),
        ("https://printer.local/a", InvalidClientIdUrl::Target(InvalidTarget::LocalName)),
        ("https://client.example./a", InvalidClientIdUrl::Target(InvalidTarget::LocalName)),
        (long.as_str(), InvalidClientIdUrl::TooLong),
    ] {
        match (ClientIdUrl::parse(text), reason) {
            // Whichever of the two is seen first.
            (
                Err(InvalidClientIdUrl::NotNormal | InvalidClientIdUrl::Target(_)),
                InvalidClientIdUrl::NotNormal,
            ) => {}
            (parsed, reason) => assert_eq!(parsed, Err(reason), "{text}"),
        }
    }
}

#[test]
fn a_document_gives_its_name_and_its_redirect_uris() {
    let read = read(document().to_string().as_bytes(), &url()).unwrap();
    assert_eq!(read.client.name, "Example");
    assert_eq!(read.client.registration, Registration::MetadataDocument);
    assert_eq!(read.client.redirect_uris, ["http://127.0.0.1/callback", "https://client.example/callback"]);
    assert!(!read.client.is_verified());
}

#[test]
fn members_that_are_not_known_are_passed_over() {
    let read = changed(|document| {
        document["logo_uri"] = json!("https://client.example/logo.png");
        document["grant_types"] =
            json!(["authorization_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"]);
        document["post_logout_redirect_uris"] = json!({ "any": ["thing", null] });
    });
    assert!(read.is_ok(), "{read:?}");
}

#[test]
fn the_client_id_inside_is_the_address_byte_for_byte() {
    for other in [
        json!("https://client.example/oauth/client.json/"),
        json!("https://CLIENT.example/oauth/client.json"),
        json!("https://claude.ai/oauth/claude-code-client-metadata"),
        json!(7),
        Value::Null,
    ] {
        assert_eq!(changed(|document| document["client_id"] = other), Err(InvalidDocument::OtherClientId));
    }
    assert_eq!(
        changed(|document| drop(document.as_object_mut().unwrap().remove("client_id"))),
        Err(InvalidDocument::OtherClientId)
    );
}

#[test]
fn a_document_can_keep_no_secret_and_needs_none() {
    assert_eq!(changed(|document| document["client_secret"] = json!("s")), Err(InvalidDocument::Secret));
    for method in ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "tls"]
    {
        let read = changed(|document| document["token_endpoint_auth_method"] = json!(method));
        assert_eq!(read, Err(InvalidDocument::AuthMethod), "{method}");
    }
    assert!(changed(|document| document["token_endpoint_auth_method"] = json!("none")).is_ok());
    // ChatGPT's document as it was seen in 2026-09.
    let either = changed(|document| {
        document["token_endpoint_auth_method"] = json!("private_key_jwt");
        document["token_endpoint_auth_methods_supported"] = json!(["none", "private_key_jwt"]);
    });
    assert!(either.is_ok(), "{either:?}");
    let shared = changed(|document| {
        document["token_endpoint_auth_method"] = json!("client_secret_post");
        document["token_endpoint_auth_methods_supported"] = json!(["none"]);
    });
    assert_eq!(shared, Err(InvalidDocument::AuthMethod));
}

#[test]
fn what_is_missing_or_no_use_is_named() {
    for name in [json!(""), json!("  "), json!(7), Value::Null] {
        assert_eq!(changed(|document| document["client_name"] = name), Err(InvalidDocument::NoName));
    }
    let uris = |uris: Value| changed(move |document| document["redirect_uris"] = uris);
    assert_eq!(uris(json!([])), Err(InvalidMetadata::NoRedirectUris.into()));
    assert_eq!(uris(Value::Null), Err(InvalidMetadata::NoRedirectUris.into()));
    assert!(matches!(uris(json!(["javascript:alert(1)"])), Err(InvalidDocument::Metadata(_))));
    assert!(matches!(uris(json!(["http://client.example/"])), Err(InvalidDocument::Metadata(_))));
    assert_eq!(uris(json!(["app://callback"])), Err(InvalidMetadata::NoUsableRedirectUri.into()));
    for body in ["", "[]", "null", "\"text\"", "{", "{} {}"] {
        assert_eq!(read(body.as_bytes(), &url()), Err(InvalidMetadata::NotAnObject.into()), "{body}");
    }
    let long = document().to_string() + &" ".repeat(MAX_BYTES);
    assert_eq!(read(long.as_bytes(), &url()), Err(InvalidDocument::TooLong));
}

proptest! {
    #[test]
    fn what_is_taken_for_a_url_reads_the_same_everywhere(text in "https://[a-z.%2eE:@/?#\\\\A0-9-]{0,40}") {
        if let Ok(read) = ClientIdUrl::parse(&text) {
            let url = Url::parse(&text).unwrap();
            prop_assert_eq!(url.as_str(), text.as_str());
            prop_assert_eq!(url.host_str(), Some(read.host()));
            prop_assert_eq!(url.scheme(), "https");
            prop_assert_eq!((url.port(), url.query(), url.fragment(), url.username()), (None, None, None, ""));
            prop_assert!(url.path() != "/");
        }
    }

    #[test]
    fn no_document_is_too_strange_to_be_read_or_refused(body: Vec<u8>) {
        prop_assert!(read(&body, &url()).is_err());
    }
}
