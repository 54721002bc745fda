//! The icon in the tray. It never ends the program: without a place for it, the window is shown instead, and
//! the place is asked for again.

mod action;
mod icon;
mod model;

use std::time::Duration;

use engine::operations::{
    ListApprovals, OpenDoor, Panic, PauseRemembering, ResumeRemembering, ShowStatus, ShowTunnel, Status,
    TunnelState, TunnelStatus, TurnTunnelOff, TurnTunnelOn,
};
use engine::types::ProviderKind;
use tauri::menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager as _, Runtime};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use self::action::Action;
use self::model::{Entry, Facts, Model, Program, Tunnel};
use super::approvals::Clerk;
use super::desk::Desk;
use super::host::{Host, ProgramState};
use super::windows::View;

/// How long after a failure the tray is asked again for a place: a panel that starts late, or starts anew.
const AGAIN: Duration = Duration::from_secs(3);
/// How long it may take at a login before the window comes up instead.
const PATIENCE: Duration = Duration::from_secs(10);
/// What happens within this time is drawn once.
const GATHERING: Duration = Duration::from_millis(40);

/// Keeps the icon and its menu as things stand, until the program ends.
///
/// At a login (`in_tray`) the panel may come later than the program: then the window waits a little.
pub(crate) fn keep<R: Runtime>(app: &AppHandle<R>, host: &Host, clerk: &Clerk, in_tray: bool) {
    let (app, host, clerk) = (app.clone(), host.clone(), clerk.clone());
    let mut events = host.events();
    tauri::async_runtime::spawn(async move {
        let mut drawn: Option<Model> = None;
        let mut told = false;
        let patient_until = Instant::now() + if in_tray { PATIENCE } else { Duration::ZERO };
        loop {
            let model = Model::of(&facts(&host).await);
            if drawn.as_ref() != Some(&model) {
                match draw(&app, &clerk, &model).await {
                    Ok(()) => {
                        if told {
                            tracing::info!("the icon has its place in the tray");
                        }
                        told = false;
                        drawn = Some(model);
                    }
                    Err(reason) => {
                        if !told && Instant::now() >= patient_until {
                            tracing::warn!(%reason, "there is no tray for the icon; the window is shown, and the tray asked again");
                            app.state::<Desk>().stage.show_main(None);
                            told = true;
                        }
                    }
                }
            }
            let wait = async {
                if drawn.is_none() {
                    tokio::time::sleep(AGAIN).await;
                } else {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                event = events.recv() => if matches!(event, Err(RecvError::Closed)) { return },
                () = wait => {}
                // A pause that runs out is no event.
                () = tokio::time::sleep(until_the_pause_ends(&host).await), if drawn.is_some() => {}
            }
            tokio::time::sleep(GATHERING).await;
            // Everything that came meanwhile is in what is read next.
            while events.try_recv().is_ok() {}
        }
    });
}

/// A day, or less where a pause ends before.
async fn until_the_pause_ends(host: &Host) -> Duration {
    let day = Duration::from_hours(24);
    if host.program_state() == ProgramState::Starting {
        return day;
    }
    let Ok(engine) = host.engine().await else { return day };
    engine.paused().and_then(|pause| pause.until).map_or(day, |until| until.since(engine.now()).min(day))
}

async fn facts(host: &Host) -> Facts {
    let program = match host.program_state() {
        ProgramState::Starting => Program::Starting,
        ProgramState::Failed { message } => Program::Failed { message },
        ProgramState::Running { .. } => match host.run(ShowStatus {}).await {
            Ok(status) => Program::Running {
                door_open: status.door_open,
                paused: status.paused,
                mcp_url: status.mcp_url,
                public_url: status.public_url,
            },
            Err(failure) => Program::Failed { message: failure.message },
        },
    };
    let waiting = match program {
        Program::Running { .. } => host.run(ListApprovals {}).await.unwrap_or_default(),
        Program::Starting | Program::Failed { .. } => Vec::new(),
    };
    let tunnel = match (&program, host.run(ShowTunnel {}).await) {
        (Program::Running { door_open: true, .. }, Ok(status)) => tunnel_of(status),
        _ => Tunnel::NotSet,
    };
    Facts {
        program,
        tunnel,
        waiting: waiting.into_iter().map(|request| (request.id, request.client_name)).collect(),
    }
}

/// What the menu shows of the tunnel.
fn tunnel_of(status: TunnelStatus) -> Tunnel {
    let wrong = status.checks.iter().find(|check| !check.ok);
    match status.state {
        _ if status.provider.is_none() => Tunnel::NotSet,
        // These two need an address that is set; the others may give one.
        _ if matches!(status.provider, Some(ProviderKind::Ssh | ProviderKind::Ingress))
            && status.public_url.is_none() =>
        {
            Tunnel::NotSet
        }
        TunnelState::Off => Tunnel::Off,
        TunnelState::Backoff | TunnelState::Failed => {
            Tunnel::Broken { reason: status.reason.unwrap_or_default() }
        }
        TunnelState::Up if status.public => Tunnel::Public,
        TunnelState::Connecting | TunnelState::Up => {
            wrong.map_or(Tunnel::On, |check| Tunnel::Broken { reason: check.detail.clone() })
        }
    }
}

/// Draws on the toolkit's own thread, and tells what came of it.
async fn draw<R: Runtime>(app: &AppHandle<R>, clerk: &Clerk, model: &Model) -> Result<(), String> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let (on_main, clerk, model) = (app.clone(), clerk.clone(), model.clone());
    app.run_on_main_thread(move || {
        let drawn = draw_now(&on_main, &clerk, &model).map_err(|error| error.to_string());
        let _ = tell.send(drawn);
    })
    .map_err(|error| error.to_string())?;
    told.await.unwrap_or_else(|_| Err("the program is ending".to_owned()))
}

