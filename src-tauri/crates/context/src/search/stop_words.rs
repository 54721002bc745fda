//! The small words of English and German that say nothing by themselves.

use std::collections::HashSet;
use std::sync::LazyLock;

static ENGLISH: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "a about above after again against all am an and any are aren as at be because been before being below \
     between both but by can cannot could couldn d did didn do does doesn doing don down during each few for from \
     further had hadn has hasn have haven having he her here hers herself him himself his how i if in into is isn \
     it its itself just ll m ma me might more most must my myself no nor not now o of off on once only or other \
     our ours ourselves out over own re s same shan she should shouldn so some such t than that the their theirs \
     them themselves then there these they this those through to too under until up ve very was wasn we were \
     weren what when where which while who whom whose why will with won would wouldn you your yours yourself \
     yourselves"
        .split_whitespace()
        .collect()
});

static GERMAN: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    // Folded as the words of a text are: without umlauts. "an", "am", "in", "so", "was", "war", "will", "die" and
    // the like are words of both languages, and none of them tells what a text is about in either.
    "aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus \
     bei beim bin bis bist da damit dann das dass dein deine deinem deinen deiner deines dem den denn der deren \
     des dessen dich die dies diese dieselbe diesem diesen dieser dieses dir doch dort du durch ein eine einem \
     einen einer eines einige einigem einigen einiger einiges er es etwas euch euer eure eurem euren eurer fur \
     gegen gewesen hab habe haben hat hatte hatten hattest hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren \
     ihrer ihres im in indem ins ist ja jede jedem jeden jeder jedes jener jetzt kann kannst konnen konnte mein \
     meine meinem meinen meiner meines mich mir mit muss musste nach nein nicht nichts noch nun nur ob oder ohne \
     sehr sein seine seinem seinen seiner seines selbst sich sie sind so solche solchem solchen solcher sollte \
     sondern sonst uber um und uns unse unser unsere unserem unseren unserer unter viel vom von vor wahrend wann \
     war waren warst warum was weg weil weiter welche welchem welchen welcher welches wem wen wenn wer werde \
     werden wessen wie wieder will wir wird wirst wo woher wohin wollen wollte wurde wurden zu zum zur zwar \
     zwischen"
        .split_whitespace()
        .collect()
});

pub(super) fn is_english_stop_word(folded: &str) -> bool {
    ENGLISH.contains(folded)
}

pub(super) fn is_german_stop_word(folded: &str) -> bool {
    GERMAN.contains(folded)
}
