use super::*;

#[test]
fn the_answer_to_plain_http_states_its_own_length() {
    let text = std::str::from_utf8(NOT_TLS).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("Content-Length: {}", body.len())), "{} bytes", body.len());
}
