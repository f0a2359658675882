//! Who may call: whoever has the key.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use facade::Secret;
use http::{HeaderMap, header};
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::error::ApiError;

/// Lets a request through that carries the key. Without a key everybody on this machine may call.
pub(crate) async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match &app.master_key {
        Some(key) if !carries(request.headers(), key) => ApiError::unauthorized().into_response(),
        _ => next.run(request).await,
    }
}

fn carries(headers: &HeaderMap, key: &Secret) -> bool {
    let bearer = headers.get(header::AUTHORIZATION).map(http::HeaderValue::as_bytes).and_then(bearer);
    let others = ["x-api-key", "api-key"].iter().filter_map(|name| headers.get(*name)).map(http::HeaderValue::as_bytes);
    bearer.into_iter().chain(others).any(|given| given.ct_eq(key.expose().as_bytes()).into())
}

fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, key) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| key.trim_ascii())
}
