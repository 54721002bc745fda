//! Random lives of a server, step by step over its real interface, beside a model of what must hold.
//!
//! The invariants, checked after each step or at the step that could break them:
//! 1. A token opens the door exactly while its time runs and its grant is live.
//! 2. One code gives one pair of tokens; its replay by its client ends the grant, a thief's attempt nothing.
//! 3. No scope grows: a token holds no more than was approved, an approval no more than was asked.
//! 4. A refresh within the retry window gives the same pair again, and it is live.
//! 5. A refresh token that comes again later, or after its successor was used, ends the whole grant.
//! 6. After a revocation nothing of that client opens anything.
//! 7. Denied, expired and blocked requests never give a code.
//! 8. Restarting changes none of it.

mod model;

use std::collections::HashSet;
use std::time::Duration;

use authorization::{Approval, Decider, ScopeSet};
use clock::{Clock as _, Timestamp};
use http::StatusCode;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use self::model::{AccessToken, Code, Grant, RefreshToken, Request, Standing, Step, recent, scopes_of, step};
use crate::support::{CLAUDE_CODE, REDIRECT, Server, VERIFIER, asked, tokens};

const ACCESS: Duration = Duration::from_mins(15);
const IDLE: Duration = Duration::from_hours(24 * 30);
const ABSOLUTE: Duration = Duration::from_hours(24 * 365);

struct World {
    server: Server,
    clients: Vec<String>,
    requests: Vec<Request>,
    codes: Vec<Code>,
    grants: Vec<Grant>,
    access: Vec<AccessToken>,
    refresh: Vec<RefreshToken>,
    blocked: HashSet<usize>,
    asked: u32,
}

impl World {
    fn new() -> Self {
        Self {
            server: Server::new(),
            clients: vec![CLAUDE_CODE.to_owned()],
            requests: Vec::new(),
            codes: Vec::new(),
            grants: Vec::new(),
            access: Vec::new(),
            refresh: Vec::new(),
            blocked: HashSet::new(),
            asked: 0,
        }
    }

    fn now(&self) -> Timestamp {
        self.server.clock.now()
    }

    async fn take(&mut self, step: &Step) {
        match *step {
            Step::Register if self.clients.len() < 4 => {
                self.clients.push(self.server.register(REDIRECT).await);
            }
            Step::Connect { client } => {
                let client = client % self.clients.len();
                if self.blocked.remove(&client) {
                    self.server.auth.unblock(&self.clients[client], Decider::Terminal).await.unwrap();
                }
                let before = self.requests.len();
                self.ask(client, scopes_of(7)).await;
                if self.requests.len() > before {
                    self.approve(before, None).await;
                    self.pick_up(before).await;
                    self.exchange(self.codes.len() - 1).await;
                }
            }
            Step::Ask { client, scopes } => self.ask(client % self.clients.len(), scopes_of(scopes)).await,
            Step::Approve { request, scopes } if !self.requests.is_empty() => {
                let scopes = (scopes != 0).then(|| scopes_of(scopes));
                self.approve(recent(request, self.requests.len()), scopes).await;
            }
            Step::Deny { request, block } if !self.requests.is_empty() => {
                self.deny(recent(request, self.requests.len()), block).await;
            }
            Step::PickUp { request } if !self.requests.is_empty() => {
                self.pick_up(recent(request, self.requests.len())).await;
            }
            Step::Exchange { code } if !self.codes.is_empty() => {
                self.exchange(recent(code, self.codes.len())).await;
            }
            Step::StolenExchange { code } if !self.codes.is_empty() => {
                let code = &self.codes[recent(code, self.codes.len())];
                let verifier = VERIFIER.replace('d', "e");
                let fields = [
                    ("grant_type", "authorization_code"),
                    ("client_id", self.clients[code.client].as_str()),
                    ("code", code.text.as_str()),
                    ("code_verifier", verifier.as_str()),
                ];
                assert_eq!(self.server.post_form("/oauth/token", &fields).await.error(), "invalid_grant");
            }
            Step::Refresh { token } if !self.refresh.is_empty() => {
                self.renew(recent(token, self.refresh.len())).await;
            }
            Step::ForeignRefresh { token } if !self.refresh.is_empty() => {
                let token = &self.refresh[recent(token, self.refresh.len())];
                let owner = self.grants[token.grant].client;
                let other = &self.clients[(owner + 1) % self.clients.len()];
                if self.clients.len() > 1 {
                    assert_eq!(self.server.refresh(other, &token.text).await.error(), "invalid_grant");
                }
            }
            Step::GiveBack { token } if !self.refresh.is_empty() => {
                self.give_back(recent(token, self.refresh.len())).await;
            }
            Step::RevokeClient { client } => self.revoke(client % self.clients.len()).await,
            Step::Pass { seconds } => self.server.clock.advance(Duration::from_secs(u64::from(seconds))),
            Step::Restart => self.server.restart().await,
            _ => {}
        }
        self.check().await;
    }

