//! What only a network of its own can show: a name, port 443 and an authority, all in order at last; what Claude's
//! cloud would stumble over; a peer that freezes, and an address that changes.

use std::path::Path;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::certificates::pebble::{Pebble, TERMS, Wishes};
use crate::support::program::{Home, RunningServer, Serve};
use crate::support::sshd::{Sshd, free_port};
use crate::support::world::{self, HOST, STRANGER, World};
use crate::support::{reached, within};

#[path = "../support/authority.rs"]
mod authority;

use authority::Authority;

const NAME: &str = "memory.example.org";

async fn status(home: &Home) -> Value {
    home.json(["tunnel", "status", "--json"]).await
}

async fn wait_for(home: &Home, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    let looking = async {
        loop {
            let status = status(home).await;
            if is_it(&status) {
                return status;
            }
        }
    };
    within(what, looking).await
}

/// What `doctor` finds wrong with the way from outside: each check's name with all that is said about it.
async fn faults(home: &Home) -> Vec<String> {
    let ended = home.run(["doctor", "--json"]).await;
    let diagnosis: Value = serde_json::from_str(&ended.stdout).unwrap();
    let checks = diagnosis["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == false);
    checks.map(|check| format!("{}: {} {}", check["name"], check["detail"], check["remedy"])).collect()
}

/// A server of somebody else's at port 443 of the second address, which answers everything with `answer` until the
/// task is dropped.
async fn a_stranger_answers(
    authority: &Authority,
    name: &str,
    years: (i32, i32),
    answer: &'static str,
) -> tokio::task::JoinHandle<()> {
    let tls = authority.acceptor(name, years);
    let listener = TcpListener::bind((STRANGER, 443)).await.unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = tls.accept(stream).await else { continue };
            let mut piece = [0; 4096];
            while let Ok(1..) = stream.read(&mut piece).await {
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    break;
                }
            }
        }
    })
}

