//! What is wrong, and how to mend it.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use certificates::{PublicState, Use};
use clock::Timestamp;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::Engine;
use crate::operations::TunnelState;

/// The door has to answer within this time: it is on the same computer.
const DOOR_TIMEOUT: Duration = Duration::from_secs(5);

/// The program was written after this day; a clock that stands before it is wrong.
const EARLIEST_PLAUSIBLE: Timestamp = Timestamp::from_secs(1_790_000_000);

/// The name of the check of the authorization server that stands in place of ours.
const EXTERNAL: &str = "external authorization server";

/// What an examination found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Diagnosis {
    /// Whether every check is in order.
    pub ok: bool,
    /// The origin for assistants on this computer.
    pub local_origin: String,
    /// The origin for assistants in the cloud, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub public_origin: Option<String>,
    /// One by one.
    pub checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// Whether it is in order.
    pub ok: bool,
    /// What was seen.
    pub detail: String,
    /// What to do, where it is not in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub remedy: Option<String>,
}

impl Check {
    pub(crate) fn good(name: &str, detail: impl Into<String>) -> Self {
        Self { name: name.to_owned(), ok: true, detail: detail.into(), remedy: None }
    }

    pub(crate) fn bad(name: &str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name: name.to_owned(), ok: false, detail: detail.into(), remedy: Some(remedy.into()) }
    }
}

impl Diagnosis {
    /// The diagnosis of a program whose settings can not be used. Which port was meant is not known then.
    #[must_use]
    pub fn of_bad_settings(error: &crate::ConfigError) -> Self {
        let remedy = "mend the setting that the detail names, then run doctor again";
        let checks = vec![Check::bad("settings", error.to_string(), remedy)];
        let local_origin = format!("https://localhost:{}", crate::DEFAULT_PORT);
        Self { ok: false, local_origin, public_origin: None, checks }
    }

    /// The diagnosis of a program that does not even start.
    #[must_use]
    pub fn of_failed_start(local_origin: String, error: &crate::StartError) -> Self {
        let remedy = "mend what the detail names, then run doctor again";
        let checks = vec![Check::bad("start", error.to_string(), remedy)];
        Self { ok: false, local_origin, public_origin: None, checks }
    }
}

pub(crate) async fn examine(engine: &Engine) -> Diagnosis {
    let now = engine.clock().now();
    let mut checks = vec![
        check_clock(now),
        check_data_directory(&engine.config().data_dir),
        check_room(&engine.config().data_dir),
    ];
    checks.push(check_database("context database", engine.context().integrity().await));
    checks.push(check_database("authorization database", engine.authorization().integrity().await));
    checks.extend(check_certificates(engine, now));
    checks.extend(engine.authorization().examine_external().await.map(|found| match found {
        Ok(detail) => Check::good(EXTERNAL, detail),
        Err(error) => {
            let remedy = "until it answers, every call is answered \"try again\" (503); start it or mend [authorization]";
            Check::bad(EXTERNAL, error.to_string(), remedy)
        }
    }));
    checks.push(match engine.address().await {
        Some(address) => check_door(engine, address).await,
        None => Check::bad(
            "door",
            "the program is not running, so no assistant can connect",
            "start it: ambient-insights serve",
        ),
    });
    checks.extend(check_reach(engine).await);
    Diagnosis {
        ok: checks.iter().all(|check| check.ok),
        local_origin: engine.issuer().to_owned(),
        public_origin: engine.public_origin().map(|origin| origin.to_string()),
        checks,
    }
}

/// The tunnel, where one is wanted; and the whole way from the public name to here, where one should lead.
async fn check_reach(engine: &Engine) -> Vec<Check> {
    let name = "tunnel";
    let status = engine.tunnel_status();
    let mut checks = Vec::new();
    match status.state {
        TunnelState::Off => {}
        TunnelState::Connecting => checks.push(Check::good(name, "is being opened")),
        TunnelState::Up => checks.push(Check::good(name, "up")),
        TunnelState::Backoff | TunnelState::Failed => {
            let remedy = "mend what the detail names, then run `ambient-insights tunnel up`";
            checks.push(Check::bad(name, status.reason.unwrap_or_default(), remedy));
        }
    }
    if let Some(origin) = engine.public_origin()
        && status.state == TunnelState::Up
    {
        checks.extend(engine.examine_public_address(&origin).await);
    }
    checks
}

fn check_clock(now: Timestamp) -> Check {
    if now < EARLIEST_PLAUSIBLE {
        Check::bad(
            "clock",
            format!("the computer's clock says {now}, which has passed"),
            "set the clock; certificates and tokens depend on it",
        )
    } else {
        Check::good("clock", format!("{now}"))
    }
}

fn check_data_directory(directory: &Path) -> Check {
    let name = "data directory";
    #[cfg(unix)]
    if let Ok(metadata) = std::fs::metadata(directory) {
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
        if mode & 0o077 != 0 {
            return Check::bad(
                name,
                format!("other users may look into {} (mode {:o})", directory.display(), mode & 0o777),
                format!("chmod 700 {}", certificates::trust::quoted(directory.as_os_str())),
            );
        }
    }
    Check::good(name, directory.display().to_string())
}

