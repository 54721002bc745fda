//! Who may come in: the OAuth 2.1 authorization server of the one door.
//!
//! This room knows clients, authorization requests, approvals, grants, tokens and the audit trail, and owns
//! `authorization.db`. It must not know what is behind the door (MCP, memories) nor what a window looks like.
//! Start reading at [`Authorization`]; the way of a request goes `endpoints/authorize.rs` →
//! `endpoints/waiting_page.rs` → [`Authorization::approve`] → `endpoints/token.rs` →
//! [`Authorization::authenticate`]. The rules stand in `rules/`, pure: time and randomness are arguments.
//! The tables stand in `store/`; what is on disk of a secret is its hash.

mod access_token;
mod arrival;
mod audit;
mod bearer;
mod cache;
mod client;
mod duration;
mod endpoints;
mod error;
mod event;
mod external;
mod fetch;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod id;
mod jwt;
mod limits;
mod link;
mod origin;
mod principal;
mod rules;
mod scope;
mod seal;
mod secret;
mod service;
mod settings;
mod store;

pub use arrival::{Arrival, InvalidProviderId, PeerAddress, ProviderId};
pub use audit::{AuditEntry, AuditKind, AuditQuery, Decider, RejectionKind, ToolCallRecord, ToolOutcome};
pub use bearer::bearer_token;
pub use client::Registration;
pub use client::pre_registered::{InvalidStaticClient, StaticClient, StaticSource};
pub use client::secret::{ClientSecret, SecretHash, WeakSecret};
pub use duration::AccessDuration;
pub use error::Error;
pub use event::AuthorizationEvent;
pub use external::{
    ExternalSecret, ExternalServer, InvalidIssuer, InvalidScopeMap, Issuer, ScopeMap, TokenValidation,
};
pub use fetch::{Later, Network, SystemNetwork};
pub use id::{GrantId, InvalidId, RequestId};
pub use link::{ApprovalLink, InvalidApprovalLink};
pub use origin::{InvalidOrigin, Origin, OriginName, Origins};
pub use principal::{ExternalPrincipal, Principal};
pub use rules::consent::{ConsentFacts, DurationChoice, ScopeChoice, describe};
pub use rules::desk::{APPROVE_AFTER, ApprovalDesk, Attention, QuietReason, Surroundings, TooEarly};
pub use scope::{Scope, ScopeSet, UnknownScope};
pub use service::{
    Access, Approval, ApprovalError, Approved, Authorization, BlockedClient, Challenge, ClientError,
    ClientSummary, Credentials, GrantSummary, LookUp, NewClient, NewSecret, PendingRequest, ProofError,
    Rejection, Revoked,
};
pub use settings::{
    AccessTokenFormat, AuditRetention, ClientDocuments, LimitsSetting, RegistrationPolicy, Settings,
};