/// The forwarder of the SSH host's own, from its public address to where sshd listens for the program.
async fn forward_to_sshd() {
    let listener = TcpListener::bind((HOST, 443)).await.unwrap();
    tokio::spawn(async move {
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let Ok(mut far) = TcpStream::connect(("127.0.0.1", 443)).await else { return };
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
}

const ONE_YEAR: (i32, i32) = (2026, 2028);

/// A program whose name leads to its SSH host's port 443, in a world that believes Pebble and the stranger.
async fn public_program(home: &Home, sshd: &Sshd, pebble: &Pebble, more: &str) -> RunningServer {
    forward_to_sshd().await;
    let believed = home.file("believed.pem");
    let pebbles = std::fs::read_to_string(pebble.root()).unwrap();
    std::fs::write(&believed, format!("{pebbles}\n{more}")).unwrap();
    reached::make_known(&home.data(), sshd, sshd.port);
    let tunnel = reached::settings(sshd, ("127.0.0.1", sshd.port), 443, "start = true");
    let settings = format!(
        "public_url = \"https://{NAME}\"\nacme.directory = \"{}\"\nacme.agreed_terms = \"{TERMS}\"\n\
         {tunnel}remote_address = \"loopback\"\n",
        pebble.directory()
    );
    std::fs::write(home.data().join("config.toml"), settings).unwrap();
    // The system's store of this world: nothing is believed by a setting of the program.
    let environment = vec![("SSL_CERT_FILE".to_owned(), believed.display().to_string())];
    home.serve_with(&Serve { environment, ..Serve::default() }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs root, for a network of its own"]
async fn a_name_that_leads_here_is_public_and_each_thing_that_breaks_it_is_told_with_its_remedy() {
    const TEST: &str =
        "internet::a_name_that_leads_here_is_public_and_each_thing_that_breaks_it_is_told_with_its_remedy";
    let Some(world) = world::enter(TEST) else { return };
    let leads_here = format!("{HOST} {NAME}");
    world.names(&leads_here);
    let stranger = Authority::new("somebody else's authority");
    let Some(pebble) = Pebble::start(Wishes { tls_port: 443, ..Wishes::default() }).await else { return };
    let (home, sshd) = (Home::new(), Sshd::start(""));
    let _server = public_program(&home, &sshd, &pebble, &stranger.root().pem()).await;

    // With no hand moved: the tunnel comes up, the certificate is ordered through it, the self-test looks again.
    let public = wait_for(&home, "a public address", |status| status["public"] == true).await;
    let checks = public["checks"].as_array().unwrap();
    assert!(checks.len() == 6 && checks.iter().all(|check| check["ok"] == true), "{public}");
    assert_eq!(faults(&home).await, [""; 0]);

    for (names, words) in [
        (String::new(), "A record"),
        (format!("192.168.1.7 {NAME}"), "only your own network reaches"),
        (format!("{leads_here}\n10.0.0.1 {NAME}"), "every address of the name"),
        (format!("2a01:4f8::7 {NAME}"), "IPv4 alone"),
        // Nobody is there.
        (format!("{STRANGER} {NAME}"), "GatewayPorts"),
    ] {
        world.names(&names);
        let faults = faults(&home).await;
        assert!(faults.iter().any(|fault| fault.contains(words)), "{names:?}: {words} is not in {faults:?}");
    }

    world.names(&format!("{STRANGER} {NAME}"));
    let forbidden = "HTTP/1.1 403 Forbidden\r\nserver: cloudflare\r\ncf-ray: 1\r\ncontent-length: 0\r\n\r\n";
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>";
    for (name, years, answer, words) in [
        (NAME, ONE_YEAR, forbidden, "Block AI bots"),
        (NAME, ONE_YEAR, page, "lead to this program"),
        ("garden.example.org", ONE_YEAR, page, "for another name"),
        (NAME, (2020, 2021), page, "has run out, or this computer's clock is ahead"),
        (NAME, (2090, 2091), page, "clock is behind"),
    ] {
        let answering = a_stranger_answers(&stranger, name, years, answer).await;
        let faults = faults(&home).await;
        assert!(faults.iter().any(|fault| fault.contains(words)), "{words} is not in {faults:?}");
        answering.abort();
        let _ = answering.await;
    }

    // All is well again, and nothing had to be started anew.
    world.names(&leads_here);
    assert_eq!(faults(&home).await, [""; 0]);
}

/// The program on a computer of its own, at the end of a wire to its SSH host.
async fn far_program(home: &Home, sshd: &Sshd, remote_port: u16) -> RunningServer {
    let known = sshd.known_as(sshd.port).replace("127.0.0.1", "10.9.0.1");
    std::fs::create_dir_all(home.data().join("tunnel")).unwrap();
    std::fs::write(home.data().join("tunnel/known_hosts"), known).unwrap();
    let tunnel = reached::settings(sshd, ("10.9.0.1", sshd.port), remote_port, "start = true");
    let settings = format!("public_url = \"https://localhost:{remote_port}\"\n{tunnel}");
    std::fs::write(home.data().join("config.toml"), settings).unwrap();
    let wrapper = ["ip", "netns", "exec", "person"].map(Into::into).to_vec();
    home.serve_with(&Serve { wrapper, ..Serve::default() }).await
}

/// Whether a visitor of the host gets through to the program.
async fn visit(remote_port: u16, authority: &Path) -> bool {
    let https = crate::support::https::Https::named("localhost", remote_port, authority);
    let asked = async {
        let mut stream = https.stream().await.ok()?;
        stream
            .write_all(format!("GET /health HTTP/1.1\r\nhost: localhost:{remote_port}\r\n\r\n").as_bytes())
            .await
            .ok()?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.ok()?;
        Some(&answer == b"HTTP/1.1 200")
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), asked).await.ok().flatten() == Some(true)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs root, for a network of its own, and waits half a minute for a frozen peer"]
async fn a_wire_that_goes_dead_is_noticed_in_thirty_seconds_and_a_new_address_is_taken_up() {
    const TEST: &str =
        "internet::a_wire_that_goes_dead_is_noticed_in_thirty_seconds_and_a_new_address_is_taken_up";
    let Some(_) = world::enter(TEST) else { return };
    World::person("10.9.0.2");
    // The host forgets a computer that vanished soon, as the recipe says (there in 30 seconds).
    let sshd = Sshd::start("ListenAddress 10.9.0.1\nClientAliveInterval 1\nClientAliveCountMax 2");
    let (home, remote_port) = (Home::new(), free_port());
    let server = far_program(&home, &sshd, remote_port).await;
    let is_up = |status: &Value| status["state"] == "up";
    let since = wait_for(&home, "the tunnel", is_up).await["since"].clone();
    assert!(visit(remote_port, server.authority()).await);

    // Nothing goes through and nobody is told: no address changes, no connection breaks.
    let astray = |verb: &str| {
        let nobody: &[&str] =
            if verb == "replace" { &["lladdr", "02:00:00:00:00:01", "nud", "permanent"] } else { &[] };
        let there: &[&str] = &["neigh", verb, "10.9.0.2", "dev", "wire"];
        world::run("ip", &[there, nobody].concat());
        let back: &[&str] = &["-n", "person", "neigh", verb, "10.9.0.1", "dev", "eth"];
        world::run("ip", &[back, nobody].concat());
    };
    astray("replace");
    let noticed = tokio::time::timeout(
        std::time::Duration::from_secs(30),
        wait_for(&home, "the loss to be noticed", |status| status["state"] != "up"),
    );
    let noticed = noticed.await.expect("a frozen peer is noticed within thirty seconds");
    assert!(noticed["reason"].is_string(), "{noticed}");
    astray("del");
    let again = wait_for(&home, "the tunnel again", is_up).await["since"].clone();
    assert_ne!(again, since);
    assert!(visit(remote_port, server.authority()).await);

    // Another network: the old address is gone, and with it whatever was under way.
    world::run("ip", &["-n", "person", "addr", "flush", "dev", "eth"]);
    world::run("ip", &["-n", "person", "addr", "add", "10.9.0.3/24", "dev", "eth"]);
    let moved = |status: &Value| is_up(status) && status["since"] != again;
    wait_for(&home, "the tunnel from the new address", moved).await;
    assert!(visit(remote_port, server.authority()).await);
    assert_eq!(status(&home).await["state"], json!("up"));
}
