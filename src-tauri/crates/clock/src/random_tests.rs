use super::*;

fn sixteen(random: &dyn Random) -> [u8; 16] {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    bytes
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    assert_eq!(sixteen(&SeededRandom::new(7)), sixteen(&SeededRandom::new(7)));
    assert_ne!(sixteen(&SeededRandom::new(7)), sixteen(&SeededRandom::new(8)));
}

#[test]
fn a_seeded_generator_goes_on_from_where_it_was() {
    let random = SeededRandom::new(7);
    assert_ne!(sixteen(&random), sixteen(&random));
}

#[test]
fn the_operating_system_gives_different_bytes_each_time() {
    assert_ne!(sixteen(&OsRandom), sixteen(&OsRandom));
}
