//! The answer, read open-world: nothing is required but its content, and what is not known is kept.

use core_types::{
    CacheWrites, CompletionTokensDetails, FinishReason, RawJson, ResponseMessage, ThinkingBlock, ToolCall, Usage,
};
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;

use super::NAME;
use crate::converse::response::{self, Count, Members, object};
use crate::family::Completion;
use crate::text::Text;
use crate::{ErrorKind, TransformError, UpstreamError};

/// Reads an answer.
pub(super) fn read(body: &[u8]) -> Result<Completion, TransformError> {
    let malformed = |error| TransformError::malformed(NAME, error);
    let Members(members) = serde_json::from_slice(body).map_err(malformed)?;
    let member = |wanted: &str| members.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
    if let Some(error) = member("error") {
        return Err(failure(error).into());
    }
    let content = member("content").ok_or_else(|| malformed(serde_json::Error::missing_field("content")))?;
    let content: Vec<&RawValue> = serde_json::from_str(content.get()).map_err(malformed)?;
    let stop = member("stop_reason").and_then(|raw| serde_json::from_str::<Text<'_>>(raw.get()).ok());
    let rest = members.iter().filter(|(name, _)| is_kept(name)).map(|(name, value)| (name.as_ref(), *value));
    Ok(Completion {
        message: message(&content),
        finish_reason: stop.map_or(FinishReason::Stop, |stop| finish_reason(&stop.0)),
        usage: member("usage").and_then(usage),
        provider_specific_fields: object(rest),
        ..Completion::default()
    })
}

/// Whether a member of the answer has no other place.
pub(super) fn is_kept(name: &str) -> bool {
    !matches!(name, "content" | "role" | "type")
}

/// A block of the answer. All members of all kinds, since a kind that is not known may have any.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Block<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) text: Text<'a>,
    #[serde(borrow)]
    pub(super) citations: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) input: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) thinking: Text<'a>,
    #[serde(borrow)]
    pub(super) signature: Text<'a>,
    #[serde(borrow)]
    pub(super) data: Text<'a>,
}

fn message(content: &[&RawValue]) -> ResponseMessage {
    let mut message = ResponseMessage::default();
    let (mut text, mut reasoning) = (String::new(), String::new());
    let mut others: Vec<&RawValue> = Vec::new();
    for raw in content {
        if read_block(raw, &mut message, &mut text, &mut reasoning).is_none() {
            others.push(raw);
        }
    }
    message.content = (!text.is_empty()).then_some(text);
    message.reasoning_content = (!reasoning.is_empty()).then_some(reasoning);
    if !others.is_empty() {
        #[derive(serde::Serialize)]
        struct Kept<'a> {
            content: Vec<&'a RawValue>,
        }
        message.provider_specific_fields = RawJson::from_value(&Kept { content: others }).ok();
    }
    message
}

/// Reads one block; `None` if OpenAI's shape does not hold all of it.
fn read_block(raw: &RawValue, message: &mut ResponseMessage, text: &mut String, reasoning: &mut String) -> Option<()> {
    let block: Block<'_> = serde_json::from_str(raw.get()).ok()?;
    match &*block.kind.0 {
        "text" => {
            text.push_str(&block.text.0);
            // What was cited has no place in an annotation.
            return block.citations.is_none().then_some(());
        }
        "tool_use" => {
            let arguments = block.input.map_or("{}", RawValue::get);
            message.tool_calls.push(ToolCall::new(block.id.0, block.name.0, arguments));
        }
        "thinking" => {
            reasoning.push_str(&block.thinking.0);
            let signature = (!block.signature.0.is_empty()).then(|| block.signature.0.into_owned());
            message
                .thinking_blocks
                .push(ThinkingBlock::Thinking { thinking: block.thinking.0.into_owned(), signature });
        }
        "redacted_thinking" => {
            message.thinking_blocks.push(ThinkingBlock::Redacted { data: block.data.0.into_owned() });
        }
        _ => return None,
    }
    Some(())
}

/// Anthropic's word for why the model stopped: Converse has the same ones, and `compaction`.
pub(super) fn finish_reason(word: &str) -> FinishReason {
    match word {
        "compaction" => FinishReason::Length,
        // Converse's words for broken answers do not occur here.
        word => response::finish_reason(word).unwrap_or_default(),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Counts {
    input_tokens: Count,
    output_tokens: Count,
    cache_read_input_tokens: Count,
    cache_creation_input_tokens: Count,
    cache_creation: Option<Writes>,
    output_tokens_details: Option<Details>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Writes {
    ephemeral_5m_input_tokens: Count,
    ephemeral_1h_input_tokens: Count,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Details {
    thinking_tokens: Count,
}

/// Anthropic's counts in OpenAI's convention; `None` if what the answer took is not among them.
pub(super) fn usage(raw: &RawValue) -> Option<Usage> {
    let counts: Counts = serde_json::from_str(raw.get()).ok()?;
    let output = counts.output_tokens.0?;
    let writes = counts.cache_creation.map(|parts| {
        let mut writes = CacheWrites::default();
        writes.ephemeral_5m_input_tokens = parts.ephemeral_5m_input_tokens.0.unwrap_or(0);
        writes.ephemeral_1h_input_tokens = parts.ephemeral_1h_input_tokens.0.unwrap_or(0);
        writes
    });
    let (read, written) = (counts.cache_read_input_tokens.0, counts.cache_creation_input_tokens.0);
    let mut usage = response::count(counts.input_tokens.0, Some(output), read, written, writes);
    usage.completion_tokens_details = counts.output_tokens_details.and_then(|details| {
        let mut tokens = CompletionTokensDetails::default();
        tokens.reasoning_tokens = Some(details.thinking_tokens.0?);
        Some(tokens)
    });
    Some(usage)
}

/// Anthropic's own error, where AWS lets one through.
/// <https://docs.claude.com/en/api/errors>
pub(super) fn failure(raw: &RawValue) -> UpstreamError {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Failure<'a> {
        #[serde(borrow, rename = "type")]
        kind: Text<'a>,
        #[serde(borrow)]
        message: Text<'a>,
    }
    let Failure { kind, message } = serde_json::from_str(raw.get()).unwrap_or_default();
    let meaning = match &*kind.0 {
        "api_error" => ErrorKind::Internal,
        "authentication_error" => ErrorKind::Credentials,
        "invalid_request_error" | "request_too_large" => ErrorKind::InvalidRequest,
        "not_found_error" => ErrorKind::NotFound,
        "overloaded_error" => ErrorKind::Overloaded,
        "permission_error" => ErrorKind::AccessDenied,
        "rate_limit_error" => ErrorKind::Throttled,
        "timeout_error" => ErrorKind::Timeout,
        _ => ErrorKind::ModelFailed,
    };
    UpstreamError::new(meaning, kind.0, message.0)
}
