//! Where bytes come from: one file, the files of a folder, or the members of a zip. Nothing is ever unpacked to
//! the disk, so a member's name is a name and never a path.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use flate2::read::DeflateDecoder;
use rawzip::{
    CompressionMethod, FileReader, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipArchiveEntryWayfinder, ZipEntry,
};

use super::sink::Sink;
use crate::Error;

/// How a zip begins.
pub(super) const ZIP: &[u8] = b"PK\x03\x04";
/// No export packs its texts tighter than this; a file that does is made to fill a disk. (Deflate reaches 1,032.)
const MAX_RATIO: u64 = 200;
/// Below this a file is small however tightly it is packed.
const SMALL: u64 = 64 * 1024 * 1024;
/// How long what is packed with gzip may be: a backup of memories, a few hundred characters each.
const MAX_GZIP: u64 = 4 * 1024 * 1024 * 1024;
/// More members than any export has: reading a list of names has to end.
const MAX_MEMBERS: usize = 1_000_000;
/// How much is read at once.
const BUFFER: usize = 256 * 1024;
/// How deep a folder is searched.
const MAX_DEPTH: usize = 4;

const UNUSUAL: &str = "it is packed in an unusual way; unpack it and name the folder";

/// What a reader is read with. The first text names the file where there are several.
pub(super) type ReadPart<'a> =
    dyn FnMut(&mut Sink<'_, '_>, Option<&str>, &mut dyn BufRead) -> Result<(), Error> + 'a;

pub(super) fn is_zip(path: &Path) -> Result<bool, Error> {
    let mut start = [0; 4];
    let mut file = File::open(path).map_err(|error| Error::file(path, &error))?;
    Ok(file.read_exact(&mut start).is_ok() && start == ZIP)
}

/// Reads `path` itself, or where it is a zip or a folder, all of it that `wants` by its name without folders, in
/// the order of the names. At least one has to be there.
pub(super) fn read(
    sink: &mut Sink<'_, '_>,
    path: &Path,
    format: &'static str,
    wants: &dyn Fn(&str) -> bool,
    part: &mut ReadPart<'_>,
) -> Result<(), Error> {
    let nothing = || Error::WrongFormat {
        path: path.to_owned(),
        format,
        detail: "no file in it has the name that such an export gives; name the file itself".to_owned(),
    };
    if path.is_dir() {
        let files = files_in(path, wants)?;
        sink.meter.expect_bytes(files.iter().filter_map(|file| file.metadata().ok()).map(|m| m.len()).sum());
        for file in &files {
            let name = file.strip_prefix(path).unwrap_or(file).to_string_lossy();
            read_file(sink, file, Some(&name), part)?;
        }
        return if files.is_empty() { Err(nothing()) } else { Ok(()) };
    }
    if is_zip(path)? {
        let zip = Zip::open(path, format)?;
        let mut members = zip.members()?;
        members.retain(|member| wants(base_name(&member.name)));
        members.sort_by(|one, other| one.name.cmp(&other.name));
        sink.meter.expect_bytes(members.iter().map(|member| member.packed).sum());
        for member in &members {
            zip.read(member, sink, part)?;
        }
        return if members.is_empty() { Err(nothing()) } else { Ok(()) };
    }
    sink.meter.expect_bytes(path.metadata().map_err(|error| Error::file(path, &error))?.len());
    read_file(sink, path, None, part)
}

fn read_file(
    sink: &mut Sink<'_, '_>,
    path: &Path,
    name: Option<&str>,
    part: &mut ReadPart<'_>,
) -> Result<(), Error> {
    let file = File::open(path).map_err(|error| Error::file(path, &error))?;
    let mut reader = BufReader::with_capacity(BUFFER, sink.meter.counted(file));
    part(sink, name, &mut reader)
}

