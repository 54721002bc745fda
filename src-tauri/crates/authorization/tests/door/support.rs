//! A server of a test's own, and a client and a browser that speak to it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use authorization::{
    Approval, Arrival, Authorization, Decider, Later, LimitsSetting, Network, OriginName, Origins,
    PeerAddress, RequestId, ScopeSet, Settings,
};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::{ManualClock, SeededRandom};
use http::{HeaderMap, Request, StatusCode, header};
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tower::ServiceExt as _;
use url::form_urlencoded;

pub(crate) const CLAUDE_CODE: &str = "https://claude.ai/oauth/claude-code-client-metadata";
pub(crate) const REDIRECT: &str = "http://localhost:51234/callback";
pub(crate) const ISSUER: &str = "https://localhost:9100";
pub(crate) const RESOURCE: &str = "https://localhost:9100/mcp";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(crate) fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The parameters of the address that the answer redirects to, and the address without them.
    pub(crate) fn location(&self) -> (String, Vec<(String, String)>) {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        let mut url = url::Url::parse(self.header("location")).unwrap();
        let pairs = url.query_pairs().into_owned().collect();
        url.set_query(None);
        (url.to_string(), pairs)
    }

    /// The one parameter of that name.
    pub(crate) fn parameter(&self, name: &str) -> String {
        let values: Vec<_> = self.location().1.into_iter().filter(|(key, _)| key == name).collect();
        assert_eq!(values.len(), 1, "{name} in {}", self.header("location"));
        values[0].1.clone()
    }

    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

/// A browser's side of an authorization request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) id: RequestId,
    pub(crate) cookie: String,
}

/// A pair of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

pub(crate) struct Server {
    pub(crate) auth: Authorization,
    pub(crate) clock: ManualClock,
    pub(crate) arrival: Arrival,
    pub(crate) origin: OriginName,
    pub(crate) settings: Settings,
    pub(crate) directory: TempDir,
    random: Arc<SeededRandom>,
    network: Arc<dyn Network>,
}

/// A network that nobody may use: whoever fetches what they should not fails the test.
#[derive(Debug)]
struct Nowhere;

impl Network for Nowhere {
    fn resolve<'a>(&'a self, host: &'a str) -> Later<'a, io::Result<Vec<IpAddr>>> {
        panic!("{host} was looked up");
    }

