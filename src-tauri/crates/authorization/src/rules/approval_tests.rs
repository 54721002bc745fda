use std::time::Duration;

use clock::SeededRandom;
use proptest::prelude::*;

use super::*;
use crate::secret::Token;

const CONTEXT: &[u8] = b"request";

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn code(seed: u64) -> ConfirmationCode {
    ConfirmationCode::derived_from(&Token::generate(&SeededRandom::new(seed)), CONTEXT)
}

fn facts(code: Option<CodeFacts>) -> Facts {
    Facts { status: Status::Pending, expires_at: at(600), asked: ScopeSet::DEFAULT, code }
}

fn with_codes(wrong_so_far: u8) -> Facts {
    facts(Some(CodeFacts { wrong_so_far, shown: vec![code(1).hash(CONTEXT), code(2).hash(CONTEXT)] }))
}

#[test]
fn an_approval_without_scopes_gives_what_was_asked() {
    let verdict = judge(&facts(None), at(0), None, false, None, CONTEXT);
    assert_eq!(verdict, Verdict::Approve { scopes: ScopeSet::DEFAULT, browser: None });
}

#[test]
fn scopes_may_be_narrowed_and_never_widened() {
    let read: ScopeSet = [Scope::ContextRead].into_iter().collect();
    let admin: ScopeSet = [Scope::ContextRead, Scope::Admin].into_iter().collect();
    assert_eq!(
        judge(&facts(None), at(0), Some(read), false, None, CONTEXT),
        Verdict::Approve { scopes: read, browser: None }
    );
    assert_eq!(
        judge(&facts(None), at(0), Some(admin), true, None, CONTEXT),
        Verdict::Refuse(Refusal::ScopesNotAsked([Scope::Admin].into_iter().collect()))
    );
    assert_eq!(
        judge(&facts(None), at(0), Some(ScopeSet::EMPTY), false, None, CONTEXT),
        Verdict::Refuse(Refusal::NoScopes)
    );
}

#[test]
fn admin_needs_its_own_confirmation() {
    let facts = Facts { asked: ScopeSet::all(), ..facts(None) };
    assert_eq!(judge(&facts, at(0), None, false, None, CONTEXT), Verdict::Refuse(Refusal::AdminNotConfirmed));
    assert!(matches!(judge(&facts, at(0), None, true, None, CONTEXT), Verdict::Approve { .. }));
    assert!(matches!(
        judge(&facts, at(0), Some(ScopeSet::DEFAULT), false, None, CONTEXT),
        Verdict::Approve { .. }
    ));
}

#[test]
fn the_typed_code_chooses_the_browser_that_shows_it() {
    for (seed, index) in [(1, 0), (2, 1)] {
        let verdict = judge(&with_codes(0), at(0), None, false, Some(code(seed).expose()), CONTEXT);
        assert_eq!(verdict, Verdict::Approve { scopes: ScopeSet::DEFAULT, browser: Some(index) });
    }
}

#[test]
fn the_third_wrong_code_leaves_no_try_and_an_empty_one_costs_none() {
    for (before, left) in [(0, 2), (1, 1), (2, 0)] {
        for wrong in [code(3).expose(), "nonsense"] {
            let verdict = judge(&with_codes(before), at(0), None, false, Some(wrong), CONTEXT);
            assert_eq!(verdict, Verdict::WrongCode { tries_left: left });
        }
    }
    for missing in [None, Some(""), Some("  ")] {
        let verdict = judge(&with_codes(0), at(0), None, false, missing, CONTEXT);
        assert_eq!(verdict, Verdict::Refuse(Refusal::CodeMissing));
    }
}

#[test]
fn a_request_is_open_until_the_moment_it_expires() {
    let verdict = |now| judge(&facts(None), now, None, false, None, CONTEXT);
    assert!(matches!(verdict(at(600).minus(Duration::from_micros(1))), Verdict::Approve { .. }));
    assert_eq!(verdict(at(600)), Verdict::Refuse(Refusal::Expired));
}

#[test]
fn a_lost_answer_is_given_again_to_the_same_browser_while_its_code_is_good() {
    let next = |code_is_good| next(Status::CodeDelivered, at(0), at(600), at(600), code_is_good);
    assert_eq!(next(true), Next::SendCode);
    assert_eq!(next(false), Next::DoneApproved);
}

#[test]
fn an_approval_that_nobody_picks_up_ends_as_a_denial() {
    assert_eq!(next(Status::Approved, at(599), at(600), at(600), false), Next::SendCode);
    assert_eq!(next(Status::Approved, at(600), at(600), at(600), false), Next::SendDenial);
}

fn any_status() -> impl Strategy<Value = Status> {
    prop::sample::select(vec![
        Status::Pending,
        Status::Approved,
        Status::Denied,
        Status::CodeDelivered,
        Status::DenialDelivered,
    ])
}

proptest! {
    #[test]
    fn only_a_pending_request_in_time_is_ever_approved(status in any_status(), now in 0_i64..1200) {
        let facts = Facts { status, ..facts(None) };
        let approved = matches!(judge(&facts, at(now), None, false, None, CONTEXT), Verdict::Approve { .. });
        prop_assert_eq!(approved, status == Status::Pending && now < 600);
    }

    #[test]
    fn a_code_only_ever_follows_an_approval(status in any_status(), now in 0_i64..1200, good in any::<bool>()) {
        if next(status, at(now), at(600), at(600), good) == Next::SendCode {
            prop_assert!(matches!(status, Status::Approved | Status::CodeDelivered));
        }
    }

    #[test]
    fn every_status_survives_its_stored_form(status in any_status()) {
        prop_assert_eq!(Status::from_stored(status.as_str()), Some(status));
    }
}
