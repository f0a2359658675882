//! Event-stream frames, with the headers and the padding that Bedrock's have.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::Bytes;
use serde_json::Value;

use crate::error::Refusal;

/// What Bedrock pads with: a beginning of this, of varying length, so that sizes do not give away the text.
const PADDING: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// One event of a stream.
pub(crate) fn event(event_type: &str, mut payload: Value) -> Bytes {
    let length = usize::try_from(crate::call::hash(&payload.to_string()) % 62).unwrap_or_default() + 1;
    if let Some(payload) = payload.as_object_mut() {
        payload.insert("p".into(), PADDING.get(..length).unwrap_or(PADDING).into());
    }
    encode(
        &[(":event-type", event_type), (":content-type", "application/json"), (":message-type", "event")],
        payload.to_string(),
    )
}

/// An exception that the operation's model names.
pub(crate) fn exception(name: &str) -> Bytes {
    encode(
        &[(":exception-type", name), (":content-type", "application/json"), (":message-type", "exception")],
        Refusal::of_exception(name).body(),
    )
}

/// A failure that no model names.
pub(crate) fn error() -> Bytes {
    encode(
        &[
            (":error-code", "InternalFailure"),
            (":error-message", "An internal server error occurred"),
            (":message-type", "error"),
        ],
        String::new(),
    )
}

fn encode(headers: &[(&'static str, &str)], payload: String) -> Bytes {
    let headers =
        headers.iter().map(|&(name, value)| Header::new(name, HeaderValue::String(value.to_owned().into()))).collect();
    let mut buffer = Vec::new();
    match write_message_to(&Message::new_from_parts(headers, payload), &mut buffer) {
        Ok(()) => buffer.into(),
        // Only a header or payload beyond the format's limits (16 MiB); an answer never gets there.
        Err(_) => Bytes::new(),
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_eventstream::frame::read_message_from;
    use serde_json::json;

    use super::*;

    fn decoded(mut frame: Bytes) -> (Vec<(String, String)>, String) {
        let message = read_message_from(&mut frame).unwrap();
        let headers = message
            .headers()
            .iter()
            .map(|header| (header.name().as_str().to_owned(), header.value().as_string().unwrap().as_str().to_owned()))
            .collect();
        (headers, String::from_utf8(message.payload().to_vec()).unwrap())
    }

    #[test]
    fn an_event_has_its_type_its_content_type_and_padding() {
        let (headers, payload) = decoded(event("messageStart", json!({"role": "assistant"})));
        let expected =
            [(":event-type", "messageStart"), (":content-type", "application/json"), (":message-type", "event")];
        assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let payload: Value = serde_json::from_str(&payload).unwrap();
        assert_eq!(payload["role"], "assistant");
        assert!(PADDING.starts_with(payload["p"].as_str().unwrap()));
    }

    #[test]
    fn an_exception_carries_the_message_of_its_kind() {
        let (headers, payload) = decoded(exception("throttlingException"));
        assert_eq!(headers[0], (":exception-type".to_owned(), "throttlingException".to_owned()));
        assert_eq!(headers[2], (":message-type".to_owned(), "exception".to_owned()));
        assert_eq!(payload, r#"{"message":"Too many requests, please wait before trying again."}"#);
    }

    #[test]
    fn an_error_frame_has_a_code_and_no_payload() {
        let (headers, payload) = decoded(error());
        assert_eq!(headers[0], (":error-code".to_owned(), "InternalFailure".to_owned()));
        assert_eq!(payload, "");
    }
}
