//! How often the rules are right: sentences with labels by hand, in `precision/`.
//!
//! A line is `sentence => labels`, labels are parted by `;`, and each is a rule's word, behind it `: name`
//! where the rule gives one (two right names are parted by `|`) and `@ day` where it gives a day; `-` is: nothing
//! is found. Topics are only looked at in lines that name some. Every sentence was said on Saturday,
//! 2026-11-21. The files `held_out_*` were written after the rules and are not for tuning them.
//! `cargo nextest run -p context precision --no-capture` shows the figures.

use std::collections::{BTreeMap, HashSet};

use clock::{Clock, ManualClock};

use super::super::{Analyzer, Findings, MentionKind, RuleId, TurnText};
use super::*;

const TUNED: [&str; 2] =
    [include_str!("../../precision/tuned_en.txt"), include_str!("../../precision/tuned_de.txt")];
const HELD_OUT: [&str; 2] =
    [include_str!("../../precision/held_out_en.txt"), include_str!("../../precision/held_out_de.txt")];
const FRESH: [&str; 2] =
    [include_str!("../../precision/fresh_en.txt"), include_str!("../../precision/fresh_de.txt")];

/// A rule, and what it is to find or found.
#[derive(Clone, Debug, PartialEq)]
struct Label {
    rule: RuleId,
    names: Vec<String>,
    day: Option<String>,
}

fn parse(line: &'static str) -> (&'static str, Vec<Label>) {
    let (sentence, labels) = line.rsplit_once("=>").unwrap_or_else(|| panic!("no labels: {line}"));
    let labels = labels.trim();
    let labels = if labels == "-" { "" } else { labels };
    let parse = |label: &str| {
        let (label, day) = match label.split_once('@') {
            Some((label, day)) => (label, Some(day.trim().to_owned())),
            None => (label, None),
        };
        let (rule, names) = label.split_once(':').unwrap_or((label, ""));
        let names = names.split('|').map(normalise).filter(|name| !name.is_empty()).collect();
        let rule = rule.trim().parse().unwrap_or_else(|error| panic!("{error}: {line}"));
        Label { rule, names, day }
    };
    (sentence.trim(), labels.split(';').filter(|label| !label.trim().is_empty()).map(parse).collect())
}

fn found(findings: &Findings) -> Vec<Label> {
    let mut found = Vec::new();
    for item in &findings.items {
        let mut names = vec![normalise(&item.name)];
        if let Some(replaced) = &item.replaced {
            names[0] = format!("{} < {}", names[0], normalise(replaced));
        } else if let Some(value) = &item.value {
            names[0] = format!("{} = {}", names[0], normalise(value));
        }
        found.push(Label { rule: item.rule, names, day: item.target_date.map(|day| day.to_string()) });
    }
    for insight in &findings.insights {
        found.push(Label {
            rule: insight.rule,
            names: Vec::new(),
            day: insight.due.map(|day| day.to_string()),
        });
    }
    for mention in &findings.mentions {
        let rule = match mention.kind {
            MentionKind::Topic => RuleId::Topic,
            MentionKind::Person => RuleId::Person,
            MentionKind::Tool => RuleId::Tool,
            MentionKind::Project => RuleId::ProjectMention,
        };
        found.push(Label { rule, names: vec![normalise(&mention.name)], day: None });
    }
    let bare = |rule| Label { rule, names: Vec::new(), day: None };
    found.extend(findings.questions.iter().map(|_| bare(RuleId::Question)));
    found.extend(findings.resolutions.iter().map(|resolution| Label {
        rule: RuleId::Resolution,
        names: vec![resolution.kind.as_str().to_owned()],
        day: None,
    }));
    found.extend(findings.progress.iter().map(|_| bare(RuleId::Progress)));
    found
}

/// Whether what was found is what was expected: the same rule, one of the names with or without the value.
fn agrees(expected: &Label, found: &Label) -> bool {
    let name_agrees = expected.names.is_empty()
        || found.names.iter().any(|name| {
            let bare = name.split([' ']).collect::<Vec<_>>().join(" ");
            expected.names.iter().any(|known| {
                *known == bare
                    || bare.split_once(" = ").is_some_and(|(name, _)| name == known)
                    || bare.split_once(" < ").is_some_and(|(name, _)| name == known)
            })
        });
    expected.rule == found.rule
        && name_agrees
        && expected.day.as_ref().is_none_or(|day| found.day.as_ref() == Some(day))
}

