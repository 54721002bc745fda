//! What our server is measured against: rmcp, axum and rustls with one tool that does nothing. No bearer
//! check, no Host check, no store.

use std::io;
use std::sync::Arc;

use axum::Router;
use certificates::LocalCertificates;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, JsonObject, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{Ready, Stop};

/// Answers every call at once. Its tool has the name of ours, so that a benchmark sends both the same bytes.
#[derive(Clone)]
struct Nothing;

impl ServerHandler for Nothing {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let any: JsonObject = [("type".to_owned(), json!("object"))].into_iter().collect();
        Ok(ListToolsResult::with_all_items(vec![Tool::new("log_conversation_turn", "Does nothing", any)]))
    }

    async fn call_tool(
        &self,
        _: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        Ok(CallToolResult::structured(json!({ "stored": false })).into())
    }
}

pub(crate) async fn run(stop: Stop) -> io::Result<()> {
    let directory = tempfile::tempdir()?;
    let certificates =
        LocalCertificates::open(directory.path(), Arc::new(clock::SystemClock)).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_cert_resolver(certificates.resolver());
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let tls = TlsAcceptor::from(Arc::new(tls));

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    // JSON answers: the fastest that rmcp can do, so that the comparison is not in our favour.
    let service = StreamableHttpService::new(
        || Ok(Nothing),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default().with_json_response(true),
    );
    let router = Router::new().route_service("/mcp", service);
    let ca_certificate = Some(certificates.ca_certificate().to_owned());
    Ready { url: format!("https://localhost:{port}/mcp"), ca_certificate }.tell()?;
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            () = stop.asked() => return Ok(()),
        };
        let (tls, router) = (tls.clone(), router.clone());
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let Ok(stream) = tls.accept(stream).await else { return };
            // A client that goes away is no error of a benchmark's baseline.
            let _ = auto::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
                .await;
        });
    }
}
