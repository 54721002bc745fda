//! What must hold of any bytes that a stranger sends, for `fuzz/`: one function a reader of input.
//!
//! Each panics where its property is broken; that nothing else panics is proved along the way. The corpora in
//! `fuzz/corpus` run in the unit tests as well, without the fuzzer. Not in the program: `cfg(fuzzing)` alone.

use http::{HeaderMap, HeaderValue, header};
use url::{Host, Url, form_urlencoded};

use crate::bearer::bearer_token;
use crate::client::document::{self, ClientIdUrl};
use crate::client::{built_in, metadata, name};
use crate::endpoints::basic_credentials;
use crate::origin::Origin;
use crate::rules::authorize;
use crate::rules::parameters::{InvalidParameter, Parameters};
use crate::rules::redirect_uri::{self, Kind};
use crate::rules::resource;
use crate::scope::{Scope, ScopeSet};
use crate::secret::{self, Token};

const CLAUDE_CODE: &str = "https://claude.ai/oauth/claude-code-client-metadata";

/// A target's name, which is also its corpus, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 9] = [
    ("redirect_uri", redirect_uri),
    ("scope", scope),
    ("form", form),
    ("authorization_request", authorization_request),
    ("client_metadata", client_metadata),
    ("client_document", client_document),
    ("resource", resource),
    ("bearer_header", bearer_header),
    ("basic_header", basic_header),
];

/// Two lines: the redirect URI of a request and a registered one. A match frees nothing but a loopback port, and
/// an answer adds its own parameters and changes nothing else.
pub fn redirect_uri(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (requested, known) = text.split_once('\n').unwrap_or((text, text));
    let matched = redirect_uri::matches(requested, known);
    assert_eq!(matched, redirect_uri::matches(known, requested), "a match holds in both directions");
    assert!(redirect_uri::matches(requested, requested), "each URI is itself");
    let kind = redirect_uri::inspect(requested);
    assert!(!redirect_uri::display_host(requested).chars().any(char::is_control));
    let Ok(kind) = kind else {
        assert!(!matched || requested == known, "what is no redirect URI is at most itself");
        return;
    };
    let url = Url::parse(requested).expect("inspect has parsed it");
    assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none());
    assert!(requested.bytes().all(|byte| byte.is_ascii_graphic()));
    match kind {
        Kind::Https => assert_eq!(url.scheme(), "https"),
        Kind::Loopback => {
            assert_eq!(url.scheme(), "http");
            assert!(matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")));
        }
        Kind::PrivateUse => {
            assert!(!matches!(url.scheme(), "http" | "https" | "javascript" | "data" | "file"));
        }
    }
    if matched && requested != known {
        assert_eq!((kind, redirect_uri::inspect(known)), (Kind::Loopback, Ok(Kind::Loopback)));
        let other = Url::parse(known).expect("inspect has parsed it");
        assert_eq!(url.host(), other.host());
        assert_eq!((url.path(), url.query()), (other.path(), other.query()));
    }
    answer_goes_there(requested, &url);
}

/// The answer to a request goes to the address it asked for, with each of our parameters once.
fn answer_goes_there(redirect: &str, url: &Url) {
    let (state, issuer) = ("s&=#\u{e9} ", "https://localhost:9100");
    let answer = authorize::response_uri(redirect, &[("code", "c+/=&")], Some(state), issuer);
    let sent = Url::parse(&answer).expect("a redirect URI with parameters is a URI");
    assert_eq!((sent.scheme(), sent.host(), sent.port()), (url.scheme(), url.host(), url.port()));
    assert_eq!(sent.path(), url.path());
    assert_eq!(sent.fragment(), None);
    for (key, wanted) in [("code", "c+/=&"), ("state", state), ("iss", issuer)] {
        let values: Vec<_> = sent.query_pairs().filter(|(name, _)| name == key).collect();
        assert!(matches!(values.as_slice(), [(_, value)] if value == wanted), "{key} once in {answer}");
    }
    assert!(!sent.query_pairs().any(|(name, _)| name == "error"));
}

