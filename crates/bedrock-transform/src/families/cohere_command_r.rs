//! Cohere Command R and R+: the last message, the history before it, and tools in Cohere's own shape.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-cohere-command-r-plus.html>

use bytes::Bytes;
use core_types::{FinishReason, Param, ParamSet, RawJson, ToolCall};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::converse::response::object;
use crate::families::body;
use crate::family::{Capabilities, ChatCodec, Completion, Family, Model, TopK};
use crate::input::ChatInput;
use crate::native::cohere::conversation::{Conversation, ToolResult, Turn};
use crate::native::cohere::finish_reason;
use crate::native::cohere::tools::{WireTool, tools};
use crate::native::kept::{self, rest};
use crate::stream::delta::{Decode, Delta};
use crate::{ModelSpec, TransformError, Warnings, native};

const NAME: &str = "cohere_command_r";

const TOOLS: Capabilities = Capabilities {
    documents: true,
    tool_choice_any: false,
    tool_choice_tool: false,
    top_k: TopK::PassThrough,
    ..Capabilities::TOOLS
};

pub(super) static FAMILY: Family =
    Family::new(NAME).with_models(&[Model::new("cohere.command-r-", TOOLS).preferring_invoke()]).with_chat(
        ChatCodec::new(
            ParamSet::of(&[
                Param::FrequencyPenalty,
                Param::MaxTokens,
                Param::PresencePenalty,
                Param::Seed,
                Param::Stop,
                Param::Temperature,
                Param::ToolChoice,
                Param::Tools,
                Param::TopP,
            ]),
            request,
            response,
            || Box::<Decoder>::default(),
        )
        .with_max_temperature(1.0),
    );

#[derive(Serialize)]
struct Request<'a> {
    message: String,
    chat_history: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "String::is_empty")]
    preamble: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop_sequences: &'a [&'a str],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<WireTool<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_results: Vec<ToolResult<'a>>,
}

fn request(input: &ChatInput<'_>, _: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    native::left_out(input, warnings);
    native::no_prompt(input, warnings);
    let Conversation { message, chat_history, preamble, tool_results } = Conversation::read(input, NAME)?;
    let request = Request {
        message,
        chat_history,
        preamble,
        max_tokens: input.max_tokens,
        temperature: input.temperature,
        p: input.top_p,
        frequency_penalty: input.frequency_penalty,
        presence_penalty: input.presence_penalty,
        seed: input.seed,
        stop_sequences: &input.stop,
        tools: tools(input, NAME, warnings)?,
        tool_results,
    };
    body(&request, &native::with_top_k_as(input, "k"))
}

/// An answer, or a chunk of one. The last chunk repeats the whole answer in `response`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer<'a> {
    text: Option<String>,
    finish_reason: Option<String>,
    #[serde(borrow)]
    tool_calls: Option<Vec<Call<'a>>>,
    #[serde(borrow)]
    citations: Option<&'a RawValue>,
    #[serde(borrow)]
    documents: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<Box<Self>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Call<'a> {
    name: String,
    #[serde(borrow)]
    parameters: Option<&'a RawValue>,
}

impl Call<'_> {
    fn arguments(&self) -> &str {
        self.parameters.map(RawValue::get).filter(|json| *json != "null").unwrap_or("{}")
    }
}

impl<'a> Answer<'a> {
    fn read(body: &'a [u8]) -> Result<Self, TransformError> {
        serde_json::from_slice(body).map_err(|error| TransformError::malformed(NAME, error))
    }

    /// Cohere's citations point into the text and at documents: OpenAI's shape has no place for them.
    fn others(&self) -> Option<RawJson> {
        let members = [("citations", self.citations), ("documents", self.documents)];
        let said = members.into_iter().filter_map(|(name, raw)| Some((name, raw?)));
        object(said.filter(|(_, raw)| raw.get() != "null"))
    }

    /// Cohere says `COMPLETE` of an answer that calls tools, too.
    fn finish_reason(&self, called: bool) -> Result<Option<FinishReason>, TransformError> {
        let reason = self.finish_reason.as_deref().map(finish_reason).transpose()?;
        Ok(if called && reason == Some(FinishReason::Stop) { Some(FinishReason::ToolCalls) } else { reason })
    }
}

/// What an answer says besides; the history is the caller's own.
fn kept_of(json: &[u8]) -> Option<RawJson> {
    const READ: &[&str] = &["chat_history", "event_type", "is_finished", "response", "text", "tool_calls"];
    let mut members = rest(json, READ);
    // The last chunk of a stream has the whole answer in it.
    if let Some((_, whole)) = rest(json, &[]).into_iter().find(|(name, _)| name == "response") {
        let read = [READ, &["citations", "documents", "finish_reason"]].concat();
        members.extend(rest(whole.get().as_bytes(), &read));
    }
    object(members.iter().map(|(name, value)| (name.as_ref(), *value)))
}

