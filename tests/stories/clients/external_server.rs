//! Another authorization server in place of ours: a real and independent one, with keys that change, tokens that are
//! revoked, and absences.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value, json};

use super::{Talking, installed, node};
use crate::support::https::Answer;
use crate::support::mcp::{Era, McpClient};
use crate::support::program::{Home, RunningServer, Serve};
use crate::support::within;

/// oidc-provider on loopback.
struct AuthorizationServer {
    talking: Talking,
    issuer: String,
}

impl AuthorizationServer {
    async fn start(home: &Home, format: &str) -> Self {
        let mut command = node(home);
        command.arg(installed("authorization_server.mjs")).arg(format);
        let mut talking = Talking::start(command);
        let ready = talking.line().await;
        let issuer = ready["issuer"].as_str().unwrap_or_else(|| panic!("no issuer: {ready}")).to_owned();
        Self { talking, issuer }
    }

    async fn ask(&mut self, command: &Value) -> Value {
        self.talking.tell(&command.to_string()).await;
        let answer = self.talking.line().await;
        assert!(answer.get("failed").is_none(), "{command}: {answer}");
        answer
    }

    /// A token for the resource of this server.
    async fn token(&mut self, server: &RunningServer, scope: &str) -> String {
        let wish = json!({ "command": "token", "resource": server.ready.mcp_url, "scope": scope });
        self.ask(&wish).await["access_token"].as_str().expect("there is a token").to_owned()
    }

    /// A token with any claims.
    async fn mint(&mut self, command: &str, claims: &Value, header: &Value) -> String {
        let wish = json!({ "command": command, "claims": claims, "header": header });
        self.ask(&wish).await["token"].as_str().expect("there is a token").to_owned()
    }

    /// The settings that put it in our place.
    fn settings(&self, more: &[(&str, &str)]) -> Serve {
        let ours = [("MODE", "external"), ("ISSUER", self.issuer.as_str())];
        let setting = |(name, value): &(&str, &str)| {
            (format!("AMBIENT_INSIGHTS_AUTHORIZATION_{name}"), (*value).to_owned())
        };
        Serve { environment: ours.iter().chain(more).map(setting).collect(), ..Serve::default() }
    }
}

async fn knock(server: &RunningServer, token: &str) -> Answer {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
    let request = Request::post("/mcp")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2025-11-25")
        .body(Full::new(Bytes::from(body)))
        .expect("a POST is a request");
    server.https().send(request).await
}

async fn opens(server: &RunningServer, token: &str) -> bool {
    let answer = knock(server, token).await;
    !matches!(answer.status.as_u16(), 401 | 503)
}

/// Knocks until the door opens: what was learned of the other server a moment ago is not asked for again at once.
async fn opens_soon(server: &RunningServer, token: &str) {
    let knocking = async {
        let mut tick = tokio::time::interval(Duration::from_millis(250));
        while !opens(server, token).await {
            tick.tick().await;
        }
    };
    within("the opening of the door", knocking).await;
}

async fn check_of_doctor(server: &RunningServer) -> Value {
    let ended = server.home.run(["doctor", "--json"]).await;
    let diagnosis: Value = serde_json::from_str(&ended.stdout).expect("doctor speaks JSON");
    let checks = diagnosis["checks"].as_array().expect("doctor lists its checks");
    let check = checks.iter().find(|check| check["name"] == "external authorization server");
    check.unwrap_or_else(|| panic!("not looked at: {diagnosis}")).clone()
}

