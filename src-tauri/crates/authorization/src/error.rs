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
