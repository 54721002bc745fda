//! Answers that stand: the stream of a legacy session, and `subscriptions/listen`. Each ends when the program stops
//! or the grant that opened it ends, not only when its client goes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use authorization::{AuthorizationEvent, Principal};
use axum::body::Body;
use futures::StreamExt as _;
use http::{Method, Response};
use parking_lot::Mutex;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::sync::{CancellationToken, DropGuard};

/// An external authorization server tells nobody here what it takes back, so its clients ask anew for their streams
/// and show their tokens again.
const EXTERNAL_STANDS_FOR: Duration = Duration::from_mins(10);

/// How many answers of one principal may stand at once. Each holds a task and a place in line for every change; no
/// assistant needs more than a few.
pub(crate) const MOST_STANDING: usize = 64;

/// How long an answer has to say that it is over before its stream is cut.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The modern method whose answer stands.
const LISTEN: &str = "subscriptions/listen";

/// Whether the answer to such a request stands until somebody ends it.
pub(crate) fn stands(method: &Method, json_rpc_method: Option<&str>) -> bool {
    method == Method::GET || (method == Method::POST && json_rpc_method == Some(LISTEN))
}

/// How many answers stand, by whose they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted(Arc<Mutex<HashMap<String, usize>>>);

/// A place among the answers that stand; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    counted: Counted,
    principal: String,
}

impl Counted {
    /// A place for one more of this principal's answers; none: they have enough.
    pub(crate) fn take(&self, principal: &str) -> Option<Place> {
        let mut counts = self.0.lock();
        let count = counts.entry(principal.to_owned()).or_default();
        if *count >= MOST_STANDING {
            return None;
        }
        *count += 1;
        Some(Place { counted: self.clone(), principal: principal.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counted.0.lock();
        if let Some(count) = counts.get_mut(&self.principal) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.principal);
            }
        }
    }
}

/// One standing answer. Dropped, it ends.
pub(crate) struct Standing {
    ending: CancellationToken,
    guard: DropGuard,
    place: Place,
}

impl Standing {
    /// Watches over an answer to `principal`. `events` must have been taken before the token was looked at: else a
    /// grant that ends in between would never be noticed. `revoked` is run if it was the grant that ended.
    pub(crate) fn watch(
        events: Receiver<AuthorizationEvent>,
        principal: Principal,
        place: Place,
        stopping: &CancellationToken,
        revoked: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        // A child: it ends with the program, and ending it ends nothing else.
        let ending = stopping.child_token();
        let guard = ending.clone().drop_guard();
        let watched = ending.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = watched.cancelled() => {}
                () = grant_ended(events, &principal) => {
                    watched.cancel();
                    revoked.await;
                }
            }
        });
        Self { ending, guard, place }
    }

    /// What tells the MCP server that the answer is to end.
    pub(crate) fn ending(&self) -> mcp_server::Ending {
        mcp_server::Ending(self.ending.clone())
    }

    /// The answer with its end. The answer to a POST may say itself that it is over before its stream is cut; the
    /// stream of a session has no last word.
    pub(crate) fn hold(self, response: Response<Body>, method: &Method) -> Response<Body> {
        let Self { ending, guard, place } = self;
        let last_words = if method == Method::POST { LAST_WORDS } else { Duration::ZERO };
        let cut = async move {
            ending.cancelled_owned().await;
            tokio::time::sleep(last_words).await;
        };
        response.map(|body| {
            let stream = body.into_data_stream().take_until(Box::pin(cut)).inspect(move |_| {
                // The stream holds both for as long as somebody reads it.
                let _ = (&guard, &place);
            });
            Body::from_stream(stream)
        })
    }
}

/// Answers when the grant ends, or when it can no longer be known that it has not.
async fn grant_ended(mut events: Receiver<AuthorizationEvent>, principal: &Principal) {
    let Some(grant) = principal.grant() else {
        return tokio::time::sleep(EXTERNAL_STANDS_FOR).await;
    };
    loop {
        match events.recv().await {
            Ok(AuthorizationEvent::GrantRevoked { id, .. } | AuthorizationEvent::ReplaySeen { id, .. })
                if id == grant =>
            {
                return;
            }
            Ok(_) => {}
            Err(RecvError::Lagged(_) | RecvError::Closed) => return,
        }
    }
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
