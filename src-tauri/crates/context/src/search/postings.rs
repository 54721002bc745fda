//! Postings: which documents have a word, how often, and how long each is — three bytes or fewer a document.
//!
//! A list is in one of two forms, whichever is shorter. *Sparse*: the documents' numbers as differences, each a
//! variable-length integer and one byte behind it, with a table in front that leads near any number. *Dense*: a bit
//! for each number and the bytes of those that are there, with a table that counts the bits before. The byte of a
//! posting holds the count of the word (1 to 8, in three bits) and the length of the document (in half octaves, five
//! bits).

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

    /// A weight that counts for at least as much as either: the greater count, the smaller length.
    pub(super) fn bound(self, other: Self) -> Self {
        Self((self.0 & !31).max(other.0 & !31) | (self.0 & 31).min(other.0 & 31))
    }
}

/// Bytes that are no list of postings: the file is damaged.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a list of the search index is damaged; it is made anew from what is stored")]
pub(super) struct Damaged;

/// The most postings that a list has: what its tables can count. Longer ones are written in parts.
pub(super) const LONGEST: usize = 4096;
/// How many postings of the sparse form lie between two entries of its table ...
const STRIDE: usize = 128;
/// ... each of which is a document's number behind the first one's, and the place behind its posting.
const ENTRY: usize = 4 + 2;
/// The first byte of the dense form. The sparse form's is the number of its table's entries, which is smaller.
const DENSE: u8 = 0xff;
/// How many words of 64 bits of the dense form lie between two counts of its table.
const RANKED: usize = 8;

/// Postings, at least one and at most [`LONGEST`], in the order of their documents, as a list.
pub(super) fn write(postings: &[Posting]) -> Vec<u8> {
    let (Some(first), Some(last)) = (postings.first(), postings.last()) else { return Vec::new() };
    let words = usize::try_from((last.document - first.document) / 64).unwrap_or(usize::MAX);
    // A sparse posting takes two bytes or more, a dense one takes one and its share of the bits.
    if words < postings.len() / 8 { dense(postings, words + 1) } else { sparse(postings) }
}

fn sparse(postings: &[Posting]) -> Vec<u8> {
    let first = postings[0].document;
    let (mut table, mut list) = (Vec::new(), Vec::with_capacity(postings.len() * 3));
    let mut before = first;
    for (index, posting) in postings.iter().enumerate() {
        if index > 0 && index % STRIDE == 0 {
            table.extend((before - first).to_le_bytes());
            table.extend(u16::try_from(list.len()).unwrap_or(u16::MAX).to_le_bytes());
        }
        let mut gap = posting.document - before;
        before = posting.document;
        while gap >= 0x80 {
            list.push(u8::try_from(gap & 0x7f).unwrap_or(0) | 0x80);
            gap >>= 7;
        }
        list.push(u8::try_from(gap).unwrap_or(0));
        list.push(posting.weight.0);
    }
    let mut bytes = vec![u8::try_from(table.len() / ENTRY).unwrap_or(0)];
    bytes.extend(table);
    bytes.extend(list);
    bytes
}

fn dense(postings: &[Posting], words: usize) -> Vec<u8> {
    let first = postings[0].document;
    let mut bits = vec![0_u64; words];
    for posting in postings {
        let place = posting.document - first;
        if let Some(word) = usize::try_from(place / 64).ok().and_then(|word| bits.get_mut(word)) {
            *word |= 1 << (place % 64);
        }
    }
    let mut bytes = vec![DENSE];
    bytes.extend(u16::try_from(words).unwrap_or(u16::MAX).to_le_bytes());
    let mut before = 0_u32;
    for group in bits.chunks(RANKED) {
        bytes.extend(u16::try_from(before).unwrap_or(u16::MAX).to_le_bytes());
        before += group.iter().map(|word| word.count_ones()).sum::<u32>();
    }
    bytes.extend(bits.iter().flat_map(|word| word.to_le_bytes()));
    bytes.extend(postings.iter().map(|posting| posting.weight.0));
    bytes
}

/// A list as it lies in the file.
#[derive(Clone, Copy, Debug)]
pub(super) enum List<'a> {
    Sparse { first: u32, table: &'a [u8], list: &'a [u8] },
    Dense { first: u32, counts: &'a [u8], bits: &'a [u8], weights: &'a [u8] },
}

