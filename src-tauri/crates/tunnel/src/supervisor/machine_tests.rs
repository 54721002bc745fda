use proptest::prelude::*;

use super::*;
use crate::HostKeyOffer;

fn at(secs: u64) -> Moment {
    Moment {
        wall: Timestamp::from_secs(1_000_000).plus(Duration::from_secs(secs)),
        monotonic: Duration::from_secs(secs),
    }
}

fn announced() -> Announced {
    Announced { place: "port 443 of example.org".to_owned(), url: None }
}

fn lost() -> TunnelError {
    TunnelError::Lost { host: "example.org".to_owned(), detail: "reset".to_owned() }
}

fn unknown() -> TunnelError {
    TunnelError::HostKeyUnknown(Box::new(HostKeyOffer {
        host: "example.org".to_owned(),
        port: 22,
        algorithm: "ssh-ed25519".to_owned(),
        fingerprint: "SHA256:x".to_owned(),
        key: "ssh-ed25519 AAAA".to_owned(),
    }))
}

fn refused() -> TunnelError {
    TunnelError::ForwardRefused { host: "example.org".to_owned(), port: 443 }
}

/// The machine after these inputs, all at one moment, and the last effect.
fn after(inputs: Vec<Input>, now: Moment) -> (Machine, Effect) {
    inputs
        .into_iter()
        .fold((Machine::new(), Effect::None), |(machine, _), input| machine.step(input, now, 0.5))
}

#[test]
fn a_session_goes_from_off_to_up_and_back() {
    let (machine, effect) = after(vec![Input::TurnOn], at(0));
    assert_eq!((machine.state(), effect), (&State::Connecting, Effect::Begin));
    let (machine, effect) = machine.step(Input::Announced(announced()), at(1), 0.5);
    assert_eq!(machine.state(), &State::Up { announced: announced(), since: at(1).wall });
    assert_eq!(effect, Effect::None);
    let (machine, effect) = machine.step(Input::TurnOff, at(2), 0.5);
    assert_eq!((machine.state(), effect), (&State::Off, Effect::End));
}

