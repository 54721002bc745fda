//! Phrases: what a cue is about, from where it begins to where it ends, and whether that is a thing at all.

use std::ops::Range;

use super::tokens::{Kind, Sentence, word_list};
use crate::calendar::Found as Date;

/// No name has more characters than this.
const NAME_CHARS: usize = 60;

word_list! {
    /// Words at which a thing ends and something else about it begins.
    END = "because but when since so although though which that if while as than until where who especially \
        particularly very too right these lately recently nowadays now currently today every each \
        anymore whenever before after during just even still instead however mostly mainly i we he she \
        they it you is are was were have has would could should will can do does did not either whereas \
        almost whereby ever thanks please somehow actually really somewhat all together myself maybe \
        weil aber wenn seit da obwohl während als dass sehr gerade zurzeit momentan jetzt besonders vor \
        ich wir er sie es ist sind war nicht auch denn sodass damit bis immer mehr heute nur doch \
        einfach schon noch nie gern gerne leider eigentlich mittlerweile inzwischen seitdem wo also \
        bitte danke btw habe hat bin ganz überhaupt lieber wirklich total zusammen"
}

word_list! {
    /// Where it, when and with what it is done: the end of an activity's name, not of a thing's.
    CIRCUMSTANCE = "in at on for with from by using to about over around into near outside without mit im am bei auf \
        für zu zum zur nach aus von beim ohne an vom durch unter"
}

word_list! {
    /// What may stand before a name without belonging to it.
    LEADING = "the a an some all both also really just any my our doing playing good der die das den dem ein \
        eine einen einem einer mein meine meinen meinem meiner unser unsere unseren auch gerade jetzt \
        vor allem sehr alle kind sort of lots viel most many kinds different various verschiedene \
        unterschiedliche sorts types especially total eigentlich immer eh"
}

word_list! {
    /// First words of what is no thing: pronouns, clauses, empty nouns.
    NO_THING = "it this that them these those you him her me us i we he she they how what when where why your \
        his their its there is are was were not no one ones everything something anything nothing things \
        thing stuff idea ideas way ways fact look sound feeling thought being having getting seeing \
        hearing knowing everyone somebody someone people here yours first second last other others \
        another same to much more little few bit lot case answer suggestion suggestions version option \
        part point both each such whole current new previous next then response explanation draft name \
        result results direction approach rest above following example examples tone going coming moment \
        whatever either latter former style sentence paragraph ending title structure problem issue \
        question attempt change changes if who dich dir mich mir uns ihn ihm ihr euch er sie es wir ich \
        wie wenn dass wann warum wo dein deine deinen deiner sein seine seinen ihre ihren das dies diese \
        diesen dieser dieses nichts etwas alles ding dinge sache sachen idee ideen vorschlag vorschläge \
        variante lösung antwort art weise nicht kein keine jemand jemanden niemanden leute menschen \
        andere anderen erste ersten zweite zweiten letzte letzten beide beides so da hier dort mehr \
        weniger viel wenig gern gerne zu ansatz text and or und oder titel stil gar gefühl helping \
        creating caring sinking curling spending entering anfangen gedanke gedanken tatsache frage \
        easier better faster simpler als haben working making taking giving finding using neue neuen \
        neuer jeden jede jedes tut tun trying saying thinking asking"
}

word_list! {
    /// What is no thing by itself, or where only "of" follows: a quality of something else.
    NO_THING_ALONE = "color colour colors colours texture smell taste rush energy freedom connection vibe vibes \
        atmosphere view views quote photo picture help support ton tons concept design feel talking \
        listening looking chilling relax come laugh experimenting place spot time day detail details \
        mood spirit challenge contrast combination mix sense layout format outcome plan list flow farbe \
        geschmack geruch energie freiheit stimmung hilfe aussicht ruhe gegend kombination atmosphäre tag \
        ort liste ergebnis story character thema farben"
}

word_list! {
    /// Words by which a piece of a sentence shows that it is no thing.
    CLAUSE = "it this these those is are was were you i we they he she them your has have will can that ich du \
        wir ist sind war hat habe dich dir es lässt told said sagt ihr me him us mich mir there"
}

/// How far a phrase reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// A thing: "history of science"; ends where a place, a time or a tool is told.
    Thing,
    /// An activity with what belongs to it: "run a marathon for charity".
    Activity,
}

/// Where the phrase that begins at `from` ends.
pub(super) fn phrase_end(sentence: &Sentence<'_>, from: usize, reach: Reach, dates: &[Date]) -> usize {
    let mut end = from;
    while end < sentence.len() && end - from < 16 {
        let Some(token) = sentence.token(end) else { break };
        let form = sentence.form(end);
        let begins_date = end > from && dates.iter().any(|date| date.tokens.start == end);
        if begins_date || is_mark_end(sentence, end) {
            break;
        }
        if token.kind != Kind::Mark && end > from {
            // "too" ends it, and so does the "a lot" of "I like it a lot".
            let ends = END.contains(&form)
                && !(reach == Reach::Activity
                    && matches!(form, "more" | "mehr" | "to" | "at" | "before" | "all" | "together" | "as"));
            let a_lot =
                form == "a" && matches!(sentence.form(end + 1), "lot" | "bit" | "little" | "while" | "long");
            let place = reach == Reach::Thing && CIRCUMSTANCE.contains(&form) && end > from;
            if ends || a_lot || place {
                break;
            }
        }
        end += 1;
    }
    while end > from && !sentence.is_word(end - 1) {
        end -= 1;
    }
    end
}

