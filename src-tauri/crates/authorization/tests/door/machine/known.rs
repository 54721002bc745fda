//! Who the clients of a life are to the server: one with a secret that changes, and those that registered
//! themselves, change that and take it back.

use std::time::Duration;

use authorization::Decider;
use axum::body::Body;
use clock::Timestamp;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use super::model::{Standing, recent};
use super::world::World;
use crate::client_support::{By, OTHER_SECRET, SECRET};
use crate::support::{Answer, REDIRECT, VERIFIER};

/// The index of the client that the owner gave a secret.
pub(super) const AGENT: usize = 1;
/// How long a client that registered itself is known without a use and without a grant.
const UNUSED: Duration = Duration::from_hours(24 * 30);

/// The secrets of [`AGENT`].
#[derive(Debug)]
pub(super) struct Secrets {
    current: String,
    previous: Option<(String, Timestamp)>,
    /// Those before.
    retired: Vec<String>,
}

impl Default for Secrets {
    fn default() -> Self {
        Self { current: SECRET.to_owned(), previous: None, retired: Vec::new() }
    }
}

/// A client that registered itself.
#[derive(Debug)]
pub(super) struct Registered {
    at: Timestamp,
    name: String,
    /// What manages it.
    token: String,
    /// What managed it before.
    old_token: Option<String>,
    gone: bool,
}

impl World {
    /// A form, with what the client shows of itself.
    pub(super) async fn post_as(&self, client: usize, path: &str, fields: &[(&str, &str)]) -> Answer {
        let id = self.clients[client].as_str();
        if client != AGENT {
            let fields = [fields, &[("client_id", id)]].concat();
            return self.server.post_form(path, &fields).await;
        }
        let by = if self.refresh.len().is_multiple_of(2) { By::Basic } else { By::Post };
        self.server.post_as(by, id, &self.secrets.current, path, fields).await
    }

