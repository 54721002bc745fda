//! Whether the store keeps pace: how fast analysis goes through a long history, and how long a turn that is logged
//! waits while a lot is analysed, forgotten or expires. `cargo xtask bench analysis forgetting` starts it.

mod analysis;
mod forgetting;
mod processor;
mod store;
mod talk;

use std::process::ExitCode;

// As the program has it: the rules ask for much memory in little pieces.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    // cargo adds `--bench` of itself.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let mut good = true;
    if wanted.iter().any(|wanted| wanted == "rules") {
        good &= analysis::rules();
    }
    if runs("analysis") {
        good &= analysis::run().await;
    }
    if runs("forgetting") {
        good &= forgetting::run().await;
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What the next lines are about.
#[expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
fn title(text: &str) {
    println!("\n{text}");
}

/// A figure without a limit.
#[expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
fn line(text: &str) {
    println!("  {text}");
}

/// A figure with its limit. False: it is past it.
fn judged(what: &str, figure: f64, relation: &str, limit: f64, unit: &str) -> bool {
    let good = if relation == "at least" { figure >= limit } else { figure <= limit };
    let verdict = if good { "good" } else { "PAST ITS LIMIT" };
    line(&format!("{what}: {figure:.2}{unit} ({relation} {limit}{unit}: {verdict})"));
    good
}

#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
fn as_float(count: usize) -> f64 {
    count as f64
}