#[tokio::test]
#[ignore = "needs oidc-provider; `cargo xtask test --all` installs and runs it"]
async fn signed_tokens_of_another_server_open_the_door_and_no_forged_one_does() {
    let home = Home::new();
    let mut issuer = AuthorizationServer::start(&home, "jwt").await;
    std::fs::create_dir_all(home.data()).expect("the home can be written");
    let settings = format!(
        "[authorization]\nmode = \"external\"\nissuer = \"{}\"\n[authorization.scope_map]\n\
         memory = \"context:read context:write\"\n",
        issuer.issuer
    );
    std::fs::write(home.data().join("config.toml"), settings).expect("the home can be written");
    let server = home.serve().await;
    let https = server.https();

    let resource = https.get("/.well-known/oauth-protected-resource/mcp").await.json();
    assert_eq!(resource["authorization_servers"], json!([issuer.issuer]));
    assert_eq!(https.get("/.well-known/oauth-authorization-server").await.status, 404);
    assert_eq!(https.get("/oauth/authorize?client_id=x").await.status, 404);
    assert_eq!(https.post_form("/oauth/token", &[("grant_type", "refresh_token")]).await.status, 404);

    // A tool is called, and the trail says whose client it was.
    let token = issuer.token(&server, "memory").await;
    let mut mcp = McpClient::open(&https, &token, Era::Legacy).await;
    let said = mcp.call("add_user_interest", json!({ "interest": "other people's servers" })).await;
    assert!(!said.is_error, "{}", said.text);
    let trail = home.json(["audit", "--json"]).await.to_string();
    assert!(trail.contains("add_user_interest") && trail.contains("assistant"), "{trail}");
    // What the map does not give is asked for in that server's own words.
    let turn = json!({ "name": "log_conversation_turn", "arguments": { "user_message": "a", "assistant_response": "b" } });
    let refused = mcp.post("tools/call", Some("log_conversation_turn"), &turn).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert!(refused.header("www-authenticate").contains("insufficient_scope"), "{:?}", refused.headers);
    // A session belongs to the client and person of that server, whatever token they bring.
    let session = mcp.session().expect("there is a session").to_owned();
    let fresh = issuer.token(&server, "context:read").await;
    let with_session = |token: &str| {
        Request::delete("/mcp")
            .header("authorization", format!("Bearer {token}"))
            .header("mcp-session-id", &session)
            .header("mcp-protocol-version", "2025-11-25")
            .body(Full::default())
            .expect("a DELETE is a request")
    };
    let now = clock::Clock::now(&clock::SystemClock).as_secs();
    let claims = json!({
        "iss": issuer.issuer, "aud": server.ready.mcp_url, "sub": "assistant", "client_id": "assistant",
        "iat": now, "exp": now + 600, "scope": "context:read", "jti": "1",
    });
    let mut somebody = claims.clone();
    somebody["client_id"] = "somebody".into();
    let somebody = issuer.mint("mint", &somebody, &json!({})).await;
    assert_eq!(https.send(with_session(&somebody)).await.status, 404);
    assert!(https.send(with_session(&fresh)).await.status.is_success());

    // Wrong in one thing each.
    assert!(opens(&server, &issuer.mint("mint", &claims, &json!({})).await).await);
    for (name, value) in [
        ("aud", json!("https://elsewhere.example/mcp")),
        ("iss", json!("https://elsewhere.example")),
        ("exp", json!(now - 120)),
        ("nbf", json!(now + 600)),
        ("nbf", json!((now - 10).to_string())),
        ("aud", json!(null)),
    ] {
        let mut wrong = claims.clone();
        wrong[name] = value.clone();
        let answer = knock(&server, &issuer.mint("mint", &wrong, &json!({})).await).await;
        assert_eq!(answer.status, 401, "{name} {value}: {}", answer.text());
        assert!(
            answer.header("www-authenticate").contains("error=\"invalid_token\""),
            "{:?}",
            answer.headers
        );
    }
    for token in [
        issuer.mint("confuse", &claims, &json!({})).await,
        issuer.mint("unsigned", &claims, &json!({})).await,
        issuer.mint("mint", &claims, &json!({ "typ": "logout+jwt" })).await,
        issuer.mint("mint", &claims, &json!({ "kid": "nobody's" })).await,
    ] {
        assert_eq!(knock(&server, &token).await.status, 401, "{token}");
    }
    assert_eq!(check_of_doctor(&server).await["ok"], true);
    issuer.talking.end_of_input().await;
}

