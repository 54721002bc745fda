//! The fixture on plain HTTP with rmcp's own checks and nothing of ours: tells whether a failure of the suite
//! is the fixture's or the gateway's.

use std::io;
use std::sync::Arc;

use axum::Router;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;

use crate::handler::{Fixture, Shared};
use crate::{Ready, Stop};

pub(crate) async fn run(stop: Stop) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let shared = Arc::new(Shared::default());
    let own = ["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{port}"));
    let service = StreamableHttpService::new(
        move || Ok(Fixture::new(Arc::clone(&shared))),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default().with_allowed_origins(own),
    );
    let router = Router::new().route_service("/mcp", service);
    Ready { url: format!("http://127.0.0.1:{port}/mcp"), ca_certificate: None }.tell()?;
    tokio::select! {
        ended = axum::serve(listener, router) => ended,
        () = stop.asked() => Ok(()),
    }
}
