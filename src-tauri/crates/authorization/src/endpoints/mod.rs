//! The endpoints, one a file: a request in, the rules asked, an answer out.

mod authorize;
mod body;
mod client_authentication;
mod consent_cookie;
mod context;
mod external;
mod introspect;
mod jwks;
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
use axum::routing::{any, get, post};

use crate::service::Inner;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use client_authentication::basic_credentials;

/// All endpoints.
pub(crate) fn router(inner: Arc<Inner>) -> Router {
    let router = Router::new()
        .route("/.well-known/oauth-protected-resource", get(metadata::protected_resource))
        .route("/.well-known/oauth-protected-resource/mcp", get(metadata::protected_resource));
    let router = if inner.external.is_some() { instead_of_ours(router) } else { ours(router) };
    router.with_state(inner)
}

/// Where another server stands in place of ours: nothing of ours can be asked.
fn instead_of_ours(router: Router<Arc<Inner>>) -> Router<Arc<Inner>> {
    router
        .route("/.well-known/oauth-authorization-server", get(external::authorization_server))
        .route("/oauth/register", post(external::register))
        .route("/register", post(external::register))
        .route("/oauth/authorize", any(external::page))
        .route("/authorize", any(external::page))
        .route("/oauth/requests/{*rest}", any(external::page))
        .route("/oauth/{*rest}", any(external::endpoint))
        .route("/token", any(external::endpoint))
        .route("/introspect", any(external::endpoint))
}

fn ours(router: Router<Arc<Inner>>) -> Router<Arc<Inner>> {
    router
        .route("/oauth/openapi.json", get(openapi::handle))
        .route("/.well-known/oauth-authorization-server", get(metadata::authorization_server))
        .route("/oauth/authorize", get(authorize::handle))
        .route("/oauth/requests/{id}", get(waiting_page::handle))
        .route("/oauth/requests/{id}/proved", get(waiting_page::proved))
        .route("/oauth/jwks", get(jwks::handle))
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
}
