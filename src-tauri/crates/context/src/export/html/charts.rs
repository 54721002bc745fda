//! The report's pictures, drawn as SVG. Each has its numbers beside it as a table, for who can not see it.

use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Unit, Zoned};

use super::page::escape;

/// The width that all pictures are drawn in.
const WIDTH: u32 = 900;

/// How long one bar lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Day,
    Week,
    Month,
}

/// How much was said over the whole time: days where it was short, or else weeks or months.
#[derive(Debug)]
pub(super) struct Activity {
    step: Step,
    first: Date,
    counts: Vec<u64>,
}

impl Activity {
    /// For turns from `first` to `last`, in microseconds since 1970.
    pub(super) fn between(first: i64, last: i64, zone: &TimeZone) -> Self {
        let date = |micros| {
            Timestamp::from_microsecond(micros).map_or(Date::ZERO, |at| at.to_zoned(zone.clone()).date())
        };
        let (first, last) = (date(first), date(last));
        let days = first.until(last).map_or(0, |span| span.get_days());
        let step = match days {
            ..=62 => Step::Day,
            63..=420 => Step::Week,
            _ => Step::Month,
        };
        let mut activity = Self { step, first: start_of(step, first), counts: Vec::new() };
        let bars = activity.index(last).map_or(1, |index| index + 1);
        activity.counts = vec![0; bars];
        activity
    }

    fn index(&self, date: Date) -> Option<usize> {
        let (unit, each) = match self.step {
            Step::Day => (Unit::Day, 1),
            Step::Week => (Unit::Day, 7),
            Step::Month => (Unit::Month, 1),
        };
        let span = self.first.until((unit, date)).ok()?;
        let steps = if unit == Unit::Day { span.get_days() / each } else { span.get_months() };
        usize::try_from(steps).ok()
    }

    pub(super) fn add(&mut self, at: &Zoned) {
        if let Some(count) = self.index(at.date()).and_then(|index| self.counts.get_mut(index)) {
            *count += 1;
        }
    }

    fn date_of(&self, index: usize) -> Date {
        let steps = i64::try_from(index).unwrap_or(0);
        let span = match self.step {
            Step::Day => Span::new().try_days(steps),
            Step::Week => Span::new().try_days(steps * 7),
            Step::Month => Span::new().try_months(steps),
        };
        span.and_then(|span| self.first.checked_add(span)).unwrap_or(self.first)
    }

    fn name_of(&self, index: usize) -> String {
        let date = self.date_of(index);
        match self.step {
            Step::Day => date.to_string(),
            Step::Week => format!("week of {date}"),
            Step::Month => date.strftime("%Y-%m").to_string(),
        }
    }

    pub(super) fn section(&self) -> String {
        const HEIGHT: u32 = 180;
        let bars = u32::try_from(self.counts.len()).unwrap_or(u32::MAX).max(1);
        let most = self.counts.iter().copied().max().unwrap_or(0).max(1);
        let width = f64::from(WIDTH) / f64::from(bars);
        let per = match self.step {
            Step::Day => "day",
            Step::Week => "week",
            Step::Month => "month",
        };
        let mut svg = format!(
            "<section><h2>Activity</h2><svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"Turns per {per}\">\
             <line class=\"axis\" x1=\"0\" y1=\"{HEIGHT}.5\" x2=\"{WIDTH}\" y2=\"{HEIGHT}.5\"/>",
            HEIGHT + 20
        );
        let mut rows = String::new();
        for (index, count) in self.counts.iter().enumerate() {
            let name = self.name_of(index);
            if *count > 0 {
                let height = (share(*count, most) * f64::from(HEIGHT - 20)).max(1.5);
                let _ = write!(
                    svg,
                    "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" rx=\"1.5\">\
                     <title>{name}: {count}</title></rect>",
                    f64::from(u32::try_from(index).unwrap_or(0)) * width + width * 0.1,
                    f64::from(HEIGHT) - height,
                    (width * 0.8).min(40.0),
                );
                let _ = write!(rows, "<tr><th scope=\"row\">{name}</th><td>{count}</td></tr>");
            }
        }
        let last = self.name_of(self.counts.len().saturating_sub(1));
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"12\">at most {most} a {per}</text><text x=\"0\" y=\"{y}\">{}</text>\
             <text x=\"{WIDTH}\" y=\"{y}\" text-anchor=\"end\">{last}</text></svg>",
            self.name_of(0),
            y = HEIGHT + 15
        );
        svg + &table(per, "turns", &rows) + "</section>\n"
    }
}

