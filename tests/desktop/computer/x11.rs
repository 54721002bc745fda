//! The few words of X11 that a test needs: which windows are shown, closing one as its frame's button does, and what
//! is on the clipboard.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

const ANY_TYPE: u32 = 0;
const VIEWABLE: u8 = 2;
const CLIENT_MESSAGE: u8 = 33;
const SELECTION_NOTIFY: u8 = 31;

/// A connection to an X server on this computer that asks nobody who he is.
pub(super) struct X11 {
    stream: UnixStream,
    root: u32,
    own_ids: u32,
}

/// A window on the screen.
#[derive(Clone, Debug)]
pub(super) struct Window {
    pub(super) id: u32,
    pub(super) title: String,
}

impl X11 {
    pub(super) fn connect(display: u32) -> io::Result<Self> {
        let mut stream = UnixStream::connect(format!("/tmp/.X11-unix/X{display}"))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        let mut head = [0; 8];
        stream.read_exact(&mut head)?;
        let mut setup = vec![0; usize::from(u16_at(&head, 6)) * 4];
        stream.read_exact(&mut setup)?;
        if head[0] != 1 {
            return Err(io::Error::other("the display refuses"));
        }
        let vendor = usize::from(u16_at(&setup, 16)).next_multiple_of(4);
        let formats = usize::from(setup[21]) * 8;
        let root = u32_at(&setup, 32 + vendor + formats);
        Ok(Self { stream, root, own_ids: u32_at(&setup, 4) })
    }

    /// The windows that are shown and have a title.
    pub(super) fn windows(&mut self) -> io::Result<Vec<Window>> {
        let root = self.root;
        let name = self.atom("_NET_WM_NAME")?;
        let Some(tree) = self.ask(15, 0, &words(&[root]))? else { return Ok(Vec::new()) };
        let count = usize::from(u16_at(&tree, 16));
        let mut windows = Vec::new();
        for id in (0..count).map(|index| u32_at(&tree, 32 + 4 * index)) {
            // A window that went away in between is answered with an error, and is not shown.
            let shown = self.ask(3, 0, &words(&[id]))?.is_some_and(|attributes| attributes[26] == VIEWABLE);
            if shown && let Some(title) = self.property(id, name)? {
                windows.push(Window { id, title });
            }
        }
        Ok(windows)
    }

    /// What the button of a window's frame does.
    pub(super) fn close(&mut self, window: u32) -> io::Result<()> {
        let (protocols, delete) = (self.atom("WM_PROTOCOLS")?, self.atom("WM_DELETE_WINDOW")?);
        let mut body = words(&[window, 0]);
        body.extend([CLIENT_MESSAGE, 32, 0, 0]);
        body.extend(words(&[window, protocols, delete, 0, 0, 0, 0]));
        self.send(25, 0, &body)
    }

    /// The text on the clipboard; none where it is empty.
    pub(super) fn clipboard(&mut self) -> io::Result<Option<String>> {
        let (clipboard, text) = (self.atom("CLIPBOARD")?, self.atom("UTF8_STRING")?);
        // Where the answer is put.
        let window = self.own_window()?;
        self.send(24, 0, &words(&[window, clipboard, text, text, 0]))?;
        let answer = loop {
            let packet = self.read()?;
            match packet[0] {
                0 => return Err(io::Error::other("the display does not give the clipboard")),
                code if code & 0x7f == SELECTION_NOTIFY => break packet,
                _ => {}
            }
        };
        if u32_at(&answer, 20) == 0 { Ok(None) } else { self.property(window, text) }
    }

    /// A window of one pixel, never shown, that goes with this connection. Each connection has one.
    pub(super) fn own_window(&mut self) -> io::Result<u32> {
        let (window, root) = (self.own_ids, self.root);
        self.send(1, 0, &words(&[window, root, 0, 0x0001_0001, 0, 0, 0]))?;
        Ok(window)
    }

    fn property(&mut self, window: u32, name: u32) -> io::Result<Option<String>> {
        let Some(answer) = self.ask(20, 0, &words(&[window, name, ANY_TYPE, 0, 10_000]))? else {
            return Ok(None);
        };
        let length = u32_at(&answer, 16) as usize;
        Ok((answer[1] == 8).then(|| String::from_utf8_lossy(&answer[32..32 + length]).into_owned()))
    }

    pub(super) fn atom(&mut self, name: &str) -> io::Result<u32> {
        let length = u16::try_from(name.len()).expect("names of atoms are short").to_le_bytes();
        let mut body = vec![length[0], length[1], 0, 0];
        body.extend(name.as_bytes());
        let answer = self.ask(16, 0, &body)?;
        answer.map(|answer| u32_at(&answer, 8)).ok_or_else(|| io::Error::other("no atom"))
    }

    /// A request that is answered; none: with an error.
    fn ask(&mut self, code: u8, data: u8, body: &[u8]) -> io::Result<Option<Vec<u8>>> {
        self.send(code, data, body)?;
        loop {
            let packet = self.read()?;
            match packet[0] {
                0 => return Ok(None),
                1 => return Ok(Some(packet)),
                _ => {}
            }
        }
    }

    pub(super) fn send(&mut self, code: u8, data: u8, body: &[u8]) -> io::Result<()> {
        let padded = body.len().next_multiple_of(4);
        let length = u16::try_from(padded / 4 + 1).expect("requests are short").to_le_bytes();
        let mut request = vec![code, data, length[0], length[1]];
        request.extend(body);
        request.resize(padded + 4, 0);
        self.stream.write_all(&request)
    }

    pub(super) fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut packet = vec![0; 32];
        self.stream.read_exact(&mut packet)?;
        if packet[0] == 1 {
            let more = u32_at(&packet, 4) as usize * 4;
            packet.resize(32 + more, 0);
            self.stream.read_exact(&mut packet[32..])?;
        }
        Ok(packet)
    }
}

pub(super) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
