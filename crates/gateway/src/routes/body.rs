//! Bodies of requests and answers in one piece: what the endpoints share.

use axum::body::{Body, BodyDataStream};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::{HeaderMap, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::error::ApiError;
use crate::headers;

/// Reads the request. A large one is read beside the tasks that others wait for.
pub(super) async fn request<T: DeserializeOwned + Send + 'static>(body: &Bytes) -> Result<T, ApiError> {
    // In bytes; it takes most of a millisecond to read. `docs/performance.md` has what less costs.
    const LARGE: usize = 2 << 20;
    if body.len() < LARGE {
        return parse(body);
    }
    let body = body.clone();
    let reading = tokio::task::spawn_blocking(move || parse(&body));
    reading.await.unwrap_or_else(|error| Err(ApiError::invalid(format!("the request body was not read: {error}"))))
}

/// The whole body, if it is not larger than allowed.
pub(super) async fn read(app: &App, headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > app.limits.body)) {
        return Err(ApiError::too_large(app.limits.body));
    }
    // Whoever sends a byte now and then would hold the connection for ever.
    let read = gather(body, announced.unwrap_or_default(), app.limits.body);
    let read = tokio::time::timeout(app.limits.body_time, read).await;
    read.map_err(|_| ApiError::too_slow(app.limits.body_time))?
}

/// All pieces in one, without a copy if there is only one. Each is copied as it comes, so that the connection reads the next
/// one into the same memory.
async fn gather(body: Body, announced: u64, most: usize) -> Result<Bytes, ApiError> {
    // Enough for nearly all requests; more is taken as it comes, whatever the header promises.
    const PRESIZED: usize = 8 << 20;
    let mut pieces = body.into_data_stream();
    let Some(first) = next(&mut pieces).await? else { return Ok(Bytes::new()) };
    if first.len() > most {
        return Err(ApiError::too_large(most));
    }
    let Some(mut piece) = next(&mut pieces).await? else { return Ok(first) };
    let mut whole = BytesMut::with_capacity(usize::try_from(announced).unwrap_or(PRESIZED).min(PRESIZED));
    whole.extend_from_slice(&first);
    drop(first);
    loop {
        if piece.len() > most - whole.len() {
            return Err(ApiError::too_large(most));
        }
        whole.extend_from_slice(&piece);
        drop(piece);
        piece = match next(&mut pieces).await? {
            Some(piece) => piece,
            None => return Ok(whole.freeze()),
        };
    }
}

async fn next(pieces: &mut BodyDataStream) -> Result<Option<Bytes>, ApiError> {
    let piece = pieces.next().await.transpose();
    piece.map_err(|error| ApiError::invalid(format!("the request body broke off: {error}")))
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
