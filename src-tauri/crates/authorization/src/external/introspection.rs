//! Asking the other server about a token (RFC 7662), and remembering the answer for a short while.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clock::{Clock, Timestamp};
use parking_lot::Mutex;
use secrecy::SecretString;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::ExternalError;
use super::claims::{Fault, Foreign};
use super::discovery::Metadata;
use super::scope_map::ScopeMap;
use super::settings::ExternalSecret;
use crate::fetch::{Ask, Content, Fetcher, Reach};
use crate::limits::{Bucket, Monotonic, bucket};
use crate::origin::OriginName;
use crate::secret::{Access, TokenHash};

/// How long a good answer is remembered at most: so long a revoked token may still be good.
const GOOD: Duration = Duration::from_mins(1);
/// How long a bad answer is remembered: a client that hammers with a dead token asks once.
const BAD: Duration = Duration::from_secs(5);
/// How many answers of each kind are remembered.
const CAPACITY: usize = 1024;
/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// How often tokens that are not remembered are asked about, a minute and at once, for each of our origins:
/// anybody can bring texts that look like tokens.
const BURST: u32 = 120;
const A_MINUTE: u32 = 600;

/// What is asked, and as whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking<'a> {
    pub(super) bearer: &'a str,
    pub(super) credentials: (&'a str, &'a ExternalSecret),
    pub(super) scope_map: &'a ScopeMap,
}

/// `None`: the server does not know the token, or it is no longer good.
pub(super) type Found = Option<Result<Foreign, Fault>>;

type Answers = HashMap<TokenHash<Access>, (Found, Duration)>;

/// The answers, and how many more may be asked for.
#[derive(Debug)]
pub(super) struct Introspections {
    /// Apart, so that strangers' nonsense does not push good ones out.
    good: Mutex<Answers>,
    bad: Mutex<Answers>,
    local: Bucket,
    public: Bucket,
}

impl Introspections {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = Monotonic(clock);
        Self {
            good: Mutex::default(),
            bad: Mutex::default(),
            local: bucket(BURST, A_MINUTE, &clock),
            public: bucket(BURST, A_MINUTE, &clock),
        }
    }

    /// What the server says of the token: now, or said a moment ago.
    pub(super) async fn ask<F>(
        &self,
        asking: Asking<'_>,
        origin: OriginName,
        metadata: impl Fn() -> F,
        fetcher: &Fetcher,
        clock: &dyn Clock,
    ) -> Result<Found, ExternalError>
    where
        F: Future<Output = Result<Arc<Metadata>, ExternalError>>,
    {
        let hash = TokenHash::of(asking.bearer);
        let now = clock.monotonic();
        for answers in [&self.good, &self.bad] {
            if let Some((found, until)) = answers.lock().get(&hash)
                && now < *until
            {
                return Ok(found.clone());
            }
        }
        let bucket = match origin {
            OriginName::Local => &self.local,
            OriginName::Public => &self.public,
        };
        bucket.check().map_err(|_| ExternalError::TooMany)?;
        let found = ask(&*metadata().await?, &asking, fetcher, clock.now()).await?;
        // From when it was asked, not from when it was answered: who answers slowly gives no longer life.
        let (answers, lifetime) = match &found {
            Some(Ok(foreign)) => (&self.good, foreign.expires_at.since(clock.now()).min(GOOD)),
            Some(Err(_)) | None => (&self.bad, BAD),
        };
        remember(&mut answers.lock(), hash, (found.clone(), now + lifetime), now);
        Ok(found)
    }
}

fn remember(answers: &mut Answers, hash: TokenHash<Access>, answer: (Found, Duration), now: Duration) {
    if answers.len() >= CAPACITY {
        answers.retain(|_, (_, until)| now < *until);
        if answers.len() >= CAPACITY {
            answers.clear();
        }
    }
    answers.insert(hash, answer);
}

/// Asks the server itself.
pub(super) async fn ask(
    metadata: &Metadata,
    asking: &Asking<'_>,
    fetcher: &Fetcher,
    now: Timestamp,
) -> Result<Found, ExternalError> {
    let url =
        metadata.introspection_endpoint.clone().ok_or(ExternalError::Unnamed("introspection_endpoint"))?;
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("token", asking.bearer)
        .append_pair("token_type_hint", "access_token")
        .finish();
    let (id, secret) = asking.credentials;
    // RFC 6749 §2.3.1: each is form-encoded before they are joined.
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = STANDARD.encode(format!("{}:{}", encode(id), encode(secret.expose())));
    let content = Content::Body {
        media_type: "application/x-www-form-urlencoded",
        body: SecretString::from(body),
        authorization: Some(SecretString::from(format!("Basic {basic}"))),
    };
    let ask = Ask { url, reach: Reach::OwnerNamed, max_bytes: MAX_ANSWER, content };
    let answer =
        fetcher.fetch(ask).await.map_err(|error| ExternalError::Fetch("answer about a token", error))?;
    match answer.status.as_u16() {
        200 => read(&answer.body, asking.scope_map, now),
        401 | 403 => Err(ExternalError::RefusesUs),
        other => Err(ExternalError::IntrospectionStatus(other)),
    }
}

fn read(body: &[u8], scope_map: &ScopeMap, now: Timestamp) -> Result<Found, ExternalError> {
    let answer: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| ExternalError::IntrospectionAnswer)?;
    match answer.get("active") {
        Some(Value::Bool(false)) => Ok(None),
        Some(Value::Bool(true)) => Ok(Some(Foreign::of_introspection(&answer, scope_map, now))),
        // "true" in quotation marks is no yes.
        _ => Err(ExternalError::IntrospectionAnswer),
    }
}
