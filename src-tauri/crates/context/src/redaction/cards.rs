//! Payment card numbers: a brand's beginning and length, Luhn's check digit (ISO/IEC 7812-1), and groups as
//! they are printed. Any other long number stays.

use std::sync::LazyLock;

use regex::Regex;

use super::Secret;

/// Digits with at most one separator between two of them. Longer than any card, so that a piece of a longer
/// number is never taken for one.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[0-9](?:[ \-]?[0-9]){12,}").expect("the pattern is a constant that the tests compile")
});

/// Words that say that a number is a card's.
static CARD_WORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)card|karte|visa|maestro|credit|debit|\bpan\b|unionpay")
        .expect("the pattern is a constant that the tests compile")
});

/// How many bytes before a number are searched for such a word.
const NEARBY: usize = 60;

pub(super) fn find(text: &str, secrets: &mut Vec<Secret>) {
    for found in DIGITS.find_iter(text) {
        let range = found.range();
        if is_part_of_more(text, &range) {
            continue;
        }
        let Some(groups) = groups(found.as_str()) else { continue };
        let digits: Vec<u8> = found.as_str().bytes().filter(u8::is_ascii_digit).map(|d| d - b'0').collect();
        let length = digits.len();
        let Some(lengths) = lengths_of_brand(&digits) else { continue };
        if !lengths.contains(&length) || !passes_luhn(&digits) {
            continue;
        }
        let printed = match length {
            14 => groups == [4, 6, 4],
            15 => groups == [4, 6, 5],
            16 => groups == [4, 4, 4, 4],
            19 => groups == [4, 4, 4, 4, 3],
            _ => false,
        };
        // Numbers of 17 and more digits are mostly ids of something: only a word beside them makes them cards.
        let plain = groups.len() == 1 && (length <= 16 || is_called_card(text, range.start));
        if printed || plain {
            secrets.push(Secret { range, kind: "card number" });
        }
    }
}

fn is_part_of_more(text: &str, range: &std::ops::Range<usize>) -> bool {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '#' | '=' | '+' | '%');
    let before = text[..range.start].chars().next_back();
    let mut after = text[range.end..].chars();
    let next = after.next();
    let decimal = |c: Option<char>, next: Option<char>| {
        c == Some('.') && next.is_some_and(|next| next.is_ascii_digit())
    };
    before.is_some_and(|c| joins(c) && c != '=')
        || before == Some('.')
        || next.is_some_and(joins)
        || decimal(next, after.next())
}

/// The lengths of the groups of digits; none where they are parted in different ways.
fn groups(number: &str) -> Option<Vec<usize>> {
    let blanks = number.contains(' ');
    if blanks && number.contains('-') {
        return None;
    }
    Some(number.split([' ', '-']).map(str::len).collect())
}

/// The lengths that cards of this beginning have; none: no brand begins like this.
fn lengths_of_brand(digits: &[u8]) -> Option<&'static [usize]> {
    let leading =
        |count: usize| digits.iter().take(count).fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
    match (leading(2), leading(3), leading(4)) {
        (34 | 37, ..) => Some(&[15]),
        (36 | 38 | 39, ..) | (_, 300..=305, _) => Some(&[14]),
        // MasterCard, Maestro.
        (51..=55, ..) | (_, _, 2221..=2720 | 5018 | 5020 | 5038 | 6304 | 6759 | 6761..=6763) => Some(&[16]),
        // Visa, UnionPay, Discover, JCB. (Visa's cards of 13 digits are long gone, and German article numbers look
        // like them.)
        (40..=49 | 62 | 65, ..) | (_, 644..=649, _) | (_, _, 6011 | 3528..=3589) => Some(&[16, 19]),
        _ => None,
    }
}

fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let doubled = u32::from(*digit) * if place % 2 == 1 { 2 } else { 1 };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != digits[0])
}

fn is_called_card(text: &str, at: usize) -> bool {
    let mut from = at.saturating_sub(NEARBY);
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    CARD_WORD.is_match(&text[from..at])
}
