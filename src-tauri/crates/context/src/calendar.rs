//! The calendar in words, English and German: what "by Friday", "last week", "seit März" or "2026-05" means. The
//! one reader of days, for what people say in conversations (`analysis/`) and for what they search (`search/`).
//!
//! Pure: what day it is comes from the caller, and which way it looks is a parameter ([`Lean`]).

mod dates;
mod day;
mod meant;
mod words;
mod written;

pub(crate) use dates::{Found, Lean, dates};
pub use day::{Day, Days};
pub(crate) use meant::{Side, meant};
pub(crate) use words::{clock_unit, is_month, month, number, step, weekday, year_of};
