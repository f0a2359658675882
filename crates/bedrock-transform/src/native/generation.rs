//! Answers of models that take a rendered prompt. AWS's and imported models write them alike up to the name of the text:
//! `generation`, `text`, `choices[0].text` or `outputs[0].text`.

use core_types::{FinishReason, RawJson, Usage};
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;

use crate::TransformError;
use crate::converse::response::Count;
use crate::family::Completion;
use crate::native;
use crate::native::kept::{self, kept};
use crate::native::tags::{self, Splitter, Tags};
use crate::stream::delta::{Decode, Delta};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer<'a> {
    generation: Option<String>,
    text: Option<String>,
    choices: Option<Vec<Output>>,
    outputs: Option<Vec<Output>>,
    stop_reason: Option<String>,
    prompt_token_count: Count,
    generation_token_count: Count,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Output {
    text: Option<String>,
    stop_reason: Option<String>,
    finish_reason: Option<String>,
}

/// What of an answer counts, wherever it stood.
struct Generated {
    kept: Option<RawJson>,
    text: Option<String>,
    stopped: Option<FinishReason>,
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    usage: Option<Usage>,
}

/// Members that have a place in OpenAI's shape.
const READ: &[&str] = &["generation", "generation_token_count", "prompt_token_count", "text", "usage"];

fn read(body: &[u8], family: &'static str) -> Result<Generated, TransformError> {
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(|error| TransformError::malformed(family, error))?;
    let answer_has_outputs = answer.outputs.is_some();
    let output = answer.outputs.or(answer.choices).and_then(|outputs| outputs.into_iter().next()).unwrap_or_default();
    let stopped = answer.stop_reason.or(output.stop_reason).or(output.finish_reason);
    let list = if answer_has_outputs { "outputs" } else { "choices" };
    Ok(Generated {
        kept: stopped.is_some().then(|| kept(body, READ, list, &["index", "text"])).flatten(),
        text: answer.generation.or(answer.text).or(output.text),
        stopped: stopped.as_deref().map(finish_reason),
        prompt_tokens: answer.prompt_token_count.0,
        completion_tokens: answer.generation_token_count.0,
        usage: answer.usage.and_then(native::openai_usage),
    })
}

/// Words that are not known mean that it stopped.
fn finish_reason(word: &str) -> FinishReason {
    match word {
        "length" | "max_tokens" => FinishReason::Length,
        "content_filter" | "content_filtered" => FinishReason::ContentFilter,
        _ => FinishReason::Stop,
    }
}

fn usage(generated: &Generated, prompt_tokens: Option<u64>) -> Option<Usage> {
    generated.usage.or_else(|| Some(native::usage(prompt_tokens?, generated.completion_tokens?)))
}

/// Reads a whole answer.
pub(crate) fn response(body: &[u8], family: &'static str, tags: Option<Tags>) -> Result<Completion, TransformError> {
    let generated = read(body, family)?;
    let usage = usage(&generated, generated.prompt_tokens);
    let Some(text) = generated.text else {
        return Err(TransformError::malformed(family, serde_json::Error::custom("there is no generated text")));
    };
    let reason = generated.stopped.unwrap_or_default();
    let mut completion = Completion::text(text, reason, usage);
    completion.provider_specific_fields = generated.kept;
    if let (Some(tags), Some(text)) = (tags, &completion.message.content) {
        completion.message = tags::message(text, tags);
    }
    Ok(completion)
}

/// Reads a stream of such answers: the count of the prompt comes with the first, the other one with the last.
#[derive(Debug)]
pub(crate) struct Decoder {
    family: &'static str,
    splitter: Option<Splitter>,
    prompt_tokens: Option<u64>,
}

impl Decoder {
    pub(crate) fn new(family: &'static str, tags: Option<Tags>) -> Self {
        Self { family, splitter: tags.map(Splitter::new), prompt_tokens: None }
    }
}

impl Decode for Decoder {
    fn decode(&mut self, chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
        let generated = read(chunk, self.family)?;
        self.prompt_tokens = generated.prompt_tokens.or(self.prompt_tokens);
        if let Some(text) = generated.text.as_deref().filter(|text| !text.is_empty()) {
            match &mut self.splitter {
                Some(splitter) => splitter.push(text, out),
                None => out(Delta::Text(text.into())),
            }
        }
        if let Some(reason) = generated.stopped {
            if let Some(splitter) = &mut self.splitter {
                splitter.finish(out);
            }
            out(Delta::Finish(reason));
            if let Some(usage) = usage(&generated, self.prompt_tokens) {
                out(Delta::Usage(usage));
            }
            kept::say(generated.kept.as_ref(), out);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_found_wherever_it_stands() {
        let cases = [
            (
                r#"{"generation":"Hi","prompt_token_count":3,"generation_token_count":2,"stop_reason":"length"}"#,
                "length",
            ),
            (r#"{"text":"Hi"}"#, "stop"),
            (r#"{"choices":[{"text":"Hi","stop_reason":"length"}]}"#, "length"),
            (r#"{"outputs":[{"text":"Hi","stop_reason":"stop"}]}"#, "stop"),
        ];
        for (body, reason) in cases {
            let completion = response(body.as_bytes(), "test", None).unwrap();
            assert_eq!(completion.message.content.as_deref(), Some("Hi"), "{body}");
            assert_eq!(completion.finish_reason.as_str(), reason, "{body}");
        }
    }

    #[test]
    fn a_body_without_text_is_an_error() {
        for body in ["null", "{}", "[]", r#"{"outputs":[]}"#, r#"{"generation":null}"#, "<html>"] {
            assert!(response(body.as_bytes(), "test", None).is_err(), "{body}");
        }
    }

    #[test]
    fn a_stream_counts_the_prompt_first_and_the_answer_last() {
        let chunks = [
            r#"{"generation":"Hi","prompt_token_count":7,"generation_token_count":1,"stop_reason":null}"#,
            r#"{"generation":"","prompt_token_count":null,"generation_token_count":2,"stop_reason":"stop"}"#,
        ];
        let (mut said, mut decoder) = (Vec::new(), Decoder::new("test", None));
        for chunk in chunks {
            decoder.decode(chunk.as_bytes(), &mut |delta| said.push(format!("{delta:?}"))).unwrap();
        }
        assert_eq!(said[..2], [r#"Text("Hi")"#, "Finish(Stop)"]);
        assert!(said[2].contains("prompt_tokens: 7, completion_tokens: 2, total_tokens: 9"), "{said:?}");
    }
}
