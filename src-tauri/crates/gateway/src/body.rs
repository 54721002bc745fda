//! Reading a request's body within a size and a time.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the body is larger than {limit} bytes; send less at a time")]
    TooLarge { limit: usize },
    #[error("the body did not arrive within {seconds} seconds; send it again")]
    TooSlow { seconds: u64 },
    #[error("the body broke off")]
    BrokenOff,
}

/// How much of the body of a refused request is read, and thrown away, to keep the connection usable.
const DISCARDED: usize = 64 * 1024;
const DISCARDED_WITHIN: Duration = Duration::from_secs(5);

/// Reads the body whole; nothing where somebody took it before.
pub(crate) async fn read<B>(body: Option<B>, limit: usize, within: Duration) -> Result<Bytes, Unreadable>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let Some(body) = body else { return Ok(Bytes::new()) };
    // A length that was announced is refused before a byte of it is read.
    if body.size_hint().lower() > limit as u64 {
        return Err(Unreadable::TooLarge { limit });
    }
    match tokio::time::timeout(within, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unreadable::TooLarge { limit }),
        Ok(Err(_)) => Err(Unreadable::BrokenOff),
        Err(_) => Err(Unreadable::TooSlow { seconds: within.as_secs() }),
    }
}

/// Reads the body of a request that was answered without it. False: it is too long or too slow for that.
pub(crate) async fn discard<B>(body: B) -> bool
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    if body.size_hint().lower() > DISCARDED as u64 {
        return false;
    }
    let mut body = body;
    let mut read = 0;
    let reading = async {
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > DISCARDED {
                return false;
            }
        }
        true
    };
    tokio::time::timeout(DISCARDED_WITHIN, reading).await.unwrap_or(false)
}
