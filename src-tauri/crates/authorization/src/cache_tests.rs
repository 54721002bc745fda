use clock::{SeededRandom, uuid_v7};

use super::*;
use crate::scope::ScopeSet;
use crate::secret::Token;

fn entry(random: &SeededRandom, grant: GrantId, expires: i64) -> (TokenHash<AccessKind>, Cached) {
    let access = Access {
        client_id: "c".to_owned(),
        client_name: "C".to_owned(),
        principal: crate::principal::Principal::Grant(grant),
        scopes: ScopeSet::DEFAULT,
        expires_at: Timestamp::from_secs(expires),
    };
    (Token::<AccessKind>::generate(random).hash(), Cached { access, resource: "r".to_owned() })
}

fn grant(random: &SeededRandom) -> GrantId {
    GrantId::from(uuid_v7(Timestamp::from_secs(1), random))
}

#[test]
fn a_forgotten_grant_takes_its_tokens_along_and_leaves_the_others() {
    let random = SeededRandom::new(1);
    let (cache, one, two) = (Cache::default(), grant(&random), grant(&random));
    let (hash_one, cached_one) = entry(&random, one, 100);
    let (hash_two, cached_two) = entry(&random, two, 100);
    cache.insert(hash_one, cached_one, 0, Timestamp::from_secs(0));
    cache.insert(hash_two, cached_two, 0, Timestamp::from_secs(0));
    cache.forget_grant(one);
    assert!(cache.get(&hash_one).is_none());
    assert!(cache.get(&hash_two).is_some());
}

#[test]
fn a_look_up_that_began_before_a_revocation_does_not_bring_the_token_back() {
    let random = SeededRandom::new(2);
    let (cache, id) = (Cache::default(), grant(&random));
    let (hash, cached) = entry(&random, id, 100);
    let generation = cache.generation();
    cache.forget_grant(id);
    cache.insert(hash, cached, generation, Timestamp::from_secs(0));
    assert!(cache.get(&hash).is_none());
}

#[test]
fn the_cache_never_grows_past_its_bound() {
    let random = SeededRandom::new(3);
    let (cache, id) = (Cache::default(), grant(&random));
    for _ in 0..CAPACITY * 2 {
        let (hash, cached) = entry(&random, id, 100);
        cache.insert(hash, cached, 0, Timestamp::from_secs(0));
        assert!(cache.state.read().tokens.len() <= CAPACITY);
    }
}
