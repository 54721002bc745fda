//! The engine: the parts put together from one [`Config`], started, watched and stopped.
//!
//! This room knows which parts there are and in which order they start; and it is the one interface of the
//! desktop, the command line and the control socket: each thing that can be asked is an [`Operation`], each
//! thing that happens an [`Event`]. It never knows widgets or argument parsing. Start reading at
//! [`Engine::start`], then `operations.rs`, the list of everything that can be asked.

pub mod client_setup;
mod config;
mod doctor;
mod doorway;
mod engine;
mod event;
mod explain;
mod failure;
pub mod hooks;
mod operation;
pub mod operations;
mod ports;
mod public_certificate;
mod public_check;
mod reach;
mod reach_form;
mod settings_file;
mod this_computer;
mod transfers;
pub mod trust;

pub use ::tunnel::stand_guard;
pub use config::{
    CloudflaredConfig, Config, ConfigError, DEFAULT_PORT, NgrokConfig, Overrides, PublicCertificateSettings,
    Setting, SettingSource, SshConfig, TailscaleConfig, Theme, TunnelConfig, default_data_dir,
};
pub use engine::{Door, Engine, StartError, Surface};
pub use event::{Event, ProgramEvent, SurfaceRequest, TransferProgress, TransferTask};
pub use failure::{Failure, FailureCode};
pub use operation::Operation;
pub use operations::dispatch;
pub use reach::GUARD_COMMAND;
pub use settings_file::{SettingChange, SettingsFileError};

/// What the operations hand in and out, for those who may use the engine but not the rooms below it.
pub mod types {
    pub use authorization::{
        AccessDuration, AccessTokenFormat, ApprovalDesk, ApprovalError, ApprovalLink, Approved, Attention,
        AuditEntry, AuditKind, AuditQuery, AuthorizationEvent, BlockedClient, ClientDocuments, ClientSummary,
        ConsentFacts, Decider, LookUp, PendingRequest, QuietReason, Registration, RegistrationPolicy,
        RequestId, Revoked, Scope, ScopeSet, StaticSource, Surroundings, TooEarly, describe,
    };
    pub use certificates::{CertificateInfo, Problem, PublicState, PublicStatus, Use as CertificateUse};
    pub use clock::Timestamp;
    pub use context::{
        Added, Author, Change, ClientMode, ClientRule, CommitmentStatus, Conversation, ConversationId,
        Cursor, Day, Direction, EXPORT_SCHEMA, Evidence, Example, ExportFilter, ExportFormat, ExportParts,
        ExportReport, ExportRequest, Forget, ForgetCounts, ForgetPreview, Forgotten, FoundKind, Hit,
        ImportFormat, ImportReport, ImportRequest, Imported, Insight, InsightDetail, InsightId, InsightQuery,
        InsightState, Item, ItemChange, ItemId, ItemKind, ItemQuery, ItemRemoval, ItemState, MAX_HITS,
        MAX_NEIGHBOURS, MAX_PAGE, Mark, MentionKind, Neighbour, NewItem, Page, Pause, Profile, Progress,
        Retention, SearchAnswer, SearchOrder, SearchQuery, Snippet, Statistics, Subject, Topic, TopicKey,
        TopicOrder, TopicOverview, TopicQuery, TopicTrend, Turn, TurnId, TurnOrder, TurnQuery, UndoId, Why,
        counted,
    };
    pub use tunnel::{
        Capabilities, HostKeyOffer, ProviderKind, PublicName, ReasonKind, Recipe, RecipeStep, Secrecy,
    };
}