/// A scope parameter. A set never holds what was not named, and reads back as itself.
pub fn scope(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let set = ScopeSet::narrowed_from(text);
    let named = |scope: Scope| text.split_ascii_whitespace().any(|word| word == scope.as_str());
    for scope in Scope::ALL {
        assert_eq!(set.contains(scope), named(scope), "{scope} in {text:?}");
    }
    let printed = set.to_string();
    assert_eq!(ScopeSet::narrowed_from(&printed), set);
    assert_eq!(printed.parse(), Ok(set));
    if let Ok(strict) = text.parse::<ScopeSet>() {
        assert_eq!(
            strict,
            ScopeSet::narrowed_from(&text.replace(',', " ")),
            "strict reads no more than tolerant"
        );
    }
    assert!(set.is_subset(ScopeSet::all()));
    assert!(set.intersection(ScopeSet::DEFAULT).is_subset(set));
    assert_eq!(set.difference(ScopeSet::DEFAULT).union(set.intersection(ScopeSet::DEFAULT)), set);
}

/// A form or query. A parameter that is taken was there once, and the pairs read back as themselves.
pub fn form(data: &[u8]) {
    let parameters = Parameters::decode(data);
    let pairs: Vec<(String, String)> = form_urlencoded::parse(data).into_owned().collect();
    for name in ["client_id", "scope", "state", "grant_type", "code", "refresh_token", "token", "resource"] {
        let there: Vec<&str> =
            pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect();
        match parameters.one(name) {
            Ok(Some(value)) => assert!(!value.is_empty() && there == [value]),
            Ok(None) => assert!(matches!(there.as_slice(), [] | [""])),
            Err(InvalidParameter::Repeated(_)) => assert!(there.len() > 1),
            Err(InvalidParameter::NotText(_)) => assert!(there[0].contains('\u{FFFD}')),
        }
    }
    assert!(parameters.all("resource").all(|value| !value.is_empty()));
    let printed = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    let again: Vec<(String, String)> = form_urlencoded::parse(printed.as_bytes()).into_owned().collect();
    assert_eq!(again, pairs);
}

/// The query of an authorization request. What is judged good was asked for in full, by a known client, to an
/// address of its own; whatever is refused before that leads nowhere.
pub fn authorization_request(data: &[u8]) {
    let parameters = Parameters::decode(data);
    let Ok(client_id) = authorize::client_id(&parameters) else { return };
    let client = built_in::find(client_id).or_else(|| built_in::find(CLAUDE_CODE));
    let client = client.expect("Claude Code's document is built in");
    let Ok(target) = authorize::target(&parameters, &client) else { return };
    assert!(redirect_uri::is_registered(&target, &client.redirect_uris));
    assert!(matches!(redirect_uri::inspect(&target), Ok(Kind::Https | Kind::Loopback)));
    let state = authorize::returnable_state(&parameters);
    assert!(state.is_none_or(|state| !state.is_empty() && state.len() <= authorize::MAX_STATE));
    let origin: Origin = "https://localhost:9100".parse().expect("it is an origin");
    let Ok(request) = authorize::judge(&parameters, target.clone(), &origin) else { return };
    assert_eq!(request.redirect_uri, target);
    assert_eq!(request.state.as_deref(), state, "a good request has the state that an error would give back");
    assert_eq!(parameters.one("response_type"), Ok(Some("code")));
    assert_eq!(parameters.one("code_challenge_method"), Ok(Some("S256")));
    assert_eq!(request.challenge.as_str().len(), 43);
    assert_eq!(request.resource, origin.resource());
    assert!(!request.scopes.is_empty());
    match parameters.one("scope").expect("it was judged") {
        None => assert_eq!(request.scopes, ScopeSet::DEFAULT),
        Some(text) => assert_eq!(request.scopes, ScopeSet::narrowed_from(text)),
    }
}

/// The body of a registration. What is accepted can be used, holds no null and no secret, and registering the
/// answer again gives the same answer.
pub fn client_metadata(data: &[u8]) {
    let Ok(accepted) = metadata::read(data) else { return };
    assert!((1..=10).contains(&accepted.redirect_uris.len()));
    let kinds: Vec<Kind> = accepted
        .redirect_uris
        .iter()
        .map(|uri| redirect_uri::inspect(uri).expect("only redirect URIs are accepted"))
        .collect();
    assert!(kinds.iter().any(|kind| *kind != Kind::PrivateUse));
    assert!(!accepted.name.is_empty() && accepted.name.chars().count() <= 200);
    assert_eq!(name::clean(&accepted.name), accepted.name);
    assert!(accepted.echo.values().all(|value| !value.is_null()));
    assert!(!accepted.echo.contains_key("client_secret"));
    assert_eq!(accepted.echo["token_endpoint_auth_method"], "none");
    let printed = serde_json::to_vec(&accepted.echo).expect("JSON can be written");
    assert_eq!(metadata::read(&printed), Ok(accepted), "an answer registers as itself");
}

