//! Converse's answer, read open-world: nothing is required but a message, and what is not known is kept.

use std::borrow::Cow;
use std::fmt;

use core_types::{
    Annotation, CacheWrites, FinishReason, PromptTokensDetails, RawJson, ResponseMessage, ThinkingBlock, ToolCall,
    Usage,
};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::converse::wire::Fields;
use crate::family::Completion;
use crate::text::Text;
use crate::{ErrorKind, TransformError, UpstreamError, guardrail};

pub(crate) const NAME: &str = "converse";

/// Reads an answer.
pub(crate) fn read(body: &[u8]) -> Result<Completion, TransformError> {
    let malformed = |error| TransformError::malformed(NAME, error);
    let Members(members) = serde_json::from_slice(body).map_err(malformed)?;
    let member = |wanted: &str| members.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
    let content = member("output")
        .and_then(|output| serde_json::from_str::<Output<'_>>(output.get()).ok())
        .and_then(|output| output.message)
        .ok_or_else(|| malformed(serde_json::Error::custom("there is no output.message")))?
        .content;
    let stop = member("stopReason").and_then(|raw| serde_json::from_str::<Text<'_>>(raw.get()).ok());
    let raw = members.iter().filter(|(name, _)| name != "output").map(|(name, value)| (name.as_ref(), *value));
    let message = message(&content);
    let masked = stop.as_ref().is_some_and(|stop| stop.0 == INTERVENED)
        && member("trace").is_some_and(|trace| guardrail::only_masked(trace.get()));
    let finish_reason = match stop {
        Some(_) if masked && !message.tool_calls.is_empty() => FinishReason::ToolCalls,
        Some(stop) if !masked => finish_reason(&stop.0)?,
        _ => FinishReason::Stop,
    };
    Ok(Completion {
        message,
        finish_reason,
        usage: member("usage").and_then(usage),
        service_tier: member("serviceTier").and_then(service_tier),
        trace: member("trace").and_then(keep),
        provider_specific_fields: object(raw),
    })
}

/// The members of a JSON object, as they are.
pub(crate) struct Members<'a>(pub(crate) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Text(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(borrow, default)]
    message: Option<OutputMessage<'a>>,
}

#[derive(Deserialize)]
struct OutputMessage<'a> {
    #[serde(borrow, default)]
    content: Vec<Members<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolUse<'a> {
    #[serde(borrow)]
    tool_use_id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reasoning<'a> {
    #[serde(borrow, default)]
    reasoning_text: Option<ReasoningText<'a>>,
    #[serde(borrow, default)]
    redacted_content: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ReasoningText<'a> {
    #[serde(borrow, default)]
    text: Text<'a>,
    #[serde(borrow, default)]
    signature: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Citations<'a> {
    #[serde(borrow, default)]
    content: Vec<CitedText<'a>>,
    #[serde(borrow, default)]
    citations: Vec<Citation<'a>>,
}

#[derive(Deserialize)]
struct CitedText<'a> {
    #[serde(borrow, default)]
    text: Text<'a>,
}

/// One citation; of the places that can be cited OpenAI's shape has only web pages.
#[derive(Deserialize)]
pub(crate) struct Citation<'a> {
    #[serde(borrow, default)]
    title: Option<Text<'a>>,
    #[serde(borrow, default)]
    location: Option<Location<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(borrow, default)]
    web: Option<Page<'a>>,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow, default)]
    url: Option<Text<'a>>,
    #[serde(borrow, default)]
    domain: Option<Text<'a>>,
}

impl Citation<'_> {
    /// The citation in OpenAI's shape, of the text from `start` to `end`.
    pub(crate) fn annotation(&self, start: usize, end: usize) -> Option<Annotation> {
        let page = self.location.as_ref()?.web.as_ref()?;
        let url = page.url.as_ref()?.0.as_ref();
        let title = self.title.as_ref().or(page.domain.as_ref()).map_or("", |title| &title.0);
        let place = |chars: usize| u32::try_from(chars).unwrap_or(u32::MAX);
        Some(Annotation::new(url, title, place(start), place(end)))
    }
}

