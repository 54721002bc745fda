//! The MCP server as a client meets it: whole HTTP requests through rmcp's transport, a real store below.

mod calls;
mod client;
mod listing;
mod protocol;
mod refusals;
