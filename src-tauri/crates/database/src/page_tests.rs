use super::*;

const LAYOUT: Layout = Layout { size: 4096, usable: 4096 };

/// A leaf of a table with two cells at its end, remains in its gap and in one free block.
fn leaf() -> Vec<u8> {
    let mut page = vec![b'r'; 4096];
    page[..12].copy_from_slice(&[13, 0x0f, 0xa0, 0, 2, 0x0f, 0x80, 0, 0x0f, 0x80, 0x0f, 0xf0]);
    // At 4000: the last free block, 80 bytes.
    page[4000..4004].copy_from_slice(&[0, 0, 0, 80]);
    page
}

#[test]
fn what_holds_nothing_in_a_page_becomes_zeros_and_nothing_else_changes() {
    let (mut page, before) = (leaf(), leaf());
    assert_eq!(LAYOUT.clean(9, &mut page), Some(true));
    assert!(page[12..0x0f80].iter().all(|byte| *byte == 0), "the gap");
    assert!(page[4004..4080].iter().all(|byte| *byte == 0), "the free block");
    for kept in [0..12, 0x0f80..4004, 4080..4096] {
        assert_eq!(page[kept.clone()], before[kept.clone()], "{kept:?}");
    }
    assert_eq!(LAYOUT.clean(9, &mut page), Some(false), "it is clean now");
}

#[test]
fn a_page_that_is_not_as_the_format_has_it_is_left_alone() {
    let changed = |place: usize, bytes: &[u8]| {
        let mut page = leaf();
        page[place..place + bytes.len()].copy_from_slice(bytes);
        page
    };
    for (why, mut page) in [
        ("no kind of tree", changed(0, &[7])),
        ("more cells than room", changed(3, &[0xff, 0xff])),
        ("content behind the end", changed(5, &[0x10, 0x01])),
        ("a free block before the content", changed(1, &[0x00, 0x20])),
        ("a free block that is too long", changed(4002, &[0xff, 0xff])),
        ("a chain that goes round", changed(4000, &[0x0f, 0xa0])),
        ("a piece of a page", vec![13, 0, 0]),
    ] {
        let before = page.clone();
        assert_eq!(LAYOUT.clean(9, &mut page), None, "{why}");
        assert_eq!(page, before, "{why}");
    }
}

#[test]
fn the_pointer_map_tells_of_the_pages_behind_it() {
    // 4096 / 5 = 819 entries a page.
    for (page, map) in [(1, None), (2, None), (3, Some(2)), (821, Some(2)), (822, None), (823, Some(822))] {
        assert_eq!(LAYOUT.map_of(page), map, "{page}");
    }
    assert_eq!(LAYOUT.map_of(262_145), None, "the page by which files are locked");
    let mut bytes = vec![0; 4096];
    (bytes[0], bytes[5], bytes[10]) = (5, 3, 1);
    assert_eq!(
        [3, 4, 5, 6].map(|page| use_of(page, 2, &bytes)),
        [Use::Tree, Use::Other, Use::Tree, Use::Other]
    );
}
