//! Opening a file: rights, pragmas, whose file it is, backup, migrations, integrity.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};

use crate::{Error, space};

/// What a room says of its database.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// Its name in errors and logs, for example `authorization`.
    pub name: &'static str,
    /// SQLite's `application_id`: a file of another program or room is refused by it.
    pub application_id: i32,
    /// The SQL of each numbered migration, oldest first. One that was released is never edited.
    pub migrations: &'static [&'static str],
}

/// How long SQLite itself waits for a lock that another program holds.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) fn open_for_writing(path: &Path, schema: &Schema) -> Result<Connection, Error> {
    prepare(path, schema).map_err(|error| error.at(path))
}

fn prepare(path: &Path, schema: &Schema) -> Result<Connection, Error> {
    create_for_owner_alone(path)?;
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let version = check_owner_and_version(&connection, path, schema)?;
    if version == 0 {
        // Only a file without tables can be told so: what is deleted can be given back to the disk in steps.
        connection.pragma_update(None, "auto_vacuum", "incremental")?;
    }
    connection.pragma_update(None, "journal_mode", "wal")?;
    // FULL: the write-ahead log is synced at every commit, so that what was answered survives power loss.
    connection.pragma_update(None, "synchronous", "full")?;
    // On macOS a plain fsync does not reach the platter; elsewhere these two do nothing.
    connection.pragma_update(None, "fullfsync", "on")?;
    connection.pragma_update(None, "checkpoint_fullfsync", "on")?;
    // What was deleted is overwritten, not only unlinked.
    connection.pragma_update(None, "secure_delete", "on")?;
    connection.pragma_update(None, "temp_store", "memory")?;
    checkpoint_at_times(&connection)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    migrate(&mut connection, path, schema, version)?;
    connection.pragma_update(None, "foreign_keys", "on")?;
    connection.set_prepared_statement_cache_capacity(128);
    keep_plans(&connection)?;
    Ok(connection)
}

/// A statement keeps the plan that it was prepared with. Without this SQLite looks at the value behind `LIMIT ?` and
/// prepares the statement anew each time another value is bound, which costs more than most of ours take to run.
/// (<https://sqlite.org/c3ref/c_dbconfig_defensive.html>, `SQLITE_DBCONFIG_ENABLE_QPSG`.)
pub(crate) fn keep_plans(connection: &Connection) -> Result<(), Error> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Pages: 16 MiB. Fewer checkpoints in a burst of writing; the next start still reads the log in an instant.
pub(crate) fn checkpoint_at_times(connection: &Connection) -> Result<(), Error> {
    Ok(connection.pragma_update(None, "wal_autocheckpoint", 4096)?)
}

/// SQLite gives its `-wal` and `-shm` files the rights of the main file, so the main file is made first.
fn create_for_owner_alone(path: &Path) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    Ok(())
}

fn check_owner_and_version(connection: &Connection, path: &Path, schema: &Schema) -> Result<u32, Error> {
    let application_id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let objects: u32 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    let is_new = objects == 0 && found == 0;
    if application_id != schema.application_id && !(is_new && application_id == 0) {
        return Err(Error::ForeignFile { path: path.to_owned(), expected: schema.name });
    }
    let known = u32::try_from(schema.migrations.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(Error::Newer { path: path.to_owned(), found, known });
    }
    Ok(found)
}

fn migrate(connection: &mut Connection, path: &Path, schema: &Schema, version: u32) -> Result<(), Error> {
    if usize::try_from(version).is_ok_and(|version| version == schema.migrations.len()) {
        return Ok(());
    }
    if version > 0 {
        back_up(connection, &backup_path(path, version))?;
    } else {
        connection.pragma_update(None, "application_id", schema.application_id)?;
    }
    let migrations: Migrations<'_> = schema.migrations.iter().map(|sql| M::up(sql)).collect();
    migrations.to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => Error::from(err),
        other => Error::Sqlite { code: 0, message: other.to_string() },
    })?;
    if version > 0 && connection.pragma_query_value(None, "auto_vacuum", |row| row.get::<_, i64>(0))? == 0 {
        // Files from before it was set. The backup has just cost as much.
        space::rewrite(connection)?;
    }
    tracing::info!(database = schema.name, from = version, to = schema.migrations.len(), "schema migrated");
    Ok(())
}

/// What the name of a backup begins with, behind the database's own, and what it ends with.
pub(crate) const BACKUP_NAME: (&str, &str) = (".v", ".backup");
/// What stands behind the name of a backup that is being written.
pub(crate) const UNFINISHED: &str = ".unfinished";

fn backup_path(path: &Path, version: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    let (begins, ends) = BACKUP_NAME;
    name.push(format!("{begins}{version}{ends}"));
    name.into()
}

/// Copies the database page by page, what stands only in the write-ahead log included.
fn back_up(connection: &Connection, to: &Path) -> Result<(), Error> {
    let mut unfinished = to.as_os_str().to_owned();
    unfinished.push(UNFINISHED);
    let unfinished = PathBuf::from(unfinished);
    create_for_owner_alone(&unfinished)?;
    let mut copy = Connection::open(&unfinished)?;
    rusqlite::backup::Backup::new(connection, &mut copy)?.run_to_completion(1024, Duration::ZERO, None)?;
    copy.close().map_err(|(_, error)| error)?;
    std::fs::File::open(&unfinished)?.sync_all()?;
    std::fs::rename(&unfinished, to)?;
    Ok(())
}

pub(crate) fn integrity(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut findings = connection
        .prepare("PRAGMA integrity_check(20)")?
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    findings.retain(|finding| finding != "ok");
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        findings.push(format!("a row of {table} points at a missing row of {parent}"));
        if findings.len() >= 20 {
            break;
        }
    }
    Ok(findings)
}