    pub(super) async fn exchange_as(&self, client: usize, code: &str) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.post_as(client, "/oauth/token", &fields).await
    }

    pub(super) async fn refresh_as(&self, client: usize, token: &str) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.post_as(client, "/oauth/token", &fields).await
    }

    /// A code without its verifier is worth nothing, and trying it takes nothing from anybody.
    pub(super) async fn stolen_exchange(&mut self, index: usize) {
        let (client, code) = (self.codes[index].client, self.codes[index].text.clone());
        let verifier = VERIFIER.replace('d', "e");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("code_verifier", verifier.as_str()),
        ];
        let answer = self.post_as(client, "/oauth/token", &fields).await;
        if !self.is_gone(client, &answer) {
            assert_eq!(answer.error(), "invalid_grant");
        }
    }

    pub(super) async fn introspect(&self, id: &str, secret: &str, token: &str) -> Value {
        let answer = self.server.introspect_as(id, secret, token).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()
    }

    /// As the server behind our resource.
    pub(super) async fn introspect_behind(&self, token: &str) -> Value {
        self.introspect("behind", SECRET, token).await
    }

    pub(super) async fn introspect_as_agent(&self, token: &str) -> Value {
        self.introspect(&self.clients[AGENT], &self.secrets.current, token).await
    }

    pub(super) async fn rotate(&mut self, overlap: Duration) {
        let id = &self.clients[AGENT];
        let made = self.server.auth.rotate_client_secret(id, None, overlap, Decider::Terminal).await.unwrap();
        let old = std::mem::replace(&mut self.secrets.current, made.generated.unwrap().expose().to_owned());
        let until = self.now().plus(overlap);
        let before = self.secrets.previous.replace((old, until));
        self.secrets.retired.extend(before.map(|(secret, _)| secret));
    }

    /// The one before is good until its time is up, and no other ever is again.
    pub(super) async fn try_old_secret(&self, number: usize) {
        let id = &self.clients[AGENT];
        if let Some((secret, until)) = &self.secrets.previous {
            let answer = self.server.introspect_as(id, secret, "x").await;
            assert_eq!(
                answer.status == StatusCode::OK,
                self.now() < *until,
                "until {until}: {}",
                answer.body
            );
        }
        if !self.secrets.retired.is_empty() {
            let secret = &self.secrets.retired[number % self.secrets.retired.len()];
            assert_eq!(self.server.introspect_as(id, secret, "x").await.error(), "invalid_client");
        }
    }

    /// Nothing is answered and nothing consumed; the next steps find it as it was.
    pub(super) async fn try_wrong_secrets(&self, code: usize, token: usize) {
        let id = self.clients[AGENT].as_str();
        let refused = |answer: Answer| {
            assert_eq!(
                (answer.status, answer.error().as_str()),
                (StatusCode::UNAUTHORIZED, "invalid_client")
            );
        };
        let codes: Vec<_> = self.codes.iter().filter(|code| code.client == AGENT).collect();
        if !codes.is_empty() {
            let code = &codes[recent(code, codes.len())].text;
            refused(self.server.exchange(id, code).await);
            refused(self.server.exchange_as(By::Basic, id, OTHER_SECRET, code).await);
        }
        let held: Vec<_> =
            self.refresh.iter().filter(|token| self.grants[token.grant].client == AGENT).collect();
        if !held.is_empty() {
            let token = &held[recent(token, held.len())].text;
            refused(self.server.refresh(id, token).await);
            refused(self.server.refresh_as(By::Post, id, OTHER_SECRET, token).await);
            refused(
                self.server.post_as(By::Basic, id, OTHER_SECRET, "/oauth/revoke", &[("token", token)]).await,
            );
            refused(self.server.introspect_as(id, OTHER_SECRET, token).await);
        }
    }

    pub(super) async fn register(&mut self) {
        let name = "Test".to_owned();
        let metadata = json!({ "client_name": name, "redirect_uris": [REDIRECT] });
        let answer = self.server.post_json("/oauth/register", &metadata).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let answer = answer.json();
        let text = |member: &str| answer[member].as_str().unwrap().to_owned();
        let token = text("registration_access_token");
        let registered = Registered { at: self.now(), name, token, old_token: None, gone: false };
        self.registrations.insert(self.clients.len(), registered);
        self.clients.push(text("client_id"));
    }

    async fn manage(&self, method: Method, client: usize, token: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/oauth/register/{}", self.clients[client]))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap();
        self.server.send(request).await
    }

    /// A change is a new token to manage with. The name that the owner said yes to stays while that holds.
    pub(super) async fn change(&mut self, client: usize, rename: bool) {
        let Some(registered) = self.registrations.get(&client) else { return };
        if let Some(old) = &registered.old_token {
            let answer = self.manage(Method::GET, client, old, None).await;
            assert_eq!(answer.error(), "invalid_token", "the token before manages nothing");
        }
        let name = if rename { format!("{}!", registered.name) } else { registered.name.clone() };
        let token = registered.token.clone();
        let body =
            json!({ "client_id": self.clients[client], "client_name": name, "redirect_uris": [REDIRECT] });
        let answer = self.manage(Method::PUT, client, &token, Some(body)).await;
        if self.is_gone(client, &answer) {
            return;
        }
        let changed = answer.status == StatusCode::OK;
        if rename && self.is_surely_busy(client) || !changed {
            assert_eq!(answer.error(), "invalid_client_metadata");
            assert!(rename && !self.is_surely_idle(client), "{}", answer.body);
            let read = self.manage(Method::GET, client, &token, None).await.json();
            assert_eq!(read["client_name"], self.registrations[&client].name, "nothing changed");
            return;
        }
        let answer = answer.json();
        assert_eq!(answer["client_name"], name);
        let next = answer["registration_access_token"].as_str().unwrap().to_owned();
        assert_ne!(next, token);
        let registered = self.registrations.get_mut(&client).unwrap();
        *registered = Registered { name, token: next, old_token: Some(token), ..*registered };
    }

    pub(super) async fn unregister(&mut self, client: usize) {
        let Some(registered) = self.registrations.get(&client) else { return };
        let answer = self.manage(Method::DELETE, client, &registered.token, None).await;
        if !self.is_gone(client, &answer) {
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.body);
            self.forget(client);
            self.registrations.get_mut(&client).unwrap().gone = true;
        }
    }

    /// Whether the answer says that the client is not known; and then it must not be: it took its registration
    /// back, or was forgotten after a month in which nothing hung on it (when exactly is a matter of real time).
    pub(super) fn is_gone(&mut self, client: usize, answer: &Answer) -> bool {
        let said = match answer.status {
            StatusCode::UNAUTHORIZED => {
                ["invalid_client", "invalid_token"].contains(&answer.error().as_str())
            }
            // The authorization endpoint's page.
            StatusCode::BAD_REQUEST => answer.header("content-type").starts_with("text/html"),
            _ => false,
        };
        let now = self.now();
        let busy = self.is_surely_busy(client);
        let Some(registered) = self.registrations.get_mut(&client) else {
            assert!(!said, "{} is always known: {}", self.clients[client], answer.body);
            return false;
        };
        let may_be_forgotten = now.since(registered.at) > UNUSED && !busy;
        assert!(said || !registered.gone, "{registered:?} is gone: {} {}", answer.status, answer.body);
        assert!(!said || registered.gone || may_be_forgotten, "{registered:?} is not gone: {}", answer.body);
        registered.gone |= said;
        said
    }

    /// Something of the client's holds now.
    fn is_surely_busy(&self, client: usize) -> bool {
        let now = self.now();
        let lifetime = self.server.settings.request_lifetime;
        let holds = |token: &super::model::RefreshToken| {
            let grant = &self.grants[token.grant];
            let is_last = token.rotated.is_none();
            grant.client == client
                && grant.live
                && is_last
                && now < grant.ends_at
                && now < token.idle_expires_at
        };
        self.refresh.iter().any(holds)
            || self.codes.iter().any(|code| {
                code.client == client && code.grant.is_none() && !code.voided && now < code.expires_at
            })
            || self.requests.iter().filter(|request| request.client == client).any(|request| {
                match request.standing {
                    Standing::Pending => self.is_open(request, now),
                    Standing::Approved(at) => now < at.plus(lifetime),
                    Standing::Denied | Standing::Over => false,
                }
            })
    }

    /// Nothing of it holds, nor has ended by its time alone.
    fn is_surely_idle(&self, client: usize) -> bool {
        !self.grants.iter().any(|grant| grant.client == client && grant.live)
            && !self.codes.iter().any(|code| code.client == client && code.grant.is_none() && !code.voided)
            && !self.requests.iter().any(|request| {
                let waits = matches!(request.standing, Standing::Pending | Standing::Approved(_));
                request.client == client && waits
            })
    }
}
