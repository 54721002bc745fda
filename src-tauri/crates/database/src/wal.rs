//! Which pages were written since the write-ahead log was empty: read from the log itself
//! (sqlite.org/fileformat2.html#walformat).

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::Error;

const HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;

/// Reads on in the log.
#[derive(Debug)]
pub(crate) struct WalReader {
    path: PathBuf,
    page_size: u64,
    /// What all frames of one log share; none: it was empty until now.
    salt: Option<[u8; 8]>,
    /// How many frames are read. The last of them ended a commit.
    frames: u64,
}

impl WalReader {
    /// Of the log beside `database`, which is empty or nearly so.
    pub(crate) fn new(database: &Path, page_size: usize) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Self { path: path.into(), page_size: page_size as u64, salt: None, frames: 0 }
    }

    /// The pages that were committed since it was asked last; none: the log was begun anew meanwhile, so they are
    /// not known.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn changed(&mut self) -> Result<Option<BTreeSet<u32>>, Error> {
        let mut pages = BTreeSet::new();
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(pages)),
            Err(error) => return Err(error.into()),
        };
        let mut header = [0; 32];
        if let Err(error) = file.read_exact(&mut header) {
            // Empty, or about to be begun.
            return if error.kind() == ErrorKind::UnexpectedEof && self.frames == 0 {
                Ok(Some(pages))
            } else if error.kind() == ErrorKind::UnexpectedEof {
                Ok(None)
            } else {
                Err(error.into())
            };
        }
        let mut salt = [0; 8];
        salt.copy_from_slice(&header[16..24]);
        if *self.salt.get_or_insert(salt) != salt {
            return Ok(None);
        }
        // What is written but not committed may be taken back and written over: it counts with its commit.
        let mut open = Vec::new();
        let mut at = self.frames;
        loop {
            file.seek(SeekFrom::Start(HEADER + at * (FRAME_HEADER + self.page_size)))?;
            let mut frame = [0; 16];
            match file.read_exact(&mut frame) {
                Ok(()) if frame[8..16] == salt => {}
                Ok(()) => break,
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(error.into()),
            }
            let number = |from: usize| {
                u32::from_be_bytes([frame[from], frame[from + 1], frame[from + 2], frame[from + 3]])
            };
            open.push(number(0));
            at += 1;
            if number(4) != 0 {
                pages.extend(open.drain(..));
                self.frames = at;
            }
        }
        Ok(Some(pages))
    }
}
