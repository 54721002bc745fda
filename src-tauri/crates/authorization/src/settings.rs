//! What can be set, with its defaults and its bounds.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::client::Registration;
use crate::client::pre_registered::{StaticClient, StaticSource};
use crate::external::ExternalServer;
use crate::origin::Origins;

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// Whether rates are limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LimitsSetting {
    /// As a door to the internet needs it.
    #[default]
    On,
    /// No rate limits, for load tests on this computer. Caps on sizes and on stored rows stay.
    Off,
}

/// What an access token looks like. Both forms are always accepted: a change ends no session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum AccessTokenFormat {
    /// A random text that says nothing.
    #[default]
    Opaque,
    /// Signed with ES256 (RFC 9068), for resource servers that check tokens themselves. Here a revoked one ends
    /// at once all the same.
    Jwt,
}

impl AccessTokenFormat {
    /// The form of that name in the settings: `opaque` or `jwt`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Opaque, Self::Jwt].into_iter().find(|format| format.as_str() == word)
    }

    /// Its name in the settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opaque => "opaque",
            Self::Jwt => "jwt",
        }
    }
}

/// In which ways clients may become known. What was granted stays good under each: it says who may ask anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum RegistrationPolicy {
    /// Every way: clients that the owner registered, metadata documents, dynamic registration.
    #[default]
    Open,
    /// As `Open`, without dynamic registration.
    Documents,
    /// Only clients that the owner registered.
    Off,
}

impl RegistrationPolicy {
    /// Whether a client may register itself (RFC 7591).
    #[must_use]
    pub fn allows_dynamic(self) -> bool {
        self == Self::Open
    }

    /// Whether a client may come with a metadata document, built in or fetched.
    #[must_use]
    pub fn allows_documents(self) -> bool {
        self != Self::Off
    }

    /// Whether a client that became known in this way may ask for access.
    #[must_use]
    pub fn allows(self, registration: Registration) -> bool {
        match registration {
            Registration::Static => true,
            Registration::BuiltIn | Registration::MetadataDocument => self.allows_documents(),
            Registration::Dynamic => self.allows_dynamic(),
        }
    }

    /// The policy of that name in the settings: `open`, `documents` or `off`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Open, Self::Documents, Self::Off].into_iter().find(|policy| policy.as_str() == word)
    }

    /// Its name in the settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Documents => "documents",
            Self::Off => "off",
        }
    }
}

/// Which client metadata documents count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ClientDocuments {
    /// Those that come with this program, and others, which are fetched when the owner acts.
    #[default]
    Fetch,
    /// Only those that come with this program; nothing is ever fetched.
    Known,
    /// None; clients that could use one register themselves instead.
    Off,
}

impl ClientDocuments {
    /// The choice of that name in the settings: `fetch`, `known` or `off`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Fetch, Self::Known, Self::Off].into_iter().find(|choice| choice.as_str() == word)
    }

    /// Its name in the settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Known => "known",
            Self::Off => "off",
        }
    }
}

/// How many lines of the audit trail are kept, by who can cause them. Older ones go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditRetention {
    /// Decisions and what follows from them: approved, denied, issued, refreshed, replayed, revoked.
    pub grant_changes: u32,
    /// What anybody at the door can cause: registered, asked; and the lines of rejections.
    pub strangers: u32,
    /// Tool calls.
    pub tool_calls: u32,
    /// How long any line is kept. None: until its class is full.
    pub longest: Option<Duration>,
}

impl Default for AuditRetention {
    fn default() -> Self {
        Self { grant_changes: 100_000, strangers: 10_000, tool_calls: 200_000, longest: None }
    }
}

/// Everything that can be set about who comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The origins this server answers for.
    pub origins: Origins,
    /// How long an access token lives: 15 minutes. Never under six: Claude Code refreshes before every call
    /// when less than five remain.
    pub access_token_lifetime: Duration,
    /// What an access token looks like: opaque.
    pub access_token_format: AccessTokenFormat,
    /// Another authorization server in place of ours: none.
    pub external: Option<ExternalServer>,
    /// How long an authorization code lives: 60 seconds.
    pub code_lifetime: Duration,
    /// How long a grant lives without being refreshed: 30 days.
    pub refresh_idle: Duration,
    /// How long a grant lives at all: a year.
    pub refresh_absolute: Duration,
    /// How long the same refresh token, presented again, gets the same answer: 60 seconds.
    pub refresh_retry_window: Duration,
    /// How long an authorization request waits for the owner: 10 minutes.
    pub request_lifetime: Duration,
    /// How long a request that needs the typed code waits: 2 minutes.
    pub confirmation_lifetime: Duration,
    /// Whether rates are limited.
    pub limits: LimitsSetting,
    /// In which ways clients may become known.
    pub registration: RegistrationPolicy,
    /// The clients that stand in the settings, each with where it stands. What is not here and was there before
    /// ends, with its grants. None: what is known of them stays, as for a command that lets nobody in and may
    /// have been started with another environment than the server.
    pub static_clients: Option<Vec<(StaticClient, StaticSource)>>,
    /// Which client metadata documents count.
    pub client_documents: ClientDocuments,
    /// Whether an earlier yes may count again without a window: for a checked client, in the same browser, for no
    /// more than before. Off.
    pub remember_consent: bool,
    /// Whether a terminal may decide (`serve`). False where a desktop runs: an assistant with a shell must
    /// not approve itself.
    pub self_approval: bool,
    /// How many registered clients without any grant are kept: 1000.
    pub max_unused_clients: u32,
    /// How much of the audit trail is kept.
    pub audit_retention: AuditRetention,
}

impl Settings {
    /// The shortest life an access token may have.
    pub const MIN_ACCESS_TOKEN_LIFETIME: Duration = Duration::from_mins(6);

    /// The defaults, for these origins.
    #[must_use]
    pub fn new(origins: Origins) -> Self {
        Self {
            origins,
            access_token_lifetime: 15 * MINUTE,
            access_token_format: AccessTokenFormat::Opaque,
            external: None,
            code_lifetime: MINUTE,
            refresh_idle: 30 * DAY,
            refresh_absolute: 365 * DAY,
            refresh_retry_window: MINUTE,
            request_lifetime: 10 * MINUTE,
            confirmation_lifetime: 2 * MINUTE,
            limits: LimitsSetting::On,
            registration: RegistrationPolicy::Open,
            static_clients: None,
            client_documents: ClientDocuments::Fetch,
            remember_consent: false,
            self_approval: true,
            max_unused_clients: 1000,
            audit_retention: AuditRetention::default(),
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.access_token_lifetime < Self::MIN_ACCESS_TOKEN_LIFETIME {
            return Err(Error::AccessTokenLifetime { seconds: self.access_token_lifetime.as_secs() });
        }
        Ok(())
    }
}