fn draw_now<R: Runtime>(app: &AppHandle<R>, clerk: &Clerk, model: &Model) -> tauri::Result<()> {
    let menu = Menu::with_items(app, &borrowed(&entries(app, &model.entries)?))?;
    let icon = icon::of(model.icon)?;
    if let Some(tray) = app.tray_by_id(model::TRAY_ID) {
        tray.set_icon(Some(icon))?;
        tray.set_icon_as_template(cfg!(target_os = "macos"))?;
        tray.set_tooltip(Some(&model.tooltip))?;
        return tray.set_menu(Some(menu));
    }
    let clerk = clerk.clone();
    TrayIconBuilder::with_id(model::TRAY_ID)
        .title("Ambient Insights")
        .icon(icon)
        .icon_as_template(cfg!(target_os = "macos"))
        .tooltip(&model.tooltip)
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(move |app, event| match Action::try_from(event.id()) {
            Ok(action) => perform(app, &clerk, action),
            Err(unknown) => tracing::warn!(%unknown, "the tray's menu was asked for something unknown"),
        })
        .on_tray_icon_event(|tray, event| clicked(tray, &event))
        .build(app)
        .map(drop)
}

fn clicked<R: Runtime>(tray: &TrayIcon<R>, event: &TrayIconEvent) {
    if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } = event
    {
        tray.app_handle().state::<Desk>().stage.show_main(None);
    }
}

type Item<R> = Box<dyn IsMenuItem<R>>;

fn entries<R: Runtime>(app: &AppHandle<R>, entries: &[Entry]) -> tauri::Result<Vec<Item<R>>> {
    entries
        .iter()
        .map(|entry| -> tauri::Result<Item<R>> {
            Ok(match entry {
                Entry::Line(text) => Box::new(MenuItem::new(app, literal(text), false, None::<&str>)?),
                Entry::Item(action, text) => {
                    Box::new(MenuItem::with_id(app, action.to_id(), literal(text), true, None::<&str>)?)
                }
                Entry::Submenu(text, inner) => {
                    let items = self::entries(app, inner)?;
                    Box::new(Submenu::with_items(app, literal(text), true, &borrowed(&items))?)
                }
                Entry::Separator => Box::new(PredefinedMenuItem::separator(app)?),
            })
        })
        .collect()
}

fn borrowed<R: Runtime>(items: &[Item<R>]) -> Vec<&dyn IsMenuItem<R>> {
    items.iter().map(Box::as_ref).collect()
}

/// Menus take `&` for the mark of a key; in a name it is a letter.
fn literal(text: &str) -> String {
    text.replace('&', "&&")
}

/// The one place where the menu's actions are done.
fn perform<R: Runtime>(app: &AppHandle<R>, clerk: &Clerk, action: Action) {
    let desk = app.state::<Desk>();
    let (host, stage, clerk) = (desk.host.clone(), desk.stage.clone(), clerk.clone());
    tauri::async_runtime::spawn(async move {
        let done = match action {
            Action::Open => {
                stage.show_main(None);
                Ok(())
            }
            Action::Connect => {
                stage.show_main(Some(View::Home));
                Ok(())
            }
            Action::Approval(id) => clerk.open(id).await,
            Action::CopyUrl => match host.run(ShowStatus {}).await {
                Ok(status) => stage.copy(status.mcp_url).await,
                Err(failure) => Err(failure),
            },
            Action::CopyPublicUrl => match host.run(ShowStatus {}).await {
                Ok(Status { public_url: Some(url), .. }) => stage.copy(url).await,
                Ok(_) => Ok(()),
                Err(failure) => Err(failure),
            },
            Action::Pause(minutes) => host.run(PauseRemembering { minutes }).await.map(drop),
            Action::Resume => host.run(ResumeRemembering {}).await,
            Action::TunnelOn => host.run(TurnTunnelOn::default()).await.map(drop),
            Action::TunnelOff => host.run(TurnTunnelOff {}).await.map(drop),
            Action::OpenDoor => host.run(OpenDoor {}).await,
            Action::Panic => host.run(Panic {}).await.map(drop),
            Action::TryAgain => {
                host.restart().await;
                Ok(())
            }
            Action::Quit => {
                stage.quit();
                Ok(())
            }
        };
        if let Err(failure) = done {
            tracing::warn!(%failure, "what the tray's menu was asked for did not work");
            stage.show_main(None);
        }
    });
}
