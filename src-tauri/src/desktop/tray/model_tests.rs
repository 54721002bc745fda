use engine::types::{Pause, Timestamp};

use super::*;
use crate::desktop::tray::action::Action;

fn running() -> Program {
    Program::Running {
        door_open: true,
        paused: None,
        mcp_url: "https://localhost:9100/mcp".to_owned(),
        public_url: None,
    }
}

fn facts(program: Program) -> Facts {
    Facts { program, tunnel: Tunnel::NotSet, waiting: Vec::new() }
}

fn request(number: u8) -> RequestId {
    format!("01995d2e-8f3a-7c41-9d20-5b6f0e1c2a{number:02x}").parse().unwrap()
}

fn actions(entries: &[Entry]) -> Vec<Action> {
    entries
        .iter()
        .flat_map(|entry| match entry {
            Entry::Item(action, _) => vec![*action],
            Entry::Submenu(_, inner) => actions(inner),
            Entry::Line(_) | Entry::Separator => Vec::new(),
        })
        .collect()
}

fn first_line(model: &Model) -> &str {
    match &model.entries[0] {
        Entry::Line(text) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_running_program_is_quiet_and_offers_all_that_can_be_done() {
    let model = Model::of(&facts(running()));
    assert_eq!(model.icon, Icon::Quiet);
    assert_eq!(
        actions(&model.entries),
        [
            Action::CopyUrl,
            Action::Open,
            Action::Connect,
            Action::Pause(Some(15)),
            Action::Pause(Some(60)),
            Action::Pause(None),
            Action::Panic,
            Action::Quit
        ]
    );
}

#[test]
fn somebody_who_waits_changes_the_icon_and_stands_in_the_menu() {
    let waiting = vec![(request(1), "Claude Code".to_owned())];
    let model = Model::of(&Facts { waiting, ..facts(running()) });
    assert_eq!(model.icon, Icon::Asking);
    assert_eq!(first_line(&model), "Claude Code asks for access");
    assert!(actions(&model.entries).contains(&Action::Approval(request(1))));
}

#[test]
fn twenty_requests_do_not_make_a_menu_taller_than_the_screen() {
    let waiting: Vec<_> = (0..20).map(|number| (request(number), format!("Client {number}"))).collect();
    let model = Model::of(&Facts { waiting, ..facts(running()) });
    assert_eq!(first_line(&model), "20 programs ask for access");
    let named =
        actions(&model.entries).into_iter().filter(|action| matches!(action, Action::Approval(_))).count();
    assert_eq!(named, NAMED);
    assert!(model.entries.contains(&Entry::Item(Action::Connect, "12 more wait…".to_owned())));
}

#[test]
fn a_name_of_ten_thousand_characters_is_one_short_line() {
    let waiting = vec![(request(1), "x\n".repeat(10_000))];
    let model = Model::of(&Facts { waiting, ..facts(running()) });
    for entry in &model.entries {
        if let Entry::Item(_, text) | Entry::Line(text) = entry {
            assert!(text.chars().count() < 90 && !text.contains('\n'), "{text}");
        }
    }
}

#[test]
fn a_pause_says_until_when_and_offers_to_resume() {
    let until = Some(Timestamp::from_secs(1_795_000_000));
    for until in [until, None] {
        let program = Program::Running {
            door_open: true,
            paused: Some(Pause { until }),
            mcp_url: "https://localhost:9100/mcp".to_owned(),
            public_url: None,
        };
        let model = Model::of(&facts(program));
        assert_eq!(model.icon, Icon::Paused);
        assert!(first_line(&model).starts_with("Paused"), "{}", first_line(&model));
        let actions = actions(&model.entries);
        assert!(actions.contains(&Action::Resume) && !actions.contains(&Action::Pause(None)));
    }
}

#[test]
fn a_closed_door_is_an_error_with_its_reason_and_the_way_back() {
    let program = Program::Running {
        door_open: false,
        paused: None,
        mcp_url: "https://localhost:9100/mcp".to_owned(),
        public_url: Some("https://memory.example.org/mcp".to_owned()),
    };
    let model = Model::of(&facts(program));
    assert_eq!(model.icon, Icon::Error);
    let actions = actions(&model.entries);
    assert!(actions.contains(&Action::OpenDoor) && !actions.contains(&Action::Panic));
    assert!(actions.contains(&Action::CopyPublicUrl));
}

#[test]
fn the_tunnel_has_one_switch_and_says_public_only_when_it_was_tried() {
    let with = |tunnel: Tunnel| Model::of(&Facts { tunnel, ..facts(running()) });
    let broken = Tunnel::Broken { reason: "no address in DNS".to_owned() };
    for (tunnel, switch, words) in [
        (Tunnel::NotSet, None, "Running: "),
        (Tunnel::Off, Some(Action::TunnelOn), "Running: "),
        (Tunnel::On, Some(Action::TunnelOff), "Running: "),
        (Tunnel::Public, Some(Action::TunnelOff), "Running and public"),
        (broken, Some(Action::TunnelOff), "no address in DNS"),
    ] {
        let model = with(tunnel.clone());
        let actions = actions(&model.entries);
        for action in [Action::TunnelOn, Action::TunnelOff] {
            assert_eq!(actions.contains(&action), switch == Some(action), "{tunnel:?} {action:?}");
        }
        assert!(first_line(&model).contains(words), "{tunnel:?}: {}", first_line(&model));
        let error = matches!(tunnel, Tunnel::Broken { .. });
        assert_eq!(model.icon, if error { Icon::Error } else { Icon::Quiet }, "{tunnel:?}");
    }
}

#[test]
fn a_failure_stands_in_the_first_line_and_can_be_tried_again() {
    let model = Model::of(&facts(Program::Failed { message: "port 9100 is in use".to_owned() }));
    assert_eq!(model.icon, Icon::Error);
    assert_eq!(first_line(&model), "Not running: port 9100 is in use");
    assert_eq!(actions(&model.entries), [Action::Open, Action::TryAgain, Action::Quit]);
}

#[test]
fn every_action_comes_back_from_its_id_and_nothing_else_does() {
    let all = [
        Action::Open,
        Action::TunnelOn,
        Action::TunnelOff,
        Action::Connect,
        Action::Approval(request(7)),
        Action::CopyUrl,
        Action::CopyPublicUrl,
        Action::Pause(Some(15)),
        Action::Pause(None),
        Action::Resume,
        Action::OpenDoor,
        Action::Panic,
        Action::TryAgain,
        Action::Quit,
    ];
    for action in all {
        assert_eq!(Action::try_from(&action.to_id()), Ok(action));
    }
    for nonsense in ["", "approval:", "approval:1", "pause:x", "pause:-1", "quit:1", "Quit"] {
        assert!(Action::try_from(&tauri::menu::MenuId::new(nonsense)).is_err(), "{nonsense}");
    }
}
