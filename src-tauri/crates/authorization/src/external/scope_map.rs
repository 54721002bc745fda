//! What another server's scopes allow here.

use std::fmt;
use std::str::FromStr;

use crate::scope::{Scope, ScopeSet};

/// Which of our scopes each of theirs stands for. A name of theirs that equals one of ours stands for it by
/// itself, unless the map says otherwise; any other name means nothing here. `admin` has to be named: a server
/// that hands out whatever is asked for must not give away the running of this program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeMap(Vec<(String, ScopeSet)>);

/// A text that is no map of scopes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{entry:?} is no entry of a scope map; write THEIRS=OURS,OURS with scopes of this server ({})",
    ScopeSet::all()
)]
pub struct InvalidScopeMap {
    entry: String,
}

impl ScopeMap {
    /// What scopes of theirs, with spaces between them, allow here.
    pub(crate) fn ours(&self, theirs: &str) -> ScopeSet {
        theirs.split_ascii_whitespace().fold(ScopeSet::EMPTY, |set, name| set.union(self.of(name)))
    }

    fn of(&self, name: &str) -> ScopeSet {
        if let Some((_, ours)) = self.0.iter().find(|(theirs, _)| theirs == name) {
            return *ours;
        }
        let by_itself = name.parse().ok().filter(|scope| *scope != Scope::Admin);
        by_itself.into_iter().collect()
    }

    /// What a client has to ask the other server for to be allowed `needed` here, in that server's words. Of two
    /// names that stand for a scope, the one that stands for less.
    pub(crate) fn theirs(&self, needed: ScopeSet) -> String {
        let mut names: Vec<&str> = Vec::new();
        let mut covered = ScopeSet::EMPTY;
        for scope in needed.iter() {
            if covered.contains(scope) {
                continue;
            }
            let mapped = self.0.iter().filter(|(_, ours)| ours.contains(scope));
            let least = mapped.min_by_key(|(_, ours)| ours.iter().count());
            let (name, ours) = least.map_or_else(
                || (scope.as_str(), [scope].into_iter().collect()),
                |(name, ours)| (name.as_str(), *ours),
            );
            names.push(name);
            covered = covered.union(ours);
        }
        names.join(" ")
    }
}

impl FromStr for ScopeMap {
    type Err = InvalidScopeMap;

    /// Entries `theirs=ours,ours` with spaces between them. Theirs may have `=` and `,` in them, ours have not.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let entry = |entry: &str| {
            let invalid = || InvalidScopeMap { entry: entry.chars().take(100).collect() };
            let (theirs, ours) = entry.rsplit_once('=').ok_or_else(invalid)?;
            let ours: ScopeSet = ours.parse().map_err(|_| invalid())?;
            // RFC 6749 §3.3: what a scope may be made of. It is written into a header.
            let is_token = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
            if theirs.is_empty() || !theirs.bytes().all(is_token) {
                return Err(invalid());
            }
            Ok((theirs.to_owned(), ours))
        };
        text.split_ascii_whitespace().map(entry).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for ScopeMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (theirs, ours)) in self.0.iter().enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(f, "{space}{theirs}={}", ours.to_string().replace(' ', ","))?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "scope_map_tests.rs"]
mod tests;
