use super::*;

fn origin() -> Origin {
    "https://memory.example".parse().unwrap()
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
    let headers = headers
        .iter()
        .map(|(name, value)| (hyper::header::HeaderName::from_static(name), value.parse().unwrap()))
        .collect();
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers,
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

fn addresses(list: &[&str]) -> Vec<IpAddr> {
    list.iter().map(|address| address.parse().unwrap()).collect()
}

#[test]
fn names_that_claude_s_cloud_can_not_reach_are_told_with_the_remedy() {
    assert!(super::addresses("x", &addresses(&["203.0.114.7", "2a01::1"])).ok);
    for (list, words) in [
        (&[][..], "A record"),
        (&["2a01::1"][..], "IPv4 alone"),
        (&["192.168.1.7"][..], "only your own network"),
        (&["100.100.1.1"][..], "only your own network"),
        (&["203.0.114.7", "127.0.0.1"][..], "only your own network"),
        (&["::ffff:10.0.0.1"][..], "only your own network"),
    ] {
        let check = super::addresses("x", &addresses(list));
        let said = format!("{} {}", check.detail, check.remedy.unwrap_or_default());
        assert!(!check.ok && said.contains(words), "{list:?}: {said}");
    }
    assert!(port(443).ok && port(8443).remedy.unwrap().contains("443"));
}

#[test]
fn only_our_own_documents_and_our_own_challenge_pass() {
    let ours = r#"{"resource":"https://memory.example/mcp"}"#;
    assert!(resource("s", &answer(200, &[], ours), &origin()).ok);
    assert!(!resource("s", &answer(200, &[], r#"{"resource":"https://memory.example/mcp/"}"#), &origin()).ok);
    assert!(!resource("s", &answer(200, &[], "<html>"), &origin()).ok);
    assert!(issuer("s", &answer(200, &[], r#"{"issuer":"https://memory.example"}"#), &origin()).ok);
    assert!(!issuer("s", &answer(200, &[], r#"{"issuer":"https://other.example"}"#), &origin()).ok);
    let good =
        r#"Bearer resource_metadata="https://memory.example/.well-known/oauth-protected-resource/mcp""#;
    assert!(challenge("s", &answer(401, &[("www-authenticate", good)], ""), &origin()).ok);
    for bad in [
        answer(401, &[], ""),
        answer(200, &[("www-authenticate", good)], ""),
        answer(401, &[("www-authenticate", "Basic")], ""),
    ] {
        assert!(!challenge("s", &bad, &origin()).ok);
    }
}

#[test]
fn whoever_answers_in_our_place_is_named() {
    for (status, words) in [(403, "Claude-User"), (502, "proxy"), (301, "redirect")] {
        let check = challenge("s", &answer(status, &[], ""), &origin());
        assert!(!check.ok && check.remedy.unwrap().contains(words), "{status}");
    }
}

#[test]
fn each_fault_of_a_certificate_has_its_remedy() {
    for (reason, words) in [
        (CertificateError::Expired, "clock"),
        (CertificateError::NotValidYet, "clock"),
        (CertificateError::NotValidForName, "public_url"),
        (CertificateError::UnknownIssuer, "public certificate"),
    ] {
        let error = std::io::Error::other(rustls::Error::InvalidCertificate(reason.clone()));
        let check = handshake(&error);
        assert!(!check.ok && check.remedy.unwrap().contains(words), "{reason:?}");
    }
    assert!(handshake(&std::io::Error::other("reset")).detail.contains("reset"));
}
