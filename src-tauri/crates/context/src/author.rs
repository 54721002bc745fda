//! Who brought or changed something: the table `author`.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Who brought or changed something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Author {
    /// The person whose memory this is, by hand.
    Owner,
    /// An assistant that was let in.
    Client {
        /// Its OAuth client id.
        client_id: String,
        /// The name it gave itself.
        client_name: String,
    },
    /// The program's own analysis of the turns.
    Analysis,
    /// A file that was brought in.
    Import {
        /// The format or the program that the file came from.
        source: String,
    },
}

impl Author {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Client { .. } => "client",
            Self::Analysis => "analysis",
            Self::Import { .. } => "import",
        }
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Owner | Self::Analysis => "",
            Self::Client { client_id, .. } => client_id,
            Self::Import { source } => source,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Owner | Self::Analysis | Self::Import { .. } => "",
            Self::Client { client_name, .. } => client_name,
        }
    }

    /// The row of this author, made if it is not there. A client that changed its name has the new one.
    pub(crate) fn key(&self, connection: &Connection) -> Result<i64, Error> {
        let known = connection
            .prepare_cached("SELECT key, name FROM author WHERE kind = ?1 AND id = ?2")?
            .query_row((self.kind(), self.id()), |row| {
                Ok((row.get::<_, i64>(0)?, row.get_ref(1)?.as_str()? == self.name()))
            })
            .optional()?;
        match known {
            Some((key, true)) => Ok(key),
            Some((key, false)) => {
                connection
                    .prepare_cached("UPDATE author SET name = ?2 WHERE key = ?1")?
                    .execute((key, self.name()))?;
                Ok(key)
            }
            None => {
                connection
                    .prepare_cached("INSERT INTO author (kind, id, name) VALUES (?1, ?2, ?3)")?
                    .execute((self.kind(), self.id(), self.name()))?;
                Ok(connection.last_insert_rowid())
            }
        }
    }

    /// Reads an author from the columns `kind`, `id`, `name` that begin at `column`.
    pub(crate) fn from_row(row: &Row<'_>, column: usize) -> rusqlite::Result<Self> {
        let kind: String = row.get(column)?;
        Ok(match kind.as_str() {
            "client" => Self::Client { client_id: row.get(column + 1)?, client_name: row.get(column + 2)? },
            "import" => Self::Import { source: row.get(column + 1)? },
            "analysis" => Self::Analysis,
            _ => Self::Owner,
        })
    }
}

/// The rows of the authors that a person would call by `client`: a client's id, or an import's source.
pub(crate) fn keys_of_client(connection: &Connection, client: &str) -> Result<Vec<i64>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT key FROM author WHERE kind IN ('client', 'import') AND id = ?1")?;
    let keys = statement.query_map([client], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(keys)
}
