use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn postings(mut documents: Vec<(u32, usize, usize)>) -> Vec<Posting> {
    documents.sort_unstable();
    documents.dedup_by_key(|(document, ..)| *document);
    documents.truncate(LONGEST);
    documents
        .into_iter()
        .map(|(document, count, length)| Posting { document, weight: Weight::new(count, length) })
        .collect()
}

fn check(written: &[Posting]) -> Result<(), TestCaseError> {
    let bytes = write(written);
    let first = written[0].document;
    let list = List::read(first, &bytes).unwrap();
    let mut read = Vec::new();
    list.each(|posting| read.push(posting)).unwrap();
    prop_assert_eq!(&read, written);
    let known: BTreeMap<u32, Weight> =
        written.iter().map(|posting| (posting.document, posting.weight)).collect();
    for posting in written {
        let document = posting.document;
        for asked in [document.saturating_sub(1), document, document + 1, document + 64, document + 500] {
            prop_assert_eq!(list.weight(asked).unwrap(), known.get(&asked).copied(), "document {}", asked);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_sparse_list_is_read_as_it_was_written_as_a_whole_and_one_by_one(
        documents in prop::collection::vec((0_u32..5_000_000, 1_usize..20, 1_usize..9000), 1..1000)
    ) {
        let written = postings(documents);
        prop_assert_ne!(write(&written)[0], DENSE);
        check(&written)?;
    }

    #[test]
    fn a_dense_list_is_read_as_it_was_written_as_a_whole_and_one_by_one(
        start in 0_u32..1000, documents in prop::collection::vec((0_u32..3000, 1_usize..20, 1_usize..9000), 600..4000)
    ) {
        let written = postings(documents.into_iter().map(|(at, count, length)| (start + at, count, length)).collect());
        prop_assert_eq!(write(&written)[0], DENSE);
        check(&written)?;
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(mut bytes: Vec<u8>, is_dense: bool, first: u32, wanted: u32) {
        if is_dense && let Some(form) = bytes.first_mut() {
            *form = DENSE;
        }
        if let Ok(list) = List::read(first, &bytes) {
            let _ = list.each(|_| {});
            let _ = (list.weight(wanted), list.weight(first.saturating_add(wanted % 4096)));
        }
    }

    #[test]
    fn a_list_with_a_changed_or_missing_byte_makes_it_no_panic(
        documents in prop::collection::vec((0_u32..6000, 1_usize..20, 1_usize..9000), 1..3000),
        at: prop::sample::Index, byte: u8, wanted in 0_u32..7000
    ) {
        let written = postings(documents);
        let mut bytes = write(&written);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        for bytes in [&bytes[..], &bytes[..at]] {
            if let Ok(list) = List::read(written[0].document, bytes) {
                let _ = list.each(|_| {});
                let _ = list.weight(wanted);
            }
        }
    }

    #[test]
    fn a_weight_knows_count_and_length_roughly(count in 1_u16..9, length in 1_u16..40_000) {
        let weight = Weight::new(count.into(), length.into());
        prop_assert!((weight.count() - f32::from(count)).abs() < f32::EPSILON);
        let ratio = weight.length() / f32::from(length);
        prop_assert!((0.6..1.6).contains(&ratio), "{length}: {}", weight.length());
    }

    #[test]
    fn a_bound_counts_for_at_least_as_much_as_either(a: u8, b: u8) {
        let bound = Weight(a).bound(Weight(b));
        for weight in [Weight(a), Weight(b)] {
            prop_assert!(bound.count() >= weight.count() && bound.length() <= weight.length());
        }
    }
}

#[test]
fn the_longest_list_is_read_in_either_form() {
    for gap in [1, 7, 9, 300, 100_000] {
        let written: Vec<(u32, usize, usize)> = (0..LONGEST)
            .map(|index| (3 + u32::try_from(index).unwrap() * gap, index % 9 + 1, 10 + index))
            .collect();
        check(&postings(written)).unwrap();
    }
}

#[test]
fn a_list_that_ends_early_is_damaged() {
    let read = |bytes: &[u8]| List::read(0, bytes).and_then(|list| list.each(|_| {}));
    assert_eq!(read(&[]), Err(Damaged));
    assert_eq!(read(&[0, 0x80]), Err(Damaged));
    assert_eq!(read(&[0, 3]), Err(Damaged));
    assert_eq!(read(&[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0]), Err(Damaged));
    assert_eq!(read(&[1, 0, 0]), Err(Damaged));
    assert_eq!(read(&[DENSE, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 9]), Err(Damaged));
    assert_eq!(read(&[DENSE, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 9]), Err(Damaged));
}
