//! Reading a request's body within a size and a time, and ending a stream when the program stops.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::StreamExt;
use http::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio_util::sync::CancellationToken;

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

pub(crate) async fn read<B>(body: B, limit: usize, within: Duration) -> Result<Bytes, Unreadable>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
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

/// Ends a standing stream when the program stops, so that nobody waits for it.
pub(crate) fn end_at_stop(response: Response<Body>, stopping: &CancellationToken) -> Response<Body> {
    let stopped = stopping.clone().cancelled_owned();
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(stopped))))
}
