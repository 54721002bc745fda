//! Version numbers as programs print them.

use std::fmt;

/// Three numbers; what follows them is not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl Version {
    /// The first word of `text` that begins with two or three numbers: `1.90.6-t1a2b3c`, `2025.11.1`, `v1.2`.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::of_word)
    }

    fn of_word(word: &str) -> Option<Self> {
        let mut parts = word.trim_start_matches('v').splitn(3, '.');
        let whole = |part: &str| part.parse().ok();
        let (major, minor) = (parts.next().and_then(whole)?, parts.next()?);
        let leading = |part: &str| {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..end].parse().ok()
        };
        Some(Self(major, leading(minor)?, parts.next().and_then(leading).unwrap_or(0)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
#[path = "version_tests.rs"]
mod tests;
