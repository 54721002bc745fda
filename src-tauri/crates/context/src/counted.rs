//! Numbers with their nouns, in the sentences that people read: "1 entry", "2 entries".

/// The number with the noun, in the plural unless it is one. The noun is an English one with a regular plural.
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    if number == 1 {
        return format!("1 {noun}");
    }
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{number} {stem}ies"),
        _ => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
#[path = "counted_tests.rs"]
mod tests;
