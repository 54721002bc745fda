use std::time::Duration;

use authorization::{
    Arrival, AuditKind, AuditQuery, AuditRetention, Decider, RejectionKind, Scope, Settings, ToolCallRecord,
    ToolOutcome,
};

use crate::support::{CLAUDE_CODE, REDIRECT, Server, settings, tokens};

fn call(tool: &str) -> ToolCallRecord {
    ToolCallRecord {
        client_id: CLAUDE_CODE.to_owned(),
        client_name: "Claude Code".to_owned(),
        grant_id: None,
        tool: tool.to_owned(),
        scope: Some(Scope::ContextRead),
        outcome: ToolOutcome::Answered,
        took: Some(Duration::from_micros(120)),
        arrival: Some(Arrival::Local),
    }
}

async fn kinds(server: &Server) -> Vec<AuditKind> {
    let query = AuditQuery { limit: 10_000, ..AuditQuery::default() };
    server.auth.audit(query).await.unwrap().into_iter().map(|entry| entry.kind).collect()
}

#[tokio::test]
async fn every_step_of_a_client_s_life_stands_in_the_trail() {
    let server = Server::new();
    let client = server.register(REDIRECT).await;
    let pair = server.connect(&client).await;
    tokens(&server.refresh(&client, &pair.refresh).await);
    server.auth.revoke_client(&client, Decider::Owner).await.unwrap();
    let denied = server.ask(&client).await;
    server.auth.deny(denied.id, true, Decider::Terminal).await.unwrap();
    let mut kinds = kinds(&server).await;
    kinds.reverse();
    assert_eq!(
        kinds,
        [
            AuditKind::Registered,
            AuditKind::Asked,
            AuditKind::Approved,
            AuditKind::Issued,
            AuditKind::Refreshed,
            AuditKind::Revoked,
            AuditKind::Asked,
            AuditKind::Blocked,
            AuditKind::Denied,
        ]
    );
}

#[tokio::test]
async fn tool_calls_are_on_disk_after_a_flush_and_after_closing() {
    let mut server = Server::new();
    for number in 0..2500 {
        server.auth.record_tool_call(call(&format!("tool_{number}")));
    }
    server.auth.flush().await;
    let query = AuditQuery { kinds: vec![AuditKind::ToolCalled], limit: 10_000, ..AuditQuery::default() };
    let entries = server.auth.audit(query.clone()).await.unwrap();
    assert_eq!(entries.len(), 2500);
    assert_eq!(entries[0].tool.as_deref(), Some("tool_2499"));
    assert_eq!(entries[0].took_micros, Some(120));
    server.auth.record_tool_call(call("last"));
    server.restart().await;
    let entries = server.auth.audit(query).await.unwrap();
    assert_eq!(entries[0].tool.as_deref(), Some("last"));
}

#[tokio::test]
async fn a_flood_of_tool_calls_loses_no_line_silently() {
    let server = Server::new();
    for _ in 0..30_000 {
        server.auth.record_tool_call(call("flood"));
    }
    server.auth.flush().await;
    // What was dropped while the queue was full is told with the next lines.
    server.auth.record_tool_call(call("after"));
    server.auth.flush().await;
    let query = AuditQuery { limit: 100_000, ..AuditQuery::default() };
    let entries = server.auth.audit(query).await.unwrap();
    let kept = entries.iter().filter(|entry| entry.kind == AuditKind::ToolCalled).count();
    let dropped: i64 =
        entries.iter().filter(|entry| entry.kind == AuditKind::Dropped).filter_map(|entry| entry.count).sum();
    assert_eq!(i64::try_from(kept).unwrap() + dropped, 30_001);
}

