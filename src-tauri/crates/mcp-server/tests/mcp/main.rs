//! The MCP server as a client meets it: whole HTTP requests through rmcp's transport, a real store below.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod client;
#[cfg(test)]
mod finding;
#[cfg(test)]
mod listing;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod privacy;
#[cfg(test)]
mod prompts;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod reflection;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod silence;
#[cfg(test)]
mod subscriptions;
