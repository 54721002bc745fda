//! Commands on settings and on the trust in the local certificate.

use engine::client_setup::SetupEnvironment;
use engine::operations::{ChangeSettings, Settings, ShowSettings, ShowStatus};
use engine::trust::{self, Action, CaCertificate, Places, State, TrustStore};
use engine::{Failure, SettingChange};
use serde::{Deserialize, Serialize};

use super::{Nothing, commands, run};
use crate::desktop::desk::Desk;
use crate::desktop::{administrator, login};

/// The settings that the window shows.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct SettingsView {
    #[serde(flatten)]
    settings: Settings,
    start_at_login: bool,
    start_at_login_available: bool,
}

/// What is to be different.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ChangeSettingsInput {
    changes: Vec<SettingChange>,
    /// None: it stays.
    start_at_login: Option<bool>,
}

/// A trust store, and what it thinks of the local authority.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct TrustStoreView {
    store: String,
    label: String,
    #[cfg_attr(test, ts(type = "TrustState | null"))]
    state: Option<State>,
    problem: Option<String>,
    administrator: bool,
    /// The administrator can be asked for their password in a window.
    can_ask: bool,
    command: Option<String>,
    steps: Vec<String>,
}

/// Which store is to do what.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ChangeTrust {
    store: String,
    #[cfg_attr(test, ts(type = "TrustAction"))]
    action: Action,
}

commands! {
    /// The settings.
    show_settings(desk, input: ShowSettings) -> SettingsView {
        Ok(view(desk, run(desk, input).await?))
    }

    /// Changes settings.
    change_settings(desk, input: ChangeSettingsInput) -> SettingsView {
        if let Some(on) = input.start_at_login {
            login::turn(desk.host.place(), on)?;
        }
        let settings = if input.changes.is_empty() {
            run(desk, ShowSettings {}).await?
        } else {
            run(desk, ChangeSettings { changes: input.changes }).await?
        };
        Ok(view(desk, settings))
    }

    /// The trust stores of this computer.
    list_trust(desk, _input: Nothing) -> Vec<TrustStoreView> {
        with_stores(desk, |_, _| Ok(())).await
    }

    /// Has a store trust the local authority, or not any more.
    change_trust(desk, input: ChangeTrust) -> Vec<TrustStoreView> {
        let data_dir = desk.host.place().data_dir.clone();
        with_stores(desk, move |stores, ca| {
            let store = stores.iter().find(|store| store.id() == input.store);
            let store = store.ok_or_else(|| Failure::not_found("there is no such trust store any more"))?;
            let failed = |error: trust::TrustError| Failure::refused(error.to_string());
            if store.plan(ca, input.action).map_err(failed)?.administrator && administrator::can_be_asked() {
                return administrator::change_trust(&data_dir, store_option(&store.id()), input.action);
            }
            store.apply(ca, input.action).map(drop).map_err(failed)
        })
        .await
    }
}

fn view(desk: &Desk, settings: Settings) -> SettingsView {
    let start_at_login = login::is_on(desk.host.place());
    SettingsView {
        settings,
        start_at_login: start_at_login.unwrap_or(false),
        start_at_login_available: start_at_login.is_some(),
    }
}

/// Does something with the stores, on a thread that may wait for their tools, and looks at them afterwards.
async fn with_stores(
    desk: &Desk,
    act: impl FnOnce(&[Box<dyn TrustStore>], &CaCertificate) -> Result<(), Failure> + Send + 'static,
) -> Result<Vec<TrustStoreView>, Failure> {
    let status = run(desk, ShowStatus {}).await?;
    let place = desk.host.place().clone();
    let home = place.home().map_err(|error| Failure::failed(error.to_string()))?;
    tokio::task::spawn_blocking(move || {
        let ca = CaCertificate::read(&status.ca_certificate)
            .map_err(|error| Failure::failed(error.to_string()))?;
        let environment = SetupEnvironment::of_this_computer(
            home.clone(),
            |name| place.variable(name),
            status.mcp_url,
            status.ca_certificate.clone(),
            &place.data_dir,
        );
        let stores = trust::stores(&Places::of(home), &environment);
        act(&stores, &ca)?;
        let program = place.program();
        Ok(stores.iter().map(|store| look(store.as_ref(), &ca, &program)).collect())
    })
    .await
    .map_err(|error| Failure::failed(error.to_string()))?
}

fn look(store: &dyn TrustStore, ca: &CaCertificate, program: &str) -> TrustStoreView {
    let base = TrustStoreView {
        store: store.id(),
        label: store.label(),
        state: None,
        problem: None,
        administrator: false,
        can_ask: false,
        command: None,
        steps: Vec::new(),
    };
    match store.plan(ca, Action::Trust) {
        Ok(plan) => TrustStoreView {
            state: Some(plan.state),
            command: plan
                .administrator
                .then(|| format!("sudo {program} certificates trust --store {}", store_option(&plan.store))),
            administrator: plan.administrator,
            can_ask: plan.administrator && administrator::can_be_asked(),
            steps: plan.steps,
            ..base
        },
        Err(error) => TrustStoreView { problem: Some(error.to_string()), ..base },
    }
}

/// The store's name for `certificates trust --store`.
fn store_option(id: &str) -> &str {
    id.split(':').next().unwrap_or(id)
}