#[tokio::test]
async fn a_hundred_thousand_rejected_requests_do_not_grow_the_file() {
    let server = Server::new();
    let size = || -> u64 {
        std::fs::read_dir(server.directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .sum()
    };
    server.auth.record_rejection(RejectionKind::InvalidToken, &Arrival::Local);
    server.auth.flush().await;
    let before = size();
    for number in 0..100_000 {
        match number % 4 {
            0 => drop(server.post_form("/oauth/token", &[("grant_type", "x")]).await),
            1 => drop(server.get("/oauth/authorize?client_id=", None).await),
            2 => drop(server.get("/oauth/requests/x", None).await),
            _ => server.auth.record_rejection(RejectionKind::InvalidToken, &Arrival::Local),
        }
    }
    server.auth.flush().await;
    let grown = size().saturating_sub(before);
    assert!(grown < 64 * 1024, "the files grew by {grown} bytes");
    let query = AuditQuery { kinds: vec![AuditKind::Rejected], ..AuditQuery::default() };
    let entries = server.auth.audit(query).await.unwrap();
    assert_eq!(entries.iter().filter_map(|entry| entry.count).sum::<i64>(), 100_001);
    assert!(entries.len() <= 4, "{}", entries.len());
}

#[tokio::test]
async fn each_class_of_lines_has_its_own_cap() {
    let retention = AuditRetention { grant_changes: 5, strangers: 3, tool_calls: 2, longest: None };
    let mut server = Server::with(Settings { audit_retention: retention, ..settings() });
    server.connect(CLAUDE_CODE).await;
    for _ in 0..10 {
        server.register(REDIRECT).await;
        server.auth.record_tool_call(call("tool"));
    }
    // Clearing away happens at every start.
    server.restart().await;
    server.auth.record_tool_call(call("wakes the thread"));
    server.auth.flush().await;
    server.restart().await;
    let kinds = kinds(&server).await;
    let count = |wanted| kinds.iter().filter(|kind| **kind == wanted).count();
    assert!(count(AuditKind::ToolCalled) <= 3, "{kinds:?}");
    assert!(count(AuditKind::Registered) <= 3, "{kinds:?}");
    assert_eq!(count(AuditKind::Approved) + count(AuditKind::Issued), 2, "decisions stay: {kinds:?}");
}

#[tokio::test]
async fn the_trail_is_filtered_by_client_kind_and_time() {
    let server = Server::new();
    let client = server.register(REDIRECT).await;
    server.connect(CLAUDE_CODE).await;
    server.clock.advance(Duration::from_hours(1));
    server.connect(&client).await;
    let list = async |query: AuditQuery| server.auth.audit(query).await.unwrap();
    let of_client = list(AuditQuery { client_id: Some(client.clone()), ..AuditQuery::default() }).await;
    assert!(of_client.iter().all(|entry| entry.client_id.as_deref() == Some(client.as_str())));
    assert_eq!(of_client.len(), 4);
    let since = of_client[0].at;
    assert_eq!(list(AuditQuery { since: Some(since), ..AuditQuery::default() }).await.len(), 3);
    assert_eq!(list(AuditQuery { until: Some(since), ..AuditQuery::default() }).await.len(), 4);
    assert_eq!(list(AuditQuery { kinds: vec![AuditKind::Issued], ..AuditQuery::default() }).await.len(), 2);
    assert_eq!(list(AuditQuery { limit: 1, ..AuditQuery::default() }).await.len(), 1);
}

#[tokio::test]
async fn a_cursor_goes_through_the_whole_trail_without_a_gap_or_a_line_twice() {
    let server = Server::new();
    server.auth.record_rejection(RejectionKind::InvalidToken, &Arrival::Local);
    for _ in 0..5 {
        server.connect(CLAUDE_CODE).await;
    }
    server.auth.flush().await;
    let all: Vec<_> = server
        .auth
        .audit(AuditQuery { limit: 1000, ..AuditQuery::default() })
        .await
        .unwrap()
        .into_iter()
        .filter_map(|entry| entry.seq)
        .collect();
    let mut paged = Vec::new();
    let mut before = i64::MAX;
    loop {
        let query = AuditQuery { before: Some(before), limit: 4, ..AuditQuery::default() };
        let page: Vec<_> =
            server.auth.audit(query).await.unwrap().into_iter().map(|entry| entry.seq.unwrap()).collect();
        let Some(oldest) = page.last() else { break };
        before = *oldest;
        paged.extend(page);
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn lines_older_than_the_owner_wants_to_keep_go_and_younger_ones_stay() {
    let day = Duration::from_hours(24);
    let retention = AuditRetention { longest: Some(30 * day), ..AuditRetention::default() };
    let mut server = Server::with(Settings { audit_retention: retention, ..settings() });
    server.connect(CLAUDE_CODE).await;
    server.auth.record_rejection(RejectionKind::InvalidToken, &Arrival::Local);
    server.auth.flush().await;
    server.clock.advance(20 * day);
    server.register(REDIRECT).await;
    server.clock.advance(10 * day + Duration::from_mins(2));
    // Clearing away happens at every start.
    server.restart().await;
    server.auth.flush().await;
    server.restart().await;
    assert_eq!(kinds(&server).await, [AuditKind::Registered]);
}

#[tokio::test]
async fn what_a_client_does_with_its_tokens_is_told_with_where_it_came_from() {
    let server = Server::new();
    let first = server.connect(CLAUDE_CODE).await;
    let second = tokens(&server.refresh(CLAUDE_CODE, &first.refresh).await);
    server.clock.advance(Duration::from_mins(2));
    server.refresh(CLAUDE_CODE, &first.refresh).await;
    assert!(!server.opens(&second.access).await);
    let third = server.connect(CLAUDE_CODE).await;
    server.post_form("/oauth/revoke", &[("client_id", CLAUDE_CODE), ("token", &third.refresh)]).await;
    for kind in [AuditKind::Issued, AuditKind::Refreshed, AuditKind::Replayed, AuditKind::Revoked] {
        let query = AuditQuery { kinds: vec![kind], ..AuditQuery::default() };
        for line in server.auth.audit(query).await.unwrap() {
            assert_eq!(line.arrival.as_deref(), Some("local"), "{kind:?}");
            assert_eq!(line.remote_address.as_deref(), Some("127.0.0.1"), "{kind:?}");
        }
    }
}
