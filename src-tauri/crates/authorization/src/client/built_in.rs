//! Client ID Metadata Documents that come with this program.
//!
//! Pinned copies, so that nothing is fetched for them: a login works without a way to the internet, and
//! where claude.ai answers a fetch from a data centre with 403. As of 2026-11.

use super::{Client, Registration};

struct Document {
    client_id: &'static str,
    client_name: &'static str,
    redirect_uris: &'static [&'static str],
}

const DOCUMENTS: &[Document] = &[
    Document {
        client_id: "https://claude.ai/oauth/mcp-oauth-client-metadata",
        client_name: "Claude",
        redirect_uris: &[
            "https://claude.ai/api/mcp/auth_callback",
            // Not in the document, but where Anthropic says that the callback will move.
            "https://claude.com/api/mcp/auth_callback",
        ],
    },
    Document {
        client_id: "https://claude.ai/oauth/claude-code-client-metadata",
        client_name: "Claude Code",
        redirect_uris: &["http://localhost/callback", "http://127.0.0.1/callback"],
    },
];

/// The pinned document of that client id, compared byte by byte.
pub(crate) fn find(client_id: &str) -> Option<Client> {
    DOCUMENTS.iter().find(|document| document.client_id == client_id).map(|document| {
        Client::public(
            document.client_id.to_owned(),
            document.client_name.to_owned(),
            Registration::BuiltIn,
            document.redirect_uris.iter().map(|&uri| uri.to_owned()).collect(),
        )
    })
}

#[cfg(test)]
#[path = "built_in_tests.rs"]
mod tests;
