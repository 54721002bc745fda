use super::*;

async fn lines_of(output: &[u8], places: usize) -> Vec<String> {
    let (sender, mut lines) = mpsc::channel(places);
    read(output, sender).await;
    let mut found = Vec::new();
    while let Some(line) = lines.recv().await {
        found.push(line);
    }
    found
}

#[tokio::test]
async fn lines_come_trimmed_without_empty_ones_and_with_the_last_that_has_no_end() {
    assert_eq!(lines_of(b"one\r\n\n  two\t\nthr\xffee", 8).await, ["one", "two", "thr\u{fffd}ee"]);
}

#[tokio::test]
async fn a_line_without_end_takes_no_more_than_its_place() {
    let long = vec![b'x'; 3 * LONGEST_LINE];
    let found = lines_of(&[long.as_slice(), b"\nnext\n"].concat(), 8).await;
    assert_eq!(found.iter().map(String::len).collect::<Vec<_>>(), [LONGEST_LINE, 4]);
}

#[tokio::test]
async fn lines_that_nobody_takes_do_not_hold_the_program_up() {
    assert_eq!(lines_of(b"1\n2\n3\n4\n", 2).await, ["1", "2"]);
}