/// What was right, what was found wrongly, what was missed.
#[derive(Clone, Copy, Default)]
struct Score {
    right: u32,
    wrong: u32,
    missed: u32,
}

impl Score {
    fn precision(self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.wrong).max(1))
    }

    fn recall(self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.missed).max(1))
    }
}

fn analyse(sentence: &str) -> Findings {
    CueAnalyzer.analyze(TurnText {
        user_message: &sentence.replace("\\n", "\n"),
        assistant_response: "I like to help.",
        occurred_at: ManualClock::default().now(),
    })
}

fn score(files: &[&'static str]) -> (BTreeMap<RuleId, Score>, Vec<String>, u32) {
    let mut scores: BTreeMap<RuleId, Score> = BTreeMap::new();
    let mut mistakes = Vec::new();
    let mut sentences = 0;
    for line in
        files.iter().flat_map(|file| file.lines()).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (sentence, mut expected) = parse(line);
        sentences += 1;
        let with_topics = expected.iter().any(|label| label.rule == RuleId::Topic);
        for label in found(&analyse(sentence)) {
            let place = expected.iter().position(|known| agrees(known, &label));
            match place {
                Some(place) => {
                    expected.remove(place);
                    scores.entry(label.rule).or_default().right += 1;
                }
                None if label.rule == RuleId::Topic => {
                    if with_topics {
                        scores.entry(label.rule).or_default().wrong += 1;
                    }
                }
                None => {
                    scores.entry(label.rule).or_default().wrong += 1;
                    mistakes.push(format!(
                        "wrong  {:<18} {:?} {:?} in: {sentence}",
                        label.rule.as_str(),
                        label.names,
                        label.day
                    ));
                }
            }
        }
        for label in expected {
            scores.entry(label.rule).or_default().missed += 1;
            mistakes.push(format!(
                "missed {:<18} {:?} {:?} in: {sentence}",
                label.rule.as_str(),
                label.names,
                label.day
            ));
        }
    }
    (scores, mistakes, sentences)
}

fn show(title: &str, scores: &BTreeMap<RuleId, Score>, sentences: u32) {
    println!("\n{title}: {sentences} sentences");
    println!("{:<20}{:>6}{:>7}{:>8}{:>11}{:>8}", "rule", "right", "wrong", "missed", "precision", "recall");
    for (rule, score) in scores {
        println!(
            "{:<20}{:>6}{:>7}{:>8}{:>11.2}{:>8.2}",
            rule.as_str(),
            score.right,
            score.wrong,
            score.missed,
            score.precision(),
            score.recall()
        );
    }
}

/// No rule that writes suggestions falls under this, nor any other under the next.
const SUGGESTING_PRECISION: f64 = 0.8;
const OTHER_PRECISION: f64 = 0.7;

