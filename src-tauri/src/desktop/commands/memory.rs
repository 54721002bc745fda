//! Commands on what is remembered.

use engine::operations::{
    AddItem, DismissInsight, DismissTopic, EditItem, ListConversations, ListInsights, ListItems,
    ListTopicTurns, ListTopics, ListTurns, Removal, RemoveConversation, RemoveInsight, RemoveItem,
    RemoveTurn, Search, SetInsightState, ShowTurn, UndoRemoval,
};
use engine::types::{Added, Conversation, Evidence, Insight, Item, Page, SearchAnswer, TopicOverview, Turn};

use super::{commands, run};

commands! {
    /// Answers a question over everything that is remembered.
    search(desk, input: Search) -> SearchAnswer {
        run(desk, input).await
    }

    /// What assistants know, one by one.
    list_items(desk, input: ListItems) -> Vec<Item> {
        run(desk, input).await
    }

    /// Adds by the owner's hand.
    add_item(desk, input: AddItem) -> Added {
        run(desk, input).await
    }

    /// Changes by the owner's hand.
    edit_item(desk, input: EditItem) -> Item {
        run(desk, input).await
    }

    /// Removes; it can be taken back for a while.
    remove_item(desk, input: RemoveItem) -> Removal {
        run(desk, input).await
    }

    /// Puts a removed item back.
    undo_removal(desk, input: UndoRemoval) -> Item {
        run(desk, input).await
    }

    /// Conversations, the last active first.
    list_conversations(desk, input: ListConversations) -> Page<Conversation> {
        run(desk, input).await
    }

    /// Removes a conversation with all its turns.
    remove_conversation(desk, input: RemoveConversation) -> () {
        run(desk, input).await
    }

    /// Turns, a page at a time.
    list_turns(desk, input: ListTurns) -> Page<Turn> {
        run(desk, input).await
    }

    /// One turn whole.
    show_turn(desk, input: ShowTurn) -> Turn {
        run(desk, input).await
    }

    /// Removes one turn.
    remove_turn(desk, input: RemoveTurn) -> () {
        run(desk, input).await
    }

    /// What was found, newest first.
    list_insights(desk, input: ListInsights) -> Vec<Insight> {
        run(desk, input).await
    }

    /// Accepts an insight, sets it aside or refuses it.
    set_insight_state(desk, input: SetInsightState) -> Insight {
        run(desk, input).await
    }

    /// Refuses an insight for good.
    dismiss_insight(desk, input: DismissInsight) -> () {
        run(desk, input).await
    }

    /// Removes an insight.
    remove_insight(desk, input: RemoveInsight) -> () {
        run(desk, input).await
    }

    /// What was spoken of in the last weeks, counted.
    list_topics(desk, input: ListTopics) -> TopicOverview {
        run(desk, input).await
    }

    /// Where a topic was spoken of, a page at a time.
    list_topic_turns(desk, input: ListTopicTurns) -> Page<Evidence> {
        run(desk, input).await
    }

    /// Leaves a topic out everywhere, or takes it up again.
    dismiss_topic(desk, input: DismissTopic) -> () {
        run(desk, input).await
    }
}
