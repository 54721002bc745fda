//! What stays on the disk, and what does not.

use authorization::{Decider, NewSecret};
use http::StatusCode;

use crate::client_support::{self, SECRET};
use crate::support::{CLAUDE_CODE, REDIRECT, Server, tokens};

#[tokio::test]
async fn everything_survives_a_restart() {
    let mut server = Server::new();
    let client = server.register(REDIRECT).await;
    let pair = server.connect(&client).await;
    let pending = server.ask(CLAUDE_CODE).await;
    server.restart().await;

    assert!(server.opens(&pair.access).await);
    assert_eq!(server.auth.pending().await.unwrap()[0].id, pending.id);
    server.approve(&pending).await;
    server.restart().await;

    let code = server.page(&pending).await.parameter("code");
    server.restart().await;

    let second = tokens(&server.exchange(CLAUDE_CODE, &code).await);
    let renewed = tokens(&server.refresh(&client, &pair.refresh).await);
    server.restart().await;

    assert!(server.opens(&second.access).await);
    assert_eq!(tokens(&server.refresh(&client, &pair.refresh).await), renewed, "a retry after a restart");
    server.auth.revoke_client(&client, Decider::Owner).await.unwrap();
    server.restart().await;

    assert!(!server.opens(&renewed.access).await);
    assert_eq!(server.exchange(CLAUDE_CODE, &code).await.status, StatusCode::BAD_REQUEST);
    assert!(!server.opens(&second.access).await, "a replayed code is recognised after a restart");
    assert!(server.auth.integrity().await.unwrap().is_empty());
}

#[tokio::test]
async fn no_secret_stands_in_the_files() {
    let mut server = Server::new();
    let wanted = client_support::wanted("made", NewSecret::Generated);
    let made = server.auth.add_client(wanted, Decider::Terminal).await.unwrap().generated.unwrap();
    server.add_confidential("given").await;
    let registration =
        server.post_json("/register", &serde_json::json!({ "redirect_uris": [REDIRECT] })).await.json();
    let management = registration["registration_access_token"].as_str().unwrap();
    let first = server.connect(CLAUDE_CODE).await;
    let second = tokens(&server.refresh(CLAUDE_CODE, &first.refresh).await);
    let request = server.ask(CLAUDE_CODE).await;
    server.approve(&request).await;
    let code = server.page(&request).await.parameter("code");
    let cookie = request.cookie.split('=').nth(1).unwrap().to_owned();
    server.through_the_tunnel();
    let tunnelled = server.ask(CLAUDE_CODE).await;
    let page = server.page(&tunnelled).await.body;
    let confirmation = page.split("class=\"typed\">").nth(1).unwrap()[..6].to_owned();

    let look = |what: &str| {
        let mut sought: Vec<(&str, &str)> =
            vec![("code", &code), ("cookie", &cookie), ("typed", &confirmation)];
        sought.extend([("made", made.expose()), ("management", management), ("given", &SECRET[..30])]);
        for pair in [&first, &second] {
            sought.extend([("access", pair.access.as_str()), ("refresh", pair.refresh.as_str())]);
        }
        let (mut files, mut known) = (0, false);
        for entry in std::fs::read_dir(server.directory.path()).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            files += 1;
            // The search itself is proved by something that is there.
            known |= bytes.windows(CLAUDE_CODE.len()).any(|window| window == CLAUDE_CODE.as_bytes());
            for (label, secret) in &sought {
                // The random part alone, so that no prefix or checksum hides it.
                let part = if secret.len() > 40 { &secret[7..39] } else { secret };
                let found = bytes.windows(part.len()).any(|window| window == part.as_bytes());
                assert!(!found, "{label} stands in {} {what}", path.display());
            }
        }
        assert!(files > 0 && known);
    };
    look("while it is open");
    server.auth.clone().close().await;
    look("after closing");
}
