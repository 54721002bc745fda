use super::super::Polarity;
use super::*;
use crate::state::ItemKind;
use clock::{Clock, ManualClock};
use proptest::prelude::*;

fn findings(user_message: &str) -> Findings {
    CueAnalyzer.analyze(TurnText {
        user_message,
        assistant_response: "I like to help. I didn't know that.",
        occurred_at: ManualClock::default().now(),
    })
}

fn names(user_message: &str, kind: ItemKind) -> Vec<String> {
    findings(user_message).items.into_iter().filter(|item| item.kind == kind).map(|item| item.name).collect()
}

fn types(user_message: &str) -> Vec<&'static str> {
    findings(user_message).insights.into_iter().map(|insight| insight.insight_type).collect()
}

fn at(text: &str, span: Span) -> String {
    text.chars().skip(span.start as usize).take((span.end - span.start) as usize).collect()
}

#[test]
fn a_learning_moment_is_known_by_its_cue() {
    for said in [
        "I had no idea that SQLite could do this.",
        "I didn't know that",
        "I never realized how cheap it is.",
        "Wow, that is much simpler than I thought.",
        "Oh, I always thought it was slower.",
        "So that's why it fails!",
        "Ah, that makes sense.",
        "Oh I see, thanks.",
        "Now I understand how lifetimes work.",
        "I just learned about group commit!",
        "Today I found out why it is slow. I've finally figured out the cause.",
    ] {
        assert_eq!(types(said), ["learning_moment"], "{said}");
    }
}

#[test]
fn what_only_sounds_like_a_learning_moment_is_none() {
    for said in [
        "Wow, that looks great!",
        "Oh, by the way, I have a meeting.",
        "That makes no sense.",
        "I don't think that makes sense.",
        "Does that make sense?",
        "I haven't learned it yet",
        "I see three options here and want the second.",
        "Tell me if I learned it wrong",
        "Please write: \"I didn't know that\"",
        "```\nI had no idea\n```",
        "She had no idea.",
    ] {
        assert_eq!(types(said), Vec::<&str>::new(), "{said}");
    }
}

#[test]
fn a_problem_is_known_by_its_cue_also_in_a_question() {
    for said in [
        "How do I mount a volume?",
        "Can you help me with my tax form?",
        "I'm stuck.",
        "We are still struggling with the deploy",
        "I have a strange problem with my printer.",
        "The issue is that it never returns",
        "I finally fixed the leak",
        "I need to solve this today.",
    ] {
        assert_eq!(types(said), ["problem_solving"], "{said}");
    }
}

#[test]
fn what_only_sounds_like_a_problem_is_none() {
    for said in ["No problem!", "I'm not stuck.", "I have no issue with that", "Who solved Fermat's theorem?"]
    {
        assert_eq!(types(said), Vec::<&str>::new(), "{said}");
    }
}

#[test]
fn the_evidence_of_an_insight_is_its_sentence() {
    let said = "Grüße 👋! Übrigens: hi.\nI had no idea that\u{a0}„ß“ exists. Bye";
    let found = findings(said);
    assert_eq!(at(said, found.insights[0].span), "I had no idea that\u{a0}„ß“ exists.");
    assert_eq!(found.insights[0].content, "I had no idea that „ß“ exists.");
}

#[test]
fn what_somebody_likes_is_an_interest() {
    assert_eq!(names("I love hiking.", ItemKind::Interest), ["hiking"]);
    assert_eq!(names("I really like the mountains because of the air", ItemKind::Interest), ["mountains"]);
    assert_eq!(
        names("I like hiking, board games and opera.", ItemKind::Interest),
        ["hiking", "board games", "opera"]
    );
    assert_eq!(names("I'm really interested in type theory", ItemKind::Interest), ["type theory"]);
    assert_eq!(names("I like to cook Thai food", ItemKind::Interest), ["cook Thai food"]);
    assert_eq!(names("Well, I enjoy Überraschungen 🎉 and Übung", ItemKind::Interest).len(), 2);
}

