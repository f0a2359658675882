//! A streamed answer as server-sent events. One event of AWS's becomes one write; nothing is buffered beyond that.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::response::Response;
use bytes::{BufMut, Bytes, BytesMut};
use facade::{ChatStream, Error, Step};
use futures::Stream;
use http::{HeaderValue, header};
use serde::Serialize;

use crate::error::ApiError;
use crate::headers;

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream; charset=utf-8");
const DONE: &[u8] = b"data: [DONE]\n\n";
/// Room for a few deltas, in bytes.
const BUFFER: usize = 4096;

/// Answers with `stream`, once it has something to say.
///
/// # Errors
/// What AWS said instead: nothing was sent yet, so it can have its HTTP status.
pub(crate) async fn response(stream: ChatStream) -> Result<Response, ApiError> {
    let mut events = Events { stream, buffer: BytesMut::with_capacity(BUFFER), ended: false };
    match poll_fn(|context| events.poll_output(context)).await {
        Some(Ok(())) => {}
        Some(Err(error)) => return Err(ApiError::from(error).with_request_id(events.stream.request_id())),
        None => events.end(DONE),
    }
    let request_id = events.stream.request_id().map(str::to_owned);
    let mut response = Response::new(Body::from_stream(events));
    let map = response.headers_mut();
    map.insert(header::CONTENT_TYPE, EVENT_STREAM);
    map.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    map.insert("x-accel-buffering", HeaderValue::from_static("no"));
    headers::request_id(map, request_id.as_deref());
    Ok(response)
}

/// Dropping it drops the stream, and with it the call.
struct Events {
    stream: ChatStream,
    /// What is written and not yet sent.
    buffer: BytesMut,
    ended: bool,
}

impl Events {
    /// Waits for an event that gives output. It is in the buffer then.
    fn poll_output(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        let Self { stream, buffer, .. } = self;
        loop {
            match ready!(stream.poll_steps(context, &mut |step: Step<'_>| write(buffer, &step))) {
                Some(Ok(())) if buffer.is_empty() => {}
                told => return Poll::Ready(told),
            }
        }
    }

    fn end(&mut self, last: &[u8]) {
        self.buffer.put_slice(last);
        self.ended = true;
    }
}

impl Stream for Events {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.buffer.is_empty() {
            if this.ended {
                return Poll::Ready(None);
            }
            match ready!(this.poll_output(context)) {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    let (status, body) = error.openai();
                    tracing::debug!(status, message = body.error.message, "the stream broke off");
                    write(&mut this.buffer, &body);
                    this.ended = true;
                }
                None => this.end(DONE),
            }
        }
        Poll::Ready(Some(Ok(this.buffer.split().freeze())))
    }
}

/// `data: {…}` and an empty line.
fn write<T: Serialize>(buffer: &mut BytesMut, value: &T) {
    let start = buffer.len();
    buffer.put_slice(b"data: ");
    if serde_json::to_writer(buffer.writer(), value).is_err() {
        // Cannot happen: the values are our own, and a buffer takes everything.
        buffer.truncate(start);
        return;
    }
    buffer.put_slice(b"\n\n");
}
