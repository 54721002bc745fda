//! The certificate for the public name: where it comes from, whether it is in use, and its care.

mod given;
mod pair;
mod status;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use clock::{Clock, Random, Timestamp};
use parking_lot::Mutex;
use rustls::server::ResolvesServerCert;
use rustls::sign::CertifiedKey;

pub use given::GivenFiles;
pub use pair::Refusal;
pub(crate) use pair::{Believed, Pair};
pub use status::{PublicState, PublicStatus};

use crate::LocalCertificates;
use crate::acme::{AcmeSettings, ChallengeKind, Challenges, Issuer, NextStep, Problem};
use crate::info::CertificateInfo;
use crate::resolver::Shown;
use given::Stamp;

/// Where the public certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicSource {
    /// Files that the person keeps.
    Files(GivenFiles),
    /// An authority on the internet.
    Acme(AcmeSettings),
}

impl PublicSource {
    /// A PEM file with authorities that are believed beside the system's.
    #[must_use]
    pub fn root(&self) -> Option<&Path> {
        match self {
            Self::Files(files) => files.root.as_deref(),
            Self::Acme(acme) => acme.root.as_deref(),
        }
    }

    /// Whether an authority is shown in a TLS handshake that the name leads here, so that only a way in for TLS makes
    /// an order worth trying.
    #[must_use]
    pub fn is_shown_over_tls(&self) -> bool {
        matches!(self, Self::Acme(acme) if acme.challenge == ChallengeKind::TlsAlpn01)
    }
}

/// What the public certificate is set to.
#[derive(Clone, Debug)]
pub struct PublicSettings {
    /// The public host name.
    pub name: String,
    /// The folder for what is ordered.
    pub folder: PathBuf,
    /// Where it comes from.
    pub source: PublicSource,
}

/// The certificate of the public name. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct PublicCertificate {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    source: Source,
    clock: Arc<dyn Clock>,
    shown: Slot,
    challenges: Arc<Challenges>,
    report: Mutex<Report>,
    /// Whoever orders holds this: one order at a time.
    ordering: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
enum Source {
    Files(GivenFiles),
    Acme(Issuer),
}

#[derive(Debug, Default)]
struct Report {
    problem: Option<Problem>,
    next_order: Option<Timestamp>,
    agreed_terms: Option<String>,
    stamp: Option<Stamp>,
    busy: bool,
}

/// What the resolver shows for the public name.
#[derive(Debug, Default)]
pub(crate) struct Slot(ArcSwapOption<Believed>);

impl Slot {
    pub(crate) fn certified(&self) -> Option<Arc<CertifiedKey>> {
        self.0.load().as_ref().map(|believed| Arc::clone(&believed.certified))
    }
}

impl PublicCertificate {
    /// Takes up what is there: the files, or what was ordered before. That nothing can be used is told by
    /// [`PublicCertificate::status`] and keeps nothing else from working. Blocks.
    #[must_use]
    pub fn open(settings: PublicSettings, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let PublicSettings { name, folder, source } = settings;
        let name = name.to_ascii_lowercase();
        let mut report = Report::default();
        let source = match source {
            PublicSource::Files(files) => Source::Files(files),
            PublicSource::Acme(acme) => {
                report.agreed_terms.clone_from(&acme.agreed_terms);
                Source::Acme(Issuer::new(acme, name.clone(), &folder, Arc::clone(&clock), random))
            }
        };
        let opened = Self {
            inner: Arc::new(Inner {
                name,
                source,
                clock,
                shown: Slot::default(),
                challenges: Arc::default(),
                report: Mutex::new(report),
                ordering: tokio::sync::Mutex::new(()),
            }),
        };
        opened.inner.take_up();
        opened
    }

    /// What a TLS server asks at each handshake: the public certificate for the public name, the local ones for
    /// everybody else, and the challenge certificate for an authority that looks whether the name leads here.
    #[must_use]
    pub fn resolver(&self, local: &LocalCertificates) -> Arc<dyn ResolvesServerCert> {
        Arc::new(Shown { local: local.resolver(), public: self.clone() })
    }

    /// The text for a token of HTTP-01, while an order needs it.
    #[must_use]
    pub fn challenge_text(&self, token: &str) -> Option<String> {
        self.inner.challenges.text(token)
    }

