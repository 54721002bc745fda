//! The log on standard error.

use tracing_subscriber::EnvFilter;

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

/// A level that is none.
#[derive(Debug, thiserror::Error)]
#[error("AMBIENT_INSIGHTS_LOG is {level:?}; it must be error, warn, info, debug or trace")]
pub(crate) struct LevelError {
    level: String,
}

/// Begins to log at `level`: error, warn, info, debug or trace.
pub(crate) fn start(level: Option<&str>) -> Result<(), LevelError> {
    let level = level.unwrap_or("info");
    if !["error", "warn", "info", "debug", "trace"].contains(&level) {
        return Err(LevelError { level: level.to_owned() });
    }
    let rest = if level == "error" { "error" } else { "warn" };
    let directives = OURS.iter().fold(rest.to_owned(), |all, ours| format!("{all},{ours}={level}"));
    let filter = EnvFilter::try_new(directives).expect("the directives are crates' names and a known level");
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .try_init();
    Ok(())
}
