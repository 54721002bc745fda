//! The bytes of a page that hold nothing, by SQLite's file format (sqlite.org/fileformat2.html).
//!
//! When rows move to another page, SQLite leaves what they were in the gap of the page that they left, even with
//! `secure_delete`. These rules find such gaps; they know no file.

/// Where a page of the first kind has its header.
const FIRST_PAGE_HEADER: usize = 100;

/// What a page is for, as the pointer map tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A table's or an index's.
    Tree,
    /// Anything else: a piece of a long value, an empty page, the pointer map itself.
    Other,
}

/// How the pages of one file are laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Bytes of a page.
    pub(crate) size: usize,
    /// Bytes of a page without what is reserved at its end.
    pub(crate) usable: usize,
}

impl Layout {
    /// How many pages one page of the pointer map tells of, itself included.
    fn mapped(self) -> u32 {
        u32::try_from(self.usable / 5).unwrap_or(u32::MAX) + 1
    }

    /// The page that is never used: it holds the byte by which files are locked.
    fn lock_page(self) -> u32 {
        u32::try_from(0x4000_0000 / self.size).unwrap_or(u32::MAX) + 1
    }

    /// The page of the pointer map that tells of `page`; none: it is of the map itself, or is never used.
    pub(crate) fn map_of(self, page: u32) -> Option<u32> {
        if page < 2 || page == self.lock_page() {
            return None;
        }
        let map = (page - 2) / self.mapped() * self.mapped() + 2;
        let map = if map == self.lock_page() { map + 1 } else { map };
        (page > map).then_some(map)
    }

    /// Fills with zeros what holds nothing in a page of a tree. True: there was something. None: it is no such page,
    /// and nothing was changed.
    pub(crate) fn clean(self, page: u32, bytes: &mut [u8]) -> Option<bool> {
        let header = if page == 1 { FIRST_PAGE_HEADER } else { 0 };
        let begins = match bytes.get(header)? {
            2 | 5 => header + 12,
            10 | 13 => header + 8,
            _ => return None,
        };
        let cells = number(bytes, header + 3)?;
        let content = match number(bytes, header + 5)? {
            0 => 65_536,
            content => content,
        };
        let gap = begins + 2 * cells..content;
        if gap.start > gap.end || gap.end > self.usable || bytes.len() < self.usable {
            return None;
        }
        let mut free = Vec::new();
        let mut block = number(bytes, header + 1)?;
        while block != 0 {
            let (next, length) = (number(bytes, block)?, number(bytes, block + 2)?);
            if block < content
                || length < 4
                || block + length > self.usable
                || (next != 0 && next < block + length)
            {
                return None;
            }
            free.push(block + 4..block + length);
            block = next;
        }
        let mut held = false;
        for empty in std::iter::once(gap).chain(free) {
            let bytes = &mut bytes[empty];
            if bytes.iter().any(|byte| *byte != 0) {
                bytes.fill(0);
                held = true;
            }
        }
        Some(held)
    }
}

/// What `page` is for, by the page of the pointer map that tells of it.
pub(crate) fn use_of(page: u32, map: u32, bytes: &[u8]) -> Use {
    let place = 5 * (page - map - 1) as usize;
    match bytes.get(place) {
        // PTRMAP_ROOTPAGE and PTRMAP_BTREE in btreeInt.h.
        Some(1 | 5) => Use::Tree,
        _ => Use::Other,
    }
}

/// Two bytes, the greater first.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])))
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
