//! Who holds a port that we want, where the system tells.

use std::net::SocketAddr;

/// The program that listens on an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PortHolder {
    pub(crate) pid: u32,
    pub(crate) program: String,
}

/// Looks the listener up in `/proc`. Other users' programs stay unknown unless we are root.
#[cfg(target_os = "linux")]
pub(crate) fn find(address: SocketAddr) -> Option<PortHolder> {
    let inodes = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
        .flat_map(|table| listening_inodes(&table, address.port()))
        .collect::<Vec<_>>();
    std::fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .find(|pid| holds_one_of(*pid, &inodes))
        .map(|pid| PortHolder { pid, program: program_name(pid) })
}

/// Elsewhere there is no file to read; the error then names no program.
#[cfg(not(target_os = "linux"))]
pub(crate) fn find(_: SocketAddr) -> Option<PortHolder> {
    None
}

/// The socket inodes that listen on `port`, from a table of proc(5): the second column is the local address
/// in hexadecimal, the fourth the state (`0A`: listening), the tenth the inode.
#[cfg(target_os = "linux")]
fn listening_inodes(table: &str, port: u16) -> Vec<String> {
    let port = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let listens = columns.get(1)?.ends_with(&port) && *columns.get(3)? == "0A";
            listens.then(|| format!("socket:[{}]", columns.get(9).copied().unwrap_or_default()))
        })
        .collect()
}

#[cfg(target_os = "linux")]
fn holds_one_of(pid: u32, inodes: &[String]) -> bool {
    let Ok(descriptors) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    descriptors
        .filter_map(|descriptor| std::fs::read_link(descriptor.ok()?.path()).ok())
        .any(|target| inodes.iter().any(|inode| target.as_os_str() == inode.as_str()))
}

#[cfg(target_os = "linux")]
fn program_name(pid: u32) -> String {
    let printable = |name: &str| name.trim().chars().filter(|c| !c.is_control()).collect::<String>();
    let short = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let short = printable(&short);
    // proc(5): `comm` holds 15 bytes; the program's file tells the rest where it is the same name.
    std::fs::read_link(format!("/proc/{pid}/exe"))
        .ok()
        .and_then(|file| Some(printable(file.file_name()?.to_str()?.trim_end_matches(" (deleted)"))))
        .filter(|name| !short.is_empty() && name.starts_with(&short))
        .unwrap_or(short)
}

#[cfg(all(test, target_os = "linux"))]
#[path = "port_holder_tests.rs"]
mod tests;
