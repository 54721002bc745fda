//! How each assistant is connected, in words and in what there is to copy. Pure: what to show follows from the
//! addresses alone.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Client, SERVER_NAME};

/// Where assistants find the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// For those on this computer, for example `https://localhost:9100/mcp`.
    pub mcp_url: String,
    /// For those in the cloud, for example `https://memory.example.org/mcp`; none: they can not reach it.
    pub public_url: Option<String>,
    /// The PEM file of the local CA.
    pub ca_certificate: PathBuf,
    /// Whether another authorization server decides who may come in, and not the owner here.
    pub decided_elsewhere: bool,
}

/// How an assistant is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Guide {
    /// A stable name, for example `claude-code`.
    pub id: String,
    /// The name that a person knows.
    pub name: String,
    /// Whether it can connect as things stand.
    pub available: bool,
    /// If not: what is missing.
    pub needs: Option<String>,
    /// `setup` can write its settings with one click.
    pub one_click: bool,
    /// What to do by hand, in order; empty where it can not connect.
    pub steps: Vec<GuideStep>,
}

/// One step of a guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GuideStep {
    /// What to do.
    pub words: String,
    /// What to copy for it.
    pub copy: Option<String>,
}

/// All guides, the easiest first.
#[must_use]
pub fn guides(at: &Addresses) -> Vec<Guide> {
    vec![
        claude_code(at),
        in_the_cloud(
            at,
            "claude-desktop",
            "Claude Desktop",
            Some(HTTPS_PORT),
            claude_steps(at, "Claude Desktop"),
        ),
        in_the_cloud(at, "claude-ai", "claude.ai", Some(HTTPS_PORT), claude_steps(at, "claude.ai")),
        in_the_cloud(at, "chatgpt", "ChatGPT", None, |url| chatgpt_steps(at, url)),
        cursor(at),
        vscode(at),
        other(at),
    ]
}

/// The only port that Anthropic's cloud calls.
const HTTPS_PORT: u16 = 443;

fn step(words: impl Into<String>, copy: impl Into<String>) -> GuideStep {
    GuideStep { words: words.into(), copy: Some(copy.into()) }
}

