//! A notice on the person's screen. Never the only way to an answer: the tray and the window have it too.

use std::time::Duration;

use engine::types::Timestamp;

/// Between two notices at least this long: whoever knocks often is not heard more often.
const QUIET_TIME: Duration = Duration::from_mins(1);

/// When the last notice was shown.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    last: Option<Timestamp>,
}

impl Notices {
    /// Whether one may be shown now; then it counts as shown.
    pub(crate) fn may_tell(&mut self, now: Timestamp) -> bool {
        let may = self.last.is_none_or(|last| now.since(last) >= QUIET_TIME || now < last);
        if may {
            self.last = Some(now);
        }
        may
    }
}

/// Tells that a client waits. What a stranger on the internet calls itself is not repeated: nobody writes on the
/// owner's screen from outside.
pub(crate) async fn somebody_asks(client_name: &str, from_internet: bool) {
    let body = if from_internet {
        "A program on the internet asks for access to your memory. Open it from the icon in the tray."
            .to_owned()
    } else {
        let name: String = client_name.chars().take(60).collect();
        format!("{name} asks for access to your memory. Open it from the icon in the tray.")
    };
    if let Err(error) = show("Somebody waits to be let in", &body).await {
        tracing::debug!(%error, "no notice could be shown");
    }
}

/// Tells that a program that was about to be shown was looked up and denied. Its own words are not repeated.
pub(crate) async fn not_what_it_says() {
    let body = "A program that asked for access to your memory is not what it says. It was denied; the browser shows why.";
    if let Err(error) = show("A request was denied", body).await {
        tracing::debug!(%error, "no notice could be shown");
    }
}

/// Tells that an earlier yes counted again.
pub(crate) async fn let_in_again(client_name: &str) {
    let name: String = client_name.chars().take(60).collect();
    let body = format!(
        "{name} was let in again without asking, as your settings say. You can end that under Connections."
    );
    if let Err(error) = show("Let in again", &body).await {
        tracing::debug!(%error, "no notice could be shown");
    }
}

/// Tells that a client's access ended because a used code or refresh token came again: somebody may have stolen
/// it. The owner let this client in and knows its name.
pub(crate) async fn access_was_copied(client_name: &str) {
    if let Err(error) = show("Access was taken back", &copied(client_name)).await {
        tracing::debug!(%error, "no notice could be shown");
    }
}

fn copied(client_name: &str) -> String {
    let name: String = client_name.chars().take(60).collect();
    format!(
        "A secret of {name} was used a second time, so somebody may have copied it. Its access ended; if it was \
         {name} itself, let it in again when it asks."
    )
}

/// Servers of the desktop notifications specification may take the body for markup.
#[cfg(target_os = "linux")]
fn as_text(body: &str) -> String {
    body.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(target_os = "linux")]
async fn show(summary: &str, body: &str) -> zbus::Result<()> {
    use std::collections::HashMap;

    use zbus::zvariant::Value;

    let bus = zbus::Connection::session().await?;
    let hints = HashMap::from([("desktop-entry", Value::from("ambient-insights"))]);
    // A slice: an array of a fixed length is a structure to D-Bus, and the server refuses the call.
    let actions: &[&str] = &[];
    bus.call_method(
        Some("org.freedesktop.Notifications"),
        "/org/freedesktop/Notifications",
        Some("org.freedesktop.Notifications"),
        "Notify",
        &("Ambient Insights", 0_u32, "ambient-insights", summary, as_text(body), actions, hints, -1_i32),
    )
    .await
    .map(drop)
}

/// Elsewhere the tray's icon alone tells.
#[cfg(not(target_os = "linux"))]
async fn show(_: &str, _: &str) -> Result<(), std::convert::Infallible> {
    Ok(())
}

#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;
