//! What must hold of any text that analysis reads, for `fuzz/`.
//!
//! It panics where the property is broken; that nothing else panics is proved along the way. The corpus in
//! `fuzz/corpus` runs in the unit tests as well, without the fuzzer. Not in the program: `cfg(fuzzing)` alone.

use clock::Timestamp;

use crate::analysis::{Analyzer as _, CueAnalyzer, TurnText};
use crate::evidence::Span;
use crate::state::Side;

/// A message, as far as it is text: what is found says the same twice, and stands in characters of the text.
///
/// # Panics
/// Where that is not so.
pub fn analyzer(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let turn = TurnText {
        user_message: &text,
        assistant_response: "Of course.",
        occurred_at: Timestamp::from_micros(1_700_000_000_000_000),
    };
    let findings = CueAnalyzer.analyze(turn);
    assert_eq!(findings, CueAnalyzer.analyze(turn), "the same text says the same");
    let length = text.chars().count();
    let lies_in_it = |span: Span| {
        assert_eq!(span.side, Side::User, "the assistant says nothing of the person");
        assert!(span.start < span.end && span.end as usize <= length, "{span:?} of {length}");
    };
    for item in &findings.items {
        lies_in_it(item.span);
        assert!(!item.name.trim().is_empty(), "an item has a name");
    }
    for insight in &findings.insights {
        lies_in_it(insight.span);
        assert!((0.0..=1.0).contains(&insight.confidence), "{}", insight.confidence);
    }
    findings.mentions.iter().for_each(|mention| lies_in_it(mention.span));
    findings.questions.iter().for_each(|question| lies_in_it(question.span));
    findings.resolutions.iter().for_each(|resolution| lies_in_it(resolution.span));
    findings.progress.iter().for_each(|progress| lies_in_it(progress.span));
}

#[cfg(test)]
#[path = "fuzzing_tests.rs"]
mod tests;
