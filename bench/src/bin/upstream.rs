//! Stands for Bedrock while something else is measured: it reads a request to its end and sends an answer that it wrote
//! before. `PORT`; `DELTAS` of a stream, 200; `DELAY_MS` between two of them, 0.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use tokio::net::TcpListener;
use tokio::time::sleep;

type Failure = Box<dyn std::error::Error>;

const ANSWER: &str = r#"{"output":{"message":{"role":"assistant","content":[{"text":"I am well, thank you."}]}},"stopReason":"end_turn","usage":{"inputTokens":13,"outputTokens":7,"totalTokens":20},"metrics":{"latencyMs":1}}"#;

struct Upstream {
    frames: Vec<Bytes>,
    delay: Duration,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let number = |name: &str, default: u64| std::env::var(name).map_or(Ok(default), |text| text.parse());
    let upstream =
        Upstream { frames: frames(number("DELTAS", 200)?)?, delay: Duration::from_millis(number("DELAY_MS", 0)?) };
    let router = Router::new()
        .route("/model/{model}/{operation}", post(answer))
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::new(upstream));
    let listener = TcpListener::bind(("127.0.0.1", u16::try_from(number("PORT", 9100)?)?)).await?;
    let listener = listener.tap_io(|socket| {
        let _ = socket.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
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

fn streamed(upstream: Arc<Upstream>) -> Body {
    let frames = stream::iter(0..upstream.frames.len()).then(move |index| {
        let upstream = Arc::clone(&upstream);
        async move {
            if !upstream.delay.is_zero() {
                sleep(upstream.delay).await;
            }
            Ok::<_, Infallible>(upstream.frames[index].clone())
        }
    });
    Body::from_stream(frames)
}

fn frames(deltas: u64) -> Result<Vec<Bytes>, Failure> {
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
