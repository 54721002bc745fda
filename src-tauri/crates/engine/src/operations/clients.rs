//! Who is connected.

use authorization::{ClientSummary, Revoked};
use serde::{Deserialize, Serialize};

use crate::{Engine, Failure, Operation};

/// Lists the clients with what each may do.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListClients {}

impl Operation for ListClients {
    const NAME: &'static str = "clients.list";
    type Output = Vec<ClientSummary>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        Ok(engine.authorization().clients().await?)
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
