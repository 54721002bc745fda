//! Everything that was spoken of in the last weeks, counted: topics, persons, tools and projects.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use super::past::{
    BEFORE_DAYS, DAY, Mentioned, Names, Past, RECENT_DAYS, day_start, moment, read_spoken, week_start,
};
use super::spelling::spelled_name;
use super::trends::{Move, Moved, moved, turns_of};
use crate::Error;
use crate::analysis::MentionKind;
use crate::analysis::stop_words::stem;
use crate::history::{self, StoreKey};
use crate::input::normalise;
use crate::topic::{
    Direction, MAX_TOPICS, TOPIC_WEEKS, Topic, TopicKey, TopicOrder, TopicOverview, TopicQuery, TopicTrend,
};

/// What came up in one conversation alone is not shown unasked.
const CONVERSATIONS: usize = 2;
/// Microseconds of a week.
const WEEK: i64 = 7 * DAY;

/// The keyed mark of a topic that the owner does not want to see.
pub(crate) fn mark(key: StoreKey, kind: MentionKind, normal_name: &str) -> [u8; 16] {
    key.hash("topic refused", &[kind.as_str(), normal_name])
}

/// Which of these topics the owner does not want to see.
pub(super) fn refused(connection: &Connection, names: &Names) -> Result<HashSet<i64>, Error> {
    let mut refused = HashSet::new();
    if !connection.prepare_cached("SELECT 1 FROM forgotten LIMIT 1")?.exists([])? {
        return Ok(refused);
    }
    let key = StoreKey::read(connection)?;
    for (topic, (kind, name)) in names {
        if history::is_forgotten(connection, mark(key, *kind, name))? {
            refused.insert(*topic);
        }
    }
    Ok(refused)
}

#[derive(Default)]
struct Counts {
    turns: u32,
    weeks: Vec<u32>,
    conversations: HashSet<i64>,
    days: HashSet<i64>,
    newest: Option<Mentioned>,
}

/// Counts what was spoken of.
pub(crate) fn overview(connection: &Connection, query: &TopicQuery) -> Result<TopicOverview, Error> {
    let Some((mut past, names)) = read_spoken(connection)? else { return Ok(TopicOverview::default()) };
    let refused = refused(connection, &names)?;
    past.mentions.retain(|mention| refused.contains(&mention.topic) == query.dismissed);
    let moved = moved(&past);
    let wanted = asked_for(query, &names);
    let weeks = Weeks::to(past.as_of);
    let mut found: HashMap<i64, Counts> = HashMap::new();
    for mention in past.mentions.iter().filter(|mention| wanted(mention)) {
        let Some(week) = weeks.of(mention.at) else { continue };
        let counts = found.entry(mention.topic).or_default();
        counts.weeks.resize(TOPIC_WEEKS, 0);
        counts.weeks[week] += 1;
        counts.turns += 1;
        counts.conversations.insert(mention.conversation);
        counts.days.insert(day_start(mention.at));
        counts.newest.get_or_insert(*mention);
    }
    let everything = query.dismissed || query.text.as_ref().is_some_and(|text| !text.trim().is_empty());
    found.retain(|_, counts| everything || counts.conversations.len() >= CONVERSATIONS);
    let ordered = in_order(&found, &moved, query.order);
    let limit = query.limit.clamp(1, MAX_TOPICS) as usize;
    let trends = trends(&past, &moved);
    let topics = ordered
        .iter()
        .take(limit)
        .map(|topic| {
            let ((kind, normal_name), counts) = (&names[topic], &found[topic]);
            Ok(Topic {
                key: TopicKey { kind: *kind, normal_name: normal_name.clone() },
                name: spelled_name(connection, *topic)?,
                turns: counts.turns,
                conversations: count(counts.conversations.len()),
                days: count(counts.days.len()),
                last: moment(counts.newest.map_or(past.as_of, |mention| mention.at)),
                weeks: counts.weeks.clone(),
                trend: trends.get(topic).copied(),
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(TopicOverview {
        since: Some(moment(weeks.first)),
        as_of: Some(moment(past.as_of)),
        turns_by_week: weeks.counted(past.turns.iter().map(|turn| turn.at)),
        more: ordered.len() > limit,
        is_partial: past.cut,
        topics,
    })
}

/// The weeks that are counted, the newest turn's last.
struct Weeks {
    first: i64,
}

impl Weeks {
    fn to(as_of: i64) -> Self {
        let before = i64::try_from(TOPIC_WEEKS).unwrap_or(1) - 1;
        Self { first: week_start(as_of) - before * WEEK }
    }

    /// Which of the weeks a moment is in; none: it is before them.
    fn of(&self, at: i64) -> Option<usize> {
        usize::try_from((at - self.first).div_euclid(WEEK)).ok().filter(|week| *week < TOPIC_WEEKS)
    }

    fn counted(&self, moments: impl Iterator<Item = i64>) -> Vec<u32> {
        let mut counts = vec![0; TOPIC_WEEKS];
        for week in moments.filter_map(|at| self.of(at)) {
            counts[week] += 1;
        }
        counts
    }
}

/// Whether a mention is of what is asked for: its kind, and its name or the stems of it.
fn asked_for<'a>(query: &'a TopicQuery, names: &'a Names) -> impl Fn(&Mentioned) -> bool + 'a {
    let text = query.text.as_deref().map(normalise).unwrap_or_default();
    let stems = text.split_whitespace().map(stem).collect::<Vec<_>>().join(" ");
    let fits: Option<HashSet<i64>> = (!text.is_empty()).then(|| {
        let fit = names.iter().filter(|(_, (_, name))| name.contains(&text) || name.contains(&stems));
        fit.map(|(topic, _)| *topic).collect()
    });
    move |mention| {
        query.kind.is_none_or(|kind| mention.kind == kind)
            && fits.as_ref().is_none_or(|fits| fits.contains(&mention.topic))
    }
}

fn in_order(found: &HashMap<i64, Counts>, moved: &Moved, order: TopicOrder) -> Vec<i64> {
    let newest = |topic: &i64| found[topic].newest.map(|mention| (mention.at, mention.turn, mention.place));
    let by_surprise = |moves: &[Move]| {
        moves.iter().map(|moved| moved.topic).filter(|topic| found.contains_key(topic)).collect()
    };
    let mut topics: Vec<i64> = match order {
        TopicOrder::Rising => return by_surprise(&moved.rising),
        TopicOrder::Fading => return by_surprise(&moved.fading),
        TopicOrder::Most | TopicOrder::Newest => found.keys().copied().collect(),
    };
    if order == TopicOrder::Newest {
        topics.sort_by_cached_key(|topic| Reverse(newest(topic)));
    } else {
        topics.sort_by_cached_key(|topic| {
            let counts = &found[topic];
            Reverse((counts.conversations.len(), counts.turns, newest(topic)))
        });
    }
    topics
}

fn trends(past: &Past, moved: &Moved) -> HashMap<i64, TopicTrend> {
    let (recent_turns, before_turns) = turns_of(past);
    let days = |days: i64| u32::try_from(days).unwrap_or(u32::MAX);
    let trend = |direction, moved: &Move| TopicTrend {
        direction,
        recent: moved.recent,
        recent_turns,
        recent_days: days(RECENT_DAYS),
        before: moved.before,
        before_turns,
        before_days: days(BEFORE_DAYS),
    };
    let rising = moved.rising.iter().map(|one| (one.topic, trend(Direction::Rising, one)));
    rising.chain(moved.fading.iter().map(|one| (one.topic, trend(Direction::Fading, one)))).collect()
}

fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
