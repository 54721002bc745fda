//! Troubles that are described and not named: a thing that does what it should not ("the gate squeaks", "der Download
//! bricht ab"), in the words that people have for it.

use std::sync::LazyLock;

use super::clauses::{clause_start, is_denied};
use super::cues::Cues;
use super::tokens::{Sentence, word_list};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// The words are about nothing but trouble.
    Sure,
    /// Whoever does it must be a thing: "my brother fails" is another matter.
    Thing,
}

word_list! {
    /// People, by what they are to somebody: what they do is no fault of a thing.
    pub(super) PEOPLE = "brother sister mother father mom mum dad son daughter wife husband uncle aunt friend friends boss \
        colleague neighbour neighbor grandmother grandfather grandma grandpa teacher cousin partner kid kids child \
        children student students people man woman guy team bruder schwester mutter vater mama papa sohn tochter \
        frau mann onkel tante freund freundin chef chefin kollege kollegin nachbar nachbarin oma opa großmutter \
        großvater lehrer lehrerin kind kinder leute train bus zug story film movie book novel song lake river sea \
        band see fluss buch geschichte lied"
}

static CUES: LazyLock<Cues<Shape>> = LazyLock::new(|| {
    use Shape::{Sure, Thing};
    Cues::new(&[
        (
            "^ the|my|our|this|its|it|one|every ~4 crashes|crash|fails|fail|leaks|leak|drips|drip|squeaks|squeak|creaks|creak|rattles|rattle|stutters|flickers|flicker|overheats|overheat|jams|malfunctions|misbehaves|clogs|disconnects|times_out|cuts_out|gives_way|gives_out|acts_up|falls_apart|comes_loose|breaks_down|shuts_off|logs_me_out",
            Thing,
        ),
        (
            "make|makes|making|makes_such a|an|some|such|this|that|weird|strange|odd|loud* ~2 noise|noises|sound|sounds",
            Thing,
        ),
        ("take|takes|taking|took forever|ages to", Sure),
        ("nothing at_all? happens|happened|shows_up|comes_out", Sure),
        (
            "screen|display|monitor|picture|page|window|tv|light|lights ~1 go|goes|turns|stays|went|turned|is_just|is completely|all* black|blank|dark|white|dead",
            Sure,
        ),
        (
            "come|comes|came|turn|turns|turned out ~1 wrong|dense|blurry|burnt|burned|soggy|empty|flat|dry|crooked|garbled|raw",
            Thing,
        ),
        ("^ the|my|our % ~1 complain|complains about|that|of", Thing),
        (
            "^ there is|are|was still|always|again|some|a|an* ~1 dripping|leaking|mould|mold|smoke|leak|leaks|crack|cracks",
            Sure,
        ),
        ("^ there is|are ~2 dripping|leaking|coming_out|coming_from|coming_through", Sure),
        ("something is|seems|must_be|went|goes|has_gone wrong|off|broken|not_right|fishy", Sure),
        (
            "^ the|my|our|this ~3 will_not|does_not|did_not|do_not|can_not|could_not ~3 any_more|anymore|properly|correctly|reliably",
            Thing,
        ),
        (
            "^ the|my|our|this|it ~3 will_not|does_not|do_not close|shut|fit|turn_on|turn_off|show_up|appear|load|sync|save|update|heat|cool|drain|rise|ring|stick|dry|set|wake_up|recognise|recognize|detect",
            Thing,
        ),
        (
            "^ the|my|our|this|it ~3 never finishes|loads|works|arrives|stops|starts|shows_up|saves|syncs",
            Thing,
        ),
        (
            "^ the|my|our|this|it ~3 keeps|keep disconnecting|dropping|falling|breaking|dying|restarting|losing|forgetting|jumping|overheating|beeping|flickering|blinking|disappearing|turning|resetting|hanging|slipping|peeling|clogging|logging|rebooting|stalling|buffering|looping",
            Thing,
        ),
        (
            "^ the|my|our|this ~3 is|are so|too|very|really|painfully|extremely|incredibly|unbearably slow|laggy|unresponsive|sluggish",
            Thing,
        ),
        (
            "^ the|my|our|this ~3 is|are always|constantly|suddenly|all|completely|half|already* missing|corrupted|garbled|blurry|wilting|dying|drooping|dripping|overheating|flickering|stuttering|lagging|clogged|blocked|jammed|cracked|peeling|rotting|mouldy|moldy|rusty|unresponsive|squeaking",
            Thing,
        ),
        (
            "^ the|my|our|it|this ~3 crashes|freezes|dies|disappears|stops|resets|restarts|closes|hangs|drops|breaks|vanishes|reboots every|each|whenever|when|as_soon_as|after|randomly|constantly|all_the_time time|i|we|#|it|a*",
            Thing,
        ),
        (
            "wifi|wi-fi|internet|connection|signal|vpn|stream|call|bluetooth ~1 drops|cuts|dies|stutters|goes_down|is_down|is_slow|is_gone",
            Sure,
        ),
        (
            "battery|phone|laptop|tablet|headphones|watch|camera ~1 dies|drains|overheats|lasts_only|shuts_down",
            Sure,
        ),
        (
            "leave|leaves|leaving|left a|an|some|ugly|white|dark|brown|strange|greasy* ~1 film|stain|stains|mark|marks|residue|streaks|spots",
            Sure,
        ),
        ("for some|no|whatever reason ~6 never|not|stops|stopped|fails|crashes|keeps", Sure),
        (
            "^ i|we can_not|could_not ~1 get ~5 off|open|out|loose|clean|apart|to_work|to_start|running|working|rid",
            Sure,
        ),
        (
            "^ i|we have|had|have_got|got|keep_getting|suffer_from ~2 headache|headaches|migraine|migraines|toothache|backache|fever|cough|rash|cramp|cramps|insomnia|nosebleeds|pain|pains|sore_throat",
            Sure,
        ),
        (
            "^ i|we do_not|still_do_not|can_not|just_do_not understand|get|see|know why|how|what_to_do|what_is_wrong|where_it|which",
            Sure,
        ),
        ("^ i|we have no_idea|no_clue how|why|what", Sure),
        (
            "^ the|my|our ~2 has|have|got|developed a|an|some|big|small|huge|tiny* crack|leak|hole|dent|scratch|virus|bug|stain|puncture|cracks|leaks|holes|bugs|fleas|mould|mold",
            Thing,
        ),
        (
            "^ i|we have? accidentally|somehow|mistakenly deleted|lost|broke|overwrote|erased|removed|formatted|spilled|dropped|locked|closed|sent",
            Sure,
        ),
        ("^ i|we have? lost_access|locked_myself|been_locked|forgotten_my_password|forgot_my_password", Sure),
        (
            "^ the|my|our|it|this ~3 is_not|are_not|has_not_been|will_not_stop ~1 loading|showing|charging|printing|syncing|turning|growing|heating|cooling|draining|rising|saving|opening|connecting|updating|closing|displaying|displayed|recognized|recognised|detected|sleeping|eating|barking|crying",
            Thing,
        ),
        (
            "^ the|my|our ~3 will_not|does_not come_off|come_out|go_away|budge|move|turn|light|lock|switch|play|send|boot|grow|sleep|eat|stop|stay|go_off|go_down",
            Thing,
        ),
        (
            "^ the|my|our ~3 broke|crashed|failed|froze|burst|snapped|collapsed|leaked|vanished|overheated|shattered|tore",
            Thing,
        ),
        (
            "throws|raises|returns|gives|shows|reports|displays|spits_out|prints me? a|an|the|this|some|strange|weird* ~1 error|errors|exception|warning|404|500|null|nan|timeout",
            Thing,
        ),
        ("error|exception|segfault|timeout|crash when|while|whenever|every_time|on_startup", Sure),
        ("keep|keeps|kept me|us awake|up_at_night|up_all_night", Sure),
        ("wake|wakes|waking up ~1 every|# hour|night|times|hours", Sure),
        ("have|having|had|has a|such_a|really hard|tough|difficult time", Sure),
        ("find|finding|found it really|so|very|too|quite* hard|difficult|impossible|tricky|tough to", Sure),
        ("it is|feels really|so|very|too|quite* hard|difficult|impossible for me|us", Sure),
        (
            "^ i|we can_not|could_not hear|move|access|delete|download|upload|print|save|send|relax|breathe|update|turn_off|turn_on|tell_if|tell_whether|keep_up|swallow",
            Sure,
        ),
        (
            "^ the|my|our|it|this|everything ~3 is|are|tastes|came_out|comes_out|turned_out|turns_out|gets way|far|much|always|a_bit|a_little* too salty|sweet|dry|wet|hard|soft|thick|thin|loud|hot|cold|tight|loose|bitter|sticky|heavy|dark|bright|dense|slow|quiet|short|weak",
            Thing,
        ),
        (
            "smell|smells|taste|tastes|sound|sounds|look|looks|feels really|so|somehow|a_bit* funny|weird|odd|strange|off|burnt|rotten|musty|mouldy|wrong|metallic",
            Thing,
        ),
        (
            "^ my|the ~3 is|are|feels|feel|gets|has_been really|so|very|still|always|all* swollen|itchy|sore|numb|stiff|bleeding|infected|inflamed|itching|bloodshot",
            Sure,
        ),
        (
            "^ the|my|our|it|this ~3 has|have been ~1 acting_up|down|dead|broken|slow|offline|stuck|leaking|crashing|failing|freezing|flickering|hurting|dropping",
            Thing,
        ),
        (
            "since|after the|an|my|last|i ~2 update|upgrade|updated|upgraded|installed ~7 not|no|crashes|fails|slow|broken|missing|lost|gone|stopped",
            Sure,
        ),
        (
            "^ i|we keep|always|constantly keep? forgetting|losing|waking|missing|failing|breaking|burning|running|mixing|dropping|forget|lose|burn|oversleep",
            Sure,
        ),
        (
            "^ i|we am|are completely|totally|a_bit|really|at* stumped|puzzled|baffled|desperate|clueless|a_loss|my_wits_end|our_wits_end|out_of_ideas",
            Sure,
        ),
        ("^ i|we always|often|still|really* struggle|fail|fight with|to", Sure),
        ("no matter what|how|how_often|how_hard|which i|we", Sure),
        ("will_not|does_not|did_not let me|us", Sure),
        ("is|are|keeps driving me|us crazy|mad|nuts|insane", Sure),
        // German.
        (
            "^ ich|wir verstehe|verstehen|begreife|kapiere den|die|dem|der|diese|diesen|meine|meinen|mein|keine|keinen ~4 nicht|nicht_mehr $",
            Sure,
        ),
        ("^ i|we do_not|can_not|still_do_not understand|follow|read the|this|these|my|our|its", Sure),
        ("^ ich|wir finde|finden|erreiche|erreichen|erkenne|erwische ~5 nicht $", Sure),
        ("gelingt|gelingen|gelang mir|uns|es ~4 nicht", Sure),
        ("mir|uns gelingt|gelingen ~4 nicht|kein|keine", Sure),
        ("lässt mich|uns ~4 nicht", Sure),
        (
            "macht|machen|treibt|bringt mich|uns ~2 wahnsinnig|verrückt|fertig|um_den_verstand|in_den_wahnsinn",
            Sure,
        ),
        ("egal was|wie|welche|wie_oft ich|wir", Sure),
        (
            "^ der|die|das|mein|meine|unser|unsere|es|alles ~3 ist|sind|wird|schmeckt viel|immer|etwas|ein_bisschen|leider* zu salzig|süß|trocken|nass|hart|weich|dick|dünn|laut|heiß|kalt|eng|locker|bitter|klebrig|dunkel|hell|langsam|leise|schwach|fest",
            Thing,
        ),
        (
            "riecht|schmeckt|klingt|sieht irgendwie|so|ganz|etwas* komisch|seltsam|merkwürdig|verbrannt|muffig|faul|bitter|schimmelig",
            Thing,
        ),
        (
            "^ mein|meine|der|die|das % ~2 ist|sind ~2 geschwollen|entzündet|taub|steif|wund|verspannt|verstopft|blockiert|verschwunden|weg",
            Thing,
        ),
        (
            "^ ich|wir vergesse|verliere|verbrenne|vergessen|verlieren|verschlafe ständig|immer|dauernd|immer_wieder|oft",
            Sure,
        ),
        ("^ ich|wir weiß|wissen nicht|nicht_mehr weiter", Sure),
        ("^ ich|wir bin|sind total|völlig|ganz|langsam* verzweifelt|ratlos|aufgeschmissen|am_ende", Sure),
        ("mir ist|wird ~2 schlecht|schwindelig|schwindlig|übel", Sure),
        (
            "seit dem|der|einem|meinem ~2 update|upgrade|umstieg|umzug|neustart ~7 nicht|kein|keine|langsam|ständig|kaputt|weg",
            Sure,
        ),
        (
            "^ ich|wir habe|haben|bekomme|kriege ~2 kopfschmerzen|rückenschmerzen|bauchschmerzen|zahnschmerzen|halsschmerzen|knieschmerzen|schmerzen|migräne|fieber|husten|krämpfe|schlafstörungen|ausschlag",
            Sure,
        ),
        (
            "^ ich|wir verstehe|begreife|weiß|verstehen|wissen einfach|immer_noch|gar|überhaupt* nicht ,? wie|warum|wieso|woran|weshalb|was_ich|wo_der",
            Sure,
        ),
        ("^ ich|wir habe|haben keine ahnung ,? wie|warum|wieso|woran|was", Sure),
        (
            "aus_versehen|versehentlich ~5 gelöscht|verloren|überschrieben|verschüttet|geschlossen|gesperrt|kaputtgemacht|formatiert|abgeschickt",
            Sure,
        ),
        ("mir|uns fällt|fallen ~5 schwer", Sure),
        ("fällt|fallen mir|uns ~5 schwer", Sure),
        ("^ ich|wir tue|tu|tun mich|uns ~4 schwer", Sure),
        ("^ ich|wir habe|haben ~2 mühe|schwierigkeiten", Sure),
        ("^ ich|wir schaffe|schaffen ~5 nicht", Sure),
        (
            "^ ich|wir kann|können ~6 nicht konzentrieren|erinnern|entscheiden|entspannen|abschalten|bewegen|schlucken|atmen|erreichen|einstellen|herunterladen|hochladen|löschen|ändern|hören|lesen|drehen|schließen",
            Sure,
        ),
        (
            "^ der|die|das|mein|meine|unser|unsere % ~2 springt|schließt|hält|klebt|trocknet|wächst|blüht|heizt|kühlt|erkennt|speichert|synchronisiert|schaltet|will|geht|gehen|wollen|isst|frisst|schläft ~3 nicht",
            Thing,
        ),
        (
            "wirft|zeigt|meldet|gibt|liefert|bringt ~3 fehler|fehlermeldung|exception|warnung|fehlercode",
            Thing,
        ),
        (
            "wacht|weint|bellt|rutscht|wackelt|klingelt|piept ständig|immer_wieder|dauernd|jede_nacht|nachts|andauernd",
            Sure,
        ),
        (
            "^ der|die|das|mein|meine|unser|unsere % ~2 hat|haben ~2 loch|riss|kratzer|leck|beule|flecken|schimmel|läuse|virus|flöhe",
            Thing,
        ),
        (
            "^ der|die|das|mein|meine|unser|unsere|dieser|diese|dieses|es|er|sie ~3 quietscht|klemmt|klemmen|wackelt|flackert|leckt|tropft|ruckelt|stottert|überhitzt|streikt|spinnt|knarzt|rattert|schimmelt|verstopft|rostet|stinkt|hakt|piept|knackt|leiert",
            Thing,
        ),
        ("stürzt|stürzen|bricht|brechen|hängt_sich|schaltet_sich|schalten_sich ~6 ab|auf|aus $", Thing),
        ("bricht|stürzt|hängt ~2 ständig|immer|dauernd|plötzlich|sich? ~3 ab|auf", Thing),
        ("bricht|brechen|stürzt|stürzen der|die|das|mein|meine ~2 ab", Sure),
        ("fällt|fallen ständig|dauernd|immer_wieder|jeden|jede|oft|plötzlich|manchmal|heute ~3 aus", Thing),
        ("schlägt|schlagen ~6 fehl", Sure),
        (
            "geht|gehen|schaltet_sich ständig|immer_wieder|dauernd|plötzlich|einfach|von_selbst* aus|kaputt|verloren|ab $",
            Thing,
        ),
        ("lässt|lassen sich ~5 nicht", Thing),
        ("passiert|tut_sich|bewegt_sich|kommt ~1 nichts|rein_nichts|gar_nichts", Sure),
        ("stimmt|stimmen|läuft da|hier|ja* etwas|irgendetwas|irgendwas|was nicht|schief|falsch", Sure),
        ("^ im|in|bei|beim % ~3 fehlt|fehlen", Sure),
        (
            "wird|werden|bleibt|bleiben ~5 nicht gar|warm|heiß|kalt|fest|trocken|sauber|hell|geladen|angezeigt|erkannt|gefunden|gespeichert|aktualisiert|richtig",
            Thing,
        ),
        (
            "bildschirm|display|monitor|bild|seite|fenster|fernseher wird|bleibt|ist ~1 schwarz|weiß|leer|dunkel|eingefroren",
            Sure,
        ),
        ("braucht|brauchen|dauert|lädt|laden ~1 ewig|eine_ewigkeit|ewigkeiten", Thing),
        (
            "^ ich|wir kriege|bekomme|kriegen|bekommen|schaffe|schaffen das|die|den|es|sie|ihn|mein|meine|meinen ~3 nicht",
            Sure,
        ),
        (
            "hinterlässt|hinterlassen|macht|machen ~2 flecken|streifen|kratzer|rückstände|ränder|geräusche|lärm",
            Thing,
        ),
        ("aus irgendeinem grund|irgendwelchen_gründen", Sure),
        ("lässt|lassen die|ihre|alle köpfe|blätter|triebe hängen", Sure),
        ("^ es tropft|zieht|stinkt|schimmelt|regnet_rein|regnet_herein", Sure),
    ])
});

/// Whether a sentence tells of a trouble.
pub(super) fn tells_trouble(sentence: &Sentence<'_>) -> bool {
    CUES.find(sentence).into_iter().any(|hit| {
        let clause = clause_start(sentence, hit.cue.start);
        let is_thing = hit.meaning == Shape::Sure || !sentence.has(clause..hit.cue.end, &PEOPLE);
        // "If it crashes", "what never works": supposed, or of another.
        let is_supposed = sentence.has(
            clause..hit.cue.start + 1,
            &["if", "unless", "falls", "wenn", "until", "bis", "would", "würde"],
        );
        // What is so still is what became of an answer.
        let is_fate = sentence.has(clause..hit.cue.end, &["still", "noch"]);
        is_thing && !is_supposed && !is_fate && !is_denied(sentence, hit.cue.start)
    })
}
