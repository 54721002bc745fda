//! A test-only MCP server for the conformance suite and the benchmarks; no part of the shipped program.
//!
//! Without arguments the fixture stands behind our own gateway (TLS, names, bearer token, sessions) with a
//! plain-HTTP proxy in front that adds the token. `--bare` serves it without any of ours; `--baseline` serves a
//! tool that does nothing over TLS. One JSON line on standard output says when it is ready; it stops on SIGTERM
//! or when standard input is closed.

#![expect(deprecated, reason = "the suite tests sampling, roots and logging, which SEP-2577 deprecates")]

mod bare;
mod baseline;
mod behind_gateway;
mod changes;
mod dialogue;
mod era;
mod handler;
mod prompts;
mod proxy;
mod resources;
mod rounds;
mod tools;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

/// What is printed when the server can be called.
struct Ready {
    url: String,
    ca_certificate: Option<PathBuf>,
}

impl Ready {
    fn tell(&self) -> io::Result<()> {
        let line = serde_json::json!({
            "url": self.url,
            "pid": std::process::id(),
            "ca_certificate": self.ca_certificate,
        });
        let mut out = io::stdout().lock();
        writeln!(out, "{line}")?;
        out.flush()
    }
}

/// Resolves once somebody wants the server to end.
#[derive(Clone)]
struct Stop(CancellationToken);

impl Stop {
    fn watch() -> io::Result<Self> {
        let stop = Self(CancellationToken::new());
        let asked = stop.0.clone();
        #[cfg(unix)]
        let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        #[cfg(unix)]
        tokio::spawn({
            let asked = asked.clone();
            async move {
                terminated.recv().await;
                asked.cancel();
            }
        });
        // A thread of its own: nothing can wake a read of standard input, so no task may wait for it.
        std::thread::spawn(move || {
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            asked.cancel();
        });
        Ok(stop)
    }

    async fn asked(&self) {
        self.0.cancelled().await;
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let ended = match (Stop::watch(), arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice()) {
        (Err(error), _) => Err(error),
        (Ok(stop), []) => behind_gateway::run(stop).await,
        (Ok(stop), ["--bare"]) => bare::run(stop).await,
        (Ok(stop), ["--baseline"]) => baseline::run(stop).await,
        (Ok(_), _) => {
            let _ = writeln!(io::stderr(), "usage: conformance_server [--bare | --baseline]");
            return ExitCode::from(2);
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "conformance_server: {error}");
            ExitCode::FAILURE
        }
    }
}
