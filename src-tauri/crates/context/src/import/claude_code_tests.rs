use std::io::Cursor;

use serde_json::{Value, json};

use super::*;

fn entry(kind: &str, uuid: &str, second: u32, more: &Value) -> String {
    let mut entry = json!({
        "type": kind,
        "uuid": uuid,
        "parentUuid": null,
        "isSidechain": false,
        "sessionId": "session-1",
        "cwd": "/home/ada/garden",
        "version": "2.1.40",
        "timestamp": format!("2026-05-01T10:00:{second:02}.000Z"),
    });
    for (key, value) in more.as_object().unwrap() {
        entry[key] = value.clone();
    }
    entry.to_string()
}

fn person(uuid: &str, second: u32, content: impl Into<Value>) -> String {
    entry("user", uuid, second, &json!({"message": {"role": "user", "content": content.into()}}))
}

fn assistant(uuid: &str, second: u32, content: impl Into<Value>) -> String {
    let message =
        json!({"role": "assistant", "model": "some-model", "content": content.into(), "stop_reason": null});
    entry("assistant", uuid, second, &json!({"message": message}))
}

fn said(text: &str) -> Value {
    json!([{"type": "text", "text": text}])
}

fn read(lines: &[String]) -> TranscriptPart {
    let text = lines.join("\n") + "\n";
    read_transcript(Cursor::new(text), 0, "file-name").unwrap()
}

fn texts(part: &TranscriptPart) -> Vec<(&str, &str)> {
    part.turns
        .iter()
        .chain(part.last.iter().map(|last| &last.turn))
        .map(|turn| (turn.user_message.as_str(), turn.assistant_response.as_str()))
        .collect()
}

#[test]
fn a_turn_is_what_was_typed_and_all_that_the_assistant_said_until_the_next_message() {
    let part = read(&[
        json!({"type": "summary", "summary": "Tomatoes", "leafUuid": "x"}).to_string(),
        json!({"type": "file-history-snapshot", "messageId": "u1", "snapshot": {}}).to_string(),
        person("u1", 1, "Why do my tomatoes split?"),
        assistant("a1", 2, json!([{"type": "thinking", "thinking": "Hm.", "signature": "x"}])),
        assistant("a2", 3, said("Let me look at your notes.")),
        assistant("a3", 4, json!([{"type": "tool_use", "id": "t1", "name": "Read", "input": {"a": 1}}])),
        person("r1", 5, json!([{"type": "tool_result", "tool_use_id": "t1", "content": "1→notes"}])),
        assistant("a4", 6, said("Uneven watering.")),
        person("u2", 7, json!([{"type": "text", "text": "And the basil?"}, {"type": "image", "source": {}}])),
        assistant("a5", 8, said("Too much sun.")),
    ]);
    assert_eq!(
        texts(&part),
        [
            ("Why do my tomatoes split?", "Let me look at your notes.\n\nUneven watering."),
            ("And the basil?", "Too much sun."),
        ]
    );
    assert_eq!((part.turns.len(), part.bad_lines), (1, 0));
    let first = &part.turns[0];
    assert_eq!(first.conversation.as_deref(), Some("session-1"));
    assert_eq!(first.external_id.as_deref(), Some("u1"));
    assert_eq!(first.occurred_at.unwrap().to_string(), "2026-05-01T10:00:01Z");
}

#[test]
fn what_no_person_typed_is_no_turn() {
    let meta = json!({"isMeta": true, "message": {"role": "user", "content": "Stop hook feedback: go on"}});
    let side = json!({"isSidechain": true, "message": {"role": "user", "content": "Search the code"}});
    let compact = json!({"isCompactSummary": true, "isVisibleInTranscriptOnly": true,
        "message": {"role": "user", "content": "This session is being continued from a previous one"}});
    let machine =
        json!({"origin": {"kind": "task"}, "message": {"role": "user", "content": "A task is done"}});
    let part = read(&[
        person("u0", 0, "Plant peas"),
        assistant("a0", 1, said("In March.")),
        entry("user", "m", 2, &meta),
        entry("user", "s", 2, &side),
        entry("assistant", "sa", 2, &json!({"isSidechain": true, "message": {"content": said("Found it")}})),
        entry("user", "c", 3, &compact),
        entry("user", "n", 3, &machine),
        person("o", 4, "<local-command-stdout>On branch main</local-command-stdout>"),
        person("b", 4, "<bash-input>ls</bash-input>"),
        person("e", 5, "<system-reminder>Remember the todo list</system-reminder>"),
        person("i", 5, json!([{"type": "text", "text": "[Request interrupted by user]"}])),
        assistant("sy", 6, said("x")).replace("some-model", "<synthetic>"),
    ]);
    assert_eq!(texts(&part), [("Plant peas", "In March.")]);
    assert!(part.last.unwrap().is_finished, "an interruption ends the answer");
}

