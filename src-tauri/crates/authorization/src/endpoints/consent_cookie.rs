//! The cookie by which a browser is known again that took a client's code: one for each client, so that one client's
//! does not take the place of another's.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest as _, Sha256};

use super::authorize::cookies;
use crate::secret::{Remembered, Token, TokenHash};

/// How long a browser keeps it: as long as a grant can last. What counts is the grant.
const A_YEAR: u32 = 365 * 24 * 60 * 60;

/// Gives it to the browser. `Lax`: a client's page leads here, and the browser has to show it then.
pub(super) fn give(response: &mut Response, client_id: &str, secret: &Token<Remembered>) {
    let cookie = format!(
        "{}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={A_YEAR}",
        name(client_id),
        secret.expose()
    );
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// The one that the browser shows for this client.
pub(super) fn shown(headers: &HeaderMap, client_id: &str) -> Option<TokenHash<Remembered>> {
    let name = name(client_id);
    let (_, value) = cookies(headers).find(|(cookie, _)| *cookie == name)?;
    Token::parse(value).map(|token| token.hash())
}

fn name(client_id: &str) -> String {
    let hash = Sha256::digest(client_id.as_bytes());
    format!("__Host-ambient-insights-known-{}", URL_SAFE_NO_PAD.encode(&hash[..9]))
}
