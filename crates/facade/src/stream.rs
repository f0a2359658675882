//! A streamed answer.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bedrock_transform::{Answer, ChatDecoder, ChatReply, ResponseMeta, Step, Warning};
use core_types::{ChatChunk, Usage};
use futures_util::Stream;

use crate::{Error, EventStream};

/// A streamed answer. Dropping it cancels the call.
#[derive(Debug)]
pub struct ChatStream {
    source: Source,
    warnings: Vec<Warning>,
    /// Chunks that came in one event.
    ready: VecDeque<ChatChunk>,
}

#[derive(Debug)]
enum Source {
    Live {
        decoder: Box<ChatDecoder>,
        events: EventStream,
    },
    /// A whole answer, to be told as a stream.
    Replay {
        reply: ChatReply,
        answer: Answer,
    },
    Ended {
        meta: ResponseMeta,
        usage: Option<Usage>,
    },
}

impl ChatStream {
    pub(crate) fn live(decoder: ChatDecoder, events: EventStream, warnings: Vec<Warning>) -> Self {
        Self { source: Source::Live { decoder: Box::new(decoder), events }, warnings, ready: VecDeque::new() }
    }

    pub(crate) const fn replay(reply: ChatReply, answer: Answer, warnings: Vec<Warning>) -> Self {
        Self { source: Source::Replay { reply, answer }, warnings, ready: VecDeque::new() }
    }

    /// What was left out of the request, changed or rewritten.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// AWS's request id.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.meta().request_id.as_deref()
    }

    /// What is known of the answer besides its content.
    #[must_use]
    pub const fn meta(&self) -> &ResponseMeta {
        match &self.source {
            Source::Live { events, .. } => events.meta(),
            Source::Replay { answer, .. } => &answer.meta,
            Source::Ended { meta, .. } => meta,
        }
    }

    /// The usage of the whole answer, once it is known: also where the request did not ask for it.
    #[must_use]
    pub const fn usage(&self) -> Option<&Usage> {
        match &self.source {
            Source::Live { decoder, .. } => decoder.usage(),
            Source::Replay { .. } => None,
            Source::Ended { usage, .. } => usage.as_ref(),
        }
    }

    /// Waits for one event and tells `out` its chunks, borrowed from it. `None` is the end. After an error nothing comes.
    pub fn poll_steps(
        &mut self,
        context: &mut Context<'_>,
        out: &mut dyn FnMut(Step<'_>),
    ) -> Poll<Option<Result<(), Error>>> {
        let (told, ended) = match &mut self.source {
            Source::Ended { .. } => return Poll::Ready(None),
            Source::Replay { reply, answer } => {
                (reply.replay(&answer.body, &answer.meta, out).map_err(Error::from), true)
            }
            Source::Live { decoder, events } => match ready!(Pin::new(events).poll_next(context)) {
                Some(Ok(event)) => (decoder.push_with(&event, out).map_err(Error::from), false),
                Some(Err(error)) => (Err(error), true),
                None => (decoder.finish_with(out).map_err(Error::from), true),
            },
        };
        if ended || told.is_err() {
            self.source = Source::Ended { meta: self.meta().clone(), usage: self.usage().copied() };
        }
        let request_id = self.request_id();
        Poll::Ready(Some(told.map_err(|error| error.with_request_id(request_id))))
    }

    /// Waits for one event and tells `out` its chunks; see [`ChatStream::poll_steps`].
    pub async fn next_steps(&mut self, out: &mut (dyn FnMut(Step<'_>) + Send)) -> Option<Result<(), Error>> {
        std::future::poll_fn(|context| self.poll_steps(context, out)).await
    }
}

impl Stream for ChatStream {
    type Item = Result<ChatChunk, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(chunk)));
            }
            let mut chunks = VecDeque::new();
            match ready!(self.poll_steps(context, &mut |step| chunks.push_back(step.to_chunk()))) {
                Some(Ok(())) => self.ready = chunks,
                // The chunks before an error in the same event are part of the answer's start; the error ends it.
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
