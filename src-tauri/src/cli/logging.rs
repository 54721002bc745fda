//! The log on standard error.

use tracing_subscriber::EnvFilter;

use super::error::CliError;

/// The crates whose events the level is for. All others stay at warnings, whatever is asked: rmcp and hyper
/// write requests with their tokens and texts at the finer levels.
const OURS: [&str; 9] = [
    "ambient_insights",
    "authorization",
    "certificates",
    "context",
    "control",
    "database",
    "engine",
    "gateway",
    "mcp_server",
];

/// Begins to log at `level`: error, warn, info, debug or trace.
pub(super) fn start(level: Option<&str>) -> Result<(), CliError> {
    let level = level.unwrap_or("info");
    if !["error", "warn", "info", "debug", "trace"].contains(&level) {
        return Err(CliError::usage(format!(
            "AMBIENT_INSIGHTS_LOG is {level:?}; it must be error, warn, info, debug or trace"
        )));
    }
    let rest = if level == "error" { "error" } else { "warn" };
    let directives = OURS.iter().fold(rest.to_owned(), |all, ours| format!("{all},{ours}={level}"));
    let filter = EnvFilter::try_new(directives).map_err(|error| CliError::failed(error.to_string()))?;
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .try_init();
    Ok(())
}
