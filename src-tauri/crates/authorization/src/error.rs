//! What can go wrong with this room as a whole.

/// Why the room could not be opened, or did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Database(#[from] database::Error),
    /// A setting out of bounds.
    #[error(
        "access tokens of {seconds} seconds are too short: clients refresh before every call when less than five \
         minutes remain; set at least 360"
    )]
    AccessTokenLifetime {
        /// What was set.
        seconds: u64,
    },
    /// A key that signs access tokens can not be used.
    #[error("the key that signs access tokens is damaged; put back a backup of authorization.db")]
    DamagedSigningKey,
    /// The authorization server that the owner set in place of ours does not answer, or not as it must.
    #[error(
        "the external authorization server {issuer} can not be used: {detail}; check that it runs and that \
         authorization.issuer names it"
    )]
    ExternalServer {
        /// Which.
        issuer: String,
        /// What was seen.
        detail: String,
    },
    /// The system gave no randomness.
    #[error("the system gave no randomness for a key or a signature; restart the computer")]
    NoRandomness,
    /// A client of the settings has the id of one that registered itself.
    #[error(
        "the settings name a client {id:?}, but a client that registered itself has that id; choose another id in the \
         settings"
    )]
    StaticClientTaken {
        /// The id.
        id: String,
    },
    /// A thread could not be started.
    #[error(
        "a thread of the authorization server could not be started ({detail}); free some memory and start again"
    )]
    Thread {
        /// The system's own words.
        detail: String,
    },
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.into())
    }
}
