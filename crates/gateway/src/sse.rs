//! A streamed answer as server-sent events. What has come from AWS at one time leaves at one time; nothing waits for more.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::{BufMut, Bytes, BytesMut};
use facade::{ChatStream, Error, Step, Warning};
use futures::Stream;
use http::{HeaderValue, header};
use serde::Serialize;
use tokio::time::{Instant, Sleep, sleep};

use crate::headers;
use crate::observe::StreamRecord;
use crate::router::{Ticket, Verdict};
use crate::routes::Completion;

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream; charset=utf-8");
/// A comment, which every reader of server-sent events passes over.
const PING: &[u8] = b": ping\n\n";
const DONE: &[u8] = b"data: [DONE]\n\n";
/// Room for a few deltas, in bytes.
const BUFFER: usize = 4096;
/// Events that came together leave together up to here, in bytes.
const ENOUGH: usize = 16 << 10;

/// A stream that has something to say.
#[derive(Debug)]
pub(crate) struct Opened(Events);

/// Waits until `stream` has something to say.
///
/// # Errors
/// What AWS said instead: nothing was sent yet, so somebody else can be asked, or the answer can have its HTTP status.
pub(crate) async fn open(stream: ChatStream, keepalive: Option<Duration>, shape: Shape) -> Result<Opened, Error> {
    let alarm = keepalive.map(|period| Alarm { period, sleep: Box::pin(sleep(period)), heard: Instant::now() });
    let mut events = Events {
        stream,
        shape,
        buffer: BytesMut::with_capacity(BUFFER),
        ended: false,
        alarm,
        ticket: None,
        record: StreamRecord::of_request(),
    };
    match poll_fn(|context| events.poll_something(context)).await {
        Some(Ok(())) => {}
        Some(Err(error)) => return Err(error),
        None => events.end(DONE),
    }
    Ok(Opened(events))
}

impl Opened {
    /// What was left out, changed or rewritten.
    pub(crate) fn warnings(&self) -> &[Warning] {
        self.0.stream.warnings()
    }

    /// The answer. The call is over when its last byte is taken, or nobody takes it any more.
    pub(crate) fn respond(self, ticket: Ticket) -> Response {
        let Self(mut events) = self;
        events.ticket = Some(ticket);
        events.record.begins();
        let request_id = events.stream.request_id().map(str::to_owned);
        let mut response = Response::new(Body::from_stream(events));
        let map = response.headers_mut();
        map.insert(header::CONTENT_TYPE, EVENT_STREAM);
        map.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        map.insert("x-accel-buffering", HeaderValue::from_static("no"));
        headers::request_id(map, request_id.as_deref());
        response
    }
}

/// What chunks look like.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Chunks of a chat completion.
    Chat,
    /// Those of a text completion, after the text that it is to repeat.
    Text { echo: Option<String> },
}

impl Shape {
    fn write(&mut self, buffer: &mut BytesMut, step: &Step<'_>) {
        match self {
            Self::Chat => write(buffer, step),
            Self::Text { echo } => {
                if let Some(chunk) = Completion::of_chunk(&step.to_chunk(), echo.take().as_deref()) {
                    write(buffer, &chunk);
                }
            }
        }
    }
}

/// Dropping it drops the stream, and with it the call.
#[derive(Debug)]
struct Events {
    stream: ChatStream,
    shape: Shape,
    /// What is written and not yet sent.
    buffer: BytesMut,
    ended: bool,
    alarm: Option<Alarm>,
    ticket: Option<Ticket>,
    record: StreamRecord,
}

impl Drop for Events {
    fn drop(&mut self) {
        let Some(usage) = self.stream.usage() else { return };
        if let Some(ticket) = &self.ticket {
            ticket.spend(usage.total_tokens);
        }
        if !self.ended {
            self.record.is_left(usage);
        }
    }
}

/// Rings when a stream was silent for a time: load balancers cut connections on which nothing moves.
#[derive(Debug)]
struct Alarm {
    period: Duration,
    sleep: Pin<Box<Sleep>>,
    /// When something moved last.
    heard: Instant,
}

impl Events {
    /// Waits for an event that gives output. It is in the buffer then.
    fn poll_output(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        let Self { stream, shape, buffer, record, .. } = self;
        loop {
            let mut tell = |step: Step<'_>| {
                record.sees(&step);
                shape.write(buffer, &step);
            };
            match ready!(stream.poll_steps(context, &mut tell)) {
                Some(Ok(())) if buffer.is_empty() => {}
                told => return Poll::Ready(told),
            }
        }
    }

    /// Waits for output, or for the time to say that there will be some.
    fn poll_something(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        let output = self.poll_output(context);
        let Some(alarm) = &mut self.alarm else { return output };
        if output.is_pending() {
            ready!(alarm.poll_ringing(context));
            self.buffer.put_slice(PING);
            return Poll::Ready(Some(Ok(())));
        }
        alarm.heard = Instant::now();
        output
    }

    /// Writes what was told, or how it ended.
    fn told(&mut self, told: Option<Result<(), Error>>) {
        match told {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                if let Some(ticket) = &self.ticket {
                    ticket.fail(&Verdict::on(&error), None);
                }
                let (status, body) = error.openai();
                tracing::debug!(status, message = body.error.message, "the stream broke off");
                self.record.fails(&error);
                write(&mut self.buffer, &body);
                self.end(b"");
            }
            None => self.end(DONE),
        }
    }

    fn end(&mut self, last: &[u8]) {
        self.buffer.put_slice(last);
        self.ended = true;
        self.record.ends(self.stream.usage());
    }
}

impl Alarm {
    /// The timer is not moved with every event: one that ends too early is set anew.
    fn poll_ringing(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.sleep.as_mut().poll(context));
            let next = self.heard + self.period;
            let now = Instant::now();
            if next <= now {
                self.heard = now;
                self.sleep.as_mut().reset(now + self.period);
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(next);
        }
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
            let told = ready!(this.poll_something(context));
            this.told(told);
        }
        while !this.ended && this.buffer.len() < ENOUGH {
            let Poll::Ready(told) = this.poll_output(context) else { break };
            this.told(told);
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
