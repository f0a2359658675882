//! A streamed answer is the same events however its bytes are cut, and a damaged one is an error.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use aws_smithy_types::body::SdkBody;
use bedrock_transform::{ErrorKind, EventKind, Operation, StreamEvent};
use bedrock_transport::TransportError;
use bytes::Bytes;
use common::{EVENT_STREAM, call, event, frame, replay, response, transport};
use futures::StreamExt;
use http_body_util::StreamBody;

fn recorded() -> Vec<u8> {
    [
        event("messageStart", r#"{"role":"assistant"}"#),
        event("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"Hé"}}"#),
        event("somethingNew", r#"{"a":[1,{"b":"c"}]}"#),
        event("empty", ""),
        frame(
            &[(":exception-type", "throttlingException"), (":message-type", "exception")],
            r#"{"message":"slow down"}"#,
        ),
        frame(&[(":message-type", "error"), (":error-code", "Boom"), (":error-message", "it broke")], ""),
    ]
    .concat()
}

/// The events of a response that comes in these pieces.
async fn events(pieces: Vec<Bytes>) -> Vec<Result<StreamEvent, TransportError>> {
    let frames = pieces.into_iter().map(|piece| Ok::<_, std::convert::Infallible>(hyper::body::Frame::data(piece)));
    let body = SdkBody::from_body_1_x(StreamBody::new(futures::stream::iter(frames)));
    let client = replay([response(200, &[EVENT_STREAM], body)]);
    let mut stream = transport(client).await.stream(&call(Operation::ConverseStream)).await.unwrap();
    assert_eq!(stream.meta().request_id.as_deref(), Some("req-1"));
    let events = stream.by_ref().collect().await;
    assert!(stream.next().await.is_none(), "an ended stream stays ended");
    events
}

async fn good(pieces: Vec<Bytes>) -> Vec<StreamEvent> {
    events(pieces).await.into_iter().map(Result::unwrap).collect()
}

async fn error(bytes: Vec<u8>) -> TransportError {
    events(vec![bytes.into()]).await.pop().unwrap().unwrap_err()
}

#[tokio::test]
async fn frames_come_as_aws_wrote_them() {
    let events = good(vec![recorded().into()]).await;
    let seen: Vec<_> =
        events.iter().map(|event| (event.kind, event.name(), std::str::from_utf8(&event.payload).unwrap())).collect();
    assert_eq!(
        seen,
        [
            (EventKind::Event, "messageStart", r#"{"role":"assistant"}"#),
            (EventKind::Event, "contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"Hé"}}"#),
            (EventKind::Event, "somethingNew", r#"{"a":[1,{"b":"c"}]}"#),
            (EventKind::Event, "empty", ""),
            (EventKind::Exception, "throttlingException", r#"{"message":"slow down"}"#),
            (EventKind::Error, "Boom", "it broke"),
        ]
    );
}

#[tokio::test]
async fn a_stream_cut_at_any_byte_is_the_same_events() {
    let recorded = Bytes::from(recorded());
    let whole = good(vec![recorded.clone()]).await;
    for cut in 0..recorded.len() {
        assert_eq!(good(vec![recorded.slice(..cut), recorded.slice(cut..)]).await, whole, "cut at {cut}");
    }
    for size in [1, 3, 5, 17] {
        let pieces = recorded.chunks(size).map(Bytes::copy_from_slice).collect();
        assert_eq!(good(pieces).await, whole, "in pieces of {size}");
    }
}

#[tokio::test]
async fn a_stream_that_ends_within_a_frame_is_interrupted() {
    let recorded = Bytes::from(recorded());
    let first = event("messageStart", r#"{"role":"assistant"}"#).len();
    for end in 1..first {
        let mut events = events(vec![recorded.slice(..first + end)]).await;
        let error = events.pop().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StreamInterrupted, "{end}");
        assert_eq!(error.to_string(), "StreamInterrupted: the stream ended within a frame (request id req-1)");
        assert_eq!(events.len(), 1, "{end}");
    }
    assert_eq!(good(vec![recorded.slice(..first)]).await.len(), 1, "between frames it may end");
    assert!(good(vec![]).await.is_empty());
}

#[tokio::test]
async fn a_flipped_bit_anywhere_is_an_error() {
    let frame = event("messageStart", r#"{"role":"assistant"}"#);
    for at in 0..frame.len() {
        let mut damaged = frame.clone();
        damaged[at] ^= 0x10;
        // The connection may stay open after it: the frame's own checks must tell.
        damaged.extend_from_slice(&event("messageStop", "{}"));
        let error = error(damaged).await;
        assert_eq!(error.kind(), ErrorKind::StreamInterrupted, "byte {at}: {error}");
    }
}

#[tokio::test]
async fn an_impossible_length_is_refused_at_once() {
    for length in [u32::MAX, (24 << 20) + 1, 15, 0] {
        let error = error(length.to_be_bytes().to_vec()).await;
        assert_eq!(
            error.to_string(),
            format!(
                "StreamInterrupted: a frame of the stream has an impossible length of {length} bytes (request id req-1)"
            )
        );
    }
}

#[tokio::test]
async fn a_frame_without_a_known_type_is_an_error() {
    let error = error(frame(&[(":message-type", "gossip")], "{}")).await;
    insta::assert_snapshot!(error, @"StreamInterrupted: a frame of the stream has no known `:message-type` (request id req-1)");
}
