//! Words that tell nothing about what a text is about, in both languages, and the stems of those that do.

use std::sync::LazyLock;

use super::tokens::{Kind, Sentence, WordSet};

const ENGLISH: &str = "a about above actually after again against ago ah all almost alone along already also although \
    always am among an and another any anybody anyone anything anyway anywhere are around as ask asked asking at away \
    back bad be became because become been before began begin behind being believe below best better between big bit \
    both bring but by call called came can cannot care case certain change check clear come comes coming could couple \
    course day days dear did didn different do does doesn doing don done down during each early easy either else end \
    enough especially etc even ever every everybody everyone everything everywhere exactly example explain fact far \
    feel feels felt few fine find first for found from full further gave get gets getting give given gives glad go \
    goes going gone gonna good got great guess had happen happened happens hard has have having he hear heard hello \
    help helped helps hence her here hers herself hey hi him himself his hope how however i idea if in instead into is \
    isn it its itself just keep keeps kept kind knew know known knows last lately later least leave left less let lets \
    like likely little ll long look looked looking looks lot lots love made main make makes making many may maybe me \
    mean means might mind mine minute more most mostly much must my myself name near nearly need needed needs neither \
    never new next nice no nobody none nor not note nothing now nowhere of off often oh ok okay old on once one ones \
    only onto open or other others otherwise ought our ours out over own part particular past people per perhaps place \
    please point possible pretty probably problem put question quick quickly quite rather re read ready real really \
    reason recently right run said same saw say saying says second see seem seemed seems seen sense set several shall \
    she short should show shows side simple simply since sit small so some somebody somehow someone something \
    sometimes somewhere soon sorry sort start started still stop stopped stuff such suggest suggestion suppose sure \
    take taken takes taking talk talking tell than thank thanks that the their theirs them themselves then there \
    therefore these they thing things think thinking this those though thought three through thus tip tips to today together told \
    tomorrow too took totally toward towards tried tries trouble true try trying turn two type under understand until \
    up upon us use used uses using usual usually ve very via wait want wanted wants was wasn way ways we week well went \
    were weren what whatever when whenever where wherever whether which while who whole whom whose why will wish with \
    within without won wonder wondering word words work worked working works would write wrong yeah year years yes \
    yesterday yet you your yours yourself time times month months morning evening night tonight weekend hour hours minutes \
    monday tuesday wednesday thursday friday saturday sunday four five six seven eight nine ten amount number \
    ideas thoughts advice recommendation recommendations suggestions thx ty btw fyi lol anymore able add added maybe wanna hmm wow cool awesome perfect nicely plan planning \
    finished finish finally prefer favourite favorite enjoy hate switched decided promise promised remind using \
    rest stay stays bunch piece version currently somewhat basically literally honestly alright least gets forever";

