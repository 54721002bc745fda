use std::path::Path;

use super::*;

/// Every text of the corpus; the fuzzer adds to them what it finds.
#[test]
fn every_text_of_the_corpus_keeps_its_property_and_says_something() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/analyzer");
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let data = std::fs::read(entry.unwrap().path()).unwrap();
        analyzer(&data);
        let text = String::from_utf8_lossy(&data);
        let turn = TurnText {
            user_message: &text,
            assistant_response: "",
            occurred_at: Timestamp::from_micros(1_700_000_000_000_000),
        };
        found += usize::from(!CueAnalyzer.analyze(turn).is_empty());
    }
    assert!(found >= 5, "a property of nothing would prove nothing: {found}");
}
