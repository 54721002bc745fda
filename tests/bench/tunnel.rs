//! Requests through the SSH tunnel, beside the same without it, and beside plain `ssh -R` to the same host.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::HOST;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Url;

use crate::load::as_float;
use crate::report::{self, Report};
use crate::support::https::Https;
use crate::support::oauth::{connect, connect_from_afar};
use crate::support::origin::Origin;
use crate::support::program::Home;
use crate::support::sshd::{Sshd, free_port, user};
use crate::support::within;

const ROUND: Duration = Duration::from_secs(3);
const CONNECTIONS: usize = 8;
/// In pieces that the door reads whole before it finds them to be nonsense: what is measured is the way.
const PIECE: usize = 4 * 1024 * 1024;
const PIECES: usize = 8;

/// One way to the program.
struct Way {
    name: &'static str,
    https: Https,
    host: String,
    token: String,
}

impl Way {
    fn get(&self) -> Request<Full<Bytes>> {
        let request = Request::get("/health").header(HOST, &self.host);
        request.body(Full::default()).expect("a GET is a request")
    }

    /// Small requests a second, over connections that stay open.
    async fn small(&self) -> f64 {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let mut connection = self.https.connect().await;
            let requests: Vec<_> = (0..200_000).map(|_| self.get()).collect();
            tasks.spawn(async move {
                let mut answered = 0;
                for request in requests {
                    if start.elapsed() > ROUND {
                        break;
                    }
                    assert_eq!(connection.send(request).await.status, 200);
                    answered += 1;
                }
                answered
            });
        }
        let answered: usize = tasks.join_all().await.into_iter().sum();
        as_float(answered) / start.elapsed().as_secs_f64()
    }

    /// Seconds for 32 MiB on one connection.
    async fn bulk(&self) -> f64 {
        let mut connection = self.https.connect().await;
        let piece = Bytes::from(vec![b'x'; PIECE]);
        let start = Instant::now();
        for _ in 0..PIECES {
            let request = Request::post("/mcp")
                .header(HOST, &self.host)
                .header("authorization", format!("Bearer {}", self.token))
                .header("content-type", "application/json")
                .header("accept", "application/json, text/event-stream");
            let answer = connection.send(request.body(Full::from(piece.clone())).expect("a request")).await;
            assert_eq!(answer.status, 400, "{}", answer.text());
        }
        start.elapsed().as_secs_f64()
    }
}

/// OpenSSH's own client with a remote forward.
struct Plain(Child);

impl Plain {
    async fn forward(sshd: &Sshd, known_hosts: &Path, from: u16, to: u16) -> Self {
        let child = Command::new("ssh")
            .args(["-N", "-T", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-F", "none"])
            .arg("-o")
            .arg(format!("UserKnownHostsFile={}", known_hosts.display()))
            .arg("-i")
            .arg(sshd.key())
            .args(["-p", &sshd.port.to_string(), "-R", &format!("127.0.0.1:{from}:127.0.0.1:{to}")])
            .arg(format!("{}@127.0.0.1", user()))
            .stdin(Stdio::null())
            .spawn()
            .expect("ssh(1) stands beside sshd");
        let listening = async { while TcpStream::connect(("127.0.0.1", from)).await.is_err() {} };
        within("the forward of ssh(1)", listening).await;
        Self(child)
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) async fn run(report: &mut Report) {
    report::title(&format!(
        "Through the SSH tunnel: TLS ends in the program; {CONNECTIONS} connections, then 32 MiB on one"
    ));
    let (home, sshd) = (Home::new(), Sshd::start(""));
    let (public, plain) = (free_port(), free_port());
    let data = home.data();
    crate::support::reached::make_known(&data, &sshd, sshd.port);
    let settings = format!(
        "public_url = \"https://localhost:{public}\"\n{}",
        crate::support::reached::settings(&sshd, ("127.0.0.1", sshd.port), public, "")
    );
    std::fs::write(data.join("config.toml"), settings).expect("the home can be written");
    // With its limits, without which no tunnel is turned on: they are counted by grant, and the small requests have none.
    let server = home.serve().await;
    home.run(["tunnel", "up", "--json"]).await.expect_success();
    let _forward = Plain::forward(&sshd, &data.join("tunnel/known_hosts"), plain, server.port()).await;

    let (_, here) = connect(&server, "Benchmark", None).await;
    let issuer: Url = format!("https://localhost:{public}/").parse().expect("it is a URL");
    let mcp_url = issuer.join("/mcp").expect("it is a base");
    let afar = Origin { mcp_url, issuer, authority: server.authority().to_owned() };
    let afar = connect_from_afar(&home, &afar).await;
    let way = |name, port: u16, host: u16, token: &str| Way {
        name,
        https: Https::named("localhost", port, server.authority()),
        host: format!("localhost:{host}"),
        token: token.to_owned(),
    };
    let ways = [
        way("no tunnel", server.port(), server.port(), &here.access),
        way("plain ssh -R", plain, server.port(), &here.access),
        way("our tunnel", public, public, &afar.access),
    ];
    let mut small = [0.0; 3];
    let mut bulk = [f64::MAX; 3];
    // In turns, so that a machine that grows slower meanwhile is unfair to none.
    for _ in 0..3 {
        for (index, way) in ways.iter().enumerate() {
            small[index] = f64::max(small[index], way.small().await);
            bulk[index] = f64::min(bulk[index], way.bulk().await);
        }
    }
    for (index, way) in ways.iter().enumerate() {
        report::line(&format!(
            "{:<13} {:>7.0} requests/s   32 MiB in {:>6.3} s",
            way.name, small[index], bulk[index]
        ));
    }
    report.at_least("small requests, share of plain ssh -R", small[2] / small[1], 0.7, "");
    report.at_most("32 MiB, times the time of plain ssh -R", bulk[2] / bulk[1], 2.0, "");
    report::line(&format!(
        "beside no tunnel: {:.2} of the requests, {:.1} times the time for 32 MiB",
        small[2] / small[0],
        bulk[2] / bulk[0]
    ));
}