fn judge(title: &str, files: &[&'static str], least_recall: &[(RuleId, f64)]) {
    let (scores, mistakes, sentences) = score(files);
    show(title, &scores, sentences);
    for mistake in &mistakes {
        println!("{mistake}");
    }
    for (rule, score) in &scores {
        let least = match rule {
            // Not shown, only counted.
            RuleId::Topic => 0.5,
            RuleId::ProblemSolving | RuleId::Resolution | RuleId::Skill => 0.85,
            rule if rule.suggests() => SUGGESTING_PRECISION,
            _ => OTHER_PRECISION,
        };
        assert!(score.precision() >= least, "{title}: {rule} has a precision of {:.2}", score.precision());
    }
    for (rule, least) in least_recall {
        let recall = scores.get(rule).map_or(0.0, |score| score.recall());
        assert!(recall >= *least, "{title}: {rule} has a recall of {recall:.2}, it had {least:.2}");
    }
}

#[test]
fn the_rules_are_right_about_the_sentences_they_were_tuned_on() {
    judge(
        "tuned",
        &TUNED,
        &[
            (RuleId::Liking, 0.98),
            (RuleId::Technology, 1.0),
            (RuleId::Project, 0.92),
            (RuleId::Skill, 0.97),
            (RuleId::Preference, 0.92),
            (RuleId::PreferenceChange, 0.95),
            (RuleId::Goal, 0.97),
            (RuleId::LearningMoment, 1.0),
            (RuleId::ProblemSolving, 0.96),
            (RuleId::Decision, 0.85),
            (RuleId::Commitment, 1.0),
            (RuleId::Question, 1.0),
            (RuleId::Resolution, 1.0),
            (RuleId::Progress, 0.95),
            (RuleId::Person, 1.0),
            (RuleId::Tool, 1.0),
            (RuleId::ProjectMention, 1.0),
        ],
    );
}

#[test]
fn the_rules_are_right_about_sentences_they_were_not_tuned_on() {
    judge(
        "held out",
        &HELD_OUT,
        &[
            (RuleId::Liking, 0.94),
            (RuleId::Technology, 1.0),
            (RuleId::Project, 0.9),
            (RuleId::Skill, 0.86),
            (RuleId::Preference, 0.86),
            (RuleId::PreferenceChange, 0.85),
            (RuleId::Goal, 0.95),
            (RuleId::LearningMoment, 0.9),
            (RuleId::ProblemSolving, 0.75),
            (RuleId::Decision, 0.81),
            (RuleId::Commitment, 0.93),
            (RuleId::Question, 0.92),
            (RuleId::Resolution, 0.85),
            (RuleId::Progress, 0.94),
            (RuleId::Person, 1.0),
            (RuleId::Tool, 1.0),
        ],
    );
}

#[test]
fn troubles_their_fates_and_skills_are_found_in_words_that_no_rule_was_made_for() {
    let (scores, mistakes, sentences) = score(&FRESH);
    show("fresh", &scores, sentences);
    for mistake in &mistakes {
        println!("{mistake}");
    }
    for rule in [RuleId::ProblemSolving, RuleId::Resolution, RuleId::Skill] {
        let score = scores.get(&rule).copied().unwrap_or_default();
        assert!(score.precision() >= 0.85, "{rule} has a precision of {:.2}", score.precision());
        assert!(score.recall() >= 0.75, "{rule} has a recall of {:.2}", score.recall());
    }
}

#[test]
fn the_form_of_the_letters_and_apostrophes_changes_nothing() {
    use unicode_normalization::UnicodeNormalization;

    let sorted = |sentence: &str| {
        let mut found: Vec<String> =
            found(&analyse(sentence)).iter().map(|label| format!("{label:?}")).collect();
        found.sort_unstable();
        found
    };
    for line in TUNED
        .iter()
        .chain(&HELD_OUT)
        .chain(&FRESH)
        .flat_map(|file| file.lines())
        .filter(|line| line.contains("=>"))
    {
        let (sentence, _) = parse(line);
        let decomposed: String = sentence.nfd().collect();
        assert_eq!(sorted(sentence), sorted(&decomposed), "{sentence}");
        assert_eq!(sorted(sentence), sorted(&sentence.replace('\'', "’")), "{sentence}");
    }
}

#[test]
fn hundreds_of_sentences_are_held_out_and_none_stands_in_both_sets() {
    let sentences = |files: &[&'static str]| -> HashSet<&'static str> {
        files
            .iter()
            .flat_map(|file| file.lines())
            .filter(|line| line.contains("=>"))
            .map(|line| parse(line).0)
            .collect()
    };
    let (tuned, held_out) = (sentences(&TUNED), sentences(&HELD_OUT));
    assert!(
        held_out.len() > 300 && held_out.len() * 2 > tuned.len() - 30,
        "{} and {}",
        tuned.len(),
        held_out.len()
    );
    let fresh = sentences(&FRESH);
    assert!(fresh.len() > 120, "{}", fresh.len());
    assert!(fresh.is_disjoint(&tuned) && fresh.is_disjoint(&held_out));
    assert_eq!(tuned.intersection(&held_out).collect::<Vec<_>>(), Vec::<&&str>::new());
}
