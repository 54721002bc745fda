//! What an authority answers when it does not give a certificate, in words that say what to do.

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::http::{Heard, Unanswered};
use crate::public::Refusal;

/// A failure for people: what happened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Problem {
    /// What happened and why.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; {}", self.what, self.remedy)
    }
}

/// Why an order failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AcmeError {
    /// The authority could not be asked.
    #[error("{directory} could not be asked: {source}")]
    Unanswered { directory: String, source: Unanswered },
    /// It answered with something that is no ACME.
    #[error("{directory} did not answer as a certificate authority does ({detail})")]
    Nonsense { directory: String, detail: String },
    /// It said no, in the words of RFC 8555 §6.7.
    #[error("the authority refused: {detail} ({kind})")]
    Refused { kind: String, detail: String },
    /// It could not see that the name is ours.
    #[error("the authority could not see that {name} leads here: {detail} ({kind})")]
    Challenge { name: String, kind: String, detail: String },
    /// It does not offer the challenge that is set.
    #[error("the authority does not offer the challenge {0}")]
    NoSuchChallenge(&'static str),
    /// It took too long.
    #[error("the authority did not come to a decision in time")]
    TooLong,
    /// Its terms are not those that were agreed to.
    #[error("the terms of the authority have to be agreed to first: {0}")]
    Terms(String),
    /// The public name is an address.
    #[error("{0} is an address, and certificates are ordered for names")]
    NotAName(String),
    /// The key of the account can not be used.
    #[error("the account at the authority can not be used: {0}")]
    Account(String),
    /// What it issued is not what clients believe.
    #[error("what the authority issued is not used: {0}")]
    Issued(Refusal),
    /// Nothing to judge by.
    #[error("{0}")]
    Believers(String),
    /// Something of ours: files, keys.
    #[error("{0}")]
    Own(#[from] crate::Error),
}

/// A clock that differs by more than this from the authority's is wrong.
const CLOCK_TOLERANCE: std::time::Duration = std::time::Duration::from_hours(1);

impl AcmeError {
    pub(crate) fn of(error: instant_acme::Error, directory: &str, heard: &Heard) -> Self {
        use instant_acme::Error as E;

        let nonsense = |detail: String| Self::Nonsense {
            directory: directory.to_owned(),
            detail: heard.strange.clone().unwrap_or(detail),
        };
        match error {
            E::Api(problem) => {
                let kind = kind(&problem);
                Self::Refused { detail: detail(&problem), kind }
            }
            E::Timeout(_) => Self::TooLong,
            E::KeyRejected | E::Crypto => Self::Account(error.to_string()),
            E::Other(inner) => match inner.downcast::<Unanswered>() {
                Ok(source) => Self::Unanswered { directory: directory.to_owned(), source: *source },
                Err(inner) => nonsense(inner.to_string()),
            },
            error => nonsense(error.to_string()),
        }
    }

    /// The short name of the authority's error, if it named one.
    pub(crate) fn kind(&self) -> Option<&str> {
        match self {
            Self::Refused { kind, .. } | Self::Challenge { kind, .. } => Some(kind),
            _ => None,
        }
    }

    /// For people; the clocks may explain what nothing else does.
    pub(crate) fn explain(&self, heard: &Heard, now: Timestamp) -> Problem {
        let mut remedy = self.remedy(heard.retry_at);
        if let Some((theirs, ours)) = heard.clocks
            && (ours.since(theirs) > CLOCK_TOLERANCE || theirs.since(ours) > CLOCK_TOLERANCE)
        {
            remedy = format!(
                "the computer's clock says {ours}, the authority's {theirs}: set the clock right (date and time settings)"
            );
        } else if let Self::Unanswered { source: Unanswered::Certificate(reason), .. } = self
            && is_about_time(reason)
        {
            remedy = format!(
                "the computer's clock says {now}: set it right if that is wrong (date and time settings)"
            );
        }
        Problem { what: self.to_string(), remedy }
    }

    fn remedy(&self, retry_at: Option<Timestamp>) -> String {
        match self {
            Self::Unanswered { source: Unanswered::Certificate(_), .. } => {
                "somebody stands between this computer and the authority, or acme.directory is wrong; for an \
                 authority of your own name its root with acme.root"
            }
            Self::Unanswered { .. } => {
                "look at the internet connection of this computer; it is tried again by itself"
            }
            Self::Nonsense { .. } => {
                "look at acme.directory: it must be the authority's directory address; a proxy may have answered in \
                 its place"
            }
            Self::Refused { kind, .. } | Self::Challenge { kind, .. } => return remedy_of(kind, retry_at),
            Self::NoSuchChallenge(_) => "set acme.challenge to \"tls-alpn-01\" or \"http-01\", whichever it offers",
            Self::TooLong => "it is tried again by itself; if it goes on, look at the authority's status page",
            Self::Terms(_) => "read them, then run `ambient-insights certificates order --agree-to-terms`",
            Self::NotAName(_) => "give public_url a host name, or name a certificate's files with certificate.chain",
            Self::Account(_) => {
                "delete the file account.json in the certificates folder; a new account is made with the next order"
            }
            Self::Issued(_) => {
                "nothing was replaced; look at acme.directory and the computer's clock, it is tried again by itself"
            }
            Self::Believers(_) | Self::Own(_) => "mend that; it is tried again by itself",
        }
        .to_owned()
    }
}

fn is_about_time(error: &rustls::Error) -> bool {
    use rustls::CertificateError as E;
    matches!(
        error,
        rustls::Error::InvalidCertificate(
            E::Expired | E::ExpiredContext { .. } | E::NotValidYet | E::NotValidYetContext { .. }
        )
    )
}

/// The remedy for each kind of RFC 8555 §6.7 that a person can do something about.
fn remedy_of(kind: &str, retry_at: Option<Timestamp>) -> String {
    match kind {
        "rateLimited" => {
            return match retry_at {
                Some(at) => format!("it asks to wait until {at}; nothing is ordered before"),
                None => "it has given out or refused too much for this name of late; wait, and try with \
                         acme.directory = \"letsencrypt-staging\" until the rest is in order"
                    .to_owned(),
            };
        }
        "dns" => "its name servers know no address for the name: give it an A record that leads here",
        "connection" | "unauthorized" | "incorrectResponse" | "tls" => {
            "port 443 of the name (for http-01 port 80) must lead to this program as it is, without a proxy that \
             ends TLS itself; start the tunnel, or look at the router's forwarding"
        }
        "caa" => "a CAA record of the name forbids this authority: allow it there, or set another acme.directory",
        "rejectedIdentifier" | "unsupportedIdentifier" => {
            "it gives no certificates for this name; take another name, or set another acme.directory"
        }
        "userActionRequired" => {
            "it has new terms: read them, then run `ambient-insights certificates order --agree-to-terms`"
        }
        "externalAccountRequired" => "it wants an account made beforehand; set another acme.directory",
        "serverInternal" => "that is the authority's own trouble; it is tried again by itself",
        _ => "look at the authority's words; it is tried again by itself",
    }
    .to_owned()
}

/// The last part of the problem's type: `rateLimited` of `urn:ietf:params:acme:error:rateLimited`.
pub(crate) fn kind(problem: &instant_acme::Problem) -> String {
    let kind = problem.r#type.as_deref().unwrap_or("without a type");
    clean(kind.rsplit(':').next().unwrap_or(kind), 60)
}

pub(crate) fn detail(problem: &instant_acme::Problem) -> String {
    let mut parts: Vec<&str> = problem.detail.as_deref().into_iter().collect();
    parts.extend(problem.subproblems.iter().filter_map(|part| part.detail.as_deref()));
    clean(&parts.join("; "), 500)
}

/// Another's words, fit for one line of ours.
fn clean(text: &str, longest: usize) -> String {
    let text: String =
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(longest).collect();
    if text.trim().is_empty() { "no reason given".to_owned() } else { text.trim().to_owned() }
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
