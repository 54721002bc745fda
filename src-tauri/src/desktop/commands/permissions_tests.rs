use std::collections::BTreeSet;

use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use super::contract::Contract;
use super::names::{APPROVAL_COMMANDS, MAIN_COMMANDS};

/// The app with its real configuration, so with its real permissions, on a runtime without a display.
fn window(app: &tauri::App<MockRuntime>, label: &str) -> WebviewWindow<MockRuntime> {
    WebviewWindowBuilder::new(app, label, WebviewUrl::default()).build().unwrap()
}

fn app() -> tauri::App<MockRuntime> {
    mock_builder().invoke_handler(super::handler()).build(crate::desktop::context()).unwrap()
}

/// What calling comes to. The commands' state is not there, so one that is allowed fails later and otherwise.
fn call(window: &WebviewWindow<MockRuntime>, command: &str) -> String {
    let url = if cfg!(any(windows, target_os = "android")) {
        "http://tauri.localhost"
    } else {
        "tauri://localhost"
    };
    let request = InvokeRequest {
        cmd: command.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: url.parse().unwrap(),
        body: InvokeBody::Json(serde_json::json!({ "input": {} })),
        headers: tauri::http::HeaderMap::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    match get_ipc_response(window, request) {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => error.to_string(),
    }
}

fn is_refused(window: &WebviewWindow<MockRuntime>, command: &str) -> bool {
    call(window, command).contains("not allowed")
}

#[test]
fn each_window_may_call_its_own_commands_and_no_others() {
    let app = app();
    let main = window(&app, "main");
    let approval = window(&app, "approval-1");
    for command in MAIN_COMMANDS {
        assert!(!is_refused(&main, command), "main may not call {command}: {}", call(&main, command));
        assert!(is_refused(&approval, command), "the consent window may call {command}");
    }
    for command in APPROVAL_COMMANDS {
        assert!(!is_refused(&approval, command), "the consent window may not call {command}");
        assert!(is_refused(&main, command), "main may call {command}");
    }
}

#[test]
fn a_window_that_is_neither_may_call_nothing() {
    let app = app();
    let other = window(&app, "something-else");
    for command in MAIN_COMMANDS.iter().chain(APPROVAL_COMMANDS) {
        assert!(is_refused(&other, command), "{command}");
    }
}

#[test]
fn no_window_may_use_the_toolkits_own_commands() {
    let app = app();
    for label in ["main", "approval-1"] {
        let window = window(&app, label);
        for command in [
            "plugin:window|set_always_on_top",
            "plugin:window|destroy",
            "plugin:webview|create_webview_window",
            "plugin:event|emit",
            "plugin:dialog|open",
            "plugin:dialog|save",
            "plugin:fs|read_text_file",
            "plugin:app|version",
            "plugin:path|resolve_directory",
        ] {
            let answer = call(&window, command);
            assert!(
                answer.contains("not allowed") || answer.contains("not found"),
                "{label} {command}: {answer}"
            );
        }
    }
}

#[test]
fn the_permissions_name_the_commands_that_there_are() {
    let mut contract = Contract::new();
    super::program::contract(&mut contract);
    super::reach::contract(&mut contract);
    super::assistants::contract(&mut contract);
    super::memory::contract(&mut contract);
    super::privacy::contract(&mut contract);
    super::transfer::contract(&mut contract);
    super::settings::contract(&mut contract);
    super::certificates::contract(&mut contract);
    assert_eq!(
        contract.take_names(),
        MAIN_COMMANDS.iter().copied().map(str::to_owned).collect::<BTreeSet<_>>()
    );
    super::approval::contract(&mut contract);
    assert_eq!(
        contract.take_names(),
        APPROVAL_COMMANDS.iter().copied().map(str::to_owned).collect::<BTreeSet<_>>()
    );
}
