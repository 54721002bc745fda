use proptest::prelude::*;

use super::*;

const WINDOW: Duration = Duration::from_mins(1);

fn origin() -> Origin {
    "https://localhost:9100".parse().unwrap()
}

fn token(rotation: Option<Rotation>) -> StoredRefresh {
    StoredRefresh {
        client_id: "c".to_owned(),
        resource: origin().resource(),
        scopes: ScopeSet::DEFAULT,
        idle_expires_at: Timestamp::from_secs(3000),
        absolute_expires_at: Timestamp::from_secs(9000),
        rotation,
    }
}

fn rotated(sealed: Option<Vec<u8>>) -> Rotation {
    Rotation { at: Timestamp::from_secs(100), scopes: ScopeSet::DEFAULT, sealed }
}

fn presented() -> Presented {
    Presented { client_id: "c".to_owned(), scope: None, resources: Vec::new() }
}

fn judge_at(token: &StoredRefresh, presented: &Presented, secs: i64) -> Result<Use, RefreshError> {
    judge(token, presented, &origin(), Timestamp::from_secs(secs), WINDOW)
}

#[test]
fn a_fresh_token_is_rotated_with_the_scopes_of_its_grant() {
    assert_eq!(judge_at(&token(None), &presented(), 100), Ok(Use::Rotate { scopes: ScopeSet::DEFAULT }));
}

#[test]
fn a_retry_within_the_window_gets_the_same_answer_and_one_after_it_is_a_replay() {
    let rotated_token = token(Some(rotated(Some(vec![1]))));
    let retry = Use::Retry { sealed: vec![1], scopes: ScopeSet::DEFAULT };
    assert_eq!(judge_at(&rotated_token, &presented(), 159), Ok(retry));
    assert_eq!(judge_at(&rotated_token, &presented(), 160), Ok(Use::Replay));
}

#[test]
fn a_token_whose_successor_was_refreshed_is_a_replay_even_within_the_window() {
    assert_eq!(judge_at(&token(Some(rotated(None))), &presented(), 101), Ok(Use::Replay));
}

#[test]
fn scope_narrows_and_never_grows() {
    let with = |scope: &str| Presented { scope: Some(scope.to_owned()), ..presented() };
    let narrowed = judge_at(&token(None), &with("context:read openid"), 1);
    assert_eq!(narrowed, Ok(Use::Rotate { scopes: "context:read".parse().unwrap() }));
    for grown in ["context:read admin", "openid", "web-search:read"] {
        assert_eq!(judge_at(&token(None), &with(grown), 1), Err(RefreshError::ScopeGrows), "{grown}");
    }
    let other_retry = judge_at(&token(Some(rotated(Some(vec![1])))), &with("context:read"), 101);
    assert_eq!(other_retry, Err(RefreshError::ScopeGrows));
}

#[test]
fn another_client_or_resource_causes_nothing_even_with_a_rotated_token() {
    for rotation in [None, Some(rotated(None))] {
        let other = Presented { client_id: "d".to_owned(), ..presented() };
        assert_eq!(judge_at(&token(rotation.clone()), &other, 1), Err(RefreshError::OtherClient));
        let resource = Presented { resources: vec!["https://x.example".to_owned()], ..presented() };
        assert_eq!(judge_at(&token(rotation), &resource, 1), Err(RefreshError::Resource));
    }
}

#[test]
fn idle_and_absolute_expiry_both_hold() {
    assert_eq!(judge_at(&token(None), &presented(), 3000), Err(RefreshError::Expired));
    let long_idle = StoredRefresh { idle_expires_at: Timestamp::from_secs(99_999), ..token(None) };
    assert!(judge_at(&long_idle, &presented(), 8999).is_ok());
    assert_eq!(judge_at(&long_idle, &presented(), 9000), Err(RefreshError::Expired));
}

proptest! {
    #[test]
    fn no_scope_text_yields_more_than_the_grant(scope in "[a-z:\\- ]{0,60}|context:read|admin context:read|insights:write context:write") {
        let presented = Presented { scope: Some(scope), ..presented() };
        if let Ok(Use::Rotate { scopes }) = judge_at(&token(None), &presented, 1) {
            prop_assert!(!scopes.is_empty() && scopes.is_subset(ScopeSet::DEFAULT));
        }
    }
}
