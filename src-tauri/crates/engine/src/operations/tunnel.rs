//! Reaching the program from the internet.

use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tunnel::{HostKeyOffer, ProviderKind, Recipe};

use super::clients::SecretText;
use crate::reach::TunnelStatus;
use crate::{Engine, Failure, Operation};

/// How long somebody who turns it on waits to hear how it went.
const PATIENCE: Duration = Duration::from_secs(40);

/// Asks how the tunnel is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ShowTunnel {}

impl Operation for ShowTunnel {
    const NAME: &'static str = "tunnel.status";
    type Output = TunnelStatus;

    async fn run(self, engine: &Engine) -> Result<TunnelStatus, Failure> {
        Ok(engine.tunnel_status())
    }
}

/// Turns the tunnel on, or tries it again at once. Answers when it is up and the public address was tried, or when it
/// is known that this takes longer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TurnTunnelOn {
    /// By which provider; else by the one of the settings.
    #[serde(default)]
    pub provider: Option<ProviderKind>,
    /// The passphrase of an encrypted key. It is kept in memory until the program ends, and nowhere else.
    #[serde(default)]
    pub passphrase: Option<SecretText>,
}

impl Operation for TurnTunnelOn {
    const NAME: &'static str = "tunnel.up";
    type Output = TunnelStatus;

    async fn run(self, engine: &Engine) -> Result<TunnelStatus, Failure> {
        let passphrase = self.passphrase.map(|SecretText(passphrase)| SecretString::from(passphrase));
        engine.tunnel_up(self.provider, passphrase).await?;
        engine.tunnel_settled(PATIENCE).await;
        Ok(engine.tunnel_status())
    }
}

/// Turns the tunnel off. When it answers, nothing of it is left.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TurnTunnelOff {}

impl Operation for TurnTunnelOff {
    const NAME: &'static str = "tunnel.down";
    type Output = TunnelStatus;

    async fn run(self, engine: &Engine) -> Result<TunnelStatus, Failure> {
        if let Some(reach) = engine.reach() {
            reach.down().await;
        }
        Ok(engine.tunnel_status())
    }
}

/// Trusts the host key that was shown, and goes on with turning the tunnel on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TrustTunnelHost {
    /// The fingerprint that the owner compared: only this key is trusted, whatever is shown meanwhile.
    pub fingerprint: String,
}

impl Operation for TrustTunnelHost {
    const NAME: &'static str = "tunnel.trust_host";
    type Output = HostKeyOffer;

    async fn run(self, engine: &Engine) -> Result<HostKeyOffer, Failure> {
        engine.trust_host(&self.fingerprint).await
    }
}

/// Asks what has to be set elsewhere: on the person's own host, with the provider.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ShowTunnelRecipe {
    /// For which provider; else for the one of the settings.
    #[serde(default)]
    pub provider: Option<ProviderKind>,
}

impl Operation for ShowTunnelRecipe {
    const NAME: &'static str = "tunnel.recipe";
    type Output = Recipe;

    async fn run(self, engine: &Engine) -> Result<Recipe, Failure> {
        Ok(engine.tunnel_recipe(self.provider))
    }
}
