//! The handle's side of export and import: on a thread of their own, with word of how far they have come.

use std::sync::Arc;

use crate::client_rule::Retention;
use crate::export::{self, Appendix, ExportReport, ExportRequest};
use crate::handle::Context;
use crate::import::{self, ImportReport, ImportRequest};
use crate::{Cancel, Error, Progress};

impl Context {
    /// Writes what is chosen to a file or folder, whole or not at all.
    ///
    /// # Errors
    /// [`Error::AlreadyThere`]; [`Error::NotAnExport`]; [`Error::File`]; [`Error::Input`] where nothing is
    /// chosen.
    pub async fn export(&self, request: ExportRequest) -> Result<ExportReport, Error> {
        self.export_with(request, None, Cancel::default(), |_| {}).await
    }

    /// [`Context::export`], which tells `progress` every few hundred records and at the end, and stops when
    /// `cancel` says so. `appendix` goes into the file as it is; only JSON has a place for it.
    ///
    /// # Errors
    /// As [`Context::export`]; [`Error::Cancelled`].
    pub async fn export_with(
        &self,
        request: ExportRequest,
        appendix: Option<Appendix>,
        cancel: Cancel,
        progress: impl Fn(Progress) + Send + 'static,
    ) -> Result<ExportReport, Error> {
        self.inner
            .database
            .read(move |connection| export::write(connection, &request, appendix, &cancel, &progress))
            .await
    }

    /// Reads what a file or folder holds into the store. Doing it twice changes nothing more.
    ///
    /// # Errors
    /// [`Error::File`] and [`Error::WrongFormat`]; a single bad record is told in the report instead.
    pub async fn import(&self, request: ImportRequest) -> Result<ImportReport, Error> {
        self.import_with(request, Cancel::default(), |_| {}).await
    }

    /// [`Context::import`], which tells `progress` every few hundred records and at the end, and stops when
    /// `cancel` says so. How many there are is not known before.
    ///
    /// # Errors
    /// As [`Context::import`].
    pub async fn import_with(
        &self,
        request: ImportRequest,
        cancel: Cancel,
        progress: impl Fn(Progress) + Send + 'static,
    ) -> Result<ImportReport, Error> {
        self.import_keeping(request, None, cancel, progress).await
    }

    /// [`Context::import_with`], and what comes in from other programs is kept for `keep` from the first turn on, with
    /// what the same sources brought before and bring later. None: as the rules stand.
    ///
    /// # Errors
    /// As [`Context::import`]; [`Error::Input`] for a time out of range, or for our own export: its turns keep to
    /// the rules of their programs.
    pub async fn import_keeping(
        &self,
        request: ImportRequest,
        keep: Option<Retention>,
        cancel: Cancel,
        progress: impl Fn(Progress) + Send + 'static,
    ) -> Result<ImportReport, Error> {
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || import::read(&inner, &request, keep, &cancel, &progress))
            .await
            .unwrap_or(Err(Error::Database(database::Error::JobPanicked)))
    }
}
