//! The audit trail's lines, and the counts of rejections.

use clock::Timestamp;
use rusqlite::{Connection, Row, named_params, params};

use super::{optional_timestamp, timestamp};
use crate::audit::rejections::Key;
use crate::audit::{AuditEntry, AuditKind, AuditQuery, Decider};
use crate::scope::ScopeSet;
use crate::settings::AuditRetention;

/// Adds one line.
pub(crate) fn append(connection: &Connection, entry: &AuditEntry) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO audit (at, class, kind, client_id, client_name, grant_id, request_id, arrival,
                 remote_address, user_agent, scopes, decided_by, tool, outcome, took_micros, count)
             VALUES (:at, :class, :kind, :client_id, :client_name, :grant_id, :request_id, :arrival,
                 :remote_address, :user_agent, :scopes, :decided_by, :tool, :outcome, :took_micros, :count)",
        )?
        .execute(named_params! {
            ":at": entry.at.as_micros(),
            ":class": entry.class(),
            ":kind": entry.kind.as_str(),
            ":client_id": entry.client_id,
            ":client_name": entry.client_name,
            ":grant_id": entry.grant_id,
            ":request_id": entry.request_id,
            ":arrival": entry.arrival,
            ":remote_address": entry.remote_address,
            ":user_agent": entry.user_agent,
            ":scopes": entry.scopes.map(|scopes| scopes.to_string()),
            ":decided_by": entry.by.map(Decider::as_str),
            ":tool": entry.tool,
            ":outcome": entry.outcome,
            ":took_micros": entry.took_micros,
            ":count": entry.count,
        })?;
    Ok(())
}

/// Adds to the counter of a kind, arrival and minute.
pub(crate) fn add_rejections(connection: &Connection, key: &Key, count: u64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO rejections (minute, kind, arrival, count) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (minute, kind, arrival) DO UPDATE SET count = count + excluded.count",
        )?
        .execute(params![
            key.minute.as_micros(),
            key.kind.as_str(),
            key.arrival,
            i64::try_from(count).unwrap_or(i64::MAX)
        ])?;
    Ok(())
}

/// The newest lines that fit the query, newest first; the counts of rejections stand among them by their
/// minute.
pub(crate) fn list(connection: &Connection, query: &AuditQuery) -> rusqlite::Result<Vec<AuditEntry>> {
    let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
    let since = query.since.map_or(i64::MIN, Timestamp::as_micros);
    let until = query.until.map_or(i64::MAX, Timestamp::as_micros);
    // Kinds are a closed list of plain words, so they can stand in the statement.
    let kinds = query.kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect::<Vec<_>>().join(", ");
    let of_kind = if kinds.is_empty() { String::new() } else { format!("AND kind IN ({kinds})") };
    let mut entries = connection
        .prepare_cached(&format!(
            "SELECT * FROM audit
             WHERE at >= ?1 AND at < ?2 AND (?3 IS NULL OR client_id = ?3) AND seq < ?5 {of_kind}
             ORDER BY seq DESC LIMIT ?4"
        ))?
        .query_map(params![since, until, query.client_id, limit, query.before.unwrap_or(i64::MAX)], entry)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    // They have no numbers, so a cursor can not say which of them were seen.
    let with_rejections = query.client_id.is_none()
        && query.before.is_none()
        && (query.kinds.is_empty() || query.kinds.contains(&AuditKind::Rejected));
    if with_rejections {
        let rejections = connection
            .prepare_cached(
                "SELECT minute, kind, arrival, count FROM rejections
                 WHERE minute >= ?1 AND minute < ?2 ORDER BY minute DESC LIMIT ?3",
            )?
            .query_map(params![since, until, limit], |row| {
                Ok(AuditEntry {
                    arrival: row.get("arrival")?,
                    outcome: row.get("kind")?,
                    count: row.get("count")?,
                    ..AuditEntry::new(timestamp(row, "minute")?, AuditKind::Rejected)
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        entries.extend(rejections);
        // Stable: lines of one moment stay in the order of their numbers.
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        entries.truncate(query.limit);
    }
    Ok(entries)
}

/// Takes away the oldest lines beyond each class's cap, and what is older than the owner wants to keep.
pub(crate) fn retain(
    connection: &Connection,
    retention: &AuditRetention,
    now: Timestamp,
) -> rusqlite::Result<()> {
    if let Some(longest) = retention.longest {
        let before = now.minus(longest).as_micros();
        connection.prepare_cached("DELETE FROM audit WHERE at < ?1")?.execute([before])?;
        connection.prepare_cached("DELETE FROM rejections WHERE minute < ?1")?.execute([before])?;
    }
    for (class, cap) in [
        ("grant", retention.grant_changes),
        ("stranger", retention.strangers),
        ("call", retention.tool_calls),
    ] {
        connection
            .prepare_cached(
                "DELETE FROM audit WHERE class = ?1 AND seq <=
                     (SELECT seq FROM audit WHERE class = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
            )?
            .execute(params![class, cap])?;
    }
    connection
        .prepare_cached(
            "DELETE FROM rejections WHERE minute <=
                 (SELECT minute FROM rejections ORDER BY minute DESC LIMIT 1 OFFSET ?1)",
        )?
        .execute(params![retention.strangers])?;
    Ok(())
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let kind: String = row.get("kind")?;
    let kind = AuditKind::ALL.into_iter().find(|known| known.as_str() == kind);
    let scopes: Option<String> = row.get("scopes")?;
    let by: Option<String> = row.get("decided_by")?;
    Ok(AuditEntry {
        seq: row.get("seq")?,
        at: optional_timestamp(row, "at")?.ok_or_else(|| super::unreadable("at"))?,
        kind: kind.ok_or_else(|| super::unreadable("kind"))?,
        client_id: row.get("client_id")?,
        client_name: row.get("client_name")?,
        grant_id: row.get("grant_id")?,
        request_id: row.get("request_id")?,
        arrival: row.get("arrival")?,
        remote_address: row.get("remote_address")?,
        user_agent: row.get("user_agent")?,
        scopes: scopes.map(|scopes| ScopeSet::narrowed_from(&scopes)),
        by: by.and_then(|by| Decider::from_stored(&by)),
        tool: row.get("tool")?,
        outcome: row.get("outcome")?,
        took_micros: row.get("took_micros")?,
        count: row.get("count")?,
    })
}
