//! Taking everything away, and bringing in what another memory wrote.

use authorization::{AuditEntry, AuditKind, AuditQuery};
use context::{Appendix, ExportFormat, ExportReport, ExportRequest, ImportReport, ImportRequest, Progress};
use serde::{Deserialize, Serialize};

use crate::event::{TransferProgress, TransferTask};
use crate::{Engine, Event, Failure, Operation};

/// How many lines of the audit trail are read at once.
const AUDIT_PAGE: usize = 5000;

/// Writes everything that is stored. The path is absolute: the program writes, wherever the caller stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Export {
    /// The form and the place.
    pub request: ExportRequest,
    /// Whether the audit trail goes along, as the member `audit`: with JSON alone, and an import passes over it.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<_>"))]
    pub with_audit: bool,
}

impl Operation for Export {
    const NAME: &'static str = "export.run";
    type Output = ExportReport;

    async fn run(self, engine: &Engine) -> Result<ExportReport, Failure> {
        if !self.request.output.is_absolute() {
            return Err(Failure::invalid_input("name the output with its whole path"));
        }
        let appendix = match (self.with_audit, self.request.format) {
            (false, _) => None,
            (true, ExportFormat::Json) => Some(audit_trail(engine).await?),
            (true, ExportFormat::Markdown) => {
                return Err(Failure::invalid_input(
                    "the audit trail is exported as JSON alone; choose that format",
                ));
            }
        };
        let told = engine.clone();
        Ok(engine
            .context()
            .export_with(self.request, appendix, move |progress| {
                told.tell(going_on(TransferTask::Export, progress));
            })
            .await?)
    }
}

/// The whole trail, newest first, one line a record, and after it the counts of what was turned away. It is read
/// in pages, so that other readers get their turn.
async fn audit_trail(engine: &Engine) -> Result<Appendix, Failure> {
    let authorization = engine.authorization();
    let mut json = b"[".to_vec();
    // A cursor leaves the counts out, which have no place in the order of the lines.
    let mut before = i64::MAX;
    loop {
        let query = AuditQuery { before: Some(before), limit: AUDIT_PAGE, ..AuditQuery::default() };
        let page = authorization.audit(query).await?;
        write_lines(&mut json, &page)?;
        match page.iter().filter_map(|entry| entry.seq).min() {
            Some(oldest) if page.len() == AUDIT_PAGE => before = oldest,
            _ => break,
        }
    }
    let counts = AuditQuery { kinds: vec![AuditKind::Rejected], limit: usize::MAX, ..AuditQuery::default() };
    write_lines(&mut json, &authorization.audit(counts).await?)?;
    json.push(b']');
    Ok(Appendix { name: "audit", json })
}

fn write_lines(json: &mut Vec<u8>, lines: &[AuditEntry]) -> Result<(), Failure> {
    for line in lines {
        json.extend_from_slice(if json.len() == 1 { b"\n" } else { b",\n" });
        serde_json::to_writer(&mut *json, line).map_err(|error| {
            Failure::failed(format!("a line of the audit trail can not be written: {error}"))
        })?;
    }
    Ok(())
}

/// Reads in a file or folder. The path is absolute, as with [`Export`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Import {
    /// The form and the place.
    pub request: ImportRequest,
}

impl Operation for Import {
    const NAME: &'static str = "import.run";
    type Output = ImportReport;

    async fn run(self, engine: &Engine) -> Result<ImportReport, Failure> {
        if !self.request.input.is_absolute() {
            return Err(Failure::invalid_input("name the input with its whole path"));
        }
        let told = engine.clone();
        Ok(engine
            .context()
            .import_with(self.request, move |progress| told.tell(going_on(TransferTask::Import, progress)))
            .await?)
    }
}

fn going_on(task: TransferTask, progress: Progress) -> Event {
    Event::Transfer(TransferProgress { task, done: progress.done, total: progress.total })
}
