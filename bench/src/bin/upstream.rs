//! Stands for Bedrock while something else is measured: it reads a request to its end and sends an answer that it wrote
//! before. `PORT`; `DELTAS` of a stream, 200; `DELAY_MS` between two of them, 0. `GET /open` says how many streams are open.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use futures::stream;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep_until};

type Failure = Box<dyn std::error::Error>;

const ANSWER: &str = r#"{"output":{"message":{"role":"assistant","content":[{"text":"I am well, thank you."}]}},"stopReason":"end_turn","usage":{"inputTokens":13,"outputTokens":7,"totalTokens":20},"metrics":{"latencyMs":1}}"#;

struct Upstream {
    frames: Vec<Bytes>,
    deltas: u32,
    delay: Duration,
    open: AtomicUsize,
}

/// A stream that is counted until it is dropped, at its end or before.
struct Open(Arc<Upstream>);

impl Open {
    fn new(upstream: Arc<Upstream>) -> Self {
        upstream.open.fetch_add(1, Ordering::Relaxed);
        Self(upstream)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let number = |name: &str, default: u64| std::env::var(name).map_or(Ok(default), |text| text.parse());
    let deltas = u32::try_from(number("DELTAS", 200)?)?;
    let delay = Duration::from_millis(number("DELAY_MS", 0)?);
    let upstream = Upstream { frames: frames(deltas)?, deltas, delay, open: AtomicUsize::new(0) };
    let router = Router::new()
        .route("/open", get(open))
        .route("/model/{model}/{operation}", post(answer))
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::new(upstream));
    let listener = TcpListener::bind(("127.0.0.1", u16::try_from(number("PORT", 9100)?)?)).await?;
    let listener = listener.tap_io(|socket| {
        let _ = socket.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

async fn open(State(upstream): State<Arc<Upstream>>) -> String {
    upstream.open.load(Ordering::Relaxed).to_string()
}

async fn answer(
    State(upstream): State<Arc<Upstream>>,
    Path((_, operation)): Path<(String, String)>,
    _: Bytes,
) -> Response {
    match operation.as_str() {
        "converse" => with_head("application/json", Body::from(ANSWER)),
        "converse-stream" => with_head("application/vnd.amazon.eventstream", streamed(upstream)),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn with_head(kind: &'static str, body: Body) -> Response {
    let id = "00000000-0000-4000-8000-000000000000";
    ([("content-type", kind), ("x-amzn-requestid", id)], body).into_response()
}

/// Frame by frame, each at its time: one that is late does not make the next ones late.
fn streamed(upstream: Arc<Upstream>) -> Body {
    let begun = Instant::now();
    let frames = stream::unfold((Open::new(upstream), 0u32), move |(open, index)| async move {
        let Upstream { frames, delay, deltas, .. } = &*open.0;
        let frame = frames.get(usize::try_from(index).ok()?)?.clone();
        if !delay.is_zero() {
            // What ends a stream comes with its last delta.
            sleep_until(begun + *delay * index.min(*deltas)).await;
        }
        Some((Ok::<_, Infallible>(frame), (open, index + 1)))
    });
    Body::from_stream(frames)
}

fn frames(deltas: u32) -> Result<Vec<Bytes>, Failure> {
    let mut frames = vec![frame("messageStart", r#"{"role":"assistant"}"#)?];
    for _ in 0..deltas {
        frames.push(frame("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"word "},"p":"abcdefgh"}"#)?);
    }
    frames.push(frame("contentBlockStop", r#"{"contentBlockIndex":0}"#)?);
    frames.push(frame("messageStop", r#"{"stopReason":"end_turn"}"#)?);
    let usage = r#"{"usage":{"inputTokens":13,"outputTokens":200,"totalTokens":213},"metrics":{"latencyMs":1}}"#;
    frames.push(frame("metadata", usage)?);
    Ok(frames)
}

fn frame(name: &str, payload: &'static str) -> Result<Bytes, Failure> {
    let header = |name: &'static str, value: &str| Header::new(name, HeaderValue::String(value.to_owned().into()));
    let headers = vec![
        header(":event-type", name),
        header(":content-type", "application/json"),
        header(":message-type", "event"),
    ];
    let mut bytes = Vec::new();
    write_message_to(&Message::new_from_parts(headers, payload), &mut bytes)?;
    Ok(bytes.into())
}
