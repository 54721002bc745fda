use clock::SeededRandom;
use uuid::Uuid;

use super::*;
use crate::secret::Token;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn request(number: u128) -> RequestId {
    RequestId::from(Uuid::from_u128(number))
}

fn nonce(seed: u64) -> TokenHash<Proof> {
    Token::generate(&SeededRandom::new(seed)).hash()
}

#[test]
fn a_nonce_is_good_once_for_its_own_request() {
    let mut proofs = Proofs::default();
    proofs.give(request(1), nonce(1), at(600), at(0)).unwrap();
    proofs.give(request(2), nonce(2), at(600), at(0)).unwrap();
    assert_eq!(proofs.take(&nonce(1), at(1)), Some(request(1)));
    assert_eq!(proofs.take(&nonce(1), at(1)), None);
    assert_eq!(proofs.take(&nonce(2), at(1)), Some(request(2)), "the other's own nonce stays good");
}

#[test]
fn a_guess_costs_the_real_one_nothing() {
    let mut proofs = Proofs::default();
    proofs.give(request(1), nonce(1), at(600), at(0)).unwrap();
    assert_eq!(proofs.take(&nonce(9), at(1)), None);
    assert_eq!(proofs.take(&nonce(1), at(1)), Some(request(1)));
}

#[test]
fn a_nonce_lives_two_minutes() {
    let mut proofs = Proofs::default();
    proofs.give(request(1), nonce(1), at(600), at(0)).unwrap();
    assert_eq!(proofs.take(&nonce(1), at(120)), None);
    proofs.give(request(1), nonce(2), at(600), at(200)).unwrap();
    assert_eq!(proofs.take(&nonce(2), at(319)), Some(request(1)));
}

#[test]
fn a_new_nonce_ends_the_one_before_and_the_sixth_is_refused() {
    let mut proofs = Proofs::default();
    for seed in 1..=5 {
        proofs.give(request(1), nonce(seed), at(600), at(0)).unwrap();
    }
    assert_eq!(proofs.take(&nonce(4), at(1)), None);
    assert_eq!(proofs.take(&nonce(5), at(1)), Some(request(1)));
    assert_eq!(proofs.give(request(1), nonce(6), at(600), at(1)), Err(TooMany::OfRequest));
    proofs.give(request(2), nonce(7), at(600), at(1)).unwrap();
}

#[test]
fn what_is_remembered_is_bounded_and_forgotten_with_its_request() {
    let mut proofs = Proofs::default();
    for number in 0..u64::try_from(MAX_REQUESTS).unwrap() {
        proofs.give(request(number.into()), nonce(number), at(600), at(0)).unwrap();
    }
    assert_eq!(proofs.give(request(9999), nonce(9999), at(600), at(599)), Err(TooMany::Requests));
    proofs.give(request(9999), nonce(9999), at(1200), at(600)).unwrap();
    assert_eq!(proofs.requests.len(), 1);
}
