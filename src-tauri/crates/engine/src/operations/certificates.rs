//! The certificates in use, and getting new ones.

use std::time::Duration;

use certificates::{CertificateInfo, Problem, PublicCertificate, PublicState, PublicStatus, Use};
use serde::{Deserialize, Serialize};

use crate::event::ProgramEvent;
use crate::settings_file::{SettingsFileError, set_text};
use crate::{Config, Engine, Event, Failure, Operation};

/// The setting that holds what the person has agreed to.
const AGREED_TERMS: &str = "acme.agreed_terms";

/// How long a tunnel that is being opened is waited for, before an order is refused for the want of it.
const OPENING: Duration = Duration::from_secs(10);

/// Lists the certificates in use.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ListCertificates {}

impl Operation for ListCertificates {
    const NAME: &'static str = "certificates.list";
    type Output = Vec<CertificateInfo>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        Ok(list(engine))
    }
}

/// Shows the certificates in use and how it stands with the public one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ShowCertificates {}

/// The certificates.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Certificates {
    /// Those in use, the authority's own first.
    pub list: Vec<CertificateInfo>,
    /// How it stands with the one for the public name; none where there is no such name.
    pub public: Option<PublicStatus>,
}

impl Operation for ShowCertificates {
    const NAME: &'static str = "certificates.show";
    type Output = Certificates;

    async fn run(self, engine: &Engine) -> Result<Certificates, Failure> {
        Ok(show(engine))
    }
}

/// Puts new certificates into use now: the local ones, and the public one where there is one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RenewCertificates {}

impl Operation for RenewCertificates {
    const NAME: &'static str = "certificates.renew";
    type Output = Certificates;

    async fn run(self, engine: &Engine) -> Result<Certificates, Failure> {
        let certificates = engine.certificates();
        let asked = |public: &&PublicCertificate| public.status().state != PublicState::NotAsked;
        if certificates.public.is_some() {
            wants_the_door(engine).await?;
        }
        let public = certificates.public.as_ref().filter(asked);
        if public.is_some() {
            wants_the_way_in(engine).await?;
        }
        certificates.local.renew().map_err(|error| Failure::failed(error.to_string()))?;
        let public = match public {
            Some(public) => public.renew().await,
            None => Ok(()),
        };
        engine.tell(Event::Program(ProgramEvent::CertificatesChanged));
        public.map_err(|problem| failure(&problem))?;
        Ok(show(engine))
    }
}

/// Asks which terms have to be agreed to before a certificate is ordered.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ShowTerms {}

/// What is agreed to, with whom, and for what.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Terms {
    /// The public name that the certificate would be for. It will stand in public logs for ever.
    pub name: String,
    /// The authority that is asked.
    pub authority: String,
    /// The address of its terms; none where it has none.
    pub terms: Option<String>,
    /// The person has agreed to just these.
    pub agreed: bool,
}

impl Operation for ShowTerms {
    const NAME: &'static str = "certificates.terms";
    type Output = Terms;

    async fn run(self, engine: &Engine) -> Result<Terms, Failure> {
        let public = public(engine)?;
        let terms = public.terms().await.map_err(|problem| failure(&problem))?;
        let status = public.status();
        Ok(Terms {
            agreed: terms.is_none() || terms == status.agreed_terms,
            name: status.name,
            authority: status.authority.unwrap_or_default(),
            terms,
        })
    }
}

/// Orders the public certificate, having agreed to the authority's terms.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OrderCertificate {
    /// The address of the terms that the person has been shown and agrees to; none where the authority has none.
    pub agreed_terms: Option<String>,
}

impl Operation for OrderCertificate {
    const NAME: &'static str = "certificates.order";
    type Output = Certificates;

    async fn run(self, engine: &Engine) -> Result<Certificates, Failure> {
        let public = public(engine)?;
        wants_the_way_in(engine).await?;
        let terms = public.terms().await.map_err(|problem| failure(&problem))?;
        if terms != self.agreed_terms {
            return Err(Failure::refused(match terms {
                Some(terms) => {
                    format!("the authority's terms are {terms}; read them and agree to just these")
                }
                None => "the authority has no terms to agree to; order without any".to_owned(),
            }));
        }
        // What stands there says that somebody has ordered; an authority without terms is written down by name.
        let agreed = terms.unwrap_or_else(|| "none".to_owned());
        if public.status().agreed_terms.as_deref() != Some(&agreed) {
            let data_dir = engine.config().data_dir.clone();
            let fits = |text: &str| Config::of_text(data_dir.clone(), text).map(drop);
            set_text(&data_dir, AGREED_TERMS, &agreed, fits).map_err(|error| match error {
                SettingsFileError::DoesNotFit(_) => Failure::invalid_input(error.to_string()),
                _ => Failure::failed(error.to_string()),
            })?;
            public.agree(&agreed);
        }
        let ordered = public.renew().await;
        engine.tell(Event::Program(ProgramEvent::CertificatesChanged));
        ordered.map_err(|problem| failure(&problem))?;
        Ok(show(engine))
    }
}

/// The certificates in use, each with the addresses at which it is shown.
pub(crate) fn list(engine: &Engine) -> Vec<CertificateInfo> {
    let certificates = engine.certificates();
    let mut list = certificates.local.list();
    list.extend(certificates.public.as_ref().and_then(PublicCertificate::info));
    let local = engine.issuer().to_owned();
    let port = local.strip_prefix("https://localhost").unwrap_or_default().to_owned();
    let public = engine.public_origin().map(|origin| origin.to_string());
    for certificate in &mut list {
        certificate.used_at = match certificate.purpose {
            Use::Ca => Vec::new(),
            Use::Public => public.iter().cloned().collect(),
            Use::Local => certificate
                .names
                .iter()
                .map(|name| {
                    if name.contains(':') {
                        format!("https://[{name}]{port}")
                    } else {
                        format!("https://{name}{port}")
                    }
                })
                .collect(),
        };
    }
    list
}

fn show(engine: &Engine) -> Certificates {
    let public = engine.certificates().public.as_ref().map(PublicCertificate::status);
    Certificates { list: list(engine), public }
}

fn public(engine: &Engine) -> Result<&PublicCertificate, Failure> {
    engine.certificates().public.as_ref().ok_or_else(|| {
        Failure::refused(
            "there is no public name to order a certificate for; set public_url to the https address under which \
             the internet is to reach this program, and start again",
        )
    })
}

/// An authority that finds nobody at home counts that against the name, so it is not asked.
async fn wants_the_door(engine: &Engine) -> Result<(), Failure> {
    if engine.address().await.is_some() {
        return Ok(());
    }
    Err(Failure::refused(
        "the program is not running (or its door is closed), so no authority could see that the name leads here; \
         start it with `ambient-insights serve` or open the desktop, then try again",
    ))
}

/// The same of a tunnel that is to bring the authority here.
async fn wants_the_way_in(engine: &Engine) -> Result<(), Failure> {
    wants_the_door(engine).await?;
    engine.tunnel_opened(OPENING).await;
    if engine.is_reachable().await {
        return Ok(());
    }
    Err(Failure::refused(
        "the tunnel is not up, so no authority could see that the name leads here; turn it on with \
         `ambient-insights tunnel up`, then try again",
    ))
}

fn failure(problem: &Problem) -> Failure {
    Failure::failed(problem.to_string())
}

#[cfg(test)]
#[path = "certificates_tests.rs"]
mod tests;
