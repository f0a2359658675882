//! Amazon Titan Text: a rendered prompt in, `results` out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-text.html>

use bytes::Bytes;
use core_types::{FinishReason, Message, Param, ParamSet, Usage};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::converse::response::Count;
use crate::families::body;
use crate::family::{Capabilities, ChatCodec, Completion, Family, Model};
use crate::input::ChatInput;
use crate::native::kept::{self, kept};
use crate::native::prompt::{self, Speaker};
use crate::stream::delta::{Decode, Delta};
use crate::{ModelSpec, TransformError, UnsupportedParams, Warnings, native};

const NAME: &str = "amazon_titan_text";

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[Model::new(
        "amazon.titan-text-",
        Capabilities { documents: true, system: false, ..Capabilities::NONE },
    )
    .preferring_invoke()])
    .with_chat(
        ChatCodec::new(
            ParamSet::of(&[Param::MaxTokens, Param::Stop, Param::Temperature, Param::TopP]),
            request,
            response,
            || Box::<Decoder>::default(),
        )
        .with_max_temperature(1.0),
    );

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    input_text: String,
    text_generation_config: &'a RawValue,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TextGenerationConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_token_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop_sequences: &'a [&'a str],
}

fn request(input: &ChatInput<'_>, _: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    native::left_out(input, warnings);
    let config = TextGenerationConfig {
        max_token_count: input.max_tokens,
        temperature: input.temperature,
        top_p: input.top_p,
        stop_sequences: &stops(input, warnings),
    };
    // Titan refuses unknown members, except among these.
    let config = body(&config, &native::without_top_k(input, NAME, warnings)?)?;
    let config =
        serde_json::from_slice(&config).map_err(|error| TransformError::invalid("messages", error.to_string()))?;
    body(&Request { input_text: prompt::render(input, NAME, render)?, text_generation_config: config }, &[])
}

/// Titan stops at bars and at the user's turn only, and refuses all else by name. Who lets parameters be dropped gets what is left.
fn stops<'a>(input: &ChatInput<'a>, warnings: &mut Warnings) -> Vec<&'a str> {
    let known = |stop: &&str| *stop == "User:" || stop.bytes().all(|byte| byte == b'|');
    let mut stops = input.stop.clone();
    if input.options.unsupported == UnsupportedParams::Drop && !stops.iter().all(&known) {
        stops.retain(&known);
        if stops.is_empty() {
            warnings.dropped(Param::Stop.name());
        } else {
            warnings.adjusted(Param::Stop, "Titan stops at `|` and `User:` only; all else was left out");
        }
    }
    stops
}

fn render(messages: &[Message]) -> Result<String, TransformError> {
    const USER: &str = "\n\nUser: ";
    const BOT: &str = "\n\nBot: ";
    let lines = prompt::lines(messages, NAME)?;
    let mut prompt = String::new();
    if lines.first().is_some_and(|line| line.speaker == Speaker::Assistant) {
        prompt.push_str(USER);
    }
    for line in &lines {
        match line.speaker {
            Speaker::System => prompt.extend([USER, "<admin>", &line.text, "</admin>"]),
            Speaker::User => prompt.extend([USER, &line.text]),
            Speaker::Assistant => prompt.extend([BOT, &line.text]),
        }
    }
    // After words of its own the model goes on where they end.
    if lines.last().is_some_and(|line| line.speaker != Speaker::Assistant) {
        prompt.push_str(BOT);
    }
    Ok(prompt)
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Response {
    input_text_token_count: Count,
    results: Option<Vec<Output>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Output {
    token_count: Count,
    output_text: Option<String>,
    completion_reason: Option<String>,
}

fn finish_reason(word: &str) -> FinishReason {
    match word {
        "LENGTH" => FinishReason::Length,
        "CONTENT_FILTERED" | "RAG_QUERY_WHEN_RAG_DISABLED" => FinishReason::ContentFilter,
        _ => FinishReason::Stop,
    }
}

fn usage(prompt: Option<u64>, completion: Option<u64>) -> Option<Usage> {
    Some(native::usage(prompt?, completion?))
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    let response: Response = serde_json::from_slice(body).map_err(|error| TransformError::malformed(NAME, error))?;
    let output = response.results.and_then(|results| results.into_iter().next()).unwrap_or_default();
    let Some(text) = output.output_text else {
        return Err(TransformError::malformed(NAME, serde_json::Error::missing_field("outputText")));
    };
    let reason = output.completion_reason.as_deref().map_or(FinishReason::Stop, finish_reason);
    let usage = usage(response.input_text_token_count.0, output.token_count.0);
    let mut completion = Completion::text(text, reason, usage);
    completion.provider_specific_fields =
        kept(body, &["inputTextTokenCount"], "results", &["outputText", "tokenCount"]);
    Ok(completion)
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Chunk {
    output_text: Option<String>,
    completion_reason: Option<String>,
    input_text_token_count: Count,
    total_output_text_token_count: Count,
}

/// The count of the prompt comes with the first chunk, that of the answer with the last.
#[derive(Default)]
struct Decoder {
    prompt_tokens: Option<u64>,
}

impl Decode for Decoder {
    fn decode(&mut self, json: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
        let chunk: Chunk = serde_json::from_slice(json).map_err(|error| TransformError::malformed(NAME, error))?;
        self.prompt_tokens = chunk.input_text_token_count.0.or(self.prompt_tokens);
        if let Some(text) = chunk.output_text.filter(|text| !text.is_empty()) {
            out(Delta::Text(text.into()));
        }
        if let Some(word) = chunk.completion_reason {
            out(Delta::Finish(finish_reason(&word)));
            const READ: &[&str] = &["index", "inputTextTokenCount", "outputText", "totalOutputTextTokenCount"];
            kept::say(kept(json, READ, "", &[]).as_ref(), out);
        }
        // What a guardrail blocked has counts but no reason.
        if let Some(usage) = usage(self.prompt_tokens, chunk.total_output_text_token_count.0) {
            out(Delta::Usage(usage));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_rendered_as_titan_wants_it() {
        let cases = [
            (
                r#"[{"role":"system","content":"S"},{"role":"user","content":"U"},{"role":"assistant","content":"A"},{"role":"user","content":[{"type":"text","text":"V"},{"type":"text","text":"W"}]}]"#,
                "\n\nUser: <admin>S</admin>\n\nUser: U\n\nBot: A\n\nUser: VW\n\nBot: ",
            ),
            (r#"[{"role":"assistant","content":"A"}]"#, "\n\nUser: \n\nBot: A"),
        ];
        for (messages, prompt) in cases {
            let messages: Vec<Message> = serde_json::from_str(messages).unwrap();
            assert_eq!(render(&messages).unwrap(), prompt);
        }
    }

    #[test]
    fn an_answer_says_why_it_stopped_and_what_it_took() {
        for (word, reason) in [("FINISH", "stop"), ("LENGTH", "length"), ("CONTENT_FILTERED", "content_filter")] {
            let body = format!(
                r#"{{"inputTextTokenCount":3.0,"results":[{{"tokenCount":2,"outputText":"Hi","completionReason":"{word}"}}]}}"#
            );
            let completion = response(body.as_bytes()).unwrap();
            assert_eq!(completion.finish_reason.as_str(), reason);
            assert_eq!(completion.usage.map(|usage| usage.total_tokens), Some(5));
        }
        assert!(response(br#"{"results":[]}"#).is_err());
    }
}
