//! The body of an answer, frame by frame, and the ways in which it may end.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use bytes::Bytes;
use futures::stream;
use serde_json::Value;

use crate::call::Call;
use crate::error::Refusal;
use crate::fault::Fault;
use crate::frames;

/// What happens once the frames are through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The body ends.
    Clean,
    /// The connection closes without the body's end.
    Broken,
    /// The connection is reset.
    Reset,
    /// Nothing more comes.
    Stall,
}

struct Frames {
    frames: VecDeque<Bytes>,
    ending: Ending,
    pause: Option<Duration>,
    call: Call,
}

/// An answer that is one JSON document, with the call's fault applied.
///
/// # Errors
/// If the fault is an error answer.
pub(crate) fn document(document: &Value, call: Call) -> Result<Response<Body>, Refusal> {
    let body = match &call.fault {
        Some(Fault::ErrorFrame { .. }) => return Err(Refusal::of_status(500)),
        Some(Fault::Exception { name, .. }) => return Err(Refusal::of_exception(name)),
        Some(Fault::Json200) => Refusal::of_status(500).body(),
        _ => document.to_string(),
    };
    Ok(response(json(Bytes::from(body), call), "application/json"))
}

/// An answer that is an event stream, with the call's fault applied.
pub(crate) fn stream(frames: Vec<Bytes>, call: Call) -> Response<Body> {
    let body = if call.fault == Some(Fault::Json200) {
        Body::from(Refusal::of_status(500).body())
    } else {
        events(frames, call)
    };
    response(body, "application/vnd.amazon.eventstream")
}

fn response(body: Body, content_type: &'static str) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A stream's body: the frames, each a write of its own, with the call's fault applied.
fn events(mut frames: Vec<Bytes>, call: Call) -> Body {
    let mut ending = Ending::Clean;
    let mut pause = None;
    match &call.fault {
        Some(Fault::Cut { after }) => {
            let half = frames.get(*after).map(|frame| frame.slice(..frame.len() / 2));
            frames.truncate(*after);
            frames.extend(half);
        }
        Some(Fault::ErrorFrame { after }) => {
            frames.truncate(*after);
            frames.push(frames::error());
        }
        Some(Fault::Exception { name, after }) => {
            frames.truncate(*after);
            frames.push(frames::exception(name));
        }
        Some(Fault::Reset { after }) => {
            frames.truncate(after.unwrap_or_default());
            ending = Ending::Reset;
        }
        Some(Fault::Slow { millis }) => pause = Some(Duration::from_millis(*millis)),
        Some(Fault::Stall { after }) => {
            frames.truncate(*after);
            ending = Ending::Stall;
        }
        Some(Fault::Truncate { after }) => frames.truncate(*after),
        // These answer before there is a stream.
        Some(Fault::Html { .. } | Fault::Json200 | Fault::Status { .. } | Fault::Throttle { .. }) | None => {}
    }
    body(Frames { frames: frames.into(), ending, pause, call })
}

/// A JSON body, with the call's fault applied: halves where a stream has events.
fn json(body_bytes: Bytes, call: Call) -> Body {
    let half = || VecDeque::from([body_bytes.slice(..body_bytes.len() / 2)]);
    let whole = || VecDeque::from([body_bytes.clone()]);
    let (frames, ending, pause) = match &call.fault {
        Some(Fault::Cut { .. }) => (half(), Ending::Broken, None),
        Some(Fault::Reset { .. }) => (half(), Ending::Reset, None),
        Some(Fault::Slow { millis }) => (whole(), Ending::Clean, Some(Duration::from_millis(*millis))),
        Some(Fault::Stall { .. }) => (half(), Ending::Stall, None),
        Some(Fault::Truncate { .. }) => (half(), Ending::Clean, None),
        // The rest are error answers; without a fault the body has a length.
        _ => return Body::from(body_bytes),
    };
    body(Frames { frames, ending, pause, call })
}

fn body(frames: Frames) -> Body {
    Body::from_stream(stream::unfold(Some(frames), |state| async {
        let mut state = state?;
        match state.pause {
            Some(pause) => tokio::time::sleep(pause).await,
            // The server writes when the body has nothing ready: this keeps frames apart.
            None => tokio::task::yield_now().await,
        }
        if let Some(frame) = state.frames.pop_front() {
            return Some((Ok(frame), Some(state)));
        }
        match state.ending {
            Ending::Clean => return None,
            Ending::Broken => {}
            Ending::Reset => {
                // What was written is on its way before the reset overtakes it.
                tokio::time::sleep(Duration::from_millis(20)).await;
                state.call.reset.reset();
                futures::future::pending::<()>().await;
            }
            Ending::Stall => {
                // An error means that the emulator is gone, which ends the stall just as well.
                let _ = state.call.stopping.wait_for(|stop| *stop).await;
            }
        }
        Some((Err(io::Error::from(io::ErrorKind::BrokenPipe)), None))
    }))
}