fn words(words: impl Into<String>) -> GuideStep {
    GuideStep { words: words.into(), copy: None }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// An assistant on this computer: it reaches the program as soon as it runs.
fn on_this_computer(id: &str, name: &str, steps: Vec<GuideStep>) -> Guide {
    Guide {
        id: id.to_owned(),
        name: name.to_owned(),
        available: true,
        needs: None,
        one_click: Client::ALL.iter().any(|client| client.id() == id),
        steps,
    }
}

/// An assistant that calls from the internet.
fn in_the_cloud(
    at: &Addresses,
    id: &str,
    name: &str,
    only_port: Option<u16>,
    steps: impl FnOnce(&str) -> Vec<GuideStep>,
) -> Guide {
    let needs = match &at.public_url {
        None => Some(format!(
            "{name} calls from the internet, never from this computer, so this program needs a public address. \
             Choose a way in under Settings, “From the internet”."
        )),
        Some(url) => {
            let port = url::Url::parse(url).ok().and_then(|url| url.port_or_known_default());
            only_port.filter(|only| port != Some(*only)).map(|only| {
                format!(
                    "{name} calls port {only} alone, and the public address {url} has another one. Choose an \
                     address without a port under Settings, “From the internet”."
                )
            })
        }
    };
    let steps = match (&at.public_url, &needs) {
        (Some(url), None) => steps(url),
        _ => Vec::new(),
    };
    let available = needs.is_none();
    Guide { id: id.to_owned(), name: name.to_owned(), available, needs, one_click: false, steps }
}

/// Where this program's certificate is believed: most programs look into the system's store.
fn trust() -> GuideStep {
    step(
        "Let your system believe this program's certificate: in the settings here, or in a terminal.",
        "ambient-insights certificates trust",
    )
}

fn approve(at: &Addresses, whose: &str) -> GuideStep {
    words(if at.decided_elsewhere {
        format!(
            "Your browser opens at the server that your settings name. Sign in there: it decides what {whose} may do."
        )
    } else {
        format!("Your browser opens. Then this program asks you what {whose} may do: decide there.")
    })
}

fn claude_code(at: &Addresses) -> Guide {
    let url = &at.mcp_url;
    let authority = json!({ "env": { "NODE_EXTRA_CA_CERTS": at.ca_certificate.to_string_lossy() } });
    on_this_computer(
        "claude-code",
        "Claude Code",
        vec![
            step(
                "In a terminal, add this program to all your projects.",
                format!("claude mcp add --transport http --scope user {SERVER_NAME} {url}"),
            ),
            step(
                "In ~/.claude/settings.json, name the certificate that Claude Code is to believe.",
                pretty(&authority),
            ),
            step(
                "Sign in, in a terminal or with /mcp inside Claude Code.",
                format!("claude mcp login {SERVER_NAME}"),
            ),
            approve(at, "Claude Code"),
        ],
    )
}

fn claude_steps(at: &Addresses, where_: &'static str) -> impl FnOnce(&str) -> Vec<GuideStep> {
    move |url| {
        vec![
            words(format!(
                "In {where_}, open Settings, then Connectors, and choose \"Add custom connector\". (In a company's \
                 or team's account, only an owner can.)"
            )),
            step("Name it as you like, and give it this address as the remote MCP server URL.", url),
            words("Choose \"Connect\" beside it."),
            approve(at, "Claude"),
        ]
    }
}

fn chatgpt_steps(at: &Addresses, url: &str) -> Vec<GuideStep> {
    vec![
        words(
            "In ChatGPT on the web, open Settings and there the page for apps and connectors; under its advanced \
             settings, switch on developer mode. (Not every plan has it.)",
        ),
        step("On the same page, create a connector with this address as its MCP server URL.", url),
        approve(at, "ChatGPT"),
        words("In a new conversation, add the connector with the + beside the message."),
    ]
}

fn cursor(at: &Addresses) -> Guide {
    let servers = json!({ "mcpServers": { SERVER_NAME: { "url": at.mcp_url } } });
    on_this_computer(
        "cursor",
        "Cursor",
        vec![
            trust(),
            step(
                "Put this into ~/.cursor/mcp.json. Where the file names other servers, add the inner part beside them.",
                pretty(&servers),
            ),
            words(
                "Start Cursor again, open its settings' page for MCP, and sign in beside the server's name.",
            ),
            approve(at, "Cursor"),
        ],
    )
}

fn vscode(at: &Addresses) -> Guide {
    let server = json!({ "name": SERVER_NAME, "type": "http", "url": at.mcp_url });
    let servers = json!({ "servers": { SERVER_NAME: { "type": "http", "url": at.mcp_url } } });
    on_this_computer(
        "vscode",
        "VS Code",
        vec![
            trust(),
            step(
                "In a terminal (of Linux or macOS), add this program.",
                format!("code --add-mcp '{server}'"),
            ),
            step(
                "Or run the command \"MCP: Open User Configuration\" and put this into mcp.json. Where the file \
                 names other servers, add the inner part beside them.",
                pretty(&servers),
            ),
            words("Run \"MCP: List Servers\", choose this one and start it."),
            approve(at, "VS Code"),
        ],
    )
}

fn other(at: &Addresses) -> Guide {
    on_this_computer(
        "other",
        "Another program",
        vec![
            step(
                "Any MCP client on this computer that speaks streamable HTTP with OAuth connects to this address.",
                at.mcp_url.as_str(),
            ),
            trust(),
            step(
                "A program with certificates of its own is told of this file. (Those built on Node.js take its path \
                 in the variable NODE_EXTRA_CA_CERTS.)",
                at.ca_certificate.to_string_lossy(),
            ),
            approve(at, "it"),
        ],
    )
}

#[cfg(test)]
#[path = "guides_tests.rs"]
mod tests;
