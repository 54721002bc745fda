//! `<private>…</private>`: what the person does not want to be remembered.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::PRIVATE_MARK;

/// Opening, closing and empty tags, in any case, with attributes; also as HTML writes them. An opening tag that
/// never ends still opens: rather too much is left out than too little.
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?:<|&lt;)(/?)\s*private(?:\s*(/)\s*(?:>|&gt;)|\s*(?:>|&gt;)|\s(?:[^<>&"']|"[^"<]*"|'[^'<]*')*?(/?)(?:>|&gt;)|\s[^<>]*$)"#,
    )
    .expect("the pattern is a constant that the tests compile")
});

/// The text without its private parts, each of which leaves a mark. Tags may be nested; one that is never closed
/// goes on to the text's end. Code is no exception.
pub(super) fn without_private(text: &str) -> Cow<'_, str> {
    let mut public = String::new();
    let mut done = 0;
    let mut depth = 0_usize;
    for tag in TAG.captures_iter(text) {
        let whole = tag.get_match();
        let closes = tag.get(1).is_some_and(|slash| !slash.is_empty());
        let is_empty = [2, 3].iter().any(|group| tag.get(*group).is_some_and(|slash| !slash.is_empty()));
        match (closes, depth) {
            // What was never opened hides nothing.
            (true, 0) => {}
            (true, _) => {
                depth -= 1;
                if depth == 0 {
                    done = whole.end();
                }
            }
            (false, _) if is_empty => {}
            (false, 0) => {
                public.push_str(&text[done..whole.start()]);
                public.push_str(PRIVATE_MARK);
                depth = 1;
            }
            (false, _) => depth += 1,
        }
    }
    if public.is_empty() {
        return Cow::Borrowed(text);
    }
    if depth == 0 {
        public.push_str(&text[done..]);
    }
    Cow::Owned(public)
}
