//! Subscriptions: whoever watches a resource is told when it has changed, by whatever hand.
//!
//! Both eras of the protocol end in [`follow`]: a legacy session with what it subscribed to one by one
//! (`resources/subscribe`), a modern `subscriptions/listen` with what it named at once.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use context::{Action, Change, Context, Subject};
use futures::future::BoxFuture;
use http::request::Parts;
use parking_lot::Mutex;
use rmcp::model::ResourceUpdatedNotificationParam;
use rmcp::service::RequestContext;
use rmcp::{Peer, RoleServer};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use crate::resources::Address;

/// The most resources that one session or one stream watches. A client gone wild would else make every change
/// expensive.
pub(crate) const MOST_WATCHED: usize = 256;

/// Changes within this time are told together: one logged turn brings a handful, an import thousands.
const GATHERED_FOR: Duration = Duration::from_millis(100);

/// Put on a request by the gateway: cancelled when the program stops or the caller's grant ends. What answers for
/// as long as it stands must end then.
#[derive(Clone, Debug)]
pub struct Ending(pub CancellationToken);

impl Ending {
    /// The request's; one that never comes where nobody put any on it.
    pub(crate) fn of(request: &RequestContext<RoleServer>) -> Self {
        let parts = request.extensions.get::<Parts>();
        let found = parts.and_then(|parts| parts.extensions.get::<Self>()).cloned();
        found.unwrap_or_else(|| Self(CancellationToken::new()))
    }
}

/// What one legacy session watches. It ends with the session's handler.
#[derive(Default)]
pub(crate) struct Watch {
    addresses: Arc<Mutex<HashSet<Address>>>,
    following: Mutex<Option<DropGuard>>,
}

/// The session watches as many resources as it may.
#[derive(Debug, thiserror::Error)]
#[error("a session watches at most {MOST_WATCHED} resources; unsubscribe from one first")]
pub(crate) struct TooMany;

impl Watch {
    /// Watches one more; the session's client is told of its changes from now on.
    pub(crate) fn add(
        &self,
        context: &Context,
        address: Address,
        peer: &Peer<RoleServer>,
    ) -> Result<(), TooMany> {
        {
            let mut addresses = self.addresses.lock();
            if addresses.len() >= MOST_WATCHED && !addresses.contains(&address) {
                return Err(TooMany);
            }
            addresses.insert(address);
        }
        let mut following = self.following.lock();
        if following.is_none() {
            let ended = CancellationToken::new();
            *following = Some(ended.clone().drop_guard());
            let (context, addresses, peer) = (context.clone(), Arc::clone(&self.addresses), peer.clone());
            let changes = context.changes();
            tokio::spawn(async move {
                let watched = move || addresses.lock().iter().cloned().collect();
                let told = |uri: String| -> BoxFuture<'static, bool> {
                    let peer = peer.clone();
                    Box::pin(async move {
                        let parameters = ResourceUpdatedNotificationParam::new(uri);
                        peer.notify_resource_updated(parameters).await.is_ok()
                    })
                };
                follow(&context, changes, watched, told, ended.cancelled()).await;
            });
        }
        Ok(())
    }

    /// Watches one less.
    pub(crate) fn remove(&self, address: &Address) {
        self.addresses.lock().remove(address);
    }
}

/// Tells of each change of what is watched until `ended`, until telling fails, or until the store closes.
pub(crate) async fn follow(
    context: &Context,
    mut changes: tokio::sync::broadcast::Receiver<Change>,
    watched: impl Fn() -> Vec<Address>,
    tell: impl Fn(String) -> BoxFuture<'static, bool>,
    ended: impl Future<Output = ()>,
) {
    tokio::pin!(ended);
    loop {
        let mut news = News::default();
        tokio::select! {
            () = &mut ended => return,
            change = changes.recv() => match change {
                Ok(change) => news.add(&change),
                Err(RecvError::Lagged(_)) => news.everything(),
                Err(RecvError::Closed) => return,
            },
        }
        tokio::select! {
            () = &mut ended => return,
            () = tokio::time::sleep(GATHERED_FOR) => {}
        }
        loop {
            match changes.try_recv() {
                Ok(change) => news.add(&change),
                Err(TryRecvError::Lagged(_)) => news.everything(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        let watched = watched();
        if watched.iter().any(|address| matches!(address, Address::Conversation { .. })) {
            news.find_conversations(context).await;
        }
        for address in watched.iter().filter(|address| news.touches(address)) {
            if !tell(address.to_string()).await {
                return;
            }
        }
    }
}

/// What changed since the last telling.
#[derive(Debug, Default)]
struct News {
    items: bool,
    insights: bool,
    turns: Touched,
    conversations: Touched,
    /// New turns, whose conversations are to be looked up.
    new_turns: Vec<context::TurnId>,
}

#[derive(Debug, Default)]
struct Touched {
    all: bool,
    ids: HashSet<Uuid>,
}

impl Touched {
    fn add(&mut self, id: Option<Uuid>) {
        match id {
            Some(id) => drop(self.ids.insert(id)),
            None => self.all = true,
        }
    }

    fn has(&self, id: Uuid) -> bool {
        self.all || self.ids.contains(&id)
    }
}

impl News {
    fn everything(&mut self) {
        (self.items, self.insights, self.turns.all, self.conversations.all) = (true, true, true, true);
    }

    fn add(&mut self, change: &Change) {
        match (change.subject, change.id) {
            (Subject::Item, id) => {
                self.items = true;
                // Many at once: analysis was made anew, and with it the insights.
                self.insights |= id.is_none();
            }
            (Subject::Insight, _) => self.insights = true,
            (Subject::Turn, Some(id)) if change.action == Action::Added => {
                self.turns.add(Some(id));
                self.new_turns.push(id.into());
            }
            // Of a turn that is gone nobody knows any more where it stood.
            (Subject::Turn, id) => {
                self.turns.add(id);
                self.conversations.all = true;
            }
            (Subject::Conversation, id) => {
                self.conversations.add(id);
                self.turns.all = true;
            }
        }
    }

    async fn find_conversations(&mut self, context: &Context) {
        for id in std::mem::take(&mut self.new_turns) {
            match context.turn(id).await {
                Ok(turn) => self.conversations.add(Some(turn.conversation_id.as_uuid())),
                // Removed meanwhile.
                Err(_) => self.conversations.all = true,
            }
        }
    }

    fn touches(&self, address: &Address) -> bool {
        match address {
            Address::Context => self.items,
            Address::RecentInsights => self.insights,
            Address::Conversation { id, .. } => self.conversations.has(id.as_uuid()),
            Address::Turn(id) => self.turns.has(id.as_uuid()),
        }
    }
}
