//! The id of a record that brings none: made of what it says and of how often the file has said it before, so
//! that the same file imported again brings nothing twice, and a second genuine "ok" is kept.
//!
//! Not made of the record's place: a file that lost its first lines would come in anew as a whole.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

/// An id made of `parts`: each with its length before it, so that text moved from one to the next changes it.
pub(crate) fn hash_id(parts: &[&str]) -> String {
    let mut id = String::from("sha256-");
    for byte in &digest(parts)[..16] {
        for digit in [byte >> 4, byte & 15] {
            id.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    id
}

/// The first 8 bytes of the same hash.
pub(super) fn short_hash(parts: &[&str]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&digest(parts)[..8]);
    u64::from_le_bytes(first)
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// How often each record without an id was seen in this import: 9 bytes for each that came once.
#[derive(Debug, Default)]
pub(super) struct Occurrences {
    once: HashSet<u64>,
    more: HashMap<u64, u32>,
}

impl Occurrences {
    /// The id of a record that says `parts`, this time.
    pub(super) fn id(&mut self, parts: &[&str]) -> String {
        let id = hash_id(parts);
        let hash = short_hash(parts);
        if self.once.insert(hash) {
            return id;
        }
        let again = self.more.entry(hash).or_insert(1);
        *again += 1;
        format!("{id}-{again}")
    }
}
