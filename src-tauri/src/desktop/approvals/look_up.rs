//! The clerk's errand for a client that is known by its URL alone: it is looked up when its request may be shown,
//! and only then. Nothing else waits meanwhile.

use engine::types::{LookUp, RequestId};
use engine::{Engine, Failure};

use super::{Clerk, State};
use crate::desktop::notice;

impl Clerk {
    /// Has a request looked up that the desk has agreed to show, and shows it then. At most five seconds later it
    /// stands in the window, or its place is free again.
    pub(super) fn show_when_looked_up(&self, id: RequestId) {
        let clerk = self.clone();
        tauri::async_runtime::spawn(async move {
            if let Err(failure) = clerk.look_up_and_show(id).await {
                tracing::error!(%failure, "an authorization request could not be shown");
            }
        });
    }

    async fn look_up_and_show(&self, id: RequestId) -> Result<(), Failure> {
        let engine = self.inner.host.engine().await?;
        let found = engine.look_up(id).await;
        let mut state = self.inner.state.lock().await;
        if matches!(found, Ok(LookUp::Ready)) {
            // Meanwhile the owner may have opened another one; then this one waits in the list.
            return if state.desk.live() == Some(id) { self.show(&mut state, id) } else { Ok(()) };
        }
        state.desk.settled(id);
        self.fill_empty_place(&engine, &mut state).await?;
        drop(state);
        if let LookUp::Refused { .. } = found? {
            notice::not_what_it_says().await;
        }
        Ok(())
    }

    /// Where a request went away before it had a window, the next one may have one.
    async fn fill_empty_place(&self, engine: &Engine, state: &mut State) -> Result<(), Failure> {
        if state.window.is_some() {
            return Ok(());
        }
        match self.next(engine, state).await {
            Some(next) if next.looked_up => self.show(state, next.id),
            Some(next) => {
                self.show_when_looked_up(next.id);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Looks a request up that the owner wants to see.
    pub(super) async fn look_up_for_owner(&self, engine: &Engine, id: RequestId) -> Result<(), Failure> {
        match engine.look_up(id).await? {
            LookUp::Ready => Ok(()),
            LookUp::Refused { reason } => {
                notice::not_what_it_says().await;
                Err(Failure::refused(format!("this program is not what it says, and was denied: {reason}")))
            }
            LookUp::Later => {
                Err(Failure::refused("this program can not be looked up right now; try again in a minute"))
            }
            LookUp::Over => Err(Failure::not_found("this request is over; let the assistant ask again")),
        }
    }
}
