//! Whether the server is up.

use axum::response::{IntoResponse, Response};
use http::header;

use crate::headers;

pub(crate) async fn alive() -> Response {
    json(r#""I'm alive!""#)
}

pub(crate) async fn ready() -> Response {
    json(r#"{"status":"healthy"}"#)
}

fn json(body: &'static str) -> Response {
    ([(header::CONTENT_TYPE, headers::JSON)], body).into_response()
}
