use super::*;

fn at(days: i64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000 + days * 86_400)
}

fn key(id: &str, days: i64) -> KeyTimes {
    KeyTimes { id: id.to_owned(), signs_from: at(days) }
}

#[test]
fn the_first_key_signs_at_once() {
    assert_eq!(plan(&[], at(0)), Plan { signer: None, make: Some(at(0)), retire: Vec::new() });
    let quiet = Plan { signer: Some("a".to_owned()), make: None, retire: Vec::new() };
    assert_eq!(plan(&[key("a", 0)], at(0)), quiet);
    assert_eq!(plan(&[key("a", 0)], at(88)), quiet);
}

#[test]
fn a_new_key_is_published_a_day_before_it_signs() {
    let made = plan(&[key("a", 0)], at(89));
    assert_eq!((made.signer.as_deref(), made.make), (Some("a"), Some(at(90))));
    let keys = [key("a", 0), key("b", 90)];
    // It is made once, and the old one signs until its day has come.
    assert_eq!(plan(&keys, at(89)).make, None);
    assert_eq!(plan(&keys, at(90).minus(Duration::from_secs(1))).signer.as_deref(), Some("a"));
    assert_eq!(plan(&keys, at(90)).signer.as_deref(), Some("b"));
    assert!(PUBLISHED_AHEAD >= CACHE_LIFETIME);
}

#[test]
fn an_old_key_stays_published_until_its_last_token_has_ended() {
    let keys = [key("a", 0), key("b", 90)];
    assert_eq!(plan(&keys, at(91).minus(Duration::from_secs(1))).retire, [""; 0]);
    assert_eq!(plan(&keys, at(91)).retire, ["a"]);
}

#[test]
fn after_a_year_of_rest_the_new_key_is_still_published_before_it_signs() {
    let woken = plan(&[key("a", 0)], at(400));
    assert_eq!((woken.signer.as_deref(), woken.make), (Some("a"), Some(at(401))));
    assert_eq!(woken.retire, [""; 0]);
}

#[test]
fn a_clock_that_was_set_back_leaves_nobody_without_a_key() {
    assert_eq!(plan(&[key("a", 10)], at(0)).make, Some(at(0)));
}

proptest::proptest! {
    #[test]
    fn however_long_the_rests_every_signature_is_by_a_key_that_was_published_in_time(
        rests in proptest::collection::vec(0_u64..200 * 24, 1..40)
    ) {
        let mut keys: Vec<(KeyTimes, Timestamp)> = Vec::new();
        let mut now = at(0);
        let mut ends: Vec<(String, Timestamp)> = Vec::new();
        for hours in rests {
            now = now.plus(Duration::from_hours(hours));
            let times: Vec<KeyTimes> = keys.iter().map(|(key, _)| key.clone()).collect();
            let plan = plan(&times, now);
            for id in &plan.retire {
                let unneeded = ends.iter().all(|(signer, end)| signer != id || *end <= now);
                proptest::prop_assert!(unneeded, "{} is gone before its tokens", id);
            }
            keys.retain(|(key, _)| !plan.retire.contains(&key.id));
            if let Some(signs_from) = plan.make {
                keys.push((KeyTimes { id: format!("{}", ends.len()), signs_from }, now));
            }
            let signer = plan.signer.unwrap_or_else(|| keys[keys.len() - 1].0.id.clone());
            let (_, published) = keys.iter().find(|(key, _)| key.id == signer).unwrap();
            let first = ends.is_empty();
            proptest::prop_assert!(first || signer == ends[0].0 || published.plus(CACHE_LIFETIME) <= now);
            ends.push((signer, now.plus(LONGEST_TOKEN)));
        }
    }
}
