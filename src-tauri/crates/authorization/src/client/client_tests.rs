use super::*;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

#[test]
fn the_old_secret_is_good_until_its_time_and_the_new_one_always() {
    let [current, previous, other] = ["current", "previous", "other"].map(SecretHash::of);
    let secrets = Secrets { current, previous: Some((previous, at(100))), introspects: Vec::new() };
    assert!(secrets.accept(&current, at(99)) && secrets.accept(&current, at(100)));
    assert!(secrets.accept(&previous, at(99)) && !secrets.accept(&previous, at(100)));
    assert!(!secrets.accept(&other, at(0)));
}

#[test]
fn where_there_is_no_old_secret_nothing_stands_in_for_it() {
    let secrets = Secrets { current: SecretHash::of("current"), previous: None, introspects: Vec::new() };
    assert!(!secrets.accept(&SecretHash::NONE, at(i64::MIN)) && !secrets.accept(&SecretHash::of(""), at(0)));
}
