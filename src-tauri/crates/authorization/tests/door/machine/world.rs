//! A server and the model of it, and what each step does to both.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use authorization::{AccessDuration, Approval, ApprovalError, Decider, ScopeSet};
use clock::{Clock as _, Timestamp};
use http::StatusCode;

use super::known::{AGENT, Registered, Secrets};
use super::model::{
    AccessToken, Code, Grant, RefreshToken, Request, Rotation, Standing, Step, recent, scopes_of,
};
use crate::support::{Answer, CLAUDE_CODE, RESOURCE, Server, asked, settings, tokens};

const ACCESS: Duration = Duration::from_mins(15);
const IDLE: Duration = Duration::from_hours(24 * 30);

pub(super) struct World {
    pub(super) server: Server,
    pub(super) clients: Vec<String>,
    pub(super) requests: Vec<Request>,
    pub(super) codes: Vec<Code>,
    pub(super) grants: Vec<Grant>,
    pub(super) access: Vec<AccessToken>,
    pub(super) refresh: Vec<RefreshToken>,
    pub(super) blocked: HashSet<usize>,
    /// Of [`AGENT`].
    pub(super) secrets: Secrets,
    /// Of those that registered themselves.
    pub(super) registrations: HashMap<usize, Registered>,
    asked: u32,
}

