//! Taking everything away, and bringing in what another memory wrote.

use authorization::{AuditEntry, AuditKind, AuditQuery, Authorization};
use context::{
    Appendix, ExportFormat, ExportReport, ExportRequest, ImportReport, ImportRequest, Imported, Progress,
    Retention,
};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

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
            (true, ExportFormat::Json) => Some(audit_trail(engine)),
            (true, _) => {
                return Err(Failure::invalid_input(
                    "the audit trail is exported as JSON alone; choose that format",
                ));
            }
        };
        let told = engine.clone();
        let running = engine.transfers().begin(TransferTask::Export);
        Ok(engine
            .context()
            .export_with(self.request, appendix, running.cancel.clone(), move |progress| {
                told.tell(going_on(TransferTask::Export, progress));
            })
            .await?)
    }
}

/// The whole trail, newest first, one line a record, and after it the counts of what was turned away. It is read
/// in pages, so that other readers get their turn, and each page goes to the disk before the next but one is read.
fn audit_trail(engine: &Engine) -> Appendix {
    let (sender, json) = mpsc::channel(1);
    let authorization = engine.authorization().clone();
    tokio::spawn(async move {
        if let Err(failure) = send_trail(&authorization, &sender).await {
            // Who waits for it may have gone: the export failed at something else.
            let _ = sender.send(Err(failure.message)).await;
        }
    });
    Appendix { name: "audit", json }
}

type Pieces = mpsc::Sender<Result<Vec<u8>, String>>;

async fn send_trail(authorization: &Authorization, pieces: &Pieces) -> Result<(), Failure> {
    let mut is_first = true;
    // A cursor leaves the counts out, which have no place in the order of the lines.
    let mut before = i64::MAX;
    loop {
        let query = AuditQuery { before: Some(before), limit: AUDIT_PAGE, ..AuditQuery::default() };
        let page = authorization.audit(query).await?;
        send(pieces, lines(&page, &mut is_first)?).await?;
        match page.iter().filter_map(|entry| entry.seq).min() {
            Some(oldest) if page.len() == AUDIT_PAGE => before = oldest,
            _ => break,
        }
    }
    let counts = AuditQuery { kinds: vec![AuditKind::Rejected], limit: usize::MAX, ..AuditQuery::default() };
    let mut last = lines(&authorization.audit(counts).await?, &mut is_first)?;
    if is_first {
        last.push(b'[');
    }
    last.push(b']');
    send(pieces, last).await
}

async fn send(pieces: &Pieces, piece: Vec<u8>) -> Result<(), Failure> {
    pieces.send(Ok(piece)).await.map_err(|_| Failure::failed("the export has ended"))
}

fn lines(entries: &[AuditEntry], is_first: &mut bool) -> Result<Vec<u8>, Failure> {
    let mut json = Vec::new();
    for entry in entries {
        json.extend_from_slice(if *is_first { b"[\n" } else { b",\n" });
        *is_first = false;
        serde_json::to_writer(&mut json, entry).map_err(|error| {
            Failure::failed(format!("a line of the audit trail can not be written: {error}"))
        })?;
    }
    Ok(json)
}

/// Reads in a file or folder. The path is absolute, as with [`Export`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Import {
    /// The form and the place.
    pub request: ImportRequest,
    /// How long what comes in from other programs is kept; none: as the rules stand.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<_>"))]
    pub keep: Option<Retention>,
}

impl Operation for Import {
    const NAME: &'static str = "import.run";
    type Output = ImportReport;

    async fn run(self, engine: &Engine) -> Result<ImportReport, Failure> {
        if !self.request.input.is_absolute() {
            return Err(Failure::invalid_input("name the input with its whole path"));
        }
        let told = engine.clone();
        let running = engine.transfers().begin(TransferTask::Import);
        Ok(engine
            .context()
            .import_keeping(self.request, self.keep, running.cancel.clone(), move |progress| {
                told.tell(going_on(TransferTask::Import, progress));
            })
            .await?)
    }
}

/// Lists what imports brought and is still here.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListImports {}

impl Operation for ListImports {
    const NAME: &'static str = "import.list";
    type Output = Vec<Imported>;

    async fn run(self, engine: &Engine) -> Result<Vec<Imported>, Failure> {
        Ok(engine.context().imported().await?)
    }
}

/// Stops what is under way: an export leaves nothing behind, an import what it had brought in. Gives how many
/// were asked to stop.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CancelTransfer {
    /// Exports or imports.
    pub task: TransferTask,
}

impl Operation for CancelTransfer {
    const NAME: &'static str = "transfer.cancel";
    type Output = u32;

    async fn run(self, engine: &Engine) -> Result<u32, Failure> {
        Ok(engine.transfers().cancel(self.task))
    }
}

fn going_on(task: TransferTask, progress: Progress) -> Event {
    let Progress { done, total, per_mille } = progress;
    Event::Transfer(TransferProgress { task, done, total, per_mille })
}
