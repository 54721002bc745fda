//! What the consent window shows: the facts of one request in words for the person who decides.
//!
//! The window shows these facts and adds none. Everything that a client wrote is text here, cleaned of what
//! could make it look like something else.

use std::net::IpAddr;

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::redirect_uri::{self, Kind};
use crate::client::{built_in, name};
use crate::duration::AccessDuration;
use crate::id::RequestId;
use crate::rules::likeness;
use crate::scope::Scope;
use crate::secret::ConfirmationCode;
use crate::service::PendingRequest;

/// One switch of the consent window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ScopeChoice {
    /// The scope.
    pub scope: Scope,
    /// What it allows.
    pub words: String,
    /// Whether it is ticked when the window opens.
    pub ticked: bool,
    /// Whether giving it needs a second, deliberate confirmation.
    pub confirm: bool,
}

/// One choice of how long access lasts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DurationChoice {
    /// The duration.
    pub duration: AccessDuration,
    /// What it means.
    pub words: String,
}

/// Everything that the consent window shows. All texts are plain text.
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ConsentFacts {
    /// The request.
    pub id: RequestId,
    /// The client's name.
    pub client_name: String,
    /// The client.
    pub client_id: String,
    /// Whether the name is more than the client's own word.
    pub verified: bool,
    /// What that means.
    pub verified_words: String,
    /// The host that has the client's metadata, which is proved; its name is its own word all the same.
    pub verified_host: Option<String>,
    /// Whether the client is not the same as when it was approved before.
    pub changed: bool,
    /// Host and port that the credentials go to.
    pub credentials_host: String,
    /// What is there.
    pub credentials_words: String,
    /// Where the request came from.
    pub arrival_words: String,
    /// Whether it came from the internet, and its browser was not proved to be on this computer.
    pub from_internet: bool,
    /// The browser's address, where it is known.
    pub remote_address: Option<IpAddr>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// What access is asked for.
    pub resource: String,
    /// The scopes that were asked for, as switches.
    pub scopes: Vec<ScopeChoice>,
    /// How long access may last.
    pub durations: Vec<DurationChoice>,
    /// The one that is chosen when the window opens.
    pub suggested_duration: AccessDuration,
    /// Whether the code that the waiting page shows has to be typed.
    pub code_required: bool,
    /// How many characters the code has.
    pub code_length: usize,
    /// When it was asked.
    pub requested_at: Timestamp,
    /// Until when it can be decided.
    pub expires_at: Timestamp,
    /// Warnings, the most serious first.
    pub warnings: Vec<String>,
}

/// Where the credentials go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// A program on the browser's computer, which is this one.
    ThisComputer,
    /// A program on the browser's computer, wherever that is.
    BrowsersComputer,
    Internet,
    /// A program on the browser's computer that has claimed a scheme.
    PrivateUse,
    Unknown,
}

/// Makes the facts of a request.
#[must_use]
pub fn describe(request: &PendingRequest) -> ConsentFacts {
    let client_name = name::clean(&request.client_name);
    let tunnel = request.arrival != "local";
    let from_internet = tunnel && !request.proved;
    let place = place(&request.redirect_uri, from_internet);
    let credentials_host = redirect_uri::display_host(&request.redirect_uri);
    ConsentFacts {
        id: request.id,
        client_id: request.client_id.clone(),
        verified: request.verified,
        verified_words: verified_words(request),
        verified_host: request.verified_host.clone(),
        changed: request.changed,
        credentials_words: credentials_words(place, &request.redirect_uri, from_internet),
        arrival_words: arrival_words(request, tunnel),
        from_internet,
        // Behind a tunnel on this computer the peer is the tunnel's own end, and says nothing of the browser.
        remote_address: request.remote_address.filter(|address| !(tunnel && address.is_loopback())),
        user_agent: request.user_agent.as_deref().and_then(name::clean_user_agent),
        resource: request.resource.clone(),
        scopes: request
            .scopes
            .iter()
            .map(|scope| ScopeChoice {
                scope,
                words: scope.in_words().to_owned(),
                ticked: scope != Scope::Admin,
                confirm: scope == Scope::Admin,
            })
            .collect(),
        durations: AccessDuration::ALL
            .into_iter()
            .map(|duration| DurationChoice { duration, words: duration.in_words().to_owned() })
            .collect(),
        suggested_duration: if request.verified {
            AccessDuration::UntilRevoked
        } else {
            AccessDuration::ThirtyDays
        },
        code_required: request.code_required,
        code_length: ConfirmationCode::LENGTH,
        requested_at: request.requested_at,
        expires_at: request.expires_at,
        warnings: warnings(request, &client_name, place, &credentials_host, from_internet),
        client_name,
        credentials_host,
    }
}

