//! Alibaba Qwen: Bedrock's own models with OpenAI's body, imported ones with a prompt in ChatML.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-cards-qwen.html>

use bytes::Bytes;
use core_types::{Message, Param, ParamSet};
use serde::Serialize;

use crate::families::body;
use crate::family::{Capabilities, ChatCodec, Completion, Family, Model, Reasoning, TopK};
use crate::input::ChatInput;
use crate::native::mixed::{self, Decoder};
use crate::native::openai_shape::{self, Dialect};
use crate::native::prompt::{self, Speaker};
use crate::native::tags::Tags;
use crate::{ModelSpec, TransformError, Warnings, json_text, native};

const NAME: &str = "qwen";

const IMPORTED: &str = "imported.qwen";

const QWEN_3: Capabilities = Capabilities {
    leading_assistant: true,
    reasoning: Reasoning::ReasoningConfig,
    structured_output: true,
    ..Capabilities::TOOLS
};

const DIALECT: Dialect = Dialect::new(NAME);

/// Qwen 3 may think before it answers.
const THINK: Tags = Tags { open: "<think>", close: "</think>", opened: false };

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new(IMPORTED, Capabilities { top_k: TopK::PassThrough, ..Capabilities::NONE }),
        Model::new("qwen.qwen3", QWEN_3),
        Model::new("qwen.qwen3-vl", Capabilities { images: true, ..QWEN_3 }),
    ])
    .with_chat(ChatCodec::new(
        ParamSet::of(&[
            Param::MaxTokens,
            Param::ReasoningEffort,
            Param::ResponseFormat,
            Param::Stop,
            Param::Temperature,
            Param::ToolChoice,
            Param::Tools,
            Param::TopP,
        ]),
        request,
        response,
        || Box::new(Decoder::new(DIALECT, Some(THINK))),
    ));

#[derive(Serialize)]
struct Request<'a> {
    #[serde(serialize_with = "json_text::long")]
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_gen_len: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop: &'a [&'a str],
}

fn request(input: &ChatInput<'_>, spec: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    if spec.model.prefix != IMPORTED {
        let extras = native::without_top_k(input, NAME, warnings)?;
        return openai_shape::body(input, spec, DIALECT, &extras, warnings);
    }
    native::left_out(input, warnings);
    let request = Request {
        prompt: prompt::render(input, NAME, render)?,
        max_gen_len: input.max_tokens,
        temperature: input.temperature,
        top_p: input.top_p,
        stop: &input.stop,
    };
    body(&request, &input.extra)
}

/// <https://qwen.readthedocs.io/en/latest/getting_started/concepts.html#chat-template>
fn render(messages: &[Message]) -> Result<String, TransformError> {
    let mut prompt = String::new();
    let lines = prompt::lines(messages, NAME)?;
    for (index, line) in lines.iter().enumerate() {
        let role = match line.speaker {
            Speaker::System => "system",
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
        };
        prompt.extend(["<|im_start|>", role, "\n", &line.text]);
        if line.speaker == Speaker::Assistant && index + 1 == lines.len() {
            // The model goes on where the caller began its answer.
            return Ok(prompt);
        }
        prompt.push_str("<|im_end|>\n");
    }
    prompt.push_str("<|im_start|>assistant\n");
    Ok(prompt)
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    mixed::response(body, DIALECT, Some(THINK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_rendered_as_chatml() {
        let cases = [
            (
                r#"[{"role":"system","content":"S"},{"role":"user","content":"U"}]"#,
                "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n",
            ),
            (
                r#"[{"role":"user","content":"U"},{"role":"assistant","content":"A"}]"#,
                "<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA",
            ),
        ];
        for (messages, prompt) in cases {
            let messages: Vec<Message> = serde_json::from_str(messages).unwrap();
            assert_eq!(render(&messages).unwrap(), prompt);
        }
    }

    #[test]
    fn both_bodies_are_read() {
        let bodies = [
            r#"{"generation":"<think>\nwhy\n</think>\n\nYes.","stop_reason":"stop"}"#,
            r#"{"choices":[{"message":{"content":"Yes.","reasoning_content":"why\n"},"finish_reason":"stop"}]}"#,
        ];
        for body in bodies {
            let message = response(body.as_bytes()).unwrap().message;
            assert_eq!(message.content.as_deref(), Some("Yes."), "{body}");
            assert_eq!(message.reasoning_content.as_deref(), Some("why\n"), "{body}");
        }
    }
}
