use super::*;

#[test]
fn a_client_and_a_person_of_another_server_have_one_id_and_share_it_with_nobody() {
    let id = |issuer, client, subject| ExternalPrincipal::new(issuer, client, subject);
    let one = id("https://a.example", "client", "person");
    assert_eq!(one, id("https://a.example", "client", "person"));
    for other in [
        id("https://a.exampl", "eclient", "person"),
        id("https://a.example", "clientp", "erson"),
        id("https://a.example", "client", "someone"),
        id("https://b.example", "client", "person"),
    ] {
        assert_ne!(one, other);
    }
    let text = Principal::External(one).to_string();
    assert!(text.starts_with("external-") && text.parse::<GrantId>().is_err(), "{text}");
}
