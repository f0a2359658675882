//! DeepSeek: R1, of Bedrock and imported, with a prompt body; V3 with OpenAI's.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-deepseek.html>

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
use crate::native::{self, Extras};
use crate::{ModelSpec, TransformError, Warnings, json_text};

const NAME: &str = "deepseek";

const IMPORTED: &str = "imported.deepseek";

const R1: Capabilities = Capabilities { documents: true, ..Capabilities::NONE };

/// The prompt ends with the opening tag.
const THINK: Tags = Tags { open: "<think>", close: "</think>", opened: true };

const DIALECT: Dialect = Dialect::new(NAME);

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new("deepseek.r1", R1),
        Model::new("deepseek.v", Capabilities { documents: true, reasoning: Reasoning::Effort, ..Capabilities::TOOLS }),
        Model::new(IMPORTED, Capabilities { top_k: TopK::PassThrough, ..R1 }),
    ])
    .with_chat(
        ChatCodec::new(
            ParamSet::of(&[
                Param::MaxTokens,
                Param::ReasoningEffort,
                Param::Stop,
                Param::Temperature,
                Param::ToolChoice,
                Param::Tools,
                Param::TopP,
            ]),
            request,
            response,
            || Box::new(Decoder::new(DIALECT, Some(THINK))),
        )
        .with_max_temperature(1.0),
    );

#[derive(Serialize)]
struct Request<'a> {
    #[serde(serialize_with = "json_text::long")]
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    /// Imported models have Llama's name for it.
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
    let imported = spec.model.prefix == IMPORTED;
    let extras: Extras<'_> = if imported { input.extra.clone() } else { native::without_top_k(input, NAME, warnings)? };
    if spec.model.can.tools {
        return openai_shape::body(input, spec, DIALECT, &extras, warnings);
    }
    native::left_out(input, warnings);
    if let Some(Message::Assistant(_)) = input.messages.last() {
        // It thinks before it answers: what the caller began would be read as its thoughts.
        let at = format!("messages[{}]", input.messages.len() - 1);
        return Err(TransformError::unsupported_content(at, "the start of its answer", NAME));
    }
    let request = Request {
        prompt: prompt::render(input, NAME, render)?,
        max_tokens: input.max_tokens.filter(|_| !imported),
        max_gen_len: input.max_tokens.filter(|_| imported),
        temperature: input.temperature,
        top_p: input.top_p,
        stop: &input.stop,
    };
    body(&request, &extras)
}

/// <https://huggingface.co/deepseek-ai/DeepSeek-R1/blob/main/tokenizer_config.json>
fn render(messages: &[Message]) -> Result<String, TransformError> {
    let lines = prompt::lines(messages, NAME)?;
    let mut prompt = String::from("<｜begin▁of▁sentence｜>");
    let systems = lines.iter().filter(|line| line.speaker == Speaker::System);
    for (place, line) in systems.enumerate() {
        prompt.push_str(if place == 0 { "" } else { "\n\n" });
        prompt.push_str(&line.text);
    }
    for line in &lines {
        match line.speaker {
            Speaker::System => {}
            Speaker::User => prompt.extend(["<｜User｜>", &line.text]),
            Speaker::Assistant => prompt.extend(["<｜Assistant｜>", &line.text, "<｜end▁of▁sentence｜>"]),
        }
    }
    prompt.push_str("<｜Assistant｜><think>\n");
    Ok(prompt)
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    mixed::response(body, DIALECT, Some(THINK))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::delta::Decode as _;

    #[test]
    fn a_conversation_is_rendered_as_r1_wants_it() {
        let messages = r#"[{"role":"system","content":"S"},{"role":"system","content":"T"},{"role":"user","content":"U"},{"role":"assistant","content":"A"},{"role":"user","content":"V"}]"#;
        let messages: Vec<Message> = serde_json::from_str(messages).unwrap();
        assert_eq!(
            render(&messages).unwrap(),
            "<｜begin▁of▁sentence｜>S\n\nT<｜User｜>U<｜Assistant｜>A<｜end▁of▁sentence｜><｜User｜>V<｜Assistant｜><think>\n"
        );
    }

    #[test]
    fn every_body_is_told_apart_and_its_thinking_cut_off() {
        let bodies = [
            r#"{"choices":[{"text":"why</think>\n\nYes.","stop_reason":"length"}]}"#,
            r#"{"generation":"<think>why</think>Yes.","stop_reason":"length"}"#,
            r#"{"choices":[{"message":{"content":"Yes.","reasoning_content":"why"},"finish_reason":"length"}]}"#,
        ];
        for body in bodies {
            let completion = response(body.as_bytes()).unwrap();
            assert_eq!(completion.message.content.as_deref(), Some("Yes."), "{body}");
            assert_eq!(completion.message.reasoning_content.as_deref(), Some("why"), "{body}");
            assert_eq!(completion.finish_reason.as_str(), "length", "{body}");
            let mut said = String::new();
            let mut decoder = Decoder::new(DIALECT, Some(THINK));
            decoder.decode(body.as_bytes(), &mut |delta| said += &format!("{delta:?} ")).unwrap();
            assert!(said.starts_with("Reasoning(\"why\") Text(\"Yes.\") Finish(Length) Trailer("), "{body}: {said}");
        }
    }
}
