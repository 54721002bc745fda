//! The fixture behind our own gateway, with a token that our own authorization server issued.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use authorization::{
    Approval, Arrival, Authorization, Decider, Origin, OriginName, Origins, PeerAddress,
    Settings as AuthorizationSettings,
};
use axum::Router;
use axum::body::Body;
use certificates::LocalCertificates;
use clock::{OsRandom, SystemClock};
use gateway::{Limits, Rooms, Settings};
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt as _;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::handler::{Fixture, Shared};
use crate::proxy::{self, Upstream};
use crate::{Ready, Stop};

const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";
/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) async fn run(stop: Stop) -> io::Result<()> {
    let directory = tempfile::tempdir()?;
    let clock = Arc::new(SystemClock);
    let certificates = LocalCertificates::open(directory.path(), clock.clone()).map_err(io::Error::other)?;
    let bound = gateway::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.map_err(io::Error::other)?;
    let port = bound.address().port();
    let local: Origin = format!("https://localhost:{port}").parse().map_err(io::Error::other)?;
    let origins = Origins { local, public: None };
    let authorization = Authorization::open(
        &directory.path().join("authorization.db"),
        AuthorizationSettings::new(origins.clone()),
        clock.clone(),
        Arc::new(OsRandom),
    )
    .map_err(io::Error::other)?;

    let shared = Arc::new(Shared::default());
    let settings = Settings {
        origins,
        browser_origins: Vec::new(),
        visitors: gateway::VisitorRule::default(),
        // The suite is one client in a hurry.
        limits: Limits { requests_per_second: None, ..Limits::default() },
    };
    let rooms = Rooms {
        authorization: authorization.clone(),
        certificates: certificates.resolver(),
        mcp: Arc::new(move || Fixture::new(Arc::clone(&shared))),
    };
    let running = bound.serve(&settings, rooms);
    let token = issue_token(&authorization, port).await?;
    let tls = Arc::new(trusting(certificates.ca_certificate())?);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}/mcp", listener.local_addr()?);
    Ready { url, ca_certificate: Some(certificates.ca_certificate().to_owned()) }.tell()?;
    let ended = tokio::select! {
        ended = proxy::serve(listener, Upstream { port, tls, token }) => ended,
        () = stop.asked() => Ok(()),
    };
    running.stop().await;
    authorization.close().await;
    ended
}

fn trusting(ca_certificate: &Path) -> io::Result<rustls::ClientConfig> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(ca_certificate).map_err(io::Error::other)?;
    roots.add(certificate).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Walks the whole way of a client: registers, asks, is approved, exchanges the code.
async fn issue_token(authorization: &Authorization, port: u16) -> io::Result<String> {
    let router = authorization.router();
    let registration = json!({
        "client_name": "Conformance suite",
        "redirect_uris": [REDIRECT_URI],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "application_type": "native",
    });
    let request = Request::post("/oauth/register")
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(registration.to_string()));
    let (_, client) = call(&router, request).await?;
    let client_id = text(&client, "client_id")?;
    let resource = format!("https://localhost:{port}/mcp");

    let query = Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", &client_id)
        .append_pair("redirect_uri", REDIRECT_URI)
        .append_pair("code_challenge", CHALLENGE)
        .append_pair("code_challenge_method", "S256")
        .append_pair("resource", &resource)
        .append_pair("state", "conformance")
        .finish();
    let (headers, _) =
        call(&router, Request::get(format!("/oauth/authorize?{query}")).body(Body::empty())).await?;
    let waiting_page = header(&headers, &LOCATION)?;
    let cookie = header(&headers, &SET_COOKIE)?.split(';').next().unwrap_or_default().to_owned();

    let pending = authorization.pending().await.map_err(io::Error::other)?;
    let pending = pending.into_iter().next().ok_or_else(|| io::Error::other("no request is pending"))?;
    let approval = Approval::by(Decider::Terminal);
    authorization.approve(pending.id, approval).await.map_err(io::Error::other)?;

    let path = waiting_page.rsplit_once("/oauth/").map(|(_, rest)| format!("/oauth/{rest}"));
    let path = path.ok_or_else(|| io::Error::other("the waiting page has no address"))?;
    let (headers, _) = call(&router, Request::get(path).header(COOKIE, cookie).body(Body::empty())).await?;
    let redirect = Url::parse(&header(&headers, &LOCATION)?).map_err(io::Error::other)?;
    let code = redirect.query_pairs().find_map(|(name, value)| (name == "code").then(|| value.into_owned()));
    let code = code.ok_or_else(|| io::Error::other("the redirect carries no code"))?;

    let form = Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("client_id", &client_id)
        .append_pair("redirect_uri", REDIRECT_URI)
        .append_pair("code", &code)
        .append_pair("code_verifier", VERIFIER)
        .append_pair("resource", &resource)
        .finish();
    let request = Request::post("/oauth/token")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form));
    let (_, tokens) = call(&router, request).await?;
    text(&tokens, "access_token")
}

/// One request to the authorization server, marked as the gateway would mark it.
async fn call(router: &Router, request: http::Result<Request<Body>>) -> io::Result<(HeaderMap, Value)> {
    let mut request = request.map_err(io::Error::other)?;
    let extensions = request.extensions_mut();
    extensions.insert(Arrival::Local);
    extensions.insert(PeerAddress(Some(IpAddr::V4(Ipv4Addr::LOCALHOST))));
    extensions.insert(OriginName::Local);
    let path = request.uri().path().to_owned();
    let (head, body) = router.clone().oneshot(request).await.map_err(io::Error::other)?.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    if head.status.is_client_error() || head.status.is_server_error() {
        let said = String::from_utf8_lossy(&body);
        return Err(io::Error::other(format!("{path} answered {}: {said}", head.status)));
    }
    Ok((head.headers, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

fn header(headers: &HeaderMap, name: &http::HeaderName) -> io::Result<String> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    value.ok_or_else(|| io::Error::other(format!("the answer has no {name}")))
}

fn text(answer: &Value, name: &str) -> io::Result<String> {
    let value = answer.get(name).and_then(Value::as_str).map(str::to_owned);
    value.ok_or_else(|| io::Error::other(format!("the answer has no {name}")))
}