fn start_of(step: Step, date: Date) -> Date {
    match step {
        Step::Day => date,
        Step::Week => {
            let back = i64::from(date.weekday().to_monday_zero_offset());
            Span::new().try_days(back).and_then(|span| date.checked_sub(span)).unwrap_or(date)
        }
        Step::Month => date.first_of_month(),
    }
}

/// How much is said at which hour of which day of the week, in the reader's own zone.
#[derive(Debug, Default)]
pub(super) struct Rhythm {
    counts: [[u64; 24]; 7],
}

const WEEK: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl Rhythm {
    pub(super) fn add(&mut self, at: &Zoned) {
        let day = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or(0);
        let hour = usize::try_from(at.hour()).unwrap_or(0);
        self.counts[day.min(6)][hour.min(23)] += 1;
    }

    pub(super) fn section(&self) -> String {
        const LEFT: u32 = 90;
        const CELL: u32 = 24;
        let most = self.counts.iter().flatten().copied().max().unwrap_or(0).max(1);
        let width = (WIDTH - LEFT) / 24;
        let mut svg = format!(
            "<section><h2>Rhythm</h2><svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" \
             aria-label=\"Turns by weekday and hour\">",
            CELL * 7 + 20
        );
        let mut rows = String::new();
        for (day, (name, hours)) in (0_u32..).zip(WEEK.iter().zip(&self.counts)) {
            let y = day * CELL;
            let _ = write!(svg, "<text x=\"0\" y=\"{}\">{name}</text>", y + 15);
            for (hour, count) in (0_u32..).zip(hours) {
                let look = if *count == 0 {
                    "class=\"empty\" opacity=\"0.5\"".to_owned()
                } else {
                    format!("class=\"bar\" opacity=\"{:.2}\"", 0.25 + 0.75 * share(*count, most))
                };
                let _ = write!(
                    svg,
                    "<rect {look} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\">\
                     <title>{name} {hour}:00: {count}</title></rect>",
                    LEFT + hour * width,
                    y + 1,
                    width - 2,
                    CELL - 2
                );
            }
            let _ =
                write!(rows, "<tr><th scope=\"row\">{name}</th><td>{}</td></tr>", hours.iter().sum::<u64>());
        }
        for hour in [0, 6, 12, 18] {
            let _ =
                write!(svg, "<text x=\"{}\" y=\"{}\">{hour}:00</text>", LEFT + hour * width, CELL * 7 + 15);
        }
        svg + "</svg>" + &table("day", "turns", &rows) + "</section>\n"
    }
}

/// One bar a line, the longest first.
pub(super) fn bars(title: &str, what: &str, values: &[(String, u64)]) -> String {
    const LINE: usize = 26;
    const LEFT: u32 = 260;
    let most = values.iter().map(|(_, value)| *value).max().unwrap_or(0).max(1);
    let mut svg = format!(
        "<section><h2>{title}</h2><svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{title}, by {what}\">",
        values.len() * LINE
    );
    let mut rows = String::new();
    for (index, (name, value)) in values.iter().enumerate() {
        let short: String = name.chars().take(34).collect();
        let dots = if short.len() < name.len() { "…" } else { "" };
        let y = index * LINE;
        let width = (share(*value, most) * f64::from(WIDTH - LEFT - 60)).max(2.0);
        let _ = write!(
            svg,
            "<text class=\"ink\" x=\"0\" y=\"{}\">{}{dots}</text><rect class=\"bar\" x=\"{LEFT}\" y=\"{}\" \
             width=\"{width:.1}\" height=\"16\" rx=\"3\"/><text x=\"{:.1}\" y=\"{}\">{value}</text>",
            y + 17,
            escape(&short),
            y + 4,
            f64::from(LEFT) + width + 8.0,
            y + 16
        );
        let _ = write!(rows, "<tr><th scope=\"row\">{}</th><td>{value}</td></tr>", escape(name));
    }
    svg + "</svg>" + &table("name", what, &rows) + "</section>\n"
}

fn table(of: &str, what: &str, rows: &str) -> String {
    format!(
        "<details><summary>As a table</summary><table><thead><tr><th scope=\"col\">{of}</th>\
         <th scope=\"col\">{what}</th></tr></thead><tbody>{rows}</tbody></table></details>"
    )
}

/// How much of `most` that is.
fn share(count: u64, most: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a picture shows no more than three digits")]
    let share = count as f64 / most as f64;
    share
}