/// The first line is a `client_id`, the rest what was fetched from there. What names a document has one spelling, and
/// leads to a name on the default port; what is accepted speaks for that very address.
pub fn client_document(data: &[u8]) {
    let (first, body) = data.split_at(data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len()));
    let Ok(text) = std::str::from_utf8(first) else { return };
    let Ok(id) = ClientIdUrl::parse(text) else { return };
    let url = Url::parse(text).expect("it was judged to be a URL");
    assert_eq!(url.as_str(), text, "there is no other way to write it");
    assert_eq!((url.scheme(), url.port(), url.query(), url.fragment()), ("https", None, None, None));
    assert!(url.username().is_empty() && url.password().is_none() && url.path().len() > 1);
    assert!(matches!(url.host(), Some(Host::Domain(host)) if host == id.host()), "an address is no name");
    let Ok(accepted) = document::read(body, &id) else { return };
    assert!(body.len() <= document::MAX_BYTES + 1, "the line's end and a short document");
    assert_eq!(accepted.client.id, text);
    assert!(accepted.client.redirect_uris.iter().all(|uri| redirect_uri::inspect(uri).is_ok()));
    assert!(!accepted.client.is_verified(), "the name is the document's own word");
    assert_eq!(name::clean(&accepted.client.name), accepted.client.name);
    let kept = |member: &str| accepted.metadata.contains_key(member);
    assert!(!kept("client_secret") && !kept("jwks") && !kept("jwks_uri"));
}

/// A resource indicator. What is accepted is our origin, with nothing but the path of the MCP endpoint.
pub fn resource(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let origin: Origin = "https://memory.example".parse().expect("it is an origin");
    assert_eq!(resource::check([origin.resource().as_str()], &origin), Ok(()));
    if resource::check([text], &origin).is_ok() {
        let url = Url::parse(text).expect("check has parsed it");
        assert_eq!(url.origin().ascii_serialization(), origin.as_str());
        assert_eq!(url.path().trim_end_matches('/').trim_start_matches("/mcp"), "");
        assert!(url.query().is_none() && url.fragment().is_none());
        assert!(url.username().is_empty() && url.password().is_none());
        assert!(text.len() <= 2048 && text.bytes().all(|byte| byte.is_ascii_graphic()));
    }
}

/// Values of the header `Authorization`, one a line. A token comes from one bearer header alone, is what stood
/// there, and is at most one kind of secret.
pub fn bearer_header(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(3) {
        let Ok(value) = HeaderValue::from_bytes(line) else { return };
        headers.append(header::AUTHORIZATION, value);
    }
    let Some(token) = bearer_token(&headers) else { return };
    let text = std::str::from_utf8(data).expect("a token is text");
    assert_eq!(headers.len(), 1, "two headers are none");
    assert!(text[..7].eq_ignore_ascii_case("bearer ") && text[7..].trim() == token);
    assert!(!token.is_empty() && token.len() <= 8192 && token.trim() == token);
    let kinds = [
        Token::<secret::Access>::parse(token).map(|it| it.expose().to_owned()),
        Token::<secret::Refresh>::parse(token).map(|it| it.expose().to_owned()),
        Token::<secret::Code>::parse(token).map(|it| it.expose().to_owned()),
        Token::<secret::Browser>::parse(token).map(|it| it.expose().to_owned()),
        Token::<secret::Proof>::parse(token).map(|it| it.expose().to_owned()),
    ];
    let read: Vec<&String> = kinds.iter().flatten().collect();
    assert!(read.len() <= 1, "a secret is of one kind");
    assert!(read.iter().all(|text| *text == token));
}

/// A value of the header `Authorization`. Credentials read back as themselves, whatever characters they have.
pub fn basic_header(data: &[u8]) {
    let Ok(value) = std::str::from_utf8(data) else { return };
    if let Some((id, secret)) = basic_credentials(value) {
        assert!(value[..5].eq_ignore_ascii_case("basic"));
        assert_eq!(basic_credentials(&basic_of(&id, &secret)), Some((id, secret)));
    }
    let (id, secret) = value.split_once(':').unwrap_or((value, ""));
    assert_eq!(basic_credentials(&basic_of(id, secret)), Some((id.to_owned(), secret.to_owned())));
}

/// As a client writes them (RFC 6749 §2.3.1).
fn basic_of(id: &str, secret: &str) -> String {
    use base64::Engine as _;
    let escape = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", escape(id), escape(secret));
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}

#[cfg(test)]
#[path = "fuzzing_tests.rs"]
mod tests;
