//! Postings: which documents have a word, how often, and how long each is — three bytes or fewer a document.
//!
//! A list is the documents' numbers as differences, each a variable-length integer and one byte behind it: the
//! count of the word (1 to 8, in three bits) and the length of the document (in half octaves, five bits).

/// A document that has a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Posting {
    pub(super) document: u32,
    pub(super) weight: Weight,
}

/// How often the word stands in the document and how long that is, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Weight(pub(super) u8);

impl Weight {
    pub(super) fn new(count: usize, length: usize) -> Self {
        let count = u8::try_from(count.clamp(1, 8) - 1).unwrap_or(7);
        let length = length.clamp(1, 60_000);
        // Half octaves: 1, 1.4, 2, 2.8, … Squared lengths keep it to whole numbers.
        let step = u8::try_from((length * length).ilog2()).unwrap_or(31).min(31);
        Self(count << 5 | step)
    }

    pub(super) fn count(self) -> f32 {
        f32::from(self.0 >> 5) + 1.0
    }

    /// The middle of the lengths that share this step.
    pub(super) fn length(self) -> f32 {
        2_f32.powf(f32::from(self.0 & 31) * 0.5 + 0.25)
    }
}

/// Bytes that are no list of postings: the file is damaged.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a list of the search index is damaged; it is made anew from what is stored")]
pub(super) struct Damaged;

/// Appends postings to a list; `before` is the document before.
pub(super) fn encode(posting: Posting, before: &mut u32, list: &mut Vec<u8>) {
    let mut gap = posting.document - *before;
    *before = posting.document;
    while gap >= 0x80 {
        list.push(u8::try_from(gap & 0x7f).unwrap_or(0) | 0x80);
        gap >>= 7;
    }
    list.push(u8::try_from(gap).unwrap_or(0));
    list.push(posting.weight.0);
}

/// Hands every posting of a list to `take`. The first difference is from `first`.
pub(super) fn decode(list: &[u8], first: u32, mut take: impl FnMut(Posting)) -> Result<(), Damaged> {
    let mut document = first;
    let mut bytes = list.iter();
    while let Some(&byte) = bytes.next() {
        let mut gap = u32::from(byte & 0x7f);
        let mut more = byte & 0x80 != 0;
        let mut shift = 7;
        while more {
            let &byte = bytes.next().ok_or(Damaged)?;
            if shift > 28 {
                return Err(Damaged);
            }
            gap |= u32::from(byte & 0x7f) << shift;
            shift += 7;
            more = byte & 0x80 != 0;
        }
        let &weight = bytes.next().ok_or(Damaged)?;
        document = document.checked_add(gap).ok_or(Damaged)?;
        take(Posting { document, weight: Weight(weight) });
    }
    Ok(())
}

#[cfg(test)]
#[path = "postings_tests.rs"]
mod tests;
