//! What the owner has forgotten, and what one client may do with the memory.

use authorization::{ClientSummary, Registration};
use context::{
    Author, ClientMode, ClientRule, ClientRuleChange, Forget, ForgetPreview, Forgotten, Retention, TurnQuery,
};
use serde::{Deserialize, Serialize};

use crate::event::ProgramEvent;
use crate::{Engine, Event, Failure, Operation};

/// A client with what the owner allows it to do with the memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct KnownClient {
    /// Who it is, and what it was given.
    #[serde(flatten)]
    #[cfg_attr(feature = "typescript", ts(flatten))]
    pub client: ClientSummary,
    /// How it may use the memory.
    pub mode: ClientMode,
    /// How long what it brought is kept.
    pub retention: Retention,
}

impl KnownClient {
    pub(super) fn new(engine: &Engine, client: ClientSummary) -> Self {
        let ClientRule { mode, retention } =
            engine.context().client_rule(&client.client_id, &client.client_name);
        Self { client, mode, retention }
    }
}

/// Changes what one client may do with the memory, or how long what it brought is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChangeClientRule {
    /// The client's id; for the time alone also the source of an import.
    pub client_id: String,
    /// The new mode; none: as it is.
    #[serde(default)]
    pub mode: Option<ClientMode>,
    /// The new time; none: as it is.
    #[serde(default)]
    pub retention: Option<Retention>,
}

impl Operation for ChangeClientRule {
    const NAME: &'static str = "clients.change_rule";
    type Output = ClientRule;

    async fn run(self, engine: &Engine) -> Result<ClientRule, Failure> {
        let known = engine.authorization().clients().await?;
        let known = known.into_iter().find(|client| client.client_id == self.client_id);
        if known.is_none() && (self.mode.is_some() || !has_brought(engine, &self.client_id).await?) {
            return Err(Failure::not_found(format!(
                "there is no client {:?}, so nothing was changed; `clients list` shows their ids",
                self.client_id
            )));
        }
        let change = ClientRuleChange {
            // It comes back under another id whenever it registers itself anew; its name is all that stays.
            by_name: known.as_ref().is_some_and(|client| client.registration == Registration::Dynamic),
            name: known.map_or_else(|| self.client_id.clone(), |client| client.client_name),
            client: self.client_id,
            mode: self.mode,
            retention: self.retention,
        };
        let rule = engine.context().change_client_rule(change).await?;
        engine.expire_old_soon();
        engine.tell(Event::Program(ProgramEvent::StateChanged));
        Ok(rule)
    }
}

/// Whether any turn came from there.
async fn has_brought(engine: &Engine, client: &str) -> Result<bool, Failure> {
    let query = TurnQuery { client: Some(client.to_owned()), limit: 1, ..TurnQuery::default() };
    Ok(!engine.context().turns(query).await?.entries.is_empty())
}

/// Says exactly what would be forgotten. Nothing is yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PreviewForgetting {
    /// What is to go.
    pub forget: Forget,
}

impl Operation for PreviewForgetting {
    const NAME: &'static str = "forget.preview";
    type Output = ForgetPreview;

    async fn run(self, engine: &Engine) -> Result<ForgetPreview, Failure> {
        Ok(engine.context().preview_forgetting(self.forget, Author::Owner).await?)
    }
}

/// Forgets what was previewed, for good.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ConfirmForgetting {
    /// The preview's handle.
    pub handle: String,
}

impl Operation for ConfirmForgetting {
    const NAME: &'static str = "forget.confirm";
    type Output = Forgotten;

    async fn run(self, engine: &Engine) -> Result<Forgotten, Failure> {
        Ok(engine.context().forget(&self.handle, Author::Owner).await?)
    }
}
