use proptest::prelude::*;

use super::*;

const ID: &str = "019a9d0c-5c00-7000-8000-0123456789ab";

#[test]
fn each_address_reads_back_as_it_is_written() {
    for uri in [
        CONTEXT.to_owned(),
        RECENT_INSIGHTS.to_owned(),
        format!("ambient://conversations/{ID}"),
        format!("ambient://conversations/{ID}?cursor=AbC-_1"),
        format!("ambient://turns/{ID}"),
    ] {
        assert_eq!(Address::parse(&uri).expect(&uri).to_string(), uri);
    }
}

#[test]
fn no_other_spelling_is_an_address() {
    for uri in [
        "",
        "ambient:context",
        "ambient://context/",
        "AMBIENT://context",
        "ambient://Context",
        "ambient://context?x=1",
        "ambient://insights",
        "ambient://turns/",
        "ambient://turns/../context",
        "ambient://turns/019A9D0C-5C00-7000-8000-0123456789AB",
        "ambient://turns/019a9d0c5c0070008000-0123456789ab",
        "ambient://turns/ 019a9d0c-5c00-7000-8000-0123456789ab",
        "ambient://conversations/{id}",
        "ambient://conversations/019a9d0c-5c00-7000-8000-0123456789ab?page=2",
        "file:///etc/passwd",
    ] {
        assert_eq!(Address::parse(uri), None, "{uri}");
    }
}

#[test]
fn templates_need_the_scope_of_what_they_lead_to() {
    assert_eq!(templates(|_| false), []);
    assert_eq!(templates(|needed| needed == [scope::CONVERSATIONS_READ]).len(), 2);
}

proptest! {
    #[test]
    fn any_text_is_either_an_address_in_its_own_spelling_or_none(text in "(ambient://)?(turns/|conversations/)?\\PC{0,50}") {
        if let Some(address) = Address::parse(&text) {
            prop_assert_eq!(address.to_string(), text);
        }
    }
}
