//! Bytes of a response to frames of AWS's event stream.
//!
//! <https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html>

use bedrock_transform::{EventKind, StreamEvent};
use bytes::{Buf, Bytes, BytesMut};

use crate::TransportError;
use crate::frame::{Frame, SMALLEST};

/// Largest frame, in bytes. AWS's own are at most 24 MiB: headers of 128 KiB and a payload.
const LARGEST: usize = 24 << 20;
/// The length that a frame begins with, in bytes.
const LENGTH: usize = 4;

/// Cuts frames out of a response as it comes.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    /// What is left of the last piece.
    rest: Bytes,
    /// A frame that began in an earlier piece.
    partial: BytesMut,
}

impl Frames {
    /// Takes the next piece. Frames that are complete must have been taken out before.
    pub(crate) fn push(&mut self, piece: Bytes) {
        debug_assert!(self.rest.is_empty(), "a frame was left behind");
        self.rest = piece;
    }

    /// Whether the response may end here.
    pub(crate) fn is_at_boundary(&self) -> bool {
        self.rest.is_empty() && self.partial.is_empty()
    }

    /// The next complete frame.
    pub(crate) fn next(&mut self) -> Result<Option<StreamEvent>, TransportError> {
        if self.partial.is_empty() {
            match frame_length(&self.rest)? {
                Some(length) if length <= self.rest.len() => return event(&self.rest.split_to(length)).map(Some),
                _ => {}
            }
        }
        loop {
            let wanted = frame_length(&self.partial)?.unwrap_or(LENGTH);
            let missing = wanted.saturating_sub(self.partial.len()).min(self.rest.len());
            self.partial.extend_from_slice(&self.rest.split_to(missing));
            if self.partial.len() < wanted {
                return Ok(None);
            }
            if wanted > LENGTH {
                return event(&self.partial.split().freeze()).map(Some);
            }
        }
    }
}

/// The length of the frame that `bytes` begin with, once it can be told.
fn frame_length(bytes: &[u8]) -> Result<Option<usize>, TransportError> {
    let Some(mut prelude) = bytes.get(..LENGTH) else { return Ok(None) };
    let length = usize::try_from(prelude.get_u32()).unwrap_or(usize::MAX);
    if (SMALLEST..=LARGEST).contains(&length) {
        return Ok(Some(length));
    }
    Err(TransportError::interrupted(format!("a frame of the stream has an impossible length of {length} bytes")))
}

fn event(frame: &Bytes) -> Result<StreamEvent, TransportError> {
    let Frame { kind, name, message, payload } = Frame::read(frame)
        .map_err(|problem| TransportError::interrupted(format!("a frame of the stream is damaged: {problem}")))?;
    let name = name.unwrap_or_default();
    Ok(match kind.as_deref() {
        Some(b"event") => StreamEvent::event(name, payload),
        Some(b"exception") => StreamEvent::exception(name, payload),
        Some(b"error") => StreamEvent::new(EventKind::Error, name, message.unwrap_or_default()),
        _ => return Err(TransportError::interrupted("a frame of the stream has no known `:message-type`")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oversized_length_is_refused_before_anything_is_kept() {
        let mut frames = Frames::default();
        frames.push(Bytes::from_static(&[0xff, 0xff, 0xff]));
        assert!(matches!(frames.next(), Ok(None)));
        frames.push(Bytes::from_static(&[0xff, 0, 0, 0, 0]));
        insta::assert_snapshot!(
            frames.next().unwrap_err(),
            @"StreamInterrupted: a frame of the stream has an impossible length of 4294967295 bytes"
        );
        assert!(frames.partial.capacity() < 1024);
    }
}