#[test]
fn what_the_program_added_to_a_message_is_left_out() {
    let text = "<ide_selection>line 3</ide_selection>Rename it<system-reminder>Use tools</system-reminder>";
    let part = read(&[person("u1", 1, text)]);
    assert_eq!(texts(&part), [("Rename it", "")]);
}

#[test]
fn a_slash_command_is_kept_as_it_was_typed_if_the_assistant_answered_it() {
    let command = |name: &str, arguments: &str| {
        format!(
            "<command-name>/{name}</command-name>\n<command-message>{name}</command-message>\n\
             <command-args>{arguments}</command-args>"
        )
    };
    let part = read(&[
        person("u1", 1, command("clear", "")),
        person("u2", 2, command("review", "the watering plan")),
        assistant("a2", 3, said("It floods the basil.")),
    ]);
    assert_eq!(texts(&part), [("/review the watering plan", "It floods the basil.")]);
}

#[test]
fn a_message_typed_while_the_assistant_works_is_a_turn_of_its_own() {
    let queued =
        json!({"attachment": {"type": "queued_command", "commandMode": "prompt", "prompt": "Also leeks"}});
    let part = read(&[
        person("u1", 1, "Plan the beds"),
        assistant("a1", 2, said("Beds one to three.")),
        entry("attachment", "q1", 3, &queued),
        entry("attachment", "q2", 3, &json!({"attachment": {"type": "todo", "content": []}})),
        assistant("a2", 4, said("Leeks go to bed four.")),
    ]);
    assert_eq!(
        texts(&part),
        [("Plan the beds", "Beds one to three."), ("Also leeks", "Leeks go to bed four.")]
    );
}

#[test]
fn the_last_turn_is_finished_where_the_transcript_says_so() {
    let lines = [person("u1", 1, "Hello"), assistant("a1", 2, said("Hi."))];
    assert!(!read(&lines).last.unwrap().is_finished);
    let ended =
        assistant("a1", 2, said("Hi.")).replace("\"stop_reason\":null", "\"stop_reason\":\"end_turn\"");
    assert!(read(&[lines[0].clone(), ended]).last.unwrap().is_finished);
    let marker = json!({"type": "system", "subtype": "turn_duration", "durationMs": 9}).to_string();
    assert!(read(&[lines[0].clone(), lines[1].clone(), marker]).last.unwrap().is_finished);
}

#[test]
fn reading_on_from_any_line_gives_the_same_turns_once() {
    let lines = [
        person("u1", 1, "One"),
        assistant("a1", 2, said("1")),
        person("u2", 3, "Two"),
        assistant("a2", 4, said("2")),
        assistant("a3", 5, said("2b")),
        person("u3", 6, "Three"),
    ];
    let whole = lines.join("\n") + "\n";
    for cut in 0..=whole.len() {
        let mut turns = Vec::new();
        let first = read_transcript(Cursor::new(&whole.as_bytes()[..cut]), 0, "s").unwrap();
        turns.extend(first.turns);
        let from = usize::try_from(first.next_offset).unwrap();
        assert!(from <= cut);
        let rest = read_transcript(Cursor::new(&whole.as_bytes()[from..]), first.next_offset, "s").unwrap();
        turns.extend(rest.turns);
        let told: Vec<_> = turns.iter().map(|turn| turn.assistant_response.as_str()).collect();
        assert_eq!(told, ["1", "2\n\n2b"], "cut at {cut}");
        assert_eq!(rest.last.unwrap().turn.user_message, "Three");
        assert_eq!(rest.bad_lines + first.bad_lines, 0);
    }
}

#[test]
fn a_line_that_can_not_be_read_is_counted_and_nothing_else_is_lost() {
    let mut bytes = format!("{}\nnot json\n[1]\n", person("u1", 1, "One")).into_bytes();
    bytes.extend_from_slice(b"{\"type\":\"assistant\",\"message\":\xff}\n\n\r\n");
    bytes.extend_from_slice(format!("{}\r\n", assistant("a1", 2, said("1"))).as_bytes());
    bytes.extend_from_slice(entry("user", "w", 3, &json!({"message": {"content": 7}})).as_bytes());
    let part = read_transcript(Cursor::new(bytes), 0, "s").unwrap();
    assert_eq!(part.bad_lines, 3);
    assert_eq!(texts(&part), [("One", "1")]);
}

#[test]
fn an_entry_without_ids_is_known_by_what_it_is_and_by_its_file() {
    let bare = r#"{"type":"user","message":{"role":"user","content":"Hello"}}"#.to_owned();
    let first = read(std::slice::from_ref(&bare));
    assert_eq!(first, read(&[bare]));
    let turn = first.last.unwrap().turn;
    assert_eq!(turn.conversation.as_deref(), Some("file-name"));
    assert!(turn.external_id.unwrap().starts_with("sha256-"));
    assert_eq!(turn.occurred_at, None);
}
