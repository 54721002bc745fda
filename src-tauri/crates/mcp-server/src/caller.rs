//! Who calls: the authenticated client behind one HTTP request.

use context::Author;
use http::request::Parts;
use rmcp::{ErrorData, RoleServer, service::RequestContext};

use crate::scope::Needs;

/// The client that an HTTP request was authenticated as.
///
/// The gateway inserts it into the request's extensions after it has checked the bearer token. A request
/// without one is refused: there is no anonymous caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The OAuth `client_id`.
    pub client_id: String,
    /// The client's name as the owner saw it on approval.
    pub client_name: String,
    /// The id of the grant behind the token; what a legacy session is bound to.
    pub principal: String,
    /// The scopes that the owner granted, such as `context:read`.
    pub scopes: Vec<String>,
    /// How the request came to this computer, as the gateway names it; only reported on.
    pub arrival: String,
}

impl Caller {
    /// The caller of the request being handled.
    ///
    /// # Errors
    /// An `invalid_request` error when the gateway put no caller on the request.
    pub(crate) fn of(request: &RequestContext<RoleServer>) -> Result<&Self, ErrorData> {
        request
            .extensions
            .get::<Parts>()
            .and_then(|parts| parts.extensions.get::<Self>())
            .ok_or_else(|| ErrorData::invalid_request("this request carries no authenticated client", None))
    }

    /// Whether every scope of `needed` was granted.
    pub(crate) fn may(&self, needed: &[&'static str]) -> bool {
        needed.iter().all(|scope| self.holds(scope))
    }

    /// Whether enough was granted.
    pub(crate) fn meets(&self, needs: Needs) -> bool {
        self.missing(needs).is_empty()
    }

    /// The scopes that were not granted and would have to be; empty where enough was.
    pub(crate) fn missing(&self, needs: Needs) -> Vec<&'static str> {
        needs.missing(|scope| self.holds(scope))
    }

    /// The scopes on which the caller comes through: where one of several is enough, the first that it holds.
    pub(crate) fn through(&self, needs: Needs) -> &'static [&'static str] {
        match needs {
            Needs::All(scopes) => scopes,
            Needs::AnyOf(scopes) => {
                let held = scopes.iter().position(|scope| self.holds(scope));
                held.map_or(scopes, |place| &scopes[place..=place])
            }
        }
    }

    fn holds(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }

    /// The caller as the author of what it stores.
    pub(crate) fn author(&self) -> Author {
        Author::Client { client_id: self.client_id.clone(), client_name: self.client_name.clone() }
    }
}
