//! `/oauth/openapi.json`: what this server's HTTP endpoints take and answer, for programs and whoever writes them
//! (`OpenAPI` 3.1). Written by hand in `openapi.json`; its unit test compares it with the router.

use std::sync::LazyLock;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::header;
use serde_json::{Value, json};

use super::context::Context;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("openapi.json")).expect("the committed description is JSON")
});

/// The description, with the origin that was asked as its server.
pub(crate) async fn handle(context: Context) -> Response {
    let mut description = DESCRIPTION.clone();
    description["servers"] = json!([{ "url": context.origin.as_str() }]);
    ([(header::CACHE_CONTROL, "public, max-age=60")], Json(description)).into_response()
}

#[cfg(test)]
#[path = "openapi_tests.rs"]
mod tests;
