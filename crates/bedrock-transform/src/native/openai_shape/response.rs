//! Reads answers and streams.

use core_types::{FinishReason, RawJson, ResponseMessage, ToolCall};
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;

use crate::TransformError;
use crate::family::Completion;
use crate::native;
use crate::native::kept::kept;
use crate::native::openai_shape::Dialect;
use crate::native::tags::{self, Splitter};
use crate::stream::delta::{Decode, Delta, Trailer};
use crate::text::Text;

/// An answer, or a chunk of one.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer<'a> {
    #[serde(borrow)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    service_tier: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Option<Said<'a>>,
    /// Of a chunk; Mistral's chunks have a `message`, too.
    #[serde(borrow)]
    delta: Option<Said<'a>>,
    #[serde(borrow)]
    finish_reason: Option<Text<'a>>,
    /// Mistral's name for it. Others have both, and a number of a token here.
    #[serde(borrow)]
    stop_reason: Option<&'a RawValue>,
}

impl Choice<'_> {
    fn finish_reason(&self) -> Option<FinishReason> {
        let own = || serde_json::from_str::<Option<Text<'_>>>(self.stop_reason?.get()).ok()?;
        self.finish_reason.clone().or_else(own).map(|word| finish_reason(&word.0))
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Said<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    refusal: Option<Text<'a>>,
    #[serde(borrow)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_calls: Option<Vec<Call<'a>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Call<'a> {
    index: Option<u32>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    function: Option<Function<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Function<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
}

/// A part of a content list; thinking is a list of parts again.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Part {
    text: Option<String>,
    thinking: Option<Vec<Self>>,
}

impl Function<'_> {
    /// The arguments as JSON text: most vendors write it in a string.
    fn arguments(&self) -> Option<String> {
        let raw = self.arguments.filter(|raw| raw.get() != "null")?;
        Some(serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned()))
    }
}

impl Said<'_> {
    /// The text and the reasoning of the content, which is a string or a list of parts.
    fn content(&self) -> (String, String) {
        let Some(raw) = self.content else { return Default::default() };
        if let Ok(text) = serde_json::from_str(raw.get()) {
            return (text, String::new());
        }
        let parts: Vec<Part> = serde_json::from_str(raw.get()).unwrap_or_default();
        let (mut text, mut reasoning) = (String::new(), String::new());
        for part in parts {
            text.extend(part.text);
            reasoning.extend(part.thinking.into_iter().flatten().filter_map(|part| part.text));
        }
        (text, reasoning)
    }

    fn reasoning(&self) -> Option<String> {
        let text = |raw: &RawValue| serde_json::from_str(raw.get()).ok();
        self.reasoning_content.and_then(text).or_else(|| self.reasoning.and_then(text))
    }
}

/// Words that are not known mean that it stopped.
fn finish_reason(word: &str) -> FinishReason {
    FinishReason::from_name(word).unwrap_or(match word {
        "max_tokens" | "model_length" => FinishReason::Length,
        "content_filtered" => FinishReason::ContentFilter,
        "tool_use" => FinishReason::ToolCalls,
        _ => FinishReason::Stop,
    })
}

fn read<'a>(body: &'a [u8], family: &'static str) -> Result<Answer<'a>, TransformError> {
    serde_json::from_slice(body).map_err(|error| TransformError::malformed(family, error))
}

/// Reads a whole answer.
pub(crate) fn response(body: &[u8], dialect: Dialect) -> Result<Completion, TransformError> {
    let answer = read(body, dialect.family)?;
    let choice = answer.choices.and_then(|choices| choices.into_iter().next()).unwrap_or_default();
    let Some(said) = &choice.message else {
        let missing = serde_json::Error::custom("there is no choices[0].message");
        return Err(TransformError::malformed(dialect.family, missing));
    };
    Ok(Completion {
        message: message(said, dialect),
        finish_reason: choice.finish_reason().unwrap_or_default(),
        usage: answer.usage.and_then(native::openai_usage),
        service_tier: answer.service_tier,
        provider_specific_fields: kept_of(body),
        ..Completion::default()
    })
}

/// What OpenAI's shape has other values for, or none.
fn kept_of(body: &[u8]) -> Option<RawJson> {
    const READ: &[&str] = &["object", "service_tier", "usage"];
    kept(body, READ, "choices", &["delta", "index", "message"])
}

fn message(said: &Said<'_>, dialect: Dialect) -> ResponseMessage {
    let (text, thought) = said.content();
    let mut message = match dialect.tags {
        Some(tags) => tags::message(&text, tags),
        None => ResponseMessage::new(text),
    };
    if message.reasoning_content.is_none() {
        tags::set_reasoning(&mut message, said.reasoning().unwrap_or(thought));
    }
    message.refusal = said.refusal.as_ref().map(|refusal| refusal.0.to_string());
    for (index, call) in said.tool_calls.iter().flatten().enumerate() {
        let Some(function) = &call.function else { continue };
        let id = call.id.as_ref().map_or_else(|| format!("call_{index}"), |id| id.0.to_string());
        let name = function.name.as_ref().map_or("", |name| &name.0);
        let arguments = function.arguments().filter(|arguments| !arguments.is_empty());
        message.tool_calls.push(ToolCall::new(id, name, arguments.unwrap_or_else(|| "{}".to_owned())));
    }
    message.content = message.content.filter(|text| !text.is_empty() || message.tool_calls.is_empty());
    message
}

/// Reads a stream.
#[derive(Debug)]
pub(crate) struct Decoder {
    dialect: Dialect,
    splitter: Option<Splitter>,
    /// Numbers of the tool calls that began.
    calls: Vec<u32>,
}

