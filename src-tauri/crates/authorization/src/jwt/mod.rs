//! Signed tokens (RFC 7519): how they are written, read, signed and checked, with keys of ours and of others.
//!
//! `ring` does the cryptography, the one provider of the whole graph, and the little around it stands here. The
//! library `jsonwebtoken` was looked at: it takes a provider of one's own for the whole process alone, reads the
//! computer's clock itself, and takes a list for an issuer. Without those three it is a split at two dots.

pub(crate) mod algorithm;
pub(crate) mod compact;
pub(crate) mod key_set;
pub(crate) mod signing_key;
