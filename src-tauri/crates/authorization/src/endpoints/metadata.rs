//! The well-known documents: who issues tokens (RFC 8414) and for what (RFC 9728).
//!
//! Everything in them follows from the origin that was asked, so that `issuer`, `iss` and
//! `authorization_servers` are one byte-identical text: clients compare them so.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header;
use serde_json::{Value, json};

use super::client_authentication::{CONFIDENTIAL_METHODS, METHODS};
use super::context::Context;
use crate::external::External;
use crate::scope::{Scope, ScopeSet};
use crate::service::Inner;
use crate::settings::{AccessTokenFormat, ClientDocuments};

/// `/.well-known/oauth-authorization-server`. Only what is on is named.
pub(crate) async fn authorization_server(State(inner): State<Arc<Inner>>, context: Context) -> Response {
    let origin = &context.origin;
    let registration = inner.settings.registration;
    let mut members = json!({
        "issuer": origin.as_str(),
        "authorization_endpoint": format!("{origin}/oauth/authorize"),
        "token_endpoint": format!("{origin}/oauth/token"),
        "revocation_endpoint": format!("{origin}/oauth/revoke"),
        "introspection_endpoint": format!("{origin}/oauth/introspect"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        // With "none" and client_id_metadata_document_supported Claude uses its metadata document; without
        // either it falls back to registering itself.
        "token_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_methods_supported": CONFIDENTIAL_METHODS,
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": names(ScopeSet::DEFAULT),
        "authorization_response_iss_parameter_supported": true,
    });
    if registration.allows_dynamic() {
        members["registration_endpoint"] = format!("{origin}/oauth/register").into();
    }
    if registration.allows_documents() && inner.settings.client_documents != ClientDocuments::Off {
        members["client_id_metadata_document_supported"] = true.into();
    }
    if inner.settings.access_token_format == AccessTokenFormat::Jwt {
        members["jwks_uri"] = format!("{origin}/oauth/jwks").into();
    }
    document(&members)
}

/// `/.well-known/oauth-protected-resource`, with and without `/mcp`: clients look at either.
pub(crate) async fn protected_resource(State(inner): State<Arc<Inner>>, context: Context) -> Response {
    let (issuer, scopes) = match &inner.external {
        None => (context.origin.as_str(), ScopeSet::DEFAULT.to_string()),
        Some(External { server, .. }) => (server.issuer.as_str(), server.scope_map.theirs(ScopeSet::DEFAULT)),
    };
    document(&json!({
        "resource": context.origin.resource(),
        "authorization_servers": [issuer],
        "scopes_supported": scopes.split(' ').collect::<Vec<_>>(),
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
