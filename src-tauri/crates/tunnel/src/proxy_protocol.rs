//! The PROXY protocol, versions 1 and 2: how a proxy in front of us tells who connected to it.
//!
//! Source: `HAProxy`'s specification, "The PROXY protocol, versions 1 & 2" (proxy-protocol.txt, 2020/03/05). It is
//! believed on a listener that is set to expect it, and there it is demanded: a listener that took streams with and
//! without it would let anybody who reaches the port say where they come from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// §2.2: what a version 2 header begins with.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// §2.1: the longest line of version 1, with its end.
const LONGEST_LINE: usize = 107;

/// Longer version 2 headers are refused: addresses take 36 bytes, the rest are extensions that we do not use.
const LONGEST_BODY: usize = 2048;

/// Why a stream is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// It does not begin with a header.
    #[error("the proxy sent no PROXY protocol header; have it send one, or remove ingress_proxy_protocol")]
    NoHeader,
    /// It begins with something like a header.
    #[error("the proxy sent a PROXY protocol header that can not be read: {0}")]
    Malformed(&'static str),
    /// It ended or broke in the middle of the header.
    #[error("the connection ended within the PROXY protocol header")]
    Ended(#[from] std::io::Error),
}

/// Takes the header off a stream, and not a byte more. Gives who connected to the proxy; none where the proxy
/// speaks for itself (its health check) or does not know.
pub(crate) async fn take(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<SocketAddr>, Refusal> {
    let mut start = [0; SIGNATURE.len()];
    stream.read_exact(&mut start).await?;
    if start == SIGNATURE {
        let mut rest = [0; 4];
        stream.read_exact(&mut rest).await?;
        let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        if length > LONGEST_BODY {
            return Err(Refusal::Malformed("it is too long"));
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        return read_binary(rest[0], rest[1], &body);
    }
    if !start.starts_with(b"PROXY ") {
        return Err(Refusal::NoHeader);
    }
    let mut line = start.to_vec();
    while !line.ends_with(b"\r\n") {
        if line.len() == LONGEST_LINE {
            return Err(Refusal::Malformed("its line is too long"));
        }
        line.push(stream.read_u8().await?);
    }
    read_line(&line[..line.len() - 2])
}

/// A line of version 1 (§2.1) without its end.
fn read_line(line: &[u8]) -> Result<Option<SocketAddr>, Refusal> {
    let malformed = || Refusal::Malformed("its line names no addresses");
    let line = std::str::from_utf8(line).map_err(|_| malformed())?;
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["PROXY", "UNKNOWN", ..] => Ok(None),
        ["PROXY", family @ ("TCP4" | "TCP6"), source, destination, source_port, destination_port] => {
            let address = |text: &str| -> Result<IpAddr, Refusal> {
                let address: IpAddr = text.parse().map_err(|_| malformed())?;
                if address.is_ipv4() == (*family == "TCP4") { Ok(address) } else { Err(malformed()) }
            };
            let port = |text: &str| text.parse::<u16>().map_err(|_| malformed());
            address(destination)?;
            port(destination_port)?;
            Ok(Some(SocketAddr::new(address(source)?, port(source_port)?)))
        }
        _ => Err(malformed()),
    }
}

/// The parts of a version 2 header (§2.2) behind its signature.
fn read_binary(version_and_command: u8, family: u8, body: &[u8]) -> Result<Option<SocketAddr>, Refusal> {
    match version_and_command {
        // LOCAL: the proxy itself.
        0x20 => return Ok(None),
        0x21 => {}
        _ => return Err(Refusal::Malformed("its version or command is unknown")),
    }
    let short = Refusal::Malformed("it is shorter than its addresses");
    match family {
        // TCP over IPv4: two addresses, two ports.
        0x11 => match body.first_chunk::<12>() {
            Some([a, b, c, d, _, _, _, _, high, low, ..]) => {
                let port = u16::from_be_bytes([*high, *low]);
                Ok(Some(SocketAddr::new(Ipv4Addr::new(*a, *b, *c, *d).into(), port)))
            }
            None => Err(short),
        },
        // TCP over IPv6.
        0x21 => match (body.first_chunk::<16>(), body.get(32..34), body.len() >= 36) {
            (Some(source), Some(&[high, low]), true) => {
                let port = u16::from_be_bytes([high, low]);
                Ok(Some(SocketAddr::new(Ipv6Addr::from(*source).into(), port)))
            }
            _ => Err(short),
        },
        // Anything else is to be taken as unknown (§2.2: "must be ignored").
        _ => Ok(None),
    }
}

#[cfg(test)]
#[path = "proxy_protocol_tests.rs"]
mod tests;
