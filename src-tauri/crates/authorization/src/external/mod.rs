//! Another authorization server in place of ours: it decides who comes in, and here its tokens are checked.
//!
//! Nothing of ours lets anybody in then: our endpoints are off, and our own tokens open nothing, since two
//! servers for one door could be played against each other. What that server can not be asked is answered "try
//! again", never "no" (clients would throw good tokens away) and never "yes".

mod claims;
mod discovery;
mod introspection;
mod keys;
mod refreshed;
mod relay;
mod scope_map;
mod settings;

use std::time::Duration;

use clock::Clock;

pub(crate) use relay::{RelayError, Relayed};
pub use scope_map::{InvalidScopeMap, ScopeMap};
pub use settings::{ExternalSecret, ExternalServer, InvalidIssuer, Issuer, TokenValidation};

use self::claims::{Expected, Foreign};
use self::discovery::Metadata;
use self::introspection::Introspections;
use self::keys::Keys;
use self::refreshed::{Refreshed, Want};
use crate::Error;
use crate::client::name;
use crate::fetch::{FetchError, Fetcher};
use crate::jwt::compact;
use crate::jwt::key_set::InvalidKeySet;
use crate::origin::{Origin, OriginName};
use crate::principal::{ExternalPrincipal, Principal};
use crate::service::{Access, Rejection};

/// How long a call may wait for the other server, in all.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long its metadata is taken for current. Its keys change more often.
const METADATA_FRESH: Duration = Duration::from_hours(1);

