//! Certificates from an authority on the internet, by ACME (RFC 8555): the account, the order, what is kept of
//! both on disk, and when the next order is due.

mod challenges;
mod http;
mod order;
mod plan;
mod problem;
mod settings;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clock::{Clock, Random, Timestamp};
use instant_acme::{Account, CertificateIdentifier};
use parking_lot::Mutex;
use rustls::client::danger::ServerCertVerifier;
use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

pub use challenges::ACME_TLS;
pub(crate) use challenges::Challenges;
pub use problem::Problem;
pub use settings::{AcmeSettings, ChallengeKind, Directory, NotADirectory};

use self::http::{Heard, Http};
use self::order::{Authority, Issued, Wish};
use self::plan::{History, Life, Step, Suggestion};
use self::problem::AcmeError;
use crate::files::{self, Audience};
use crate::public::{Believed, Pair};
use crate::{CertificateInfo, believers};

/// How often an order is begun anew at once where the authority only found its own nonce too old.
const FRESH_NONCES: usize = 3;

/// How long the authority's word on a renewal is good where it names no other time.
const ASK_AGAIN: Duration = Duration::from_hours(6);

/// One authority, and what is kept of it in a folder of its own: another authority's certificates and account
/// lie elsewhere, so that a trial at one takes nothing from the other.
#[derive(Debug)]
pub(crate) struct Issuer {
    settings: AcmeSettings,
    name: String,
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// For which certificate nothing was suggested, and when: an authority without suggestions is not asked at
    /// each tick.
    silent: Mutex<Option<(String, Timestamp)>>,
}

impl Issuer {
    pub(crate) fn new(
        settings: AcmeSettings,
        name: String,
        folder: &Path,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let folder = folder.join(settings.directory.folder_name());
        Self { settings, name, folder, clock, random, silent: Mutex::default() }
    }

    pub(crate) fn settings(&self) -> &AcmeSettings {
        &self.settings
    }

    /// The chain with its key: one file, so that no crash leaves one without the other.
    pub(crate) fn certificate_file(&self) -> PathBuf {
        self.folder.join(format!("{}.pem", self.name))
    }

    fn account_file(&self) -> PathBuf {
        self.folder.join("account.json")
    }

