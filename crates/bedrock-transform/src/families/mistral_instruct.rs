//! Mistral's models with a prompt body: 7B, Mixtral, Small and the first Large.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-mistral-text-completion.html>

use bytes::Bytes;
use core_types::{Message, Param, ParamSet};
use serde::Serialize;

use crate::families::body;
use crate::family::{Capabilities, ChatCodec, Completion, Family, Model};
use crate::input::ChatInput;
use crate::native::generation::{self, Decoder};
use crate::native::prompt::{self, Speaker};
use crate::{ModelSpec, TransformError, Warnings, json_text, native};

const NAME: &str = "mistral_instruct";

const INSTRUCT: Capabilities = Capabilities { documents: true, system: false, ..Capabilities::NONE };

const TOOLS: Capabilities =
    Capabilities { documents: true, mixed_tool_turn: false, tool_choice_tool: false, ..Capabilities::TOOLS };

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new("imported.mistral", INSTRUCT),
        Model::new("mistral.mistral-7b-", INSTRUCT).preferring_invoke(),
        Model::new("mistral.mistral-large-2402", TOOLS),
        Model::new("mistral.mistral-small-", TOOLS),
        Model::new("mistral.mixtral-", INSTRUCT).preferring_invoke(),
    ])
    .with_chat(
        ChatCodec::new(
            ParamSet::of(&[Param::MaxTokens, Param::Stop, Param::Temperature, Param::TopP]),
            request,
            response,
            || Box::new(Decoder::new(NAME, None)),
        )
        .with_max_temperature(1.0),
    );

#[derive(Serialize)]
struct Request<'a> {
    #[serde(serialize_with = "json_text::long")]
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
}

fn request(input: &ChatInput<'_>, _: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    native::left_out(input, warnings);
    let request = Request {
        prompt: prompt::render(input, NAME, render)?,
        max_tokens: input.max_tokens,
        stop: &input.stop,
        temperature: input.temperature,
        top_p: input.top_p,
    };
    body(&request, &input.extra)
}

fn render(messages: &[Message]) -> Result<String, TransformError> {
    let mut prompt = String::from("<s>");
    let lines = prompt::lines(messages, NAME)?;
    for (index, line) in lines.iter().enumerate() {
        match line.speaker {
            Speaker::System => prompt.extend(["[INST] \n", &line.text, " [/INST]\n"]),
            Speaker::User => prompt.extend(["[INST] ", &line.text, " [/INST]\n"]),
            // The model goes on where the caller began its answer.
            Speaker::Assistant if index + 1 == lines.len() => prompt.extend([" ", &line.text]),
            Speaker::Assistant => prompt.extend([" ", &line.text, "</s> "]),
        }
    }
    Ok(prompt)
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    generation::response(body, NAME, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_rendered_as_mistral_wants_it() {
        let cases = [
            (
                r#"[{"role":"system","content":"S"},{"role":"user","content":"U"},{"role":"assistant","content":"A"},{"role":"user","content":"V"}]"#,
                "<s>[INST] \nS [/INST]\n[INST] U [/INST]\n A</s> [INST] V [/INST]\n",
            ),
            (r#"[{"role":"user","content":"U"},{"role":"assistant","content":"A"}]"#, "<s>[INST] U [/INST]\n A"),
        ];
        for (messages, prompt) in cases {
            let messages: Vec<Message> = serde_json::from_str(messages).unwrap();
            assert_eq!(render(&messages).unwrap(), prompt);
        }
    }
}
