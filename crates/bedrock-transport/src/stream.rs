//! The frames of a streamed answer, as they come.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bedrock_transform::{ResponseMeta, StreamEvent};
use futures::Stream;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::TransportError;
use crate::body::silence;
use crate::error::chain;
use crate::frames::Frames;

/// A streamed answer: AWS's frames one by one, as AWS wrote them.
///
/// It ends where AWS ends it at the end of a frame; whether the answer was complete by then is for the decoder above to
/// say. Anything else is an error, after which nothing comes. Dropping it closes the connection.
pub struct EventStream {
    body: ByteStream,
    frames: Frames,
    meta: ResponseMeta,
    clock: Clock,
    ended: bool,
}

impl EventStream {
    pub(crate) fn new(body: SdkBody, meta: ResponseMeta, idle: Option<Duration>, deadline: Option<Instant>) -> Self {
        let clock = Clock { idle, deadline, heard: Instant::now(), alarm: None };
        Self { body: ByteStream::new(body), frames: Frames::default(), meta, clock, ended: false }
    }

    /// What the transport knows of the answer besides its frames.
    #[must_use]
    pub const fn meta(&self) -> &ResponseMeta {
        &self.meta
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<StreamEvent, TransportError>>> {
        loop {
            if let Some(event) = self.frames.next().transpose() {
                return Poll::Ready(Some(event));
            }
            let piece = match Pin::new(&mut self.body).poll_next(context) {
                Poll::Ready(piece) => piece,
                Poll::Pending => return Poll::Ready(Some(Err(ready!(self.clock.poll_expired(context))))),
            };
            match piece {
                Some(Ok(bytes)) => {
                    self.clock.heard = Instant::now();
                    self.frames.push(bytes);
                }
                Some(Err(error)) => {
                    let message = format!("the connection broke within the stream: {}", chain(&error));
                    return Poll::Ready(Some(Err(TransportError::interrupted(message).with_source(error))));
                }
                None if self.frames.is_at_boundary() => return Poll::Ready(None),
                None => {
                    let error = TransportError::interrupted("the stream ended within a frame");
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

impl Stream for EventStream {
    type Item = Result<StreamEvent, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let item = ready!(self.poll_event(context));
        let item = item.map(|event| event.map_err(|error| error.with_request_id(self.meta.request_id.as_deref())));
        if !matches!(item, Some(Ok(_))) {
            self.ended = true;
            // Nothing more is read: let go of the connection now.
            self.body = ByteStream::new(SdkBody::empty());
        }
        Poll::Ready(item)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("meta", &self.meta).field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// The limits on silence and on the whole call, with one timer for both.
struct Clock {
    idle: Option<Duration>,
    deadline: Option<Instant>,
    heard: Instant,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Clock {
    /// Ready with the error once a limit has run out. The timer is not moved with every piece: an alarm that comes too
    /// early is set anew.
    fn poll_expired(&mut self, context: &mut Context<'_>) -> Poll<TransportError> {
        loop {
            let silent = self.idle.map(|idle| self.heard + idle);
            let Some(next) = silent.into_iter().chain(self.deadline).min() else { return Poll::Pending };
            let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(next)));
            if alarm.deadline() > next {
                alarm.as_mut().reset(next);
            }
            ready!(alarm.as_mut().poll(context));
            let now = Instant::now();
            if self.deadline.is_some_and(|deadline| deadline <= now) {
                return Poll::Ready(TransportError::timeout("the time for the whole call is over"));
            }
            if let (Some(silent), Some(idle)) = (silent, self.idle)
                && silent <= now
            {
                return Poll::Ready(silence(idle));
            }
            alarm.as_mut().reset(next);
        }
    }
}
