//! Bodies of requests and answers in one piece: what the endpoints share.

use axum::body::{Body, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::error::ApiError;
use crate::headers;

/// The whole body, if it is not larger than allowed.
pub(super) async fn read(app: &App, headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > app.max_body)) {
        return Err(ApiError::too_large(app.max_body));
    }
    to_bytes(body, app.max_body).await.map_err(|error| {
        if is_limit(&error) {
            ApiError::too_large(app.max_body)
        } else {
            ApiError::invalid(format!("the request body broke off: {error}"))
        }
    })
}

fn is_limit(error: &axum::Error) -> bool {
    use std::error::Error as _;
    error.source().is_some_and(|source| source.to_string() == "length limit exceeded")
}

/// Reads the request. Only what does not read is read again, to find the path to the mistake.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    if let Ok(request) = serde_json::from_slice(body) {
        return Ok(request);
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(error) => Err(ApiError::unreadable(&error)),
        Ok(_) => Err(ApiError::invalid("the request body goes on after the JSON ends")),
    }
}

/// An answer in one piece.
pub(super) fn answer<T: Serialize>(value: &T, request_id: Option<&str>) -> Response {
    let json = serde_json::to_vec(value).unwrap_or_default();
    let mut response = Response::new(Body::from(json));
    response.headers_mut().insert(header::CONTENT_TYPE, headers::JSON);
    headers::request_id(response.headers_mut(), request_id);
    response
}
