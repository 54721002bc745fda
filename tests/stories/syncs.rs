//! An answer never precedes its sync. `kill -9` alone cannot show a missing one: the kernel still has the
//! bytes then. So the program runs under strace, and the order of its system calls is read.

use serde_json::json;

use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::connect;
use crate::support::program::{Home, Serve};

const TURNS: usize = 25;

#[tokio::test]
async fn no_byte_of_an_answer_leaves_before_the_turn_is_synced() {
    let home = Home::new();
    let trace = home.file("trace");
    let wrapper = [
        "strace".as_ref(),
        "-f".as_ref(),
        "-yy".as_ref(),
        "-s".as_ref(),
        "8192".as_ref(),
        "-e".as_ref(),
        "trace=read,readv,recvfrom,recvmsg,write,writev,pwrite64,sendto,sendmsg,fsync,fdatasync".as_ref(),
        "-o".as_ref(),
        trace.as_os_str(),
    ];
    let options = Serve { wrapper: wrapper.map(Into::into).to_vec(), ..Serve::unlimited() };
    let server = home.serve_with(&options).await;
    let (_, tokens) = connect(&server, "Traced", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    // TLS sends its session tickets after the handshake, which may come together with the first request.
    mcp.call("get_user_context", json!({})).await;
    for number in 0..TURNS {
        let turn = json!({"user_message": marker(number), "assistant_response": "one after the other"});
        assert_eq!(mcp.call("log_conversation_turn", turn).await.content["stored"], true);
    }
    let port = server.port();
    drop(mcp);
    server.stop().await;
    let text = String::from_utf8_lossy(&std::fs::read(&trace).expect("strace wrote its trace")).into_owned();
    let events = parse(&text, port);
    if let Err(fault) = check(&events, TURNS) {
        let kept = std::env::temp_dir().join("ambient-insights-sync-trace");
        std::fs::copy(&trace, &kept).expect("the trace can be kept");
        panic!("{fault}; the trace is kept at {}", kept.display());
    }
}

/// A text that stands readable in the page of the log that holds the turn.
fn marker(number: usize) -> String {
    format!("sync-marker-{number:04}-end")
}

/// What counts for the order, as it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Event {
    /// Bytes came from a client.
    Received,
    /// A page with these turns was written to the log of `context.db`.
    Logged(Vec<usize>),
    /// A sync of that log came back.
    Synced,
    /// Bytes went to a client.
    Sent,
}

