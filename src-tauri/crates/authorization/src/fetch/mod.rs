//! Fetching a small JSON document from elsewhere, without being led anywhere else.
//!
//! Every fetch goes the same way and there is no other: the URL is judged ([`target`]), its name is looked up
//! once, all its addresses are judged ([`address`]), and one of those very addresses is connected to
//! ([`exchange`]). No redirect is followed and no proxy used. What a stranger can cause is limited besides:
//! few at a time, few a minute, and equal ones share one answer (RFC 9700; the CIMD draft, "SSRF").

mod address;
mod exchange;
mod network;
mod target;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use parking_lot::Mutex;
use secrecy::SecretString;
use tokio::sync::{OnceCell, Semaphore};

pub use network::{Later, Network, SystemNetwork};
pub(crate) use target::{InvalidTarget, Reach, public_host};

use self::target::Target;
use crate::limits::{Bucket, Monotonic, bucket};

/// How long a fetch may take in all, from the wait for its turn to the last byte.
const TIME: Duration = Duration::from_secs(5);
/// How many fetches of strangers' URLs run at once, and of the owner's.
const PUBLIC_AT_ONCE: usize = 4;
const OWNERS_AT_ONCE: usize = 16;
/// How many fetches strangers' URLs can cause: at once, and a minute.
const PUBLIC_BURST: u32 = 20;
const PUBLIC_A_MINUTE: u32 = 20;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("its URL can not be asked: {0}")]
    Target(#[from] InvalidTarget),
    #[error("it is not asked: {0}")]
    Address(#[from] address::Refused),
    #[error("too many documents were fetched in the last minute; try again later")]
    TooMany,
    #[error("it did not answer within 5 seconds")]
    TimedOut,
    #[error("its host name can not be looked up: {0}")]
    Resolve(String),
    #[error("it can not be connected to: {0}")]
    Connect(String),
    #[error("certificates can not be checked here ({0}); install the system's certificate authorities")]
    NoAuthorities(String),
    #[error("no safe connection to it can be made: {0}")]
    Tls(String),
    #[error("it did not answer as a web server does: {0}")]
    Http(String),
    #[error("it leads elsewhere, and redirects are not followed")]
    Redirect,
    #[error("it answered {0}, not 200")]
    Status(StatusCode),
    #[error("it did not answer with JSON")]
    NotJson,
    #[error("it is longer than {0} bytes")]
    TooLong(usize),
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// The URL. Nothing of it is logged but the host.
    pub(crate) url: String,
    /// How far it may lead.
    pub(crate) reach: Reach,
    /// The longest answer that is read, in bytes.
    pub(crate) max_bytes: usize,
    /// What is sent along.
    pub(crate) content: Content,
}

/// What is sent along with a request.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Nothing: GET. Only the status 200 is an answer.
    Nothing,
    /// A body: POST. Every status but a redirect is an answer, since an error says what is wrong.
    Body { media_type: &'static str, body: SecretString, authorization: Option<SecretString> },
}

/// What came back: a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// 200, unless something was sent along.
    pub(crate) status: StatusCode,
    /// The body, not yet read as JSON.
    pub(crate) body: Vec<u8>,
    /// How long `Cache-Control` lets it be kept; zero where it forbids that, nothing where it does not say.
    pub(crate) max_age: Option<Duration>,
}

/// Fetches. Whoever has it can reach out; it is made once.
#[derive(Debug)]
pub(crate) struct Fetcher {
    network: Arc<dyn Network>,
    time: Duration,
    public_turns: Semaphore,
    owners_turns: Semaphore,
    budget: Bucket,
    /// What is under way, for those who ask the same meanwhile.
    under_way: Mutex<HashMap<Same, Arc<Shared>>>,
}

type Same = (String, Reach, usize);
type Shared = OnceCell<Result<Answer, FetchError>>;

impl Fetcher {
    pub(crate) fn new(network: Arc<dyn Network>, clock: Arc<dyn clock::Clock>) -> Self {
        Self {
            network,
            time: TIME,
            public_turns: Semaphore::new(PUBLIC_AT_ONCE),
            owners_turns: Semaphore::new(OWNERS_AT_ONCE),
            budget: bucket(PUBLIC_BURST, PUBLIC_A_MINUTE, &Monotonic(clock)),
            under_way: Mutex::default(),
        }
    }

    /// Asks. At most five seconds later there is an answer or a reason.
    ///
    /// # Errors
    /// See [`FetchError`]; nothing is remembered of a failure.
    pub(crate) async fn fetch(&self, ask: Ask) -> Result<Answer, FetchError> {
        if matches!(ask.content, Content::Body { .. }) {
            return self.fetch_alone(&ask).await;
        }
        let same = (ask.url.clone(), ask.reach, ask.max_bytes);
        let shared = Arc::clone(self.under_way.lock().entry(same.clone()).or_default());
        // Whoever comes first asks; should it be given up, the next one who waits asks instead.
        let answer = shared.get_or_init(|| self.fetch_alone(&ask)).await.clone();
        let mut under_way = self.under_way.lock();
        if under_way.get(&same).is_some_and(|current| Arc::ptr_eq(current, &shared)) {
            under_way.remove(&same);
        }
        answer
    }

    async fn fetch_alone(&self, ask: &Ask) -> Result<Answer, FetchError> {
        let target = Target::read(&ask.url, ask.reach)?;
        let turns = match ask.reach {
            Reach::Public => {
                self.budget.check().map_err(|_| FetchError::TooMany)?;
                &self.public_turns
            }
            Reach::OwnerNamed => &self.owners_turns,
        };
        let asking = async {
            let _turn = turns.acquire().await.map_err(|_| FetchError::TooMany)?;
            exchange::run(&*self.network, &target, ask).await
        };
        let result = tokio::time::timeout(self.time, asking).await.unwrap_or(Err(FetchError::TimedOut));
        if let Err(error) = &result {
            tracing::debug!(host = %target.host, reason = %error, "a document could not be fetched");
        }
        result
    }
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