    /// What has expired may have been cleared away or not: that is a matter of real time, so an expired token
    /// is not given back here.
    async fn give_back(&mut self, index: usize) {
        let token = &self.refresh[index];
        if self.now() >= token.idle_expires_at {
            return;
        }
        let grant = token.grant;
        let client = &self.clients[self.grants[grant].client];
        let fields = [("client_id", client.as_str()), ("token", token.text.as_str())];
        assert_eq!(self.server.post_form("/oauth/revoke", &fields).await.status, StatusCode::OK);
        self.grants[grant].live = false;
    }

    async fn ask(&mut self, client: usize, scopes: ScopeSet) {
        self.asked += 1;
        let now = self.now();
        let open = |request: &&Request| self.is_open(request, now);
        let of_client = self.requests.iter().filter(open).filter(|request| request.client == client).count();
        let (state, scope) = (self.asked.to_string(), scopes.to_string());
        let changes = [("state", state.as_str()), ("scope", scope.as_str())];
        let answer = self.server.get(&self.server.authorize_uri(&self.clients[client], &changes), None).await;
        if self.blocked.contains(&client) {
            assert_eq!(answer.parameter("error"), "access_denied");
        } else if of_client >= 5 {
            assert_eq!(answer.parameter("error"), "temporarily_unavailable");
        } else {
            self.requests.push(Request {
                client,
                asked: asked(&answer),
                scopes,
                granted: ScopeSet::EMPTY,
                requested_at: now,
                standing: Standing::Pending,
            });
        }
    }

    fn is_open(&self, request: &Request, now: Timestamp) -> bool {
        request.standing == Standing::Pending
            && now < request.requested_at.plus(self.server.settings.request_lifetime)
    }

    async fn approve(&mut self, index: usize, scopes: Option<ScopeSet>) {
        let now = self.now();
        let request = &self.requests[index];
        let wanted = scopes.unwrap_or(request.scopes);
        let approval = Approval { scopes, ..Approval::by(Decider::Terminal) };
        let result = self.server.auth.approve(request.asked.id, approval).await;
        let may = self.is_open(request, now) && wanted.is_subset(request.scopes);
        assert_eq!(result.is_ok(), may, "{result:?} for {request:?}");
        if let Ok(approved) = result {
            assert_eq!(approved.scopes, wanted);
            let request = &mut self.requests[index];
            request.granted = wanted;
            request.standing = Standing::Approved(now);
        }
    }

    async fn deny(&mut self, index: usize, block: bool) {
        let now = self.now();
        let request = &self.requests[index];
        let open = self.is_open(request, now);
        let result = self.server.auth.deny(request.asked.id, block, Decider::Terminal).await;
        if result.as_ref().is_err_and(|error| matches!(error, authorization::ApprovalError::NotFound(_))) {
            return; // Cleared away a day after its end.
        }
        assert_eq!(result.is_ok(), open || block, "{result:?}");
        if block {
            self.blocked.insert(request.client);
        }
        if open {
            self.requests[index].standing = Standing::Denied;
        }
    }

    async fn pick_up(&mut self, index: usize) {
        let now = self.now();
        let lifetime = self.server.settings.request_lifetime;
        let request = &self.requests[index];
        let answer = self.server.page(&request.asked).await;
        if answer.status == StatusCode::NOT_FOUND {
            assert!(now.since(request.requested_at) > Duration::from_hours(23));
            return;
        }
        match request.standing {
            Standing::Pending if self.is_open(request, now) => assert_eq!(answer.status, StatusCode::OK),
            Standing::Approved(at) if now < at.plus(lifetime) => {
                let code = Code {
                    client: request.client,
                    text: answer.parameter("code"),
                    scopes: request.granted,
                    expires_at: now.plus(self.server.settings.code_lifetime),
                    voided: false,
                    grant: None,
                };
                self.codes.push(code);
                self.requests[index].standing = Standing::Over;
            }
            Standing::Pending | Standing::Denied | Standing::Approved(_) => {
                assert_eq!(answer.parameter("error"), "access_denied");
                self.requests[index].standing = Standing::Over;
            }
            Standing::Over => {
                // Either the done page, or the very same code again while it is good.
                if answer.status == StatusCode::SEE_OTHER {
                    let code = answer.parameter("code");
                    let known = self.codes.iter().find(|known| known.text == code).unwrap();
                    assert!(known.grant.is_none() && !known.voided && now < known.expires_at);
                }
            }
        }
    }

