//! A person's own words in a message: without code, quotations and addresses.
//!
//! What is not the person's own is overwritten with blanks of the same length, so that every place found in
//! the rest is a place in the original text.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// No more of a message than this is analysed (bytes): what comes behind is pasted, not said.
pub(crate) const ANALYSED_BYTES: usize = 64 * 1024;

/// Inline code, quotations in the marks of several languages, addresses.
static NOT_OWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"`[^`\n]+`|"[^"\n]{1,400}"|“[^”\n]{1,400}”|„[^“”\n]{1,400}[“”]|«[^»\n]{1,400}»|(?:https?|ftp)://\S+|www\.\S+|\S+@\S+\.\S+"#,
    )
    .expect("the pattern is well formed")
});

/// The beginning of `text`, at most `bytes` long, cut between two characters.
pub(crate) fn beginning(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The text with everything that is not the person's own words blanked out. As many bytes as before.
pub(crate) fn own_words(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut fence: Option<&str> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let content = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| content.starts_with(mark));
        let inside = fence.is_some();
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        if inside || mark.is_some() || content.starts_with('>') {
            blank(&mut bytes, start..end);
        }
        start = end;
    }
    // Only whole characters were overwritten, each byte of them with a blank.
    let without_blocks = String::from_utf8(bytes).unwrap_or_else(|_| " ".repeat(text.len()));
    let places: Vec<_> = NOT_OWN.find_iter(&without_blocks).map(|found| found.range()).collect();
    let mut bytes = without_blocks.into_bytes();
    for place in places {
        blank(&mut bytes, place);
    }
    String::from_utf8(bytes).unwrap_or_else(|_| " ".repeat(text.len()))
}

fn blank(bytes: &mut [u8], range: Range<usize>) {
    for byte in &mut bytes[range] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// One line of at most `chars` characters: blanks and control characters become single blanks.
pub(crate) fn one_line(text: &str, chars: usize) -> String {
    let mut line = String::new();
    let mut count = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if count > 0 {
            line.push(' ');
            count += 1;
        }
        for c in word.chars() {
            if count >= chars {
                line.push('…');
                return line;
            }
            line.push(c);
            count += 1;
        }
    }
    line
}

#[cfg(test)]
#[path = "prose_tests.rs"]
mod tests;