const GERMAN: &str = "ab aber ach alle allem allen aller alles als also am an andere anderem anderen anderer anderes \
    anfangen angefangen ans auch auf aufs aus bald bei beide beiden beim beispiel bekomme bekommen bereits besonders \
    besser beste besten bestimmt bin bis bisschen bist bitte bleibe bleiben brauche brauchen braucht brauchst da dabei dadurch dafür \
    dagegen daher dahin damals damit danach danke dann dar daran darauf daraus darf darin darüber darum darunter das dass davon \
    dazu dein deine deinem deinen deiner dem den denen denke denken denn der deren derer des deshalb dessen dich die dies diese \
    diesem diesen dieser dieses dir direkt doch dort du durch dürfen eben eher eigen eigene eigenen eigentlich ein eine einem einen einer eines einfach \
    einige einigen einmal einziger endlich entweder er erst erste ersten es etwa etwas euch euer eure fast finde finden findet \
    frage fragen früher für ganz ganze ganzen gar geben gefällt gegeben gegen geht gehen gehe gemacht genau genug gerade gern gerne gesagt gestern gewesen gib gibt ging \
    gleich glaube gott groß große großen gut gute guten guter gutes hab habe haben halt hallo hast hat hatte hatten hätte hätten heute \
    helfen hi hier hilfe hin hinter ich idee ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem ins irgendwas irgendwie irgendwo ist ja jede \
    jedem jeden jeder jedes jemand jetzt kann kannst kein keine keinem keinen keiner klar klein kleine kleinen komme kommen kommt können könnte könnten \
    kurz lange lass lasse lassen leider letzte letzten letzter letztes liebe lieber liegt los mache machen macht machst mag mal man manche manchmal mehr mein meine meinem meinen meiner \
    meines meinst meist meistens mich mir mit mochte möchte möchten möglich morgen muss musst müssen müsste nach nachdem nächste nächsten nächster nächstes name nämlich \
    natürlich neben nehme nehmen nein neu neue neuen neuer neues nicht nichts nie niemand noch nun nur ob oben obwohl oder oft ohne ok okay paar probleme problem prozent \
    recht richtig runter sache sachen sage sagen sagt schaffe schaffen schau schlecht schnell schon schreibe schreiben sehe sehen sehr sei seien sein seine seinem seinen seiner seit seitdem selbst \
    selber sich sie siehe sind so sobald sogar sogenannt solche soll sollen sollte sollten somit sondern sonst soweit später statt stück super tag tage tagen tatsächlich teil tipp tipps tue tun \
    über überhaupt übrigens um und uns unser unsere unserem unseren unserer unter viel viele vielen vielleicht vom von vor vorher wann war wäre wären waren warum was weg wegen weil weiß \
    weiter weitere weiteren welche welchem welchen welcher welches wem wen wenig wenige weniger wenn wer werde werden wessen wie wieder wieso will willst wir wird wirklich wirst wo woche wochen woher wohl \
    wollen wollte worden wurde wurden würde würden würdest zeit zu zuerst zum zur zurück zusammen zwar zwei zwischen jahr jahre jahren monat monate heißt gerne drei vier fünf uhr \
    abend montag dienstag mittwoch donnerstag freitag samstag sonntag wochenende danke vielen gruß grüße hallo moin mensch leute ding dinge art grund möglichkeit weise \
    benutze benutzen nutze nutzen verwende verwenden funktioniert gefunden versuche versuchen würd bzw z.b usw hilf erkläre erklären kannste";

static WORDS: LazyLock<WordSet> =
    LazyLock::new(|| ENGLISH.split_whitespace().chain(GERMAN.split_whitespace()).collect());

/// Whether a word, in its form, says nothing about a subject.
pub(super) fn is_stop_word(form: &str) -> bool {
    form.len() < 2 || WORDS.contains(form)
}

/// The longest list of key words.
const KEY_WORDS: usize = 12;

/// What some tokens are about: the stems of their words, sorted, each once.
pub(super) fn key_words(sentence: &Sentence<'_>, tokens: std::ops::Range<usize>) -> Vec<String> {
    let mut words: Vec<String> = tokens
        .filter(|index| sentence.token(*index).is_some_and(|token| token.kind == Kind::Word))
        .map(|index| sentence.form(index))
        .filter(|form| !is_stop_word(form) && form.chars().any(char::is_alphabetic))
        .map(stem)
        .take(KEY_WORDS)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// A rough stem, the same for both languages, so that a word meets its other forms without knowing its
/// language: "running" and "run", "Rezepte" and "Rezept". Not for showing.
pub(super) fn stem(form: &str) -> String {
    let form = form.trim_end_matches("'s").trim_end_matches('\'');
    let folded: String = form
        .chars()
        .map(|c| match c {
            'ä' => 'a',
            'ö' => 'o',
            'ü' => 'u',
            c => c,
        })
        .collect();
    let mut stem = folded.as_str();
    for _ in 0..2 {
        stem = without_ending(stem);
    }
    let mut stem = stem.to_owned();
    // "running" and "run", "stopped" and "stop".
    let bytes = stem.as_bytes();
    if let [.., one, two] = bytes
        && one == two
        && matches!(one, b'n' | b'm' | b'p' | b't' | b'g' | b'd' | b'b')
        && stem.len() > 3
    {
        stem.pop();
    }
    stem
}

fn without_ending(word: &str) -> &str {
    ["ings", "ing", "ern", "ies", "em", "en", "er", "es", "ed", "e", "s", "n", "y"]
        .into_iter()
        .filter(|ending| !(*ending == "s" && word.ends_with("ss")))
        .find_map(|ending| word.strip_suffix(ending).filter(|rest| rest.chars().count() >= 3))
        .unwrap_or(word)
}

#[cfg(test)]
#[path = "stop_words_tests.rs"]
mod tests;
