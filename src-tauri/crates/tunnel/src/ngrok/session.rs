//! One session with ngrok: connects, has the name served, hands streams over, ends.

use std::time::Duration;

use futures::TryStreamExt as _;
use ngrok::config::TunnelBuilder as _;
use ngrok::prelude::{ConnInfo as _, EndpointInfo as _, TunnelCloser as _};
use ngrok::session::{ConnectError, default_connect};
use ngrok::tunnel::AcceptError;
use ngrok::{Error as _, Session};
use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use super::{Refusal, Settings};
use crate::{Announced, Incoming, Layer, ProviderKind, SessionContext, TunnelError};

/// For a goodbye to ngrok, which then serves the name no longer.
const GOODBYE: Duration = Duration::from_secs(2);

pub(super) async fn run(settings: &Settings, context: SessionContext) -> Result<(), TunnelError> {
    let SessionContext { incoming, announced, check: _, stop } = context;
    let lost = CancellationToken::new();
    let (mut session, mut tunnel) = tokio::select! {
        () = stop.cancelled() => return Ok(()),
        opened = tokio::time::timeout(settings.connect_limit, open(settings, &lost)) => {
            opened.unwrap_or_else(|_| Err(unreachable(settings, "no answer in time".to_owned())))?
        }
    };
    announced.send_replace(Some(Announced { place: tunnel.url().to_owned(), url: None }));
    let outcome = loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break Ok(()),
            () = lost.cancelled() => break Err(TunnelError::Frozen {
                host: settings.edge.address.clone(),
                seconds: settings.ping_limit.as_secs(),
            }),
            accepted = tunnel.try_next() => accepted,
        };
        let stream = match accepted {
            Ok(Some(stream)) => stream,
            Ok(None) => break Err(ended(settings, "the listener was closed".to_owned())),
            Err(error) => break Err(of_accept(settings, &error)),
        };
        // No place, no stream: dropping it tells the visitor.
        let Ok(place) = incoming.try_reserve() else {
            tracing::debug!("too many visitors wait; one was turned away");
            continue;
        };
        let peer = stream.remote_addr();
        place.send(Incoming {
            // What could not be read as an address is given as 0.0.0.0.
            peer: (!peer.ip().is_unspecified()).then_some(peer),
            io: Box::new(stream),
            layer: Layer::RawTls,
            visitor_header: None,
            provider: ProviderKind::Ngrok,
        });
    };
    let goodbye = async {
        let _ = tunnel.close().await;
        let _ = session.close().await;
    };
    let _ = tokio::time::timeout(GOODBYE, goodbye).await;
    outcome
}

async fn open(
    settings: &Settings,
    lost: &CancellationToken,
) -> Result<(Session, ngrok::tunnel::TlsTunnel), TunnelError> {
    let unfit = |error: &dyn std::error::Error| TunnelError::Settings(error.to_string());
    let mut builder = Session::builder();
    builder
        .authtoken(settings.authtoken.expose_secret())
        .client_info("ambient-insights", env!("CARGO_PKG_VERSION"), None::<String>)
        // Connects the first time alone: whether and when to try again is the supervisor's.
        .connector(|host: String, port, tls, before: Option<AcceptError>| async move {
            match before {
                Some(_) => Err(ConnectError::Canceled),
                None => default_connect(host, port, tls, None).await,
            }
        });
    builder.heartbeat_interval(settings.ping_every).map_err(|error| unfit(&error))?;
    builder.heartbeat_tolerance(settings.ping_limit).map_err(|error| unfit(&error))?;
    builder.server_addr(settings.edge.address.clone()).map_err(|error| unfit(&error))?;
    if let Some(authorities) = &settings.edge.authorities {
        builder.ca_cert(authorities.clone().into());
    }
    let noticed = lost.clone();
    builder.handle_heartbeat(move |latency: Option<Duration>| {
        let noticed = noticed.clone();
        async move {
            if latency.is_none() {
                noticed.cancel();
            }
            Ok(())
        }
    });
    let session = builder.connect().await.map_err(|error| of_connect(settings, &error))?;
    let endpoint = session.tls_endpoint().domain(settings.domain.clone()).listen().await;
    let tunnel = endpoint.map_err(|error| match error.error_code() {
        Some(code) => TunnelError::Ngrok(Refusal::of(Some(code), &settings.domain)),
        None => ended(settings, error.to_string()),
    })?;
    Ok((session, tunnel))
}

fn of_connect(settings: &Settings, error: &ConnectError) -> TunnelError {
    match error {
        ConnectError::Tcp(error) => unreachable(settings, error.to_string()),
        ConnectError::Tls(error) => {
            TunnelError::Incompatible { host: settings.edge.address.clone(), detail: error.to_string() }
        }
        // Without a code it was no answer of ngrok's.
        ConnectError::Auth(_) | ConnectError::Rebind(_) if error.error_code().is_some() => {
            TunnelError::Ngrok(Refusal::of(error.error_code(), &settings.domain))
        }
        other => ended(settings, other.to_string()),
    }
}

fn of_accept(settings: &Settings, error: &AcceptError) -> TunnelError {
    match error {
        AcceptError::ListenerClosed { error_code, .. } => {
            TunnelError::Ngrok(Refusal::of(error_code.as_deref(), &settings.domain))
        }
        _ => ended(settings, "the connection was closed".to_owned()),
    }
}

fn unreachable(settings: &Settings, detail: String) -> TunnelError {
    TunnelError::ServiceUnreachable { service: "ngrok", address: settings.edge.address.clone(), detail }
}

fn ended(settings: &Settings, detail: String) -> TunnelError {
    TunnelError::Lost { host: settings.edge.address.clone(), detail }
}