#[test]
fn what_nobody_likes_or_what_is_only_asked_is_no_interest() {
    for said in [
        "I don't like hiking",
        "I do not really like hiking",
        "Do I like hiking?",
        "Do you think I like hiking?",
        "I like it",
        "I like the idea",
        "I like how it looks",
        "I love the calm it brings",
        "I like going",
        "I like that you asked",
        "I'd love to see it",
        "I would like a table of numbers",
        "If I like hiking, where should I go",
        "He said \"I like hiking\"",
        "What I like is unknown",
        "`I like hiking`",
        "> I like hiking",
    ] {
        assert_eq!(names(said, ItemKind::Interest), Vec::<String>::new(), "{said}");
    }
}

#[test]
fn a_technology_counts_as_a_whole_word_alone() {
    assert_eq!(names("My Python script talks to Postgres.", ItemKind::Interest), ["Python", "PostgreSQL"]);
    assert_eq!(names("i am learning rust, a language", ItemKind::Interest), ["Rust"]);
    assert_eq!(names("We moved to Rust.", ItemKind::Interest), ["Rust"]);
    assert_eq!(names("how do I write C++ and c# code?", ItemKind::Interest), ["C++", "C#"]);
    for said in [
        "I trust the frustrating sequel",
        "There is rust on my car",
        "React to this message please",
        "I don't use Docker",
        "I hate JavaScript",
        "see /usr/lib/python/x and mysql-client.conf",
        "What is Kubernetes?",
        "`docker run`",
    ] {
        assert_eq!(names(said, ItemKind::Interest), Vec::<String>::new(), "{said}");
    }
}

#[test]
fn what_somebody_works_on_is_a_project() {
    assert_eq!(
        names("I'm working on a weather station for my garden.", ItemKind::Project),
        ["weather station"]
    );
    assert_eq!(
        names("We are currently building an invoicing app with Rust", ItemKind::Project),
        ["invoicing app"]
    );
    assert_eq!(names("my app Plantpal crashes", ItemKind::Project), ["Plantpal"]);
    assert_eq!(names("my side project is called Sea Glass", ItemKind::Project), ["Sea Glass"]);
}

#[test]
fn what_has_no_name_or_is_not_done_is_no_project() {
    for said in [
        "I'm working on it",
        "I'm not working on a compiler",
        "Are you building a house?",
        "my app crashes",
        "He is building a boat",
        "I'm working on this bug",
        "I'm working on - well, nothing",
    ] {
        assert_eq!(names(said, ItemKind::Project), Vec::<String>::new(), "{said}");
    }
}

#[test]
fn the_assistants_words_say_nothing_about_the_person() {
    assert_eq!(findings("hello"), Findings::default());
}

#[test]
fn a_pasted_list_does_not_flood_the_profile() {
    let said = (0..100).map(|n| format!("I like topic{n}.")).collect::<Vec<_>>().join(" ");
    assert_eq!(findings(&said).items.len(), ITEMS_PER_TURN);
}

#[test]
fn a_message_of_nothing_but_cues_is_read_once_and_not_once_for_each_of_them() {
    for cue in ["and I love ", "I'm working on ", "Docker not ", "because I really like ", "my app Abc "] {
        let said = cue.repeat(ANALYSED_BYTES / cue.len());
        assert!(findings(&said).items.len() <= ITEMS_PER_TURN);
    }
}

fn sentence_like() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "I",
        "like",
        "love",
        "don't",
        "python",
        "Rust",
        "and",
        ",",
        ".",
        "?",
        "\n",
        "```",
        "\"",
        "`",
        "working",
        "on",
        "a",
        "my",
        "app",
        "Ünïcode",
        "👩‍👩‍👧",
        "wow",
        "that",
        "makes",
        "sense",
        "i'm",
        "building",
        "é",
        "“",
        "”",
        "how",
        "do",
        "stuck",
        "to",
        "İ",
        "ß",
        "\u{202e}",
        "\0",
        "日本語。",
        "C++",
        "K",
    ]);
    prop::collection::vec((words, prop::sample::select(vec![" ", "", "  "])), 0..40)
        .prop_map(|parts| parts.into_iter().flat_map(|(word, blank)| [word, blank]).collect())
}

