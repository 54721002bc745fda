//! Private keys in their armour: PEM (RFC 7468), OpenSSH, SSH2, PGP.

use std::sync::LazyLock;

use regex::Regex;

use super::Secret;

static BEGIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
        .expect("the pattern is a constant that the tests compile")
});
static END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
        .expect("the pattern is a constant that the tests compile")
});

/// Fewer characters than this between the two lines are a sentence about keys, not a key.
const SHORTEST_BODY: usize = 32;

pub(super) fn find(text: &str, secrets: &mut Vec<Secret>) {
    let mut ends = END.find_iter(text).map(|end| end.range()).peekable();
    let mut done = 0;
    for begin in BEGIN.find_iter(text) {
        if begin.start() < done {
            continue;
        }
        while ends.next_if(|end| end.start < begin.end()).is_some() {}
        let (body, end) = if let Some(end) = ends.peek() {
            (begin.end()..end.start, end.end)
        } else {
            let end = begin.end() + length_of_armour(&text[begin.end()..]);
            (begin.end()..end, end)
        };
        if text[body].bytes().filter(|byte| is_armour(*byte)).take(SHORTEST_BODY).count() < SHORTEST_BODY {
            continue;
        }
        secrets.push(Secret { range: begin.start()..end, kind: "private key" });
        done = end;
    }
}

/// How far the armour goes that was never closed: whole lines of it, also where line breaks were written `\n`.
fn length_of_armour(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        let is_header = line.contains(": ") && length < 500;
        if line.bytes().all(|byte| is_armour(byte) || byte.is_ascii_whitespace()) || is_header {
            length += line.len();
            continue;
        }
        // The last line: so far as it goes.
        let rest = line.bytes().take_while(|byte| is_armour(*byte)).count();
        return length + rest;
    }
    length
}

fn is_armour(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\\')
}
