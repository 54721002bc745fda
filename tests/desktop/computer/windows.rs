//! Hands for the windows: `WebKit`'s driver. What is pressed is found as a person finds it, by what it is and what it is
//! called.

use std::path::PathBuf;
use std::process::Stdio;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::support::within;

use super::{PATIENCE, free_port, until};

/// Finds elements by role and accessible name: those of exactly that name, else those that hold it.
const FIND: &str = r"
const [role, name] = arguments;
const kinds = {
    button: 'button, [role=button]',
    switch: '[role=switch]',
    radio: 'input[type=radio]',
    checkbox: 'input[type=checkbox]:not([role])',
    textbox: 'input[type=text], input:not([type]), textarea',
    heading: 'h1, h2, h3',
    combobox: 'select',
    listitem: 'li',
    alert: '[role=alert]',
};
const squeeze = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
const called = (element) => {
    const by = element.getAttribute('aria-labelledby');
    return squeeze(
        element.getAttribute('aria-label')
        ?? (by && by.split(' ').map((id) => document.getElementById(id)?.textContent).join(' '))
        ?? (element.labels?.length ? [...element.labels].map((label) => label.textContent).join(' ') : null)
        ?? element.textContent,
    );
};
const shown = [...document.querySelectorAll(kinds[role])].filter((element) => element.getClientRects().length > 0);
const exact = shown.filter((element) => called(element) === name);
return exact.length > 0 ? exact : shown.filter((element) => called(element).includes(name));
";

/// The driver and its session.
pub(crate) struct Windows {
    client: Client,
    _driver: Child,
}

impl Windows {
    pub(super) async fn drive(inspector: u16) -> Self {
        let port = free_port();
        let driver = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .arg(format!("--target=127.0.0.1:{inspector}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("WebKitWebDriver is installed (Debian: webkit2gtk-driver)");
        let address = format!("http://127.0.0.1:{port}");
        let client = until("a session of the driver", async || {
            ClientBuilder::new(HttpConnector::new()).connect(&address).await.ok()
        })
        .await;
        Self { client, _driver: driver }
    }

    /// Turns to the consent window, once it is there and shows something.
    pub(crate) async fn consent(&self) {
        self.turn_to("approval.html").await;
    }

    /// Turns to the main window, once it is there and shows something.
    pub(crate) async fn main(&self) {
        self.turn_to("index.html").await;
    }

    async fn turn_to(&self, page: &str) {
        until(&format!("the window of {page}"), async || {
            for handle in self.client.windows().await.ok()? {
                // Windows come and go.
                if self.client.switch_to_window(handle).await.is_err() {
                    continue;
                }
                let Ok(here) =
                    self.client.execute("return [location.pathname, document.body.innerText];", vec![]).await
                else {
                    continue;
                };
                let path = here[0].as_str().unwrap_or_default();
                let is_it = path.ends_with(page) || (path == "/" && page == "index.html");
                if is_it && here[1].as_str().is_some_and(|text| !text.trim().is_empty()) {
                    return Some(());
                }
            }
            None
        })
        .await;
    }

    async fn find_all(&self, role: &str, name: &str) -> Vec<Element> {
        let found = self.client.execute(FIND, vec![json!(role), json!(name)]).await.unwrap_or_default();
        let Value::Array(found) = found else { return Vec::new() };
        let element = |reference: &Value| {
            let id = reference.as_object()?.values().next()?.as_str()?.to_owned();
            Some(Element::from_element_id(self.client.clone(), id.into()))
        };
        found.iter().filter_map(element).collect()
    }

    /// The first element of that role and name, once there is one.
    pub(crate) async fn find(&self, role: &str, name: &str) -> Element {
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(found) = self.find_all(role, name).await.into_iter().next() {
                    return found;
                }
            }
        });
        if let Ok(found) = found.await {
            return found;
        }
        panic!("the {role} {name:?} did not come; the window says: {}", self.text().await)
    }

    /// Whether there is such an element now.
    pub(crate) async fn has(&self, role: &str, name: &str) -> bool {
        !self.find_all(role, name).await.is_empty()
    }

    /// Presses a button, or turns a switch, once it is there and not busy with the press before.
    pub(crate) async fn press(&self, role: &str, name: &str) {
        let what = format!("the press of the {role} {name:?}");
        let element = until(&what, async || {
            let element = self.find(role, name).await;
            let busy = element.attr("aria-busy").await.ok()?;
            (busy.as_deref() != Some("true")).then_some(element)
        })
        .await;
        match within(&what, element.click()).await {
            // The press may have taken its window away.
            Err(error) if !error.is_no_such_window() => panic!("{what}: {error}"),
            _ => {}
        }
    }

    /// Approves in the consent window: waits until Approve can be pressed, and presses it.
    pub(crate) async fn approve(&self) {
        until("Approve to be active", async || {
            let button = self.find("button", "Approve").await;
            let hindered = button.attr("aria-disabled").await.ok()?;
            (hindered.as_deref() != Some("true")).then_some(())
        })
        .await;
        self.press("button", "Approve").await;
    }

    /// Types over what stands in a text field.
    pub(crate) async fn type_into(&self, name: &str, text: &str) {
        let field = self.find("textbox", name).await;
        field.clear().await.expect("the field can be cleared");
        field.send_keys(text).await.expect("the field can be typed into");
    }

    /// Presses a key wherever the focus is.
    pub(crate) async fn key(&self, key: Key) {
        let focused = self.client.active_element().await.expect("something has the focus");
        match within("the press of a key", focused.send_keys(&char::from(key).to_string())).await {
            Err(error) if !error.is_no_such_window() => panic!("{error}"),
            _ => {}
        }
    }

    /// What the element with the focus is called.
    pub(crate) async fn focused(&self) -> String {
        let focused = self.client.active_element().await.expect("something has the focus");
        focused.text().await.unwrap_or_default()
    }

    /// The window's visible text, one line.
    pub(crate) async fn text(&self) -> String {
        let text = self.client.execute("return document.body.innerText;", vec![]).await;
        let text = text.ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Waits until the window says this.
    pub(crate) async fn says(&self, words: &str) {
        self.shows(&format!("{words:?}"), |text| text.contains(words)).await;
    }

    async fn shows(&self, what: &str, is_it: impl Fn(&str) -> bool) {
        let mut last = String::new();
        let seen = tokio::time::timeout(PATIENCE, async {
            while !is_it(&last) {
                last = self.text().await;
            }
        });
        let seen = seen.await;
        assert!(seen.is_ok(), "{what} did not come; the window says: {last}");
    }

    /// Runs a script in the window; `done(value)` is its answer.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value, CmdError> {
        let script = format!("const done = arguments[arguments.length - 1];\n{script}");
        within("a script in the window", self.client.execute_async(&script, arguments)).await
    }

    /// Turns to another screen of the main window.
    pub(crate) async fn go_to(&self, screen: &str) {
        self.press("button", screen).await;
        self.find("heading", screen).await;
    }

    /// Keeps a picture of the window, where the environment names a folder for them.
    pub(crate) async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("AMBIENT_INSIGHTS_SCREENSHOTS").map(PathBuf::from) else {
            return;
        };
        // What was changed last is drawn with the frame after the next.
        let drawn = "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(), 50)));";
        self.run(drawn, vec![]).await.expect("the window is drawn");
        let picture = self.client.screenshot().await.expect("the window can be drawn");
        std::fs::create_dir_all(&folder).expect("the folder for pictures can be made");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("a picture can be written");
    }
}
