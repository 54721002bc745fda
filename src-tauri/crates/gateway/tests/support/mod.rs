//! A real door on a free port, with real certificates and a real authorization server, and a client for it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use authorization::{Approval, Authorization, Decider, OriginName, Origins, PeerAddress};
use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use certificates::LocalCertificates;
use clock::{OsRandom, SystemClock};
use gateway::{Limits, Rooms, Running, Settings, TunnelStreams, VisitorRule};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use sha2::Digest as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower::ServiceExt as _;

/// Nothing here takes longer, on the slowest machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// The smallest MCP server: its one tool waits until the test lets it go on.
#[derive(Clone)]
pub(crate) struct Waiting {
    pub(crate) entered: Arc<Semaphore>,
    pub(crate) released: Arc<Semaphore>,
}

impl ServerHandler for Waiting {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::default())
    }

    async fn call_tool(
        &self,
        _: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.entered.add_permits(1);
        let _ = self.released.acquire().await;
        Ok(CallToolResult::success(vec![ContentBlock::text("done")]).into())
    }
}

pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    pub(crate) authorization: Authorization,
    pub(crate) server: Waiting,
    pub(crate) visitors: VisitorRule,
    pub(crate) running: Running,
    opening: Opening,
    pub(crate) tunnel: Option<tunnel::Supervisor>,
    ca: std::path::PathBuf,
    _directory: tempfile::TempDir,
}

/// What a door is opened with.
struct Opening {
    settings: Settings,
    rooms: Box<dyn Fn() -> Rooms<Waiting>>,
}

impl Door {
    pub(crate) async fn open() -> Self {
        Self::open_with(Limits::default(), Vec::new()).await
    }

    pub(crate) async fn open_with(limits: Limits, browser_origins: Vec<String>) -> Self {
        Self::open_beside(limits, browser_origins, None).await
    }

    /// A door with a second entrance, as the end of a tunnel on this computer dials into one; gives its address.
    pub(crate) async fn open_with_ingress(limits: Limits) -> (Self, SocketAddr) {
        Self::open_behind(limits, false).await
    }

    /// The same, where each stream has to begin with a header of the proxy before it.
    pub(crate) async fn open_with_proxied_ingress() -> (Self, SocketAddr) {
        Self::open_behind(Limits::default(), true).await
    }

    async fn open_behind(limits: Limits, proxy_protocol: bool) -> (Self, SocketAddr) {
        let free = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let (incoming, waiting) = tokio::sync::mpsc::channel(8);
        let supervisor = tunnel::Supervisor::start(
            incoming,
            Arc::new(SystemClock),
            Arc::new(OsRandom),
            tunnel::Timing::default(),
        );
        let settings = tunnel::ingress::Settings { port: free.port(), proxy_protocol };
        supervisor.up(Arc::new(tunnel::ingress::Ingress::new(settings))).await;
        let mut state = supervisor.state();
        let up = state.wait_for(|state| matches!(state, tunnel::State::Up { .. }));
        tokio::time::timeout(LIMIT, up).await.unwrap().unwrap();
        let mut door = Self::open_beside(limits, Vec::new(), Some(TunnelStreams::new(waiting))).await;
        door.tunnel = Some(supervisor);
        (door, free)
    }

    pub(crate) async fn open_beside(
        limits: Limits,
        browser_origins: Vec<String>,
        streams: Option<TunnelStreams>,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock: Arc<SystemClock> = Arc::new(SystemClock);
        let bound = gateway::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        let address = bound.address();
        let origins = Origins {
            local: format!("https://localhost:{}", address.port()).parse().unwrap(),
            public: Some("https://memory.example".parse().unwrap()),
        };
        let authorization = Authorization::open(
            &directory.path().join("authorization.db"),
            authorization::Settings::new(origins.clone()),
            clock.clone(),
            Arc::new(OsRandom),
        )
        .unwrap();
        let certificates =
            LocalCertificates::open(&directory.path().join("certificates"), clock.clone()).unwrap();
        let server = Waiting { entered: Arc::new(Semaphore::new(0)), released: Arc::new(Semaphore::new(0)) };
        let handler = server.clone();
        let visitors = VisitorRule::default();
        let settings = Settings { origins, browser_origins, visitors: visitors.clone(), limits };
        let certificates_resolver = certificates.resolver();
        let for_rooms = authorization.clone();
        let rooms: Box<dyn Fn() -> Rooms<Waiting>> = Box::new(move || {
            let handler = handler.clone();
            Rooms {
                authorization: for_rooms.clone(),
                certificates: Arc::clone(&certificates_resolver),
                mcp: Arc::new(move || handler.clone()),
            }
        });
        let running = bound.serve_with(&settings, rooms(), streams);
        let ca = certificates.ca_certificate().to_owned();
        let opening = Opening { settings, rooms };
        Self {
            address,
            authorization,
            server,
            visitors,
            running,
            opening,
            tunnel: None,
            ca,
            _directory: directory,
        }
    }