#[test]
fn waits_double_up_to_a_minute_and_a_steady_session_begins_anew() {
    let (mut machine, _) = after(vec![Input::TurnOn], at(0));
    let mut waits = Vec::new();
    let mut now = at(0);
    for _ in 0..9 {
        machine = machine.step(Input::Ended(Err(lost())), now, 1.0).0;
        let wait = machine.due_in(now).unwrap();
        waits.push(wait.as_secs());
        now = at(now.monotonic.as_secs() + wait.as_secs());
        let (next, effect) = machine.step(Input::Tick, now, 1.0);
        assert_eq!(effect, Effect::Begin);
        machine = next;
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    machine = machine.step(Input::Announced(announced()), now, 1.0).0;
    let short = at(now.monotonic.as_secs() + 5);
    let flapping = machine.clone().step(Input::Ended(Err(lost())), short, 1.0).0;
    assert_eq!(flapping.due_in(short), Some(LONGEST_WAIT), "a session of five seconds proves nothing");
    let long = at(now.monotonic.as_secs() + 61);
    let steady = machine.step(Input::Ended(Err(lost())), long, 1.0).0;
    assert_eq!(steady.due_in(long), Some(FIRST_WAIT));
}

#[test]
fn chance_spreads_a_wait_over_its_second_half() {
    let (machine, _) = after(vec![Input::TurnOn], at(0));
    let waits = [0.0, 0.5, 0.999].map(|chance| {
        machine.clone().step(Input::Ended(Err(lost())), at(0), chance).0.due_in(at(0)).unwrap().as_millis()
    });
    assert_eq!(waits, [500, 750, 999]);
}

#[test]
fn what_somebody_has_to_mend_is_not_tried_again_by_itself() {
    let (machine, _) = after(vec![Input::TurnOn, Input::Ended(Err(unknown()))], at(0));
    let State::Failed { reason } = machine.state() else { panic!("{machine:?}") };
    assert_eq!(reason.host_key.as_ref().unwrap().fingerprint, "SHA256:x");
    assert_eq!(machine.due_in(at(0)), None);
    for input in [Input::Tick, Input::Jumped] {
        let (machine, effect) = machine.clone().step(input, at(100_000), 0.5);
        assert!(matches!(machine.state(), State::Failed { .. }) && effect == Effect::None);
    }
    assert_eq!(machine.step(Input::TurnOn, at(1), 0.5).1, Effect::Begin);
}

#[test]
fn a_refused_forward_is_tried_again_but_seldom() {
    let (machine, _) = after(vec![Input::TurnOn, Input::Ended(Err(refused()))], at(0));
    assert!(machine.due_in(at(0)).unwrap() >= Duration::from_secs(150));
}

#[test]
fn after_sleep_a_waiting_tunnel_is_tried_at_once_and_a_standing_one_looked_at() {
    let (waiting, _) = after(vec![Input::TurnOn, Input::Ended(Err(lost()))], at(0));
    assert_eq!(waiting.step(Input::Jumped, at(0), 0.5).1, Effect::Begin);
    let (up, _) = after(vec![Input::TurnOn, Input::Announced(announced())], at(0));
    let (up, effect) = up.step(Input::Jumped, at(0), 0.5);
    assert!(matches!(up.state(), State::Up { .. }) && effect == Effect::Check);
}

#[test]
fn a_wall_clock_that_is_set_back_does_not_make_the_wait_longer() {
    let (waiting, _) = after(vec![Input::TurnOn, Input::Ended(Err(lost()))], at(100));
    let back = Moment { wall: Timestamp::from_secs(5), monotonic: Duration::from_secs(101) };
    assert_eq!(waiting.step(Input::Tick, back, 0.5).1, Effect::Begin);
}

fn inputs() -> impl Strategy<Value = Input> {
    prop_oneof![
        Just(Input::TurnOn),
        Just(Input::TurnOff),
        Just(Input::Announced(announced())),
        Just(Input::Ended(Err(lost()))),
        Just(Input::Ended(Err(unknown()))),
        Just(Input::Ended(Err(refused()))),
        Just(Input::Ended(Ok(()))),
        Just(Input::Tick),
        Just(Input::Jumped),
    ]
}

proptest! {
    /// Whatever happens in whatever order: a session runs exactly while the state says so, never two, never one
    /// that nobody wants; and every wait ends.
    #[test]
    fn sessions_and_states_agree_in_every_life(life in proptest::collection::vec((inputs(), 0_u64..400, 0.0..1.0_f64), 1..60)) {
        let (mut machine, mut now) = (Machine::new(), 0);
        let (mut session, mut wanted) = (false, false);
        for (input, passed, chance) in life {
            now += passed;
            // What never happens: the end or the announcement of a session that is not there.
            if matches!(input, Input::Ended(_) | Input::Announced(_)) && !session {
                continue;
            }
            match input {
                Input::TurnOn => wanted = true,
                Input::TurnOff => wanted = false,
                Input::Ended(_) => session = false,
                _ => {}
            }
            let (next, effect) = machine.step(input.clone(), at(now), chance);
            match effect {
                Effect::Begin => {
                    prop_assert!(!session && wanted, "{input:?} began a session beside another, or unwanted");
                    session = true;
                }
                Effect::End => {
                    prop_assert!(session && !wanted);
                    session = false;
                }
                Effect::Check => prop_assert!(session),
                Effect::None => {}
            }
            prop_assert_eq!(session, matches!(next.state(), State::Connecting | State::Up { .. }));
            prop_assert_eq!(wanted, !matches!(next.state(), State::Off), "wanted, and yet {:?}", next.state());
            if let Some(wait) = next.due_in(at(now)) {
                prop_assert!(wait >= Duration::from_millis(500) || matches!(input, Input::Tick | Input::Announced(_)));
                prop_assert!(wait <= SELDOM);
                let late = Moment { monotonic: Duration::from_secs(now) + wait, ..at(now) };
                prop_assert_eq!(next.clone().step(Input::Tick, late, chance).1, Effect::Begin);
            }
            machine = next;
        }
    }
}
