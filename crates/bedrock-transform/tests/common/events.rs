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

/// What came of a stream: its chunks, and those of its end if it may end there.
pub(crate) struct Run {
    pub(crate) chunks: Vec<ChatChunk>,
    pub(crate) end: Result<Vec<ChatChunk>, TransformError>,
}

/// Reads the events and ends the stream.
pub(crate) fn run(reply: &ChatReply, events: &[StreamEvent]) -> Run {
    let mut decoder = reply.decoder(&meta());
    let mut chunks = Vec::new();
    for event in events {
        chunks.extend(decoder.push(event).unwrap());
    }
    Run { chunks, end: decoder.finish() }
}

/// All chunks of a stream that is whole.
pub(crate) fn whole(reply: &ChatReply, events: &[StreamEvent]) -> Vec<ChatChunk> {
    let Run { mut chunks, end } = run(reply, events);
    chunks.extend(end.unwrap());
    chunks
}
