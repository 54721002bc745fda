use super::*;

#[test]
fn versions_are_found_as_the_programs_print_them() {
    for (text, expected) in [
        ("1.90.6\n  tailscale commit: 1a2b3c\n  go version: go1.25.3\n", Version(1, 90, 6)),
        ("1.93.120-t005a35674-g1234\n  track: unstable", Version(1, 93, 120)),
        ("cloudflared version 2025.11.1 (built 2025-11-07-16:59 UTC)", Version(2025, 11, 1)),
        ("cloudflared version 2024.9.1+dirty", Version(2024, 9, 1)),
        ("tool v1.2", Version(1, 2, 0)),
    ] {
        assert_eq!(Version::find(text), Some(expected), "{text}");
    }
    for text in ["", "no version here", "4294967296.1", "1", "a.b.c", "…"] {
        assert_eq!(Version::find(text), None, "{text}");
    }
}

#[test]
fn later_is_greater_by_number_and_not_by_letter() {
    assert!(Version(1, 100, 0) > Version(1, 52, 1) && Version(2024, 10, 0) > Version(2024, 9, 9));
}
