//! The well-known documents: who issues tokens (RFC 8414) and for what (RFC 9728).
//!
//! Everything in them follows from the origin that was asked, so that `issuer`, `iss` and
//! `authorization_servers` are one byte-identical text: clients compare them so.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::header;
use serde_json::{Value, json};

use super::context::Context;
use crate::scope::{Scope, ScopeSet};

/// `/.well-known/oauth-authorization-server`.
pub(crate) async fn authorization_server(context: Context) -> Response {
    let origin = &context.origin;
    document(&json!({
        "issuer": origin.as_str(),
        "authorization_endpoint": format!("{origin}/oauth/authorize"),
        "token_endpoint": format!("{origin}/oauth/token"),
        "registration_endpoint": format!("{origin}/oauth/register"),
        "revocation_endpoint": format!("{origin}/oauth/revoke"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        // With "none" and client_id_metadata_document_supported Claude uses its metadata document; without
        // either it falls back to registering itself.
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": names(ScopeSet::DEFAULT),
        "client_id_metadata_document_supported": true,
        "authorization_response_iss_parameter_supported": true,
    }))
}

/// `/.well-known/oauth-protected-resource`, with and without `/mcp`: clients look at either.
pub(crate) async fn protected_resource(context: Context) -> Response {
    document(&json!({
        "resource": context.origin.resource(),
        "authorization_servers": [context.origin.as_str()],
        "scopes_supported": names(ScopeSet::DEFAULT),
        "bearer_methods_supported": ["header"],
        "resource_name": "Ambient Insights",
    }))
}

/// The baseline alone: clients ask for what they read here, and nobody should ask for more by habit.
fn names(scopes: ScopeSet) -> Vec<&'static str> {
    scopes.iter().map(Scope::as_str).collect()
}

fn document(document: &Value) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=60")], Json(document)).into_response()
}
