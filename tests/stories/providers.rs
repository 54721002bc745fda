//! Reached from outside through the programs of others and through the person's own way in: a whole login and a call
//! through each, whose word is believed about visitors, and what is left of them.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value, json};
use url::Url;

use crate::support::fakes::{Fake, gone};
use crate::support::https::Https;
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::typed_code;
use crate::support::oauth::{OAuthClient, Tokens, parameter};
use crate::support::origin::Origin;
use crate::support::program::{Home, RunningServer, Serve};
use crate::support::sshd::free_port;
use crate::support::within;

/// What visitors would like to be taken for.
const PRETENDED: &str = "198.51.100.9";

/// A home whose program is reached under `localhost` and a port that somebody else forwards.
struct Stage {
    home: Home,
    public_port: u16,
}

impl Stage {
    fn new() -> Self {
        Self { home: Home::new(), public_port: free_port() }
    }

    /// Starts the program with these settings; `trusted`: the authority that it finds at its public address.
    async fn serve(&self, settings: &str, trusted: Option<&Path>, public: bool) -> RunningServer {
        let data = self.home.data();
        std::fs::create_dir_all(&data).unwrap();
        std::fs::write(data.join("config.toml"), settings).unwrap();
        let own = data.join("certificates").join("ca.pem");
        let arguments = if public { vec!["--public-url".into(), self.url().into()] } else { Vec::new() };
        let options = Serve {
            arguments,
            environment: vec![("SSL_CERT_FILE".to_owned(), trusted.unwrap_or(&own).display().to_string())],
            ..Serve::default()
        };
        self.home.serve_with(&options).await
    }

    fn url(&self) -> String {
        format!("https://localhost:{}", self.public_port)
    }

    fn public(&self, authority: &Path) -> Origin {
        let issuer: Url = self.url().parse().unwrap();
        Origin { mcp_url: issuer.join("/mcp").unwrap(), issuer, authority: authority.to_owned() }
    }

    async fn status(&self) -> Value {
        self.home.json(["tunnel", "status", "--json"]).await
    }

    async fn up(&self) -> Value {
        let status = self.home.json(["tunnel", "up", "--json"]).await;
        assert_eq!(status["state"], "up", "{status}");
        status
    }

    /// A whole login and a call from outside; gives what the owner saw of who asked.
    async fn log_in_and_call(&self, public: &Origin) -> Value {
        let client = OAuthClient::register(public, "From the cloud").await;
        let attempt = client.attempt(public, None);
        let mut browser = public.browser();
        let (waiting, page) = browser.open(&attempt.url).await.page();
        let pending = self.home.json(["approvals", "list", "--json"]).await[0].clone();
        assert_eq!(
            (&pending["arrival"], &pending["code_required"]),
            (&json!("tunnel"), &json!(true)),
            "{pending}"
        );
        let id = pending["id"].as_str().unwrap().to_owned();
        self.home.run(["approvals", "approve", &id]).await.expect_failure(1, &["code"]);
        let code = typed_code(&page.text());
        self.home.run(["approvals", "approve", &id, "--code", &code]).await.expect_success();
        let back = browser.open(&waiting).await.away();
        let redeemed = client.redeem(public, &parameter(&back, "code").unwrap(), &attempt.verifier).await;
        assert_eq!(redeemed.status, 200, "{}", redeemed.text());
        let tokens = Tokens::from(&redeemed.json());
        let mut mcp = McpClient::open(&public.https(), &tokens.access, Era::Modern).await;
        let turn = json!({"user_message": "Greetings from far away", "assistant_response": "Noted."});
        assert_eq!(mcp.call("log_conversation_turn", turn).await.content["stored"], true);
        let turns = self.home.json(["turns", "list", "--json"]).await;
        assert!(turns.to_string().contains("Greetings from far away"));
        pending
    }

    /// From where the program believes that a request comes which says that it comes from elsewhere.
    async fn believed(&self, origin: &Origin) -> Value {
        let client = OAuthClient::register(origin, "Somebody else").await;
        let url = client.attempt(origin, None).url;
        let path = format!("{}?{}", url.path(), url.query().unwrap());
        let request = Request::get(path)
            .header("cf-connecting-ip", PRETENDED)
            .header("x-forwarded-for", PRETENDED)
            .header("forwarded", format!("for={PRETENDED}"))
            .body(Full::<Bytes>::default())
            .unwrap();
        assert_eq!(origin.https().send(request).await.status, 303);
        let pending = self.home.json(["approvals", "list", "--json"]).await;
        pending.as_array().unwrap().last().unwrap()["remote_address"].clone()
    }
}

