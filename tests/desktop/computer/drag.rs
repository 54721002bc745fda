//! A person who drags files from a file manager and lets them go over a window: the source's side of the XDND
//! protocol (freedesktop.org, version 5), as far as one drop needs it.

use std::io;

use super::x11::{X11, u32_at, words};

const CLIENT_MESSAGE: u8 = 33;
const SELECTION_REQUEST: u8 = 30;
const SELECTION_NOTIFY: u8 = 31;
/// Of the protocol, in the highest byte.
const VERSION: u32 = 5 << 24;
/// Some place within every window that is shown: 300 to the right, 300 down.
const PLACE: u32 = 0x012c_012c;

/// What the protocol calls things.
struct Atoms {
    selection: u32,
    enter: u32,
    position: u32,
    status: u32,
    drop: u32,
    finished: u32,
    copy: u32,
    list: u32,
}

impl X11 {
    /// Drags the files of `uris` (one a line) over a window, and lets them go once it would take them.
    pub(super) fn drag(&mut self, window: u32, uris: &str) -> io::Result<()> {
        let atoms = Atoms {
            selection: self.atom("XdndSelection")?,
            enter: self.atom("XdndEnter")?,
            position: self.atom("XdndPosition")?,
            status: self.atom("XdndStatus")?,
            drop: self.atom("XdndDrop")?,
            finished: self.atom("XdndFinished")?,
            copy: self.atom("XdndActionCopy")?,
            list: self.atom("text/uri-list")?,
        };
        let source = self.own_window()?;
        self.send(22, 0, &words(&[source, atoms.selection, 0]))?;
        self.tell(window, atoms.enter, [source, VERSION, atoms.list, 0, 0])?;
        self.tell(window, atoms.position, [source, 0, PLACE, 0, atoms.copy])?;
        let mut is_dropped = false;
        loop {
            let event = self.read()?;
            match event[0] & 0x7f {
                0 => return Err(io::Error::other("the display refuses a part of the drag")),
                SELECTION_REQUEST => self.hand_over(&event, &atoms, uris)?,
                CLIENT_MESSAGE if u32_at(&event, 8) == atoms.finished => return Ok(()),
                CLIENT_MESSAGE if u32_at(&event, 8) == atoms.status && !is_dropped => {
                    if u32_at(&event, 16) & 1 == 1 {
                        is_dropped = true;
                        self.tell(window, atoms.drop, [source, 0, 0, 0, 0])?;
                    } else {
                        // It asks what it is before it takes it: the pointer moves on a little.
                        self.tell(window, atoms.position, [source, 0, PLACE, 0, atoms.copy])?;
                    }
                }
                _ => {}
            }
        }
    }

    /// Gives the window the files' addresses.
    fn hand_over(&mut self, request: &[u8], atoms: &Atoms, uris: &str) -> io::Result<()> {
        let [time, requestor, selection, target, property] =
            [4, 12, 16, 20, 24].map(|at| u32_at(request, at));
        let given = if target == atoms.list {
            let length = u32::try_from(uris.len()).expect("few files are dragged");
            let mut body = words(&[requestor, property, target, 8, length]);
            body.extend(uris.as_bytes());
            self.send(18, 0, &body)?;
            property
        } else {
            0
        };
        let mut body = words(&[requestor, 0]);
        body.extend([SELECTION_NOTIFY, 0, 0, 0]);
        body.extend(words(&[time, requestor, selection, target, given, 0, 0]));
        self.send(25, 0, &body)
    }

    fn tell(&mut self, window: u32, kind: u32, data: [u32; 5]) -> io::Result<()> {
        let mut body = words(&[window, 0]);
        body.extend([CLIENT_MESSAGE, 32, 0, 0]);
        body.extend(words(&[window, kind]));
        body.extend(words(&data));
        self.send(25, 0, &body)
    }
}
