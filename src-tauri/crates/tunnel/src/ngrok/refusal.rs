//! Why ngrok says no, by the codes of its errors.
//!
//! Source: ngrok.com/docs/errors/reference. ngrok's own words are not passed on: those of 105 and 107 repeat the token.

use crate::{ReasonKind, Retry};

/// Why ngrok takes nobody for us.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The token is none, or is not good any more.
    #[error(
        "ngrok does not know the token ({code}); copy it anew from https://dashboard.ngrok.com/get-started/your-authtoken \
         into the file that tunnel.ngrok.authtoken_file names"
    )]
    Token {
        /// ngrok's code.
        code: String,
    },
    /// The account has as many sessions as it may have.
    #[error(
        "the account has as many ngrok agents running as it may have ({code}); stop another one \
         (https://dashboard.ngrok.com/agents), and this one comes up by itself"
    )]
    TooManySessions {
        /// ngrok's code.
        code: String,
    },
    /// The account may not have endpoints that pass TLS on.
    #[error(
        "the account's plan has no TLS endpoints ({code}), and with others ngrok could read everything; take a plan that \
         has them (https://dashboard.ngrok.com/billing), or choose another way"
    )]
    Plan {
        /// ngrok's code.
        code: String,
    },
    /// The name is not the account's.
    #[error(
        "the name {domain} is not reserved for the account ({code}); reserve it at https://dashboard.ngrok.com/domains, \
         or set public_url to one that is"
    )]
    NameNotReserved {
        /// The name.
        domain: String,
        /// ngrok's code.
        code: String,
    },
    /// Somebody serves the name already.
    #[error(
        "{domain} is online already ({code}); stop the other agent (https://dashboard.ngrok.com/endpoints). It may be \
         what is left of our own broken connection: then it ends by itself"
    )]
    NameInUse {
        /// The name.
        domain: String,
        /// ngrok's code.
        code: String,
    },
    /// The account may not come from here.
    #[error(
        "the account's rules do not let this computer's address in ({code}); change them at \
         https://dashboard.ngrok.com/ip-restrictions"
    )]
    Address {
        /// ngrok's code.
        code: String,
    },
    /// The account is closed, or was not paid for.
    #[error("ngrok has suspended the account ({code}); see https://dashboard.ngrok.com/billing")]
    Suspended {
        /// ngrok's code.
        code: String,
    },
    /// This program's ngrok is too old.
    #[error(
        "ngrok does not take this program's version of its protocol any more ({code}); update this program"
    )]
    TooOld {
        /// ngrok's code.
        code: String,
    },
    /// Anything else.
    #[error("ngrok refuses it ({code}); https://ngrok.com/docs/errors/{} says why", .code.to_ascii_lowercase())]
    Other {
        /// ngrok's code, or "no code".
        code: String,
    },
}

impl Refusal {
    /// What a code means, for the endpoint of this name.
    #[must_use]
    pub fn of(code: Option<&str>, domain: &str) -> Self {
        let number =
            code.and_then(|code| code.trim().strip_prefix("ERR_NGROK_")).and_then(|n| n.parse::<u32>().ok());
        // Nothing of what is not a code is passed on.
        let code = number.map_or_else(|| "no code".to_owned(), |number| format!("ERR_NGROK_{number}"));
        let domain = domain.to_owned();
        match number {
            Some(105..=107 | 109 | 4018) => Self::Token { code },
            Some(108) => Self::TooManySessions { code },
            Some(303 | 312) => Self::Plan { code },
            Some(319 | 320) => Self::NameNotReserved { domain, code },
            Some(334) => Self::NameInUse { domain, code },
            Some(115 | 116) => Self::Address { code },
            Some(102 | 103) => Self::Suspended { code },
            Some(120 | 121) => Self::TooOld { code },
            _ => Self::Other { code },
        }
    }

    /// Whether trying again helps.
    pub(crate) const fn retry(&self) -> Retry {
        match self {
            // Whoever logs in again and again with a wrong token is locked out.
            Self::Token { .. }
            | Self::Plan { .. }
            | Self::NameNotReserved { .. }
            | Self::Address { .. }
            | Self::Suspended { .. }
            | Self::TooOld { .. } => Retry::Never,
            Self::TooManySessions { .. } | Self::Other { .. } => Retry::Seldom,
            Self::NameInUse { .. } => Retry::Soon,
        }
    }

    /// What kind of reason it is.
    pub(crate) const fn kind(&self) -> ReasonKind {
        match self {
            Self::NameInUse { .. } => ReasonKind::Forward,
            Self::TooOld { .. } | Self::Other { .. } => ReasonKind::Network,
            _ => ReasonKind::Account,
        }
    }
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
