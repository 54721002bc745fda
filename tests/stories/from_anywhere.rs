//! The whole of "reachable from anywhere": a tunnel, a certificate of a real authority ordered through it, and what
//! comes in by it.

use hyper::StatusCode;
use serde_json::{Value, json};
use url::Url;

use crate::certificates::pebble::{Pebble, TERMS, Wishes};
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::{OAuthClient, Tokens, connect_from_afar, typed_code};
use crate::support::origin::Origin;
use crate::support::program::{Home, RunningServer, Serve};
use crate::support::sshd::{Sshd, free_port};
use crate::support::{reached, within};

const NAME: &str = "memory.example.org";

/// A program with a public name, an SSH host that leads there, and an authority that looks for it through the host.
struct Stage {
    home: Home,
    sshd: Sshd,
    pebble: Pebble,
    port: u16,
}

impl Stage {
    /// None where Pebble is not installed.
    async fn new(port: u16) -> Option<Self> {
        let pebble = Pebble::start(Wishes { tls_port: port, ..Wishes::default() }).await?;
        Some(Self { home: Home::new(), sshd: Sshd::start(""), pebble, port })
    }

    async fn serve(&self) -> RunningServer {
        let data = self.home.data();
        reached::make_known(&data, &self.sshd, self.sshd.port);
        let tunnel = reached::settings(&self.sshd, ("127.0.0.1", self.sshd.port), self.port, "");
        let settings = format!("public_url = \"https://{NAME}:{}\"\n{tunnel}", self.port);
        std::fs::write(data.join("config.toml"), settings).unwrap();
        let acme = [
            ("DIRECTORY", self.pebble.directory()),
            ("ROOT", self.pebble.root().display().to_string()),
            // Agreed to long ago: whatever is due is ordered without anybody's word.
            ("AGREED_TERMS", TERMS.to_owned()),
        ];
        let environment = acme.map(|(name, value)| (format!("AMBIENT_INSIGHTS_ACME_{name}"), value)).to_vec();
        self.home.serve_with(&Serve { environment, ..Serve::default() }).await
    }

    /// The program as the internet sees it: by its public name, for somebody who believes the authority alone.
    fn public(&self) -> Origin {
        let issuer: Url = format!("https://{NAME}:{}/", self.port).parse().unwrap();
        Origin { mcp_url: issuer.join("/mcp").unwrap(), issuer, authority: self.pebble.root() }
    }

