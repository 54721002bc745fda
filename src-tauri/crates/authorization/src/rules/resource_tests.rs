use proptest::prelude::*;

use super::*;

fn local() -> Origin {
    "https://localhost:9100".parse().unwrap()
}

#[test]
fn the_resource_and_its_origin_are_accepted_in_every_tolerated_spelling() {
    for value in [
        "https://localhost:9100/mcp",
        "https://localhost:9100/mcp/",
        "https://localhost:9100",
        "https://localhost:9100/",
        "HTTPS://LOCALHOST:9100/mcp",
    ] {
        assert_eq!(check([value], &local()), Ok(()), "{value}");
    }
}

#[test]
fn no_resource_means_the_server_that_was_asked() {
    assert_eq!(check([], &local()), Ok(()));
}

#[test]
fn anything_else_is_an_invalid_target() {
    for value in [
        "https://memory.example/mcp",
        "https://localhost:9101/mcp",
        "http://localhost:9100/mcp",
        "https://localhost:9100/MCP",
        "https://localhost:9100/other",
        "https://localhost:9100/mcp?x=1",
        "https://localhost:9100/mcp#x",
        "https://localhost:9100/x/../mcp",
        "https://user@localhost:9100/mcp",
        "",
        "mcp",
    ] {
        assert_eq!(check([value], &local()), Err(InvalidTarget), "{value}");
    }
}

#[test]
fn one_foreign_value_among_good_ones_is_refused() {
    assert_eq!(check(["https://localhost:9100/mcp", "https://other.example"], &local()), Err(InvalidTarget));
}

proptest! {
    #[test]
    fn no_text_makes_the_check_panic_and_what_it_accepts_names_the_host(value in ".{0,80}") {
        if check([value.as_str()], &local()).is_ok() {
            prop_assert!(value.to_ascii_lowercase().contains("localhost:9100"));
        }
    }
}