impl Decoder {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, splitter: dialect.tags.map(Splitter::new), calls: Vec::new() }
    }

    fn say(&mut self, said: &Said<'_>, out: &mut dyn FnMut(Delta<'_>)) {
        let (text, thought) = said.content();
        let reasoning = said.reasoning().unwrap_or(thought);
        if !reasoning.is_empty() {
            out(Delta::Reasoning(reasoning.into()));
        }
        match &mut self.splitter {
            _ if text.is_empty() => {}
            Some(splitter) => splitter.push(&text, out),
            None => out(Delta::Text(text.into())),
        }
        for call in said.tool_calls.iter().flatten() {
            self.call(call, out);
        }
    }

    /// A call begins where its number is new, or, of vendors without numbers, where it has a name.
    fn call(&mut self, call: &Call<'_>, out: &mut dyn FnMut(Delta<'_>)) {
        let Some(function) = &call.function else { return };
        let last = self.calls.iter().max().copied();
        let next = last.map_or(0, |last| last.saturating_add(1));
        let index = call.index.or_else(|| last.filter(|_| function.name.is_none())).unwrap_or(next);
        if !self.calls.contains(&index) {
            self.calls.push(index);
            let id = call.id.as_ref().map_or_else(|| format!("call_{index}").into(), |id| id.0.as_ref().into());
            let name = function.name.as_ref().map_or("", |name| &name.0);
            out(Delta::ToolCall { index, id, name: name.into() });
        }
        if let Some(json) = function.arguments().filter(|json| !json.is_empty()) {
            out(Delta::ToolArguments { index, json: json.into() });
        }
    }
}

impl Decode for Decoder {
    fn decode(&mut self, chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
        let answer = read(chunk, self.dialect.family)?;
        let choice = answer.choices.and_then(|choices| choices.into_iter().next()).unwrap_or_default();
        if let Some(said) = choice.delta.as_ref().or(choice.message.as_ref()) {
            self.say(said, out);
        }
        if let Some(reason) = choice.finish_reason() {
            if let Some(splitter) = &mut self.splitter {
                splitter.finish(out);
            }
            out(Delta::Finish(reason));
            let kept = kept_of(chunk);
            let raw = kept.as_ref().and_then(|kept| kept.read().ok());
            out(Delta::Trailer(Trailer { raw, service_tier: answer.service_tier.as_deref(), ..Trailer::default() }));
        }
        if let Some(usage) = answer.usage.and_then(native::openai_usage) {
            out(Delta::Usage(usage));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::tags::REASONING;

    const DIALECT: Dialect = Dialect { tags: Some(REASONING), ..Dialect::new("test") };

    fn decode(chunks: &[&str]) -> Vec<String> {
        let (mut said, mut decoder) = (Vec::new(), Decoder::new(DIALECT));
        for chunk in chunks {
            decoder.decode(chunk.as_bytes(), &mut |delta| said.push(format!("{delta:?}"))).unwrap();
        }
        said
    }

    #[test]
    fn an_answer_is_read_in_every_vendors_words() {
        let cases: &[(&str, &str)] = &[
            (
                r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"<reasoning>why</reasoning>Yes."},"finish_reason":"stop"}]}"#,
                "Some(\"Yes.\") Some(\"why\") [] Stop",
            ),
            (
                r#"{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"why"}]},{"type":"text","text":"Yes."}]},"stop_reason":"length"}]}"#,
                "Some(\"Yes.\") Some(\"why\") [] Length",
            ),
            (
                r#"{"choices":[{"message":{"content":"","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}]},"stop_reason":"tool_calls"}]}"#,
                "None None [(\"a\", \"{\\\"x\\\":1}\")] ToolCalls",
            ),
            (
                r#"{"choices":[{"message":{"content":null,"reasoning":"why","tool_calls":[{"function":{"name":"f","arguments":{"x":1}}},{"function":{"name":"g"}}]}}]}"#,
                "None Some(\"why\") [(\"call_0\", \"{\\\"x\\\":1}\"), (\"call_1\", \"{}\")] Stop",
            ),
        ];
        for (body, expected) in cases {
            let Completion { message, finish_reason, .. } = response(body.as_bytes(), DIALECT).unwrap();
            let calls: Vec<_> = message.tool_calls.iter().map(|call| (&call.id, &call.function.arguments)).collect();
            let read = format!("{:?} {:?} {calls:?} {finish_reason:?}", message.content, message.reasoning_content);
            assert_eq!(read, *expected, "{body}");
        }
    }

    #[test]
    fn a_body_without_a_message_is_an_error() {
        for body in ["null", "{}", "[]", r#"{"choices":[]}"#, r#"{"choices":[{"text":"x"}]}"#] {
            assert!(response(body.as_bytes(), DIALECT).is_err(), "{body}");
        }
    }

    #[test]
    fn chunks_are_read_as_deltas() {
        let said = decode(&[
            r#"{"choices":[{"delta":{"role":"assistant","content":"<reason"},"finish_reason":null}]}"#,
            r#"{"choices":[{"delta":{"content":"ing>why</reasoning>Yes."}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#,
        ]);
        assert_eq!(
            said[..5],
            [
                "Reasoning(\"why\")",
                "Text(\"Yes.\")",
                "ToolCall { index: 0, id: \"a\", name: \"f\" }",
                "ToolArguments { index: 0, json: \"{}\" }",
                "Finish(ToolCalls)",
            ]
        );
        assert!(said[5].contains(r#"RawValue({"choices":[{"finish_reason":"tool_calls"}]})"#), "{said:?}");
        assert!(said[6].starts_with("Usage"), "{said:?}");
    }
}
