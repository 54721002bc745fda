//! The figures on the screen, and which are past their limit.

use std::process::ExitCode;

/// What was measured.
#[derive(Default)]
pub(crate) struct Report {
    failures: Vec<String>,
}

impl Report {
    /// A figure that must be at least `limit`.
    pub(crate) fn at_least(&mut self, what: &str, figure: f64, limit: f64, unit: &str) {
        self.judge(what, figure, limit, unit, figure >= limit, "at least");
    }

    /// A figure that must be at most `limit`.
    pub(crate) fn at_most(&mut self, what: &str, figure: f64, limit: f64, unit: &str) {
        self.judge(what, figure, limit, unit, figure <= limit, "at most");
    }

    fn judge(&mut self, what: &str, figure: f64, limit: f64, unit: &str, good: bool, relation: &str) {
        let verdict = if good { "good" } else { "PAST ITS LIMIT" };
        let text = format!("{what}: {figure:.2}{unit} ({relation} {limit}{unit}: {verdict})");
        line(&text);
        if !good {
            self.failures.push(text);
        }
    }

    /// The exit code, after a list of what is past its limit.
    pub(crate) fn end(self) -> ExitCode {
        if self.failures.is_empty() {
            return ExitCode::SUCCESS;
        }
        complain(&format!("past their limit:\n  {}", self.failures.join("\n  ")));
        ExitCode::FAILURE
    }
}

/// One message on standard error.
#[expect(clippy::print_stderr, reason = "a benchmark complains to its person")]
pub(crate) fn complain(text: &str) {
    eprintln!("error: {text}");
}

/// What the next lines are about.
#[expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
pub(crate) fn title(text: &str) {
    println!("\n{text}");
}

/// A figure without a limit.
#[expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
pub(crate) fn line(text: &str) {
    println!("  {text}");
}
