//! What a transport hands to a decoder.

use bytes::Bytes;

/// One frame of an event stream as AWS wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamEvent {
    /// The frame's `:message-type`.
    pub kind: EventKind,
    /// The frame's `:event-type`, `:exception-type` or `:error-code`.
    name: Bytes,
    /// The frame's JSON; of an error frame, its `:error-message`.
    pub payload: Bytes,
}

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// Something went wrong outside the modelled exceptions.
    Error,
    /// The stream goes on.
    Event,
    /// A modelled exception; the stream ends with it.
    Exception,
}

impl StreamEvent {
    /// A frame of any kind.
    pub fn new(kind: EventKind, name: impl Into<Bytes>, payload: impl Into<Bytes>) -> Self {
        Self { kind, name: name.into(), payload: payload.into() }
    }

    /// An ordinary event.
    pub fn event(name: impl Into<Bytes>, payload: impl Into<Bytes>) -> Self {
        Self::new(EventKind::Event, name, payload)
    }

    /// An exception.
    pub fn exception(name: impl Into<Bytes>, payload: impl Into<Bytes>) -> Self {
        Self::new(EventKind::Exception, name, payload)
    }

    /// The frame's `:event-type`, `:exception-type` or `:error-code`; empty if it is not UTF-8.
    #[must_use]
    pub fn name(&self) -> &str {
        std::str::from_utf8(&self.name).unwrap_or_default()
    }
}
