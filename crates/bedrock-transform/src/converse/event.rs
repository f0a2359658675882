//! ConverseStream's events, read open-world.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html>

use std::borrow::Cow;

use core_types::RawJson;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::converse::response::{self, Citation, Members, NAME};
use crate::stream::delta::{Delta, Trailer};
use crate::text::Text;
use crate::{TransformError, guardrail};

/// Reads the events of one stream.
#[derive(Debug, Default)]
pub(crate) struct ConverseDecoder {
    /// What `messageStop` said, as JSON members: kept beside what `metadata` will say.
    stop: Vec<(String, Box<RawValue>)>,
    /// Blocks of tools that AWS runs: not the caller's to answer.
    server_tools: Vec<u32>,
    /// Characters of text so far.
    chars: usize,
    /// The block that text comes in, and where it began.
    block: (u32, usize),
    /// Whether cached tokens are counted among the input, too.
    gross_input: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlockStart<'a> {
    #[serde(default)]
    content_block_index: u32,
    #[serde(borrow, default)]
    start: Option<Start<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start<'a> {
    #[serde(borrow, default)]
    tool_use: Option<ToolStart<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolStart<'a> {
    #[serde(borrow)]
    tool_use_id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlockDelta<'a> {
    #[serde(default)]
    content_block_index: u32,
    #[serde(borrow, default)]
    delta: Piece<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Piece<'a> {
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow)]
    tool_use: Option<ToolInput<'a>>,
    #[serde(borrow)]
    reasoning_content: Option<Reasoning<'a>>,
    #[serde(borrow)]
    citation: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ToolInput<'a> {
    #[serde(borrow, default)]
    input: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reasoning<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    signature: Option<Text<'a>>,
    #[serde(borrow, default)]
    redacted_content: Option<Text<'a>>,
}

impl ConverseDecoder {
    /// Reads a stream whose input may have been counted with what came from and went to a cache.
    pub(crate) fn new(gross_input: bool) -> Self {
        Self { gross_input, ..Self::default() }
    }

