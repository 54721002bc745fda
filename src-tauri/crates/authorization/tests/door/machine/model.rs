//! The steps of a life, and what the model remembers of it.

use authorization::{AccessDuration, Scope, ScopeSet};
use clock::Timestamp;
use proptest::prelude::*;

use crate::support::Asked;

/// One step; numbers choose among what is there.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Register,
    /// Asks, approves, picks up and exchanges in one go, so that lives get past their beginnings.
    Connect {
        client: usize,
    },
    Ask {
        client: usize,
        scopes: u8,
    },
    Approve {
        request: usize,
        scopes: u8,
        duration: AccessDuration,
    },
    Deny {
        request: usize,
        block: bool,
    },
    PickUp {
        request: usize,
    },
    Exchange {
        code: usize,
    },
    /// The same exchange twice at the same moment.
    RaceExchange {
        code: usize,
    },
    StolenExchange {
        code: usize,
    },
    /// With no `scope` for 0.
    Refresh {
        token: usize,
        scopes: u8,
    },
    /// The same refresh twice at the same moment.
    RaceRefresh {
        token: usize,
    },
    ForeignRefresh {
        token: usize,
    },
    GiveBack {
        token: usize,
    },
    GiveBackAccess {
        token: usize,
    },
    /// Another client tries.
    ForeignGiveBack {
        token: usize,
    },
    Unblock {
        client: usize,
    },
    RevokeClient {
        client: usize,
    },
    Panic,
    /// The client changes its registration, and its name with it.
    Rename {
        client: usize,
    },
    /// The client sends its registration as it is, and gets another token to manage it.
    Reregister {
        client: usize,
    },
    Unregister {
        client: usize,
    },
    /// The owner gives the confidential client another secret; the one before is good for so many seconds.
    Rotate {
        overlap: u32,
    },
    OldSecret {
        number: usize,
    },
    /// Whoever knows all of the confidential client but its secret.
    WrongSecret {
        code: usize,
        token: usize,
    },
    Pass {
        seconds: u32,
    },
    Restart,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let index = 0..16_usize;
    let duration = prop::sample::select(AccessDuration::ALL.to_vec());
    prop_oneof![
        1 => Just(Step::Register),
        3 => index.clone().prop_map(|client| Step::Connect { client }),
        4 => (index.clone(), 1..8_u8).prop_map(|(client, scopes)| Step::Ask { client, scopes }),
        4 => (index.clone(), 0..16_u8, duration)
            .prop_map(|(request, scopes, duration)| Step::Approve { request, scopes, duration }),
        2 => (index.clone(), prop::bool::weighted(0.3)).prop_map(|(request, block)| Step::Deny { request, block }),
        5 => index.clone().prop_map(|request| Step::PickUp { request }),
        5 => index.clone().prop_map(|code| Step::Exchange { code }),
        1 => index.clone().prop_map(|code| Step::StolenExchange { code }),
        1 => index.clone().prop_map(|code| Step::RaceExchange { code }),
        10 => (index.clone(), prop_oneof![3 => Just(0), 1 => 1..8_u8])
            .prop_map(|(token, scopes)| Step::Refresh { token, scopes }),
        3 => index.clone().prop_map(|token| Step::RaceRefresh { token }),
        1 => index.clone().prop_map(|token| Step::ForeignRefresh { token }),
        1 => index.clone().prop_map(|token| Step::GiveBack { token }),
        2 => index.clone().prop_map(|token| Step::GiveBackAccess { token }),
        1 => index.clone().prop_map(|token| Step::ForeignGiveBack { token }),
        1 => index.clone().prop_map(|client| Step::Unblock { client }),
        1 => index.clone().prop_map(|client| Step::RevokeClient { client }),
        1 => index.clone().prop_map(|client| Step::Rename { client }),
        1 => index.clone().prop_map(|client| Step::Reregister { client }),
        1 => index.clone().prop_map(|client| Step::Unregister { client }),
        2 => prop::sample::select(vec![0, 60, 900, 86_400]).prop_map(|overlap| Step::Rotate { overlap }),
        1 => index.clone().prop_map(|number| Step::OldSecret { number }),
        1 => (index.clone(), index).prop_map(|(code, token)| Step::WrongSecret { code, token }),
        1 => Just(Step::Panic),
        4 => prop_oneof![
            8 => prop::sample::select(vec![1, 20, 59, 60, 61, 600, 900]),
            1 => 0..3_000_000_u32,
        ]
            .prop_map(|seconds| Step::Pass { seconds }),
        1 => Just(Step::Restart),
    ]
}

/// One of the last few: what happened lately is what the next step is likely about.
pub(super) fn recent(number: usize, len: usize) -> usize {
    len - 1 - number % len.min(4)
}

/// Scopes out of bits; the fourth is `admin`, which no request here asks for.
pub(super) fn scopes_of(bits: u8) -> ScopeSet {
    [Scope::ContextRead, Scope::ContextWrite, Scope::InsightsRead, Scope::Admin]
        .into_iter()
        .enumerate()
        .filter(|(index, _)| bits & (1 << index) != 0)
        .map(|(_, scope)| scope)
        .collect()
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing {
    Pending,
    Approved(Timestamp),
    Denied,
    Over,
}

#[derive(Debug)]
pub(super) struct Request {
    pub(super) client: usize,
    pub(super) asked: Asked,
    pub(super) scopes: ScopeSet,
    pub(super) granted: ScopeSet,
    pub(super) duration: AccessDuration,
    pub(super) requested_at: Timestamp,
    /// The owner has had it open.
    pub(super) opened: bool,
    pub(super) standing: Standing,
}

#[derive(Debug)]
pub(super) struct Code {
    pub(super) client: usize,
    pub(super) text: String,
    pub(super) scopes: ScopeSet,
    pub(super) duration: AccessDuration,
    pub(super) expires_at: Timestamp,
    pub(super) voided: bool,
    pub(super) grant: Option<usize>,
}

#[derive(Debug)]
pub(super) struct Grant {
    pub(super) client: usize,
    pub(super) scopes: ScopeSet,
    pub(super) duration: AccessDuration,
    /// However often it is refreshed.
    pub(super) ends_at: Timestamp,
    pub(super) live: bool,
}

#[derive(Debug)]
pub(super) struct AccessToken {
    pub(super) grant: usize,
    pub(super) text: String,
    pub(super) scopes: ScopeSet,
    pub(super) expires_at: Timestamp,
    pub(super) given_back: bool,
}

#[derive(Debug)]
pub(super) struct RefreshToken {
    pub(super) grant: usize,
    pub(super) text: String,
    pub(super) idle_expires_at: Timestamp,
    pub(super) rotated: Option<Rotation>,
}

/// What a refresh token was exchanged for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rotation {
    pub(super) at: Timestamp,
    pub(super) successor: usize,
    pub(super) scopes: ScopeSet,
}
