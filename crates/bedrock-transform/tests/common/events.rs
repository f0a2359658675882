//! Streams as fixtures write them: one event a line.

use bedrock_transform::{ChatReply, StreamEvent, TransformError};
use core_types::ChatChunk;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::replies::meta;

#[derive(Deserialize)]
struct Line {
    event: String,
    payload: Box<RawValue>,
}

/// The events of a fixture.
pub(crate) fn events(lines: &str) -> Vec<StreamEvent> {
    let read = |line| serde_json::from_str::<Line>(line).unwrap();
    lines.lines().map(read).map(|line| StreamEvent::event(line.event, line.payload.get().to_owned())).collect()
}

/// The chunks of the events, and of the end of the stream if it may end there.
pub(crate) fn run(
    reply: &ChatReply,
    events: &[StreamEvent],
) -> Result<(Vec<ChatChunk>, Result<Vec<ChatChunk>, TransformError>), TransformError> {
    let mut decoder = reply.decoder(&meta());
    let mut chunks = Vec::new();
    for event in events {
        chunks.extend(decoder.push(event)?);
    }
    let end = decoder.finish();
    Ok((chunks, end))
}

/// All chunks of a stream that is whole.
pub(crate) fn whole(reply: &ChatReply, events: &[StreamEvent]) -> Vec<ChatChunk> {
    let (mut chunks, end) = run(reply, events).unwrap();
    chunks.extend(end.unwrap());
    chunks
}
