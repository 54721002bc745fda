//! The endpoints, one a file: a request in, the rules asked, an answer out.

mod authorize;
mod body;
mod client_authentication;
mod context;
mod introspect;
mod metadata;
mod openapi;
mod page;
mod register;
mod registration;
mod revoke;
mod token;
mod waiting_page;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::service::Inner;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use client_authentication::basic_credentials;

/// All endpoints.
pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/.well-known/oauth-authorization-server", get(metadata::authorization_server))
        .route("/.well-known/oauth-protected-resource", get(metadata::protected_resource))
        .route("/.well-known/oauth-protected-resource/mcp", get(metadata::protected_resource))
        .route("/oauth/openapi.json", get(openapi::handle))
        .route("/oauth/authorize", get(authorize::handle))
        .route("/oauth/requests/{id}", get(waiting_page::handle))
        .route("/oauth/requests/{id}/proved", get(waiting_page::proved))
        .route("/oauth/token", post(token::handle))
        .route("/oauth/register", post(register::handle))
        .route(
            "/oauth/register/{client_id}",
            get(registration::read).put(registration::replace).delete(registration::remove),
        )
        .route("/oauth/revoke", post(revoke::handle))
        .route("/oauth/introspect", post(introspect::handle))
        // The names that clients of the first protocol version try without asking the metadata.
        .route("/authorize", get(authorize::handle))
        .route("/token", post(token::handle))
        .route("/register", post(register::handle))
        .route("/introspect", post(introspect::handle))
        .with_state(inner)
}
