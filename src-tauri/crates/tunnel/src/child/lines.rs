//! A program's output as lines, none longer than we care to hold.

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::mpsc;

/// What is longer is cut; the rest of it is nobody's.
pub(super) const LONGEST_LINE: usize = 4096;

/// Hands each line on until the stream ends. Where nobody takes them they are dropped: the program must be able to go
/// on writing.
pub(super) async fn read(mut stream: impl AsyncRead + Unpin, lines: mpsc::Sender<String>) {
    let mut piece = [0; 4096];
    let mut line = Vec::new();
    while let Ok(read @ 1..) = stream.read(&mut piece).await {
        for byte in &piece[..read] {
            match byte {
                b'\n' => hand_on(&mut line, &lines),
                _ if line.len() < LONGEST_LINE => line.push(*byte),
                _ => {}
            }
        }
    }
    hand_on(&mut line, &lines);
}

fn hand_on(line: &mut Vec<u8>, lines: &mpsc::Sender<String>) {
    let text = String::from_utf8_lossy(line).trim().to_owned();
    line.clear();
    if !text.is_empty() {
        let _ = lines.try_send(text);
    }
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
