//! One chunk of a stream, borrowed: serializes to the same JSON as [`ChatChunk`] and costs no allocation.

use std::sync::Arc;

use core_types::{
    Annotation, ChatChunk, ChunkChoice, ChunkDelta, FinishReason, FunctionDelta, RawJson, ThinkingBlock, ToolCallDelta,
    Usage,
};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use serde_json::value::RawValue;

/// What is the same in every chunk of a stream.
#[derive(Debug, Clone)]
pub(crate) struct StreamHead {
    pub(crate) id: Arc<str>,
    pub(crate) created: u64,
    pub(crate) model: Arc<str>,
    /// Whether the caller asked for usage; then every chunk has a `usage` member.
    pub(crate) include_usage: bool,
}

/// One chunk of a stream, borrowed from the frame that it came in.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    pub(crate) head: &'a StreamHead,
    pub(crate) role: bool,
    pub(crate) piece: Piece<'a>,
    pub(crate) tail: Option<&'a Tail>,
}

/// What is new in a chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece<'a> {
    Annotation(&'a Annotation),
    Finish(FinishReason),
    Raw(&'a RawValue),
    Reasoning(&'a str),
    RedactedReasoning(&'a str),
    Signature(&'a str),
    Text(&'a str),
    ToolArguments { index: u32, json: &'a str },
    ToolCall { index: u32, id: &'a str, name: &'a str },
    Usage(&'a Usage),
}

/// What the last chunk carries besides.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tail {
    pub(crate) service_tier: Option<Arc<str>>,
    pub(crate) trace: Option<RawJson>,
    pub(crate) raw: Option<RawJson>,
}

impl Step<'_> {
    /// The tier that served the request, if this chunk says so.
    #[must_use]
    pub fn service_tier(&self) -> Option<&str> {
        self.tail?.service_tier.as_deref()
    }

    /// Why the model stopped, if this chunk says so.
    #[must_use]
    pub const fn finish_reason(&self) -> Option<FinishReason> {
        match self.piece {
            Piece::Finish(reason) => Some(reason),
            _ => None,
        }
    }

    /// The counts, if this is the chunk that carries them.
    #[must_use]
    pub const fn usage(&self) -> Option<&Usage> {
        match self.piece {
            Piece::Usage(usage) => Some(usage),
            _ => None,
        }
    }

    /// The chunk as an owned value.
    #[must_use]
    pub fn to_chunk(&self) -> ChatChunk {
        let mut chunk = ChatChunk::new(Arc::clone(&self.head.id), self.head.created, Arc::clone(&self.head.model));
        if let Piece::Usage(usage) = self.piece {
            chunk.usage = Some(Some(*usage));
        } else {
            let mut choice = ChunkChoice::default();
            choice.delta = self.delta();
            choice.finish_reason = self.finish_reason();
            chunk.choices.push(choice);
            chunk.usage = self.head.include_usage.then_some(None);
        }
        if let Some(tail) = self.tail {
            chunk.service_tier.clone_from(&tail.service_tier);
            chunk.trace.clone_from(&tail.trace);
            chunk.provider_specific_fields.clone_from(&tail.raw);
        }
        chunk
    }

    fn delta(&self) -> ChunkDelta {
        let mut delta = ChunkDelta::default();
        delta.role = self.role;
        match self.piece {
            Piece::Finish(_) | Piece::Usage(_) => {}
            Piece::Annotation(annotation) => delta.annotations.push(annotation.clone()),
            Piece::Raw(raw) => delta.provider_specific_fields = Some(raw.into()),
            Piece::Reasoning(text) => {
                delta.reasoning_content = Some(text.to_owned());
                delta.thinking_blocks.push(ThinkingBlock::Thinking { thinking: text.to_owned(), signature: None });
            }
            Piece::RedactedReasoning(data) => {
                delta.thinking_blocks.push(ThinkingBlock::Redacted { data: data.to_owned() });
            }
            Piece::Signature(signature) => delta
                .thinking_blocks
                .push(ThinkingBlock::Thinking { thinking: String::new(), signature: Some(signature.to_owned()) }),
            Piece::Text(text) => delta.content = Some(text.to_owned()),
            Piece::ToolArguments { index, json } => {
                let mut call = ToolCallDelta::default();
                call.index = index;
                call.function.arguments = Some(json.to_owned());
                delta.tool_calls.push(call);
            }
            Piece::ToolCall { index, id, name } => {
                let mut call = ToolCallDelta::default();
                call.index = index;
                call.id = Some(id.to_owned());
                let mut function = FunctionDelta::default();
                function.name = Some(name.to_owned());
                function.arguments = Some(String::new());
                call.function = function;
                delta.tool_calls.push(call);
            }
        }
        delta
    }
}

impl Serialize for Step<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut chunk = serializer.serialize_struct("ChatChunk", 8)?;
        chunk.serialize_field("id", &*self.head.id)?;
        chunk.serialize_field("object", "chat.completion.chunk")?;
        chunk.serialize_field("created", &self.head.created)?;
        chunk.serialize_field("model", &*self.head.model)?;
        if let Piece::Usage(usage) = self.piece {
            chunk.serialize_field("choices", &[(); 0])?;
            chunk.serialize_field("usage", usage)?;
        } else {
            chunk.serialize_field("choices", &[ChoiceView { step: self }])?;
            if self.head.include_usage {
                chunk.serialize_field("usage", &())?;
            }
        }
        if let Some(tail) = self.tail {
            if let Some(tier) = &tail.service_tier {
                chunk.serialize_field("service_tier", &**tier)?;
            }
            if let Some(trace) = &tail.trace {
                chunk.serialize_field("trace", trace)?;
            }
            if let Some(raw) = &tail.raw {
                chunk.serialize_field("provider_specific_fields", raw)?;
            }
        }
        chunk.end()
    }
}

struct ChoiceView<'a> {
    step: &'a Step<'a>,
}

impl Serialize for ChoiceView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut choice = serializer.serialize_struct("ChunkChoice", 4)?;
        choice.serialize_field("index", &0)?;
        choice.serialize_field("delta", &DeltaView { step: self.step })?;
        choice.serialize_field("logprobs", &())?;
        choice.serialize_field("finish_reason", &self.step.finish_reason())?;
        choice.end()
    }
}

