use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn what_is_written_is_read(mut documents in prop::collection::vec((0_u32..5_000_000, 1_usize..20, 1_usize..9000), 0..200)) {
        documents.sort_unstable();
        documents.dedup_by_key(|(document, ..)| *document);
        let written: Vec<Posting> = documents
            .iter()
            .map(|&(document, count, length)| Posting { document, weight: Weight::new(count, length) })
            .collect();
        let first = written.first().map_or(0, |posting| posting.document);
        let (mut list, mut last) = (Vec::new(), first);
        for posting in &written {
            encode(*posting, &mut last, &mut list);
        }
        let mut read = Vec::new();
        decode(&list, first, |posting| read.push(posting)).unwrap();
        prop_assert_eq!(read, written);
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(list: Vec<u8>, first: u32) {
        let _ = decode(&list, first, |_| {});
    }

    #[test]
    fn a_weight_knows_count_and_length_roughly(count in 1_u16..9, length in 1_u16..40_000) {
        let weight = Weight::new(count.into(), length.into());
        prop_assert!((weight.count() - f32::from(count)).abs() < f32::EPSILON);
        let ratio = weight.length() / f32::from(length);
        prop_assert!((0.6..1.6).contains(&ratio), "{length}: {}", weight.length());
    }
}

#[test]
fn a_list_that_ends_early_is_damaged() {
    assert_eq!(decode(&[0x80], 0, |_| {}), Err(Damaged));
    assert_eq!(decode(&[3], 0, |_| {}), Err(Damaged));
    assert_eq!(decode(&[0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0], 0, |_| {}), Err(Damaged));
}
