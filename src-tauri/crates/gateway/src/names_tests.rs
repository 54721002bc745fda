use http::HeaderValue;

use super::*;

fn names() -> Names {
    let origins = Origins {
        local: "https://localhost:9100".parse().unwrap(),
        public: Some("https://memory.example".parse().unwrap()),
    };
    Names::new(&origins, &["http://localhost:6274".to_owned()])
}

fn check(host: &str, origin: Option<&str>) -> Result<Named, Refusal> {
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
    if let Some(origin) = origin {
        headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
    }
    names().check(&Uri::from_static("/mcp"), &headers, &Arrival::Local)
}

#[test]
fn our_loopback_names_with_our_port_are_the_local_origin() {
    for host in ["localhost:9100", "127.0.0.1:9100", "[::1]:9100", "LOCALHOST:9100"] {
        assert_eq!(check(host, None).unwrap().origin, OriginName::Local, "{host}");
    }
}

#[test]
fn the_public_name_is_the_public_origin_with_and_without_its_port() {
    for host in ["memory.example", "memory.example:443", "Memory.Example"] {
        assert_eq!(check(host, None).unwrap().origin, OriginName::Public, "{host}");
    }
}

#[test]
fn every_other_host_is_refused() {
    for host in [
        "evil.example",
        "localhost",
        "localhost:9101",
        "localhost.evil.example:9100",
        "evil@localhost:9100",
        "localhost:9100@evil.example",
        "memory.example:9100",
        "127.0.0.2:9100",
        "",
        "localhost:",
        "localhost:9100:9100",
        "::1",
    ] {
        assert_eq!(check(host, None), Err(Refusal::ForeignHost), "{host}");
    }
}

#[test]
fn a_request_without_any_host_is_told_to_name_one() {
    assert_eq!(
        names().check(&Uri::from_static("/"), &HeaderMap::new(), &Arrival::Local),
        Err(Refusal::NoHost)
    );
}

#[test]
fn two_hosts_are_one_too_many() {
    let mut headers = HeaderMap::new();
    headers.append(header::HOST, HeaderValue::from_static("localhost:9100"));
    headers.append(header::HOST, HeaderValue::from_static("evil.example"));
    assert_eq!(names().check(&Uri::from_static("/"), &headers, &Arrival::Local), Err(Refusal::ForeignHost));
    let mut headers = HeaderMap::new();
    headers.append(header::HOST, HeaderValue::from_static("localhost:9100"));
    let uri = Uri::from_static("https://evil.example/");
    assert_eq!(names().check(&uri, &headers, &Arrival::Local), Err(Refusal::ForeignHost));
}

#[test]
fn the_authority_of_http_2_counts_as_the_host() {
    let uri = Uri::from_static("https://localhost:9100/mcp");
    assert_eq!(names().check(&uri, &HeaderMap::new(), &Arrival::Local).unwrap().origin, OriginName::Local);
}

#[test]
fn our_own_pages_may_call_us_and_need_no_cors() {
    for origin in ["https://localhost:9100", "https://127.0.0.1:9100", "https://memory.example"] {
        assert_eq!(check("localhost:9100", Some(origin)).unwrap().browser_origin, None, "{origin}");
    }
}

#[test]
fn an_allowed_page_is_named_for_cors_and_any_other_is_refused() {
    let allowed = check("localhost:9100", Some("http://localhost:6274")).unwrap();
    assert_eq!(allowed.browser_origin.as_deref(), Some("http://localhost:6274"));
    for origin in ["https://evil.example", "null", "http://localhost:9100", "https://localhost:9100.evil", ""]
    {
        assert_eq!(check("localhost:9100", Some(origin)), Err(Refusal::ForeignOrigin), "{origin}");
    }
}

#[test]
fn through_a_tunnel_only_the_public_name_is_ours() {
    let tunnel = Arrival::Tunnel("ingress".parse().unwrap());
    let check = |host: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        names().check(&Uri::from_static("/mcp"), &headers, &tunnel).map(|named| named.origin)
    };
    assert_eq!(check("memory.example"), Ok(OriginName::Public));
    for host in ["localhost:9100", "127.0.0.1:9100", "[::1]:9100"] {
        assert_eq!(check(host), Err(Refusal::ForeignHost), "{host}");
    }
}
