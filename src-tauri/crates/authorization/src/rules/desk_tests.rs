use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::scope::ScopeSet;

const FREE: Surroundings = Surroundings { paused: false, locked: false };
const RAISE: Attention = Attention::Raise;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_micros(millis * 1000)
}

fn minute(minutes: i64) -> Timestamp {
    at(minutes * 60_000)
}

fn id(number: u128) -> RequestId {
    RequestId::from(Uuid::from_u128(number))
}

/// A request of a program on this computer that registered itself.
fn local(number: u128) -> PendingRequest {
    PendingRequest {
        id: id(number),
        client_id: "c".to_owned(),
        client_name: "C".to_owned(),
        verified: false,
        redirect_uri: "http://127.0.0.1:5000/callback".to_owned(),
        redirect_host: "127.0.0.1".to_owned(),
        resource: "https://localhost:9100/mcp".to_owned(),
        scopes: ScopeSet::DEFAULT,
        arrival: "local".to_owned(),
        provider: None,
        remote_address: None,
        user_agent: None,
        navigation: true,
        requested_at: at(0),
        expires_at: at(600_000),
        code_required: false,
        tries_left: 3,
        looked_up: true,
        verified_host: None,
        changed: false,
        muted: false,
        proved: false,
    }
}

fn tunnel(number: u128) -> PendingRequest {
    PendingRequest {
        arrival: "tunnel".to_owned(),
        provider: Some("ssh".to_owned()),
        code_required: true,
        ..local(number)
    }
}

fn quiet(reason: QuietReason) -> Attention {
    Attention::Quiet(reason)
}

fn arrives(request: &PendingRequest) -> Attention {
    ApprovalDesk::default().arrived(request, at(0), FREE)
}

#[test]
fn a_person_who_connects_a_program_of_this_computer_sees_the_window_at_once() {
    assert_eq!(arrives(&local(1)), RAISE);
    let built_in = PendingRequest {
        verified: true,
        redirect_uri: "https://claude.ai/api/mcp/auth_callback".to_owned(),
        ..local(1)
    };
    assert_eq!(arrives(&built_in), RAISE);
}

#[test]
fn nothing_from_the_internet_raises_a_window_unless_it_is_proved_to_be_here() {
    assert_eq!(arrives(&tunnel(1)), quiet(QuietReason::FromInternet));
    assert_eq!(arrives(&PendingRequest { verified: true, ..tunnel(1) }), quiet(QuietReason::FromInternet));
    let proved = PendingRequest { proved: true, code_required: false, ..tunnel(1) };
    assert_eq!(arrives(&proved), RAISE);
    let nonsense = PendingRequest { arrival: "Local".to_owned(), ..local(1) };
    assert_eq!(arrives(&nonsense), quiet(QuietReason::FromInternet), "what is not known is not local");
}

#[test]
fn what_any_website_could_have_caused_stays_quiet() {
    let background = PendingRequest { navigation: false, ..local(1) };
    assert_eq!(arrives(&background), quiet(QuietReason::Background));
    for uri in
        ["https://evil.example/cb", "evil://callback", "https://127.0.0.1/cb", "http://evil.example/", ""]
    {
        let elsewhere = PendingRequest { redirect_uri: uri.to_owned(), ..local(1) };
        assert_eq!(arrives(&elsewhere), quiet(QuietReason::Redirect), "{uri}");
    }
}

#[test]
fn paused_or_locked_everything_stays_quiet_but_what_the_owner_opens() {
    for (surroundings, reason) in [
        (Surroundings { paused: true, locked: false }, QuietReason::Paused),
        (Surroundings { paused: false, locked: true }, QuietReason::Locked),
    ] {
        let mut desk = ApprovalDesk::default();
        assert_eq!(desk.arrived(&local(1), at(0), surroundings), quiet(reason));
        assert_eq!(desk.asked_by_terminal(&local(1), at(0), surroundings), quiet(reason));
        assert_eq!(desk.next(&[local(1)], at(0), surroundings), None);
        desk.opened_by_owner(id(1), at(0));
        assert_eq!(desk.live(), Some(id(1)));
    }
}

#[test]
fn one_window_is_live_and_the_next_comes_when_it_is_free() {
    let mut desk = ApprovalDesk::default();
    assert_eq!(desk.arrived(&local(1), at(0), FREE), RAISE);
    assert_eq!(desk.arrived(&local(2), at(1), FREE), quiet(QuietReason::WindowLive));
    assert_eq!(desk.arrived(&tunnel(3), at(2), FREE), quiet(QuietReason::FromInternet));
    assert_eq!(desk.next(&[local(2), tunnel(3)], at(3), FREE), None, "the first is still shown");
    desk.settled(id(1));
    assert_eq!((desk.live(), desk.shown_at()), (None, None));
    assert_eq!(desk.next(&[tunnel(3), local(2)], at(4), FREE), Some(id(2)));
    assert_eq!((desk.live(), desk.shown_at()), (Some(id(2)), Some(at(4))));
    desk.settled(id(2));
    assert_eq!(desk.next(&[tunnel(3)], at(5), FREE), None, "what may not raise a window waits");
}

