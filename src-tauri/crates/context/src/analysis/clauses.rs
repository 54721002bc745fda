//! Clauses: where one opens and ends, whether it asks, denies, supposes or reports what others say.

use super::tokens::{Sentence, word_list};

/// How many words before a cue are looked at: more than any clause has.
const REACH: usize = 24;

word_list! {
    /// Words that stand before a clause without changing what it says.
    OPENERS = "and but because so well yes yeah yep also honestly actually personally since then though \
        although plus now today lately recently currently basically generally usually ok okay hi hello \
        hey thanks btw fyi as anyway oh ah aha hm hmm wow luckily finally sorry still or too besides \
        apparently sure right therefore thus meanwhile first again great perfect nice cool awesome sadly \
        unfortunately good alas note weil denn und aber ja nein hallo danke übrigens außerdem deshalb \
        daher leider ach na gut super doch oder sondern sonst toll prima servus moin ehrlich eigentlich \
        gestern heute yesterday tomorrow please bitte dann jetzt no nope update"
}

word_list! {
    /// How a clause begins that tells when or where before it tells what: "in my free time I …".
    FRAMES = "in at on after before during since over by these this last next every to as for outside besides \
        apart of nach vor seit am im bis with thanks good once two three back starting from dear ab"
}

word_list! {
    /// What does not stand in a frame: somebody else, or a clause of its own.
    NO_FRAME = "that which who what how when where why he she they you it everything all people things something \
        anything nothing is are was were says said someone somebody anyone everyone if whether"
}

/// Whether a clause that tells something opens at `at`: at the beginning, behind a mark or a conjunction, and
/// not inside another ("what I like").
pub(crate) fn opens_clause(sentence: &Sentence<'_>, at: usize) -> bool {
    let mut before = at;
    while before > 0
        && at - before < 8
        && sentence.is_word(before - 1)
        && OPENERS.contains(&sentence.form(before - 1))
    {
        before -= 1;
    }
    if before == 0 || !sentence.is_word(before - 1) {
        return !sentence_joins(sentence, before);
    }
    let start = clause_start(sentence, before);
    if before < at && parts_clauses(sentence.form(before)) {
        // "My wife and I …" is one subject; "I'm Ben and I …" are two.
        let is_clause = before - start >= 4
            || matches!(
                sentence.form(start),
                "i" | "we" | "it" | "he" | "she" | "they" | "ich" | "wir" | "es" | "er" | "das" | "that"
            );
        return is_clause || !matches!(sentence.form(before), "and" | "und" | "or" | "oder");
    }
    let words = before - start;
    words <= 6
        && FRAMES.contains(&sentence.form(start))
        && !sentence.has(start..before, &NO_FRAME)
        // "In the book I like …" is about the book.
        && !(words <= 3 && sentence.form(start + 1) == "the" && matches!(sentence.form(start), "of" | "for" | "with" | "to"))
}

/// Words between two clauses.
fn parts_clauses(form: &str) -> bool {
    matches!(
        form,
        "and"
            | "but"
            | "because"
            | "so"
            | "since"
            | "although"
            | "though"
            | "or"
            | "und"
            | "aber"
            | "denn"
            | "weil"
            | "oder"
            | "sondern"
    )
}

/// Whether the mark before a word makes one thing of both: "/i", "_i".
fn sentence_joins(sentence: &Sentence<'_>, at: usize) -> bool {
    at > 0
        && sentence.token(at).is_some_and(|token| token.joined)
        && matches!(sentence.form(at - 1), "/" | "\\" | "@" | "#" | "$" | "=" | "<")
}

/// Whether nothing of the clause comes at `at` any more.
pub(crate) fn ends_clause(sentence: &Sentence<'_>, at: usize) -> bool {
    !sentence.is_word(at)
        || matches!(sentence.form(at), "and" | "but" | "so" | "because" | "und" | "aber" | "weil")
}

/// Where the clause that `at` stands in begins: behind the nearest mark.
pub(crate) fn clause_start(sentence: &Sentence<'_>, at: usize) -> usize {
    let mut start = at;
    while start > 0 && at - start < REACH && is_inside(sentence, start - 1) {
        start -= 1;
    }
    start
}

/// Where the clause that `at` stands in ends: before the nearest mark.
pub(crate) fn clause_end(sentence: &Sentence<'_>, at: usize) -> usize {
    let mut end = at;
    while end < sentence.len() && end - at < REACH && is_inside(sentence, end) {
        end += 1;
    }
    end
}

/// Marks that end no clause: they are emphasis or stand inside of words.
fn is_inside(sentence: &Sentence<'_>, at: usize) -> bool {
    sentence.is_word(at)
        || matches!(sentence.form(at), "*" | "'" | "/" | "&" | "%" | "€" | "$" | "+")
        || (sentence.form(at) == "." && at + 1 < sentence.len() && sentence.is_number(at.wrapping_sub(1)))
}

word_list! {

    DENIALS = "not never no nobody doubt if whether unless suppose supposing imagine pretend wish hardly \
        neither nor without nicht nie niemals kein keine keinen keiner wenn falls ob angenommen kaum \
        ohne weder wünschte assuming hypothetically theoretically hypothetisch theoretisch sofern"
}