    async fn exchange(&mut self, index: usize) {
        let now = self.now();
        let code = &self.codes[index];
        if now.since(code.expires_at) > Duration::from_hours(23) {
            return; // A day after its end a code is forgotten; when exactly is a matter of real time.
        }
        let answer = self.server.exchange(&self.clients[code.client], &code.text).await;
        let may = code.grant.is_none() && !code.voided && now < code.expires_at;
        assert_eq!(answer.status == StatusCode::OK, may, "{} for {code:?} at {now}", answer.body);
        if may {
            assert_eq!(answer.json()["scope"], code.scopes.to_string());
            let grant = self.grants.len();
            let pair = tokens(&answer);
            self.grants.push(Grant { client: code.client, scopes: code.scopes, created_at: now, live: true });
            self.codes[index].grant = Some(grant);
            self.keep(grant, pair.access, pair.refresh, now);
        } else if let Some(grant) = code.grant {
            self.grants[grant].live = false;
        }
    }

    fn keep(&mut self, grant: usize, access: String, refresh: String, now: Timestamp) {
        let end = self.grants[grant].created_at.plus(ABSOLUTE);
        self.access.push(AccessToken { grant, text: access, expires_at: now.plus(ACCESS).min(end) });
        self.refresh.push(RefreshToken {
            grant,
            text: refresh,
            idle_expires_at: now.plus(IDLE),
            rotated: None,
        });
    }

    async fn renew(&mut self, index: usize) {
        let now = self.now();
        let token = &self.refresh[index];
        let grant = token.grant;
        let expired = now >= token.idle_expires_at || now >= self.grants[grant].created_at.plus(ABSOLUTE);
        let answer = self.server.refresh(&self.clients[self.grants[grant].client], &token.text).await;
        if !self.grants[grant].live || expired {
            assert_eq!(answer.error(), "invalid_grant");
            return;
        }
        match token.rotated {
            None => {
                assert_eq!(answer.json()["scope"], self.grants[grant].scopes.to_string());
                let pair = tokens(&answer);
                self.refresh[index].rotated = Some((now, self.refresh.len()));
                self.keep(grant, pair.access, pair.refresh, now);
            }
            Some((at, successor))
                if now.since(at) < self.server.settings.refresh_retry_window
                    && self.refresh[successor].rotated.is_none() =>
            {
                let pair = tokens(&answer);
                assert_eq!(pair.refresh, self.refresh[successor].text, "both racers get the same pair");
                assert!(self.server.opens(&pair.access).await, "and it is live");
            }
            Some(_) => {
                assert_eq!(answer.error(), "invalid_grant");
                self.grants[grant].live = false;
            }
        }
    }

    async fn revoke(&mut self, client: usize) {
        self.server.auth.revoke_client(&self.clients[client], Decider::Owner).await.unwrap();
        for grant in self.grants.iter_mut().filter(|grant| grant.client == client) {
            grant.live = false;
        }
        for code in self.codes.iter_mut().filter(|code| code.client == client && code.grant.is_none()) {
            code.voided = true;
        }
        let lifetime = self.server.settings.request_lifetime;
        let now = self.now();
        for request in self.requests.iter_mut().filter(|request| request.client == client) {
            match request.standing {
                Standing::Pending => request.standing = Standing::Denied,
                Standing::Approved(at) if now < at.plus(lifetime) => request.standing = Standing::Denied,
                Standing::Approved(_) | Standing::Denied | Standing::Over => {}
            }
        }
    }

    /// The invariants that hold at every moment.
    async fn check(&self) {
        let now = self.now();
        for token in self.access.iter().rev().take(12) {
            let grant = &self.grants[token.grant];
            let opened = self.server.auth.authenticate(&token.text, self.server.origin).await;
            let should = grant.live && now < token.expires_at;
            assert_eq!(opened.is_ok(), should, "{opened:?} for {token:?} of {grant:?} at {now}");
            if let Ok(access) = opened {
                assert!(access.scopes.is_subset(grant.scopes));
                assert_eq!(access.client_id, self.clients[grant.client]);
            }
        }
        let open = self.requests.iter().filter(|request| self.is_open(request, now)).count();
        assert_eq!(self.server.auth.pending().await.unwrap().len(), open);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_life_of_a_server_breaks_an_invariant(steps in prop::collection::vec(step(), 60..120)) {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let mut world = World::new();
            for step in &steps {
                world.take(step).await;
            }
            let findings = world.server.auth.integrity().await.unwrap();
            assert!(findings.is_empty(), "{findings:?}");
        });
    }
}
