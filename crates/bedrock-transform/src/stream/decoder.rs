//! Frames to chunks.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core_types::{ChatChunk, Usage};
use serde::Deserialize;

use crate::converse::event::ConverseDecoder;
use crate::native::added::Added;
use crate::stream::assembler::Assembler;
use crate::stream::delta::{Decode, Delta};
use crate::stream::step::Step;
use crate::{EventKind, StreamEvent, TransformError, UpstreamError};

/// A chat stream as a state machine: events in, chunks out.
pub struct ChatDecoder {
    source: Source,
    assembler: Assembler,
}

pub(crate) enum Source {
    Converse(ConverseDecoder),
    Invoke { family: &'static str, decoder: Box<dyn Decode>, buffer: Vec<u8> },
}

impl ChatDecoder {
    pub(crate) const fn new(source: Source, assembler: Assembler) -> Self {
        Self { source, assembler }
    }

    /// Reads one event. The chunks borrow from it.
    ///
    /// # Errors
    /// If the event is an exception, cannot be read, or breaks the order of a stream.
    pub fn push_with(&mut self, event: &StreamEvent, out: &mut dyn FnMut(Step<'_>)) -> Result<(), TransformError> {
        match event.kind {
            EventKind::Event => {}
            EventKind::Exception => return Err(UpstreamError::from_exception(event.name(), &event.payload).into()),
            EventKind::Error => {
                let message = String::from_utf8_lossy(&event.payload);
                return Err(UpstreamError::from_error_frame(event.name(), &message).into());
            }
        }
        let assembler = &mut self.assembler;
        let mut assembled = Ok(());
        let mut added = None;
        let mut feed = |delta: Delta<'_>| {
            if assembled.is_ok() {
                assembled = assembler.push(delta, out);
            }
        };
        match &mut self.source {
            Source::Converse(decoder) => decoder.decode(event.name(), &event.payload, &mut feed)?,
            Source::Invoke { family, decoder, buffer } if event.name() == "chunk" => {
                let malformed = |source| TransformError::malformed(family, source);
                let chunk: Chunk<'_> = serde_json::from_slice(&event.payload).map_err(malformed)?;
                buffer.clear();
                STANDARD
                    .decode_vec(chunk.bytes.0.as_bytes(), buffer)
                    .map_err(|_| TransformError::stream("a chunk is not base64"))?;
                decoder.decode(buffer, &mut feed)?;
                added = Some(Added::read(buffer));
            }
            // Events that AWS may add say nothing that a native body could hold.
            Source::Invoke { .. } => {}
        }
        assembled?;
        if let Some(added) = added {
            assembler.add(&added);
        }
        Ok(())
    }

    /// Reads one event into owned chunks.
    ///
    /// # Errors
    /// As [`ChatDecoder::push_with`].
    pub fn push(&mut self, event: &StreamEvent) -> Result<Vec<ChatChunk>, TransformError> {
        let mut chunks = Vec::new();
        self.push_with(event, &mut |step| chunks.push(step.to_chunk()))?;
        Ok(chunks)
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// If the stream ended before a finish reason, or before the usage that was asked for: the connection was cut.
    pub fn finish_with(&mut self, out: &mut dyn FnMut(Step<'_>)) -> Result<(), TransformError> {
        self.assembler.finish(out)
    }

    /// Ends the stream with owned chunks.
    ///
    /// # Errors
    /// As [`ChatDecoder::finish_with`].
    pub fn finish(&mut self) -> Result<Vec<ChatChunk>, TransformError> {
        let mut chunks = Vec::new();
        self.finish_with(&mut |step| chunks.push(step.to_chunk()))?;
        Ok(chunks)
    }

    /// The usage of the whole answer, once it is known: also where the caller did not ask for it.
    #[must_use]
    pub const fn usage(&self) -> Option<&Usage> {
        self.assembler.usage()
    }
}

impl fmt::Debug for ChatDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatDecoder").field("assembler", &self.assembler).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow)]
    bytes: crate::text::Text<'a>,
}