#[test]
fn a_request_that_was_just_settled_does_not_come_up_from_an_old_list() {
    let mut desk = ApprovalDesk::default();
    desk.arrived(&local(1), at(0), FREE);
    desk.settled(id(1));
    assert_eq!(desk.next(&[local(1)], at(1), FREE), None);
}

#[test]
fn the_fourth_window_in_ten_minutes_stays_quiet() {
    let mut desk = ApprovalDesk::default();
    for number in 1..=3 {
        assert_eq!(desk.arrived(&local(number), minute(0), FREE), RAISE);
        desk.settled(id(number));
    }
    let limit = quiet(QuietReason::TooManyWindows);
    assert_eq!(desk.arrived(&local(4), minute(9), FREE), limit);
    assert_eq!(desk.asked_by_terminal(&local(4), minute(9), FREE), limit);
    assert_eq!(desk.next(&[local(4)], minute(9), FREE), None);
    desk.opened_by_owner(id(5), minute(9));
    desk.settled(id(5));
    assert_eq!(desk.next(&[local(4)], minute(10), FREE), Some(id(4)));
}

#[test]
fn what_the_owner_opens_does_not_count_and_denies_nothing() {
    let mut desk = ApprovalDesk::default();
    for number in 1..=9 {
        desk.opened_by_owner(id(number), at(0));
        assert_eq!(desk.live(), Some(id(number)));
    }
    desk.settled(id(9));
    assert_eq!(desk.arrived(&local(10), at(0), FREE), RAISE);
    // What was put aside waits for the owner; it does not come up by itself again.
    desk.opened_by_owner(id(11), at(1));
    desk.settled(id(11));
    assert_eq!(desk.next(&[local(10)], at(2), FREE), None);
}

#[test]
fn a_terminal_raises_any_request_within_the_limits() {
    let mut desk = ApprovalDesk::default();
    assert_eq!(desk.asked_by_terminal(&tunnel(1), at(0), FREE), RAISE);
    assert_eq!(desk.live(), Some(id(1)));
    assert_eq!(desk.asked_by_terminal(&local(2), at(1), FREE), quiet(QuietReason::WindowLive));
    // Not even its own again: whoever asks again and again could keep Approve from ever counting.
    assert_eq!(desk.asked_by_terminal(&tunnel(1), at(1), FREE), quiet(QuietReason::WindowLive));
    assert_eq!(desk.shown_at(), Some(at(0)));
}

#[test]
fn the_moment_begins_when_there_is_something_to_see() {
    let mut desk = ApprovalDesk::default();
    desk.arrived(&local(1), at(0), FREE);
    desk.appeared(id(2), at(500));
    assert_eq!(desk.shown_at(), Some(at(0)), "another request's window says nothing of this one");
    desk.appeared(id(1), at(600));
    assert_eq!(desk.may_approve(id(1), at(1299)), Err(TooEarly { wait_ms: 1 }));
    assert_eq!(desk.may_approve(id(1), at(1300)), Ok(()));
}

#[test]
fn approve_counts_only_in_the_live_window_and_after_a_moment() {
    let mut desk = ApprovalDesk::default();
    assert_eq!(desk.may_approve(id(1), at(0)), Err(TooEarly { wait_ms: 700 }));
    desk.arrived(&local(1), at(0), FREE);
    assert_eq!(desk.may_approve(id(1), at(0)), Err(TooEarly { wait_ms: 700 }));
    assert_eq!(desk.may_approve(id(1), at(699)), Err(TooEarly { wait_ms: 1 }));
    let nearly = Timestamp::from_micros(699_999);
    assert_eq!(desk.may_approve(id(1), nearly), Err(TooEarly { wait_ms: 1 }));
    assert_eq!(desk.may_approve(id(1), at(700)), Ok(()));
    assert_eq!(desk.may_approve(id(2), at(700)), Err(TooEarly { wait_ms: 700 }));
    // Another request takes the window just as the hand comes down.
    desk.opened_by_owner(id(2), at(701));
    assert_eq!(desk.may_approve(id(1), at(5_000)), Err(TooEarly { wait_ms: 700 }));
    assert_eq!(desk.may_approve(id(2), at(702)), Err(TooEarly { wait_ms: 699 }));
    desk.settled(id(2));
    assert!(desk.may_approve(id(2), at(5_000)).is_err());
}

#[test]
fn a_clock_that_was_set_back_makes_it_wait_and_opening_it_again_mends_it() {
    let mut desk = ApprovalDesk::default();
    desk.opened_by_owner(id(1), minute(60));
    assert!(desk.may_approve(id(1), minute(1)).is_err());
    desk.opened_by_owner(id(1), minute(1));
    assert_eq!(desk.may_approve(id(1), minute(2)), Ok(()));
}

/// What can happen at a desk.
#[derive(Clone, Debug)]
enum Step {
    Arrive { request: usize, surroundings: Surroundings },
    Open { request: usize },
    Terminal { request: usize, surroundings: Surroundings },
    Settle { request: usize },
    Next { surroundings: Surroundings },
    Pass { millis: i64 },
}