/// Reads strace's lines: `PID call(fd<what>, …) = result`, where a call that others interrupt is two lines.
fn parse(trace: &str, port: u16) -> Vec<Event> {
    let local = format!("127.0.0.1:{port}->");
    let mut open: std::collections::HashMap<&str, &str> = std::collections::HashMap::new();
    let mut events = Vec::new();
    for line in trace.lines() {
        let Some((pid, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        // A call counts where it matters: what goes out when it starts, what comes back when it ends.
        let (call, starts, ends) = if let Some(resumed) = rest.strip_prefix("<... ") {
            let Some(start) = open.remove(pid) else { continue };
            if !succeeded(resumed) {
                continue;
            }
            (start, false, true)
        } else if rest.ends_with("<unfinished ...>") {
            open.insert(pid, rest);
            (rest, true, false)
        } else {
            (rest, true, succeeded(rest))
        };
        let name = call.split('(').next().unwrap_or_default();
        let subject = call
            .split_once('(')
            .and_then(|(_, arguments)| arguments.split_once('>'))
            .map_or("", |(fd, _)| fd);
        // `<TCP:[127.0.0.1:port->…` holds a `>` itself, so the first part of the line is enough to tell it.
        let is_client = call.get(..160.min(call.len())).unwrap_or(call).contains(&local);
        let is_log = subject.contains("context.db-wal");
        match name {
            "write" | "pwrite64" | "writev" if is_log && starts => {
                let turns: Vec<usize> = (0..TURNS).filter(|number| call.contains(&marker(*number))).collect();
                if !turns.is_empty() {
                    events.push(Event::Logged(turns));
                }
            }
            "fsync" | "fdatasync" if is_log && ends => events.push(Event::Synced),
            "write" | "writev" | "sendto" | "sendmsg" if is_client && starts => events.push(Event::Sent),
            "read" | "readv" | "recvfrom" | "recvmsg" if is_client && ends => events.push(Event::Received),
            _ => {}
        }
    }
    events
}

/// The result is a number that says that something happened.
fn succeeded(line: &str) -> bool {
    line.rsplit_once(" = ").is_some_and(|(_, result)| {
        let number = result.split_whitespace().next().and_then(|number| number.parse::<i64>().ok());
        number.is_some_and(|number| number > 0 || (number == 0 && line.contains("sync")))
    })
}

/// One client, one call after the other: from the moment its request came until the sync of its turn came back,
/// nothing goes out; and every turn has a sync of its own.
fn check(events: &[Event], turns: usize) -> Result<(), String> {
    for turn in 0..turns {
        let logged = events
            .iter()
            .position(|event| matches!(event, Event::Logged(turns) if turns.contains(&turn)))
            .ok_or_else(|| format!("turn {turn} was never written to the log"))?;
        let synced = events[logged..]
            .iter()
            .position(|event| *event == Event::Synced)
            .map(|after| logged + after)
            .ok_or_else(|| format!("turn {turn} was never synced"))?;
        let asked = events[..logged]
            .iter()
            .rposition(|event| *event == Event::Received)
            .ok_or_else(|| format!("turn {turn} was logged before anybody asked"))?;
        if events[asked..synced].contains(&Event::Sent) {
            return Err(format!("turn {turn}: something was sent before its sync came back"));
        }
        if !events[synced..].contains(&Event::Sent) {
            return Err(format!("turn {turn} was never answered"));
        }
    }
    let syncs = events.iter().filter(|event| **event == Event::Synced).count();
    if syncs < turns { Err(format!("{turns} turns and only {syncs} syncs")) } else { Ok(()) }
}

#[test]
fn the_check_finds_an_answer_before_its_sync_and_a_missing_sync() {
    use Event::{Logged, Received, Sent, Synced};
    let turn = |number| Logged(vec![number]);
    assert_eq!(check(&[Received, turn(0), Synced, Sent, Received, turn(1), Synced, Sent], 2), Ok(()));
    assert!(check(&[Received, turn(0), Sent, Synced, Sent], 1).is_err(), "an answer before the sync");
    assert!(check(&[Received, Sent, turn(0), Synced, Sent], 1).is_err(), "an answer before the write");
    assert!(check(&[Received, turn(0), Sent], 1).is_err(), "no sync at all");
    assert!(
        check(&[Received, turn(0), Received, turn(1), Synced, Sent, Sent], 2).is_err(),
        "one sync for two"
    );
    assert!(check(&[Received, Synced, Sent], 1).is_err(), "a turn that never reached the log");
}

#[test]
fn the_reader_understands_calls_in_one_line_and_in_two() {
    let trace = "\
7 recvfrom(12<TCP:[127.0.0.1:9100->127.0.0.1:50000]>, \"..\", 5, 0, NULL, NULL) = 5
7 recvfrom(12<TCP:[127.0.0.1:9100->127.0.0.1:50000]>, 0x55, 5, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)
8 pwrite64(9</tmp/x/context.db-wal>, \"..sync-marker-0000-end..\", 4096, 56) = 4096
8 fdatasync(9</tmp/x/context.db-wal> <unfinished ...>
7 write(3<anon_inode:[eventfd]>, \"\\1\", 8) = 8
8 <... fdatasync resumed>) = 0
7 sendto(12<TCP:[127.0.0.1:9100->127.0.0.1:50000]>, \"..\", 90, MSG_NOSIGNAL, NULL, 0) = 90
8 fdatasync(4</tmp/x/authorization.db-wal>) = 0
8 fdatasync(9</tmp/x/context.db-wal>) = -1 EIO (Input/output error)
";
    let events = parse(trace, 9100);
    assert_eq!(events, [Event::Received, Event::Logged(vec![0]), Event::Synced, Event::Sent]);
}
