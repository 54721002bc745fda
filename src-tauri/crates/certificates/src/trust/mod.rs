//! Telling the computer's trust stores to believe the local CA, and to stop believing it.
//!
//! Each store says what it will do before it does anything ([`TrustStore::plan`]), does it
//! ([`TrustStore::apply`]), and looks afterwards whether it took effect. Taking back removes our CA alone.

mod certificate;
mod command;
mod error;
#[cfg(test)]
mod fixture;
#[cfg(all(unix, any(test, not(target_os = "macos"))))]
mod linux;
#[cfg(any(test, target_os = "macos"))]
mod macos;
mod nss;
#[cfg(any(test, windows))]
mod windows;

use std::fmt::Debug;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use certificate::CaCertificate;
pub use command::quoted;
pub use error::TrustError;

/// What is to be done with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Make the store believe the CA.
    Trust,
    /// Take the CA out of the store.
    Untrust,
}

/// What a store thinks of the CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It does not know it.
    Absent,
    /// It has the file, but does not believe it (yet).
    Incomplete,
    /// It believes it.
    Trusted,
}

/// What will be done, in words for a person, before anything is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The store's [`TrustStore::id`].
    pub store: String,
    /// The store's [`TrustStore::label`].
    pub label: String,
    /// What is to be done.
    pub action: Action,
    /// What the store thinks of the CA now.
    pub state: State,
    /// Whether only an administrator may do it.
    pub administrator: bool,
    /// The steps, in order; none where nothing is to be done.
    pub steps: Vec<String>,
}

/// What [`TrustStore::apply`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is done, and was looked at afterwards.
    Done,
    /// It was so already.
    Unchanged,
}

/// A trust store of this computer or of one program on it. All calls block: they run the store's own tools.
pub trait TrustStore: Debug + Send + Sync {
    /// A short name that stays the same, for scripts: `system`, `nss:PATH`.
    fn id(&self) -> String;

    /// A name for people.
    fn label(&self) -> String;

    /// What the store thinks of the CA now.
    ///
    /// # Errors
    /// When the store, or the tool that reads it, is not there or fails.
    fn state(&self, ca: &CaCertificate) -> Result<State, TrustError>;

    /// The steps of an action, and whether only an administrator may do them.
    fn steps(&self, ca: &CaCertificate, action: Action) -> (Vec<String>, bool);

    /// Does the steps, whatever the state is. Called by [`TrustStore::apply`].
    ///
    /// # Errors
    /// When a step fails; what was begun is taken back.
    fn perform(&self, ca: &CaCertificate, action: Action) -> Result<(), TrustError>;

    /// What [`TrustStore::apply`] would do.
    ///
    /// # Errors
    /// Those of [`TrustStore::state`].
    fn plan(&self, ca: &CaCertificate, action: Action) -> Result<Plan, TrustError> {
        let state = self.state(ca)?;
        let (steps, administrator) =
            if reached(state, action) { (Vec::new(), false) } else { self.steps(ca, action) };
        Ok(Plan { store: self.id(), label: self.label(), action, state, administrator, steps })
    }

    /// Does it and looks whether it took effect; does nothing where it is so already.
    ///
    /// # Errors
    /// When a step fails or has no effect; [`TrustError::NeedsAdministrator`] names the command to type.
    fn apply(&self, ca: &CaCertificate, action: Action) -> Result<Outcome, TrustError> {
        if reached(self.state(ca)?, action) {
            return Ok(Outcome::Unchanged);
        }
        self.perform(ca, action)?;
        if reached(self.state(ca)?, action) {
            tracing::info!(store = self.id(), ?action, "changed a trust store");
            Ok(Outcome::Done)
        } else {
            Err(TrustError::NoEffect { store: self.label(), action })
        }
    }
}

fn reached(state: State, action: Action) -> bool {
    match action {
        Action::Trust => state == State::Trusted,
        Action::Untrust => state == State::Absent,
    }
}

/// Where to look for trust stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The person's home folder.
    pub home: PathBuf,
    /// Where the system's folders hang: `/`.
    pub system: PathBuf,
    /// NSS's `certutil`: a path, or a name that is looked for in `PATH`.
    pub certutil: PathBuf,
}

impl Places {
    /// The real places of the person with this home folder.
    #[must_use]
    pub fn of(home: PathBuf) -> Self {
        Self { home, system: PathBuf::from("/"), certutil: PathBuf::from("certutil") }
    }
}

/// The trust stores that exist here: the system's, then those of browsers with one of their own.
#[must_use]
pub fn stores(places: &Places) -> Vec<Box<dyn TrustStore>> {
    let mut stores: Vec<Box<dyn TrustStore>> = Vec::new();
    #[cfg(target_os = "macos")]
    stores.push(Box::new(macos::LoginKeychain::of(&places.home)));
    #[cfg(windows)]
    stores.push(Box::new(windows::UserRoot));
    #[cfg(all(unix, not(target_os = "macos")))]
    stores.extend(
        linux::SystemStore::detect(&places.system).map(|store| Box::new(store) as Box<dyn TrustStore>),
    );
    // On the other systems Firefox asks the system's store, and certutil is another program.
    if cfg!(all(unix, not(target_os = "macos"))) {
        stores.extend(nss::find(places).into_iter().map(|store| Box::new(store) as Box<dyn TrustStore>));
    }
    stores
}
