//! Names that clients give themselves, made fit to be shown to the person who decides.

/// How many characters of a name are shown.
const MAX_CHARACTERS: usize = 200;

/// Takes out what could make a name look like something else: control characters, characters that turn the
/// direction of text, and characters without a width. Runs of space become one; the rest is cut at 200.
pub(crate) fn clean(raw: &str) -> String {
    let visible: String = raw
        .chars()
        .map(|character| if character.is_whitespace() { ' ' } else { character })
        .filter(|character| !character.is_control() && !is_deceptive(*character))
        .collect();
    let joined = visible.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let cut: String = joined.chars().take(MAX_CHARACTERS).collect();
    let cut = cut.trim_end();
    if cut.is_empty() { "Unnamed client".to_owned() } else { cut.to_owned() }
}

/// A header's text for the record: the same cleaning, nothing where nothing is left.
pub(crate) fn clean_user_agent(raw: &str) -> Option<String> {
    let cleaned: String = raw
        .chars()
        .filter(|character| !character.is_control() && !is_deceptive(*character))
        .take(300)
        .collect();
    (!cleaned.is_empty()).then_some(cleaned)
}

fn is_deceptive(character: char) -> bool {
    matches!(character,
        '\u{00AD}'                    // soft hyphen
        | '\u{034F}'                  // combining grapheme joiner
        | '\u{061C}'                  // Arabic letter mark
        | '\u{115F}'..='\u{1160}'     // Hangul fillers
        | '\u{180B}'..='\u{180F}'     // Mongolian selectors
        | '\u{200B}'..='\u{200F}'     // zero width, direction marks
        | '\u{2028}'..='\u{202E}'     // line separators, direction embeddings and overrides
        | '\u{2060}'..='\u{206F}'     // invisible operators, direction isolates
        | '\u{3164}' | '\u{FFA0}'     // Hangul fillers
        | '\u{FE00}'..='\u{FE0F}'     // variation selectors
        | '\u{FEFF}'                  // byte order mark
        | '\u{FFF0}'..='\u{FFFB}'     // interlinear annotation
        | '\u{E0000}'..='\u{E0FFF}'   // tags, variation selectors
    )
}

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;
