//! Cursors for "more": opaque to whoever holds them, and of use only for the listing that gave them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::arguments::InputError;

/// The longest cursor that is read; none that we give is longer.
pub(crate) const LONGEST_CURSOR: usize = 400;

/// The form of what is inside; another form gets another number.
const VERSION: u8 = 1;

/// How many bytes of the digest tell one listing from another. They keep a cursor from being used in the wrong
/// place by mistake; they are no secret and protect none: a cursor names a place, never a right.
const DIGEST_BYTES: usize = 8;

/// One listing: a tool or resource, and those of its arguments that decide what is in it.
pub(crate) struct Listing {
    name: &'static str,
    digest: [u8; DIGEST_BYTES],
}

impl Listing {
    /// `arguments` are those that decide what the listing holds and in which order: not the limit, not the
    /// budget, not the cursor itself. A caller may change those from page to page.
    pub(crate) fn of(name: &'static str, arguments: &impl Serialize) -> Self {
        let arguments = serde_json::to_vec(arguments).unwrap_or_default();
        let mut hash = Sha256::new();
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(&arguments);
        let mut digest = [0; DIGEST_BYTES];
        digest.copy_from_slice(&hash.finalize()[..DIGEST_BYTES]);
        Self { name, digest }
    }

    /// A cursor for the place at which the next page begins.
    pub(crate) fn cursor(&self, place: &str) -> String {
        let mut bytes = Vec::with_capacity(1 + DIGEST_BYTES + place.len());
        bytes.push(VERSION);
        bytes.extend(self.digest);
        bytes.extend(place.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place that a cursor names.
    ///
    /// # Errors
    /// A cursor that this listing did not give, in words for a model.
    pub(crate) fn place(&self, cursor: &str) -> Result<String, InputError> {
        let foreign = || {
            InputError::new(format!(
                "`cursor` did not come from {}: pass the one of its last answer unchanged, or none to begin again.",
                self.name
            ))
        };
        if cursor.len() > LONGEST_CURSOR {
            return Err(foreign());
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| foreign())?;
        let Some((&VERSION, rest)) = bytes.split_first() else { return Err(foreign()) };
        let Some((digest, place)) = rest.split_first_chunk::<DIGEST_BYTES>() else { return Err(foreign()) };
        if *digest != self.digest {
            return Err(InputError::new(format!(
                "`cursor` belongs to another call: repeat {} with the same arguments as before, or leave the cursor \
                 out to begin again.",
                self.name
            )));
        }
        String::from_utf8(place.to_vec()).map_err(|_| foreign())
    }
}

#[cfg(test)]
#[path = "cursor_tests.rs"]
mod tests;