struct DeltaView<'a> {
    step: &'a Step<'a>,
}

impl Serialize for DeltaView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut delta = serializer.serialize_struct("ChunkDelta", 3)?;
        if self.step.role {
            delta.serialize_field("role", "assistant")?;
        }
        match self.step.piece {
            Piece::Text(text) => delta.serialize_field("content", text)?,
            Piece::Reasoning(text) => {
                delta.serialize_field("reasoning_content", text)?;
                delta.serialize_field(
                    "thinking_blocks",
                    &[ThinkingView::Thinking { thinking: text, signature: None }],
                )?;
            }
            Piece::Signature(signature) => {
                let block = ThinkingView::Thinking { thinking: "", signature: Some(signature) };
                delta.serialize_field("thinking_blocks", &[block])?;
            }
            Piece::RedactedReasoning(data) => {
                delta.serialize_field("thinking_blocks", &[ThinkingView::RedactedThinking { data }])?;
            }
            Piece::ToolCall { index, id, name } => {
                let function = FunctionView { name: Some(name), arguments: "" };
                delta.serialize_field(
                    "tool_calls",
                    &[CallView { index, id: Some(id), kind: Some("function"), function }],
                )?;
            }
            Piece::ToolArguments { index, json } => {
                let function = FunctionView { name: None, arguments: json };
                delta.serialize_field("tool_calls", &[CallView { index, id: None, kind: None, function }])?;
            }
            Piece::Annotation(annotation) => delta.serialize_field("annotations", &[annotation])?,
            Piece::Raw(raw) => delta.serialize_field("provider_specific_fields", raw)?,
            Piece::Finish(_) | Piece::Usage(_) => {}
        }
        delta.end()
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ThinkingView<'a> {
    Thinking {
        thinking: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<&'a str>,
    },
    RedactedThinking {
        data: &'a str,
    },
}

#[derive(Serialize)]
struct CallView<'a> {
    index: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    function: FunctionView<'a>,
}

#[derive(Serialize)]
struct FunctionView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    arguments: &'a str,
}
