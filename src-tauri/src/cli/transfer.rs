//! `export` and `import`: taking everything away, bringing in what another memory wrote.

use std::path::Path;

use engine::operations;
use engine::types::{ExportFormat, ExportParts, ExportRequest, ImportFormat, ImportRequest};

use super::arguments::{Export, ExportKind, Import, ImportKind};
use super::error::CliError;
use super::output::Output;
use crate::place::Place;

pub(super) async fn export(place: &Place, options: Export, output: &mut Output) -> Result<(), CliError> {
    if options.output == Path::new("-") {
        return Err(CliError::usage(
            "export does not write to standard output: it puts a whole file in place or none; name it with \
             --output",
        ));
    }
    let request = ExportRequest {
        format: match options.format {
            ExportKind::Json => ExportFormat::Json,
            ExportKind::Markdown => ExportFormat::Markdown,
        },
        output: std::path::absolute(&options.output)?,
        overwrite: options.overwrite,
        parts: ExportParts::ALL,
    };
    let shown = request.output.display().to_string();
    let report = place.call(operations::Export { request, with_audit: options.with_audit }).await?;
    output.show(&report, |report| {
        format!(
            "{} turns in {} conversations, {} entries and {} insights are in {shown}",
            report.turns, report.conversations, report.items, report.insights
        )
    })
}

pub(super) async fn import(place: &Place, options: Import, output: &mut Output) -> Result<(), CliError> {
    let input = std::path::absolute(&options.input)?;
    let format = match options.format {
        Some(ImportKind::McpData) => ImportFormat::McpData,
        Some(ImportKind::Turns) => ImportFormat::Turns,
        Some(ImportKind::Json) => ImportFormat::Json,
        None => guess(&input),
    };
    let report = place.call(operations::Import { request: ImportRequest { format, input } }).await?;
    output.show(&report, |report| {
        let mut lines = vec![format!(
            "imported {}, already there {}, skipped {}",
            report.imported, report.duplicates, report.skipped
        )];
        lines.extend(report.errors.iter().map(|error| match error.line {
            Some(line) => format!("  line {line}: {}", error.why),
            None => format!("  {}", error.why),
        }));
        lines.join("\n")
    })?;
    // The good records are in; a script must notice all the same that something was left out.
    if report.skipped == 0 { Ok(()) } else { Err(CliError::Said) }
}

/// What a path most likely is; `--format` says otherwise.
fn guess(input: &Path) -> ImportFormat {
    if input.is_dir() {
        ImportFormat::McpData
    } else if input.extension().is_some_and(|extension| extension == "jsonl") {
        ImportFormat::Turns
    } else {
        ImportFormat::Json
    }
}
