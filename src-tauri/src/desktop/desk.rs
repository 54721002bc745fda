//! What every command of a window works with.

use std::sync::Arc;

use super::approvals::Clerk;
use super::host::Host;
use super::stage::Stage;

/// The engine's host, the clerk of the consent window, and the stage on which windows stand.
pub(crate) struct Desk {
    pub(crate) host: Host,
    pub(crate) clerk: Clerk,
    pub(crate) stage: Arc<dyn Stage>,
}
