//! An OAuth client of the kind that assistants are: public, PKCE, a loopback redirect.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::browser::Browser;
use super::https::Answer;
use super::origin::Origin;
use super::program::{Home, RunningServer};
use super::random_text;

/// A registered client.
#[derive(Clone)]
pub(crate) struct OAuthClient {
    pub(crate) id: String,
    pub(crate) redirect_uri: String,
}

/// One way through the authorization endpoint, with what the client remembers of it.
pub(crate) struct Attempt {
    pub(crate) url: Url,
    pub(crate) state: String,
    pub(crate) verifier: String,
}

/// What the token endpoint gave.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) scope: String,
}

impl From<&Value> for Tokens {
    fn from(answer: &Value) -> Self {
        let text = |name: &str| {
            answer[name].as_str().unwrap_or_else(|| panic!("the token answer has no {name}")).to_owned()
        };
        Self { access: text("access_token"), refresh: text("refresh_token"), scope: text("scope") }
    }
}

impl OAuthClient {
    /// Registers itself (RFC 7591).
    pub(crate) async fn register(server: &impl AsRef<Origin>, name: &str) -> Self {
        Self::register_for(server, name, "http://127.0.0.1:49152/callback").await
    }

    /// The same for a client that wants its answers sent to `redirect_uri`.
    pub(crate) async fn register_for(server: &impl AsRef<Origin>, name: &str, redirect_uri: &str) -> Self {
        let redirect_uri = redirect_uri.to_owned();
        let metadata = json!({
            "client_name": name,
            "redirect_uris": [redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "application_type": "native",
        });
        let answer = server.as_ref().https().post_json("/oauth/register", &metadata).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let id = answer.json()["client_id"].as_str().expect("a registration has a client id").to_owned();
        Self { id, redirect_uri }
    }

    /// A new way through the authorization endpoint; `scope` as the client asks.
    pub(crate) fn attempt(&self, server: &impl AsRef<Origin>, scope: Option<&str>) -> Attempt {
        let origin = server.as_ref();
        let state = random_text(16);
        let verifier = random_text(48);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let mut url = origin.issuer.join("/oauth/authorize").expect("the issuer is a base");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("resource", origin.mcp_url.as_str());
        if let Some(scope) = scope {
            url.query_pairs_mut().append_pair("scope", scope);
        }
        Attempt { url, state, verifier }
    }

    /// Changes a code for tokens.
    pub(crate) async fn redeem(&self, server: &impl AsRef<Origin>, code: &str, verifier: &str) -> Answer {
        let origin = server.as_ref();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("client_id", &self.id),
            ("code_verifier", verifier),
            ("resource", origin.mcp_url.as_str()),
        ];
        origin.https().post_form("/oauth/token", &fields).await
    }

    /// Changes a refresh token for new tokens.
    pub(crate) async fn refresh(&self, server: &impl AsRef<Origin>, refresh_token: &str) -> Answer {
        let origin = server.as_ref();
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
            ("client_id", &self.id),
            ("resource", origin.mcp_url.as_str()),
        ];
        origin.https().post_form("/oauth/token", &fields).await
    }

    /// Takes a token back (RFC 7009).
    pub(crate) async fn revoke(&self, server: &impl AsRef<Origin>, token: &str) -> Answer {
        server.as_ref().https().post_form("/oauth/revoke", &[("token", token), ("client_id", &self.id)]).await
    }
}

/// The whole way: register, authorize, the owner approves from a terminal, redeem.
pub(crate) async fn connect(
    server: &RunningServer,
    name: &str,
    scope: Option<&str>,
) -> (OAuthClient, Tokens) {
    let client = OAuthClient::register(server, name).await;
    let tokens = authorize(server, &client, scope).await;
    (client, tokens)
}

/// The same for a client that is registered.
pub(crate) async fn authorize(server: &RunningServer, client: &OAuthClient, scope: Option<&str>) -> Tokens {
    let attempt = client.attempt(server, scope);
    let mut browser = server.browser();
    let back = approve_in(server, &mut browser, &attempt.url).await;
    assert_eq!(parameter(&back, "state").as_deref(), Some(attempt.state.as_str()));
    let code = parameter(&back, "code").unwrap_or_else(|| panic!("no code in {back}"));
    let answer = client.redeem(server, &code, &attempt.verifier).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    Tokens::from(&answer.json())
}

/// The whole way of a client that comes from the internet: the owner types the code that its page shows.
pub(crate) async fn connect_from_afar(home: &Home, public: &Origin) -> Tokens {
    let client = OAuthClient::register(public, "From the cloud").await;
    let attempt = client.attempt(public, None);
    let mut browser = public.browser();
    let (waiting, page) = browser.open(&attempt.url).await.page();
    let id =
        waiting.path_segments().and_then(|mut segments| segments.next_back()).expect("a page has a path");
    home.run(["approvals", "approve", id, "--code", &typed_code(&page.text())]).await.expect_success();
    let back = browser.open(&waiting).await.away();
    let code = parameter(&back, "code").unwrap_or_else(|| panic!("no code in {back}"));
    let redeemed = client.redeem(public, &code, &attempt.verifier).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.text());
    Tokens::from(&redeemed.json())
}

/// Opens an authorization URL, lets the owner approve it from a terminal, and gives where the browser is sent.
pub(crate) async fn approve_in(server: &RunningServer, browser: &mut Browser, authorize: &Url) -> Url {
    let (waiting, page) = browser.open(authorize).await.page();
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(waiting.path().starts_with("/oauth/requests/"), "{waiting}");
    let id =
        waiting.path_segments().and_then(|mut segments| segments.next_back()).expect("the page has a path");
    server.home.run(["approvals", "approve", id]).await.expect_success();
    browser.open(&waiting).await.away()
}

/// One parameter of a redirect.
pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut values = url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let value = values.next();
    assert!(values.next().is_none(), "{name} stands twice in {url}");
    value
}

/// The code that a waiting page shows to whoever comes from outside.
pub(crate) fn typed_code(page: &str) -> String {
    let (_, rest) =
        page.split_once("<p class=\"typed\"").unwrap_or_else(|| panic!("no typed code in {page}"));
    let (_, text) = rest.split_once('>').expect("a tag ends");
    text.split('<').next().expect("there is text").trim().to_owned()
}
