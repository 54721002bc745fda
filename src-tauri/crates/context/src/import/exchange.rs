//! From messages to turns: what the person said, with all that was answered until they spoke again.

use std::collections::HashMap;

use clock::Timestamp;

use crate::NewTurn;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Person,
    Assistant,
}

/// A message as the programs keep them.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) role: Role,
    pub(super) id: Option<String>,
    /// The message that this one answers, where that is told.
    pub(super) parent: Option<String>,
    pub(super) text: String,
    pub(super) at: Option<Timestamp>,
}

/// The turns of a conversation. An answer belongs to the message that it answers, where that is told, or else to
/// the last one; one that nothing was said before is a turn of its own.
pub(super) fn turns(conversation: Option<&str>, messages: Vec<Message>) -> Vec<NewTurn> {
    let mut turns: Vec<NewTurn> = Vec::new();
    let mut turn_of: HashMap<String, usize> = HashMap::new();
    for message in messages {
        let answered = message.parent.as_ref().and_then(|parent| turn_of.get(parent).copied());
        let to = match message.role {
            Role::Assistant => answered.or_else(|| turns.len().checked_sub(1)),
            Role::Person => None,
        };
        let text = message.text.trim();
        let index = match to {
            Some(index) => {
                let answer = &mut turns[index].assistant_response;
                if !answer.is_empty() && !text.is_empty() {
                    answer.push_str("\n\n");
                }
                answer.push_str(text);
                index
            }
            None if text.is_empty() => continue,
            None => {
                let (user_message, assistant_response) = match message.role {
                    Role::Person => (text.to_owned(), String::new()),
                    Role::Assistant => (String::new(), text.to_owned()),
                };
                turns.push(NewTurn {
                    user_message,
                    assistant_response,
                    conversation: conversation.map(str::to_owned),
                    occurred_at: message.at,
                    external_id: message.id.clone(),
                    request_key: None,
                });
                turns.len() - 1
            }
        };
        if let Some(id) = message.id {
            turn_of.insert(id, index);
        }
    }
    turns
}
