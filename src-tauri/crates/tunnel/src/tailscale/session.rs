//! One funnel: look whether it can be, open it, watch it, end it.

use std::ffi::OsString;

use tokio::time::Instant;

use super::status::Status;
use super::{PROGRAM, Refusal, Settings, TlsEnd};
use crate::child::{Child, Found, Said};
use crate::entrance::{Arriving, Entrance, PeerFrom};
use crate::{Announced, Layer, ProviderKind, SessionContext, TunnelError};

pub(super) async fn run(settings: &Settings, context: SessionContext) -> Result<(), TunnelError> {
    let opened = tokio::select! {
        () = context.stop.cancelled() => return Ok(()),
        opened = open(settings) => opened?,
    };
    let Open { program, name, entrance, mut child } = opened;
    let ended = tokio::select! {
        () = context.stop.cancelled() => Ok(()),
        () = entrance.serve(&context.incoming) => Ok(()),
        error = listen(settings, &context, &mut child, &name) => Err(error),
        error = watch(settings, &context, &program) => Err(error),
    };
    child.stop().await;
    ended
}

struct Open {
    program: Found,
    name: String,
    entrance: Entrance,
    child: Child,
}

async fn open(settings: &Settings) -> Result<Open, TunnelError> {
    let program = PROGRAM.find(settings.program.as_deref())?;
    PROGRAM.check_version(&program, "version").await?;
    let name = look(settings, &program).await?;
    // It came later than the oldest version that does; the program knows best whether it has it.
    let help = program.ask(["funnel", "--help"]).await?;
    let tells_peers = [help.stdout, help.stderr].iter().any(|text| text.contains("--proxy-protocol"));
    let arriving = Arriving {
        provider: ProviderKind::Tailscale,
        layer: match settings.tls {
            TlsEnd::Here => Layer::RawTls,
            TlsEnd::Tailscale => Layer::PlainHttp,
        },
        peer: if tells_peers { PeerFrom::ProxyHeader } else { PeerFrom::Nowhere },
        visitor_header: None,
    };
    let entrance = Entrance::open(0, "tunnel.tailscale", arriving).await?;
    let forward = match settings.tls {
        TlsEnd::Here => "--tcp",
        TlsEnd::Tailscale => "--tls-terminated-tcp",
    };
    let mut words = vec!["funnel".to_owned(), format!("{forward}={}", settings.port)];
    words.extend(tells_peers.then(|| "--proxy-protocol=2".to_owned()));
    words.extend(["--yes".to_owned(), format!("tcp://127.0.0.1:{}", entrance.port())]);
    let words = words.into_iter().map(OsString::from).collect();
    let child = Child::start(&settings.guard, &program, words, Vec::new())?;
    Ok(Open { program, name, entrance, child })
}

/// Asks how Tailscale is, and for this computer's name.
async fn look(settings: &Settings, program: &Found) -> Result<String, TunnelError> {
    let answer = program.ask(["status", "--json", "--peers=false"]).await?;
    if !answer.ok {
        let line = Refusal::of_line(&answer.stderr, settings.port);
        return Err(TunnelError::Tailscale(line.unwrap_or(Refusal::Unreadable)));
    }
    let status = Status::read(&answer.stdout).map_err(TunnelError::Tailscale)?;
    status.judge(settings.port, settings.host.as_deref()).map_err(TunnelError::Tailscale)
}

/// Reads what the program says, announces the funnel when it stands, and returns when it does not any more.
async fn listen(settings: &Settings, context: &SessionContext, child: &mut Child, name: &str) -> TunnelError {
    let limit = Instant::now() + settings.connect_limit;
    let mut stands = false;
    let mut refused = None;
    loop {
        let said = tokio::select! {
            said = child.next() => said,
            () = tokio::time::sleep_until(limit), if !stands => {
                let seconds = settings.connect_limit.as_secs();
                return TunnelError::ProgramSilent { program: PROGRAM.name, seconds };
            }
        };
        match said {
            Said::Line(line) if !stands && line.contains("Available on the internet") => {
                stands = true;
                let announced = Announced {
                    place: format!("port {} of {name}", settings.port),
                    url: Some(address(name, settings.port)),
                };
                let _ = context.announced.send(Some(announced));
            }
            Said::Line(line) => {
                refused = Refusal::of_line(&line, settings.port).or(refused);
                // It waits there for somebody who follows the address that it prints.
                if !stands && matches!(refused, Some(Refusal::NotAllowed | Refusal::OnlyInside)) {
                    return TunnelError::Tailscale(refused.unwrap_or(Refusal::NotAllowed));
                }
            }
            Said::Ended(status) => {
                return match refused {
                    Some(refusal) => TunnelError::Tailscale(refusal),
                    None => TunnelError::ended(PROGRAM.name, status),
                };
            }
        }
    }
}

fn address(name: &str, port: u16) -> String {
    if port == 443 { format!("https://{name}") } else { format!("https://{name}:{port}") }
}

/// Returns when Tailscale is not what it was: logged out, turned off, cut off, or without an answer.
async fn watch(settings: &Settings, context: &SessionContext, program: &Found) -> TunnelError {
    loop {
        tokio::select! {
            () = tokio::time::sleep(settings.look_every) => {}
            () = context.check.notified() => {}
        }
        if let Err(error) = look(settings, program).await {
            return error;
        }
    }
}
