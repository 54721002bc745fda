//! What others in this program want to hear of: no secrets, and nothing that only the database should know.

use serde::{Deserialize, Serialize};

use crate::audit::Decider;
use crate::id::{GrantId, RequestId};

/// Something that happened at the door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum AuthorizationEvent {
    /// A client asks, and the owner has to decide.
    RequestPending {
        /// The request.
        id: RequestId,
    },
    /// The browser of a request that came through the tunnel is on this computer: its window may come up.
    RequestProved {
        /// The request.
        id: RequestId,
    },
    /// A request is no longer pending.
    RequestDecided {
        /// The request.
        id: RequestId,
        /// Whether it was approved.
        approved: bool,
        /// Who decided.
        by: Decider,
    },
    /// A request was approved without a window, because the owner's earlier yes to this client still holds in this
    /// browser.
    ConsentRemembered {
        /// The request.
        id: RequestId,
        /// The client.
        client_id: String,
        /// Its name for people.
        client_name: String,
    },
    /// A client exchanged its code: it is connected.
    GrantIssued {
        /// The grant.
        id: GrantId,
        /// The client.
        client_id: String,
        /// Its name for people.
        client_name: String,
    },
    /// A grant ended.
    GrantRevoked {
        /// The grant.
        id: GrantId,
        /// The client.
        client_id: String,
        /// Who ended it.
        by: Decider,
    },
    /// A used code or refresh token came again: somebody may have stolen it. The grant was revoked.
    ReplaySeen {
        /// The grant.
        id: GrantId,
        /// The client.
        client_id: String,
        /// Its name for people.
        client_name: String,
    },
    /// A client registered itself.
    ClientRegistered {
        /// The client.
        client_id: String,
    },
    /// The owner added a client, gave it another secret, or removed it.
    ClientChanged {
        /// The client.
        client_id: String,
        /// By whose hand.
        by: Decider,
    },
}