    /// Reads one event.
    pub(crate) fn decode(
        &mut self,
        name: &str,
        payload: &[u8],
        out: &mut dyn FnMut(Delta<'_>),
    ) -> Result<(), TransformError> {
        match name {
            "contentBlockDelta" => self.delta(payload, out),
            "contentBlockStart" => self.start(payload, out),
            "contentBlockStop" | "messageStart" => Ok(()),
            "messageStop" => self.stop(payload, out),
            "metadata" => self.metadata(payload, out),
            // An event that AWS may add is kept as it is.
            _ => {
                let Ok(event) = serde_json::from_slice::<&RawValue>(payload) else { return Ok(()) };
                emit_raw(name, event, out);
                Ok(())
            }
        }
    }

    fn start(&mut self, payload: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
        let event: BlockStart<'_> = read(payload)?;
        let index = event.content_block_index;
        match event.start.and_then(|start| start.tool_use) {
            Some(tool) if tool.kind.as_ref().is_some_and(|kind| kind.0 == "server_tool_use") => {
                self.server_tools.push(index);
                raw_members("contentBlockStart", payload, out)
            }
            Some(tool) => {
                out(Delta::ToolCall { index, id: tool.tool_use_id.0, name: tool.name.0 });
                Ok(())
            }
            None => raw_members("contentBlockStart", payload, out),
        }
    }

    fn delta(&mut self, payload: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
        let BlockDelta { content_block_index: index, delta } = read(payload)?;
        let Piece { text, tool_use, reasoning_content, citation } = delta;
        let mut known = false;
        if let Some(Text(text)) = text {
            known = true;
            self.enter(index);
            self.chars += text.chars().count();
            out(Delta::Text(text));
        }
        if let Some(ToolInput { input }) = tool_use.filter(|_| !self.server_tools.contains(&index)) {
            known = true;
            out(Delta::ToolArguments { index, json: input.0 });
        }
        if let Some(Reasoning { text, signature, redacted_content }) = reasoning_content {
            known = text.is_some() || signature.is_some() || redacted_content.is_some();
            if let Some(Text(text)) = text {
                out(Delta::Reasoning(text));
            }
            if let Some(Text(signature)) = signature {
                out(Delta::Signature(signature));
            }
            if let Some(Text(data)) = redacted_content {
                out(Delta::RedactedReasoning(data));
            }
        }
        if let Some(citation) = citation {
            self.enter(index);
            let read = serde_json::from_str::<Citation<'_>>(citation.get()).ok();
            if let Some(annotation) = read.and_then(|citation| citation.annotation(self.block.1, self.chars)) {
                out(Delta::Annotation(annotation));
            }
        }
        if known { Ok(()) } else { raw_members("contentBlockDelta", payload, out) }
    }

    /// Notes where a block's text begins.
    const fn enter(&mut self, index: u32) {
        if self.block.0 != index {
            self.block = (index, self.chars);
        }
    }

    fn stop(&mut self, payload: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
        let Members(members) = read(payload)?;
        let reason = members.iter().find(|(name, _)| name == "stopReason");
        let reason = reason.and_then(|(_, raw)| serde_json::from_str::<Text<'_>>(raw.get()).ok()).unwrap_or_default();
        let finish = response::finish_reason(&reason.0)?;
        self.stop = own(members);
        out(Delta::Finish(finish));
        self.trailer(&[], out);
        Ok(())
    }

    fn metadata(&mut self, payload: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
        let Members(members) = read(payload)?;
        let usage = members.iter().find(|(name, _)| name == "usage").and_then(|(_, raw)| response::usage(raw));
        if let Some(usage) = usage {
            out(Delta::Usage(if self.gross_input { response::net(usage) } else { usage }));
        }
        self.trailer(&members, out);
        Ok(())
    }

    fn trailer(&self, metadata: &[(Cow<'_, str>, &RawValue)], out: &mut dyn FnMut(Delta<'_>)) {
        let member = |wanted: &str| metadata.iter().find(|(name, _)| name == wanted).map(|(_, raw)| *raw);
        let service_tier = member("serviceTier").and_then(response::service_tier);
        let trace = member("trace").filter(|trace| trace.get() != "{}");
        let intervened = |(name, raw): &(String, Box<RawValue>)| {
            name == "stopReason" && raw.get().trim_matches('"') == response::INTERVENED
        };
        let masked = trace.is_some_and(|trace| guardrail::only_masked(trace.get())) && self.stop.iter().any(intervened);
        let stop = self.stop.iter().map(|(name, raw)| (name.as_str(), &**raw));
        let rest = metadata.iter().filter(|(name, _)| name != PADDING).map(|(name, raw)| (name.as_ref(), *raw));
        let raw = response::object(stop.chain(rest));
        let raw = raw.as_ref().and_then(|raw| raw.read::<&RawValue>().ok());
        out(Delta::Trailer(Trailer { masked, raw, service_tier: service_tier.as_deref(), trace }));
    }
}

/// AWS pads events to a length of its own choice with this member.
const PADDING: &str = "p";

fn read<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> Result<T, TransformError> {
    serde_json::from_slice(payload).map_err(|error| TransformError::malformed(NAME, error))
}

fn own(members: Vec<(Cow<'_, str>, &RawValue)>) -> Vec<(String, Box<RawValue>)> {
    let owned = members.into_iter().filter(|(name, _)| name != PADDING);
    owned.map(|(name, raw)| (name.into_owned(), raw.to_owned())).collect()
}

/// Keeps an event that OpenAI's shape does not hold, without its padding.
fn raw_members(name: &str, payload: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
    let Members(members) = read(payload)?;
    let members = members.iter().filter(|(name, _)| name != PADDING).map(|(name, raw)| (name.as_ref(), *raw));
    let event = response::object(members);
    if let Some(event) = event.as_ref().and_then(|event| event.read::<&RawValue>().ok()) {
        emit_raw(name, event, out);
    }
    Ok(())
}

fn emit_raw(name: &str, event: &RawValue, out: &mut dyn FnMut(Delta<'_>)) {
    let named: Option<RawJson> = response::object([(name, event)].into_iter());
    if let Some(raw) = named.as_ref().and_then(|json| json.read::<&RawValue>().ok()) {
        out(Delta::Raw(raw));
    }
}
