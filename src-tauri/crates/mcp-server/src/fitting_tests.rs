use serde_json::json;

use super::*;

fn long_list(name: &str) -> Vec<String> {
    (0..50).map(|number| format!("{name} number {number} with some more words to it")).collect()
}

fn large_profile() -> Value {
    let suggestion = json!({ "id": "019a9d0c-5c00-7000-8000-0123456789ab", "name": "chess", "last_seen_at": "2026-11-21T09:30:00Z" });
    json!({
        "interests": long_list("interest"), "skills": ["Rust"], "current_projects": long_list("project"),
        "goals": long_list("goal"), "preferences": { "editor": "x".repeat(2_000), "tabs": "spaces" },
        "last_updated": "2026-11-21T09:30:00Z", "more": false,
        "suggestions": { "interests": vec![suggestion; 10], "skills": [] },
    })
}

#[test]
fn a_profile_that_fits_stays_whole() {
    let mut profile = json!({ "interests": ["Rust"], "preferences": {}, "more": false, "suggestions": {} });
    let before = profile.clone();
    fit_profile(&mut profile, 200);
    assert_eq!(profile, before);
}

#[test]
fn a_profile_never_costs_more_than_its_budget_and_says_that_there_is_more() {
    for budget in [200, 400, 1_000, 2_000] {
        let mut profile = large_profile();
        fit_profile(&mut profile, budget);
        assert!(cost(&profile) <= budget as usize, "{budget}: {} in {profile}", cost(&profile));
        assert_eq!(profile["more"], true);
        assert_eq!(profile["skills"], json!(["Rust"]), "what is short stays");
        let goals = profile["goals"].as_array().unwrap();
        assert!(!goals.is_empty() && (goals.len() < 50 || budget == 2_000), "{budget}: {goals:?}");
        assert_eq!(goals[0], large_profile()["goals"][0], "the last seen stay");
        assert_eq!(profile["preferences"]["tabs"], "spaces");
        assert!(profile["preferences"]["editor"].as_str().unwrap().contains("more characters"));
    }
}

#[test]
fn a_large_budget_takes_nothing_away() {
    let mut profile = large_profile();
    fit_profile(&mut profile, 20_000);
    assert_eq!(profile["more"], false);
    assert_eq!(profile["goals"], large_profile()["goals"]);
    assert_eq!(profile["suggestions"]["interests"].as_array().unwrap().len(), 10);
}

#[test]
fn texts_are_shortened_to_the_budget_but_never_to_nothing() {
    let mut texts = vec!["one word after the other ".repeat(100); 10];
    fit_texts(texts.iter_mut(), 100, 1_000);
    let total: usize = texts.iter().map(|text| tokens(text)).sum();
    assert!((500..=900).contains(&total), "{total}");
    let mut texts = vec!["one word after the other ".repeat(100); 50];
    fit_texts(texts.iter_mut(), 5_000, 200);
    assert!(texts.iter().all(|text| text.starts_with("one word")), "{texts:?}");
}
