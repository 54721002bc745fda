//! stub
use crate::service::Inner;
use std::sync::Arc;
pub(crate) fn router(_inner: Arc<Inner>) -> axum::Router {
    axum::Router::new()
}
