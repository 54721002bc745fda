use clock::{SeededRandom, uuid_v7};

use super::*;

fn parts() -> (Pair, Token<Refresh>, GrantId, SeededRandom) {
    let random = SeededRandom::new(9);
    let pair = Pair {
        access: AccessToken::Opaque(Token::generate(&random)),
        refresh: Token::generate(&random),
        access_expires_at: Timestamp::from_secs(1_800_000_000),
    };
    let presented = Token::generate(&random);
    let grant = GrantId::from(uuid_v7(Timestamp::from_secs(1), &random));
    (pair, presented, grant, random)
}

#[test]
fn the_presented_token_opens_its_answer() {
    let (pair, presented, grant, random) = parts();
    let opened = open(&seal(&pair, &presented, grant, &random), &presented, grant).unwrap();
    assert_eq!(opened.access.hash(), pair.access.hash());
    assert_eq!(opened.refresh.hash(), pair.refresh.hash());
    assert_eq!(opened.access_expires_at, pair.access_expires_at);
}

#[test]
fn a_signed_access_token_comes_back_as_the_very_same_text() {
    let (mut pair, presented, grant, random) = parts();
    pair.access = AccessToken::Signed("eyJhIjoxfQ.eyJiIjoyfQ.c2ln".to_owned().into());
    let opened = open(&seal(&pair, &presented, grant, &random), &presented, grant).unwrap();
    assert_eq!(opened.access.expose(), "eyJhIjoxfQ.eyJiIjoyfQ.c2ln");
}

#[test]
fn no_other_token_or_grant_opens_it_and_no_changed_byte_passes() {
    let (pair, presented, grant, random) = parts();
    let sealed = seal(&pair, &presented, grant, &random);
    assert!(open(&sealed, &Token::generate(&random), grant).is_none());
    assert!(open(&sealed, &presented, GrantId::from(uuid_v7(Timestamp::from_secs(2), &random))).is_none());
    for position in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[position] ^= 1;
        assert!(open(&changed, &presented, grant).is_none(), "byte {position}");
    }
    assert!(open(&[], &presented, grant).is_none());
}

#[test]
fn nothing_of_the_pair_can_be_read_in_the_sealed_bytes() {
    let (pair, presented, grant, random) = parts();
    let sealed = seal(&pair, &presented, grant, &random);
    for secret in [pair.access.expose(), pair.refresh.expose()] {
        assert!(!sealed.windows(12).any(|window| window == &secret.as_bytes()[7..19]));
    }
}