    /// How it stands.
    #[must_use]
    pub fn status(&self) -> PublicStatus {
        self.inner.status()
    }

    /// The certificate in use.
    #[must_use]
    pub fn info(&self) -> Option<CertificateInfo> {
        let mut info = self.inner.shown.0.load().as_ref()?.info.clone();
        info.next_renewal = match &self.inner.source {
            Source::Files(_) => None,
            Source::Acme(issuer) => Some(issuer.renewal(&info)),
        };
        Some(info)
    }

    /// Looks whether files changed or a renewal is due, and sees to it. To be called each minute, or more often
    /// for files; says whether anything is different now.
    pub async fn tend(&self) -> bool {
        let before = (self.status(), self.serial());
        match &self.inner.source {
            Source::Files(files) => {
                let stamp = files.stamp();
                if self.inner.report.lock().stamp.as_ref() != Some(&stamp) || self.expired() {
                    self.take_up().await;
                }
            }
            Source::Acme(issuer) => {
                // Somebody else's order is under way: it does what this one would.
                let Ok(_ordering) = self.inner.ordering.try_lock() else { return false };
                self.order_if_due(issuer).await;
            }
        }
        before != (self.status(), self.serial())
    }

    /// Whether files are watched, which wants a shorter time between looks.
    #[must_use]
    pub fn watches_files(&self) -> bool {
        matches!(self.inner.source, Source::Files(_))
    }

    /// The address of the authority's terms; none where it has none.
    ///
    /// # Errors
    /// Where there is no authority, or it does not answer.
    pub async fn terms(&self) -> Result<Option<String>, Problem> {
        match &self.inner.source {
            Source::Files(_) => Err(own_files()),
            Source::Acme(issuer) => issuer.terms().await,
        }
    }

    /// Notes that the person has agreed to these terms.
    pub fn agree(&self, terms: &str) {
        self.inner.report.lock().agreed_terms = Some(terms.to_owned());
    }

    /// Gets a new certificate now, whether or not one is due.
    ///
    /// # Errors
    /// Why there is none. The one in use stays in use.
    pub async fn renew(&self) -> Result<(), Problem> {
        match &self.inner.source {
            Source::Files(_) => {
                self.take_up().await;
                self.inner.report.lock().problem.clone().map_or(Ok(()), Err)
            }
            Source::Acme(issuer) => {
                let _ordering = self.inner.ordering.lock().await;
                let history = issuer.history();
                if let Some(at) = history.retry_at.filter(|at| history.asked_to_wait && self.now() < *at) {
                    let what =
                        history.problem.map_or_else(|| "the authority refused".to_owned(), |it| it.what);
                    let remedy = format!("it asked to wait until {at}: try again then");
                    return Err(Problem { what, remedy });
                }
                self.order(issuer).await
            }
        }
    }

    pub(crate) fn challenge_certificate(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        self.inner.challenges.certificate(name)
    }

    pub(crate) fn certified_for(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        if name.eq_ignore_ascii_case(&self.inner.name) { self.inner.shown.certified() } else { None }
    }

    fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    fn serial(&self) -> Option<String> {
        self.inner.shown.0.load().as_ref().map(|believed| believed.info.serial.clone())
    }

    fn expired(&self) -> bool {
        let now = self.now();
        self.inner.shown.0.load().as_ref().is_some_and(|believed| now >= believed.info.not_after)
            && self.inner.report.lock().problem.is_none()
    }

    async fn take_up(&self) {
        let inner = Arc::clone(&self.inner);
        if tokio::task::spawn_blocking(move || inner.take_up()).await.is_err() {
            tracing::error!("reading the certificate failed");
        }
    }

    async fn order_if_due(&self, issuer: &Issuer) {
        // What a wrong clock had refused may be good now.
        if self.inner.shown.0.load().is_none() && issuer.certificate_file().exists() {
            self.take_up().await;
        }
        let current = self.inner.shown.0.load_full();
        if current.is_none() && self.inner.report.lock().agreed_terms.is_none() {
            return;
        }
        if let Some(current) = &current {
            issuer.ask_for_suggestion(current).await;
        }
        let (step, history) = issuer.next_step(current.as_ref().map(|believed| &believed.info));
        match step {
            NextStep::Wait(at) => {
                let mut report = self.inner.report.lock();
                report.next_order = Some(at);
                report.problem = history.problem.or_else(|| report.problem.take());
            }
            // What went wrong stands in the report.
            NextStep::Order => drop(self.order(issuer).await),
        }
    }