word_list! {
    /// Verbs by which others are quoted.
    REPORTS = "says said thinks thought claims claimed told tells asked asks wrote writes believes believed \
        assumes assumed insists sagt sagte meint meinte behauptet behauptete glaubt glaubte schreibt \
        schrieb denkt dachte fragt fragte reads goes example character sentence translate phrase quote \
        beispiel satz übersetze rewrite"
}

/// Whether the words before `at` in its clause deny, suppose or report what follows: "I don't think …",
/// "if …", "she says …". A comma ends that only where the clause behind stands by itself ("no, I like it").
pub(crate) fn is_denied(sentence: &Sentence<'_>, at: usize) -> bool {
    let start = clause_start(sentence, at);
    if sentence.has(start..at, &DENIALS) {
        return true;
    }
    (start..at).any(|index| {
        REPORTS.contains(&sentence.form(index))
            && !matches!(sentence.form(index.wrapping_sub(1)), "i" | "ich" | "always" | "just")
    }) || is_reported(sentence, start)
}

/// "She said, I like it"; "Translate: I like it"; "my character: I …".
fn is_reported(sentence: &Sentence<'_>, start: usize) -> bool {
    if start < 2 || !matches!(sentence.form(start - 1), "," | ":") {
        return false;
    }
    let before = clause_start(sentence, start - 1);
    let supposes = sentence
        .has(before..start - 1, &["imagine", "suppose", "supposing", "pretend", "angenommen", "assuming"])
        || (sentence.form(start - 2) == "vor"
            && sentence.has(before..start - 1, &["stell", "stellt", "stellen"]));
    if supposes {
        return true;
    }
    (before..start - 1).any(|index| {
        REPORTS.contains(&sentence.form(index))
            && !matches!(sentence.form(index.wrapping_sub(1)), "i" | "ich" | "always")
    })
}

word_list! {
    /// Words that open a question.
    ASKING = "what how why when where who which whose can could should would will do does did is are was were \
        any have has am may shall wie warum wieso weshalb wann wo wer welche welcher welches welchen wem \
        wen kann kannst könntest soll sollte hast hat gibt ist sind muss darf geht woher wohin womit \
        wofür könnten könnt weißt würdest wird welchem wieviel magst bist worin"
}

/// Where the question in a sentence begins: what stands before it is told, not asked ("I love hiking, any
/// tips?"). `None`: nothing is asked.
pub(crate) fn question_start(sentence: &Sentence<'_>) -> Option<usize> {
    if !sentence.ends_asking() {
        return starts_like_question(sentence).then_some(0);
    }
    let mut first = 0;
    for index in 0..sentence.len() {
        let opens = index == 0
            || matches!(sentence.form(index - 1), "," | ";" | ":" | "–" | "-" | "(")
            || (matches!(sentence.form(index - 1), "and" | "but" | "so" | "und" | "aber") && index > 1);
        if opens && ASKING.contains(&sentence.form(index)) {
            // "and have …" goes on with what was told.
            let goes_on = index > 0
                && matches!(sentence.form(index - 1), "and" | "but" | "so")
                && matches!(
                    sentence.form(index),
                    "have" | "am" | "was" | "were" | "is" | "did" | "do" | "will" | "would"
                );
            if !goes_on {
                first = index;
                break;
            }
        }
    }
    Some(first)
}

/// A question whose mark was left out: "how do I …".
fn starts_like_question(sentence: &Sentence<'_>) -> bool {
    let mut at = 0;
    while at < 3 && OPENERS.contains(&sentence.form(at)) && !matches!(sentence.form(at), "as" | "since") {
        at += 1;
    }
    if matches!(sentence.form(at), ",") {
        at += 1;
    }
    match sentence.form(at) {
        "what" | "how" | "why" | "when" | "where" | "who" | "which" => {
            matches!(
                sentence.form(at + 1),
                "do" | "does"
                    | "did"
                    | "is"
                    | "are"
                    | "can"
                    | "could"
                    | "should"
                    | "would"
                    | "will"
                    | "was"
                    | "were"
                    | "has"
                    | "much"
                    | "many"
                    | "long"
                    | "often"
                    | "to"
            ) && (sentence.form(at) == "how" || sentence.form(at + 1) != "to")
                && (!matches!(sentence.form(at), "when" | "where")
                    || matches!(sentence.form(at + 2), "i" | "we" | "the" | "you"))
        }
        "wie" | "was" | "warum" | "wieso" | "weshalb" | "wann" | "wo" => matches!(
            sentence.form(at + 1),
            "kann"
                | "ist"
                | "sind"
                | "geht"
                | "mache"
                | "macht"
                | "soll"
                | "muss"
                | "funktioniert"
                | "bekomme"
                | "heißt"
                | "kommt"
                | "gibt"
                | "wird"
                | "hat"
                | "sollte"
                | "könnte"
                | "viel"
                | "viele"
                | "lange"
                | "kriege"
        ),
        _ => false,
    }
}

#[cfg(test)]
#[path = "clauses_tests.rs"]
mod tests;
