//! Programs that want to be let in.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value, json};
use url::Url;

use crate::support::browser::{Arrived, Browser};
use crate::support::https::Answer;
use crate::support::oauth::{Attempt, OAuthClient, Tokens, parameter, typed_code};
use crate::support::origin::Origin;
use crate::support::program::Home;

/// A request on its way: the client, and the browser that stands at the waiting page.
pub(crate) struct Asking {
    pub(crate) client: OAuthClient,
    pub(crate) attempt: Attempt,
    pub(crate) browser: Browser,
    pub(crate) page: String,
    waiting: Url,
    origin: Origin,
}

/// A program of this computer asks, in the person's browser.
pub(crate) async fn ask(origin: &Origin, name: &str) -> Asking {
    ask_for(origin, name, None).await
}

/// The same with scopes of its own choice.
pub(crate) async fn ask_for(origin: &Origin, name: &str, scope: Option<&str>) -> Asking {
    let client = OAuthClient::register(origin, name).await;
    ask_again(origin, &client, scope).await
}

/// The same for a client that is registered.
pub(crate) async fn ask_again(origin: &Origin, client: &OAuthClient, scope: Option<&str>) -> Asking {
    let attempt = client.attempt(origin, scope);
    let mut browser = origin.browser();
    let (waiting, page) = browser.open(&attempt.url).await.page();
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(waiting.path().starts_with("/oauth/requests/"), "{waiting}");
    Asking { client: client.clone(), attempt, browser, page: page.text(), waiting, origin: origin.clone() }
}

impl Asking {
    /// The request's id.
    pub(crate) fn id(&self) -> &str {
        self.waiting.path().rsplit('/').next().expect("a path has a last part")
    }

    /// The code that the waiting page shows.
    pub(crate) fn code(&self) -> String {
        typed_code(&self.page)
    }

    /// A code of the right shape that is not it.
    pub(crate) fn wrong_code(&self) -> String {
        let code = self.code();
        // Letters and digits of the code's own alphabet, in another order.
        let turned: String = code.chars().rev().collect();
        let all_one: String = code.chars().map(|_| code.chars().next().unwrap_or('A')).collect();
        if turned == code { all_one } else { turned }
    }

    /// The page looks again, as it does by itself every two seconds: where the browser is now.
    pub(crate) async fn look(&mut self) -> Arrived {
        self.browser.open(&self.waiting).await
    }

    /// Where the browser is sent now that it is decided.
    pub(crate) async fn back(&mut self) -> Url {
        self.look().await.away()
    }

    /// It was approved: the tokens.
    pub(crate) async fn tokens(&mut self) -> Tokens {
        let back = self.back().await;
        assert_eq!(parameter(&back, "state").as_deref(), Some(self.attempt.state.as_str()));
        let code = parameter(&back, "code").unwrap_or_else(|| panic!("no code in {back}"));
        let answer = self.client.redeem(&self.origin, &code, &self.attempt.verifier).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        Tokens::from(&answer.json())
    }

    /// It was denied, and the client hears that.
    pub(crate) async fn expect_denied(&mut self) {
        let back = self.back().await;
        assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"), "{back}");
        assert_eq!(parameter(&back, "code"), None);
    }

    /// Nobody has decided yet.
    pub(crate) async fn expect_waiting(&mut self) {
        let arrived = self.look().await;
        assert!(matches!(&arrived, Arrived::Page { answer, .. } if answer.status == 200), "{arrived:?}");
    }

    /// Whether it still waits, as a terminal sees it.
    pub(crate) async fn is_pending(&self, home: &Home) -> bool {
        pending(home).await.contains(&self.id().to_owned())
    }
}

/// The ids of all that wait.
pub(crate) async fn pending(home: &Home) -> Vec<String> {
    let list = home.json(["approvals", "list", "--json"]).await;
    let entries = list.as_array().expect("a list");
    entries.iter().map(|entry| entry["id"].as_str().expect("an entry has an id").to_owned()).collect()
}

/// A web page has the person's browser load our address in the background.
pub(crate) async fn ask_as_an_image(origin: &Origin, name: &str) -> Answer {
    let client = OAuthClient::register(origin, name).await;
    let attempt = client.attempt(origin, None);
    let request = Request::get(format!("{}?{}", attempt.url.path(), attempt.url.query().unwrap_or_default()))
        .header("user-agent", "Mozilla/5.0 (a browser in a test)")
        .header("sec-fetch-dest", "image")
        .header("sec-fetch-mode", "no-cors")
        .header("sec-fetch-site", "cross-site");
    origin.https().send(request.body(Full::<Bytes>::default()).expect("a GET is a request")).await
}

/// What the door answers to a token; none where nobody listens.
pub(crate) async fn knock(origin: &Origin, token: &str) -> Option<u16> {
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "knock", "version": "1"}},
    });
    let port = origin.mcp_url.port()?;
    tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let request = Request::post("/mcp")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(Full::from(body.to_string()))
        .expect("a POST is a request");
    Some(origin.https().send(request).await.status.as_u16())
}

/// The one client of that name in `clients --json`.
pub(crate) async fn client_called(home: &Home, name: &str) -> Value {
    let clients = home.json(["clients", "--json"]).await;
    let all = clients.as_array().expect("a list");
    let found = all.iter().find(|client| client["client_name"] == name);
    found.unwrap_or_else(|| panic!("{name} is not in {clients}")).clone()
}
