//! The care for the certificates: the public one opened from the settings, the port for its challenges, and the
//! watch that renews all of them by the wall clock.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use certificates::{LocalCertificates, PublicCertificate, PublicSettings};
use clock::{Clock, Random};
use gateway::ChallengePort;
use rustls::server::ResolvesServerCert;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::event::ProgramEvent;
use crate::{Config, Event};

/// How often the certificates' age is compared with the wall clock. A long timer would stand still while the
/// computer sleeps.
const RENEWAL_TICK: Duration = Duration::from_mins(1);

/// How often the person's own files are looked at: two questions to the file system.
const FILES_TICK: Duration = Duration::from_secs(10);

/// The local certificates and, where there is a public name, its own.
#[derive(Clone)]
pub(crate) struct Certificates {
    pub(crate) local: Arc<LocalCertificates>,
    pub(crate) public: Option<PublicCertificate>,
    /// Whether the public name can lead here just now. An authority that finds nobody at home counts that against
    /// the name, so nothing is ordered by itself while this is false.
    reachable: Arc<watch::Sender<bool>>,
}

impl Certificates {
    /// Opens both. Nothing about the public one keeps the program from starting. Blocks.
    pub(crate) fn open(
        config: &Config,
        clock: &Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, certificates::Error> {
        let folder = config.data_dir.join("certificates");
        let local = Arc::new(LocalCertificates::open(&folder, Arc::clone(clock))?);
        let name = config.public_url.as_ref().and_then(|origin| host(origin.as_str()));
        let public = name.map(|name| {
            let source = config.public_certificate.source.clone();
            let settings = PublicSettings { name, folder: folder.join("public"), source };
            PublicCertificate::open(settings, Arc::clone(clock), random)
        });
        Ok(Self { local, public, reachable: Arc::new(watch::channel(false).0) })
    }

    /// Says whether the public name can lead here: the door is open, and what brings the internet to it is up.
    pub(crate) fn set_reachable(&self, reachable: bool) {
        self.reachable.send_if_modified(|before| std::mem::replace(before, reachable) != reachable);
    }

    /// What the door shows to whom.
    pub(crate) fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        match &self.public {
            Some(public) => public.resolver(&self.local),
            None => self.local.resolver(),
        }
    }

    /// Takes the port for challenges over HTTP, if one is set. That it is taken by somebody else is told, and
    /// keeps nothing else from working: the order fails with its own words.
    pub(crate) async fn challenge_port(&self, config: &Config) -> Option<ChallengePort> {
        let (public, port) = (self.public.clone()?, config.public_certificate.challenge_port?);
        match gateway::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await {
            Ok(bound) => {
                tracing::info!(address = %bound.address(), "challenges of certificate authorities are answered here");
                Some(bound.serve_challenges(move |token| public.challenge_text(token)))
            }
            Err(error) => {
                tracing::error!(%error, "the port of acme.http_port can not be taken; set another one");
                None
            }
        }
    }

    /// Renews what is due until the program stops.
    pub(crate) fn watch(
        &self,
        port: Option<ChallengePort>,
        events: broadcast::Sender<Event>,
        stopping: CancellationToken,
    ) {
        let certificates = self.clone();
        let mut reachable = self.reachable.subscribe();
        let watches_files = self.public.as_ref().is_some_and(PublicCertificate::watches_files);
        let mut tick = tokio::time::interval(if watches_files { FILES_TICK } else { RENEWAL_TICK });
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        tokio::spawn(async move {
            let _port = port;
            loop {
                tokio::select! {
                    () = stopping.cancelled() => return,
                    _ = tick.tick() => {}
                    // What waited for the tunnel is ordered as soon as it is up. The sender lives in `certificates`.
                    _ = reachable.changed() => {}
                }
                // An order that is under way when the program stops is given up: the next start makes it anew.
                let changed = tokio::select! {
                    () = stopping.cancelled() => return,
                    changed = certificates.tend() => changed,
                };
                if changed {
                    // Nobody may be listening just now.
                    let _ = events.send(Event::Program(ProgramEvent::CertificatesChanged));
                }
            }
        });
    }

    async fn tend(&self) -> bool {
        let local = match self.local.renew_if_due() {
            Ok(renewed) => renewed,
            Err(error) => {
                tracing::error!(%error, "the local certificates could not be renewed");
                false
            }
        };
        let public = match &self.public {
            Some(public) if public.watches_files() || *self.reachable.borrow() => public.tend().await,
            _ => false,
        };
        local || public
    }
}

/// The host of an origin, without its port.
fn host(origin: &str) -> Option<String> {
    let url = url::Url::parse(origin).ok()?;
    Some(url.host_str()?.trim_start_matches('[').trim_end_matches(']').to_owned())
}
