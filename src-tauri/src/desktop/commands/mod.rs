//! What the windows may call: one command a thing, thin over the engine's operations. Each has a permission of
//! its own (`names.rs`), and each kind of window those it needs (`capabilities/`).

mod approval;
mod assistants;
mod certificates;
mod memory;
#[cfg(test)]
mod names;
mod privacy;
mod program;
mod reach;
mod settings;
mod transfer;

use engine::{Failure, Operation};
use tauri::Runtime;
use tauri::ipc::Invoke;

use super::desk::Desk;

/// A command without input.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Nothing {}

/// Declares commands, and for the contract's test what each takes and gives.
macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident($desk:ident, $input:ident: $in:ty) -> $out:ty $body:block)*) => {
        $(
            $(#[$doc])*
            #[tauri::command]
            pub(crate) async fn $name(
                desk: tauri::State<'_, $crate::desktop::desk::Desk>,
                input: $in,
            ) -> Result<$out, engine::Failure> {
                let ($desk, $input) = (desk.inner(), input);
                $body
            }
        )*

        #[cfg(test)]
        pub(super) fn contract(contract: &mut super::contract::Contract) {
            $(contract.command::<$in, $out>(stringify!($name));)*
        }
    };
}
use commands;

/// Runs an operation of the engine as the owner in the window.
async fn run<O: Operation>(desk: &Desk, operation: O) -> Result<O::Output, Failure> {
    desk.host.run(operation).await
}

/// Every command there is.
pub(crate) fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        program::program_state,
        program::restart_engine,
        program::quit,
        program::finish_first_run,
        program::initial_view,
        program::show_status,
        program::diagnose,
        program::pause,
        program::resume,
        program::panic,
        program::open_door,
        program::show_tunnel,
        program::turn_tunnel_on,
        program::turn_tunnel_off,
        program::trust_tunnel_host,
        program::show_tunnel_recipe,
        program::copy_text,
        reach::show_reach_form,
        reach::change_reach,
        assistants::list_approvals,
        assistants::open_approval,
        assistants::list_clients,
        assistants::revoke_client,
        assistants::add_client,
        assistants::rotate_client_secret,
        assistants::remove_client,
        assistants::list_blocks,
        assistants::unblock_client,
        assistants::list_scopes,
        assistants::list_audit,
        assistants::list_guides,
        assistants::preview_setup,
        assistants::apply_setup,
        assistants::show_hooks,
        memory::search,
        memory::list_items,
        memory::add_item,
        memory::edit_item,
        memory::remove_item,
        memory::undo_removal,
        memory::list_conversations,
        memory::remove_conversation,
        memory::list_turns,
        memory::show_turn,
        memory::remove_turn,
        memory::list_insights,
        memory::set_insight_state,
        memory::dismiss_insight,
        memory::remove_insight,
        memory::list_topics,
        memory::list_topic_turns,
        memory::dismiss_topic,
        privacy::preview_forgetting,
        privacy::confirm_forgetting,
        privacy::change_client_rule,
        transfer::suggest_export,
        transfer::choose_export,
        transfer::choose_import,
        transfer::export_all,
        transfer::import_from,
        transfer::list_imports,
        transfer::cancel_transfer,
        transfer::open_data_folder,
        settings::show_settings,
        settings::change_settings,
        settings::list_trust,
        settings::change_trust,
        certificates::show_certificates,
        certificates::renew_certificates,
        certificates::show_terms,
        certificates::order_certificate,
        approval::current_approval,
        approval::approve_request,
        approval::deny_request,
    ]
}

#[cfg(test)]
mod contract;
#[cfg(test)]
mod permissions_tests;
