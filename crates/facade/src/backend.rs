//! What carries a call: the SDK, or anything else.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_trait::async_trait;
use bedrock_transform::{Answer, Outgoing, ResponseMeta, StreamEvent};
use futures_util::Stream;

use crate::Error;

/// Carries calls to Bedrock and brings the answers back. Implemented by `Transport`; implement it to use another way,
/// or to test without any.
#[async_trait]
pub trait Backend: fmt::Debug + Send + Sync {
    /// Sends a call whose answer comes in one piece.
    async fn send(&self, call: &Outgoing) -> Result<Answer, Error>;

    /// Sends a call whose answer comes in frames.
    async fn stream(&self, call: &Outgoing) -> Result<EventStream, Error>;

    /// The region of calls that name none. Where a body must name it, as in the ARN of a model that ranks, it has to be known.
    fn region(&self) -> Option<&str> {
        None
    }
}

/// The frames of a streamed answer. Dropping it cancels the call.
pub struct EventStream {
    meta: ResponseMeta,
    events: Pin<Box<dyn Stream<Item = Result<StreamEvent, Error>> + Send>>,
}

impl EventStream {
    /// The frames of an answer.
    pub fn new(meta: ResponseMeta, events: impl Stream<Item = Result<StreamEvent, Error>> + Send + 'static) -> Self {
        Self { meta, events: Box::pin(events) }
    }

    /// What is known of the answer besides its frames.
    #[must_use]
    pub const fn meta(&self) -> &ResponseMeta {
        &self.meta
    }
}

impl Stream for EventStream {
    type Item = Result<StreamEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.as_mut().poll_next(context)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("meta", &self.meta).finish_non_exhaustive()
    }
}