/// The blocks as one message.
fn message(content: &[Members<'_>]) -> ResponseMessage {
    let mut message = ResponseMessage::default();
    let mut text = String::new();
    let mut reasoning = String::new();
    let mut others: Vec<RawJson> = Vec::new();
    for (name, value) in content.iter().flat_map(|block| &block.0) {
        if read_block(name, value, &mut message, &mut text, &mut reasoning).is_none() {
            others.extend(object([(name.as_ref(), *value)].into_iter()));
        }
    }
    message.content = (!text.is_empty()).then_some(text);
    message.reasoning_content = (!reasoning.is_empty()).then_some(reasoning);
    if !others.is_empty() {
        let mut fields = Fields::default();
        let content = RawJson::from_value(&others).ok();
        // The only member of an empty object.
        let _ = content.is_some_and(|content| fields.insert("content", Cow::Owned(content)));
        message.provider_specific_fields = RawJson::from_value(&fields).ok();
    }
    message
}

/// Reads one block; `None` if OpenAI's shape does not hold all of it.
fn read_block(
    name: &str,
    value: &RawValue,
    message: &mut ResponseMessage,
    text: &mut String,
    reasoning: &mut String,
) -> Option<()> {
    match name {
        "text" => text.push_str(&serde_json::from_str::<Text<'_>>(value.get()).ok()?.0),
        "toolUse" => {
            let tool: ToolUse<'_> = serde_json::from_str(value.get()).ok()?;
            // A tool that AWS runs is not the caller's to answer.
            if tool.kind.is_some_and(|kind| kind.0 == "server_tool_use") {
                return None;
            }
            let arguments = tool.input.map_or("{}", RawValue::get);
            message.tool_calls.push(ToolCall::new(tool.tool_use_id.0, tool.name.0, arguments));
        }
        "reasoningContent" => {
            let read: Reasoning<'_> = serde_json::from_str(value.get()).ok()?;
            let block = match (read.reasoning_text, read.redacted_content) {
                (Some(ReasoningText { text, signature }), _) => {
                    reasoning.push_str(&text.0);
                    ThinkingBlock::Thinking {
                        thinking: text.0.into_owned(),
                        signature: signature.map(|signature| signature.0.into_owned()),
                    }
                }
                (None, Some(data)) => ThinkingBlock::Redacted { data: data.0.into_owned() },
                (None, None) => return None,
            };
            message.thinking_blocks.push(block);
        }
        "citationsContent" => {
            let read: Citations<'_> = serde_json::from_str(value.get()).ok()?;
            let start = text.chars().count();
            read.content.iter().for_each(|cited| text.push_str(&cited.text.0));
            let end = text.chars().count();
            message.annotations.extend(read.citations.iter().filter_map(|citation| citation.annotation(start, end)));
            // Places in documents and the cited sources have no place in an annotation.
            return None;
        }
        _ => return None,
    }
    Some(())
}

/// AWS's word where a guardrail blocked, or masked.
pub(crate) const INTERVENED: &str = "guardrail_intervened";

/// AWS's word for why the model stopped. Words that are not known mean that it stopped.
pub(crate) fn finish_reason(word: &str) -> Result<FinishReason, TransformError> {
    Ok(match word {
        "tool_use" => FinishReason::ToolCalls,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "content_filtered" | INTERVENED | "refusal" => FinishReason::ContentFilter,
        "malformed_model_output" | "malformed_tool_use" => {
            let message = "the model broke its answer off with output that Bedrock could not read; try again";
            return Err(UpstreamError::new(ErrorKind::ModelFailed, word, message).into());
        }
        _ => FinishReason::Stop,
    })
}

/// AWS's counts in OpenAI's convention: the prompt includes what was read from and written to a cache.
pub(crate) fn usage(raw: &RawValue) -> Option<Usage> {
    let counts: Counts = serde_json::from_str(raw.get()).ok()?;
    let read = counts.cache_read_input_tokens.0.or(counts.cache_read_input_token_count.0);
    let written = counts.cache_write_input_tokens.0.or(counts.cache_write_input_token_count.0);
    Some(count(counts.input_tokens.0, counts.output_tokens.0, read, written, writes(&counts.cache_details)))
}

/// Counts whose input had cached tokens in it already: they are in the prompt once. Smaller input cannot have had them.
pub(crate) fn net(mut usage: Usage) -> Usage {
    let details = usage.prompt_tokens_details.as_ref();
    let cached = details.map_or(0, |d| d.cached_tokens.unwrap_or(0) + d.cache_creation_tokens.unwrap_or(0));
    if usage.prompt_tokens >= 2 * cached {
        usage.prompt_tokens -= cached;
        usage.total_tokens -= cached;
    }
    usage
}

/// Counts in OpenAI's convention; `input` is without what was `read` from and `written` to a cache.
pub(crate) fn count(
    input: Option<u64>,
    output: Option<u64>,
    read: Option<u64>,
    written: Option<u64>,
    writes: Option<CacheWrites>,
) -> Usage {
    let prompt = input.unwrap_or(0) + read.unwrap_or(0) + written.unwrap_or(0);
    let output = output.unwrap_or(0);
    let mut usage = Usage::new(prompt, output, prompt + output);
    if read.is_some() || written.is_some() {
        let mut details = PromptTokensDetails::default();
        details.cached_tokens = read;
        details.cache_creation_tokens = written;
        // The parts say something only if they add up.
        details.cache_creation_token_details =
            writes.filter(|parts| Some(parts.ephemeral_5m_input_tokens + parts.ephemeral_1h_input_tokens) == written);
        usage.prompt_tokens_details = Some(details);
    }
    usage
}

/// The written tokens by how long they are kept.
fn writes(details: &[CacheDetail]) -> Option<CacheWrites> {
    let of = |ttl| {
        details
            .iter()
            .filter(|detail| detail.ttl.as_deref() == Some(ttl))
            .filter_map(|detail| detail.input_tokens.0)
            .sum()
    };
    let mut writes = CacheWrites::default();
    writes.ephemeral_5m_input_tokens = of("5m");
    writes.ephemeral_1h_input_tokens = of("1h");
    (!details.is_empty()).then_some(writes)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Counts {
    input_tokens: Count,
    output_tokens: Count,
    cache_read_input_tokens: Count,
    cache_write_input_tokens: Count,
    /// The names in Nova's own body; Converse may have both.
    cache_read_input_token_count: Count,
    cache_write_input_token_count: Count,
    cache_details: Vec<CacheDetail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct CacheDetail {
    ttl: Option<String>,
    input_tokens: Count,
}

/// A count, whatever JSON type it was written as.
#[derive(Default)]
pub(crate) struct Count(pub(crate) Option<u64>);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        // Counts are far below 2^53, where a float is exact; sums of what is above must not overflow.
        const MOST: f64 = 9_007_199_254_740_992.0;
        let number: Option<f64> = raw.get().trim_matches('"').parse().ok();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
        let count = number.filter(|number| (0.0..MOST).contains(number)).map(|number| number as u64);
        Ok(Self(count))
    }
}

/// The tier in OpenAI's words; one that only AWS has would break strict clients, and stays in what is kept as it is.
pub(crate) fn service_tier(raw: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Tier {
        #[serde(rename = "type")]
        kind: String,
    }
    let tier = serde_json::from_str::<Tier>(raw.get()).ok()?.kind;
    matches!(tier.as_str(), "default" | "flex" | "priority").then_some(tier)
}

pub(crate) fn keep(raw: &RawValue) -> Option<RawJson> {
    (raw.get() != "null").then(|| raw.into())
}

/// An object of these members; `None` if there is none.
pub(crate) fn object<'m>(members: impl Iterator<Item = (&'m str, &'m RawValue)>) -> Option<RawJson> {
    let mut json = String::from("{");
    for (name, value) in members {
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&serde_json::to_string(name).ok()?);
        json.push(':');
        json.push_str(value.get());
    }
    json.push('}');
    (json.len() > 2).then(|| RawJson::parse(json).ok()).flatten()
}
