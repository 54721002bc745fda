//! Whether the screen is locked: then nothing comes up by itself.

/// Whether somebody would have to unlock the screen first. Where the system does not tell, it is not.
#[cfg(target_os = "linux")]
pub(crate) async fn is_locked() -> bool {
    use std::time::Duration;

    // The services answer within a millisecond; one that hangs must not keep the window away for long.
    let asked = async {
        tokio::join!(
            saver_is_active("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
            saver_is_active("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
            session_is_locked(),
        )
    };
    match tokio::time::timeout(Duration::from_millis(200), asked).await {
        Ok((freedesktop, gnome, session)) => {
            [freedesktop, gnome, session].into_iter().any(|answer| answer.unwrap_or(false))
        }
        Err(_) => false,
    }
}

/// Asks the session's screen saver, without starting one.
#[cfg(target_os = "linux")]
async fn saver_is_active(name: &str, path: &str) -> zbus::Result<bool> {
    let bus = session_bus().await?;
    let proxy = zbus::Proxy::new(&bus, name.to_owned(), path.to_owned(), name.to_owned()).await?;
    let answer =
        proxy.call_with_flags("GetActive", zbus::proxy::MethodFlags::NoAutoStart.into(), &()).await?;
    Ok(answer.unwrap_or(false))
}

/// Asks the login manager, which knows of lock screens that are no screen savers.
#[cfg(target_os = "linux")]
async fn session_is_locked() -> zbus::Result<bool> {
    let bus = zbus::Connection::system().await?;
    let proxy = zbus::Proxy::new(
        &bus,
        "org.freedesktop.login1",
        "/org/freedesktop/login1/session/auto",
        "org.freedesktop.login1.Session",
    )
    .await?;
    proxy.get_property("LockedHint").await
}

/// One connection for all questions.
#[cfg(target_os = "linux")]
async fn session_bus() -> zbus::Result<zbus::Connection> {
    static BUS: tokio::sync::OnceCell<zbus::Connection> = tokio::sync::OnceCell::const_new();
    BUS.get_or_try_init(zbus::Connection::session).await.cloned()
}

/// Not asked elsewhere yet: the limits on windows hold there all the same.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn is_locked() -> bool {
    false
}
