//! Asks `cloudflared` whether it is connected: `/ready` of its metrics server answers 200 while at least one
//! connection to Cloudflare stands, else 503 (developers.cloudflare.com, "Tunnel metrics").

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// It is on this computer.
const LIMIT: Duration = Duration::from_secs(5);

/// Whether it says that it is connected. Silence is a no.
pub(super) async fn is_connected(metrics: SocketAddr) -> bool {
    let asked = async {
        let mut stream = TcpStream::connect(metrics).await?;
        stream.write_all(format!("GET /ready HTTP/1.0\r\nHost: {metrics}\r\n\r\n").as_bytes()).await?;
        // The status line is all that counts.
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        std::io::Result::Ok(answer.starts_with(b"HTTP/1.") && answer.ends_with(b" 200"))
    };
    matches!(tokio::time::timeout(LIMIT, asked).await, Ok(Ok(true)))
}