/// Cohere's calls have no ids.
fn id(index: u32) -> String {
    format!("call_{index}")
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    let answer = Answer::read(body)?;
    let mut completion = Completion { provider_specific_fields: kept_of(body), ..Completion::default() };
    for (index, call) in (0..).zip(answer.tool_calls.iter().flatten()) {
        completion.message.tool_calls.push(ToolCall::new(id(index), call.name.as_str(), call.arguments()));
    }
    let called = !completion.message.tool_calls.is_empty();
    if answer.text.is_none() && !called {
        return Err(TransformError::malformed(NAME, serde_json::Error::missing_field("text")));
    }
    completion.finish_reason = answer.finish_reason(called)?.unwrap_or_default();
    completion.message.content = answer.text.filter(|text| !text.is_empty() || !called);
    Ok(completion)
}

/// Reads a stream. `calls` counts the tool calls so far.
#[derive(Default)]
struct Decoder {
    calls: u32,
}

impl Decoder {
    fn calls(&mut self, answer: &Answer<'_>, out: &mut dyn FnMut(Delta<'_>)) {
        for call in answer.tool_calls.iter().flatten() {
            let index = self.calls;
            self.calls = index.saturating_add(1);
            out(Delta::ToolCall { index, id: id(index).into(), name: call.name.as_str().into() });
            out(Delta::ToolArguments { index, json: call.arguments().into() });
        }
    }
}

impl Decode for Decoder {
    fn decode(&mut self, chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
        let answer = Answer::read(chunk)?;
        if let Some(text) = answer.text.as_deref().filter(|text| !text.is_empty() && answer.finish_reason.is_none()) {
            out(Delta::Text(text.into()));
        }
        if let Some(raw) = answer.others().as_ref().and_then(|raw| raw.read().ok()) {
            out(Delta::Raw(raw));
        }
        self.calls(&answer, out);
        if let Some(whole) = answer.response.as_ref().filter(|_| self.calls == 0) {
            self.calls(whole, out);
        }
        if let Some(reason) = answer.finish_reason(self.calls > 0)? {
            out(Delta::Finish(reason));
            kept::say(kept_of(chunk).as_ref(), out);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_text_or_calls() {
        let text =
            response(br#"{"text":"Hi","finish_reason":"MAX_TOKENS","citations":[{"start":0}],"chat_history":[]}"#);
        let text = text.unwrap();
        assert_eq!(text.message.content.as_deref(), Some("Hi"));
        assert_eq!(text.finish_reason, FinishReason::Length);
        let others = text.provider_specific_fields.unwrap();
        assert_eq!(others.as_str(), r#"{"finish_reason":"MAX_TOKENS","citations":[{"start":0}]}"#);
        let calls =
            br#"{"text":"","finish_reason":"COMPLETE","tool_calls":[{"name":"f","parameters":{"x":1}},{"name":"g"}]}"#;
        let calls = response(calls).unwrap();
        assert_eq!(calls.message.content, None);
        assert_eq!(calls.finish_reason, FinishReason::ToolCalls);
        let read: Vec<_> = calls.message.tool_calls.iter().map(|call| (&*call.id, &*call.function.arguments)).collect();
        assert_eq!(read, [("call_0", r#"{"x":1}"#), ("call_1", "{}")]);
        assert!(response(b"{}").is_err());
    }

    #[test]
    fn chunks_are_read_as_deltas() {
        let chunks = [
            r#"{"event_type":"text-generation","text":"Hi","is_finished":false}"#,
            r#"{"event_type":"citation-generation","citations":[{"start":0}],"is_finished":false}"#,
            r#"{"event_type":"tool-calls-generation","tool_calls":[{"name":"f","parameters":{"x":1}}],"is_finished":false}"#,
            r#"{"event_type":"stream-end","finish_reason":"COMPLETE","response":{"text":"Hi","tool_calls":[{"name":"f","parameters":{"x":1}}]},"is_finished":true}"#,
        ];
        let (mut said, mut decoder) = (Vec::new(), Decoder::default());
        for chunk in chunks {
            decoder.decode(chunk.as_bytes(), &mut |delta| said.push(format!("{delta:?}"))).unwrap();
        }
        assert_eq!(said[0], "Text(\"Hi\")");
        assert!(said[1].contains("citations"), "{said:?}");
        assert_eq!(said[2], "ToolCall { index: 0, id: \"call_0\", name: \"f\" }");
        assert_eq!(said[4], "Finish(ToolCalls)");
        assert!(said[5].contains(r#"RawValue({"finish_reason":"COMPLETE"})"#), "{said:?}");
    }
}
