//! Reached from outside through a real SSH host: TLS ends in the program, and the host's link sees none of it.

use std::path::Path;

use serde_json::{Value, json};
use url::Url;

use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::{OAuthClient, Tokens, parameter, typed_code};
use crate::support::origin::Origin;
use crate::support::program::{Home, RunningServer, Serve};
use crate::support::sshd::{Link, Sshd, free_port};
use crate::support::{reached, within};

/// A program with an SSH host of its own, and a link between them that remembers what went through.
struct Stage {
    home: Home,
    sshd: Sshd,
    link: Link,
    remote_port: u16,
}

impl Stage {
    async fn new() -> Self {
        let sshd = Sshd::start("");
        let link = Link::to(sshd.port).await;
        Self { home: Home::new(), link, sshd, remote_port: free_port() }
    }

    /// Starts the program; `trusted`: as somebody's who used the host before.
    async fn serve(&self, trusted: bool, more: &str) -> RunningServer {
        let data = self.home.data();
        std::fs::create_dir_all(&data).unwrap();
        let settings = reached::settings(&self.sshd, ("127.0.0.1", self.link.port), self.remote_port, more);
        std::fs::write(data.join("config.toml"), settings).unwrap();
        if trusted {
            reached::make_known(&data, &self.sshd, self.link.port);
        }
        // The public name is this computer's own, under the host's port: the local authority's certificate fits.
        let authority = data.join("certificates").join("ca.pem");
        let public = format!("https://localhost:{}", self.remote_port);
        let options = Serve {
            arguments: ["--public-url".into(), public.into()].to_vec(),
            environment: vec![("SSL_CERT_FILE".to_owned(), authority.display().to_string())],
            ..Serve::default()
        };
        self.home.serve_with(&options).await
    }

    /// The program as it is seen from the internet.
    fn public(&self, authority: &Path) -> Origin {
        let issuer: Url = format!("https://localhost:{}/", self.remote_port).parse().unwrap();
        Origin { mcp_url: issuer.join("/mcp").unwrap(), issuer, authority: authority.to_owned() }
    }

    async fn status(&self) -> Value {
        self.home.json(["tunnel", "status", "--json"]).await
    }
}

fn check<'a>(status: &'a Value, name: &str) -> &'a Value {
    let checks = status["checks"].as_array().unwrap_or_else(|| panic!("no checks in {status}"));
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no {name} in {status}"))
}

#[tokio::test]
async fn a_whole_login_and_a_call_go_through_an_ssh_host_that_can_read_none_of_it() {
    let stage = Stage::new().await;
    let server = stage.serve(true, "").await;
    let status = stage.home.json(["tunnel", "up", "--json"]).await;
    assert_eq!((&status["state"], &status["provider"]), (&json!("up"), &json!("ssh")), "{status}");
    // What the self-test saw on its way in through the host: all but the name and the port, which are not public.
    for name in
        ["public certificate", "public resource metadata", "public server metadata", "public challenge"]
    {
        assert_eq!(check(&status, name)["ok"], true, "{status}");
    }
    for (name, remedy) in [("public port", "443"), ("public name", "reachable from the internet")] {
        let check = check(&status, name);
        assert!(check["ok"] == false && check["remedy"].as_str().unwrap().contains(remedy), "{status}");
    }
    assert_eq!(status["public"], false, "what is not reachable from the internet is never called public");

    let public = stage.public(server.authority());
    let client = OAuthClient::register(&public, "From the cloud").await;
    let attempt = client.attempt(&public, None);
    let mut browser = public.browser();
    let (waiting, page) = browser.open(&attempt.url).await.page();
    let id = waiting.path_segments().unwrap().next_back().unwrap().to_owned();

    // It came through a tunnel: quiet, and only the code on its page lets it in.
    let pending = stage.home.json(["approvals", "list", "--json"]).await;
    assert_eq!(
        (&pending[0]["arrival"], &pending[0]["code_required"]),
        (&json!("tunnel"), &json!(true)),
        "{pending}"
    );
    stage.home.run(["approvals", "approve", &id]).await.expect_failure(1, &["code"]);
    let code = typed_code(&page.text());
    stage.home.run(["approvals", "approve", &id, "--code", &code]).await.expect_success();
    let back = browser.open(&waiting).await.away();
    let redeemed = client.redeem(&public, &parameter(&back, "code").unwrap(), &attempt.verifier).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.text());
    let tokens = Tokens::from(&redeemed.json());

    let mut mcp = McpClient::open(&public.https(), &tokens.access, Era::Modern).await;
    let secret = "Marmalade-on-the-Matterhorn";
    let turn = json!({"user_message": secret, "assistant_response": "Noted."});
    assert_eq!(mcp.call("log_conversation_turn", turn).await.content["stored"], true);
    let turns = stage.home.json(["turns", "list", "--json"]).await;
    assert!(turns.to_string().contains(secret));

    let carried = stage.link.carried();
    assert!(carried.len() > 10_000, "the link carried {} bytes", carried.len());
    for plain in [secret, &tokens.access, "HTTP/1.1", "/oauth/token", "log_conversation_turn"] {
        let found = carried.windows(plain.len()).any(|window| window == plain.as_bytes());
        assert!(!found, "{plain} went through the link in clear");
    }

    // A token of the public address is none for this computer's, and the tunnel never serves the local name.
    let request = hyper::Request::get("/mcp").header("authorization", format!("Bearer {}", tokens.access));
    let local = server.https().send(request.body(http_body_util::Full::default()).unwrap()).await;
    assert_eq!(local.status, 401);

    let down = stage.home.json(["tunnel", "down", "--json"]).await;
    assert_eq!(down["state"], "off");
    let gone = tokio::net::TcpStream::connect(("127.0.0.1", stage.remote_port)).await;
    assert!(gone.is_err(), "the host gave the port free");
    assert_eq!(server.https().get("/health").await.status, 200, "the local door stays open");
}

