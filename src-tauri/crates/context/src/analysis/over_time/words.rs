//! Whether two things that were said are about the same.

/// Words that say nothing of what a goal is about, in English and German.
const EMPTY: &[&str] = &[
    "about", "after", "again", "all", "also", "and", "any", "are", "auf", "aus", "bei", "but", "by", "das",
    "dem", "den", "der", "die", "ein", "eine", "einen", "end", "every", "for", "from", "für", "get", "have",
    "in", "into", "ist", "it", "mein", "meine", "meinen", "mit", "more", "most", "my", "nach", "not", "of",
    "on", "our", "out", "own", "that", "the", "this", "to", "um", "und", "until", "von", "want", "well",
    "with", "year", "zu", "zum",
];

/// The words of a name that tell what it is about.
pub(super) fn of_name(name: &str) -> Vec<String> {
    let normal = crate::input::normalise(name);
    let mut words: Vec<String> = normal
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= 2 && !EMPTY.contains(word))
        .map(str::to_owned)
        .collect();
    words.sort();
    words.dedup();
    words
}

/// Two forms of one word: a stem begins the word it was taken from.
fn alike(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    short == long || (short.chars().count() >= 3 && long.starts_with(short) && long.len() - short.len() <= 4)
}

/// How many words of `one` are in `other` too.
pub(super) fn common(one: &[String], other: &[String]) -> usize {
    one.iter().filter(|word| other.iter().any(|known| alike(word, known))).count()
}

/// Whether both are about the same: most of the shorter one's words are in the other, and more than one of them,
/// unless it has no more.
pub(super) fn same_matter(one: &[String], other: &[String]) -> bool {
    let least = one.len().min(other.len());
    if least == 0 {
        return false;
    }
    let common = common(one, other).min(common(other, one));
    common * 5 >= least * 3 && common >= least.min(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_stem_and_its_word_are_alike_and_a_long_word_with_the_same_beginning_is_not() {
        assert!(alike("run", "running"));
        assert!(alike("chapters", "chapter"));
        assert!(!alike("car", "caribbean"));
        assert!(!alike("go", "goal"));
    }

    #[test]
    fn most_words_of_the_shorter_one_make_the_same_matter() {
        assert!(same_matter(&words("docker build slow"), &words("build docker fail slow")));
        assert!(!same_matter(&words("docker build"), &words("build house")));
        assert!(same_matter(&words("marathon"), &words("marathon plan train")));
        assert!(!same_matter(&[], &words("marathon")));
    }

    #[test]
    fn a_goal_is_about_its_telling_words() {
        assert_eq!(
            of_name("Finish the translation of the third chapter"),
            words("chapter finish third translation")
        );
    }
}
