//! Random lives of a server, step by step over its real interface, beside a model of what must hold.
//!
//! The steps: register, authorize, approve (fewer scopes, each duration), deny, block and unblock, pick up the
//! code, exchange it (again, stolen, twice at once), refresh (again, narrower, wider, twice at once, by another
//! client), revoke (a refresh token, an access token, somebody else's), the owner takes a client's access away or
//! everybody's, a client changes its registration or takes it back, the owner gives a client another secret, an
//! old, a wrong and no secret are tried, time passes, restart.
//!
//! The invariants, checked after each step or at the step that could break them:
//! 1. A token opens the door exactly while its time runs, nobody gave it back and its grant is live: none outlives
//!    its grant, and none opens the other origin.
//! 2. One code gives one pair of tokens, also of two exchanges at once; its replay by its client ends the grant, a
//!    thief's attempt nothing.
//! 3. No scope grows without an approval: an approval is within what was asked, a token within what was approved,
//!    a refreshed token within its grant.
//! 4. A refresh within the retry window gives the same pair again; both racers of a refresh hold live tokens.
//! 5. A refresh token that comes again later, or after its successor was used, ends the whole grant.
//! 6. After a revocation nothing of that client opens anything; nobody can revoke what is another's.
//! 7. Denied and expired requests never give a code. A blocked client is not even asked about, and none of its
//!    requests gives anything from the block on.
//! 8. Restarting changes nothing but that access until the program is closed has ended.
//! 9. The owner sees each open request, and each live grant, and none that is over.
//! 10. Introspection says what the door does, to the server behind the resource and to the token's own client, and
//!     nothing to any other.
//! 11. A client with a secret gets nothing without it; the secret before is good until its time is up, and none
//!     before that ever again. What is tried without it takes nothing from the client.
//! 12. A client that took its registration back is unknown and has nothing; a name that the owner agreed to stays
//!     while something hangs on it; a token that manages a registration is good until the next change.

mod known;
mod model;
mod world;

use authorization::OriginName;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use self::known::AGENT;
use self::model::{Step, step};
use self::world::World;

impl World {
    /// The invariants that hold at every moment. Of the tokens, the latest `tokens` are tried.
    async fn check(&self, tokens: usize) {
        let now = self.now();
        for token in self.access.iter().rev().take(tokens) {
            let grant = &self.grants[token.grant];
            let opened = self.server.auth.authenticate(&token.text, self.server.origin).await;
            let should = grant.live && !token.given_back && now < token.expires_at;
            assert_eq!(opened.is_ok(), should, "{opened:?} for {token:?} of {grant:?} at {now}");
            if let Ok(access) = opened {
                assert_eq!(access.scopes, token.scopes);
                assert!(access.scopes.is_subset(grant.scopes));
                assert!(access.expires_at <= grant.ends_at);
                assert_eq!(access.client_id, self.clients[grant.client]);
            }
            let elsewhere = self.server.auth.authenticate(&token.text, OriginName::Public).await;
            assert!(elsewhere.is_err(), "{token:?} opens the other origin");
            let said = self.introspect_behind(&token.text).await;
            assert_eq!(said["active"], should, "{said} of {token:?}");
            if should {
                assert_eq!(said["scope"], token.scopes.to_string());
                assert_eq!(said["client_id"], self.clients[grant.client].as_str());
                assert_eq!(said["exp"], token.expires_at.as_secs());
            }
            let said = self.introspect_as_agent(&token.text).await;
            assert_eq!(said["active"], should && grant.client == AGENT, "{said} of {token:?} of {grant:?}");
        }
        for token in self.refresh.iter().rev().take(tokens / 2) {
            let grant = &self.grants[token.grant];
            let is_good = grant.live
                && token.rotated.is_none()
                && now < token.idle_expires_at.min(grant.ends_at)
                && grant.client == AGENT;
            let said = self.introspect_as_agent(&token.text).await;
            assert_eq!(said["active"], is_good, "{said} of {token:?} of {grant:?}");
        }
        let open = self.requests.iter().filter(|request| self.is_open(request, now)).count();
        assert_eq!(self.server.auth.pending().await.unwrap().len(), open);
    }

    /// What the owner is shown at the end, and whether the file is sound.
    async fn check_at_the_end(&self) {
        self.check(usize::MAX).await;
        let now = self.now();
        let shown = self.server.auth.clients().await.unwrap();
        let shown: usize = shown.iter().map(|client| client.grants.len()).sum();
        let live = (0..self.grants.len()).filter(|&index| {
            let idle = self.refresh.iter().rfind(|token| token.grant == index).unwrap().idle_expires_at;
            let grant = &self.grants[index];
            grant.live && now < grant.ends_at && now < idle
        });
        assert_eq!(shown, live.count());
        let findings = self.server.auth.integrity().await.unwrap();
        assert!(findings.is_empty(), "{findings:?}");
    }
}

fn live(runtime: &Runtime, steps: &[Step]) {
    runtime.block_on(async {
        let mut world = World::new().await;
        for step in steps {
            world.take(step).await;
            world.check(2).await;
        }
        world.check_at_the_end().await;
        world.server.auth.clone().close().await;
    });
}

/// So many lives. `cargo xtask test --all` leads some times as many.
fn lead(lives: u32, length: std::ops::Range<usize>) {
    let runtime = Runtime::new().unwrap();
    let times = std::env::var("AMBIENT_INSIGHTS_TEST_LIVES").ok();
    let lives = lives * times.map_or(1, |times| times.parse().expect("it is a number"));
    let config = ProptestConfig { cases: lives, max_shrink_iters: 2000, ..ProptestConfig::default() };
    proptest!(config, |(steps in prop::collection::vec(step(), length))| live(&runtime, &steps));
}

// Many short ones find what a few steps break and are quickly made smaller; long ones get to where much has been
// revoked, replayed and forgotten. Two tests, since tests run side by side.

#[test]
fn no_life_of_a_server_breaks_an_invariant() {
    lead(1200, 5..25);
}

#[test]
fn no_long_life_of_a_server_breaks_an_invariant() {
    lead(80, 60..120);
}
