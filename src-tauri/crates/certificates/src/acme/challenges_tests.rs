use super::*;

#[test]
fn an_answer_stands_as_long_as_the_order_and_no_longer() {
    let challenges = Arc::new(Challenges::default());
    let certificate = challenges.show_certificate("Memory.Example.org", &[7; 32]).unwrap();
    let text = challenges.show_text("token", "token.thumbprint");
    assert!(challenges.certificate("memory.example.ORG").is_some());
    assert!(challenges.certificate("other.example.org").is_none());
    assert_eq!(challenges.text("token").as_deref(), Some("token.thumbprint"));
    assert_eq!(challenges.text("other"), None);
    drop((certificate, text));
    assert!(challenges.certificate("memory.example.org").is_none());
    assert_eq!(challenges.text("token"), None);
}

#[test]
fn the_challenge_certificate_names_the_host_alone_and_carries_the_digest_as_critical() {
    let certified = challenge_certificate("memory.example.org", &[9; 32]).unwrap();
    let info = crate::CertificateInfo::read(&certified.cert[0], crate::Use::Public, None).unwrap();
    assert_eq!(info.names, ["memory.example.org"]);
    let parsed = crate::info::parse(&certified.cert[0]).unwrap();
    // id-pe-acmeIdentifier of RFC 8737 §6.1, an octet string with the digest.
    let extension =
        parsed.extensions().iter().find(|it| it.oid.to_id_string() == "1.3.6.1.5.5.7.1.31").unwrap();
    assert!(extension.critical);
    assert_eq!(extension.value, [[4, 32].as_slice(), &[9; 32]].concat());
}
