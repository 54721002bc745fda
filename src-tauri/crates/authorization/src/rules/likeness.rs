//! Whether an unchecked name looks like one that people know: whoever wants to be taken for another program
//! begins with its name.

/// Names that people know, folded, and the hosts that such a program's answers go to. Where the answer goes to
/// the real one's own host, nobody else gains anything by the name.
const KNOWN: &[(&str, &str, &[&str])] = &[
    ("claude", "Claude", &["claude.ai", "claude.com", "anthropic.com"]),
    ("anthropic", "Anthropic", &["claude.ai", "claude.com", "anthropic.com"]),
    ("chatgpt", "ChatGPT", &["chatgpt.com", "openai.com"]),
    ("openai", "OpenAI", &["chatgpt.com", "openai.com"]),
    ("ambientinsights", "Ambient Insights", &[]),
];

/// The known program that an unchecked name would be taken for, unless its answers go to that program's host.
pub(crate) fn taken_for(name: &str, redirect_host: &str) -> Option<&'static str> {
    let name = fold(name);
    let host = redirect_host.to_ascii_lowercase();
    KNOWN
        .iter()
        .filter(|(folded, ..)| name.contains(&fold(folded)))
        .find(|(.., hosts)| !hosts.iter().any(|known| is_at(&host, known)))
        .map(|(_, known, _)| *known)
}

/// Whether `host` is `known` or a name under it.
fn is_at(host: &str, known: &str) -> bool {
    host.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Letters alone, small, each in the form that it is easily read as: `C1aude` and `Ｃlaudе` are read as Claude.
fn fold(name: &str) -> String {
    name.chars()
        .flat_map(char::to_lowercase)
        .filter_map(read_as)
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

/// The Latin letter that a character is read as. The common look-alikes; no list of them is ever whole.
fn read_as(character: char) -> Option<char> {
    Some(match character {
        // Full-width forms.
        '\u{FF01}'..='\u{FF5E}' => {
            let plain = char::from_u32(u32::from(character) - 0xFEE0)?;
            return if character == plain { None } else { read_as(plain) };
        }
        // i, l, 1 and | are one stroke in many typefaces.
        'i' | '1' | '|' | 'ı' | 'і' | 'ι' | 'ӏ' | 'í' | 'ì' | 'ï' | 'î' => 'l',
        '0' | 'о' | 'ο' | 'ö' | 'ó' | 'ò' => 'o',
        'а' | 'α' | 'ɑ' | 'á' | 'à' | 'ä' | 'â' | 'å' | '@' | '4' => 'a',
        'с' | 'ϲ' | 'ç' => 'c',
        'е' | 'ε' | 'ё' | 'é' | 'è' | 'ê' | 'ë' | '3' => 'e',
        'ԁ' | 'ɗ' => 'd',
        'ɡ' | 'ց' => 'g',
        'һ' => 'h',
        'р' | 'ρ' => 'p',
        'ѕ' | '5' | '$' => 's',
        'т' | 'τ' | '7' => 't',
        'υ' | 'ս' | 'ü' | 'ú' | 'ù' | 'û' => 'u',
        'п' | 'ո' | 'ñ' => 'n',
        'ь' => 'b',
        'м' => 'm',
        other => other,
    })
}

#[cfg(test)]
#[path = "likeness_tests.rs"]
mod tests;
