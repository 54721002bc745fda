//! Preferences that changed: "was … until …", with both dates, and what is no longer.

use std::collections::BTreeMap;

use super::past::{Past, SaidOf, moment};
use super::{Conclusion, day_words};
use crate::input::normalise;
use crate::insight_detail::InsightDetail;
use crate::state::{InsightState, ItemKind};

/// The most such insights: the last changes.
const MOST: usize = 10;

pub(super) fn find(past: &Past) -> Vec<Conclusion> {
    // The newest first within each item.
    let mut items: BTreeMap<i64, Vec<&SaidOf>> = BTreeMap::new();
    for said in &past.said {
        items.entry(said.item).or_default().push(said);
    }
    let mut changes: Vec<Conclusion> = items.values().filter_map(|said| last_change(said)).collect();
    changes.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.subject.cmp(&other.subject)));
    changes.truncate(MOST);
    changes
}

/// The last change that was said of an item.
fn last_change(said: &[&SaidOf]) -> Option<Conclusion> {
    let newest = said.first()?;
    if newest.no_longer {
        return Some(conclusion(newest, None, None));
    }
    if let Some(change) = said.iter().find(|said| said.replaced.is_some()) {
        // Nothing else was said since, or the change was told in between: it is the last one either way.
        return Some(conclusion(change, None, change.replaced.as_deref()));
    }
    let value = newest.value.as_deref()?;
    let same =
        |other: &&&SaidOf| other.value.as_deref().is_some_and(|other| normalise(other) == normalise(value));
    // The first that said so, and the last that said otherwise before it.
    let run = said.iter().take_while(same).count();
    let change = said.get(run.checked_sub(1)?)?;
    let before = said.get(run..)?.iter().find(|other| other.value.is_some())?;
    Some(conclusion(change, Some(before), before.value.as_deref()))
}

fn conclusion(change: &SaidOf, before: Option<&SaidOf>, was: Option<&str>) -> Conclusion {
    let until = change.piece.at;
    let (subject, was, now) = match (was, change.kind) {
        (Some(was), ItemKind::Preference) if before.is_some() => {
            (change.name.clone(), was.to_owned(), change.value.clone())
        }
        (Some(was), _) => (change.name.clone(), was.to_owned(), Some(change.name.clone())),
        (None, _) => (change.name.clone(), change.name.clone(), None),
    };
    let day = day_words(until);
    let content = match (&now, before) {
        (Some(now), Some(before)) => {
            format!("{subject}: was “{was}” from {} until {day}, now “{now}”", day_words(before.piece.at))
        }
        (Some(now), None) => format!("was “{was}” until {day}, now “{now}”"),
        (None, _) => format!("was “{was}” until {day}, and is no longer"),
    };
    let mut evidence = vec![change.piece];
    evidence.extend(before.map(|before| before.piece).filter(|piece| piece.turn != change.piece.turn));
    Conclusion {
        insight_type: "changed_preference",
        subject: format!("{} {}", change.kind, normalise(&change.name)),
        content,
        context: String::new(),
        confidence: 0.7,
        state: InsightState::Active,
        at: until,
        detail: Some(InsightDetail::Change {
            subject,
            was,
            since: before.map(|before| moment(before.piece.at)),
            until: moment(until),
            now,
        }),
        evidence,
    }
}
