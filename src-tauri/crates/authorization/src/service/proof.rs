//! Proving that the browser of a request is on this computer.
//!
//! A request that came through the tunnel says nothing of where its browser runs. Its page offers a link that
//! only a program on this computer can follow; the app answers by opening the page once more in the person's
//! browser, with a nonce. When a browser brings the nonce *and* the request's cookie, it is the same computer.
//! Somebody else's link leads a browser without the cookie, and proves nothing.

use super::{Authorization, Inner};
use crate::Error;
use crate::audit::{AuditEntry, AuditKind, Decider};
use crate::event::AuthorizationEvent;
use crate::id::RequestId;
use crate::rules::approval::Status;
use crate::rules::proof::TooMany;
use crate::secret::{Browser, Proof, Token, TokenHash};
use crate::store;

/// Why a proof was not begun.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// No such request waits.
    #[error("no such request is waiting; let the client ask again")]
    NotPending,
    /// It began on this computer, or was proved before.
    #[error("this request needs no proof; open it from the tray icon")]
    NotNeeded,
    /// It was begun too often.
    #[error("this was tried too often; open the request from the tray icon and type the code of its page")]
    TooOften,
    /// The database.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl Authorization {
    /// Begins the proof that the browser of a request is on this computer: gives the address that the person's
    /// own browser is to open. It is good once, and for two minutes; an address that was given before is good
    /// no more. It holds a secret, so it belongs into no log.
    ///
    /// # Errors
    /// See [`ProofError`].
    pub async fn begin_proof(&self, id: RequestId) -> Result<String, ProofError> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let request = inner
            .database
            .read(move |connection| -> Result<_, Error> { Ok(store::requests::find(connection, id)?) })
            .await?
            .filter(|request| request.status == Status::Pending && now < request.expires_at)
            .ok_or(ProofError::NotPending)?;
        // Only a request that came through the tunnel needs a code.
        if !request.code_required || request.proved {
            return Err(ProofError::NotNeeded);
        }
        let nonce = Token::<Proof>::generate(&*inner.random);
        inner.proofs.lock().give(id, nonce.hash(), request.expires_at, now).map_err(
            |too_many| match too_many {
                TooMany::OfRequest | TooMany::Requests => ProofError::TooOften,
            },
        )?;
        Ok(format!("{}/oauth/requests/{id}?proof={}", request.issuer, nonce.expose()))
    }
}

impl Inner {
    /// Notes that this browser of the request is on this computer. To be called when it has brought both the
    /// nonce and its cookie.
    pub(crate) async fn prove(&self, id: RequestId, browser: TokenHash<Browser>) -> Result<(), Error> {
        let (now, lifetime) = (self.clock.now(), self.settings.request_lifetime);
        let proved = self
            .database
            .write(move |connection| -> Result<bool, Error> {
                if !store::requests::prove(connection, id, &browser, lifetime, now)? {
                    // Decided or expired in between.
                    return Ok(false);
                }
                if let Some(request) = store::requests::find(connection, id)? {
                    let entry = AuditEntry {
                        request_id: Some(id),
                        arrival: Some(request.arrival),
                        by: Some(Decider::Rule),
                        ..AuditEntry::new(now, AuditKind::Proved)
                            .client(&request.client_id, &request.client_name)
                    };
                    store::audit::append(connection, &entry)?;
                }
                Ok(true)
            })
            .await?;
        if proved {
            self.announce(AuthorizationEvent::RequestProved { id });
        }
        Ok(())
    }
}
