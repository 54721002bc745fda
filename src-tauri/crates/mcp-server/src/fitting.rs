//! Fits whole answers into a budget: the profile loses the entries seen longest ago, insights lose the ends of
//! their texts.

use serde_json::{Map, Value};

use crate::budget::{share, shorten, shorten_all, tokens};

/// What a text keeps at least, however small the budget: enough to know what it is about.
const LEAST_OF_A_TEXT: usize = 16;
/// No single value of the profile takes more than this part of the budget.
const LARGEST_PART: usize = 8;

/// Takes entries from the ends of the profile's lists (they are sorted: the last seen first) until it costs no
/// more than `budget` tokens; `more` tells that entries are missing. Suggestions give way first.
pub(crate) fn fit_profile(profile: &mut Value, budget: u32) {
    let budget = budget as usize;
    let Value::Object(profile) = profile else { return };
    let mut suggestions = match profile.remove("suggestions") {
        Some(Value::Object(suggestions)) => suggestions,
        _ => Map::new(),
    };
    shorten_values(profile, budget / LARGEST_PART);
    let mut is_cut = fit_lists(profile, budget);
    let left = budget.saturating_sub(cost(profile));
    is_cut |= fit_lists(&mut suggestions, left);
    suggestions.retain(|_, list| list.as_array().is_none_or(|list| !list.is_empty()));
    profile.insert("suggestions".to_owned(), Value::Object(suggestions));
    if is_cut {
        profile.insert("more".to_owned(), Value::Bool(true));
    }
}

/// Fits the lists (and the map of preferences) among the members of `object`; whether something was taken away.
fn fit_lists(object: &mut Map<String, Value>, budget: usize) -> bool {
    let bones: usize = object
        .iter()
        .map(|(name, value)| tokens(name) + 2 + if is_list(value) { 0 } else { cost(value) })
        .sum();
    let mut lists: Vec<&mut Value> = object.values_mut().filter(|value| is_list(value)).collect();
    let wishes: Vec<usize> = lists.iter().map(cost).collect();
    let mut is_cut = false;
    for (list, room) in lists.iter_mut().zip(share(budget.saturating_sub(bones), &wishes)) {
        let mut left = room;
        let mut fits = |cost: usize| {
            let rest = left.checked_sub(cost);
            left = rest.unwrap_or(0);
            rest.is_some()
        };
        match list {
            Value::Array(entries) if cost(entries) > room => {
                let kept = entries.iter().take_while(|entry| fits(cost(entry) + 1)).count();
                is_cut |= kept < entries.len();
                entries.truncate(kept);
            }
            Value::Object(entries) if cost(entries) > room => {
                let before = entries.len();
                entries.retain(|name, value| fits(tokens(name) + cost(value) + 2));
                is_cut |= entries.len() < before;
            }
            _ => {}
        }
    }
    is_cut
}

fn is_list(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

/// One preference may hold a whole text; it is shortened rather than left out.
fn shorten_values(profile: &mut Map<String, Value>, most: usize) {
    let Some(Value::Object(preferences)) = profile.get_mut("preferences") else { return };
    for value in preferences.values_mut() {
        if let Value::String(text) = value {
            *text = shorten(text, most.max(LEAST_OF_A_TEXT)).into_owned();
        }
    }
}

/// Shortens the texts of entries so that the whole answer costs no more than `budget` tokens; the number of
/// entries stays, and each text keeps its beginning. `bones` is what the answer costs without the texts.
pub(crate) fn fit_texts<'a>(texts: impl IntoIterator<Item = &'a mut String>, bones: usize, budget: u32) {
    let texts: Vec<&mut String> = texts.into_iter().collect();
    let least = texts.len() * LEAST_OF_A_TEXT;
    let room = (budget as usize).saturating_sub(bones).max(least);
    shorten_all(texts, room);
}

/// An entry's name, whether it stands alone or with more about it.
pub(crate) fn name(entry: &Value) -> String {
    match entry {
        Value::String(text) => text.clone(),
        Value::Object(object) => object.get("name").map_or_else(|| entry.to_string(), name),
        other => other.to_string(),
    }
}

/// What a value costs as JSON.
pub(crate) fn cost(value: &impl serde::Serialize) -> usize {
    serde_json::to_string(value).map_or(0, |text| tokens(&text))
}

#[cfg(test)]
#[path = "fitting_tests.rs"]
mod tests;
