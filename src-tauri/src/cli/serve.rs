//! `serve`: the engine without a desktop, until it is told to stop.

use std::time::Duration;

use control::Server;
use engine::{Door, Engine, Overrides, Surface};
use serde::Serialize;

use super::arguments::Serve;
use super::error::CliError;
use super::output::Output;
use crate::logging;
use crate::place::Place;
use crate::stop_signal::StopSignal;

/// The one line that scripts wait for.
#[derive(Serialize)]
struct Ready<'a> {
    mcp_url: String,
    issuer: &'a str,
    public_url: Option<String>,
    ca_certificate: &'a str,
    control_socket: String,
    pid: u32,
    version: &'a str,
}

pub(super) async fn run(place: &Place, options: Serve, output: &mut Output) -> Result<(), CliError> {
    logging::start(place.variable("AMBIENT_INSIGHTS_LOG"))?;
    // Before anybody is told that it is ready: a stop that is asked for right then must be heard.
    let mut stop = StopSignal::listen()?;
    let overrides = Overrides { port: options.port, public_url: options.public_url };
    let engine = Engine::start(place.config(overrides)?, Door::Open(Surface::Terminal)).await?;
    let server = match Server::start(engine.clone()) {
        Ok(server) => server,
        Err(error) => {
            engine.stop().await;
            return Err(CliError::failed(error.to_string()));
        }
    };
    let ca_certificate = engine.ca_certificate().display().to_string();
    if options.ready_json || output.is_json() {
        output.json_line(&Ready {
            mcp_url: engine.mcp_url(),
            issuer: engine.issuer(),
            public_url: engine.public_url(),
            ca_certificate: &ca_certificate,
            control_socket: server.address().to_string(),
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION"),
        })?;
    } else {
        output.text(&greeting(&engine, &ca_certificate, &place.program()))?;
    }
    tracing::info!(mcp_url = engine.mcp_url(), "the door is open");
    stop.asked_for().await;
    tracing::info!("stopping: calls under way are finished first");
    server.stop().await;
    // A second signal, or a part that hangs, must not make the program immortal.
    tokio::select! {
        () = engine.stop() => {}
        () = stop.asked_for() => return Err(CliError::failed("stopped at once; what was answered is on the disk")),
        () = tokio::time::sleep(Duration::from_secs(30)) => {
            return Err(CliError::failed("a part did not stop within 30 seconds; what was answered is on the disk"));
        }
    }
    Ok(())
}

fn greeting(engine: &Engine, ca_certificate: &str, program: &str) -> String {
    let mcp_url = engine.mcp_url();
    let data_dir = engine.config().data_dir.display();
    let mut text = format!(
        "Ambient Insights is running.\n\
         \n\
         MCP URL       {mcp_url}\n\
         Data          {data_dir}\n\
         Certificate   {ca_certificate}\n\
         \n\
         Connect Claude Code (once, in another terminal):\n\
         \u{20} {program} certificates trust          (for your browser)\n\
         \u{20} {program} setup claude-code\n\
         \u{20} claude mcp login ambient-insights     (in Claude Code itself: /mcp)\n\
         then let it in:\n\
         \u{20} {program} approvals watch\n\
         \u{20} {program} approvals approve ID\n\
         \n\
         Stop with Ctrl+C."
    );
    if let Some(public) = engine.public_url() {
        text = text.replacen("\nData ", &format!("\nPublic URL    {public}\nData "), 1);
    }
    text
}
