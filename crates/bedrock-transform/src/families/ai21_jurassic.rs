//! AI21 Jurassic-2: a prompt in, `completions` out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-jurassic2.html>

use bytes::Bytes;
use core_types::{FinishReason, Param, ParamSet};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};

use crate::families::body;
use crate::family::{Capabilities, ChatCodec, Completion, Family, Model};
use crate::input::ChatInput;
use crate::native::kept::{self, kept};
use crate::native::prompt;
use crate::stream::delta::Delta;
use crate::{ModelSpec, TransformError, Warnings, json_text, native};

const NAME: &str = "ai21_jurassic";

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new("ai21.j2-", Capabilities { stream: false, system: false, ..Capabilities::NONE }).preferring_invoke()
    ])
    .with_chat(
        ChatCodec::new(
            ParamSet::of(&[
                Param::FrequencyPenalty,
                Param::MaxTokens,
                Param::PresencePenalty,
                Param::Stop,
                Param::Temperature,
                Param::TopP,
            ]),
            request,
            response,
            || Box::new(decode),
        )
        .with_max_temperature(1.0),
    );

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(serialize_with = "json_text::long")]
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop_sequences: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<Penalty>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<Penalty>,
}

#[derive(Serialize)]
struct Penalty {
    scale: f64,
}

fn request(input: &ChatInput<'_>, _: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    native::left_out(input, warnings);
    let request = Request {
        prompt: prompt::render(input, NAME, |messages| prompt::joined(messages, NAME))?,
        max_tokens: input.max_tokens,
        temperature: input.temperature,
        top_p: input.top_p,
        stop_sequences: &input.stop,
        frequency_penalty: input.frequency_penalty.map(|scale| Penalty { scale }),
        presence_penalty: input.presence_penalty.map(|scale| Penalty { scale }),
    };
    body(&request, &native::without_top_k(input, NAME, warnings)?)
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Response {
    completions: Option<Vec<Output>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Output {
    data: Data,
    finish_reason: Reason,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Data {
    text: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reason {
    reason: Option<String>,
}

/// `endoftext`, `length` or `stop`.
fn finish_reason(word: &str) -> FinishReason {
    match word {
        "length" => FinishReason::Length,
        _ => FinishReason::Stop,
    }
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    let response: Response = serde_json::from_slice(body).map_err(|error| TransformError::malformed(NAME, error))?;
    let output = response.completions.and_then(|completions| completions.into_iter().next()).unwrap_or_default();
    let Some(text) = output.data.text else {
        return Err(TransformError::malformed(NAME, serde_json::Error::missing_field("completions[0].data.text")));
    };
    let reason = output.finish_reason.reason.as_deref().map_or(FinishReason::Stop, finish_reason);
    // The body lists tokens of its own kind, a piece of text each; what is billed stands in the headers.
    let mut completion = Completion::text(text, reason, None);
    completion.provider_specific_fields = kept(body, &["prompt"], "completions", &["data"]);
    Ok(completion)
}

/// The models do not stream: a chunk would be a whole answer.
fn decode(chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
    let completion = response(chunk)?;
    if let Some(text) = completion.message.content.filter(|text| !text.is_empty()) {
        out(Delta::Text(text.into()));
    }
    out(Delta::Finish(completion.finish_reason));
    kept::say(completion.provider_specific_fields.as_ref(), out);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_why_it_stopped() {
        for (word, reason) in [("endoftext", "stop"), ("length", "length"), ("stop", "stop")] {
            let body =
                format!(r#"{{"completions":[{{"data":{{"text":"Hi"}},"finishReason":{{"reason":"{word}"}}}}]}}"#);
            let completion = response(body.as_bytes()).unwrap();
            assert_eq!(completion.message.content.as_deref(), Some("Hi"));
            assert_eq!(completion.finish_reason.as_str(), reason);
        }
        assert!(response(br#"{"completions":[]}"#).is_err());
    }
}