/// All the places that findings name.
fn spans(found: &Findings) -> Vec<Span> {
    let mut spans: Vec<Span> = found.items.iter().map(|item| item.span).collect();
    spans.extend(found.insights.iter().map(|insight| insight.span));
    spans.extend(found.mentions.iter().map(|mention| mention.span));
    spans.extend(found.questions.iter().map(|question| question.span));
    spans.extend(found.resolutions.iter().map(|resolution| resolution.span));
    spans.extend(found.progress.iter().map(|step| step.span));
    spans
}

fn every_span_is_valid(text: &str) -> Result<(), TestCaseError> {
    let found = findings(text);
    prop_assert_eq!(&found, &findings(text));
    let chars = text.chars().count();
    for span in spans(&found) {
        prop_assert!(span.start < span.end && span.end as usize <= chars);
    }
    for item in &found.items {
        prop_assert!(check_name("name", &item.name).as_ref() == Ok(&item.name));
        let covered = normalise(&at(text, item.span));
        if item.rule != RuleId::Technology {
            for word in normalise(&item.name).split_whitespace() {
                prop_assert!(covered.contains(word), "{word} is not in {covered}");
            }
        }
    }
    prop_assert!(found.mentions.len() <= MENTIONS_PER_TURN + mentions::TOPICS_PER_TURN);
    prop_assert!(found.questions.iter().all(|question| !question.key_words.is_empty()));
    prop_assert!(found.progress.iter().all(|step| !step.key_words.is_empty()));
    Ok(())
}

/// Without the excerpts, which show the whole text.
fn without_excerpts(mut found: Findings) -> Findings {
    for insight in &mut found.insights {
        insight.context.clear();
    }
    found
}

#[test]
fn dates_are_counted_from_the_day_of_the_turn() {
    let found = findings("I want to run a marathon in May. I'll send the form by Friday.");
    assert_eq!(found.items[0].target_date.unwrap().to_string(), "2027-05-31");
    let commitment = found.insights.iter().find(|insight| insight.rule == RuleId::Commitment).unwrap();
    assert_eq!(commitment.due.unwrap().to_string(), "2026-11-27");
    assert_eq!(commitment.insight_type, "commitment");
}

#[test]
fn a_change_names_what_it_replaced_and_a_preference_its_value() {
    let found = findings("I switched from vim to Helix. My favourite colour is green.");
    assert_eq!((found.items[0].name.as_str(), found.items[0].replaced.as_deref()), ("Helix", Some("vim")));
    assert_eq!(found.items[0].polarity, Polarity::Uses);
    assert_eq!(
        (found.items[1].name.as_str(), found.items[1].value.as_deref()),
        ("favourite colour", Some("green"))
    );
}

#[test]
fn the_evidence_of_an_item_is_its_name_also_behind_pictures_and_quotations() {
    let said = "👋 „Hallo“ — übrigens: I love hiking, and our Postgres is slow.";
    let found = findings(said);
    let words: Vec<String> = found.items.iter().map(|item| at(said, item.span)).collect();
    assert_eq!(words, ["Postgres", "hiking"]);
}

#[test]
fn the_same_thing_is_found_once_a_turn() {
    let found = findings("I love tea. I love Tea! My Docker and my docker and Docker.");
    assert_eq!(found.items.len(), 2);
    let tools = found.mentions.iter().filter(|mention| mention.kind == MentionKind::Tool).count();
    assert_eq!(tools, 1);
}

proptest! {
    #[test]
    fn any_text_is_analysed_alike_twice_and_its_evidence_lies_in_it(text in any::<String>()) {
        every_span_is_valid(&text)?;
    }

    #[test]
    fn any_heap_of_cues_is_analysed_alike_twice_and_its_evidence_lies_in_it(text in sentence_like()) {
        every_span_is_valid(&text)?;
    }

    #[test]
    fn a_block_of_code_behind_a_message_changes_nothing(text in sentence_like()) {
        prop_assume!(!text.contains("```"));
        let more = format!("{text}\n```\nI love code. I'm working on a parser. Why?\n```");
        prop_assert_eq!(without_excerpts(findings(&text)), without_excerpts(findings(&more)));
    }
}