/// The files of a folder that are wanted, in the order of their paths. Links are not followed: they may lead
/// round in circles.
fn files_in(folder: &Path, wants: &dyn Fn(&str) -> bool) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| Error::file(&folder, &error))? {
            let entry = entry.map_err(|error| Error::file(&folder, &error))?;
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < MAX_DEPTH {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file() && entry.file_name().to_str().is_some_and(wants) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The names of what a folder or zip holds, without the folders: to see what it is. At most a few thousand.
pub(super) fn names(path: &Path) -> Result<Vec<String>, Error> {
    if path.is_dir() {
        let files = files_in(path, &|_| true)?;
        let names = files.iter().filter_map(|file| file.file_name()?.to_str());
        return Ok(names.take(5000).map(str::to_owned).collect());
    }
    let members = Zip::open(path, "zip")?.members()?;
    Ok(members.iter().take(5000).map(|member| base_name(&member.name).to_owned()).collect())
}

/// Shows the beginning of each file that is wanted, as long as `look` wants more.
pub(super) fn peek(
    path: &Path,
    wants: &dyn Fn(&str) -> bool,
    head: u64,
    look: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<(), Error> {
    let mut bytes = Vec::new();
    if path.is_dir() {
        for path in files_in(path, wants)? {
            bytes.clear();
            let file = File::open(&path).map_err(|error| Error::file(&path, &error))?;
            file.take(head).read_to_end(&mut bytes).map_err(|error| Error::file(&path, &error))?;
            if !look(&bytes) {
                return Ok(());
            }
        }
        return Ok(());
    }
    let zip = Zip::open(path, "zip")?;
    for member in zip.members()?.iter().filter(|member| wants(base_name(&member.name))) {
        bytes.clear();
        let entry = zip.entry(member)?;
        // Only the beginning: its check sum comes at the end, and is looked at when all is read.
        let unpacked = unpack(member, entry.reader()).ok_or_else(|| zip.wrong(UNUSUAL))?;
        unpacked.take(head).read_to_end(&mut bytes).map_err(|error| Error::file(path, &error))?;
        if !look(&bytes) {
            return Ok(());
        }
    }
    Ok(())
}

/// A name for people: what a zip says of itself may hold anything.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Whether a file of this name holds one JSON object a line.
pub(super) fn has_lines(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("jsonl"))
}

/// Whether a file of this name is one JSON document.
pub(super) fn is_json(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

/// A name without its folders.
pub(super) fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

struct Zip<'a> {
    path: &'a Path,
    format: &'static str,
    archive: ZipArchive<FileReader>,
}

struct Member {
    name: String,
    packed: u64,
    method: CompressionMethod,
    is_encrypted: bool,
    place: ZipArchiveEntryWayfinder,
}

impl<'a> Zip<'a> {
    fn open(path: &'a Path, format: &'static str) -> Result<Self, Error> {
        let file = File::open(path).map_err(|error| Error::file(path, &error))?;
        let archive = ZipArchive::from_file(file, &mut vec![0; RECOMMENDED_BUFFER_SIZE]);
        let archive = archive.map_err(|error| broken_zip(path, format, &error))?;
        Ok(Self { path, format, archive })
    }

    fn members(&self) -> Result<Vec<Member>, Error> {
        let mut members = Vec::new();
        let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
        let mut entries = self.archive.entries(&mut buffer);
        while let Some(entry) =
            entries.next_entry().map_err(|error| broken_zip(self.path, self.format, &error))?
        {
            // macOS adds a shadow of every file.
            let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
            if entry.is_dir() || name.starts_with("__MACOSX/") {
                continue;
            }
            if members.len() >= MAX_MEMBERS {
                return Err(self.wrong("it has more than a million members"));
            }
            members.push(Member {
                name,
                packed: entry.compressed_size_hint(),
                method: entry.compression_method(),
                is_encrypted: entry.flags().is_encrypted(),
                place: entry.wayfinder(),
            });
        }
        Ok(members)
    }

    fn entry(&self, member: &Member) -> Result<ZipEntry<'_, FileReader>, Error> {
        if member.is_encrypted {
            return Err(self.wrong("it has a password; unpack it and name the folder"));
        }
        let entry = self.archive.get_entry(member.place);
        entry.map_err(|error| broken_zip(self.path, self.format, &error))
    }

    fn read(&self, member: &Member, sink: &mut Sink<'_, '_>, part: &mut ReadPart<'_>) -> Result<(), Error> {
        let entry = self.entry(member)?;
        let packed = sink.meter.counted(entry.reader());
        let unpacked = unpack(member, packed).ok_or_else(|| self.wrong(UNUSUAL))?;
        let limit = SMALL.max(member.packed.saturating_mul(MAX_RATIO));
        let reader = Limited { reader: entry.verifying_reader(unpacked), left: limit };
        let mut reader = BufReader::with_capacity(BUFFER, reader);
        part(sink, Some(&shown(&member.name)), &mut reader)
    }

    fn wrong(&self, detail: &str) -> Error {
        Error::WrongFormat { path: self.path.to_owned(), format: self.format, detail: detail.to_owned() }
    }
}

fn unpack<'r>(member: &Member, packed: impl Read + 'r) -> Option<Box<dyn Read + 'r>> {
    match member.method {
        CompressionMethod::STORE => Some(Box::new(packed)),
        CompressionMethod::DEFLATE => Some(Box::new(DeflateDecoder::new(packed))),
        _ => None,
    }
}

fn broken_zip(path: &Path, format: &'static str, error: &rawzip::Error) -> Error {
    let detail = format!("the zip is damaged: {error}; download it again");
    Error::WrongFormat { path: path.to_owned(), format, detail }
}

/// What is packed with gzip, within bounds.
pub(super) fn gunzip(reader: &mut dyn BufRead) -> BufReader<impl Read + '_> {
    let reader = Limited { reader: MultiGzDecoder::new(reader), left: MAX_GZIP };
    BufReader::with_capacity(BUFFER, reader)
}

/// A reader that refuses to go on for ever.
struct Limited<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.reader.read(buffer)?;
        self.left = self.left.checked_sub(bytes as u64).ok_or_else(|| {
            io::Error::other("it is packed more tightly than any export, as if made to fill a disk")
        })?;
        Ok(bytes)
    }
}

#[cfg(test)]
#[path = "source_tests.rs"]
pub(super) mod tests;
