//! Client ID Metadata Documents that come with this program.
//!
//! Pinned copies, so that nothing is fetched for them: a login works without a way to the internet, and
//! where claude.ai or chatgpt.com answer a fetch from a data centre with 403. As of 2026-11.
//!
//! Seen by us: Claude's and Claude Code's. Only reported, by public repositories that had fetched them in 2026-09
//! and agree with each other: ChatGPT's stable document, Codex's and Visual Studio Code's. Reported and not
//! confirmed: the documents of ChatGPT and Codex that have one more path segment, an id for each connection. Each
//! names nothing but its company's own host or this computer, so a wrong copy keeps its own client out and lets
//! nobody in.

use super::{Client, Registration};

struct Document {
    client_id: Id,
    client_name: &'static str,
    redirect_uris: &'static [&'static str],
}

/// The ids that a document stands for.
enum Id {
    /// This one.
    Is(&'static str),
    /// One more segment between these two. In the redirect URIs, `{}` stands for that same segment.
    Around(&'static str, &'static str),
}

const DOCUMENTS: &[Document] = &[
    Document {
        client_id: Id::Is("https://claude.ai/oauth/mcp-oauth-client-metadata"),
        client_name: "Claude",
        redirect_uris: &[
            "https://claude.ai/api/mcp/auth_callback",
            // Not in the document, but where Anthropic says that the callback will move.
            "https://claude.com/api/mcp/auth_callback",
        ],
    },
    Document {
        client_id: Id::Is("https://claude.ai/oauth/claude-code-client-metadata"),
        client_name: "Claude Code",
        redirect_uris: &["http://localhost/callback", "http://127.0.0.1/callback"],
    },
    Document {
        client_id: Id::Is("https://chatgpt.com/oauth/client.json"),
        client_name: CHATGPT_NAME,
        redirect_uris: &[CHATGPT_REDIRECT],
    },
    Document {
        client_id: Id::Around("https://chatgpt.com/oauth/", "/client.json"),
        client_name: CHATGPT_NAME,
        redirect_uris: &[CHATGPT_REDIRECT],
    },
    Document {
        client_id: Id::Is("https://chatgpt.com/oauth/codex/client.json"),
        client_name: "Codex",
        redirect_uris: &["http://127.0.0.1/callback", "http://localhost/callback"],
    },
    Document {
        client_id: Id::Around("https://chatgpt.com/oauth/codex/", "/client.json"),
        client_name: "Codex",
        redirect_uris: &["http://127.0.0.1/callback/{}", "http://localhost/callback/{}"],
    },
    Document {
        client_id: Id::Is("https://vscode.dev/oauth/client-metadata.json"),
        client_name: "Visual Studio Code",
        redirect_uris: &["http://127.0.0.1:33418/", "https://vscode.dev/redirect"],
    },
];

const CHATGPT_NAME: &str = "ChatGPT";
const CHATGPT_REDIRECT: &str = "https://chatgpt.com/connector_platform_oauth_redirect";
/// Where ChatGPT has its answer sent when it has a callback for each connection: followed by one id.
const CHATGPT_CALLBACKS: &str = "https://chatgpt.com/connector/oauth/";

/// The pinned document of that client id, compared byte by byte.
pub(crate) fn find(client_id: &str) -> Option<Client> {
    // Whole ids first: `codex` would do for the free segment of ChatGPT's.
    let exact = DOCUMENTS.iter().filter(|document| matches!(document.client_id, Id::Is(_)));
    let (document, segment) = exact
        .chain(DOCUMENTS)
        .find_map(|document| Some((document, document.client_id.matches(client_id)?)))?;
    Some(Client::public(
        client_id.to_owned(),
        document.client_name.to_owned(),
        Registration::BuiltIn,
        document.redirect_uris.iter().map(|uri| uri.replace("{}", segment)).collect(),
    ))
}

/// Whether an answer to this pinned client may go to `redirect_uri` although no list has it: ChatGPT's alone,
/// which has a callback for each connection. One segment is free, and everything around it is ChatGPT's own.
pub(crate) fn has_callback(client: &Client, redirect_uri: &str) -> bool {
    client.registration == Registration::BuiltIn
        && client.name == CHATGPT_NAME
        && redirect_uri.strip_prefix(CHATGPT_CALLBACKS).is_some_and(is_segment)
}

impl Id {
    /// The free segment, empty where there is none; nothing if it is not this id.
    fn matches<'a>(&self, client_id: &'a str) -> Option<&'a str> {
        match self {
            Self::Is(known) => (*known == client_id).then_some(""),
            Self::Around(before, after) => client_id
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .filter(|segment| is_segment(segment)),
        }
    }
}

/// No dot, no slash, no percent sign: nothing that leads out of its place.
fn is_segment(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
#[path = "built_in_tests.rs"]
mod tests;
