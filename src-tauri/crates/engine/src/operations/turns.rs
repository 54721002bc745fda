//! What was logged: turns and the conversations they belong to.

use context::{Author, Conversation, ConversationId, Cursor, Forget, Page, Turn, TurnId, TurnQuery};
use serde::{Deserialize, Serialize};

use crate::{Engine, Failure, Operation};

/// Lists turns, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListTurns {
    /// Which, and how many.
    pub query: TurnQuery,
}

impl Operation for ListTurns {
    const NAME: &'static str = "turns.list";
    type Output = Page<Turn>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        Ok(engine.context().turns(self.query).await?)
    }
}

/// Shows one turn whole.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ShowTurn {
    /// The turn.
    pub id: TurnId,
}

impl Operation for ShowTurn {
    const NAME: &'static str = "turns.show";
    type Output = Turn;

    async fn run(self, engine: &Engine) -> Result<Turn, Failure> {
        Ok(engine.context().turn(self.id).await?)
    }
}

/// Forgets a turn and what was derived from it alone, down to the files' bytes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RemoveTurn {
    /// The turn.
    pub id: TurnId,
}

impl Operation for RemoveTurn {
    const NAME: &'static str = "turns.remove";
    type Output = ();

    async fn run(self, engine: &Engine) -> Result<(), Failure> {
        engine.context().forget_at_once(Forget::Turn { id: self.id }, Author::Owner).await?;
        Ok(())
    }
}

/// Lists conversations, newest first.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListConversations {
    /// Behind this place of an earlier page.
    pub before: Option<Cursor>,
    /// At most so many.
    pub limit: u32,
}

impl Operation for ListConversations {
    const NAME: &'static str = "conversations.list";
    type Output = Page<Conversation>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        Ok(engine.context().conversations(self.before, self.limit).await?)
    }
}

/// Forgets a conversation with its turns and what was derived from them alone, down to the files' bytes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RemoveConversation {
    /// The conversation.
    pub id: ConversationId,
}

impl Operation for RemoveConversation {
    const NAME: &'static str = "conversations.remove";
    type Output = ();

    async fn run(self, engine: &Engine) -> Result<(), Failure> {
        engine.context().forget_at_once(Forget::Conversation { id: self.id }, Author::Owner).await?;
        Ok(())
    }
}
