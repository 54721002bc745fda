//! Everything that can be asked of the engine, one file an area.

mod approvals;
mod audit;
pub(crate) mod certificates;
mod clients;
mod hooks;
mod insights;
mod items;
mod privacy;
mod reach_form;
mod remembering;
mod search;
mod settings;
mod status;
mod surface;
mod topics;
mod transfer;
mod tunnel;
mod turns;

use serde_json::Value;

pub use self::approvals::{Approve, Deny, ListApprovals, ListBlocks, UnblockClient};
pub use self::audit::ListAudit;
pub use self::certificates::{
    Certificates, ListCertificates, OrderCertificate, RenewCertificates, ShowCertificates, ShowTerms, Terms,
};
pub use self::clients::{
    AddStaticClient, ClientAuthentication, ClientCredentials, ListClients, RemoveClient, RevokeClient,
    RotateClientSecret, SecretText,
};
pub use self::hooks::TakeHook;
pub use self::insights::{DismissInsight, ListInsights, Rebuild, RemoveInsight, SetInsightState};
pub use self::items::{
    AddItem, EditItem, ListItems, Removal, RemoveItem, ShowItem, ShowProfile, UndoRemoval,
};
pub use self::privacy::{ChangeClientRule, ConfirmForgetting, KnownClient, PreviewForgetting};
pub use self::reach_form::{ChangeReach, ReachChanged, ReachProblem, ReachValue, ShowReachForm};
pub use self::remembering::{OpenDoor, Panic, PauseRemembering, ResumeRemembering};
pub use self::search::Search;
pub use self::settings::{ChangeSettings, Settings, ShowSettings};
pub use self::status::{Diagnose, ShowStatus, Status};
pub use self::surface::{OpenLink, ShowWindow};
pub use self::topics::{DismissTopic, ListTopicTurns, ListTopics};
pub use self::transfer::{CancelTransfer, Export, Import, ListImports};
pub use self::tunnel::{ShowTunnel, ShowTunnelRecipe, TrustTunnelHost, TurnTunnelOff, TurnTunnelOn};
pub use self::turns::{ListConversations, ListTurns, RemoveConversation, RemoveTurn, ShowTurn};
pub use crate::doctor::{Check, Diagnosis};
pub use crate::reach::{TunnelState, TunnelStatus};
pub use crate::reach_form::{ReachChoice, ReachField, ReachFieldKind, ReachForm, ReachOption, ReachWay};

use crate::{Engine, Failure, Operation};

/// Runs the operation of that name on JSON, for callers from another process.
///
/// # Errors
/// The operation's failure, or that there is no such operation or that its input does not fit.
pub async fn dispatch(engine: &Engine, name: &str, input: Value) -> Result<Value, Failure> {
    macro_rules! run {
        ($($operation:ty),* $(,)?) => {
            match name {
                $(<$operation>::NAME => run_on_json::<$operation>(engine, input).await,)*
                _ => Err(Failure::invalid_input(format!(
                    "the running program knows no operation {name:?}; is it older than this command? restart it"
                ))),
            }
        };
    }
    run!(
        ShowStatus,
        Diagnose,
        ListApprovals,
        Approve,
        Deny,
        ListBlocks,
        UnblockClient,
        ListClients,
        RevokeClient,
        AddStaticClient,
        RotateClientSecret,
        RemoveClient,
        ChangeClientRule,
        PreviewForgetting,
        ConfirmForgetting,
        ListAudit,
        ListCertificates,
        ShowCertificates,
        RenewCertificates,
        ShowTerms,
        OrderCertificate,
        ShowProfile,
        ListItems,
        ShowItem,
        AddItem,
        EditItem,
        RemoveItem,
        UndoRemoval,
        ListInsights,
        DismissInsight,
        SetInsightState,
        RemoveInsight,
        Rebuild,
        ListConversations,
        RemoveConversation,
        Search,
        ListTurns,
        ShowTurn,
        RemoveTurn,
        ListTopics,
        ListTopicTurns,
        DismissTopic,
        Export,
        Import,
        ListImports,
        CancelTransfer,
        PauseRemembering,
        ResumeRemembering,
        Panic,
        OpenDoor,
        ShowTunnel,
        TurnTunnelOn,
        TurnTunnelOff,
        TrustTunnelHost,
        ShowTunnelRecipe,
        ShowReachForm,
        ChangeReach,
        ShowSettings,
        ChangeSettings,
        ShowWindow,
        OpenLink,
        TakeHook,
    )
}

async fn run_on_json<O: Operation>(engine: &Engine, input: Value) -> Result<Value, Failure> {
    let operation: O = serde_json::from_value(input)
        .map_err(|error| Failure::invalid_input(format!("{} was asked wrongly: {error}", O::NAME)))?;
    let output = operation.run(engine).await?;
    serde_json::to_value(output)
        .map_err(|error| Failure::failed(format!("the answer of {} can not be written: {error}", O::NAME)))
}
