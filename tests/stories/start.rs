//! Starting, and refusing to start: every refusal says what happened, why, and what to do.

use std::net::TcpListener;

use rusqlite::Connection;

use crate::support::oauth::connect;
use crate::support::program::{Home, Serve};

#[tokio::test]
async fn the_ready_line_tells_a_script_all_that_it_needs() {
    let home = Home::new();
    let server = home.serve().await;
    let ready = &server.ready;
    assert_eq!(ready.mcp_url.as_str(), format!("https://localhost:{}/mcp", server.port()));
    assert_eq!(ready.issuer.as_str().trim_end_matches('/'), format!("https://localhost:{}", server.port()));
    assert_eq!(ready.public_url, None);
    assert!(ready.ca_certificate.is_file(), "{}", ready.ca_certificate.display());
    assert!(std::fs::read_to_string(&ready.ca_certificate).unwrap().contains("BEGIN CERTIFICATE"));
    assert_eq!(ready.version, env!("CARGO_PKG_VERSION"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
        let socket = std::fs::metadata(&ready.control_socket).unwrap();
        assert!(socket.file_type().is_socket());
        assert_eq!(socket.permissions().mode() % 0o100, 0, "the control socket is for its owner alone");
        assert_eq!(
            std::fs::metadata(format!("/proc/{}", ready.pid)).map_or(socket.uid(), |it| it.uid()),
            socket.uid()
        );
        // Nobody else on this computer may read memories, hashes or the authority's key.
        let is_private = |path: &std::path::Path| {
            let mode = std::fs::metadata(path).unwrap().permissions().mode();
            mode.is_multiple_of(0o100)
        };
        for entry in std::fs::read_dir(home.data()).unwrap() {
            let path = entry.unwrap().path();
            assert!(is_private(&path) || is_private(&home.data()), "others can read {}", path.display());
        }
    }
}

/// Sixty libraries, which each command at a terminal and each hook would wait for too.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[tokio::test]
async fn without_a_desktop_the_toolkit_is_not_loaded() {
    let home = Home::new();
    let server = home.serve().await;
    let maps = std::fs::read_to_string(format!("/proc/{}/maps", server.ready.pid)).unwrap();
    assert!(maps.contains("libc.so"), "{maps}");
    for library in ["libgtk", "libgdk", "libcairo", "libX11", "libwebkit"] {
        assert!(!maps.contains(library), "{library} is loaded");
    }
}

#[tokio::test]
async fn a_port_in_use_is_told_with_who_has_it() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let ended = Home::new().try_serve(&Serve { port, ..Serve::default() }).await.err().unwrap();
    let own_pid = std::process::id().to_string();
    let mut words = vec![port.to_string()];
    if cfg!(target_os = "linux") {
        words.push(own_pid);
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    ended.expect_failure(1, &words).expect_failure(1, &["--port"]);
}

#[tokio::test]
async fn a_second_instance_is_refused_with_the_pid_of_the_first_which_goes_on() {
    let home = Home::new();
    let first = home.serve().await;
    let ended = home.try_serve(&Serve::default()).await.err().unwrap();
    ended.expect_failure(1, &[&first.ready.pid.to_string()]);
    assert_eq!(first.https().get("/health").await.status, 200);
    connect(&first, "Still here", None).await;
}

#[tokio::test]
async fn a_killed_instance_leaves_nothing_that_stops_the_next() {
    let home = Home::new();
    home.serve().await.kill().await;
    home.serve().await.kill().await;
    assert_eq!(home.serve().await.https().get("/health").await.status, 200);
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_stops_it_in_good_order() {
    let home = Home::new();
    let server = home.serve().await;
    let socket = server.ready.control_socket.clone();
    let ended = server.stop().await;
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(!socket.exists(), "the control socket is taken away");
    for file in ["context.db", "authorization.db"] {
        let wal = home.data().join(format!("{file}-wal"));
        assert!(
            std::fs::metadata(&wal).map_or(0, |wal| wal.len()) == 0,
            "{file} was not checkpointed at the end"
        );
        crate::durability::expect_sound(&home.data().join(file));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_broken_database_is_named_and_left_as_it_is() {
    for file in ["context.db", "authorization.db"] {
        let home = Home::new();
        // In good order, so that all is in the database file: what is still in the log would repair it by itself.
        home.serve().await.stop().await;
        let path = home.data().join(file);
        let good = std::fs::read(&path).unwrap();
        let broken: Vec<u8> = good.iter().map(|byte| byte ^ 0x5a).collect();
        std::fs::write(&path, &broken).unwrap();
        let ended = home.try_serve(&Serve::default()).await.err().unwrap();
        ended.expect_failure(1, &[file]);
        assert_eq!(std::fs::read(&path).unwrap(), broken, "what may still be mended by hand is not touched");
        std::fs::write(&path, &good).unwrap();
        assert_eq!(home.serve().await.https().get("/health").await.status, 200);
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let home = Home::new();
    assert_eq!(home.run(["context", "--json"]).await.code, 0, "a first command makes the store");
    let path = home.data().join("context.db");
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 9999).unwrap();
    let ended = home.try_serve(&Serve::default()).await.err().unwrap();
    ended.expect_failure(1, &["context.db", "newer"]);
}

#[tokio::test]
async fn an_unknown_setting_names_the_nearest_known_one() {
    let home = Home::new();
    std::fs::create_dir_all(home.data()).unwrap();
    std::fs::write(home.data().join("config.toml"), "prot = 9100\n").unwrap();
    let ended = home.try_serve(&Serve::default()).await.err().unwrap();
    let code = ended.code;
    assert!([1, 2].contains(&code), "{ended:?}");
    ended.expect_failure(code, &["prot", "port", "config.toml"]);

    std::fs::remove_file(home.data().join("config.toml")).unwrap();
    let environment = vec![("AMBIENT_INSIGHTS_PROT".to_owned(), "9100".to_owned())];
    let ended = home.try_serve(&Serve { environment, ..Serve::default() }).await.err().unwrap();
    ended.expect_failure(code, &["PROT", "port"]);
}

#[tokio::test]
async fn wrong_flags_end_with_2_and_say_how_it_is_called() {
    let home = Home::new();
    home.run(["serve", "--prot", "1"]).await.expect_failure(2, &["--port", "Usage"]);
    home.run(["serve", "--port", "70000"]).await.expect_failure(2, &["70000"]);
    home.run(["no-such-command"]).await.expect_failure(2, &["no-such-command"]);
    home.run(["approvals", "approve"]).await.expect_failure(2, &["ID"]);
    home.run(["--help"]).await.expect_success();
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_made_is_named() {
    let home = Home::new();
    std::fs::write(home.data(), "a file where the folder should be").unwrap();
    let folder = home.data().display().to_string();
    let ended = home.try_serve(&Serve::default()).await.err().unwrap();
    let code = ended.code;
    assert_ne!(code, 0);
    ended.expect_failure(code, &[&folder]);
}

#[tokio::test]
async fn load_test_mode_is_refused_where_the_public_could_come_in() {
    let options = Serve {
        arguments: ["--public-url", "https://memory.example.com"].map(Into::into).to_vec(),
        ..Serve::unlimited()
    };
    let ended = Home::new().try_serve(&options).await.err().unwrap();
    let code = ended.code;
    assert_ne!(code, 0);
    ended.expect_failure(code, &["limits"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_setting_that_is_no_text_is_refused_and_not_left_out() {
    use std::os::unix::ffi::OsStrExt as _;
    let home = Home::new();
    let mut command = home.command(["context"]);
    command.env("AMBIENT_INSIGHTS_PORT", std::ffi::OsStr::from_bytes(b"91\xff"));
    let ended = command.output().await.unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("AMBIENT_INSIGHTS_PORT"));
}

#[tokio::test]
async fn serve_with_json_prints_the_ready_line_like_every_command_with_json_prints_json() {
    use tokio::io::AsyncBufReadExt as _;
    let home = Home::new();
    let mut command = home.command(["serve", "--port", "0", "--json"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
    let mut serve = command.spawn().unwrap();
    let mut line = String::new();
    let mut stdout = tokio::io::BufReader::new(serve.stdout.take().unwrap());
    crate::support::within("the ready line of serve", stdout.read_line(&mut line)).await.unwrap();
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(ready["mcp_url"].as_str().unwrap().ends_with("/mcp"), "{ready}");
    serve.kill().await.unwrap();
}
