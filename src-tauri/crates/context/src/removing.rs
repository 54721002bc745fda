//! Removing turns without forgetting them: their rows go, and a file may bring them back.

use std::sync::Arc;

use crate::analysis::removal::{self, Removed};
use crate::handle::Context;
use crate::state::{Action, Subject};
use crate::{Author, ConversationId, Error, TurnId};

impl Context {
    /// Removes a turn, and what analysis had found in it alone. What the owner or a client said stays.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove_turn(&self, id: TurnId, author: Author) -> Result<Removed, Error> {
        let analyzer = Arc::clone(&self.inner.analyzer);
        let by = author.clone();
        let removed = self
            .write(author, move |connection, hand| removal::remove_turn(connection, id, hand, &*analyzer))
            .await?;
        self.tell(Subject::Turn, id.as_uuid(), Action::Removed, &by);
        Ok(removed)
    }

    /// Removes a conversation with all its turns, and what analysis had found in them alone.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove_conversation(&self, id: ConversationId, author: Author) -> Result<Removed, Error> {
        let analyzer = Arc::clone(&self.inner.analyzer);
        let by = author.clone();
        let removed = self
            .write(author, move |connection, hand| {
                removal::remove_conversation(connection, id, hand, &*analyzer)
            })
            .await?;
        self.tell(Subject::Conversation, id.as_uuid(), Action::Removed, &by);
        Ok(removed)
    }
}
