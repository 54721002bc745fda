//! Whole requests through the real router and a real file, with a clock that is moved and randomness that
//! repeats.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test as tests do")]

use authorization::{Later, Network};

mod approvals;
mod audit;
mod authorize;
mod client_support;
mod documents;
mod durations;
mod external;
mod introspection;
mod machine;
mod management;
mod metadata;
mod proof;
mod registration;
mod remembered;
mod rest;
mod robustness;
mod signed_tokens;
mod static_clients;
mod strangers;
mod support;
mod token;
mod waiting_page;
#[path = "../web/mod.rs"]
mod web;