/// More than one turn needs.
const PROBE: &[u8] = &[0; 64 * 1024];

/// Whether there is room for what is to be kept: tried, because how much a disk says is free and how much it takes are
/// not always the same (quotas, reserved blocks).
fn check_room(directory: &Path) -> Check {
    let name = "disk";
    let probe = directory.join(format!(".doctor-{}", std::process::id()));
    let written = std::fs::File::create(&probe).and_then(|mut file| {
        file.write_all(PROBE)?;
        file.sync_all()
    });
    let removed = std::fs::remove_file(&probe);
    match written.and(removed) {
        Ok(()) => Check::good(name, "takes what is written"),
        Err(error) => Check::bad(
            name,
            format!("nothing can be written into {}: {error}", directory.display()),
            "free some space on that disk, or give the folder back to your own user; until then nothing new is \
             remembered, and what is stored stays",
        ),
    }
}

fn check_database<E: std::fmt::Display>(name: &str, findings: Result<Vec<String>, E>) -> Check {
    let remedy = "stop the program, keep a copy of the file, and put back a backup (files ending in .backup)";
    match findings {
        Ok(findings) if findings.is_empty() => Check::good(name, "sound"),
        Ok(findings) => Check::bad(name, findings.join("; "), remedy),
        Err(error) => Check::bad(name, error.to_string(), remedy),
    }
}

fn check_certificates(engine: &Engine, now: Timestamp) -> Vec<Check> {
    let check = |certificate: certificates::CertificateInfo| {
        let name = format!("certificate for {}", certificate.names.join(", "));
        let (from, to) = (certificate.not_before, certificate.not_after);
        if now < from {
            let remedy =
                "set the computer's clock; if it is right, delete the certificates folder and trust anew";
            Check::bad(&name, format!("is valid only from {from} on"), remedy)
        } else if now >= to {
            let remedy = match certificate.purpose {
                Use::Public => "get a new one: ambient-insights certificates renew",
                Use::Ca | Use::Local => "restart the program: it makes a new one",
            };
            Check::bad(&name, format!("has run out on {to}"), remedy)
        } else {
            Check::good(&name, format!("valid until {to}"))
        }
    };
    let mut checks: Vec<Check> =
        crate::operations::certificates::list(engine).into_iter().map(check).collect();
    checks.extend(engine.certificates().public.as_ref().map(|public| check_public(&public.status())));
    checks
}

/// How it stands with the public certificate. That nobody asked for one is in order: a proxy of the person's own
/// may end TLS before us.
fn check_public(status: &certificates::PublicStatus) -> Check {
    let name = format!("public certificate for {}", status.name);
    if let Some(problem) = &status.problem {
        return Check::bad(&name, problem.what.clone(), problem.remedy.clone());
    }
    match status.state {
        PublicState::InUse if status.trial => Check::bad(
            &name,
            "it comes from the authority's place for trials, so no client believes it",
            "the trial went well: set acme.directory = \"letsencrypt\" and order again",
        ),
        PublicState::InUse => Check::good(&name, "in use"),
        PublicState::Waiting => Check::good(&name, "it is being ordered"),
        PublicState::NotAsked => Check::good(
            &name,
            "none of our own; where no proxy of yours ends TLS, order one: ambient-insights certificates order",
        ),
    }
}

async fn check_door(engine: &Engine, address: SocketAddr) -> Check {
    let name = "door";
    let authority = engine.issuer().trim_start_matches("https://").to_owned();
    match tokio::time::timeout(DOOR_TIMEOUT, knock(address, &engine.ca_certificate(), authority)).await {
        Ok(Ok(())) => Check::good(name, format!("{} answers", engine.mcp_url())),
        Ok(Err(detail)) => {
            Check::bad(name, detail, "restart the program; if that does not help, look at its log")
        }
        Err(_) => Check::bad(name, "the door does not answer in time", "restart the program"),
    }
}

/// Asks for `/health` as a client on this computer does: over TLS, trusting our own authority alone.
async fn knock(address: SocketAddr, ca: &Path, authority: String) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let ca = CertificateDer::from_pem_file(ca).map_err(|error| failed(&error))?;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(ca).map_err(|error| failed(&error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.map_err(|error| failed(&error))?;
    let name = ServerName::try_from("localhost").map_err(|error| failed(&error))?;
    let connector = TlsConnector::from(Arc::new(tls));
    let stream = connector.connect(name, stream).await.map_err(|error| failed(&error))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| failed(&error))?;
    let driving = tokio::spawn(connection);
    let request = hyper::Request::get("/health")
        .header(hyper::header::HOST, authority)
        .body(Empty::<Bytes>::new())
        .map_err(|error| failed(&error))?;
    let response = sender.send_request(request).await.map_err(|error| failed(&error))?;
    let status = response.status();
    let _ = response.into_body().collect().await;
    driving.abort();
    if status.is_success() { Ok(()) } else { Err(format!("/health answered {status}")) }
}
