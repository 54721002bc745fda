//! The words of the calendar, in English and German: numbers, months, days of the week, units of time.

use super::day::{Day, Days};

/// A number in digits or, up to twelve, in words; "a" and "ein" are one, "a couple of" two, "a few" three.
pub(crate) fn number(form: &str) -> Option<i64> {
    Some(match form {
        "a" | "an" | "one" | "ein" | "eine" | "einem" | "einer" | "einen" => 1,
        "two" | "zwei" | "couple" => 2,
        "three" | "drei" | "few" | "paar" => 3,
        "four" | "vier" => 4,
        "five" | "fünf" | "fuenf" => 5,
        "six" | "sechs" => 6,
        "seven" | "sieben" => 7,
        "eight" | "acht" => 8,
        "nine" | "neun" => 9,
        "ten" | "zehn" => 10,
        "eleven" | "elf" => 11,
        "twelve" | "zwölf" | "zwoelf" => 12,
        "fifteen" | "fünfzehn" => 15,
        "twenty" | "zwanzig" => 20,
        "thirty" | "dreißig" => 30,
        _ => form.parse().ok().filter(|number| (0..10_000).contains(number))?,
    })
}

/// The number of a month, with its dots, spelt out, or without (as the search folds words).
pub(crate) fn month(form: &str) -> Option<i8> {
    Some(match form {
        "january" | "januar" | "jan" | "jänner" | "jaenner" | "janner" => 1,
        "february" | "februar" | "feb" => 2,
        "march" | "märz" | "maerz" | "marz" | "mar" => 3,
        "april" | "apr" => 4,
        "may" | "mai" => 5,
        "june" | "juni" | "jun" => 6,
        "july" | "juli" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sept" | "sep" => 9,
        "october" | "oktober" | "oct" | "okt" => 10,
        "november" | "nov" => 11,
        "december" | "dezember" | "dec" | "dez" => 12,
        _ => return None,
    })
}

/// Whether a word names a month.
pub(crate) fn is_month(form: &str) -> bool {
    month(form).is_some() && form.len() > 3
}

/// The number of a day of the week, from Monday, 1.
pub(crate) fn weekday(form: &str) -> Option<i64> {
    Some(match form {
        "monday" | "montag" | "montagabend" | "montagmorgen" => 1,
        "tuesday" | "dienstag" => 2,
        "wednesday" | "mittwoch" => 3,
        "thursday" | "donnerstag" => 4,
        "friday" | "freitag" | "freitagabend" | "freitagmorgen" | "freitagnachmittag" => 5,
        "saturday" | "samstag" | "sonnabend" | "samstagabend" => 6,
        "sunday" | "sonntag" | "sonntagabend" => 7,
        _ => return None,
    })
}

/// The short name of a day of the week, which may be another word in a sentence ("the sun", "he sat").
pub(super) fn short_weekday(form: &str) -> Option<i64> {
    Some(match form {
        "mon" | "mo" => 1,
        "tue" | "tues" | "di" => 2,
        "wed" | "mi" => 3,
        "thu" | "thurs" | "do" => 4,
        "fri" | "fr" => 5,
        "sat" | "sa" => 6,
        "sun" | "so" => 7,
        _ => return None,
    })
}

/// The first month of a season that lasts three.
pub(super) fn season(form: &str) -> Option<i8> {
    Some(match form {
        "spring" | "frühling" | "frühjahr" => 3,
        "summer" | "sommer" => 6,
        "autumn" | "fall" | "herbst" => 9,
        "winter" => 12,
        _ => return None,
    })
}

/// A year in four digits.
pub(crate) fn year_of(form: &str) -> Option<i16> {
    (form.len() == 4).then(|| form.parse().ok()).flatten().filter(|year| (1900..2200).contains(year))
}

/// How many seconds a unit shorter than a day has.
pub(crate) fn clock_unit(form: &str) -> Option<u32> {
    Some(match form {
        "minute" | "minutes" | "min" | "minuten" => 60,
        "hour" | "hours" | "stunde" | "stunden" => 3_600,
        _ => return None,
    })
}

/// A unit of the calendar.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Weekend,
}

pub(super) fn unit(form: &str) -> Option<Unit> {
    Some(match form {
        "day" | "days" | "tag" | "tage" | "tagen" | "tages" => Unit::Day,
        "week" | "weeks" | "woche" | "wochen" => Unit::Week,
        "month" | "months" | "monat" | "monate" | "monaten" | "monats" => Unit::Month,
        "quarter" | "quarters" | "quartal" | "quartals" => Unit::Quarter,
        "year" | "years" | "jahr" | "jahre" | "jahren" | "jahres" => Unit::Year,
        "weekend" | "wochenende" | "wochenendes" => Unit::Weekend,
        _ => return None,
    })
}

impl Unit {
    pub(super) fn later(self, day: Day, count: i64) -> Day {
        match self {
            Self::Day => day.plus_days(count),
            Self::Week | Self::Weekend => day.plus_days(7 * count),
            Self::Month => day.plus_months(count),
            Self::Quarter => day.plus_months(3 * count),
            Self::Year => day.plus_months(12 * count),
        }
    }

    /// The one that `day` is in.
    pub(super) fn around(self, day: Day) -> Option<Days> {
        match self {
            Self::Day => Some(Days::one(day)),
            Self::Week => Some(Days::week_of(day)),
            Self::Weekend => {
                let week = Days::week_of(day);
                Some(Days { first: week.first.plus_days(5), last: week.last })
            }
            Self::Month => Days::month(day.year(), day.month()),
            Self::Quarter => {
                let first = Day::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1)?;
                Some(Days { first, last: first.plus_months(3).plus_days(-1) })
            }
            Self::Year => Days::year(day.year()),
        }
    }
}

/// Whether a word means this one (0), the next (1) or the last (-1).
pub(crate) fn step(form: &str) -> Option<i64> {
    Some(match form {
        "this" | "diese" | "dieser" | "dieses" | "diesen" | "diesem" => 0,
        "next" | "coming" | "nächste" | "nächsten" | "nächster" | "nächstes" | "nächstem" | "kommende"
        | "kommenden" | "kommendes" | "kommender" => 1,
        "last" | "past" | "previous" | "letzte" | "letzten" | "letzter" | "letztes" | "letztem"
        | "vergangene" | "vergangenen" | "vergangenes" | "vorige" | "vorigen" | "voriges" => -1,
        _ => return None,
    })
}
