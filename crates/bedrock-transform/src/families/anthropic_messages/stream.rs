//! The stream's events, read open-world.
//!
//! <https://docs.claude.com/en/docs/build-with-claude/streaming>

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::NAME;
use super::response::{Block, failure, finish_reason, is_kept, usage};
use crate::TransformError;
use crate::converse::response::{Members, object};
use crate::native::added::Added;
use crate::stream::delta::{Decode, Delta, Trailer};
use crate::text::Text;

/// Reads the events of one stream.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// The members of the message that OpenAI's shape has no place for, the latest of each name.
    message: Vec<(String, Box<RawValue>)>,
    /// The members of `usage`, the latest of each name: the prompt is counted at the start, the answer at the end.
    usage: Vec<(String, Box<RawValue>)>,
    /// Blocks that are kept as they are, tools that the vendor runs among them.
    kept: Vec<u32>,
    finished: bool,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(default)]
    index: u32,
    #[serde(borrow, default)]
    content_block: Option<Block<'a>>,
    #[serde(borrow, default)]
    delta: Option<&'a RawValue>,
    #[serde(borrow, default)]
    message: Option<Members<'a>>,
    #[serde(borrow, default)]
    usage: Option<Members<'a>>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

/// What a block goes on with.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Piece<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(borrow)]
    partial_json: Text<'a>,
    #[serde(borrow)]
    thinking: Text<'a>,
    #[serde(borrow)]
    signature: Text<'a>,
}

impl Decode for Decoder {
    fn decode(&mut self, chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
        let malformed = |error| TransformError::malformed(NAME, error);
        let event: Event<'_> = serde_json::from_slice(chunk).map_err(malformed)?;
        let known = match &*event.kind.0 {
            "content_block_delta" => {
                let delta = event.delta.map_or("{}", RawValue::get);
                self.piece(event.index, serde_json::from_str(delta).map_err(malformed)?, out)
            }
            "content_block_start" => self.start(event.index, event.content_block.unwrap_or_default(), out),
            "content_block_stop" | "message_stop" | "ping" => true,
            "error" => return Err(failure(event.error.unwrap_or(RawValue::NULL)).into()),
            "message_delta" => {
                let delta = event.delta.map(|delta| serde_json::from_str::<Members<'_>>(delta.get()));
                let Members(delta) = delta.transpose().map_err(malformed)?.unwrap_or(Members(Vec::new()));
                self.end(delta, event.usage, out);
                true
            }
            "message_start" => {
                let Members(members) = event.message.unwrap_or(Members(Vec::new()));
                for (name, value) in members {
                    if name == "usage" {
                        let counts = serde_json::from_str::<Members<'_>>(value.get()).ok();
                        merge(&mut self.usage, counts.map_or_else(Vec::new, |Members(counts)| counts));
                    } else if is_kept(&name) {
                        merge(&mut self.message, vec![(name, value)]);
                    }
                }
                true
            }
            _ => false,
        };
        if !known && !self.finished {
            keep(chunk, out);
        }
        Ok(())
    }
}

impl Decoder {
    fn start(&mut self, index: u32, block: Block<'_>, out: &mut dyn FnMut(Delta<'_>)) -> bool {
        match &*block.kind.0 {
            "text" => out(Delta::Text(block.text.0)),
            "thinking" => {
                out(Delta::Reasoning(block.thinking.0));
                if !block.signature.0.is_empty() {
                    out(Delta::Signature(block.signature.0));
                }
            }
            "redacted_thinking" => out(Delta::RedactedReasoning(block.data.0)),
            "tool_use" => {
                out(Delta::ToolCall { index, id: block.id.0, name: block.name.0 });
                // The input comes in pieces; what stands here is empty, unless the model has none to wait for.
                if let Some(input) = block.input.map(RawValue::get).filter(|input| !matches!(*input, "{}" | "null")) {
                    out(Delta::ToolArguments { index, json: Cow::Borrowed(input) });
                }
            }
            _ => {
                self.kept.push(index);
                return false;
            }
        }
        true
    }

    fn piece(&self, index: u32, piece: Piece<'_>, out: &mut dyn FnMut(Delta<'_>)) -> bool {
        if self.kept.contains(&index) {
            return false;
        }
        match &*piece.kind.0 {
            "input_json_delta" => out(Delta::ToolArguments { index, json: piece.partial_json.0 }),
            "signature_delta" => out(Delta::Signature(piece.signature.0)),
            "text_delta" => out(Delta::Text(piece.text.0)),
            "thinking_delta" => out(Delta::Reasoning(piece.thinking.0)),
            _ => return false,
        }
        true
    }

    fn end(
        &mut self,
        delta: Vec<(Cow<'_, str>, &RawValue)>,
        counts: Option<Members<'_>>,
        out: &mut dyn FnMut(Delta<'_>),
    ) {
        let stop = delta.iter().find(|(name, _)| name == "stop_reason");
        if let Some(Text(word)) = stop.and_then(|(_, raw)| serde_json::from_str::<Text<'_>>(raw.get()).ok()) {
            self.finished = true;
            out(Delta::Finish(finish_reason(&word)));
        }
        merge(&mut self.message, delta);
        if let Some(Members(counts)) = counts {
            merge(&mut self.usage, counts);
        }
        let counts = object(named(&self.usage));
        let counts: Option<&RawValue> = counts.as_ref().and_then(|counts| counts.read().ok());
        if let Some(usage) = counts.and_then(usage) {
            out(Delta::Usage(usage));
        }
        let raw = object(named(&self.message).chain(counts.map(|counts| ("usage", counts))));
        let raw = raw.as_ref().and_then(|raw| raw.read().ok());
        out(Delta::Trailer(Trailer { raw, ..Trailer::default() }));
    }
}

fn named(members: &[(String, Box<RawValue>)]) -> impl Iterator<Item = (&str, &RawValue)> {
    members.iter().map(|(name, value)| (name.as_str(), &**value))
}

/// Takes newer members over; `null` says nothing new.
fn merge(members: &mut Vec<(String, Box<RawValue>)>, newer: Vec<(Cow<'_, str>, &RawValue)>) {
    for (name, value) in newer {
        match members.iter_mut().find(|(known, _)| *known == name) {
            Some(_) if value.get() == "null" => {}
            Some((_, known)) => value.clone_into(known),
            None => members.push((name.into_owned(), value.to_owned())),
        }
    }
}

/// Keeps an event that OpenAI's shape does not hold.
fn keep(chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) {
    let Ok(Members(members)) = serde_json::from_slice::<Members<'_>>(chunk) else { return };
    let members = members.iter().filter(|(name, _)| !Added::owns(name)).map(|(name, raw)| (name.as_ref(), *raw));
    let event = object(members);
    if let Some(raw) = event.as_ref().and_then(|event| event.read().ok()) {
        out(Delta::Raw(raw));
    }
}