/// Why the other server could not be asked, or gave nothing that could be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExternalError {
    #[error("its {0} can not be fetched: {1}")]
    Fetch(&'static str, FetchError),
    #[error("no metadata was found: {0}")]
    NoMetadata(String),
    #[error("its metadata is no JSON object")]
    NotMetadata,
    #[error("its metadata is that of the issuer {0:?}; set authorization.issuer to the very same text")]
    OtherIssuer(String),
    #[error("its metadata names no {0}")]
    Unnamed(&'static str),
    #[error("its keys can not be used: {0}")]
    Keys(#[from] InvalidKeySet),
    #[error("it refuses authorization.client_id and its secret; set those that it gave this server")]
    RefusesUs,
    #[error("its introspection endpoint answered with the status {0}")]
    IntrospectionStatus(u16),
    #[error("its introspection endpoint answered nothing that could be understood")]
    IntrospectionAnswer,
    #[error("too many unknown tokens came in the last minute for it to be asked about each")]
    TooMany,
    #[error("it did not answer in time")]
    TimedOut,
}

impl ExternalError {
    fn of(self, issuer: &Issuer) -> Error {
        Error::ExternalServer { issuer: issuer.as_str().to_owned(), detail: self.to_string() }
    }
}

/// What is known of the other server.
#[derive(Debug)]
pub(crate) struct External {
    pub(crate) server: ExternalServer,
    metadata: Refreshed<Metadata>,
    keys: Keys,
    introspections: Introspections,
}

impl External {
    pub(crate) fn new(server: ExternalServer, clock: std::sync::Arc<dyn Clock>) -> Self {
        Self {
            server,
            metadata: Refreshed::new(METADATA_FRESH),
            keys: Keys::default(),
            introspections: Introspections::new(clock),
        }
    }

    /// Checks a bearer token for a request to `origin`.
    pub(crate) async fn authenticate(
        &self,
        bearer: &str,
        origin: (OriginName, Option<Origin>),
        fetcher: &Fetcher,
        clock: &dyn Clock,
    ) -> Result<Access, Rejection> {
        let (name, Some(origin)) = origin else { return Err(Rejection::WrongAudience) };
        let checking = async {
            match &self.server.validation {
                TokenValidation::Jwt => self.check_signature(bearer, fetcher, clock).await,
                TokenValidation::Introspection { client_id, client_secret } => {
                    let credentials = (client_id.as_str(), client_secret);
                    self.introspect(bearer, name, credentials, fetcher, clock).await
                }
            }
        };
        let checked = tokio::time::timeout(PATIENCE, checking).await;
        let foreign =
            checked.unwrap_or_else(|_| Err(Rejection::Unavailable(self.failed(ExternalError::TimedOut))))?;
        let resource = [origin.resource()];
        let audiences = if self.server.audiences.is_empty() { &resource } else { &*self.server.audiences };
        let expected = Expected {
            issuer: self.server.issuer.as_str(),
            audiences,
            subjects: &self.server.subjects,
            now: clock.now(),
        };
        if let Err(fault) = foreign.judge(&expected) {
            tracing::debug!(client = %foreign.client_id, reason = %fault, "a token of the external server was refused");
            return Err(fault.rejection());
        }
        let principal =
            ExternalPrincipal::new(self.server.issuer.as_str(), &foreign.client_id, &foreign.subject);
        Ok(Access {
            client_name: name::clean(&foreign.client_id),
            client_id: foreign.client_id,
            principal: Principal::External(principal),
            scopes: foreign.scopes,
            expires_at: foreign.expires_at,
        })
    }

    /// The signature before anything that the token says is believed.
    async fn check_signature(
        &self,
        bearer: &str,
        fetcher: &Fetcher,
        clock: &dyn Clock,
    ) -> Result<Foreign, Rejection> {
        let token = compact::read(bearer).map_err(|error| {
            tracing::debug!(reason = %error, "a bearer token is no access token of the external server");
            Rejection::Malformed
        })?;
        let key = self.keys.find(&token, || self.metadata(fetcher, clock), fetcher, clock).await;
        let key = key.map_err(|error| Rejection::Unavailable(self.failed(error)))?.ok_or_else(|| {
            tracing::debug!(algorithm = ?token.algorithm, "a token names a key that the external server has not published");
            Rejection::Unknown
        })?;
        key.key.verify(token.algorithm, token.signed, &token.signature).map_err(|error| {
            tracing::debug!(reason = %error, "a token was refused");
            Rejection::Unknown
        })?;
        let claims = token.claims().map_err(|_| Rejection::Malformed)?;
        Foreign::of_token(&claims, &self.server.scope_map).map_err(|fault| {
            tracing::debug!(reason = %fault, "a token of the external server was refused");
            fault.rejection()
        })
    }

    async fn introspect(
        &self,
        bearer: &str,
        name: OriginName,
        credentials: (&str, &ExternalSecret),
        fetcher: &Fetcher,
        clock: &dyn Clock,
    ) -> Result<Foreign, Rejection> {
        let asking = introspection::Asking { bearer, credentials, scope_map: &self.server.scope_map };
        let found = self
            .introspections
            .ask(asking, name, || self.metadata(fetcher, clock), fetcher, clock)
            .await
            .map_err(|error| Rejection::Unavailable(self.failed(error)))?;
        match found {
            None => Err(Rejection::Unknown),
            Some(Ok(foreign)) => Ok(foreign),
            Some(Err(fault)) => {
                tracing::debug!(reason = %fault, "a token of the external server was refused");
                Err(fault.rejection())
            }
        }
    }

    async fn metadata(
        &self,
        fetcher: &Fetcher,
        clock: &dyn Clock,
    ) -> Result<std::sync::Arc<Metadata>, ExternalError> {
        let fetch = || discovery::discover(&self.server.issuer, fetcher);
        Ok(self.metadata.get(Want::Current, fetch, clock).await?.value)
    }

    /// Whether the other server answers and what it gives can be used: what was looked at, in words.
    pub(crate) async fn examine(&self, fetcher: &Fetcher, clock: &dyn Clock) -> Result<String, Error> {
        let examining = async {
            let metadata = discovery::discover(&self.server.issuer, fetcher).await?;
            match &self.server.validation {
                TokenValidation::Jwt => {
                    let keys = keys::fetch(&metadata, fetcher).await?;
                    Ok(format!("{} answers; keys that it publishes: {}", self.server.issuer, keys.len()))
                }
                TokenValidation::Introspection { client_id, client_secret } => {
                    // No token of anybody: the question alone shows whether it lets us ask.
                    let asking = introspection::Asking {
                        bearer: "ambient-insights-doctor",
                        credentials: (client_id, client_secret),
                        scope_map: &self.server.scope_map,
                    };
                    introspection::ask(&metadata, &asking, fetcher, clock.now()).await?;
                    Ok(format!("{} answers and lets this server ask about tokens", self.server.issuer))
                }
            }
        };
        let examined = tokio::time::timeout(PATIENCE, examining).await;
        examined.unwrap_or(Err(ExternalError::TimedOut)).map_err(|error| error.of(&self.server.issuer))
    }

    fn failed(&self, error: ExternalError) -> Error {
        error.of(&self.server.issuer)
    }
}
