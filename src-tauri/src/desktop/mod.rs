//! The desktop: the icon in the tray, the windows, notifications, links.
//!
//! It shows what the engine knows and hands over what the person decides; it holds no rule of its own. Start
//! reading at [`run`]. `host.rs` keeps the engine, `approvals.rs` the consent window, `tray/` the icon,
//! `commands/` what the windows may call.

mod administrator;
mod approvals;
mod clipboard;
mod commands;
mod desk;
mod host;
mod link_handler;
mod login;
mod notice;
mod screen_lock;
mod stage;
mod tray;
mod windows;

use std::sync::Arc;
use std::time::Duration;

use control::{Client, ClientError};
use engine::operations::{OpenLink, ShowWindow};
use engine::{Event, FailureCode};
use tauri::{AppHandle, Manager as _, RunEvent, Runtime};
use tokio::sync::broadcast::Receiver;

use self::approvals::Clerk;
use self::desk::Desk;
use self::host::Host;
use self::stage::{Stage as _, TauriStage};
use crate::logging;
use crate::place::Place;
use crate::stop_signal::StopSignal;

/// How long the parts may take to finish their calls.
const LONGEST_STOP: Duration = Duration::from_secs(30);

/// How the desktop is started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Launch {
    /// Without a window, as at the login.
    pub(crate) in_tray: bool,
    /// A link that another program handed over.
    pub(crate) link: Option<String>,
}

/// Why the desktop can not run. Each message names the remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DesktopError {
    #[error(transparent)]
    Log(#[from] logging::LevelError),
    /// The running program refused, or went away; its words say which.
    #[error("{0}")]
    Unreachable(String),
    #[error(
        "there is no display here (neither WAYLAND_DISPLAY nor DISPLAY is set); start `ambient-insights serve`, \
         the same program without windows"
    )]
    NoDisplay,
    #[error(
        "the windows can not be shown ({0}); start `ambient-insights serve`, the same program without windows"
    )]
    Windows(String),
    #[error("{0}")]
    Stop(#[from] std::io::Error),
}

/// Runs the desktop until the person quits it; or, where one runs already, hands over to that one.
pub(crate) fn run(
    runtime: &tokio::runtime::Runtime,
    place: Place,
    launch: Launch,
) -> Result<(), DesktopError> {
    logging::start(place.variable("AMBIENT_INSIGHTS_LOG"))?;
    if runtime.block_on(hand_over(&place, &launch))? {
        return Ok(());
    }
    if !has_display(&place) {
        return Err(DesktopError::NoDisplay);
    }
    let stop = runtime.block_on(async { StopSignal::listen() })?;
    tauri::async_runtime::set(runtime.handle().clone());
    let host = Host::new(place);
    // Before the engine starts: its door opens while the toolkit is still on its way, and somebody may knock at once.
    let events = [host.events(), host.events()];
    // The engine starts while the windows' toolkit does.
    let starting = runtime.spawn({
        let host = host.clone();
        async move { host.start().await }
    });
    let app = build(tauri::Builder::<tauri::Wry>::new(), host, events, launch, stop)?;
    drop(starting);
    app.run(on_event);
    Ok(())
}

/// Where the desktop runs already, that one shows its window. False: none runs.
async fn hand_over(place: &Place, launch: &Launch) -> Result<bool, DesktopError> {
    let Some(running) = Client::connect(&place.data_dir).await else { return Ok(false) };
    let answer = match &launch.link {
        Some(link) => running.call(OpenLink { link: link.clone() }).await,
        None if launch.in_tray => return Ok(true),
        None => running.call(ShowWindow {}).await,
    };
    match answer {
        Ok(()) => Ok(true),
        // `serve` runs and has no windows. Who started this from a menu sees no terminal: a window has to say why
        // it can not start, and what to do.
        Err(ClientError::Failure(failure))
            if launch.link.is_none() && failure.code == FailureCode::Refused =>
        {
            Ok(false)
        }
        Err(error) => Err(DesktopError::Unreachable(error.to_string())),
    }
}

fn has_display(place: &Place) -> bool {
    cfg!(any(target_os = "macos", windows))
        || place.variable("WAYLAND_DISPLAY").is_some()
        || place.variable("DISPLAY").is_some()
}

/// What the windows are made of, and what each may call.
pub(crate) fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

/// Puts the app together. A toolkit that can not reach its display panics; that must end in words.
fn build<R: Runtime>(
    builder: tauri::Builder<R>,
    host: Host,
    events: [Receiver<Event>; 2],
    launch: Launch,
    stop: StopSignal,
) -> Result<tauri::App<R>, DesktopError> {
    let build = move || {
        builder
            .plugin(tauri_plugin_dialog::init())
            .invoke_handler(commands::handler())
            .on_window_event(windows::on_event)
            .setup(move |app| {
                set_up(app.handle(), &host, events, launch, stop);
                Ok(())
            })
            .build(context())
    };
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(build)) {
        Ok(Ok(app)) => Ok(app),
        Ok(Err(error)) => Err(DesktopError::Windows(error.to_string())),
        Err(_) => Err(DesktopError::Windows("the display does not answer".to_owned())),
    }
}

fn set_up<R: Runtime>(
    app: &AppHandle<R>,
    host: &Host,
    [for_clerk, for_windows]: [Receiver<Event>; 2],
    launch: Launch,
    mut stop: StopSignal,
) {
    let stage = Arc::new(TauriStage::new(app.clone(), host.clone()));
    let clerk = Clerk::new(host.clone(), stage.clone());
    app.manage(Desk { host: host.clone(), clerk: clerk.clone(), stage: stage.clone() });
    #[cfg(target_os = "macos")]
    app.set_activation_policy(tauri::ActivationPolicy::Accessory).unwrap_or_default();
    clerk.watch(for_clerk);
    windows::forward_events(app, for_windows);
    tray::keep(app, host, &clerk, launch.in_tray);
    link_handler::settle(host.place());
    if !launch.in_tray || host.is_first_run() {
        stage.show_main(None);
    }
    if let Some(link) = launch.link {
        let host = host.clone();
        tauri::async_runtime::spawn(async move {
            host.settled().await;
            if let Err(failure) = host.run(OpenLink { link }).await {
                // The link may have come from anywhere: its text stays out of the log.
                tracing::info!(code = ?failure.code, "a link that started the program was not followed");
            }
        });
    }
    let (app, host) = (app.clone(), host.clone());
    tauri::async_runtime::spawn(async move {
        host.settled().await;
        if host.has_failed() {
            // Whoever started it without a window has to hear of this all the same.
            stage.show_main(None);
        }
        tokio::select! {
            () = stop.asked_for() => {}
            () = host.gave_way() => tracing::info!("the desktop runs already; its window is shown"),
        }
        app.exit(0);
    });
}

fn on_event<R: Runtime>(app: &AppHandle<R>, event: RunEvent) {
    match event {
        // The last window was closed: the program lives on in the tray.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::Exit => {
            let host = app.state::<Desk>().host.clone();
            // A part that hangs must not make the program immortal; what was answered is on the disk.
            let stopping = async move { tokio::time::timeout(LONGEST_STOP, host.stop()).await };
            if tauri::async_runtime::block_on(stopping).is_err() {
                tracing::error!("a part did not stop in time");
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            let host = app.state::<Desk>().host.clone();
            for url in urls {
                let host = host.clone();
                tauri::async_runtime::spawn(async move {
                    host.settled().await;
                    let _ = host.run(OpenLink { link: url.to_string() }).await;
                });
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => app.state::<Desk>().stage.show_main(None),
        _ => {}
    }
}
