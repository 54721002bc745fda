//! One tunnel: start the program, hear that it is connected, watch it, end it.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::Instant;

use super::lines::{self, Meaning};
use super::{PROGRAM, Refusal, Settings, VISITOR_HEADER, Which, ready};
use crate::child::{Child, Said};
use crate::entrance::{Arriving, Entrance, PeerFrom};
use crate::{Announced, Layer, ProviderKind, SessionContext, TunnelError};

/// It would else read the person's own file, which may be about something else altogether.
const CONFIGURATION: &str = "# Ambient Insights starts cloudflared with this file, so that it reads no other.\n\
                             no-autoupdate: true\n";

/// No credentials file is longer.
const LONGEST_CREDENTIALS: u64 = 64 * 1024;

pub(super) async fn run(settings: &Settings, context: SessionContext) -> Result<(), TunnelError> {
    let opened = tokio::select! {
        () = context.stop.cancelled() => return Ok(()),
        opened = open(settings) => opened?,
    };
    let (entrance, mut child) = opened;
    let (metrics, known_metrics) = watch::channel(None);
    let ended = tokio::select! {
        () = context.stop.cancelled() => Ok(()),
        () = entrance.serve(&context.incoming) => Ok(()),
        error = listen(settings, &context, &mut child, metrics) => Err(error),
        error = keep_asking(settings, &context, known_metrics) => Err(error),
    };
    child.stop().await;
    ended
}

async fn open(settings: &Settings) -> Result<(Entrance, Child), TunnelError> {
    let program = PROGRAM.find(settings.program.as_deref())?;
    PROGRAM.check_version(&program, "--version").await?;
    let arriving = Arriving {
        provider: ProviderKind::Cloudflared,
        layer: Layer::PlainHttp,
        peer: PeerFrom::Nowhere,
        visitor_header: Some(VISITOR_HEADER),
    };
    let entrance = Entrance::open(settings.port, "tunnel.cloudflared.port", arriving).await?;
    let configuration = write_configuration(&settings.folder)?;
    let mut words: Vec<OsString> = ["tunnel", "--config"].map(OsString::from).to_vec();
    words.push(configuration.into());
    // Two seconds: the guard waits no longer.
    words.extend(["--no-autoupdate", "--metrics", "127.0.0.1:0", "--grace-period", "1s"].map(OsString::from));
    // Shorter than our door keeps an idle connection: else it would use one that is just being closed.
    let here = [
        "--proxy-keepalive-timeout".into(),
        "30s".into(),
        "--url".into(),
        format!("http://127.0.0.1:{}", entrance.port()),
    ];
    let mut secrets = Vec::new();
    match &settings.which {
        Which::Quick => words.extend(here.map(OsString::from)),
        Which::Token(token) => {
            words.push("run".into());
            // Never as an argument: everybody on this computer can read those.
            secrets.push(("TUNNEL_TOKEN", token.expose_secret().to_owned()));
        }
        Which::Credentials(path) => {
            let id = tunnel_of(path)?;
            words.push("run".into());
            words.extend(here.map(OsString::from));
            words.extend(["--credentials-file".into(), path.clone().into_os_string(), id.into()]);
        }
    }
    let child = Child::start(&settings.guard, &program, words, secrets)?;
    Ok((entrance, child))
}

fn write_configuration(folder: &Path) -> Result<PathBuf, TunnelError> {
    let path = folder.join("cloudflared.yml");
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, CONFIGURATION));
    match written {
        Ok(()) => Ok(path),
        Err(error) => {
            Err(TunnelError::Cloudflared(Refusal::Configuration { path, detail: error.to_string() }))
        }
    }
}

#[derive(Deserialize)]
struct Credentials {
    #[serde(rename = "TunnelID")]
    tunnel: String,
}

/// The id of the tunnel whose credentials these are. The secret in it stays where it is.
fn tunnel_of(path: &Path) -> Result<String, TunnelError> {
    let failed = |detail: &str| {
        TunnelError::Cloudflared(Refusal::Credentials { path: path.to_owned(), detail: detail.to_owned() })
    };
    let metadata = std::fs::metadata(path).map_err(|error| failed(&error.to_string()))?;
    if !metadata.is_file() || metadata.len() > LONGEST_CREDENTIALS {
        return Err(failed("it is no such file"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error.to_string()))?;
    // The reader's own error could quote the secret.
    let credentials: Credentials =
        serde_json::from_str(&text).map_err(|_| failed("it names no tunnel (TunnelID)"))?;
    let is_id = !credentials.tunnel.is_empty()
        && !credentials.tunnel.starts_with('-')
        && credentials.tunnel.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    if is_id { Ok(credentials.tunnel) } else { Err(failed("its TunnelID is none")) }
}

/// Reads what the program says, announces the tunnel when it stands, and returns when it does not any more.
async fn listen(
    settings: &Settings,
    context: &SessionContext,
    child: &mut Child,
    metrics: watch::Sender<Option<SocketAddr>>,
) -> TunnelError {
    let limit = Instant::now() + settings.connect_limit;
    let quick = matches!(settings.which, Which::Quick);
    let (mut stands, mut registered, mut name, mut refused) = (false, false, None, None);
    loop {
        let said = tokio::select! {
            said = child.next() => said,
            () = tokio::time::sleep_until(limit), if !stands => {
                let why = refused.unwrap_or(Refusal::NotReached);
                return TunnelError::Cloudflared(why);
            }
        };
        match said {
            Said::Line(line) => match lines::read(&line) {
                Some(Meaning::Metrics(address)) => {
                    metrics.send_replace(Some(address));
                }
                Some(Meaning::Name(found)) if quick => name = Some(found),
                Some(Meaning::Registered) => registered = true,
                // It would ask again and again for what it will not be given.
                Some(Meaning::Refused(why @ (Refusal::BadToken | Refusal::SecretRefused))) => {
                    return TunnelError::Cloudflared(why);
                }
                Some(Meaning::Refused(why)) => refused = Some(why),
                Some(Meaning::Name(_)) | None => {}
            },
            Said::Ended(status) => {
                return match refused.filter(|_| !stands) {
                    Some(why) => TunnelError::Cloudflared(why),
                    None => TunnelError::ended(PROGRAM.name, status),
                };
            }
        }
        if !stands && registered && (!quick || name.is_some()) {
            stands = true;
            let host = name.as_deref().map(|name| name.trim_start_matches("https://"));
            let host = host.or(settings.host.as_deref()).unwrap_or("your name");
            let place = format!("{host} at Cloudflare");
            let _ = context.announced.send(Some(Announced { place, url: name.clone() }));
        }
    }
}

/// Asks every now and then whether it is connected, and returns when it said no twice: it may be about to come back by
/// itself.
async fn keep_asking(
    settings: &Settings,
    context: &SessionContext,
    mut metrics: watch::Receiver<Option<SocketAddr>>,
) -> TunnelError {
    let mut silent = false;
    loop {
        tokio::select! {
            () = tokio::time::sleep(settings.look_every) => {}
            () = context.check.notified() => {}
        }
        if context.announced.borrow().is_none() {
            continue;
        }
        let known = *metrics.borrow_and_update();
        // A version that tells no address for questions is watched by its process alone.
        let Some(address) = known else { continue };
        let connected = ready::is_connected(address).await;
        if !connected && silent {
            return TunnelError::Cloudflared(Refusal::Lost);
        }
        silent = !connected;
    }
}
