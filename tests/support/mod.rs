//! What the stories and the benchmarks share: the real program as a child, and clients that know nothing of its
//! insides: HTTPS, a browser, an OAuth client, an MCP client.

pub(crate) mod browser;
#[cfg(test)]
#[cfg(unix)]
#[expect(dead_code, reason = "the room's own tests use the rest")]
pub(crate) mod fakes;
pub(crate) mod https;
pub(crate) mod mcp;
pub(crate) mod oauth;
pub(crate) mod origin;
pub(crate) mod program;
#[cfg(test)]
#[cfg(unix)]
pub(crate) mod reached;
// Only the stories of the tunnel use it; the room itself uses all of it.
#[cfg(test)]
#[cfg(unix)]
#[expect(dead_code, reason = "the room's own tests use the rest")]
pub(crate) mod sshd;
// The desktop's tests need no network of their own.
#[cfg(test)]
#[cfg(target_os = "linux")]
pub(crate) mod world;

use std::time::Duration;

/// Longest wait for anything that is bound to happen. Only a hanging test ever sees it.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

/// Waits for `event`, with a limit, and says what did not come.
pub(crate) async fn within<T>(what: &str, event: impl Future<Output = T>) -> T {
    let happened = tokio::time::timeout(LIMIT, event).await.ok();
    happened.unwrap_or_else(|| panic!("{what} did not happen within {LIMIT:?}"))
}

/// `bytes` random bytes for names and secrets of this test, as URL-safe text.
pub(crate) fn random_text(bytes: usize) -> String {
    use base64::Engine as _;
    use clock::Random as _;
    let mut buffer = vec![0; bytes];
    clock::OsRandom.fill(&mut buffer);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(buffer)
}