    fn history_file(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.name))
    }

    /// The certificate that was issued last, judged anew. Blocks.
    pub(crate) fn stored(&self) -> Result<Option<Believed>, AcmeError> {
        let path = self.certificate_file();
        let Some(pem) = files::read(&path)?.map(Zeroizing::new) else { return Ok(None) };
        files::keep_private(&path)?;
        let everybody = believers::verifier(self.settings.root.as_deref()).map_err(believers)?;
        let mut believed = self.judge(&pem, everybody)?;
        believed.info.path = Some(path);
        Ok(Some(believed))
    }

    /// Whether an order is due for the certificate in use. Blocks.
    pub(crate) fn next_step(&self, current: Option<&CertificateInfo>) -> (Step, History) {
        let history = self.history();
        let current = current.map(|info| (life(info), info.serial.as_str()));
        (plan::next_step(self.clock.now(), current, &history), history)
    }

    /// When the certificate in use will be renewed. Blocks.
    pub(crate) fn renewal(&self, info: &CertificateInfo) -> Timestamp {
        plan::renewal(life(info), &info.serial, &self.history())
    }

    /// The address of the authority's terms, if it has any.
    pub(crate) async fn terms(&self) -> Result<Option<String>, Problem> {
        let http = self.http().await.map_err(|error| error.explain(&Heard::default(), self.clock.now()))?;
        let authority = Authority { directory: &self.settings.directory, http: &http };
        let terms = authority.terms().await;
        terms.map_err(|error| error.explain(&http.take_heard(), self.clock.now()))
    }

    /// Orders, stores and judges a certificate; what went wrong is kept for the next time. `agreed` are the terms
    /// that the person has agreed to.
    pub(crate) async fn obtain(
        &self,
        current: Option<&Believed>,
        agreed: Option<&str>,
        challenges: &Arc<Challenges>,
    ) -> Result<Believed, Problem> {
        let mut heard = Heard::default();
        let mut history = self.history();
        match self.try_to_obtain(current, agreed, challenges, &mut history, &mut heard).await {
            Ok(believed) => {
                self.keep(&History::default());
                Ok(believed)
            }
            Err(error) => {
                let now = self.clock.now();
                let problem = error.explain(&heard, now);
                history.failures = history.failures.saturating_add(1);
                history.failed_at = Some(now);
                history.retry_at = Some(plan::retry(now, history.failures, heard.retry_at, self.fraction()));
                history.asked_to_wait = heard.retry_at.is_some();
                history.problem = Some(problem.clone());
                tracing::warn!(
                    name = self.name,
                    failures = history.failures,
                    retry_at = ?history.retry_at,
                    %error,
                    "no certificate was issued"
                );
                self.keep(&history);
                Err(problem)
            }
        }
    }

    async fn try_to_obtain(
        &self,
        current: Option<&Believed>,
        agreed: Option<&str>,
        challenges: &Arc<Challenges>,
        history: &mut History,
        heard: &mut Heard,
    ) -> Result<Believed, AcmeError> {
        if self.name.parse::<std::net::IpAddr>().is_ok() {
            return Err(AcmeError::NotAName(self.name.clone()));
        }
        // Before anything is ordered: what could not be stored would be lost, and counted by the authority.
        files::prepare_folder(&self.folder)?;
        self.store_history(history)?;
        let http = self.http().await?;
        let authority = Authority { directory: &self.settings.directory, http: &http };
        let suggested = |info: &CertificateInfo| {
            history.suggestion.as_ref().is_some_and(|suggestion| suggestion.serial == info.serial)
        };
        let wish = Wish {
            name: &self.name,
            challenge: self.settings.challenge,
            profile: self.settings.profile.as_deref(),
            replaces: current
                .filter(|current| suggested(&current.info))
                .and_then(|it| it.certified.cert.first()),
        };
        let mut attempts = 0;
        let issued = loop {
            attempts += 1;
            let attempt = async {
                let account = self.account(&authority, agreed, heard).await?;
                authority.order(&account, &wish, challenges, heard).await
            };
            match attempt.await {
                Err(error) if error.kind() == Some("badNonce") && attempts < FRESH_NONCES => {}
                Err(error) => {
                    match error.kind() {
                        // The authority has forgotten the account (a test authority does at each start).
                        Some("accountDoesNotExist") if attempts < FRESH_NONCES => {
                            files::remove(&self.account_file())?;
                            continue;
                        }
                        // Somebody else has renewed it meanwhile: an order that replaces nothing is always good.
                        Some("alreadyReplaced") => history.suggestion = None,
                        _ => {}
                    }
                    let now = http.take_heard();
                    heard.retry_at = heard.retry_at.or(now.retry_at);
                    heard.clocks = heard.clocks.or(now.clocks);
                    return Err(error);
                }
                Ok(issued) => break issued,
            }
        };
        self.accept(issued).await
    }

    /// Judges what was issued, stores it, and only then hands it on.
    async fn accept(&self, issued: Issued) -> Result<Believed, AcmeError> {
        let Issued { chain_pem, key_pem } = issued;
        let pem = Zeroizing::new(format!("{}\n{}\n", key_pem.trim(), chain_pem.trim()).into_bytes());
        let path = self.certificate_file();
        let everybody = self.verifier().await?;
        let mut believed = self.judge(&pem, everybody)?;
        files::write(&path, &pem, Audience::Owner)?;
        tracing::info!(name = self.name, not_after = %believed.info.not_after, "a certificate was issued");
        believed.info.path = Some(path);
        Ok(believed)
    }

    /// Judges a chain with its key, both in one PEM text. Of the authority for trials nobody believes anything, so
    /// there the top of the chain itself stands in: name, times and signatures are judged all the same.
    fn judge(&self, pem: &[u8], everybody: Arc<dyn ServerCertVerifier>) -> Result<Believed, AcmeError> {
        let pair = Pair::read(pem, pem).map_err(AcmeError::Issued)?;
        let believer = if self.settings.directory == Directory::LetsEncryptStaging {
            pair.own_top().map_err(AcmeError::Issued)?
        } else {
            everybody
        };
        pair.judge(&self.name, believer.as_ref(), self.clock.now()).map_err(AcmeError::Issued)
    }

    /// The account that is known, or a new one.
    async fn account(
        &self,
        authority: &Authority<'_>,
        agreed: Option<&str>,
        heard: &mut Heard,
    ) -> Result<Account, AcmeError> {
        let path = self.account_file();
        if let Some(credentials) = files::read(&path)?.map(Zeroizing::new) {
            files::keep_private(&path)?;
            return authority.account(&credentials, heard).await;
        }
        if let Some(terms) = authority.terms().await?
            && agreed != Some(terms.as_str())
        {
            return Err(AcmeError::Terms(terms));
        }
        let (account, credentials) = authority.new_account(heard).await?;
        files::write(&path, &Zeroizing::new(credentials), Audience::Owner)?;
        Ok(account)
    }

    /// Asks what the authority suggests about renewing the certificate in use (ARI), where it is time to ask.
    /// That it suggests nothing, or does not answer, changes nothing.
    pub(crate) async fn ask_for_suggestion(&self, current: &Believed) {
        let now = self.clock.now();
        let mut history = self.history();
        let fresh = history.suggestion.as_ref().is_some_and(|suggestion| {
            suggestion.serial == current.info.serial
                && now < suggestion.ask_again
                && suggestion.ask_again < now.plus(Duration::from_hours(10 * 24))
        });
        let silent = self.silent.lock().as_ref().is_some_and(|(serial, asked)| {
            *serial == current.info.serial && now.since(*asked) < ASK_AGAIN && now >= *asked
        });
        if fresh || silent {
            return;
        }
        let Some(suggestion) = self.suggestion(current).await else {
            *self.silent.lock() = Some((current.info.serial.clone(), now));
            return;
        };
        tracing::debug!(renew_at = %suggestion.renew_at, "the authority suggests when to renew");
        history.suggestion = Some(suggestion);
        self.keep(&history);
    }

    async fn suggestion(&self, current: &Believed) -> Option<Suggestion> {
        let http = self.http().await.ok()?;
        let authority = Authority { directory: &self.settings.directory, http: &http };
        let credentials = Zeroizing::new(files::read(&self.account_file()).ok()??);
        let account = authority.account(&credentials, &mut Heard::default()).await.ok()?;
        let leaf: &CertificateDer<'static> = current.certified.cert.first()?;
        let id = CertificateIdentifier::try_from(leaf).ok()?;
        let now = self.clock.now();
        let (info, wait) = match account.renewal_info(&id).await {
            Ok((info, wait)) => (info.suggested_window, wait),
            Err(error) => {
                tracing::debug!(%error, "the authority suggests nothing about renewals");
                return None;
            }
        };
        let time = |time: time::OffsetDateTime| Timestamp::from_secs(time.unix_timestamp());
        Some(Suggestion {
            serial: current.info.serial.clone(),
            renew_at: plan::within(time(info.start), time(info.end), self.fraction()),
            // RFC 9773 §4.3: within reason, whatever it says.
            ask_again: now.plus(wait.clamp(Duration::from_mins(10), 4 * ASK_AGAIN)),
        })
    }

    async fn http(&self) -> Result<Http, AcmeError> {
        Ok(Http::new(self.verifier().await?, Arc::clone(&self.clock)))
    }

    /// The authorities that are believed: reads files, so on a thread that may wait.
    async fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, AcmeError> {
        let root = self.settings.root.clone();
        tokio::task::spawn_blocking(move || believers::verifier(root.as_deref()))
            .await
            .map_err(|error| AcmeError::Believers(error.to_string()))?
            .map_err(believers)
    }

    /// What is remembered; a file that can not be read or is damaged counts as none: the worst that follows is
    /// one order too early.
    pub(crate) fn history(&self) -> History {
        let bytes = files::read(&self.history_file()).ok().flatten().unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn store_history(&self, history: &History) -> Result<(), crate::Error> {
        let bytes = serde_json::to_vec(history).expect("a history is plain JSON");
        files::write(&self.history_file(), &bytes, Audience::Owner)
    }

    fn keep(&self, history: &History) {
        if let Err(error) = self.store_history(history) {
            tracing::warn!(%error, "what happened with the certificate can not be kept for the next start");
        }
    }

    /// A number from 0 to 1, by lot.
    fn fraction(&self) -> f64 {
        let mut bytes = [0; 4];
        self.random.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }
}

fn believers(error: believers::Unbelieving) -> AcmeError {
    match error {
        believers::Unbelieving::File(error) => AcmeError::Own(error),
        believers::Unbelieving::Judge(refusal) => AcmeError::Believers(refusal.to_string()),
    }
}

fn life(info: &CertificateInfo) -> Life {
    Life { not_before: info.not_before, not_after: info.not_after }
}

pub(crate) use self::plan::Step as NextStep;

#[cfg(test)]
#[path = "suggestion_tests.rs"]
mod tests;
