//! Who is connected, and which clients the owner registers beforehand.

use std::fmt;
use std::time::Duration;

use authorization::{ClientSecret, Credentials, NewClient, NewSecret, Revoked};
use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::privacy::KnownClient;
use crate::{Engine, Failure, Operation};

/// For how long the old secret is good too, where nobody said otherwise.
const USUAL_OVERLAP: Duration = Duration::from_hours(24);

/// Lists the clients with what each may do.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListClients {}

impl Operation for ListClients {
    const NAME: &'static str = "clients.list";
    type Output = Vec<KnownClient>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        let clients = engine.authorization().clients().await?;
        Ok(clients.into_iter().map(|client| KnownClient::new(engine, client)).collect())
    }
}

/// Takes everything back that a client was given.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RevokeClient {
    /// The client's id.
    pub client_id: String,
}

impl Operation for RevokeClient {
    const NAME: &'static str = "clients.revoke";
    type Output = Revoked;

    async fn run(self, engine: &Engine) -> Result<Revoked, Failure> {
        let authorization = engine.authorization();
        let revoked = authorization.revoke_client(&self.client_id, engine.hand()).await?;
        // Somebody who mistyped the id must not believe that the client is out.
        if revoked == Revoked::default()
            && !authorization.clients().await?.iter().any(|client| client.client_id == self.client_id)
        {
            return Err(Failure::not_found(format!(
                "there is no client {:?}, so nothing was taken back; `clients list` shows their ids",
                self.client_id
            )));
        }
        Ok(revoked)
    }
}

/// A client's secret on its way between the owner's hand and the program. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct SecretText(pub String);

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

/// How a client that the owner adds authenticates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ClientAuthentication {
    /// Not at all: PKCE and its redirect URI are all there is.
    Public,
    /// With a secret that is made, and answered this once.
    GeneratedSecret,
    /// With this secret.
    GivenSecret {
        /// 32 or more random characters.
        secret: SecretText,
    },
}

/// What is needed to set a client up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ClientCredentials {
    /// The client's id.
    pub client_id: String,
    /// Its secret, if it was made just now. It is kept nowhere and can not be shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub client_secret: Option<SecretText>,
    /// Until when the secret before it is good too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub old_secret_until: Option<Timestamp>,
}

impl From<Credentials> for ClientCredentials {
    fn from(credentials: Credentials) -> Self {
        Self {
            client_id: credentials.client_id,
            client_secret: credentials.generated.map(|secret| SecretText(secret.expose().to_owned())),
            old_secret_until: credentials.old_secret_until,
        }
    }
}

/// Registers a client beforehand. Answers a secret that was made, this once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AddStaticClient {
    /// Its name for people.
    pub name: String,
    /// The addresses that its answers may go to.
    pub redirect_uris: Vec<String>,
    /// Its id; one is made if absent.
    #[serde(default)]
    pub id: Option<String>,
    /// How it authenticates.
    pub authentication: ClientAuthentication,
    /// The resources whose tokens it may ask about, as the server behind them.
    #[serde(default)]
    pub introspects: Vec<String>,
}

impl Operation for AddStaticClient {
    const NAME: &'static str = "clients.add_static";
    type Output = ClientCredentials;

    async fn run(self, engine: &Engine) -> Result<ClientCredentials, Failure> {
        let secret = match self.authentication {
            ClientAuthentication::Public => NewSecret::None,
            ClientAuthentication::GeneratedSecret => NewSecret::Generated,
            ClientAuthentication::GivenSecret { secret } => NewSecret::Given(accept(&secret)?),
        };
        let client = NewClient {
            id: self.id,
            name: self.name,
            redirect_uris: self.redirect_uris,
            secret,
            introspects: self.introspects,
        };
        Ok(engine.authorization().add_client(client, engine.hand()).await?.into())
    }
}

/// Gives a client another secret. Answers one that was made, this once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RotateClientSecret {
    /// The client's id.
    pub client_id: String,
    /// The new secret; one is made if absent.
    #[serde(default)]
    pub secret: Option<SecretText>,
    /// For how many minutes the old one is good too; a day if absent.
    #[serde(default)]
    pub overlap_minutes: Option<u32>,
}

impl Operation for RotateClientSecret {
    const NAME: &'static str = "clients.rotate_secret";
    type Output = ClientCredentials;

    async fn run(self, engine: &Engine) -> Result<ClientCredentials, Failure> {
        let secret = self.secret.as_ref().map(accept).transpose()?;
        let overlap = self
            .overlap_minutes
            .map_or(USUAL_OVERLAP, |minutes| Duration::from_secs(u64::from(minutes) * 60));
        let authorization = engine.authorization();
        let rotated =
            authorization.rotate_client_secret(&self.client_id, secret, overlap, engine.hand()).await?;
        Ok(rotated.into())
    }
}

/// Removes a client that the owner added or that registered itself, with everything that it was given.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RemoveClient {
    /// The client's id.
    pub client_id: String,
}

impl Operation for RemoveClient {
    const NAME: &'static str = "clients.remove";
    type Output = Revoked;

    async fn run(self, engine: &Engine) -> Result<Revoked, Failure> {
        Ok(engine.authorization().remove_client(&self.client_id, engine.hand()).await?)
    }
}

fn accept(secret: &SecretText) -> Result<ClientSecret, Failure> {
    ClientSecret::new(&secret.0).map_err(|weak| Failure::invalid_input(weak.to_string()))
}
