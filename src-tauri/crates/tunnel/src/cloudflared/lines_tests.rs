use super::*;

#[test]
fn the_lines_that_matter_are_known() {
    let name = "https://purple-rain-4d7f.trycloudflare.com";
    for (line, expected) in [
        (
            "2025-10-30T02:40:11Z INF Starting metrics server on 127.0.0.1:20241/metrics",
            Some(Meaning::Metrics(([127, 0, 0, 1], 20241).into())),
        ),
        ("2025-10-30T02:40:11Z INF Starting metrics server on 0.0.0.0:20241/metrics", None),
        ("2025-10-30T02:40:11Z INF Starting metrics server on [::]:x/metrics", None),
        (
            "2025-10-30T02:40:12Z INF Registered tunnel connection connIndex=0 connection=5aab event=0 \
             ip=198.41.200.193 location=cdg07 protocol=quic",
            Some(Meaning::Registered),
        ),
        ("2025-10-30T02:40:12Z INF Unregistered tunnel connection connIndex=0 event=0", None),
        (
            &format!("2025-12-02T10:30:46Z INF |  {name}                 |"),
            Some(Meaning::Name(name.to_owned())),
        ),
        (
            "2025-12-02T10:30:46Z INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be \
             reachable):  |",
            None,
        ),
        ("2025-12-02T10:30:46Z INF Requesting new quick Tunnel on trycloudflare.com...", None),
        (
            "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": dial tcp: lookup \
             api.trycloudflare.com: no such host",
            Some(Meaning::Refused(Refusal::NoQuickTunnel)),
        ),
        (
            "ERR Error unmarshaling QuickTunnel response: error code: 1015 error=\"invalid character\" \
             status_code=\"429 Too Many Requests\"",
            None,
        ),
        (
            "failed to unmarshal quick Tunnel: invalid character 'e'",
            Some(Meaning::Refused(Refusal::NoQuickTunnel)),
        ),
        ("Provided Tunnel token is not valid.", Some(Meaning::Refused(Refusal::BadToken))),
        (
            "ERR Register tunnel error from server side error=\"Unauthorized: Invalid tunnel secret\"",
            Some(Meaning::Refused(Refusal::SecretRefused)),
        ),
        (
            "ERR Unable to establish connection with Cloudflare edge error=\"DialContext error: dial tcp\"",
            Some(Meaning::Refused(Refusal::NotReached)),
        ),
        ("INF Settings: map[url:http://127.0.0.1:7717]", None),
    ] {
        assert_eq!(read(line), expected, "{line}");
    }
}

#[test]
fn no_other_name_becomes_our_address() {
    for word in [
        "https://evil.example.com/x.trycloudflare.com",
        "https://a.b.trycloudflare.com",
        "https://.trycloudflare.com",
        "https://-x.trycloudflare.com",
        "https://x.trycloudflare.com.attacker.io",
        "https://x@y.trycloudflare.com",
        "http://x.trycloudflare.com",
        "https://api.trycloudflare.com",
        "https://X%0a.trycloudflare.com",
    ] {
        assert_eq!(read(&format!("INF |  {word}  |")), None, "{word}");
    }
    // A visitor's request that an error line quotes is no box.
    assert_eq!(
        read("ERR error=x originService=https://a.trycloudflare.com dest=https://b.trycloudflare.com/"),
        None
    );
}
