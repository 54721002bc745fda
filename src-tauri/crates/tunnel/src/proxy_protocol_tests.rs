use proptest::prelude::*;

use super::*;

/// What the header says, and what is left of the stream behind it.
async fn taken(bytes: &[u8]) -> Result<(Option<SocketAddr>, Vec<u8>), Refusal> {
    let mut stream = bytes;
    let said = take(&mut stream).await?;
    Ok((said, stream.to_vec()))
}

fn binary(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&SIGNATURE[..], &[command, family], &length, body].concat()
}

#[tokio::test]
async fn both_versions_tell_who_connected_and_take_not_a_byte_more() {
    let four = [203, 0, 113, 7, 10, 0, 0, 1, 0xc0, 0x01, 0x01, 0xbb];
    let mut six = [0; 36];
    six[..2].copy_from_slice(&[0x20, 0x01]);
    six[15] = 9;
    six[32..34].copy_from_slice(&[0, 80]);
    let with_extension = [&four[..], &[4, 0, 1, 0]].concat();
    for (header, said) in [
        (b"PROXY TCP4 203.0.113.7 10.0.0.1 49153 443\r\n".to_vec(), Some("203.0.113.7:49153")),
        (b"PROXY TCP6 2001::9 ::1 80 443\r\n".to_vec(), Some("[2001::9]:80")),
        (b"PROXY UNKNOWN\r\n".to_vec(), None),
        (b"PROXY UNKNOWN ffff:: whatever 1 2\r\n".to_vec(), None),
        (binary(0x21, 0x11, &four), Some("203.0.113.7:49153")),
        (binary(0x21, 0x11, &with_extension), Some("203.0.113.7:49153")),
        (binary(0x21, 0x21, &six), Some("[2001::9]:80")),
        (binary(0x20, 0x00, &[]), None),
        (binary(0x21, 0x31, &[0; 216]), None),
    ] {
        let bytes = [&header[..], b"\x16\x03\x01 and what follows"].concat();
        let (found, rest) = taken(&bytes).await.unwrap();
        assert_eq!(found, said.map(|said| said.parse().unwrap()), "{}", String::from_utf8_lossy(&header));
        assert_eq!(rest, b"\x16\x03\x01 and what follows");
    }
}

#[tokio::test]
async fn whoever_sends_no_header_or_a_bad_one_is_not_taken() {
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00\x00"[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"PROXY\tTCP4 1.1.1.1 2.2.2.2 1 2\r\n",
    ] {
        assert!(matches!(taken(bytes).await, Err(Refusal::NoHeader)));
    }
    let endless = [b"PROXY TCP4 ".to_vec(), vec![b'1'; 200]].concat();
    for bytes in [
        b"PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n".to_vec(),
        b"PROXY TCP4 ::1 2.2.2.2 1 2\r\n".to_vec(),
        b"PROXY TCP4 1.1.1.1 2.2.2.2 70000 2\r\n".to_vec(),
        b"PROXY TCP4 1.1.1.1  2.2.2.2 1 2\r\n".to_vec(),
        endless,
        binary(0x31, 0x11, &[0; 12]),
        binary(0x21, 0x11, &[0; 11]),
        binary(0x21, 0x21, &[0; 35]),
        binary(0x21, 0x11, &[0; 2049]),
    ] {
        assert!(
            matches!(taken(&bytes).await, Err(Refusal::Malformed(_))),
            "{}",
            String::from_utf8_lossy(&bytes)
        );
    }
    assert!(matches!(taken(b"PROXY TCP4 1.1").await, Err(Refusal::Ended(_))));
}

proptest! {
    /// Nothing that anybody sends ends in a panic, reads past a header's bounds, or comes out as an address that is
    /// not in it.
    #[test]
    fn any_bytes_are_judged(start in 0_usize..3, tail in proptest::collection::vec(any::<u8>(), 0..200)) {
        let bytes = [[&b""[..], b"PROXY TCP4 ", &SIGNATURE][start], &tail].concat();
        let mut stream = &bytes[..];
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        if let Ok(Some(address)) = runtime.block_on(take(&mut stream)) {
            let header = &bytes[..bytes.len() - stream.len()];
            let in_clear = String::from_utf8_lossy(header).contains(&address.ip().to_string());
            let octets = match address.ip() {
                IpAddr::V4(address) => address.octets().to_vec(),
                IpAddr::V6(address) => address.octets().to_vec(),
            };
            prop_assert!(in_clear || header.windows(octets.len()).any(|window| window == octets));
        }
    }

    /// Every address comes back as it was written.
    #[test]
    fn addresses_survive(ip in any::<[u8; 4]>(), port in any::<u16>()) {
        let address = SocketAddr::from((ip, port));
        let line = format!("PROXY TCP4 {} 10.0.0.1 {port} 443\r\n", address.ip());
        let body = [&ip[..], &[10, 0, 0, 1], &port.to_be_bytes(), &[1, 187]].concat();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for bytes in [line.into_bytes(), binary(0x21, 0x11, &body)] {
            prop_assert_eq!(runtime.block_on(take(&mut &bytes[..])).unwrap(), Some(address));
        }
    }
}
