//! The elements of one JSON array, one after the other, in bounded memory: the document is never held as a whole.
//!
//! The elements are cut apart by brackets and quotes alone. So one that is broken inside spoils itself and no
//! other, which a parser of the whole document could not promise.

use std::io::BufRead;

/// No element may be longer: with what is read out of it, it has to fit into memory.
const MAX_ELEMENT: usize = 64 * 1024 * 1024;

/// What an element is, or why it can not be one.
pub(super) type Element = Result<String, &'static str>;

/// Why the array could not be read (on).
#[derive(Debug)]
pub(super) enum Broken {
    /// The file can not be read.
    Io(std::io::Error),
    /// There is no such array.
    NoArray,
    /// The file ends in the middle, or goes on with what can not follow.
    Cut(&'static str),
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

pub(super) struct Elements<R> {
    reader: R,
    max: usize,
    is_done: bool,
}

impl<R: BufRead> Elements<R> {
    /// Goes to the start of the array: the document itself, or where the document is an object, its member `key`.
    pub(super) fn of(reader: R, key: &str) -> Result<Self, Broken> {
        let mut elements = Self { reader, max: MAX_ELEMENT, is_done: false };
        if elements.peek()? == Some(0xEF) {
            for _ in 0.."\u{feff}".len() {
                elements.bump();
            }
        }
        match elements.peek_past_blanks()? {
            Some(b'[') => elements.bump(),
            Some(b'{') => elements.find(key)?,
            _ => return Err(Broken::NoArray),
        }
        Ok(elements)
    }

    #[cfg(test)]
    pub(super) fn with_max(mut self, max: usize) -> Self {
        self.max = max;
        self
    }

    /// The next element; none: the array is at its end.
    pub(super) fn next(&mut self) -> Result<Option<Element>, Broken> {
        if self.is_done {
            return Ok(None);
        }
        loop {
            match self.peek_past_blanks()? {
                Some(b',') => self.bump(),
                Some(b']') => {
                    self.is_done = true;
                    return Ok(None);
                }
                Some(b'}') => return Err(self.cut("a bracket is closed that was not opened")),
                Some(_) => break,
                None => return Err(self.cut("the file ends in the middle; it may be cut off")),
            }
        }
        let mut bytes = Vec::new();
        if !self.copy_value(&mut bytes)? {
            return Err(self.cut("the file ends in the middle of a record; it may be cut off"));
        }
        if bytes.len() > self.max {
            return Ok(Some(Err("the record is longer than 64 MiB")));
        }
        Ok(Some(String::from_utf8(bytes).map_err(|_| "the record is not UTF-8; convert the file")))
    }

    fn cut(&mut self, why: &'static str) -> Broken {
        self.is_done = true;
        Broken::Cut(why)
    }

    /// Within an object: goes to the start of the array that is its member `key`.
    fn find(&mut self, key: &str) -> Result<(), Broken> {
        self.bump();
        loop {
            match self.peek_past_blanks()? {
                Some(b',') => self.bump(),
                Some(b'"') => {
                    let mut name = Vec::new();
                    self.copy_value(&mut name)?;
                    if self.peek_past_blanks()? != Some(b':') {
                        return Err(Broken::NoArray);
                    }
                    self.bump();
                    let value = self.peek_past_blanks()?;
                    if value == Some(b'[') && name == format!("\"{key}\"").as_bytes() {
                        self.bump();
                        return Ok(());
                    }
                    // What is too long is passed over all the same, and never kept.
                    self.copy_value(&mut Vec::new())?;
                }
                _ => return Err(Broken::NoArray),
            }
        }
    }

    /// Copies the value that begins here, but no more of it than one byte over the limit; false: the file ends
    /// within it.
    fn copy_value(&mut self, to: &mut Vec<u8>) -> Result<bool, Broken> {
        let (mut depth, mut in_text, mut is_escaped, mut is_started) = (0_u64, false, false, false);
        loop {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                // A bare number or word may end with the file.
                return Ok(false);
            }
            let mut taken = 0;
            let mut is_over = false;
            for byte in chunk {
                if in_text {
                    taken += 1;
                    if is_escaped {
                        is_escaped = false;
                    } else if *byte == b'\\' {
                        is_escaped = true;
                    } else if *byte == b'"' {
                        in_text = false;
                        is_over = depth == 0;
                    }
                } else {
                    match byte {
                        b'"' => in_text = true,
                        b'[' | b'{' => depth += 1,
                        b']' | b'}' if depth > 0 => {
                            depth -= 1;
                            is_over = depth == 0;
                        }
                        // A bare word ends before what follows it.
                        b']' | b'}' => {
                            is_over = true;
                            break;
                        }
                        b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 && is_started => {
                            is_over = true;
                            break;
                        }
                        _ => {}
                    }
                    taken += 1;
                }
                is_started = true;
                if is_over {
                    break;
                }
            }
            let room = (self.max + 1).saturating_sub(to.len());
            to.extend_from_slice(&chunk[..taken.min(room)]);
            self.reader.consume(taken);
            if is_over {
                return Ok(true);
            }
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, Broken> {
        Ok(self.reader.fill_buf()?.first().copied())
    }

    fn bump(&mut self) {
        self.reader.consume(1);
    }

    fn peek_past_blanks(&mut self) -> Result<Option<u8>, Broken> {
        loop {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let blanks = chunk.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let found = chunk.get(blanks).copied();
            self.reader.consume(blanks);
            if found.is_some() {
                return Ok(found);
            }
        }
    }
}

#[cfg(test)]
#[path = "elements_tests.rs"]
mod tests;
