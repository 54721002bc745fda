use tokio::io::AsyncWriteExt as _;

use super::*;

#[tokio::test]
async fn bytes_and_the_end_go_through_in_both_directions() {
    let (near, mut far) = tokio::io::duplex(1024);
    let mut visitor = pump(near, &Waiting::default());
    far.write_all(b"question").await.unwrap();
    let mut heard = [0; 8];
    visitor.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"question");
    visitor.write_all(b"answer").await.unwrap();
    visitor.shutdown().await.unwrap();
    let mut answer = String::new();
    far.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "answer");
    drop(far);
    assert_eq!(visitor.read(&mut heard).await.unwrap(), 0);
}

#[tokio::test]
async fn a_dropped_stream_closes_its_channel_although_the_other_end_is_silent() {
    let (near, mut far) = tokio::io::duplex(1024);
    drop(pump(near, &Waiting::default()));
    let mut nothing = Vec::new();
    far.read_to_end(&mut nothing).await.unwrap();
    assert!(far.write_all(b"more").await.is_err());
}

#[tokio::test]
async fn a_stream_that_nobody_reads_is_given_up_and_emptied_all_the_same() {
    let (near, far) = tokio::io::duplex(1024);
    let together = Waiting::default();
    let mut visitor = pump(near, &together);
    let (mut answers, mut questions) = tokio::io::split(far);
    let (told, mut sent) = tokio::sync::watch::channel(0);
    let sending = tokio::spawn(async move {
        let piece = vec![7; 8 * 1024];
        while questions.write_all(&piece).await.is_ok() {
            told.send_modify(|sent| *sent += piece.len());
        }
    });
    // Nobody takes the answer either: it fails only because the stream was given up.
    let failed = visitor.write_all(&[1; 4096]).await.unwrap_err();
    assert_eq!(failed.kind(), io::ErrorKind::ConnectionAborted);
    // A channel that stood still would stop the whole connection.
    sent.wait_for(|sent| *sent >= 2 * WAITING).await.unwrap();
    let mut kept = Vec::new();
    visitor.read_to_end(&mut kept).await.unwrap();
    assert!(kept.len() <= WAITING && kept.len() > WAITING - PIECE, "{}", kept.len());
    assert_eq!(together.0.load(Ordering::Relaxed), 0, "what was read waits no more");
    drop(visitor);
    sending.await.unwrap();
    answers.read_to_end(&mut Vec::new()).await.unwrap();
}
