//! Commands about assistants: who waits, who is connected, how one is connected.

use std::path::PathBuf;

use engine::Failure;
use engine::client_setup::{
    self, Addresses, Change, Client, Guide, HookConsent, HookState, HookWish, Plan, SetupEnvironment,
    SetupError,
};
use engine::hooks;
use engine::operations::{
    AddStaticClient, ClientCredentials, KnownClient, ListApprovals, ListAudit, ListBlocks, ListClients,
    RemoveClient, RevokeClient, RotateClientSecret, ShowStatus, UnblockClient,
};
use engine::types::{AuditEntry, BlockedClient, PendingRequest, RequestId, Revoked, Scope, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Nothing, commands, run};
use crate::desktop::desk::Desk;

/// Which request to open.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct OpenApproval {
    #[cfg_attr(test, ts(type = "string"))]
    id: RequestId,
}

/// A scope and what it allows.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ScopeWords {
    #[cfg_attr(test, ts(type = "ScopeName"))]
    scope: &'static str,
    words: &'static str,
}

/// Which assistant's settings to write, or to take back.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct SetUp {
    client: String,
    undo: bool,
    /// In place of the connection: the hooks as they are to be.
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    hooks: Option<HookConsent>,
}

/// How Claude Code's hooks stand, and when one was last heard of.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct HooksView {
    #[serde(flatten)]
    #[cfg_attr(test, ts(flatten))]
    state: HookState,
    last_heard: Option<Timestamp>,
}

/// What setting up would change; nothing: it is so already.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct SetupPreview {
    client: String,
    #[cfg_attr(test, ts(as = "Vec<SetupChange>"))]
    changes: Vec<Change>,
    notes: Vec<String>,
}

/// The same shape as the engine's `Change`, for the contract.
#[cfg(test)]
#[derive(ts_rs::TS)]
#[expect(dead_code, reason = "only its shape is used")]
pub(crate) struct SetupChange {
    file: String,
    summary: String,
    #[ts(optional)]
    before: Option<String>,
    #[ts(optional)]
    after: Option<String>,
}

/// What was written.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct SetupApplied {
    files: Vec<PathBuf>,
    backups: Vec<PathBuf>,
}

commands! {
    /// Who waits to be let in, oldest first.
    list_approvals(desk, input: ListApprovals) -> Vec<PendingRequest> {
        run(desk, input).await
    }

    /// Opens the consent window for one that waits.
    open_approval(desk, input: OpenApproval) -> () {
        desk.clerk.open(input.id).await
    }

    /// Who is connected, and who has registered.
    list_clients(desk, input: ListClients) -> Vec<KnownClient> {
        run(desk, input).await
    }

    /// Takes everything back from a client.
    revoke_client(desk, input: RevokeClient) -> Revoked {
        run(desk, input).await
    }

    /// Registers a client beforehand. Answers a secret that was made, this once.
    add_client(desk, input: AddStaticClient) -> ClientCredentials {
        run(desk, input).await
    }

    /// Gives a client another secret. Answers one that was made, this once.
    rotate_client_secret(desk, input: RotateClientSecret) -> ClientCredentials {
        run(desk, input).await
    }

    /// Forgets a client and ends everything that it was given.
    remove_client(desk, input: RemoveClient) -> Revoked {
        run(desk, input).await
    }

    /// Who is refused unseen.
    list_blocks(desk, input: ListBlocks) -> Vec<BlockedClient> {
        run(desk, input).await
    }

    /// Lets a blocked client ask again.
    unblock_client(desk, input: UnblockClient) -> usize {
        run(desk, input).await
    }

    /// Every scope with its words.
    list_scopes(_desk, _input: Nothing) -> Vec<ScopeWords> {
        Ok(Scope::ALL.iter().map(|scope| ScopeWords { scope: scope.as_str(), words: scope.in_words() }).collect())
    }

    /// Who did what, newest first.
    list_audit(desk, input: ListAudit) -> Vec<AuditEntry> {
        run(desk, input).await
    }

    /// How each assistant is connected.
    list_guides(desk, _input: Nothing) -> Vec<Guide> {
        let status = run(desk, ShowStatus {}).await?;
        Ok(client_setup::guides(&Addresses {
            mcp_url: status.mcp_url,
            public_url: status.public_url,
            ca_certificate: status.ca_certificate,
            decided_elsewhere: status.external_issuer.is_some(),
        }))
    }

    /// Shows what setting an assistant up would change.
    preview_setup(desk, input: SetUp) -> SetupPreview {
        let plan = plan(desk, &input).await?;
        Ok(SetupPreview { client: input.client, changes: plan.changes, notes: plan.notes })
    }

    /// How Claude Code's hooks stand.
    show_hooks(desk, _input: Nothing) -> HooksView {
        let (environment, program) = (environment(desk).await?, program(desk)?);
        let last_heard = hooks::last_heard(&environment.data_dir);
        let state = tokio::task::spawn_blocking(move || client_setup::hook_state(&environment, &program))
            .await
            .map_err(|error| Failure::failed(error.to_string()))?
            .map_err(|error| refused(&error))?;
        Ok(HooksView { state, last_heard })
    }

    /// Sets an assistant up, or takes that back. Copies of what was there stay beside the files.
    apply_setup(desk, input: SetUp) -> SetupApplied {
        let plan = plan(desk, &input).await?;
        let applied = tokio::task::spawn_blocking(move || plan.apply())
            .await
            .map_err(|error| Failure::failed(error.to_string()))?
            .map_err(|error| refused(&error))?;
        Ok(SetupApplied { files: applied.files, backups: applied.backups })
    }
}

async fn plan(desk: &Desk, set_up: &SetUp) -> Result<Plan, Failure> {
    let client: Client = set_up.client.parse().map_err(|error: SetupError| refused(&error))?;
    let mut environment = environment(desk).await?;
    let (undo, hooks) = (set_up.undo, set_up.hooks);
    environment.hooks = match hooks {
        None | Some(HookConsent::Off) => None,
        Some(consent) => {
            Some(HookWish { program: program(desk)?, brief: consent == HookConsent::LogAndBrief })
        }
    };
    tokio::task::spawn_blocking(move || match (hooks, undo) {
        (Some(_), _) => client_setup::plan_hooks(&environment),
        (None, true) => client_setup::plan_undo(client, &environment),
        (None, false) => client_setup::plan(client, &environment),
    })
    .await
    .map_err(|error| Failure::failed(error.to_string()))?
    .map_err(|error| refused(&error))
}

/// Where assistants keep their settings, and where they find this program.
async fn environment(desk: &Desk) -> Result<SetupEnvironment, Failure> {
    let status = run(desk, ShowStatus {}).await?;
    let place = desk.host.place();
    let home = place.home().map_err(|error| Failure::failed(error.to_string()))?;
    Ok(SetupEnvironment::of_this_computer(
        home,
        |name| place.variable(name),
        status.mcp_url,
        status.ca_certificate,
        &place.data_dir,
    ))
}

fn program(desk: &Desk) -> Result<String, Failure> {
    desk.host.place().this_program().map_err(|error| {
        Failure::failed(format!(
            "this program does not find itself ({error}); start it again and try once more"
        ))
    })
}

fn refused(error: &SetupError) -> Failure {
    Failure::refused(error.to_string())
}