fn is_mark_end(sentence: &Sentence<'_>, at: usize) -> bool {
    // "surprises 🎉 and exercise": a picture ends nothing where a list goes on.
    let is_picture = sentence.form(at).chars().all(|c| u32::from(c) >= 0x2190);
    if !sentence.is_word(at) && is_picture && is_list_mark(sentence.form(at + 1)) {
        return false;
    }
    // "Ursula K. Le Guin".
    let is_initial = sentence.form(at) == "."
        && at > 0
        && sentence.form(at - 1).chars().count() == 1
        && sentence.is_word(at + 1);
    if is_initial {
        return false;
    }
    !sentence.is_word(at) && !matches!(sentence.form(at), "'" | "/" | "&" | "-")
        || (sentence.form(at) == "-" && !sentence.token(at).is_some_and(|token| token.joined))
}

fn is_list_mark(form: &str) -> bool {
    matches!(form, "and" | "or" | "und" | "oder" | "&" | "sowie")
}

/// The thing in these tokens: without articles before it; none if it is none or has more than `most` words.
pub(super) fn thing(sentence: &Sentence<'_>, tokens: Range<usize>, most: usize) -> Option<Range<usize>> {
    let mut start = tokens.start;
    while start < tokens.end
        && (LEADING.contains(&sentence.form(start))
            || !sentence.is_word(start)
            || (sentence.form(start) == "lot" && sentence.form(start + 1) == "of"))
    {
        start += 1;
    }
    let mut end = tokens.end;
    while end > start
        && (!sentence.is_word(end - 1)
            || matches!(
                sentence.form(end - 1),
                "and"
                    | "or"
                    | "und"
                    | "oder"
                    | "more"
                    | "most"
                    | "now"
                    | "too"
                    | "the"
                    | "a"
                    | "of"
                    | "lot"
                    | "much"
            ))
    {
        end -= 1;
    }
    if start >= end || end - start > most {
        return None;
    }
    let is_plain = |form: &str| matches!(form, "old" | "alte" | "alten" | "altes" | "alter");
    let first = if end - start > 1 && is_plain(sentence.form(start)) {
        sentence.form(start + 1)
    } else {
        sentence.form(start)
    };
    let is_alone = end - start == 1 || sentence.form(start + 1) == "of";
    // "a safe, inviting place" ends at the comma: its noun is still to come.
    let is_cut =
        end - start > 1 && matches!(sentence.form(end - 2), "a" | "an" | "more") && sentence.form(end) == ",";
    let is_nothing = is_cut
        || NO_THING.contains(&first)
        || (is_alone && NO_THING_ALONE.contains(&first))
        || (end - start == 1 && is_plain(first))
        || CIRCUMSTANCE.contains(&first)
        || matches!(first, "up" | "off" | "out" | "down" | "seit" | "since" | "als" | "as" | "of")
        || sentence.has(start..end, &CLAUSE);
    let chars: usize = (start..end).map(|index| sentence.form(index).chars().count() + 1).sum();
    let is_named = (start..end).any(|index| {
        sentence.form(index).chars().filter(|c| c.is_alphabetic()).count() >= 2
            || matches!(sentence.form(index), "c" | "r")
    });
    let is_thing = !is_nothing && is_named && chars <= NAME_CHARS + 1;
    is_thing.then_some(start..end)
}

/// The things of a list: "hiking, board games and opera". The first that is none ends it: "tea, and my boss
/// said …".
pub(super) fn things(sentence: &Sentence<'_>, from: usize, dates: &[Date]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = from;
    // More are no list that somebody says of himself.
    while found.len() < 8 {
        let end = phrase_end(sentence, at, Reach::Thing, dates);
        let mut part = at;
        let mut is_list = true;
        for index in at..=end {
            let is_break = index == end || is_list_mark(sentence.form(index));
            if !is_break {
                continue;
            }
            // "the calm it brings": the phrase goes on without a mark, so it was another than it seemed.
            let goes_on = index == end
                && matches!(sentence.form(end), "i" | "we" | "he" | "she" | "they" | "it" | "you" | "this");
            if goes_on {
                is_list = false;
                break;
            }
            if index > part {
                let Some(range) = thing(sentence, part..index, if found.is_empty() { 5 } else { 4 }) else {
                    is_list = false;
                    break;
                };
                found.push(range);
            }
            part = index + 1;
        }
        // A comma goes on with the list only if what follows is short and itself a thing.
        let mut next = end;
        if !is_list || sentence.form(next) != "," || found.is_empty() {
            break;
        }
        next += 1;
        if matches!(sentence.form(next), "and" | "or" | "und" | "oder") {
            next += 1;
        }
        let next_end = phrase_end(sentence, next, Reach::Thing, dates);
        // "Rust, a language": the same thing in other words.
        let is_part = matches!(
            sentence.form(next),
            "especially"
                | "particularly"
                | "mainly"
                | "mostly"
                | "besonders"
                | "vor"
                | "such"
                | "like"
                | "insbesondere"
        );
        let is_apposition = is_part
            || matches!(
                sentence.form(next),
                "a" | "an" | "the" | "my" | "ein" | "eine" | "mein" | "meine" | "der" | "die" | "das"
            ) && !sentence.has(next..next_end, &["and", "or", "und", "oder"])
                && !matches!(sentence.form(next - 1), "and" | "or" | "und" | "oder");
        let closes = !is_apposition && !sentence.is_word(next_end)
            || sentence.has(next..next_end, &["and", "or", "und", "oder", "sowie"]);
        if next_end == next || next_end - next > 5 || !closes || sentence.form(next_end) == ":" {
            break;
        }
        at = next;
    }
    found.truncate(8);
    found
}
