//! The few pages that people see in their browser: small, without scripts, and nothing on them that a client
//! could have written as HTML.

use std::fmt;
use std::sync::LazyLock;

use axum::response::{Html, IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("page.css");

/// No script, no form, no picture, no frame: only this one style sheet, by its hash.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    HeaderValue::try_from(format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    ))
    .expect("base64 is visible ASCII")
});

/// What a page is.
pub(crate) struct Page<'a> {
    pub(crate) status: StatusCode,
    pub(crate) title: &'a str,
    /// HTML. Whatever comes from outside must have gone through [`Escaped`].
    pub(crate) body: String,
    /// Whether it asks again by itself, every two seconds, and may end in a redirect to the client.
    pub(crate) waiting: bool,
}

impl Page<'_> {
    pub(crate) fn respond(self) -> Response {
        let refresh = if self.waiting { "<meta http-equiv=\"refresh\" content=\"2\">" } else { "" };
        let class = if self.waiting { " class=\"wait\"" } else { "" };
        let title = Escaped(self.title);
        let body = self.body;
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n{refresh}<title>{title} – Ambient Insights</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
             <header{class}><i aria-hidden=\"true\"></i>Ambient Insights</header>\n<h1>{title}</h1>\n{body}\n\
             </main>\n</body>\n</html>\n"
        );
        let mut response = (self.status, Html(html)).into_response();
        protect(&mut response);
        if !self.waiting {
            // Not on a page that leads back to the client: it would cut the tie between a client's window
            // and the one it opened for this, and some clients hear of the end through that tie.
            let opener = HeaderName::from_static("cross-origin-opener-policy");
            response.headers_mut().insert(opener, HeaderValue::from_static("same-origin"));
        }
        response
    }
}

/// A page that says what is wrong and what to do.
pub(crate) fn problem(status: StatusCode, title: &str, text: &str) -> Response {
    Page { status, title, body: format!("<p>{}</p>", Escaped(text)), waiting: false }.respond()
}

/// A redirect that turns every method into GET and carries nothing of the request along (RFC 9700 §4.12:
/// 303, never 307). The address must have been checked.
pub(crate) fn redirect(to: &str) -> Response {
    let Ok(location) = HeaderValue::try_from(to) else {
        // Redirect URIs are visible ASCII, and what is added to them is percent-encoded.
        tracing::error!("a redirect address could not be written into a header");
        return problem(StatusCode::BAD_REQUEST, "This address can not be used", "Let the client ask again.");
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, location);
    protect(&mut response);
    response
}

fn protect(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Text as HTML text or as the value of a quoted attribute.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            other => fmt::Write::write_char(f, other),
        })
    }
}
