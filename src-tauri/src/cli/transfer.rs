//! `export` and `import`: taking everything away, bringing in what another memory wrote.

use std::path::Path;

use engine::types::{EXPORT_SCHEMA, ExportFilter, ExportRequest, ImportReport, ImportRequest, counted};
use engine::{TransferTask, operations};

use super::arguments::{Export, Import, parts};
use super::error::CliError;
use super::output::Output;
use super::progress::Shown;
use crate::place::Place;

pub(super) async fn export(place: &Place, options: Export, output: &mut Output) -> Result<(), CliError> {
    let Some(target) = options.output.filter(|_| !options.schema) else {
        return output.text(EXPORT_SCHEMA.trim_end());
    };
    if target == Path::new("-") {
        return Err(CliError::usage(
            "export does not write to standard output: it puts a whole file in place or none; name it with \
             --output",
        ));
    }
    let request = ExportRequest {
        format: options.format.into(),
        output: std::path::absolute(&target)?,
        overwrite: options.overwrite,
        parts: parts(&options.kinds),
        filter: ExportFilter { since: options.since, until: options.until, client: options.client },
    };
    let shown = request.output.display().to_string();
    let report = place
        .call_showing(
            operations::Export { request, with_audit: options.with_audit },
            Shown::Transfer(TransferTask::Export),
        )
        .await?;
    output.show(&report, |report| {
        format!(
            "{} in {}, {} and {} are in {shown}",
            counted(report.turns, "turn"),
            counted(report.conversations, "conversation"),
            counted(report.items, "entry"),
            counted(report.insights, "insight")
        )
    })
}

pub(super) async fn import(place: &Place, options: Import, output: &mut Output) -> Result<(), CliError> {
    let request = ImportRequest {
        format: options.format.map(Into::into),
        input: std::path::absolute(&options.input)?,
        dry_run: options.dry_run,
    };
    let report = place
        .call_showing(
            operations::Import { request, keep: options.keep },
            Shown::Transfer(TransferTask::Import),
        )
        .await?;
    output.show(&report, told)?;
    // The good records are in; a script must notice all the same that something was left out.
    if report.skipped == 0 && !report.cancelled { Ok(()) } else { Err(CliError::Said) }
}

fn told(report: &ImportReport) -> String {
    let what = report.format.map_or("something", |format| format.title());
    let mut lines = vec![match (report.dry_run, report.cancelled) {
        (true, _) => format!("this is {what}; nothing was stored, an import would come to:"),
        (false, true) => {
            format!("this is {what}; stopped before the end, the same import goes on from here:")
        }
        (false, false) => format!("this is {what}"),
    }];
    lines.push(format!(
        "imported {}, already there {}, skipped {}",
        report.imported, report.duplicates, report.skipped
    ));
    if report.imported > 0 {
        lines.push(format!(
            "  {} in {}, {}, {}",
            counted(report.turns, "turn"),
            counted(report.conversations, "conversation"),
            counted(report.items, "entry"),
            counted(report.insights, "insight")
        ));
    }
    if report.expiring > 0 {
        lines.push(format!(
            "  {} of the turns are older than what is kept, so they are soon removed again; --keep forever keeps them",
            report.expiring
        ));
    }
    lines.extend(report.errors.iter().map(|error| {
        let line = error.line.map(|line| format!("line {line}"));
        let place = error.at.iter().cloned().chain(line).collect::<Vec<_>>().join(", ");
        if place.is_empty() { format!("  {}", error.why) } else { format!("  {place}: {}", error.why) }
    }));
    if report.skipped > report.errors.len() as u64 {
        lines.push(format!("  and {} more", report.skipped - report.errors.len() as u64));
    }
    lines.extend(report.left_out.iter().map(|what| format!("  passed over: {what}")));
    lines.join("\n")
}
