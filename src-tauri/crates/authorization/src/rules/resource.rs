//! Resource indicators (RFC 8707): which resource a token is for.

use url::Url;

use crate::origin::Origin;

/// The `resource` names something that this origin does not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("resource is not served by this server; use the value of the protected-resource metadata")]
pub(crate) struct InvalidTarget;

/// Checks every `resource` parameter of a request against the origin that was asked.
///
/// Upper-case scheme and host and a trailing slash are tolerated (MCP asks for it), and the bare origin
/// stands for its MCP endpoint. No value at all is a client of an older protocol version, which means the
/// server it talks to. The public name in a request to the local origin is refused: these are two issuers.
pub(crate) fn check<'a>(
    values: impl IntoIterator<Item = &'a str>,
    origin: &Origin,
) -> Result<(), InvalidTarget> {
    values.into_iter().try_for_each(|value| if names(value, origin) { Ok(()) } else { Err(InvalidTarget) })
}

fn names(value: &str, origin: &Origin) -> bool {
    // Checked on the raw text: the parser would quietly drop or resolve these.
    if value.len() > 2048 || value.contains(['#', '?', '@', '\\']) || value.contains("/.") {
        return false;
    }
    if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    Url::parse(value).is_ok_and(|url| {
        url.origin().ascii_serialization() == origin.as_str() && matches!(url.path(), "/" | "/mcp" | "/mcp/")
    })
}

#[cfg(test)]
#[path = "resource_tests.rs"]
mod tests;
