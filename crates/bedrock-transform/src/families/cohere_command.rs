//! Cohere Command and Command Light: a prompt in, `generations` out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-cohere-command.html>

use bytes::Bytes;
use core_types::{Param, ParamSet, RawJson};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};

use crate::families::body;
use crate::family::{Capabilities, ChatCodec, Completion, Family, Model, TopK};
use crate::input::ChatInput;
use crate::native::cohere::finish_reason;
use crate::native::kept::{self, kept};
use crate::native::prompt;
use crate::stream::delta::Delta;
use crate::{Delivery, ModelSpec, TransformError, Warnings, json_text, native};

const NAME: &str = "cohere_command";

const TEXT: Capabilities =
    Capabilities { documents: true, system: false, top_k: TopK::PassThrough, ..Capabilities::NONE };

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new("cohere.command-light-text", TEXT).preferring_invoke(),
        Model::new("cohere.command-text", TEXT).preferring_invoke(),
    ])
    .with_chat(ChatCodec::new(
        ParamSet::of(&[Param::MaxTokens, Param::Stop, Param::Temperature, Param::TopP]),
        request,
        response,
        || Box::new(decode),
    ));

#[derive(Serialize)]
struct Request<'a> {
    #[serde(serialize_with = "json_text::long")]
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<f64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop_sequences: &'a [&'a str],
    /// AWS wants it where the operation streams.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
}

fn request(input: &ChatInput<'_>, _: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    native::left_out(input, warnings);
    let request = Request {
        prompt: prompt::render(input, NAME, |messages| prompt::joined(messages, NAME))?,
        max_tokens: input.max_tokens,
        temperature: input.temperature,
        p: input.top_p,
        stop_sequences: &input.stop,
        stream: (input.delivery == Delivery::Stream).then_some(true),
    };
    body(&request, &native::with_top_k_as(input, "k"))
}

/// An answer, or a chunk of one.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Response {
    generations: Option<Vec<Generation>>,
    text: Option<String>,
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Generation {
    text: Option<String>,
    finish_reason: Option<String>,
}

impl Response {
    fn read(json: &[u8]) -> Result<Generation, TransformError> {
        let Self { generations, text, finish_reason } =
            serde_json::from_slice(json).map_err(|error| TransformError::malformed(NAME, error))?;
        // A stream that was not asked for pieces is one whole answer.
        let whole = generations.and_then(|list| list.into_iter().next());
        Ok(whole.unwrap_or(Generation { text, finish_reason }))
    }
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    let generation = Response::read(body)?;
    let Some(text) = generation.text else {
        return Err(TransformError::malformed(NAME, serde_json::Error::missing_field("generations[0].text")));
    };
    let reason = generation.finish_reason.as_deref().map(finish_reason).transpose()?.unwrap_or_default();
    let mut completion = Completion::text(text, reason, None);
    completion.provider_specific_fields = kept_of(body);
    Ok(completion)
}

/// The prompt is the caller's own.
fn kept_of(json: &[u8]) -> Option<RawJson> {
    kept(json, &["event_type", "index", "is_finished", "prompt", "text"], "generations", &["index", "text"])
}

fn decode(json: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
    let chunk = Response::read(json)?;
    if let Some(text) = chunk.text.filter(|text| !text.is_empty()) {
        out(Delta::Text(text.into()));
    }
    if let Some(word) = chunk.finish_reason {
        out(Delta::Finish(finish_reason(&word)?));
        kept::say(kept_of(json).as_ref(), out);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_why_it_stopped() {
        for (word, reason) in [("COMPLETE", "stop"), ("MAX_TOKENS", "length"), ("ERROR_TOXIC", "content_filter")] {
            let body = format!(r#"{{"generations":[{{"finish_reason":"{word}","id":"x","text":" Hi"}}]}}"#);
            let completion = response(body.as_bytes()).unwrap();
            assert_eq!(completion.message.content.as_deref(), Some(" Hi"));
            assert_eq!(completion.finish_reason.as_str(), reason);
        }
        assert!(response(br#"{"generations":[]}"#).is_err());
        assert!(response(br#"{"generations":[{"finish_reason":"ERROR","text":""}]}"#).is_err());
    }

    #[test]
    fn a_stream_ends_with_its_reason() {
        let mut said = Vec::new();
        for chunk in [r#"{"text":"Hi","is_finished":false}"#, r#"{"is_finished":true,"finish_reason":"MAX_TOKENS"}"#] {
            decode(chunk.as_bytes(), &mut |delta| said.push(format!("{delta:?}"))).unwrap();
        }
        assert_eq!(said[..2], ["Text(\"Hi\")", "Finish(Length)"]);
        assert!(said[2].contains(r#"RawValue({"finish_reason":"MAX_TOKENS"})"#), "{said:?}");
    }
}