    /// The public certificate, as soon as there is one.
    async fn certificate(&self) -> Value {
        let find = async {
            loop {
                let list = self.home.json(["certificates", "list", "--json"]).await;
                let all = list.as_array().unwrap();
                if let Some(found) = all.iter().find(|certificate| certificate["use"] == "public") {
                    return found.clone();
                }
            }
        };
        within("a public certificate", find).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_comes_through_the_tunnel_and_with_it_an_assistant_that_knows_nothing_of_ours() {
    let Some(stage) = Stage::new(free_port()).await else { return };
    let server = stage.serve().await;

    // Not while the tunnel is down: an authority that finds nobody counts that against the name.
    let order = stage.home.run(["certificates", "order"]).await;
    order.expect_failure(1, &["the tunnel is not up", "tunnel up"]);
    stage.home.run(["certificates", "renew"]).await.expect_failure(1, &["the tunnel is not up"]);

    // It is ordered as soon as the tunnel is up: a try that had failed before would be made again after two minutes, which
    // is longer than anything is waited for here, and so is the next look at the clock.
    let up = stage.home.json(["tunnel", "up", "--json"]).await;
    assert_eq!(up["state"], "up", "{up}");
    let first = stage.certificate().await;
    assert_eq!(first["names"], json!([NAME]));

    // Somebody who knows Pebble's root, and nothing of this computer.
    let public = stage.public();
    let tokens = connect_from_afar(&stage.home, &public).await;
    for era in [Era::Modern, Era::Legacy] {
        let mut mcp = McpClient::open(&public.https(), &tokens.access, era).await;
        let turn = json!({"user_message": format!("In era {era:?}"), "assistant_response": "Noted."});
        assert_eq!(mcp.call("log_conversation_turn", turn).await.content["stored"], true);
    }
    assert_eq!(stage.home.json(["turns", "list", "--json"]).await.to_string().matches("In era").count(), 2);

    renew_under_load(&stage, &public, &tokens, &first["serial"]).await;

    // What the tunnel brought stands after it is gone, and the local door is nobody's but this computer's.
    stage.home.run(["tunnel", "down"]).await.expect_success();
    assert_eq!(server.https().get("/health").await.status, StatusCode::OK);
    stage.home.run(["certificates", "renew"]).await.expect_failure(1, &["the tunnel is not up"]);
    assert!(stage.certificate().await["serial"].is_string(), "the certificate stays for the next time");
}

/// Renews in the midst of calls: on connections that were there before, and on new ones.
async fn renew_under_load(stage: &Stage, public: &Origin, tokens: &Tokens, before: &Value) {
    let mut kept = McpClient::open(&public.https(), &tokens.access, Era::Modern).await;
    let renewing = tokio::spawn({
        let home = stage.home.clone();
        async move { home.run(["certificates", "renew"]).await }
    });
    let mut calls = 0;
    while !renewing.is_finished() {
        kept.call("get_user_context", json!({})).await;
        let mut new = McpClient::open(&public.https(), &tokens.access, Era::Modern).await;
        new.call("get_user_context", json!({})).await;
        calls += 2;
    }
    renewing.await.unwrap().expect_success();
    assert!(calls > 4, "{calls} calls");
    assert_ne!(&stage.certificate().await["serial"], before);
    // The connection from before the renewal is the same one, and goes on.
    kept.call("get_user_context", json!({})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_visitor_sends_through_the_tunnel_makes_it_this_computer() {
    let sshd = Sshd::start("");
    let home = Home::new();
    let port = free_port();
    reached::make_known(&home.data(), &sshd, sshd.port);
    let tunnel = reached::settings(&sshd, ("127.0.0.1", sshd.port), port, "");
    let settings = format!("public_url = \"https://localhost:{port}\"\n{tunnel}");
    std::fs::write(home.data().join("config.toml"), settings).unwrap();
    let server = home.serve().await;
    let up = home.json(["tunnel", "up", "--json"]).await;
    assert_eq!(up["state"], "up", "{up}");
    let issuer: Url = format!("https://localhost:{port}/").parse().unwrap();
    let public =
        Origin { mcp_url: issuer.join("/mcp").unwrap(), issuer, authority: server.authority().to_owned() };

    // The local address is not served to whoever comes this way, by Host or by any header of a proxy.
    let local = format!("localhost:{}", server.port());
    let knock = |headers: &[(&str, &str)]| {
        let mut request = hyper::Request::get("/.well-known/oauth-protected-resource/mcp");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let https = public.https();
        async move { https.send(request.body(http_body_util::Full::default()).unwrap()).await }
    };
    let refused = knock(&[("host", &local)]).await;
    assert!(refused.status.is_client_error(), "{} {}", refused.status, refused.text());
    let seen = knock(&[
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", &local),
        ("forwarded", "for=127.0.0.1;host=localhost"),
        ("x-real-ip", "127.0.0.1"),
    ])
    .await;
    assert_eq!(seen.json()["resource"], public.mcp_url.as_str(), "{}", seen.text());

    // A request of a built-in kind, opened by hand in a browser: on this computer it would raise a window. Here the
    // terminal's owner has to type the code, and gets three tries.
    let client = OAuthClient::register(&public, "From the cloud").await;
    let attempt = client.attempt(&public, None);
    let mut browser = public.browser();
    let (waiting, page) = browser.open(&attempt.url).await.page();
    let id = waiting.path_segments().unwrap().next_back().unwrap().to_owned();
    let pending = home.json(["approvals", "list", "--json"]).await;
    let facts = (&pending[0]["arrival"], &pending[0]["code_required"]);
    assert_eq!(facts, (&json!("tunnel"), &json!(true)), "{pending}");
    let page = page.text();
    // A link to prove this computer is for a desktop, which has windows to open.
    assert!(!page.contains("ambient-insights://"), "{page}");
    let code = typed_code(&page);
    home.run(["approvals", "approve", &id]).await.expect_failure(1, &["code"]);
    let wrong: String = code.chars().map(|it| if it == 'A' { 'B' } else { 'A' }).collect();
    for _ in 0..3 {
        home.run(["approvals", "approve", &id, "--code", &wrong]).await.expect_failure(1, &["code"]);
    }
    home.run(["approvals", "approve", &id, "--code", &code]).await.expect_failure(1, &[]);
    let back = browser.open(&waiting).await;
    assert!(!format!("{back:?}").contains("code="), "no code for whoever was not let in: {back:?}");
    assert_eq!(home.json(["clients", "--json"]).await.to_string().matches("\"grants\":[{").count(), 0);
}
