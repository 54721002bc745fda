//! What assistants can do: the MCP server's tools, resources and prompts, and which scopes each needs.
//!
//! This crate knows the Model Context Protocol (through rmcp), the tools with their schemas and their
//! words for a model, and the names of scopes. It must not know bearer tokens, SQL or HTTP routing: who
//! calls comes as a [`Caller`] that the gateway put on the request, what is remembered comes from the
//! `context` crate, and what happened goes out through the [`AuditSink`] port. Start reading at
//! [`AmbientServer`], then one tool, `tools/log_conversation_turn.rs`, then the registry `tools.rs`.

mod arguments;
mod audit;
mod brief;
mod budget;
mod caller;
mod completions;
mod cursor;
mod fitting;
mod prompts;
mod resources;
pub mod scope;
mod server;
mod subscriptions;
mod tools;

pub use audit::{AuditSink, Outcome, ToolCall};
pub use brief::brief;
pub use caller::Caller;
pub use scope::{DEFAULT_SCOPES, Needs};
pub use server::AmbientServer;
pub use subscriptions::Ending;
pub use tools::required_scopes;