    /// Closes the door and opens it again on the same port.
    pub(crate) async fn reopen(self) -> Self {
        let Self { address, opening, running, .. } = self;
        running.stop().await;
        let bound = gateway::bind(address).await.unwrap();
        let running = bound.serve(&opening.settings, (opening.rooms)());
        Self { address, running, opening, ..self }
    }

    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.address.port())
    }

    /// A TLS connection that trusts the door's own authority alone.
    pub(crate) async fn connect(&self, protocols: &[&[u8]]) -> TlsStream<TcpStream> {
        self.connect_to(self.address, protocols).await
    }

    /// The same, to another entrance.
    pub(crate) async fn connect_to(&self, to: SocketAddr, protocols: &[&[u8]]) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(to).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        self.tls(protocols).connect(name, stream).await.unwrap()
    }

    /// Trusts the door's own authority alone.
    fn tls(&self, protocols: &[&[u8]]) -> TlsConnector {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&self.ca).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        TlsConnector::from(Arc::new(tls))
    }

    pub(crate) async fn client(&self) -> SendRequest<Full<Bytes>> {
        let stream = TokioIo::new(self.connect(&[b"http/1.1"]).await);
        let (client, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Sends one request to an entrance.
    pub(crate) async fn send_to(&self, to: SocketAddr, request: Request<Full<Bytes>>) -> Response<Incoming> {
        let stream = TokioIo::new(self.connect_to(to, &[b"http/1.1"]).await);
        let (mut client, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        tokio::time::timeout(LIMIT, client.send_request(request)).await.unwrap().unwrap()
    }

    /// Sends one request behind what a proxy sends first. None where no TLS comes about.
    pub(crate) async fn send_behind(
        &self,
        to: SocketAddr,
        first: &[u8],
        request: Request<Full<Bytes>>,
    ) -> Option<Response<Incoming>> {
        use tokio::io::AsyncWriteExt as _;
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream.write_all(first).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connected = self.tls(&[b"http/1.1"]).connect(name, stream);
        let stream = tokio::time::timeout(LIMIT, connected).await.unwrap().ok()?;
        let (mut client, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        tokio::time::timeout(LIMIT, client.send_request(request)).await.unwrap().ok()
    }

    /// Sends one request; the Host is right unless the test sets another.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Response<Incoming> {
        let mut request = request;
        if !request.headers().contains_key(header::HOST) {
            request.headers_mut().insert(header::HOST, self.host().parse().unwrap());
        }
        tokio::time::timeout(LIMIT, self.client().await.send_request(request)).await.unwrap().unwrap()
    }

    /// Sends a JSON-RPC message of the era that `version` names.
    pub(crate) async fn post(
        &self,
        token: &str,
        version: &str,
        session: Option<&str>,
        body: &str,
    ) -> Response<Incoming> {
        self.send(message(token, version, session, body)).await
    }

    /// Opens a legacy session and gives its id.
    pub(crate) async fn initialize(&self, token: &str) -> String {
        let body = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",
            "capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
        let response = self.post(token, "2025-11-25", None, body).await;
        assert_eq!(response.status(), StatusCode::OK);
        let session = response.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        let body = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        let response = self.post(token, "2025-11-25", Some(&session), body).await;
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        session
    }

    /// A token for the scopes, by the whole way: register, authorize, approve, exchange.
    pub(crate) async fn token(&self, scopes: &str) -> String {
        self.token_for(OriginName::Local, scopes).await
    }

    pub(crate) async fn token_for(&self, origin: OriginName, scopes: &str) -> String {
        let redirect = "http://127.0.0.1/callback";
        let registration = serde_json::json!({ "client_name": "Test", "redirect_uris": [redirect],
            "token_endpoint_auth_method": "none" });
        let request = Request::post("/oauth/register")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(registration.to_string()))
            .unwrap();
        let registered = json(self.endpoint(origin, request).await).await;
        let client_id = registered["client_id"].as_str().unwrap().to_owned();
        let verifier = "a-verifier-that-is-long-enough-to-be-one-0123456789";
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier));
        let query = format!(
            "response_type=code&client_id={client_id}&redirect_uri={redirect}&code_challenge={challenge}\
             &code_challenge_method=S256&state=s&scope={}",
            scopes.replace(' ', "%20")
        );
        let request = Request::get(format!("/oauth/authorize?{query}")).body(Body::empty()).unwrap();
        let response = self.endpoint(origin, request).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let page = response.headers()[header::LOCATION].to_str().unwrap().to_owned();
        let cookie =
            response.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let id = page.rsplit('/').next().unwrap().parse().unwrap();
        let waiting = Request::get(&page).header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
        let shown = self.endpoint(origin, waiting).await.into_body().collect().await.unwrap().to_bytes();
        let code = std::str::from_utf8(&shown).unwrap().split("<code>").nth(1).map(|rest| {
            rest.split("</code>")
                .next()
                .unwrap()
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect::<String>()
        });
        let approval = Approval { code, ..Approval::by(Decider::Terminal) };
        self.authorization.approve(id, approval).await.unwrap();
        let request = Request::get(&page).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        let response = self.endpoint(origin, request).await;
        let location = response.headers()[header::LOCATION].to_str().unwrap();
        let code = location.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).unwrap();
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={redirect}&client_id={client_id}\
             &code_verifier={verifier}"
        );
        let request = Request::post("/oauth/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let answer = json(self.endpoint(origin, request).await).await;
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Asks an endpoint of the authorization server as the gateway would, past the door.
    async fn endpoint(&self, origin: OriginName, mut request: Request<Body>) -> Response<Body> {
        request.extensions_mut().insert(authorization::Arrival::Local);
        request.extensions_mut().insert(PeerAddress(None));
        request.extensions_mut().insert(origin);
        self.authorization.router().oneshot(request).await.unwrap()
    }
}

