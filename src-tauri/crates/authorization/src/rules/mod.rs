//! Pure rules: plain data in, one well-defined check, a result out. No clock, no I/O, no SQL.

pub(crate) mod approval;
pub(crate) mod authorize;
pub(crate) mod consent;
pub(crate) mod desk;
pub(crate) mod exchange;
pub(crate) mod likeness;
pub(crate) mod parameters;
pub(crate) mod pkce;
pub(crate) mod proof;
pub(crate) mod redirect_uri;
pub(crate) mod refresh;
pub(crate) mod remember;
pub(crate) mod resource;
pub(crate) mod signing_keys;
