//! The page around the report: its policy, its looks, and texts that can not end their place.

/// The beginning, up to the body. The policy lets in nothing but the style that stands here: what a text might
/// smuggle in is not loaded and not run.
pub(super) const OPEN: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
     base-uri 'none'; form-action 'none'\">\n",
    "<meta name=\"referrer\" content=\"no-referrer\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<meta name=\"color-scheme\" content=\"light dark\">\n",
    "<title>Ambient Insights</title>\n<style>\n",
    include_str!("report.css"),
    "</style>\n</head>\n<body>\n"
);
pub(super) const CLOSE: &str = "</main>\n</body>\n</html>\n";

/// A text in the middle of HTML, also within an attribute.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Marks that turn the direction of what follows would reach beyond their text.
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() && c != '\n' && c != '\t' => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}
