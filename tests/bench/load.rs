//! The load: many connections that stay open, each with one request after the other.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::support::https::Https;
use crate::support::mcp::{Era, McpClient};

/// What a run gave.
pub(crate) struct Figures {
    seconds: f64,
    /// Of every answered request, sorted.
    latencies: Vec<Duration>,
}

impl Figures {
    pub(crate) fn per_second(&self) -> f64 {
        as_float(self.latencies.len()) / self.seconds
    }

    /// The time that `share` of all requests stay below.
    pub(crate) fn percentile(&self, share: f64) -> Duration {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a length is an index"
        )]
        let index = (as_float(self.latencies.len().saturating_sub(1)) * share) as usize;
        self.latencies.get(index).copied().unwrap_or_default()
    }

    pub(crate) fn shown(&self) -> String {
        format!(
            "{:>7.0} requests/s   p50 {:>7.2} ms   p99 {:>7.2} ms",
            self.per_second(),
            milliseconds(self.percentile(0.50)),
            milliseconds(self.percentile(0.99)),
        )
    }

    /// Two runs of the same thing as one.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.seconds += other.seconds;
        self.latencies.extend(other.latencies);
        self.latencies.sort_unstable();
        self
    }
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
pub(crate) fn as_float(count: usize) -> f64 {
    count as f64
}

/// Logs turns over `connections` connections for `time`.
pub(crate) async fn log_turns(https: &Https, token: &str, connections: usize, time: Duration) -> Figures {
    let run = crate::support::random_text(6);
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(McpClient::open(https, token, Era::Modern).await);
    }
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for (connection, mut client) in open.into_iter().enumerate() {
        let run = run.clone();
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            while start.elapsed() < time {
                // No two turns alike: a server may answer a repeated one without storing it.
                let turn = json!({"name": "log_conversation_turn", "arguments": {
                    "user_message": format!("Run {run}, connection {connection}: how do I tie knot {}?", latencies.len()),
                    "assistant_response": "Over, under, and through; then pull both ends until it holds by friction.",
                }});
                latencies.push(timed(&mut client, "log_conversation_turn", &turn).await);
            }
            latencies
        });
    }
    let mut latencies: Vec<Duration> = tasks.join_all().await.into_iter().flatten().collect();
    let seconds = start.elapsed().as_secs_f64();
    latencies.sort_unstable();
    Figures { seconds, latencies }
}

/// Calls one tool `times` times on one connection.
pub(crate) async fn call_often(
    client: &mut McpClient,
    tool: &str,
    arguments: &Value,
    times: usize,
) -> Figures {
    let call = json!({"name": tool, "arguments": arguments});
    let start = Instant::now();
    let mut latencies = Vec::with_capacity(times);
    for _ in 0..times {
        latencies.push(timed(client, tool, &call).await);
    }
    let seconds = start.elapsed().as_secs_f64();
    latencies.sort_unstable();
    Figures { seconds, latencies }
}

async fn timed(client: &mut McpClient, tool: &str, call: &Value) -> Duration {
    let start = Instant::now();
    let answer = client.post("tools/call", Some(tool), call).await;
    let latency = start.elapsed();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(!answer.body.windows(14).any(|window| window == b"\"isError\":true"), "{}", answer.text());
    latency
}
