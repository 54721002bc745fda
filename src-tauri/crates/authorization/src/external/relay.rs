//! The other server's metadata and registration at our own addresses, for clients that look only there.

use clock::Clock;
use http::StatusCode;
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{External, ExternalError};
use crate::Error;
use crate::fetch::{Ask, Content, Fetcher, Reach};
use crate::origin::Origin;

/// The longest answer to a registration that is passed on, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// What the other server answered to a registration.
#[derive(Debug)]
pub(crate) struct Relayed {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

/// Why nothing is passed on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RelayError {
    #[error("the setting authorization.relay is off")]
    Off,
    #[error("the external authorization server registers no clients")]
    NoRegistration,
    #[error(transparent)]
    Failed(#[from] Error),
}

impl External {
    /// Its metadata, as it is but for one thing: a client that finds it here registers here, and the
    /// registration is passed on. The issuer stays that server's own, since its tokens name it.
    pub(crate) async fn relayed_metadata(
        &self,
        origin: &Origin,
        fetcher: &Fetcher,
        clock: &dyn Clock,
    ) -> Result<Map<String, Value>, RelayError> {
        if !self.server.relay {
            return Err(RelayError::Off);
        }
        let metadata = self.metadata(fetcher, clock).await.map_err(|error| self.failed(error))?;
        let mut document = metadata.document.clone();
        if metadata.registration_endpoint.is_some() {
            document.insert("registration_endpoint".to_owned(), format!("{origin}/oauth/register").into());
        }
        Ok(document)
    }

    /// Passes a registration on.
    pub(crate) async fn relay_registration(
        &self,
        body: &str,
        fetcher: &Fetcher,
        clock: &dyn Clock,
    ) -> Result<Relayed, RelayError> {
        if !self.server.relay {
            return Err(RelayError::Off);
        }
        let metadata = self.metadata(fetcher, clock).await.map_err(|error| self.failed(error))?;
        let url = metadata.registration_endpoint.clone().ok_or(RelayError::NoRegistration)?;
        let content = Content::Body {
            media_type: "application/json",
            body: SecretString::from(body),
            authorization: None,
        };
        let ask = Ask { url, reach: Reach::OwnerNamed, max_bytes: MAX_ANSWER, content };
        let answer = fetcher
            .fetch(ask)
            .await
            .map_err(|error| self.failed(ExternalError::Fetch("answer to a registration", error)))?;
        Ok(Relayed { status: answer.status, body: answer.body })
    }
}