fn verified_words(request: &PendingRequest) -> String {
    if request.verified {
        return if built_in::find(&request.client_id).is_some() {
            "Comes with Ambient Insights: this name is checked.".to_owned()
        } else {
            "You registered this program yourself: this name is checked.".to_owned()
        };
    }
    match &request.verified_host {
        Some(host) => format!("{host} vouches for this program: that is checked. Its name is its own word."),
        None => "This name is the program's own word. Anybody can choose it.".to_owned(),
    }
}

fn place(redirect_uri: &str, from_internet: bool) -> Place {
    let on_loopback = redirect_uri::is_on_loopback(redirect_uri);
    match redirect_uri::inspect(redirect_uri) {
        // "localhost" is the computer of whoever reads it. For a browser that may be anywhere, that is not
        // this one, and to say so would be a lie that lets a stranger in.
        Ok(Kind::Loopback | Kind::Https) if on_loopback && from_internet => Place::BrowsersComputer,
        Ok(Kind::Loopback | Kind::Https) if on_loopback => Place::ThisComputer,
        Ok(Kind::Loopback | Kind::Https) => Place::Internet,
        Ok(Kind::PrivateUse) => Place::PrivateUse,
        Err(_) => Place::Unknown,
    }
}

fn credentials_words(place: Place, redirect_uri: &str, from_internet: bool) -> String {
    match place {
        Place::ThisComputer => "a program on this computer".to_owned(),
        Place::BrowsersComputer => "a program on the computer of the browser that asks".to_owned(),
        Place::Internet => "a server on the internet".to_owned(),
        Place::PrivateUse => {
            let scheme = redirect_uri.split_once(':').map_or("", |(scheme, _)| scheme);
            let computer =
                if from_internet { "the computer of the browser that asks" } else { "this computer" };
            format!("the program that has claimed {scheme}: on {computer}")
        }
        Place::Unknown => "an address that can not be read".to_owned(),
    }
}

fn arrival_words(request: &PendingRequest, tunnel: bool) -> String {
    let provider = request.provider.as_deref().unwrap_or("unknown");
    match (tunnel, request.proved) {
        (false, _) if request.navigation => "This computer, from a browser".to_owned(),
        (false, _) => "This computer, in the background of a web page".to_owned(),
        (true, true) => format!("This computer, from a browser, through the tunnel ({provider})"),
        (true, false) => format!("The internet, through the tunnel ({provider})"),
    }
}

fn warnings(
    request: &PendingRequest,
    client_name: &str,
    place: Place,
    credentials_host: &str,
    from_internet: bool,
) -> Vec<String> {
    let mut warnings = Vec::new();
    // Only with https does the host say who gets the answer: anybody can claim `evil://claude.ai`.
    let answers_to = if place == Place::Internet { request.redirect_host.as_str() } else { "" };
    let vouched_for_by = request.verified_host.as_deref().unwrap_or("");
    if !request.verified
        && let Some(known) = likeness::taken_for(client_name, answers_to)
        // The real one's own host may vouch for another of its programs.
        && likeness::taken_for(client_name, vouched_for_by).is_some()
    {
        warnings.push(format!(
            "It looks like {known}, but nothing shows that it is. Anybody can use that name: deny it unless you \
             have just connected it yourself."
        ));
    }
    if request.changed {
        warnings.push(
            "It has changed since you approved it: its name or the addresses that its access may go to are others \
             now."
                .to_owned(),
        );
    }
    if let Some(host) = &request.verified_host
        && place == Place::Internet
        && *host != request.redirect_host
    {
        warnings.push(format!("The access goes to {}, not to {host}.", request.redirect_host));
    }
    if from_internet {
        warnings.push(
            "It comes from the internet. Approve it only if you have just started it yourself, and the code is on \
             a page in front of you."
                .to_owned(),
        );
    }
    if !request.navigation {
        warnings.push(
            "A web page asked for this in the background. Deny it unless you know why it would.".to_owned(),
        );
    }
    if place == Place::BrowsersComputer || (place == Place::PrivateUse && from_internet) {
        warnings.push(
            "The access goes to the computer of the browser that asks, which need not be this one."
                .to_owned(),
        );
    }
    if credentials_host.split(['.', ':']).any(|label| label.starts_with("xn--")) {
        warnings.push(format!(
            "The address {credentials_host} stands for letters that may look like another address."
        ));
    }
    if matches!(place, Place::PrivateUse | Place::Unknown) {
        warnings.push("Any program can claim the address that the access goes to.".to_owned());
    }
    if request.scopes.contains(Scope::Admin) {
        warnings.push(
            "It asks to change this program's settings. Few programs need that; it is not ticked.".to_owned(),
        );
    }
    warnings
}

#[cfg(test)]
#[path = "consent_tests.rs"]
mod tests;
