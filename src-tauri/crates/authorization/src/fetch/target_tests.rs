//! Tests of where a request may go.

use super::{InvalidTarget, Reach, Target};

#[test]
fn a_stranger_can_name_https_at_a_host_name_and_nothing_else() {
    let target = Target::read("https://client.example/a/b?c=d", Reach::Public).unwrap();
    assert!(target.tls);
    assert_eq!((target.port, target.authority.as_str()), (443, "client.example"));
    assert_eq!(target.path_and_query, "/a/b?c=d");
    for (url, reason) in [
        ("http://client.example/a", InvalidTarget::NotHttps),
        ("ftp://client.example/a", InvalidTarget::NotHttps),
        ("file:///etc/passwd", InvalidTarget::NotAUrl),
        ("client.example/a", InvalidTarget::NotAUrl),
        ("https://user@client.example/a", InvalidTarget::UserInfo),
        ("https://:secret@client.example/a", InvalidTarget::UserInfo),
        ("https://client.example:8443/a", InvalidTarget::Port),
        ("https://127.0.0.1/a", InvalidTarget::AddressLiteral),
        ("https://8.8.8.8/a", InvalidTarget::AddressLiteral),
        ("https://2130706433/a", InvalidTarget::AddressLiteral),
        ("https://0x7f.1/a", InvalidTarget::AddressLiteral),
        ("https://0177.0.0.1/a", InvalidTarget::AddressLiteral),
        ("https://[::1]/a", InvalidTarget::AddressLiteral),
        ("https://localhost/a", InvalidTarget::LocalName),
        ("https://app.localhost/a", InvalidTarget::LocalName),
        ("https://router/a", InvalidTarget::LocalName),
        ("https://printer.local/a", InvalidTarget::LocalName),
        ("https://metadata.google.internal/a", InvalidTarget::LocalName),
        ("https://fritz.home.arpa/a", InvalidTarget::LocalName),
        ("https://client.example./a", InvalidTarget::LocalName),
    ] {
        assert_eq!(Target::read(url, Reach::Public), Err(reason), "{url}");
    }
}

#[test]
fn the_owner_may_name_any_https_and_plain_http_on_this_computer() {
    for url in
        ["https://10.0.0.7:8443/realms/a", "https://idp.lan/a", "http://127.0.0.1:3000/a", "http://[::1]/a"]
    {
        assert!(Target::read(url, Reach::OwnerNamed).is_ok(), "{url}");
    }
    let target = Target::read("http://localhost:3000/jwks", Reach::OwnerNamed).unwrap();
    assert_eq!((target.tls, target.port, target.authority.as_str()), (false, 3000, "localhost:3000"));
    // A name is only what it leads to.
    assert!(target.permit(vec!["192.168.1.1".parse().unwrap()]).is_err());
    assert!(target.permit(vec!["127.0.0.1".parse().unwrap()]).is_ok());
    assert_eq!(Target::read("http://idp.lan/a", Reach::OwnerNamed), Err(InvalidTarget::PlainHttp));
    assert_eq!(Target::read("http://10.0.0.7/a", Reach::OwnerNamed), Err(InvalidTarget::PlainHttp));
}