impl<'a> List<'a> {
    /// The list whose first document is `first`.
    pub(super) fn read(first: u32, bytes: &'a [u8]) -> Result<Self, Damaged> {
        let (&form, rest) = bytes.split_first().ok_or(Damaged)?;
        if form != DENSE {
            let (table, list) = rest.split_at_checked(usize::from(form) * ENTRY).ok_or(Damaged)?;
            return Ok(Self::Sparse { first, table, list });
        }
        let (words, rest) = rest.split_first_chunk().ok_or(Damaged)?;
        let words = usize::from(u16::from_le_bytes(*words));
        let (counts, rest) = rest.split_at_checked(words.div_ceil(RANKED) * 2).ok_or(Damaged)?;
        let (bits, weights) = rest.split_at_checked(words * 8).ok_or(Damaged)?;
        Ok(Self::Dense { first, counts, bits, weights })
    }

    /// Hands every posting to `take`, in the order of the documents.
    pub(super) fn each(&self, mut take: impl FnMut(Posting)) -> Result<(), Damaged> {
        match *self {
            Self::Sparse { first, list, .. } => {
                let (mut document, mut rest) = (first, list);
                while let Some(posting) = next(&mut document, &mut rest)? {
                    take(posting);
                }
                Ok(())
            }
            Self::Dense { first, bits, weights, .. } => {
                let mut weights = weights.iter();
                let mut start = first;
                for word in bits.as_chunks().0 {
                    let mut word = u64::from_le_bytes(*word);
                    while word != 0 {
                        let document = start.checked_add(word.trailing_zeros()).ok_or(Damaged)?;
                        take(Posting { document, weight: Weight(*weights.next().ok_or(Damaged)?) });
                        word &= word - 1;
                    }
                    start = start.checked_add(64).ok_or(Damaged)?;
                }
                if weights.next().is_some() { Err(Damaged) } else { Ok(()) }
            }
        }
    }

    /// What this document's posting says; none: it has none here. Looks at a small part of the list.
    pub(super) fn weight(&self, wanted: u32) -> Result<Option<Weight>, Damaged> {
        match *self {
            Self::Sparse { first, table, list } => {
                let Some(place) = wanted.checked_sub(first) else { return Ok(None) };
                let entries: &[[u8; ENTRY]] = table.as_chunks().0;
                let entry = entries.partition_point(|entry| entry_of(*entry).0 < place);
                let (before, from) = entry.checked_sub(1).map_or((0, 0), |entry| entry_of(entries[entry]));
                let mut document = first.checked_add(before).ok_or(Damaged)?;
                let mut rest = list.get(from..).ok_or(Damaged)?;
                while let Some(posting) = next(&mut document, &mut rest)? {
                    if posting.document >= wanted {
                        return Ok((posting.document == wanted).then_some(posting.weight));
                    }
                }
                Ok(None)
            }
            Self::Dense { first, counts, bits, weights } => {
                let Some(place) = wanted.checked_sub(first) else { return Ok(None) };
                let at = usize::try_from(place / 64).map_err(|_| Damaged)?;
                let words: &[[u8; 8]] = bits.as_chunks().0;
                let Some(word) = words.get(at) else { return Ok(None) };
                let word = u64::from_le_bytes(*word);
                if word >> (place % 64) & 1 == 0 {
                    return Ok(None);
                }
                let group = at / RANKED;
                let count = counts.as_chunks().0.get(group).ok_or(Damaged)?;
                let between: u32 =
                    words[group * RANKED..at].iter().map(|word| u64::from_le_bytes(*word).count_ones()).sum();
                let within = (word & ((1 << (place % 64)) - 1)).count_ones();
                let rank = u32::from(u16::from_le_bytes(*count)) + between + within;
                let weight = usize::try_from(rank).ok().and_then(|rank| weights.get(rank)).ok_or(Damaged)?;
                Ok(Some(Weight(*weight)))
            }
        }
    }
}

/// An entry of the sparse form's table.
fn entry_of([a, b, c, d, from, to]: [u8; ENTRY]) -> (u32, usize) {
    (u32::from_le_bytes([a, b, c, d]), usize::from(u16::from_le_bytes([from, to])))
}

/// The next posting of a sparse list. `document`: the one before.
#[inline]
fn next(document: &mut u32, rest: &mut &[u8]) -> Result<Option<Posting>, Damaged> {
    let [byte, bytes @ ..] = *rest else { return Ok(None) };
    let (mut gap, mut bytes) = (u32::from(byte & 0x7f), bytes);
    if byte & 0x80 != 0 {
        let mut shift = 7;
        loop {
            let (&byte, behind) = bytes.split_first().ok_or(Damaged)?;
            bytes = behind;
            if shift > 28 {
                return Err(Damaged);
            }
            gap |= u32::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    let (&weight, behind) = bytes.split_first().ok_or(Damaged)?;
    *rest = behind;
    *document = document.checked_add(gap).ok_or(Damaged)?;
    Ok(Some(Posting { document: *document, weight: Weight(weight) }))
}

#[cfg(test)]
#[path = "postings_tests.rs"]
mod tests;