#[tokio::test]
#[ignore = "needs oidc-provider; `cargo xtask test --all` installs and runs it"]
async fn new_keys_of_another_server_are_found_and_its_absence_locks_nobody_out_for_good() {
    let home = Home::new();
    let mut issuer = AuthorizationServer::start(&home, "jwt").await;
    let options = issuer.settings(&[("RELAY", "true")]);
    let server = home.serve_with(&options).await;
    for algorithm in ["ES256", "RS256", "PS256", "EdDSA"] {
        issuer.ask(&json!({ "command": "rotate", "alg": algorithm })).await;
        let token = issuer.token(&server, "context:read").await;
        opens_soon(&server, &token).await;
    }
    let metadata = server.https().get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["issuer"], issuer.issuer);
    let wish = json!({
        "redirect_uris": ["https://client.example/callback"],
        // That server asks for what its key can sign; what it asks for is its own matter.
        "id_token_signed_response_alg": "EdDSA",
    });
    let registered = server.https().post_json("/oauth/register", &wish).await;
    assert_eq!(registered.status, 201, "{}", registered.text());
    assert!(registered.json()["client_id"].is_string(), "{}", registered.text());

    // Away: what is known serves on; who knows nothing yet asks for patience, and never says no.
    let token = issuer.token(&server, "context:read").await;
    assert!(opens(&server, &token).await);
    issuer.ask(&json!({ "command": "stop" })).await;
    assert!(opens(&server, &token).await);
    server.kill().await;
    let server = home.serve_with(&Serve { port: 0, ..options }).await;
    let away = knock(&server, &token).await;
    assert_eq!(away.status, 503, "{}", away.text());
    assert!(away.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{:?}", away.headers);
    assert_eq!(away.header("www-authenticate"), "", "nobody is to authorize again for that");
    let check = check_of_doctor(&server).await;
    assert_eq!(check["ok"], false, "{check}");
    assert!(check["detail"].as_str().is_some_and(|detail| detail.contains(&issuer.issuer)), "{check}");
    issuer.ask(&json!({ "command": "start" })).await;
    let token = issuer.token(&server, "context:read").await;
    opens_soon(&server, &token).await;
    issuer.talking.end_of_input().await;
}

#[tokio::test]
#[ignore = "needs oidc-provider; `cargo xtask test --all` installs and runs it"]
async fn opaque_tokens_are_asked_about_and_a_revoked_one_is_over() {
    let home = Home::new();
    let mut issuer = AuthorizationServer::start(&home, "opaque").await;
    let file = home.file("secret");
    std::fs::write(&file, "a secret of 32 characters: enough\n").expect("the home can be written");
    let server = home
        .serve_with(&issuer.settings(&[
            ("VALIDATION", "introspection"),
            ("CLIENT_ID", "memory"),
            ("CLIENT_SECRET_FILE", file.to_str().expect("a path of text")),
        ]))
        .await;
    let token = issuer.token(&server, "context:read").await;
    assert!(!token.contains('.'), "an opaque token: {token}");
    assert!(opens(&server, &token).await);
    // Revoked before it was ever asked about: no at once. After: when what was said a minute ago is over.
    let revoked = issuer.token(&server, "context:read").await;
    issuer.ask(&json!({ "command": "revoke", "token": revoked })).await;
    assert_eq!(knock(&server, &revoked).await.status, 401);
    assert_eq!(knock(&server, "nobody-gave-this").await.status, 401);
    let elsewhere =
        json!({ "command": "token", "resource": "https://elsewhere.example/mcp", "scope": "context:read" });
    let elsewhere = issuer.ask(&elsewhere).await["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(knock(&server, &elsewhere).await.status, 401);
    // `admin` has to be named by the owner, whatever that server gives.
    let mighty = issuer.token(&server, "context:read admin").await;
    let mut mcp = McpClient::open(&server.https(), &mighty, Era::Modern).await;
    let said = mcp.call("get_user_context", json!({})).await;
    assert!(!said.is_error, "{}", said.text);

    assert_eq!(check_of_doctor(&server).await["ok"], true);
    issuer.ask(&json!({ "command": "stop" })).await;
    assert!(opens(&server, &token).await, "what was said a moment ago still holds");
    let unknown = knock(&server, "never-asked-about").await;
    assert_eq!(unknown.status, 503, "{}", unknown.text());
    assert!(!unknown.header("retry-after").is_empty());
    issuer.ask(&json!({ "command": "start" })).await;
    let token = issuer.token(&server, "context:read").await;
    opens_soon(&server, &token).await;
    issuer.talking.end_of_input().await;
}
