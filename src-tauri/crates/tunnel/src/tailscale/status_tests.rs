use super::*;

const GOOD: &str = r#"{
  "Version": "1.90.6-t1", "BackendState": "Running", "AuthURL": "", "CertDomains": ["desk.tail1a2b3.ts.net"],
  "Self": {"ID": "n1", "DNSName": "Desk.tail1a2b3.ts.net.", "Online": true,
    "CapMap": {"funnel": null, "https": null, "https://tailscale.com/cap/funnel-ports?ports=443,8443,10000": null}},
  "Peer": null
}"#;

fn judge(text: &str, port: u16, set: Option<&str>) -> Result<String, Refusal> {
    Status::read(text)?.judge(port, set)
}

#[test]
fn a_computer_that_may_have_a_funnel_has_its_name() {
    for set in [None, Some("desk.tail1a2b3.ts.net"), Some("DESK.tail1a2b3.ts.net")] {
        assert_eq!(judge(GOOD, 443, set).unwrap(), "desk.tail1a2b3.ts.net");
    }
    // The form of older programs, and ports as ranges.
    let older = r#"{"BackendState": "Running", "Self": {"DNSName": "a.ts.net.", "Online": true, "Capabilities":
        ["https", "funnel", "https://tailscale.com/cap/funnel-ports?ports=80,400-500"]}}"#;
    assert_eq!(judge(older, 443, None).unwrap(), "a.ts.net");
    assert_eq!(judge(older, 8443, None), Err(Refusal::PortNotAllowed { port: 8443 }));
}

#[test]
fn each_reason_against_a_funnel_is_told_apart() {
    let with = |from: &str, to: &str| {
        assert!(GOOD.contains(from), "{from}");
        judge(&GOOD.replace(from, to), 443, None)
    };
    for (from, to, expected) in [
        ("\"Running\"", "\"NeedsLogin\"", Refusal::NotLoggedIn),
        ("\"Running\"", "\"NeedsMachineAuth\"", Refusal::NotApproved),
        ("\"Running\"", "\"Stopped\"", Refusal::TurnedOff),
        ("\"Running\"", "\"Starting\"", Refusal::NotConnected),
        ("\"Running\"", "\"\"", Refusal::Unreadable),
        ("\"Online\": true", "\"Online\": false", Refusal::NotConnected),
        ("Desk.tail1a2b3.ts.net.", "", Refusal::NoName),
        ("Desk.tail1a2b3.ts.net.", "a b\\\"><x", Refusal::Unreadable),
        ("\"https\": null,", "", Refusal::NoHttps),
        ("\"funnel\": null,", "", Refusal::NotAllowed),
        ("ports=443,", "ports=", Refusal::PortNotAllowed { port: 443 }),
        ("\"Self\"", "\"Other\"", Refusal::Unreadable),
    ] {
        assert_eq!(with(from, to), Err(expected), "{from} → {to}");
    }
    let other = judge(GOOD, 443, Some("memory.example.org")).unwrap_err();
    assert!(other.to_string().contains("public_url = \"https://desk.tail1a2b3.ts.net\""), "{other}");
    for text in ["", "{", "[]", "null", "\"Running\""] {
        assert_eq!(judge(text, 443, None), Err(Refusal::Unreadable), "{text}");
    }
}
