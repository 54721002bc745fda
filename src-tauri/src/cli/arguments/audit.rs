//! The grammar of `audit`.

use clap::Args;
use engine::types::{AuditKind, Timestamp};

#[derive(Debug, Args)]
pub(in crate::cli) struct Audit {
    /// At most so many lines
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) limit: u32,
    /// Only this client
    #[arg(long, value_name = "CLIENT_ID")]
    pub(in crate::cli) client: Option<String>,
    /// Only lines of this kind, such as issued or refreshed; may be given more than once
    #[arg(long = "kind", value_name = "KIND", value_parser = audit_kind)]
    pub(in crate::cli) kinds: Vec<AuditKind>,
    /// Only lines from then on: 2026-11-21 (its beginning in UTC) or 2026-11-21T09:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(in crate::cli) since: Option<Timestamp>,
    /// Only lines before then
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(in crate::cli) until: Option<Timestamp>,
    /// Only lines before the one of this number: the last number of the page before
    #[arg(long, value_name = "SEQ")]
    pub(in crate::cli) before: Option<i64>,
}

fn audit_kind(text: &str) -> Result<AuditKind, String> {
    AuditKind::from_name(text).ok_or_else(|| {
        let names: Vec<_> = AuditKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("the kinds are {}", names.join(", "))
    })
}

/// A moment, or the first one of a day.
pub(super) fn moment(text: &str) -> Result<Timestamp, &'static str> {
    let is_day = text.len() == "2026-11-21".len();
    let whole = if is_day { format!("{text}T00:00:00Z") } else { text.to_owned() };
    serde_json::from_value(serde_json::Value::String(whole))
        .map_err(|_| "a time is written as 2026-11-21 (its beginning in UTC) or 2026-11-21T09:00:00Z")
}
