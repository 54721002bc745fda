//! What a task tells the person: one line a step, and for a failure what to do.

/// Why a task stopped.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    remedy: Option<String>,
}

impl Failure {
    /// A failure that the lines above it explain.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: None }
    }

    /// The same failure with what the person can do.
    pub(crate) fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// One line: what happens now, and why.
#[expect(clippy::print_stderr, reason = "a task speaks to the terminal of the person who typed it")]
pub(crate) fn step(what: &str, why: &str) {
    eprintln!("==> {what}: {why}");
}

/// One line that the person should read and that stops nothing.
#[expect(clippy::print_stderr, reason = "a task speaks to the terminal of the person who typed it")]
pub(crate) fn note(text: &str) {
    eprintln!("    {text}");
}

/// What went wrong and what to do.
#[expect(clippy::print_stderr, reason = "a task speaks to the terminal of the person who typed it")]
pub(crate) fn failure(failure: &Failure) {
    eprintln!("error: {}", failure.what);
    if let Some(remedy) = &failure.remedy {
        eprintln!("  what to do: {remedy}");
    }
}
