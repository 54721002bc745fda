//! The id of a record that brings none: made of what it says, so that the same file imported again brings it
//! no second time.

use sha2::{Digest, Sha256};

/// An id made of `parts`: each with its length before it, so that text moved from one to the next changes it.
pub(crate) fn hash_id(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let digest = hasher.finalize();
    let mut id = String::from("sha256-");
    for byte in &digest[..16] {
        for digit in [byte >> 4, byte & 15] {
            id.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    id
}