fn is_good(status: &Value, name: &str) -> bool {
    let checks = status["checks"].as_array().unwrap();
    checks.iter().any(|check| check["name"] == name && check["ok"] == true)
}

/// A certificate for a name and its key, as the edge of somebody who ends the TLS has them.
fn edge_certificate(home: &Home, name: &str) -> (PathBuf, PathBuf) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let (certificate, key) = (home.file("edge.pem"), home.file("edge.key"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (certificate, key)
}

#[tokio::test]
async fn a_whole_login_and_a_call_go_through_tailscale_and_end_in_the_program() {
    let stage = Stage::new();
    let fake = Fake::tailscale("localhost", stage.public_port);
    let settings = format!(
        "[tunnel]\nprovider = \"tailscale\"\n[tunnel.tailscale]\nprogram = \"{}\"\n",
        fake.program().display()
    );
    let server = stage.serve(&settings, None, true).await;
    let status = stage.up().await;
    assert_eq!(
        (&status["provider"], &status["capabilities"]["secrecy"]),
        (&json!("tailscale"), &json!("end_to_end"))
    );
    for name in ["public certificate", "public resource metadata", "public challenge"] {
        assert!(is_good(&status, name), "{status}");
    }
    let public = stage.public(server.authority());
    let pending = stage.log_in_and_call(&public).await;
    assert_eq!(pending["remote_address"], "203.0.113.7", "as Tailscale's header says");
    assert_eq!(stage.believed(&public).await, "203.0.113.7", "whatever the visitor says");
    assert_eq!(stage.believed(server.as_ref()).await, "127.0.0.1", "nor is it believed on this computer");

    let family = fake.family();
    let down = stage.home.json(["tunnel", "down", "--json"]).await;
    assert_eq!(down["state"], "off");
    gone(&family).await;
    assert_eq!(server.https().get("/health").await.status, 200, "the local door stays open");
}

#[tokio::test]
async fn a_whole_login_and_a_call_go_through_cloudflare_which_alone_says_who_came() {
    let stage = Stage::new();
    let (certificate, key) = edge_certificate(&stage.home, "localhost");
    let port = free_port();
    let fake = Fake::new(
        "cloudflared",
        json!({"listen": stage.public_port, "target": format!("http://127.0.0.1:{port}"),
            "certificate": certificate, "key": key}),
    );
    let token = stage.home.file("token");
    std::fs::write(&token, "eyJhIjoiNWFi\n").unwrap();
    let settings = format!(
        "[tunnel]\nprovider = \"cloudflared\"\n[tunnel.cloudflared]\nprogram = \"{}\"\ntoken_file = \"{}\"\nport = {port}\n",
        fake.program().display(),
        token.display(),
    );
    let server = stage.serve(&settings, Some(&certificate), true).await;
    let status = stage.up().await;
    assert_eq!(status["capabilities"]["secrecy"], "provider_reads", "{status}");
    assert!(status["words"].to_string().contains("can read everything"), "{status}");
    assert!(is_good(&status, "public challenge"), "{status}");
    let public = stage.public(&certificate);
    let pending = stage.log_in_and_call(&public).await;
    assert_eq!(pending["remote_address"], "203.0.113.7");
    assert_eq!(stage.believed(&public).await, "203.0.113.7", "Cloudflare writes over what a visitor wrote");
    assert_eq!(stage.believed(server.as_ref()).await, "127.0.0.1");
    let call = &fake.calls()[0];
    assert!(
        call["environment"]["TUNNEL_TOKEN"] == "eyJhIjoiNWFi" && !call["words"].to_string().contains("eyJ"),
        "{call}"
    );
    assert!(!server.log().contains("eyJhIjoiNWFi"));

    // Killed, as a computer's memory is used up: nobody is left who lets the internet in.
    let family = fake.family();
    server.kill().await;
    gone(&family).await;
}

#[tokio::test]
async fn a_quick_tunnel_gives_the_public_address_and_takes_it_along_again() {
    let stage = Stage::new();
    let name = "https://purple-rain-4d7f.trycloudflare.com";
    let (certificate, key) = edge_certificate(&stage.home, "purple-rain-4d7f.trycloudflare.com");
    let fake = Fake::new(
        "cloudflared",
        json!({"listen": stage.public_port, "name": name, "certificate": certificate, "key": key}),
    );
    let settings = format!(
        "[tunnel]\nprovider = \"cloudflared\"\n[tunnel.cloudflared]\nprogram = \"{}\"\nquick = true\n",
        fake.program().display()
    );
    let server = stage.serve(&settings, Some(&certificate), false).await;
    assert_eq!(server.ready.public_url, None);
    assert!(
        stage.status().await["words"].to_string().contains("connected anew"),
        "it is said before it is turned on"
    );
    let status = stage.home.run(["tunnel", "up", "--json"]).await;
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(
        (&status["state"], &status["public_url"]),
        (&json!("up"), &json!(format!("{name}/mcp"))),
        "{status}"
    );
    let outside = Https::behind(&name.parse().unwrap(), stage.public_port, &certificate);
    let document = outside.get("/.well-known/oauth-authorization-server").await;
    assert_eq!((document.status.as_u16(), &document.json()["issuer"]), (200, &json!(name)));
    let challenge = outside.get("/mcp").await;
    assert!(challenge.status == 401 && challenge.header("www-authenticate").contains(name));

    stage.home.run(["tunnel", "down"]).await.expect_success();
    assert_eq!(stage.status().await["public_url"], Value::Null);
    let local = Https::behind(&name.parse().unwrap(), server.port(), server.authority());
    // Under that name nobody is served any more, not even with this computer's certificate.
    assert!(local.stream().await.is_err() || local.get("/health").await.status == 403);
}

#[tokio::test]
async fn the_own_way_in_is_open_from_the_start_and_can_be_closed_and_opened() {
    let stage = Stage::new();
    let settings = format!("ingress_port = {}\n", stage.public_port);
    let server = stage.serve(&settings, None, true).await;
    // At once: it was so before there were others.
    let public = stage.public(server.authority());
    assert_eq!(public.https().get("/health").await.status, 200);
    let pending = stage.log_in_and_call(&public).await;
    assert_eq!(pending["remote_address"], "127.0.0.1", "the proxy's own");
    assert_eq!(stage.believed(&public).await, "127.0.0.1");
    let status = stage.status().await;
    assert_eq!((&status["state"], &status["provider"]), (&json!("up"), &json!("ingress")), "{status}");
    stage.home.run(["tunnel", "down"]).await.expect_success();
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", stage.public_port)).await.is_err());
    assert_eq!(server.https().get("/health").await.status, 200);
    let status = stage.home.json(["tunnel", "up", "--provider", "ingress", "--json"]).await;
    assert_eq!(status["state"], "up", "{status}");
    assert_eq!(public.https().get("/health").await.status, 200);
}

#[tokio::test]
async fn what_hinders_a_program_is_told_with_its_remedy_and_the_recipe_says_what_to_set() {
    let stage = Stage::new();
    let fake = Fake::tailscale("localhost", stage.public_port);
    let settings = format!(
        "[tunnel]\nprovider = \"tailscale\"\nstart = true\n[tunnel.tailscale]\nprogram = \"{}\"\n",
        fake.file("nowhere").display()
    );
    let server = stage.serve(&settings, None, true).await;
    within("a tunnel that has failed", async { while stage.status().await["state"] != "failed" {} }).await;
    let status = stage.status().await;
    assert_eq!(status["reason_kind"], "program", "{status}");
    let doctor = stage.home.run(["doctor", "--json"]).await;
    assert!(doctor.code == 1 && doctor.stdout.contains("tailscale.com/download"), "{}", doctor.stdout);
    assert_eq!(server.https().get("/health").await.status, 200);
    for (provider, words) in
        [("tailscale", "tailscale funnel 443"), ("cloudflared", "token_file"), ("ingress", "proxy_pass")]
    {
        let recipe = stage.home.run(["tunnel", "recipe", "--provider", provider]).await.expect_success();
        assert!(recipe.stdout.contains(words), "{}", recipe.stdout);
    }
    let none = stage.home.run(["tunnel", "up", "--provider", "cloudflared"]).await;
    none.expect_failure(1, &["tunnel.cloudflared.token_file", "tunnel recipe"]);
    stage.home.run(["tunnel", "up", "--provider", "ingress"]).await.expect_failure(1, &["ingress_port"]);
}
