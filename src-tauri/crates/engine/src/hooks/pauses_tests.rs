use super::*;

fn at(minute: u32) -> Timestamp {
    format!("2026-11-20T10:{minute:02}:00Z").parse().unwrap()
}

fn held(pauses: &Pauses) -> Vec<u32> {
    (0..10).filter(|minute| pauses.held(at(*minute))).collect()
}

#[test]
fn a_pause_holds_from_its_beginning_until_it_ends_or_is_ended() {
    let mut pauses = Pauses::default();
    assert!(!pauses.end(at(0)), "there is none");
    pauses.begin(at(1), Some(at(3)));
    assert_eq!(held(&pauses), [1, 2]);
    assert!(!pauses.end(at(4)), "it had run out");
    pauses.begin(at(5), None);
    assert_eq!(held(&pauses), [1, 2, 5, 6, 7, 8, 9]);
    assert!(pauses.end(at(7)));
    assert_eq!(held(&pauses), [1, 2, 5, 6]);
}

#[test]
fn a_pause_that_is_set_again_is_one_with_another_end() {
    let mut pauses = Pauses::default();
    pauses.begin(at(1), None);
    pauses.begin(at(2), Some(at(4)));
    pauses.begin(at(3), Some(at(6)));
    assert_eq!((held(&pauses), pauses.pauses.len()), (vec![1, 2, 3, 4, 5], 1));
}

#[test]
fn they_are_on_the_disk_and_a_damaged_file_is_none() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Pauses::load(folder.path()), Pauses::default());
    let mut pauses = Pauses::default();
    for minute in 0..30 {
        pauses.begin(at(2 * minute), Some(at(2 * minute + 1)));
    }
    pauses.save(folder.path()).unwrap();
    assert_eq!(Pauses::load(folder.path()), pauses);
    std::fs::write(path(folder.path()), "{\"pauses\":[{").unwrap();
    assert_eq!(Pauses::load(folder.path()), Pauses::default());
}
