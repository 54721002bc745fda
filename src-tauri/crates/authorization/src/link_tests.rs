use proptest::prelude::*;

use super::*;

const ID: &str = "01995d2e-8f3a-7c41-9d20-5b6f0e1c2a34";

fn link() -> ApprovalLink {
    ApprovalLink(ID.parse().unwrap())
}

#[test]
fn a_link_reads_as_it_was_written() {
    assert_eq!(link().to_string(), format!("ambient-insights://approve?request={ID}"));
    assert_eq!(link().to_string().parse(), Ok(link()));
}

#[test]
fn what_browsers_do_to_a_link_is_forgiven() {
    for text in [
        format!("ambient-insights://approve/?request={ID}"),
        format!("Ambient-Insights://approve?request={ID}"),
        format!("ambient-insights://approve?request={}", ID.to_uppercase()),
    ] {
        assert_eq!(text.parse(), Ok(link()), "{text}");
    }
}

#[test]
fn everything_else_is_no_link() {
    for text in [
        String::new(),
        "ambient-insights:".to_owned(),
        "ambient-insights://approve".to_owned(),
        "ambient-insights://approve?request=".to_owned(),
        format!("ambient-insights:approve?request={ID}"),
        format!("ambient-insights://deny?request={ID}"),
        format!("ambient-insights://approve.evil?request={ID}"),
        format!("ambient-insights://approve:80?request={ID}"),
        format!("ambient-insights://x@approve?request={ID}"),
        format!("ambient-insights://approve//?request={ID}"),
        format!("ambient-insights://approve?request={ID}&request={ID}"),
        format!("ambient-insights://approve?request={ID}&scopes=admin"),
        format!("ambient-insights://approve?Request={ID}"),
        format!("ambient-insights://approve?request={ID}#x"),
        format!("ambient-insights://approve?request={ID} "),
        format!(" ambient-insights://approve?request={ID}"),
        format!("ambient-insights://approve?request={}", ID.replace('-', "")),
        format!("ambient-insights://approve?request={{{ID}}}"),
        format!("ambient-insights://approve?request=urn:uuid:{ID}"),
        format!("ambient-insights://approve?request=%30{}", &ID[1..]),
        format!("https://approve?request={ID}"),
        format!("ambient-insights://approve?request={ID}{}", "0".repeat(200)),
    ] {
        assert_eq!(text.parse::<ApprovalLink>(), Err(InvalidApprovalLink), "{text}");
    }
}

#[test]
fn the_error_does_not_repeat_what_a_stranger_wrote() {
    let error = "ambient-insights://evil-word".parse::<ApprovalLink>().unwrap_err().to_string();
    assert!(!error.contains("evil-word") && error.contains("tray"), "{error}");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_fall_over_and_what_it_reads_is_written_the_same(
        text in prop_oneof![
            any::<String>(),
            "(?i:ambient-insights)://approve/?\\?request=[0-9a-fA-F{}-]{30,40}",
            "ambient-insights://\\PC{0,60}",
        ],
    ) {
        if let Ok(link) = text.parse::<ApprovalLink>() {
            prop_assert!(text.len() <= MAX_LENGTH);
            let plain = text.to_lowercase().replace("approve/?", "approve?");
            prop_assert_eq!(link.to_string(), plain);
        }
    }
}
