//! Commands for taking out and bringing in.

use std::path::{Path, PathBuf};

use engine::Failure;
use engine::operations::{CancelTransfer, Export, Import, ListImports};
use engine::types::{ExportFormat, ExportReport, ImportReport, Imported};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::{Nothing, commands, run};

/// In which form to export.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct SuggestExport {
    format: ExportFormat,
}

/// The place that is named now, to begin with.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ChooseExport {
    #[expect(dead_code, reason = "a folder of notes and a file are chosen in the same dialog")]
    format: ExportFormat,
    current: String,
}

/// What is to be imported.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ChooseImport {
    /// A folder; else a file. The system's dialogs know only one of the two.
    folder: bool,
}

commands! {
    /// A good place for an export, that does not exist yet.
    suggest_export(desk, input: SuggestExport) -> String {
        let engine = desk.host.engine().await?;
        let home = desk.host.place().home().map_err(|error| Failure::failed(error.to_string()))?;
        let downloads = home.join("Downloads");
        let folder = if downloads.is_dir() { downloads } else { home };
        let date = engine.now().to_local_text().chars().take(10).collect::<String>();
        Ok(free_name(&folder, &date, input.format).display().to_string())
    }

    /// Asks for the place with the system's own dialog.
    choose_export(desk, input: ChooseExport) -> Option<PathBuf> {
        let (answer, answered) = oneshot::channel();
        desk.stage.ask_where_to_write(Path::new(&input.current), answer);
        Ok(answered.await.ok().flatten())
    }

    /// Asks what to read with the system's own dialog.
    choose_import(desk, input: ChooseImport) -> Option<PathBuf> {
        let (answer, answered) = oneshot::channel();
        desk.stage.ask_what_to_read(input.folder, answer);
        Ok(answered.await.ok().flatten())
    }

    /// Takes out.
    export_all(desk, input: Export) -> ExportReport {
        run(desk, input).await
    }

    /// Brings in.
    import_from(desk, input: Import) -> ImportReport {
        run(desk, input).await
    }

    /// What was brought in and is still here.
    list_imports(desk, input: ListImports) -> Vec<Imported> {
        run(desk, input).await
    }

    /// Stops what is under way.
    cancel_transfer(desk, input: CancelTransfer) -> u32 {
        run(desk, input).await
    }

    /// Shows the data folder in the file manager.
    open_data_folder(desk, _input: Nothing) -> () {
        let folder = desk.host.place().data_dir.clone();
        let opened = tokio::task::spawn_blocking(move || open::that_detached(folder)).await;
        match opened {
            Ok(Ok(())) => Ok(()),
            _ => Err(Failure::failed("no file manager could be opened; the folder's path can be copied")),
        }
    }
}

fn free_name(folder: &Path, date: &str, format: ExportFormat) -> PathBuf {
    let ending = format.ending();
    (1..=u32::MAX)
        .map(|number| {
            let again = if number == 1 { String::new() } else { format!("-{number}") };
            folder.join(format!("ambient-insights-{date}{again}{ending}"))
        })
        .find(|path| path.symlink_metadata().is_err())
        .expect("a folder holds no four thousand million exports of one day")
}
