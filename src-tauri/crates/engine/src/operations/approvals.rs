//! Authorization requests that wait for the owner's decision.

use authorization::{
    AccessDuration, Approval, ApprovalError, Approved, BlockedClient, Decider, LookUp, PendingRequest,
    RequestId, ScopeSet,
};
use serde::{Deserialize, Serialize};

use crate::event::SurfaceRequest;
use crate::{Engine, Failure, Operation};

/// Lists what waits, oldest first.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListApprovals {}

impl Operation for ListApprovals {
    const NAME: &'static str = "approvals.list";
    type Output = Vec<PendingRequest>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        Ok(engine.authorization().pending().await?)
    }
}

/// Lets a client in, from a terminal. Where a desktop runs, the decision is its window's: it is brought up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Approve {
    /// The request.
    pub id: RequestId,
    /// The code that the waiting page shows, where one is required.
    pub code: Option<String>,
    /// The scopes to give, out of those that were asked for; all of them if absent.
    pub scopes: Option<ScopeSet>,
    /// Whether the owner typed the confirmation that `admin` needs.
    pub admin_confirmed: bool,
}

impl Operation for Approve {
    const NAME: &'static str = "approvals.approve";
    type Output = Approved;

    async fn run(self, engine: &Engine) -> Result<Approved, Failure> {
        let approval = Approval {
            code: self.code,
            scopes: self.scopes,
            admin_confirmed: self.admin_confirmed,
            ..Approval::by(Decider::Terminal)
        };
        match engine.authorization().approve(self.id, approval).await {
            Err(ApprovalError::DesktopDecides) => {
                engine.ask_surface(SurfaceRequest::ShowApproval { id: self.id })?;
                Err(ApprovalError::DesktopDecides.into())
            }
            other => Ok(other?),
        }
    }
}

/// Sends a client away.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Deny {
    /// The request.
    pub id: RequestId,
    /// Whether the client's further requests are refused unseen.
    pub block: bool,
    /// Whether they stay quiet for a day; a block is more.
    #[serde(default)]
    pub mute: bool,
}

impl Operation for Deny {
    const NAME: &'static str = "approvals.deny";
    type Output = ();

    async fn run(self, engine: &Engine) -> Result<(), Failure> {
        let authorization = engine.authorization();
        if self.mute && !self.block {
            return Ok(authorization.deny_and_mute(self.id, engine.hand()).await?);
        }
        Ok(authorization.deny(self.id, self.block, engine.hand()).await?)
    }
}

/// Lists the clients whose requests are refused unseen.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListBlocks {}

impl Operation for ListBlocks {
    const NAME: &'static str = "blocks.list";
    type Output = Vec<BlockedClient>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        Ok(engine.authorization().blocks().await?)
    }
}

/// Lets a blocked client ask again. Answers how many blocks there were.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct UnblockClient {
    /// The client's id.
    pub client_id: String,
}

impl Operation for UnblockClient {
    const NAME: &'static str = "blocks.remove";
    type Output = usize;

    async fn run(self, engine: &Engine) -> Result<usize, Failure> {
        Ok(engine.authorization().unblock(&self.client_id, engine.hand()).await?)
    }
}

/// What the window decides. These are no [`Operation`]s: nothing that comes over the control socket can call
/// them, so that only the window itself says yes where a desktop runs.
impl Engine {
    /// One request, while it waits.
    ///
    /// # Errors
    /// A database that can not be read.
    pub async fn pending_request(&self, id: RequestId) -> Result<Option<PendingRequest>, Failure> {
        Ok(self.authorization().pending_request(id).await?)
    }

    /// Looks a request's client up, where it is known by its URL alone, because the owner is about to see it. Takes
    /// five seconds at most.
    ///
    /// # Errors
    /// A database that can not be read or written.
    pub async fn look_up(&self, id: RequestId) -> Result<LookUp, Failure> {
        Ok(self.authorization().look_up(id).await?)
    }

    /// The owner's yes in the window.
    ///
    /// # Errors
    /// [`ApprovalError`], which the window tells apart.
    pub async fn approve_in_window(
        &self,
        id: RequestId,
        scopes: ScopeSet,
        duration: AccessDuration,
        code: Option<String>,
        admin_confirmed: bool,
    ) -> Result<Approved, ApprovalError> {
        let approval =
            Approval { code, scopes: Some(scopes), admin_confirmed, duration, by: Decider::Desktop };
        self.authorization().approve(id, approval).await
    }

    /// The owner's no in the window.
    ///
    /// # Errors
    /// A request that is not there or was decided before; the database.
    pub async fn deny_in_window(&self, id: RequestId, block: bool) -> Result<(), ApprovalError> {
        self.authorization().deny(id, block, Decider::Desktop).await
    }

    /// The owner's no in the window, and quiet for a day.
    ///
    /// # Errors
    /// As [`Engine::deny_in_window`].
    pub async fn mute_in_window(&self, id: RequestId) -> Result<(), ApprovalError> {
        self.authorization().deny_and_mute(id, Decider::Desktop).await
    }

    /// The address to open in the person's own browser, so that it shows whether the request is its own.
    ///
    /// # Errors
    /// A request that needs no such proof or had too many; the message is for the log.
    pub async fn begin_proof(&self, id: RequestId) -> Result<String, authorization::ProofError> {
        self.authorization().begin_proof(id).await
    }
}