impl World {
    /// Besides Claude Code there is a client with a secret, and the server behind our resource.
    pub(super) async fn new() -> Self {
        let server = Server::in_memory(settings());
        server.add_confidential("agent").await;
        server.add_resource_server("behind", RESOURCE).await;
        Self {
            server,
            clients: vec![CLAUDE_CODE.to_owned(), "agent".to_owned()],
            requests: Vec::new(),
            codes: Vec::new(),
            grants: Vec::new(),
            access: Vec::new(),
            refresh: Vec::new(),
            blocked: HashSet::new(),
            secrets: Secrets::default(),
            registrations: HashMap::new(),
            asked: 0,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.server.clock.now()
    }

    pub(super) async fn take(&mut self, step: &Step) {
        match *step {
            Step::Register if self.clients.len() < 5 => self.register().await,
            Step::Rename { client } => self.change(client % self.clients.len(), true).await,
            Step::Reregister { client } => self.change(client % self.clients.len(), false).await,
            Step::Unregister { client } => self.unregister(client % self.clients.len()).await,
            Step::Rotate { overlap } => self.rotate(Duration::from_secs(u64::from(overlap))).await,
            Step::OldSecret { number } => self.try_old_secret(number).await,
            Step::WrongSecret { code, token } => self.try_wrong_secrets(code, token).await,
            Step::Connect { client } => {
                let client = client % self.clients.len();
                self.unblock(client).await;
                let before = self.requests.len();
                self.ask(client, scopes_of(7)).await;
                if self.requests.len() > before {
                    self.approve(before, None, AccessDuration::UntilRevoked).await;
                    self.pick_up(before).await;
                    self.exchange(self.codes.len() - 1).await;
                }
            }
            Step::Ask { client, scopes } => self.ask(client % self.clients.len(), scopes_of(scopes)).await,
            Step::Approve { request, scopes, duration } if !self.requests.is_empty() => {
                let scopes = (scopes != 0).then(|| scopes_of(scopes));
                self.approve(recent(request, self.requests.len()), scopes, duration).await;
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
            Step::RaceExchange { code } if !self.codes.is_empty() => {
                self.race_exchange(recent(code, self.codes.len())).await;
            }
            Step::StolenExchange { code } if !self.codes.is_empty() => {
                self.stolen_exchange(recent(code, self.codes.len())).await;
            }
            Step::Refresh { token, scopes } if !self.refresh.is_empty() => {
                let scopes = (scopes != 0).then(|| scopes_of(scopes));
                self.renew(recent(token, self.refresh.len()), scopes).await;
            }
            Step::RaceRefresh { token } if !self.refresh.is_empty() => {
                self.race_refresh(recent(token, self.refresh.len())).await;
            }
            Step::ForeignRefresh { token } if !self.refresh.is_empty() => {
                let token = &self.refresh[recent(token, self.refresh.len())];
                let other = self.another_than(self.grants[token.grant].client);
                assert_eq!(self.refresh_as(other, &token.text).await.error(), "invalid_grant");
            }
            Step::GiveBack { token } if !self.refresh.is_empty() => {
                self.give_back(recent(token, self.refresh.len())).await;
            }
            Step::GiveBackAccess { token } if !self.access.is_empty() => {
                let index = recent(token, self.access.len());
                let client = self.grants[self.access[index].grant].client;
                let text = self.access[index].text.clone();
                self.access[index].given_back |= self.revoke(client, &text).await;
            }
            Step::ForeignGiveBack { token } if !self.refresh.is_empty() => {
                let token = &self.refresh[recent(token, self.refresh.len())];
                let other = self.another_than(self.grants[token.grant].client);
                let access = self.access.iter().rfind(|access| access.grant == token.grant).unwrap();
                let (refresh, access) = (token.text.clone(), access.text.clone());
                assert!(self.revoke(other, &refresh).await && self.revoke(other, &access).await);
            }
            Step::Unblock { client } => self.unblock(client % self.clients.len()).await,
            Step::RevokeClient { client } => self.take_away(client % self.clients.len()).await,
            Step::Pass { seconds } => self.server.clock.advance(Duration::from_secs(u64::from(seconds))),
            Step::Panic => {
                self.server.auth.revoke_everything(Decider::Owner).await.unwrap();
                (0..self.clients.len()).for_each(|client| self.forget(client));
            }
            Step::Restart => self.restart().await,
            _ => {}
        }
    }

    /// What has expired may have been cleared away or not: that is a matter of real time, so an expired token
    /// is not given back here.
    async fn give_back(&mut self, index: usize) {
        let token = &self.refresh[index];
        if self.now() >= token.idle_expires_at {
            return;
        }
        let (grant, text) = (token.grant, token.text.clone());
        if self.revoke(self.grants[grant].client, &text).await {
            self.grants[grant].live = false;
        }
    }

    /// Revocation answers 200 whatever became of the token, to a client that is known. Whether it is.
    async fn revoke(&mut self, client: usize, token: &str) -> bool {
        let answer = self.post_as(client, "/oauth/revoke", &[("token", token)]).await;
        if self.is_gone(client, &answer) {
            return false;
        }
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        true
    }

    /// Claude Code or the agent, which are always known: sometimes the one with a secret tries what is
    /// another's, sometimes the one without.
    fn another_than(&self, client: usize) -> usize {
        if client == AGENT || (client != 0 && self.access.len().is_multiple_of(2)) { 0 } else { AGENT }
    }

    async fn unblock(&mut self, client: usize) {
        let lifted = self.server.auth.unblock(&self.clients[client], Decider::Terminal).await.unwrap();
        assert_eq!(lifted, usize::from(self.blocked.remove(&client)));
    }

    /// What was given until the program is closed ends; all else is as it was.
    async fn restart(&mut self) {
        self.server.restart().await;
        for grant in self.grants.iter_mut().filter(|grant| grant.duration == AccessDuration::Session) {
            grant.live = false;
        }
        for code in self.codes.iter_mut().filter(|code| code.duration == AccessDuration::Session) {
            code.voided |= code.grant.is_none();
        }
        for request in self.requests.iter_mut().filter(|request| request.duration == AccessDuration::Session)
        {
            if matches!(request.standing, Standing::Approved(_)) {
                request.standing = Standing::Denied;
            }
        }
    }

    async fn ask(&mut self, client: usize, scopes: ScopeSet) {
        self.asked += 1;
        let now = self.now();
        let open = |request: &&Request| self.is_open(request, now);
        let of_client = self.requests.iter().filter(open).filter(|request| request.client == client).count();
        let (state, scope) = (self.asked.to_string(), scopes.to_string());
        let changes = [("state", state.as_str()), ("scope", scope.as_str())];
        let answer = self.server.get(&self.server.authorize_uri(&self.clients[client], &changes), None).await;
        if self.is_gone(client, &answer) {
            return;
        }
        if self.blocked.contains(&client) {
            assert_eq!(answer.parameter("error"), "access_denied");
            return;
        }
        if of_client >= 5 {
            let Some(oldest) = self.oldest_unopened(client, now) else {
                assert_eq!(answer.parameter("error"), "temporarily_unavailable");
                return;
            };
            self.requests[oldest].standing = Standing::Denied;
        }
        self.requests.push(Request {
            client,
            asked: asked(&answer),
            scopes,
            granted: ScopeSet::EMPTY,
            duration: AccessDuration::UntilRevoked,
            requested_at: now,
            opened: false,
            standing: Standing::Pending,
        });
    }

    /// What makes room for a newer request of the same client.
    fn oldest_unopened(&self, client: usize, now: Timestamp) -> Option<usize> {
        let unopened =
            |request: &Request| request.client == client && !request.opened && self.is_open(request, now);
        (0..self.requests.len()).filter(|index| unopened(&self.requests[*index])).min_by_key(|index| {
            let request = &self.requests[*index];
            (request.requested_at, request.asked.id.to_string())
        })
    }

    pub(super) fn is_open(&self, request: &Request, now: Timestamp) -> bool {
        request.standing == Standing::Pending
            && now < request.requested_at.plus(self.server.settings.request_lifetime)
    }

    async fn approve(&mut self, index: usize, scopes: Option<ScopeSet>, duration: AccessDuration) {
        let now = self.now();
        let request = &self.requests[index];
        let wanted = scopes.unwrap_or(request.scopes);
        let approval = Approval { scopes, duration, ..Approval::by(Decider::Terminal) };
        let result = self.server.auth.approve(request.asked.id, approval).await;
        let may = self.is_open(request, now) && wanted.is_subset(request.scopes);
        assert_eq!(result.is_ok(), may, "{result:?} for {request:?}");
        self.requests[index].opened = true;
        if let Ok(approved) = result {
            assert_eq!(approved.scopes, wanted);
            let request = &mut self.requests[index];
            request.granted = wanted;
            request.duration = duration;
            request.standing = Standing::Approved(now);
        }
    }

    async fn deny(&mut self, index: usize, block: bool) {
        let now = self.now();
        let request = &self.requests[index];
        let open = self.is_open(request, now);
        let result = self.server.auth.deny(request.asked.id, block, Decider::Terminal).await;
        if result.as_ref().is_err_and(|error| matches!(error, ApprovalError::NotFound(_))) {
            return; // Cleared away a day after its end.
        }
        assert_eq!(result.is_ok(), open || block, "{result:?}");
        let client = request.client;
        if block {
            self.blocked.insert(client);
            let mut approved = None;
            for (index, request) in self.requests.iter_mut().enumerate() {
                if request.client == client {
                    approved =
                        approved.or(matches!(request.standing, Standing::Approved(_)).then_some(index));
                    if matches!(request.standing, Standing::Pending | Standing::Approved(_)) {
                        request.standing = Standing::Denied;
                    }
                }
            }
            // Whoever comes for a yes after the block comes too late.
            if let Some(index) = approved {
                self.pick_up(index).await;
            }
        } else if open {
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
                    duration: request.duration,
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

    /// Whether a code's row may have been cleared away, a day after its end; when exactly is a matter of real time.
    fn is_forgotten(&self, code: &Code) -> bool {
        self.now().since(code.expires_at) > Duration::from_hours(23)
    }

    async fn exchange(&mut self, index: usize) {
        let code = &self.codes[index];
        if !self.is_forgotten(code) {
            let answer = self.exchange_as(code.client, &code.text).await;
            self.exchanged(index, &answer);
        }
    }

    /// Two at once: one gets the pair, and then the code was used twice, which ends its grant.
    async fn race_exchange(&mut self, index: usize) {
        let code = &self.codes[index];
        if self.is_forgotten(code) {
            return;
        }
        let (one, other) = tokio::join!(
            self.exchange_as(code.client, &code.text),
            self.exchange_as(code.client, &code.text)
        );
        let (first, second) = if other.status == StatusCode::OK { (other, one) } else { (one, other) };
        self.exchanged(index, &first);
        self.exchanged(index, &second);
    }

    /// What the answer must be, and what follows from it.
    fn exchanged(&mut self, index: usize, answer: &Answer) {
        let now = self.now();
        if self.is_gone(self.codes[index].client, answer) {
            return;
        }
        let code = &self.codes[index];
        let may = code.grant.is_none() && !code.voided && now < code.expires_at;
        assert_eq!(answer.status == StatusCode::OK, may, "{} for {code:?} at {now}", answer.body);
        if may {
            assert_eq!(answer.json()["scope"], code.scopes.to_string(), "what was approved, and no more");
            let (client, scopes, duration) = (code.client, code.scopes, code.duration);
            let grant = self.grants.len();
            self.grants.push(Grant {
                client,
                scopes,
                duration,
                ends_at: now.plus(longest(duration)),
                live: true,
            });
            self.codes[index].grant = Some(grant);
            let pair = tokens(answer);
            self.keep(grant, pair.access, scopes, pair.refresh);
        } else {
            assert_eq!(answer.error(), "invalid_grant");
            if let Some(grant) = code.grant {
                self.grants[grant].live = false;
            }
        }
    }

    fn keep(&mut self, grant: usize, access: String, scopes: ScopeSet, refresh: String) {
        let now = self.now();
        let expires_at = now.plus(ACCESS).min(self.grants[grant].ends_at);
        self.access.push(AccessToken { grant, text: access, scopes, expires_at, given_back: false });
        let idle_expires_at = now.plus(IDLE);
        self.refresh.push(RefreshToken { grant, text: refresh, idle_expires_at, rotated: None });
    }

    async fn renew(&mut self, index: usize, scopes: Option<ScopeSet>) {
        let token = &self.refresh[index];
        let client = self.grants[token.grant].client;
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token.text.as_str())];
        let text = scopes.map(|scopes| scopes.to_string());
        fields.extend(text.as_deref().map(|text| ("scope", text)));
        let answer = self.post_as(client, "/oauth/token", &fields).await;
        self.renewed(index, scopes, &answer).await;
    }

    /// Two processes of one client at the same moment.
    async fn race_refresh(&mut self, index: usize) {
        let token = &self.refresh[index];
        let client = self.grants[token.grant].client;
        let (one, other) =
            tokio::join!(self.refresh_as(client, &token.text), self.refresh_as(client, &token.text));
        // The same request twice: whichever was first, the second is its retry.
        self.renewed(index, None, &one).await;
        self.renewed(index, None, &other).await;
    }

    /// What the answer must be, and what follows from it.
    async fn renewed(&mut self, index: usize, scopes: Option<ScopeSet>, answer: &Answer) {
        if self.is_gone(self.grants[self.refresh[index].grant].client, answer) {
            return;
        }
        let now = self.now();
        let token = &self.refresh[index];
        let grant = token.grant;
        let held = &self.grants[grant];
        if !held.live || now >= token.idle_expires_at || now >= held.ends_at {
            assert_eq!(answer.error(), "invalid_grant");
            return;
        }
        let scopes = scopes.unwrap_or(held.scopes);
        if !scopes.is_subset(held.scopes) {
            assert_eq!(answer.error(), "invalid_scope", "no scope grows without an approval");
            return;
        }
        match token.rotated {
            None => {
                assert_eq!(answer.json()["scope"], scopes.to_string());
                let pair = tokens(answer);
                self.refresh[index].rotated =
                    Some(Rotation { at: now, successor: self.refresh.len(), scopes });
                self.keep(grant, pair.access, scopes, pair.refresh);
            }
            Some(Rotation { at, successor, scopes: given })
                if now.since(at) < self.server.settings.refresh_retry_window
                    && self.refresh[successor].rotated.is_none() =>
            {
                if scopes != given {
                    assert_eq!(answer.error(), "invalid_scope", "another scope is no retry");
                    return;
                }
                let pair = tokens(answer);
                assert_eq!(pair.refresh, self.refresh[successor].text, "both racers get the same pair");
                let access = self.access.iter().find(|access| access.text == pair.access).unwrap();
                assert_eq!(self.server.opens(&pair.access).await, !access.given_back, "and it is live");
            }
            Some(_) => {
                assert_eq!(answer.error(), "invalid_grant");
                self.grants[grant].live = false;
            }
        }
    }

    async fn take_away(&mut self, client: usize) {
        self.server.auth.revoke_client(&self.clients[client], Decider::Owner).await.unwrap();
        self.forget(client);
    }

    /// After a revocation nothing of a client is left.
    pub(super) fn forget(&mut self, client: usize) {
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
}

/// How long a grant lives at all.
fn longest(duration: AccessDuration) -> Duration {
    match duration {
        AccessDuration::Session => Duration::from_hours(12),
        AccessDuration::ThirtyDays => Duration::from_hours(24 * 30),
        AccessDuration::UntilRevoked => Duration::from_hours(24 * 365),
    }
}
