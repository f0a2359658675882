//! One frame of AWS's event stream, taken apart without a copy: an answer has hundreds, and the SDK's reader copies each
//! header of each. A test reads every frame with both.
//!
//! <https://smithy.io/2.0/aws/amazon-eventstream.html>

use bytes::Bytes;

/// Smallest frame, in bytes: a prelude and a checksum.
pub(crate) const SMALLEST: usize = PRELUDE + CHECKSUM;
/// The length of the frame, that of its headers, and the checksum of these two.
const PRELUDE: usize = 12;
const CHECKSUM: usize = 4;

/// What is read of a frame.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// `:message-type`
    pub(crate) kind: Option<Bytes>,
    /// `:event-type`, `:exception-type` or `:error-code`
    pub(crate) name: Option<Bytes>,
    /// `:error-message`
    pub(crate) message: Option<Bytes>,
    pub(crate) payload: Bytes,
}

impl Frame {
    /// Takes `bytes` apart, which are one frame by their own account.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(bytes: &Bytes) -> Result<Self, &'static str> {
        const SHORT: &str = "it is shorter than its parts";
        let (prelude, rest) = bytes.split_at_checked(PRELUDE).ok_or(SHORT)?;
        let end = bytes.len().checked_sub(CHECKSUM).filter(|end| *end >= PRELUDE).ok_or(SHORT)?;
        if number(&prelude[8..]) != Some(crc32fast::hash(&prelude[..8])) {
            return Err("the checksum of its lengths is wrong");
        }
        if number(&bytes[end..]) != Some(crc32fast::hash(&bytes[..end])) {
            return Err("its checksum is wrong");
        }
        let headers = number(&prelude[4..8]).and_then(|length| usize::try_from(length).ok()).ok_or(SHORT)?;
        let payload = headers.checked_add(PRELUDE).filter(|start| *start <= end).ok_or(SHORT)?;
        let mut frame = Self { payload: bytes.slice(payload..end), ..Self::default() };
        let mut headers = rest.get(..headers).ok_or(SHORT)?;
        while !headers.is_empty() {
            let (name, value, rest) = header(headers).ok_or("a header goes beyond its headers")?;
            headers = rest;
            let Some(value) = value else { continue };
            match name {
                b":message-type" => frame.kind = Some(bytes.slice_ref(value)),
                b":event-type" | b":exception-type" | b":error-code" => frame.name = Some(bytes.slice_ref(value)),
                b":error-message" => frame.message = Some(bytes.slice_ref(value)),
                _ => {}
            }
        }
        Ok(frame)
    }
}

/// A header's name, its value if that is text, and what follows.
type Header<'a> = (&'a [u8], Option<&'a [u8]>, &'a [u8]);

fn header(bytes: &[u8]) -> Option<Header<'_>> {
    const TEXT: u8 = 7;
    let (length, rest) = bytes.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(*length))?;
    let (kind, rest) = rest.split_first()?;
    let (length, rest) = match kind {
        // True and false.
        0 | 1 => (0, rest),
        2 => (1, rest),
        3 => (2, rest),
        4 => (4, rest),
        // A number, a time.
        5 | 8 => (8, rest),
        // Bytes, text.
        6 | 7 => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        // A UUID.
        9 => (16, rest),
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((name, (*kind == TEXT).then_some(value), rest))
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use aws_smithy_eventstream::frame::{read_message_from, write_message_to};
    use aws_smithy_types::event_stream::{Header, HeaderValue, Message};

    use super::*;

    fn text(value: &str) -> HeaderValue {
        HeaderValue::String(value.to_owned().into())
    }

    #[test]
    fn frames_are_read_as_the_sdk_reads_them() {
        let odd = [
            HeaderValue::Bool(true),
            HeaderValue::Byte(-1),
            HeaderValue::Int16(-2),
            HeaderValue::Int32(3),
            HeaderValue::Int64(4),
            HeaderValue::ByteArray(Bytes::from_static(b"\x00\xff")),
            HeaderValue::Timestamp(SystemTime::UNIX_EPOCH.into()),
            HeaderValue::Uuid(5),
        ];
        for payload in ["", r#"{"delta":{"text":"Hello"}}"#] {
            let mut headers = vec![Header::new(":message-type", text("event"))];
            headers.extend(odd.iter().map(|value| Header::new("x", value.clone())));
            headers.push(Header::new(":event-type", text("contentBlockDelta")));
            let message = Message::new_from_parts(headers, payload.as_bytes());
            let mut bytes = Vec::new();
            write_message_to(&message, &mut bytes).unwrap();
            let bytes = Bytes::from(bytes);
            let theirs = read_message_from(bytes.clone()).unwrap();
            let ours = Frame::read(&bytes).unwrap();
            assert_eq!(ours.payload, theirs.payload());
            assert_eq!(ours.kind.as_deref(), Some(&b"event"[..]));
            assert_eq!(ours.name.as_deref(), Some(&b"contentBlockDelta"[..]));
            for length in 0..bytes.len() {
                assert!(Frame::read(&bytes.slice(..length)).is_err(), "{length} of {} bytes", bytes.len());
            }
        }
    }

    #[test]
    fn lengths_that_lie_are_errors_even_with_good_checksums() {
        for headers in [0, 1, 5, 6, 0xffff, u32::MAX] {
            // A header that says it has more than there is.
            for body in [&b"\x01a\x07\x00\x09b"[..], b"\x01a\x0a", b"\xff", b""] {
                let length = u32::try_from(SMALLEST + body.len()).unwrap();
                let mut bytes = [length.to_be_bytes(), headers.to_be_bytes()].concat();
                bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
                bytes.extend(body);
                bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
                let bytes = Bytes::from(bytes);
                assert_eq!(Frame::read(&bytes).is_ok(), read_message_from(bytes).is_ok(), "{headers} {body:?}");
            }
        }
    }
}