#[tokio::test]
async fn the_owner_confirms_a_host_once_and_a_restart_of_it_is_survived() {
    let mut stage = Stage::new().await;
    let _server = stage.serve(false, "").await;
    let ended = stage.home.run(["tunnel", "up", "--json"]).await;
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let status: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        (&status["state"], &status["reason_kind"]),
        (&json!("failed"), &json!("host_key_unknown")),
        "{status}"
    );
    let fingerprint = status["host_key"]["fingerprint"].as_str().unwrap().to_owned();
    stage
        .home
        .run(["tunnel", "trust-host", "--fingerprint", "SHA256:other"])
        .await
        .expect_failure(1, &["another key"]);
    stage.home.run(["tunnel", "trust-host", "--fingerprint", &fingerprint]).await.expect_success();
    wait_for(&stage, "up").await;

    stage.sshd.kill();
    wait_for(&stage, "backoff").await;
    let doctor = stage.home.run(["doctor", "--json"]).await;
    assert!(doctor.code == 1 && doctor.stdout.contains("\"tunnel\""), "{}", doctor.stdout);
    stage.sshd.resume();
    wait_for(&stage, "up").await;
}

#[tokio::test]
async fn a_tunnel_that_is_to_start_with_the_program_does_and_what_hinders_it_is_told() {
    let stage = Stage::new().await;
    let server = stage.serve(true, "start = true").await;
    wait_for(&stage, "up").await;
    assert_eq!(stage.public(server.authority()).https().get("/health").await.status, 200);
    server.stop().await;

    let lonely = Home::new();
    let _server = lonely.serve().await;
    lonely.run(["tunnel", "up"]).await.expect_failure(1, &["tunnel.provider"]);
    lonely.run(["tunnel", "up", "--provider", "ssh"]).await.expect_failure(1, &["public_url"]);
    let limitless = Home::new();
    let _server = limitless.serve_with(&Serve::unlimited()).await;
    limitless.run(["tunnel", "up"]).await.expect_failure(1, &["limits = \"off\""]);
}

#[tokio::test]
async fn an_access_that_is_limited_to_claudes_cloud_is_of_no_use_to_others_who_come_through_the_host() {
    let stage = Stage::new().await;
    let server = stage.serve(true, "").await;
    stage.home.json(["tunnel", "up", "--json"]).await;
    let public = stage.public(server.authority());
    let client = OAuthClient::register(&public, "From the cloud").await;
    let attempt = client.attempt(&public, None);
    let mut browser = public.browser();
    let (waiting, page) = browser.open(&attempt.url).await.page();
    let id = waiting.path_segments().unwrap().next_back().unwrap().to_owned();
    stage.home.run(["approvals", "approve", &id, "--code", &typed_code(&page.text())]).await.expect_success();
    let back = browser.open(&waiting).await.away();
    let redeemed = client.redeem(&public, &parameter(&back, "code").unwrap(), &attempt.verifier).await;
    let tokens = Tokens::from(&redeemed.json());
    let call = async || {
        let request =
            hyper::Request::get("/mcp").header("authorization", format!("Bearer {}", tokens.access));
        public.https().send(request.body(http_body_util::Full::default()).unwrap()).await
    };
    assert_ne!(call().await.status, 403);
    server.stop().await;

    // The same program, the same host: the visitor's address is the one that the host tells, and it is this computer's.
    let server = stage.serve(true, "allow = \"anthropic\"").await;
    let status = stage.home.json(["tunnel", "up", "--json"]).await;
    assert_eq!(check(&status, "public challenge")["ok"], true, "the self-test shows no token: {status}");
    let refused = call().await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert!(refused.text().contains("tunnel.allow"), "{}", refused.text());
    let refused = client.refresh(&public, &tokens.refresh).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (403, &json!("access_denied")));
    // The owner's browser still gets to the page on which to approve.
    let (_, page) = public.browser().open(&client.attempt(&public, None).url).await.page();
    assert!(!typed_code(&page.text()).is_empty());
    let audit = stage.home.json(["audit", "--json"]).await;
    assert!(audit.to_string().contains("foreign_address"), "{audit}");
    server.stop().await;

    // Behind a forwarder of the host nobody would know who comes: that is said before anything starts.
    std::fs::write(
        stage.home.data().join("config.toml"),
        "tunnel.allow = \"anthropic\"\ntunnel.provider = \"ssh\"\ntunnel.ssh.remote_address = \"loopback\"\n",
    )
    .unwrap();
    let ended = stage.home.try_serve(&Serve::default()).await.err().unwrap();
    let code = ended.code;
    ended.expect_failure(code, &["tunnel.allow", "tunnel.ssh.remote_address"]);
}

async fn wait_for(stage: &Stage, wanted: &str) {
    within(&format!("a tunnel that is {wanted}"), async { while stage.status().await["state"] != wanted {} })
        .await;
}
