//! What a token may be used for: the scopes, and small sets of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One permission. The text form is the one on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "ScopeName"))]
pub enum Scope {
    /// `context:read`
    ContextRead,
    /// `context:write`
    ContextWrite,
    /// `conversations:read`
    ConversationsRead,
    /// `conversations:write`
    ConversationsWrite,
    /// `insights:read`
    InsightsRead,
    /// `insights:write`
    InsightsWrite,
    /// `connectors:use`
    ConnectorsUse,
    /// `web-search:read`
    WebSearchRead,
    /// `admin`
    Admin,
}

impl Scope {
    /// Every scope there is, in the order in which they are written.
    pub const ALL: [Self; 9] = [
        Self::ContextRead,
        Self::ContextWrite,
        Self::ConversationsRead,
        Self::ConversationsWrite,
        Self::InsightsRead,
        Self::InsightsWrite,
        Self::ConnectorsUse,
        Self::WebSearchRead,
        Self::Admin,
    ];

    /// The scope's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ContextRead => "context:read",
            Self::ContextWrite => "context:write",
            Self::ConversationsRead => "conversations:read",
            Self::ConversationsWrite => "conversations:write",
            Self::InsightsRead => "insights:read",
            Self::InsightsWrite => "insights:write",
            Self::ConnectorsUse => "connectors:use",
            Self::WebSearchRead => "web-search:read",
            Self::Admin => "admin",
        }
    }

    /// What the scope allows, in words for the person who decides.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::ContextRead => "Read your interests, skills, projects, preferences and goals",
            Self::ContextWrite => "Add to and change your interests, skills, projects, preferences and goals",
            Self::ConversationsRead => "Read the conversations that are remembered",
            Self::ConversationsWrite => "Remember conversations",
            Self::InsightsRead => "Read the insights drawn from your conversations",
            Self::InsightsWrite => "Add and change insights",
            Self::ConnectorsUse => "Use the other services you have connected",
            Self::WebSearchRead => "Search the web through this program",
            Self::Admin => "Change this program's settings and see who is connected",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl Serialize for Scope {
    /// As its name.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no scope of this server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is no scope; the scopes are {}", ScopeSet::all())]
pub struct UnknownScope {
    word: String,
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == word)
            .ok_or_else(|| UnknownScope { word: word.chars().take(60).collect() })
    }
}

/// A set of scopes. Its text form is the names with single spaces between them (RFC 6749 §3.3).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "Array<ScopeName>"))]
pub struct ScopeSet(u16);

impl ScopeSet {
    /// The set without any scope.
    pub const EMPTY: Self = Self(0);

    /// What a request without `scope` asks for, and what the challenge and the resource's metadata name.
    /// Never `admin`, `connectors:use` or `web-search:read`.
    pub const DEFAULT: Self = Self(
        Scope::ContextRead.bit()
            | Scope::ContextWrite.bit()
            | Scope::ConversationsRead.bit()
            | Scope::ConversationsWrite.bit()
            | Scope::InsightsRead.bit()
            | Scope::InsightsWrite.bit(),
    );

    /// Every scope there is.
    #[must_use]
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// Keeps the words that are scopes of this server and leaves out the rest.
    ///
    /// Real clients send `openid profile email` beside or in place of what the server names; refusing them
    /// would lock them out, and granting an unknown word would mean nothing.
    #[must_use]
    pub fn narrowed_from(text: &str) -> Self {
        text.split_ascii_whitespace().filter_map(|word| word.parse::<Scope>().ok()).collect()
    }

    /// Whether `scope` is in the set.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether every scope of this set is in `other`.
    #[must_use]
    pub const fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether there is none in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes that are in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The scopes that are in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The scopes of this set that `other` lacks.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The scopes in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScopeSet({self})")
    }
}

impl FromStr for ScopeSet {
    type Err = UnknownScope;

    /// Strict: an unknown word is an error. For what a client sends, see [`ScopeSet::narrowed_from`].
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(|character: char| character.is_ascii_whitespace() || character == ',')
            .filter(|word| !word.is_empty())
            .map(str::parse)
            .collect()
    }
}

impl Serialize for ScopeSet {
    /// As an array of names.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Scope::as_str))
    }
}

impl<'de> Deserialize<'de> for ScopeSet {
    /// From an array of names, or from one text with the names in it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Names(Vec<String>),
            Text(String),
        }
        let text = match Form::deserialize(deserializer)? {
            Form::Names(names) => names.join(" "),
            Form::Text(text) => text,
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[path = "scope_tests.rs"]
mod tests;