fn requests() -> Vec<PendingRequest> {
    let proved = PendingRequest { proved: true, ..tunnel(4) };
    let background = PendingRequest { navigation: false, ..local(5) };
    let elsewhere = PendingRequest { redirect_uri: "https://evil.example/cb".to_owned(), ..local(6) };
    vec![local(1), local(2), tunnel(3), proved, background, elsewhere, local(7), local(8)]
}

fn any_step() -> impl Strategy<Value = Step> {
    let request = 0..requests().len();
    let surroundings = prop_oneof![
        6 => Just(FREE),
        1 => Just(Surroundings { paused: true, locked: false }),
        1 => Just(Surroundings { paused: false, locked: true }),
    ];
    prop_oneof![
        3 => (request.clone(), surroundings.clone())
            .prop_map(|(request, surroundings)| Step::Arrive { request, surroundings }),
        1 => request.clone().prop_map(|request| Step::Open { request }),
        1 => (request.clone(), surroundings.clone())
            .prop_map(|(request, surroundings)| Step::Terminal { request, surroundings }),
        3 => request.prop_map(|request| Step::Settle { request }),
        2 => surroundings.prop_map(|surroundings| Step::Next { surroundings }),
        2 => (0..400_000_i64).prop_map(|millis| Step::Pass { millis }),
    ]
}

proptest! {
    #[test]
    fn windows_come_up_one_at_a_time_and_seldom_and_nothing_is_dropped(
        steps in prop::collection::vec(any_step(), 0..120),
    ) {
        let all = requests();
        let mut waiting = all.clone();
        let mut desk = ApprovalDesk::default();
        let (mut now, mut raised) = (at(0), Vec::new());
        for step in steps {
            let before = desk.live();
            match step {
                Step::Pass { millis } => now = now.plus(Duration::from_millis(millis.unsigned_abs())),
                Step::Open { request } => {
                    desk.opened_by_owner(all[request].id, now);
                    prop_assert_eq!(desk.live(), Some(all[request].id));
                }
                Step::Settle { request } => {
                    let settled = all[request].id;
                    waiting.retain(|request| request.id != settled);
                    desk.settled(settled);
                    prop_assert_eq!(desk.live(), before.filter(|live| *live != settled));
                }
                Step::Arrive { request, surroundings } | Step::Terminal { request, surroundings } => {
                    let by_itself = matches!(step, Step::Arrive { .. });
                    let request = &all[request];
                    let attention = if by_itself {
                        desk.arrived(request, now, surroundings)
                    } else {
                        desk.asked_by_terminal(request, now, surroundings)
                    };
                    if attention == RAISE {
                        prop_assert_eq!(before, None, "never beside another one");
                        prop_assert_eq!(surroundings, FREE);
                        prop_assert_eq!(desk.live(), Some(request.id));
                        prop_assert!(!by_itself || judge_request(request).is_none());
                        raised.push(now);
                    } else {
                        prop_assert_eq!(desk.live(), before);
                    }
                }
                Step::Next { surroundings } => {
                    if let Some(next) = desk.next(&waiting, now, surroundings) {
                        prop_assert_eq!(before, None);
                        prop_assert_eq!(surroundings, FREE);
                        prop_assert_eq!(desk.live(), Some(next));
                        prop_assert!(waiting.iter().any(|request| request.id == next));
                        raised.push(now);
                    } else {
                        prop_assert_eq!(desk.live(), before);
                    }
                }
            }
            for from in &raised {
                let within =
                    raised.iter().filter(|other| *other >= from && other.since(*from) < SPAN).count();
                prop_assert!(within <= 3, "{within} windows in ten minutes");
            }
            // Whatever happened, the owner can open everything that waits.
            for request in &waiting {
                let mut other = desk.clone();
                other.opened_by_owner(request.id, now);
                prop_assert_eq!(other.may_approve(request.id, now.plus(APPROVE_AFTER)), Ok(()));
            }
        }
    }
}

#[test]
fn a_muted_client_stays_quiet_whoever_knocks_and_can_be_opened_by_the_owner() {
    let muted = PendingRequest { muted: true, ..local(1) };
    assert_eq!(arrives(&muted), quiet(QuietReason::Muted));
    let proved = PendingRequest { muted: true, proved: true, code_required: false, ..tunnel(1) };
    assert_eq!(arrives(&proved), quiet(QuietReason::Muted));
    let mut desk = ApprovalDesk::default();
    assert_eq!(desk.asked_by_terminal(&muted, at(0), FREE), quiet(QuietReason::Muted));
    assert_eq!(desk.next(std::slice::from_ref(&muted), at(0), FREE), None);
    desk.opened_by_owner(muted.id, at(0));
    assert_eq!(desk.live(), Some(muted.id));
}

#[test]
fn a_client_whose_host_alone_is_checked_raises_no_window_with_an_answer_to_a_server() {
    // Anybody has a host, and can lead a browser here.
    let vouched = PendingRequest {
        redirect_uri: "https://client.example/callback".to_owned(),
        verified_host: Some("client.example".to_owned()),
        ..local(1)
    };
    assert_eq!(arrives(&vouched), quiet(QuietReason::Redirect));
}