pub(crate) fn message(token: &str, version: &str, session: Option<&str>, body: &str) -> Request<Full<Bytes>> {
    let mut request = Request::post("/mcp")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json, text/event-stream")
        .header("mcp-protocol-version", version);
    if let Some(session) = session {
        request = request.header("mcp-session-id", session);
    }
    request.body(Full::from(body.to_owned())).unwrap()
}

/// A tool call of the newest protocol, with all that it asks for.
pub(crate) fn modern_call(token: &str, tool: &str) -> Request<Full<Bytes>> {
    let body = serde_json::json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": tool, "arguments": {}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {} } } });
    let mut request = message(token, "2026-07-28", None, &body.to_string());
    request.headers_mut().insert("mcp-method", "tools/call".parse().unwrap());
    request.headers_mut().insert("mcp-name", tool.parse().unwrap());
    request
}

pub(crate) fn bare(method: Method, path: &str, headers: HeaderMap) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::default());
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().unwrap();
    *request.headers_mut() = headers;
    request
}

pub(crate) async fn text<B>(response: Response<B>) -> String
where
    B: hyper::body::Body<Data = Bytes>,
    B::Error: std::fmt::Debug,
{
    let collected = tokio::time::timeout(LIMIT, response.into_body().collect()).await.unwrap().unwrap();
    String::from_utf8(collected.to_bytes().to_vec()).unwrap()
}

pub(crate) async fn json<B>(response: Response<B>) -> serde_json::Value
where
    B: hyper::body::Body<Data = Bytes>,
    B::Error: std::fmt::Debug,
{
    let text = text(response).await;
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

/// Headers out of pairs.
pub(crate) fn with(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}
