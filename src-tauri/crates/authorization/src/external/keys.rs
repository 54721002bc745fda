//! The keys that the other server signs with.

use std::sync::Arc;
use std::time::Duration;

use clock::Clock;

use super::ExternalError;
use super::discovery::{MAX_DOCUMENT, Metadata};
use super::refreshed::{Refreshed, Want};
use crate::fetch::{Ask, Content, Fetcher, Reach};
use crate::jwt::compact::Unverified;
use crate::jwt::key_set::{self, VerifyingKey};

/// How long a set of keys is taken for current.
const FRESH: Duration = Duration::from_mins(10);

#[derive(Debug)]
pub(super) struct Keys {
    set: Refreshed<Vec<VerifyingKey>>,
}

impl Default for Keys {
    fn default() -> Self {
        Self { set: Refreshed::new(FRESH) }
    }
}

impl Keys {
    /// The key that a token names. One that is not in the set may be newer than the set, so it is fetched once
    /// more; a server that changes its keys would else be locked out until the set is old.
    pub(super) async fn find<F>(
        &self,
        token: &Unverified<'_>,
        metadata: impl Fn() -> F,
        fetcher: &Fetcher,
        clock: &dyn Clock,
    ) -> Result<Option<VerifyingKey>, ExternalError>
    where
        F: Future<Output = Result<Arc<Metadata>, ExternalError>>,
    {
        let choose =
            |keys: &[VerifyingKey]| key_set::choose(keys, token.key_id.as_deref(), token.algorithm).cloned();
        let fetch = || async { fetch(&*metadata().await?, fetcher).await };
        let kept = self.set.get(Want::Current, fetch, clock).await?;
        if let Some(key) = choose(&kept.value) {
            return Ok(Some(key));
        }
        let other = self.set.get(Want::OtherThan(kept.version), fetch, clock).await?;
        Ok(choose(&other.value))
    }
}

/// Fetches the set from where the metadata of the settings' issuer says, and from nowhere else.
pub(super) async fn fetch(
    metadata: &Metadata,
    fetcher: &Fetcher,
) -> Result<Vec<VerifyingKey>, ExternalError> {
    let url = metadata.jwks_uri.clone().ok_or(ExternalError::Unnamed("jwks_uri"))?;
    let ask = Ask { url, reach: Reach::OwnerNamed, max_bytes: MAX_DOCUMENT, content: Content::Nothing };
    let answer = fetcher.fetch(ask).await.map_err(|error| ExternalError::Fetch("keys", error))?;
    Ok(key_set::read(&answer.body)?)
}