    async fn order(&self, issuer: &Issuer) -> Result<(), Problem> {
        let agreed = {
            let mut report = self.inner.report.lock();
            report.busy = true;
            report.agreed_terms.clone()
        };
        let _busy = Busy(&self.inner);
        let current = self.inner.shown.0.load_full();
        let obtained = issuer.obtain(current.as_deref(), agreed.as_deref(), &self.inner.challenges).await;
        match obtained {
            Ok(believed) => {
                let next = issuer.renewal(&believed.info);
                self.inner.show(believed);
                let mut report = self.inner.report.lock();
                (report.problem, report.next_order) = (None, Some(next));
                Ok(())
            }
            Err(problem) => {
                let mut report = self.inner.report.lock();
                (report.problem, report.next_order) = (Some(problem.clone()), issuer.history().retry_at);
                Err(problem)
            }
        }
    }
}

/// An order is under way as long as this lives, however it ends.
struct Busy<'a>(&'a Inner);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.report.lock().busy = false;
    }
}

impl Inner {
    /// Reads what is on disk and shows it if a client would believe it. Blocks.
    fn take_up(&self) {
        match &self.source {
            Source::Files(files) => {
                // Before the files are read: a change in between is then seen the next time.
                let stamp = files.stamp();
                let read = files.read(&self.name, self.clock.now());
                self.report.lock().stamp = Some(stamp);
                match read {
                    Ok(believed) => {
                        self.show(believed);
                        self.report.lock().problem = None;
                    }
                    Err(error) => self.refuse(&error.to_string()),
                }
            }
            Source::Acme(issuer) => match issuer.stored() {
                Ok(Some(believed)) => {
                    let next = issuer.renewal(&believed.info);
                    self.show(believed);
                    self.report.lock().next_order = Some(next);
                }
                Ok(None) => {}
                Err(error) => self.refuse(&error.to_string()),
            },
        }
    }

    fn show(&self, believed: Believed) {
        tracing::info!(
            names = ?believed.info.names,
            not_after = %believed.info.not_after,
            "the public certificate is in use"
        );
        self.shown.0.store(Some(Arc::new(believed)));
    }

    /// What was shown before stays.
    fn refuse(&self, error: &str) {
        let kept = self.shown.0.load().is_some();
        tracing::error!(error, kept, "the public certificate can not be used");
        let (what, remedy) = error.rsplit_once("; ").unwrap_or((error, "mend that"));
        let kept = if kept { " (the one before stays in use)" } else { "" };
        let problem = Problem { what: format!("{what}{kept}"), remedy: remedy.to_owned() };
        self.report.lock().problem = Some(problem);
    }

    fn status(&self) -> PublicStatus {
        let shown = self.shown.0.load().is_some();
        let report = self.report.lock();
        let acme = match &self.source {
            Source::Files(_) => None,
            Source::Acme(issuer) => Some(issuer.settings()),
        };
        let state = if shown {
            PublicState::InUse
        } else if acme.is_some() && report.agreed_terms.is_none() {
            PublicState::NotAsked
        } else {
            PublicState::Waiting
        };
        PublicStatus {
            name: self.name.clone(),
            state,
            authority: acme.map(|acme| acme.directory.as_str().to_owned()),
            trial: acme.is_some_and(|acme| acme.directory == crate::Directory::LetsEncryptStaging),
            busy: report.busy,
            problem: report.problem.clone(),
            next_order: report.next_order.filter(|_| state != PublicState::NotAsked),
            agreed_terms: report.agreed_terms.clone(),
        }
    }
}

fn own_files() -> Problem {
    Problem {
        what: "the public certificate comes from your own files".to_owned(),
        remedy:
            "whoever made them renews them; to order one here, remove certificate.chain and certificate.key"
                .to_owned(),
    }
}

#[cfg(test)]
#[path = "public_tests.rs"]
mod tests;
