use super::*;

#[test]
fn an_origin_is_kept_in_one_spelling() {
    for text in ["https://LOCALHOST:9100", "https://localhost:9100/", "HTTPS://localhost:9100"] {
        assert_eq!(text.parse::<Origin>().unwrap().as_str(), "https://localhost:9100");
    }
    assert_eq!("https://memory.example:443".parse::<Origin>().unwrap().as_str(), "https://memory.example");
}

#[test]
fn a_resource_is_the_mcp_endpoint_of_its_origin() {
    let origin: Origin = "https://localhost:9100".parse().unwrap();
    assert_eq!(origin.resource(), "https://localhost:9100/mcp");
}

#[test]
fn what_is_no_bare_https_origin_is_refused_with_an_example() {
    for text in [
        "http://localhost:9100",
        "https://localhost:9100/mcp",
        "https://localhost/?a",
        "https://localhost/#a",
        "https://user@localhost",
        "localhost:9100",
        "",
    ] {
        let error = text.parse::<Origin>().unwrap_err().to_string();
        assert!(error.contains("https://host:port"), "{text}: {error}");
    }
}