    fn connect(&self, address: SocketAddr) -> Later<'_, io::Result<TcpStream>> {
        panic!("{address} was connected to");
    }

    fn verifier(&self, _: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        panic!("certificates were to be checked");
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        limits: LimitsSetting::Off,
        ..Settings::new(Origins {
            local: ISSUER.parse().unwrap(),
            public: Some("https://memory.example".parse().unwrap()),
        })
    }
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::with(settings())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self::kept_in(tempfile::tempdir().unwrap(), Arc::new(Nowhere), settings)
    }

    /// A server with a way out to this network.
    pub(crate) fn on(network: Arc<dyn Network>, settings: Settings) -> Self {
        Self::kept_in(tempfile::tempdir().unwrap(), network, settings)
    }

    /// Where there is a file system in memory, its file is there: for tests that make thousands of servers and
    /// ask nothing of the disk.
    pub(crate) fn in_memory(settings: Settings) -> Self {
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        Self::kept_in(directory, Arc::new(Nowhere), settings)
    }

    fn kept_in(directory: TempDir, network: Arc<dyn Network>, settings: Settings) -> Self {
        let clock = ManualClock::default();
        let random = Arc::new(SeededRandom::new(42));
        let auth = Authorization::open_with_network(
            &directory.path().join("authorization.db"),
            settings.clone(),
            Arc::new(clock.clone()),
            random.clone(),
            Arc::clone(&network),
        )
        .unwrap();
        let (arrival, origin) = (Arrival::Local, OriginName::Local);
        Self { auth, clock, arrival, origin, settings, directory, random, network }
    }

    pub(crate) async fn restart(&mut self) {
        self.auth.clone().close().await;
        self.try_restart().unwrap();
    }

    /// Opens it again after it was closed.
    pub(crate) fn try_restart(&mut self) -> Result<(), authorization::Error> {
        self.auth = Authorization::open_with_network(
            &self.directory.path().join("authorization.db"),
            self.settings.clone(),
            Arc::new(self.clock.clone()),
            self.random.clone(),
            Arc::clone(&self.network),
        )?;
        Ok(())
    }

    /// As if the request came through the tunnel, to the public name.
    pub(crate) fn through_the_tunnel(&mut self) {
        self.arrival = Arrival::Tunnel("ssh".parse().unwrap());
        self.origin = OriginName::Public;
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(self.arrival.clone());
        request.extensions_mut().insert(self.origin);
        request.extensions_mut().insert(PeerAddress(Some("127.0.0.1".parse().unwrap())));
        let response = self.auth.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(crate) async fn get(&self, uri: &str, cookie: Option<&str>) -> Answer {
        let mut request = Request::get(uri).header(header::USER_AGENT, "test browser");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn post_json(&self, path: &str, body: &Value) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn register(&self, redirect: &str) -> String {
        let answer = self
            .post_json(
                "/oauth/register",
                &serde_json::json!({ "client_name": "Test", "redirect_uris": [redirect] }),
            )
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.json()["client_id"].as_str().unwrap().to_owned()
    }

    #[expect(clippy::unused_self, reason = "reads as a question to the server, like its neighbours")]
    pub(crate) fn authorize_uri(&self, client: &str, changes: &[(&str, &str)]) -> String {
        let challenge = challenge_of(VERIFIER);
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", REDIRECT),
            ("state", "st&te"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            pairs.retain(|(key, _)| key != name);
            pairs.push((name, value));
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/oauth/authorize?{query}")
    }

    pub(crate) async fn ask_with(&self, client: &str, changes: &[(&str, &str)]) -> Asked {
        let answer = self.get(&self.authorize_uri(client, changes), None).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        asked(&answer)
    }

    pub(crate) async fn ask(&self, client: &str) -> Asked {
        self.ask_with(client, &[]).await
    }

    pub(crate) async fn page(&self, asked: &Asked) -> Answer {
        self.get(&format!("/oauth/requests/{}", asked.id), Some(&asked.cookie)).await
    }

    pub(crate) async fn approve(&self, asked: &Asked) {
        self.auth.approve(asked.id, Approval::by(Decider::Terminal)).await.unwrap();
    }

    /// A code, by asking and approving.
    pub(crate) async fn code(&self, client: &str) -> String {
        let asked = self.ask(client).await;
        self.approve(&asked).await;
        self.page(&asked).await.parameter("code")
    }

    pub(crate) async fn exchange(&self, client: &str, code: &str) -> Answer {
        self.post_form(
            "/oauth/token",
            &[
                ("grant_type", "authorization_code"),
                ("client_id", client),
                ("code", code),
                ("redirect_uri", REDIRECT),
                ("code_verifier", VERIFIER),
                ("resource", RESOURCE),
            ],
        )
        .await
    }

    pub(crate) async fn refresh(&self, client: &str, token: &str) -> Answer {
        self.post_form(
            "/oauth/token",
            &[("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token)],
        )
        .await
    }

    /// Tokens, by the whole way.
    pub(crate) async fn connect(&self, client: &str) -> Tokens {
        let code = self.code(client).await;
        tokens(&self.exchange(client, &code).await)
    }

    pub(crate) async fn opens(&self, access: &str) -> bool {
        self.auth.authenticate(access, self.origin).await.is_ok()
    }

    pub(crate) async fn scopes_of(&self, access: &str) -> ScopeSet {
        self.auth.authenticate(access, self.origin).await.unwrap().scopes
    }
}

pub(crate) fn asked(answer: &Answer) -> Asked {
    let id = answer.header("location").rsplit('/').next().unwrap().parse().unwrap();
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    Asked { id, cookie }
}

pub(crate) fn tokens(answer: &Answer) -> Tokens {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let json = answer.json();
    let text = |name: &str| json[name].as_str().unwrap().to_owned();
    Tokens { access: text("access_token"), refresh: text("refresh_token") }
}
