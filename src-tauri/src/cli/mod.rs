//! The command line: one file a subcommand.

mod approvals;
mod arguments;
mod audit;
mod certificates;
mod clients;
mod context;
mod doctor;
mod error;
mod forget;
mod hook;
mod insights;
mod output;
mod progress;
mod remembering;
mod search;
mod serve;
mod session;
mod setup;
mod transfer;
mod tunnel;
mod turns;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use error::CliError;
use output::Output;

use crate::place::Place;

/// Runs the command line. The exit code is 0 when it is done, 1 when it failed, 2 when it was used wrongly.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // What follows is another program's, whatever it looks like, so it is no argument of ours.
    if arguments.get(1).is_some_and(|word| word == engine::GUARD_COMMAND) {
        return engine::stand_guard(arguments.into_iter().skip(2).collect());
    }
    let (arguments, link) = take_link(arguments);
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let environment = environment
        .into_iter()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter_map(|(name, value)| match value.into_string() {
            Ok(value) => Some((name, value)),
            // A setting that can not be read is complained of like any other bad value, never left out.
            Err(value) if name.starts_with("AMBIENT_INSIGHTS_") => {
                Some((name, value.to_string_lossy().into_owned()))
            }
            Err(_) => None,
        })
        .collect();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&CliError::failed(format!("no threads can be started: {error}"))),
    };
    let outcome = match arguments.command {
        None => start_desktop(&runtime, arguments, environment, link),
        Some(_) if link.is_some() => Err(CliError::usage("a link stands alone, without a subcommand")),
        Some(_) => runtime.block_on(dispatch(arguments, environment)),
    };
    // A read that blocks (standard input at a prompt) must not keep a finished program alive.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error),
    }
}

/// Takes a link `ambient-insights:…` out of the arguments: that is how a desktop hands it over.
fn take_link(arguments: impl IntoIterator<Item = OsString>) -> (Vec<OsString>, Option<String>) {
    let mut link = None;
    let rest = arguments
        .into_iter()
        .enumerate()
        .filter(|(index, argument)| {
            let found = argument.to_str().filter(|text| *index > 0 && is_link(text)).map(str::to_owned);
            let keep = found.is_none();
            link = link.take().or(found);
            keep
        })
        .map(|(_, argument)| argument)
        .collect();
    (rest, link)
}

fn is_link(text: &str) -> bool {
    let scheme = "ambient-insights:";
    text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

#[cfg(feature = "desktop")]
fn start_desktop(
    runtime: &tokio::runtime::Runtime,
    arguments: Arguments,
    environment: Vec<(String, String)>,
    link: Option<String>,
) -> Result<(), CliError> {
    let place = Place::new(arguments.data_dir, environment)?;
    let launch = crate::desktop::Launch { in_tray: arguments.in_tray, link };
    crate::desktop::run(runtime, place, launch).map_err(|error| CliError::failed(error.to_string()))
}

#[cfg(not(feature = "desktop"))]
fn start_desktop(
    _: &tokio::runtime::Runtime,
    _: Arguments,
    _: Vec<(String, String)>,
    _: Option<String>,
) -> Result<(), CliError> {
    Err(CliError::usage(
        "this build has no desktop; start it with `ambient-insights serve`, or see `ambient-insights --help`",
    ))
}

fn complain(error: &CliError) -> ExitCode {
    if let Some(message) = error.message() {
        output::complain(message);
    }
    ExitCode::from(error.exit_code())
}

async fn dispatch(arguments: Arguments, environment: Vec<(String, String)>) -> Result<(), CliError> {
    let place = Place::new(arguments.data_dir, environment)?;
    let mut output = Output::new(arguments.json);
    let output = &mut output;
    match arguments.command {
        Some(Command::Serve(options)) => serve::run(&place, options, output).await,
        Some(Command::Approvals(command)) => approvals::run(&place, command, output).await,
        Some(Command::Context(command)) => context::run(&place, command, output).await,
        Some(Command::Search(options)) => search::run(&place, options, output).await,
        Some(Command::Turns(command)) => turns::run(&place, command, output).await,
        Some(Command::Insights(command)) => insights::run(&place, command, output).await,
        Some(Command::Rebuild) => insights::rebuild(&place, output).await,
        Some(Command::Export(options)) => transfer::export(&place, options, output).await,
        Some(Command::Import(options)) => transfer::import(&place, options, output).await,
        Some(Command::Forget(arguments)) => forget::run(&place, arguments, output).await,
        Some(Command::Clients(command)) => clients::run(&place, command, output).await,
        Some(Command::Audit(options)) => audit::run(&place, options, output).await,
        Some(Command::Certificates(command)) => certificates::run(&place, command, output).await,
        Some(Command::Tunnel(command)) => tunnel::run(&place, command, output).await,
        Some(Command::Doctor) => doctor::run(&place, output).await,
        Some(Command::Setup(options)) => setup::run(&place, options, output).await,
        Some(Command::Hook(options)) => hook::run(&place, options, output).await,
        Some(Command::Pause(options)) => remembering::pause(&place, options, output).await,
        Some(Command::Resume) => remembering::resume(&place, output).await,
        Some(Command::Panic(options)) => remembering::panic(&place, options, output).await,
        None => Ok(()),
    }
}
