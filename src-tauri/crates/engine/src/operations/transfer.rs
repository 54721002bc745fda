//! Taking everything away, and bringing in what another memory wrote.

use context::{ExportReport, ExportRequest, ImportReport, ImportRequest, Progress};
use serde::{Deserialize, Serialize};

use crate::event::{TransferProgress, TransferTask};
use crate::{Engine, Event, Failure, Operation};

/// Writes everything that is stored. The path is absolute: the program writes, wherever the caller stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Export {
    /// The form and the place.
    pub request: ExportRequest,
}

impl Operation for Export {
    const NAME: &'static str = "export.run";
    type Output = ExportReport;

    async fn run(self, engine: &Engine) -> Result<ExportReport, Failure> {
        if !self.request.output.is_absolute() {
            return Err(Failure::invalid_input("name the output with its whole path"));
        }
        let told = engine.clone();
        Ok(engine
            .context()
            .export_with(self.request, move |progress| told.tell(going_on(TransferTask::Export, progress)))
            .await?)
    }
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
