use super::super::tokens::Tokens;
use super::*;

fn find(line: &'static str, text: &str) -> Vec<(String, String)> {
    let cues = Cues::new(&[(line, ())]);
    let tokens = Tokens::of(text);
    tokens
        .sentences()
        .flat_map(|sentence| {
            let words =
                |range: Range<usize>| range.map(|index| sentence.form(index)).collect::<Vec<_>>().join(" ");
            cues.find(&sentence)
                .into_iter()
                .map(|hit| (words(hit.cue), words(hit.object..sentence.len())))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn cue(line: &'static str, text: &str) -> Option<String> {
    find(line, text).into_iter().next().map(|(cue, _)| cue)
}

#[test]
fn a_cue_is_a_row_of_words_with_choices() {
    assert_eq!(cue("i like|love", "yes I love tea").as_deref(), Some("i love"));
    assert_eq!(cue("i like|love", "I liked tea"), None);
    assert_eq!(cue("i care_for|like", "I care for tea").as_deref(), Some("i care for"));
    assert_eq!(cue("i do_not? like", "I don't like tea").as_deref(), Some("i do not like"));
}

#[test]
fn what_may_repeat_gives_way_where_the_rest_needs_the_word() {
    assert_eq!(
        cue("i really|also* like", "I really also really like it").as_deref(),
        Some("i really also really like")
    );
    assert_eq!(cue("i really* really like", "I really like it").as_deref(), Some("i really like"));
    assert_eq!(cue("i really* like", &format!("I {} like it", "really ".repeat(5))), None);
}

#[test]
fn gaps_numbers_and_ends_hold() {
    assert_eq!(cue("i ~2 tea", "I drink green tea").as_deref(), Some("i drink green tea"));
    assert_eq!(cue("i ~2 tea", "I drink very green tea"), None);
    assert_eq!(cue("i ~2 tea", "I drink, tea"), None);
    assert_eq!(cue("for # years", "for ten years").as_deref(), Some("for ten years"));
    assert_eq!(cue("for # years", "for many years"), None);
    assert_eq!(cue("i see $", "I see, thanks").as_deref(), Some("i see"));
    assert_eq!(cue("i see $", "I see three"), None);
}

#[test]
fn the_object_begins_where_the_cue_says_or_behind_it() {
    assert_eq!(find("i like", "I like tea")[0].1, "tea");
    assert_eq!(
        find("i bin > ~1 nicht", "I bin tea nicht")[0],
        ("i bin tea nicht".to_owned(), "tea nicht".to_owned())
    );
}

#[test]
fn at_an_opening_means_where_a_clause_opens() {
    assert!(cue("^ i like", "Well, I like tea").is_some());
    assert!(cue("^ i like", "what I like").is_none());
}

#[test]
fn every_spelling_of_a_cue_in_the_crate_is_well_formed() {
    // The tables are built when they are first asked: all of them here.
    let tokens = Tokens::of("I ich we wir my mein");
    for sentence in tokens.sentences() {
        let told = super::super::told::Told {
            text: "I ich we wir my mein",
            sentence,
            dates: &[],
            today: "2026-11-21".parse().unwrap(),
        };
        let _ = super::super::likings::liked(&told);
        let _ = super::super::preferences::preferred(&told);
        let _ = super::super::projects::worked_on(&told);
        let _ = super::super::goals::wanted(&told);
        let _ = super::super::skills::able(&told);
        let _ = super::super::progress::progress(&told);
        let _ = super::super::noticed::noticed(&told, &sentence);
        let _ = super::super::answers::resolved(&sentence);
        let _ = super::super::answers::asked(&sentence);
    }
}
