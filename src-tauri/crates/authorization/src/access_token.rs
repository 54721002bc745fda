//! An access token in either of its forms: a random text, or one that others can read and check.
//!
//! Both are good only while their SHA-256 stands in the table, so that a revocation holds at once whatever the
//! form. That is also why the signature of a signed one is not checked when it comes back: what stands in the
//! table was signed here, a text with the same SHA-256 can not be made, and the check would cost a stranger's
//! guess more of our time than the look-up it would save.

use secrecy::{ExposeSecret as _, SecretString};

use crate::jwt::compact;
use crate::secret::{Access, Token, TokenHash};

/// A bearer token for the resource.
#[derive(Debug)]
pub(crate) enum AccessToken {
    /// A typed random text.
    Opaque(Token<Access>),
    /// A signed one (RFC 9068).
    Signed(SecretString),
}

impl AccessToken {
    /// Reads a presented token, whatever form is given out now: a change of the setting ends no session. `None`:
    /// it can not be one of ours, so no look-up is needed.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Token::parse(text)
            .map(Self::Opaque)
            .or_else(|| compact::has_form(text).then(|| Self::Signed(SecretString::from(text))))
    }

    /// The text, to be handed to whom it belongs. Never to a log.
    pub(crate) fn expose(&self) -> &str {
        match self {
            Self::Opaque(token) => token.expose(),
            Self::Signed(text) => text.expose_secret(),
        }
    }

    /// What is stored of it. A signed one is as hard to guess: its `jti` alone has 256 random bits.
    pub(crate) fn hash(&self) -> TokenHash<Access> {
        TokenHash::of(self.expose())
    }
}

#[cfg(test)]
#[path = "access_token_tests.rs"]
mod tests;
