//! Meta Llama: a rendered prompt in, `generation` out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html>

use bytes::Bytes;
use core_types::{Message, Param, ParamSet};
use serde::Serialize;

use crate::families::body;
use crate::family::{Capabilities, ChatCodec, Completion, Family, Model, TopK};
use crate::input::ChatInput;
use crate::native::generation::{self, Decoder};
use crate::native::prompt::{self, Speaker};
use crate::{ModelSpec, TransformError, Warnings, json_text, native};

const NAME: &str = "meta_llama";

const TEXT: Capabilities = Capabilities { documents: true, ..Capabilities::NONE };

/// AWS lists tools for these models, but not in streams, and no forced choice.
const TOOLS: Capabilities = Capabilities {
    documents: true,
    mixed_tool_turn: false,
    tool_choice_any: false,
    tool_choice_tool: false,
    tools_stream: false,
    ..Capabilities::TOOLS
};

const VISION: Capabilities = Capabilities { images: true, ..TOOLS };

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new("imported.llama", Capabilities { top_k: TopK::PassThrough, ..TEXT }),
        Model::new("meta.llama2-", TEXT).with_max_output_tokens(2048).preferring_invoke(),
        Model::new("meta.llama3-", TEXT).with_max_output_tokens(2048),
        Model::new("meta.llama3-1-", TOOLS).with_max_output_tokens(8192),
        Model::new("meta.llama3-2-", TOOLS).with_max_output_tokens(8192),
        Model::new("meta.llama3-2-11b-", VISION).with_max_output_tokens(8192),
        Model::new("meta.llama3-2-90b-", VISION).with_max_output_tokens(8192),
        Model::new("meta.llama3-3-", TOOLS).with_max_output_tokens(8192),
        Model::new("meta.llama4-", Capabilities { tool_result_images: true, ..VISION }).with_max_output_tokens(8192),
    ])
    .with_chat(
        ChatCodec::new(ParamSet::of(&[Param::MaxTokens, Param::Temperature, Param::TopP]), request, response, || {
            Box::new(Decoder::new(NAME, None))
        })
        .with_max_temperature(1.0),
    );

#[derive(Serialize)]
struct Request {
    #[serde(serialize_with = "json_text::long")]
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_gen_len: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
}

fn request(input: &ChatInput<'_>, spec: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    native::left_out(input, warnings);
    let extras = match spec.model.can.top_k {
        TopK::PassThrough => input.extra.clone(),
        _ => native::without_top_k(input, NAME, warnings)?,
    };
    let own = if spec.model.prefix == "meta.llama2-" { llama2 } else { llama3 };
    let prompt = prompt::render(input, NAME, own)?;
    let request = Request { prompt, max_gen_len: input.max_tokens, temperature: input.temperature, top_p: input.top_p };
    body(&request, &extras)
}

/// <https://www.llama.com/docs/model-cards-and-prompt-formats/meta-llama-2/>
fn llama2(messages: &[Message]) -> Result<String, TransformError> {
    let mut prompt = String::from("<s>");
    let lines = prompt::lines(messages, NAME)?;
    for (index, line) in lines.iter().enumerate() {
        let text = line.text.trim();
        match line.speaker {
            Speaker::System => prompt.extend(["[INST] <<SYS>>\n", text, "\n<</SYS>>\n [/INST]\n"]),
            Speaker::User => prompt.extend(["[INST] ", text, " [/INST]\n"]),
            // The model goes on where the caller began its answer.
            Speaker::Assistant if index + 1 == lines.len() => prompt.push_str(text),
            Speaker::Assistant => prompt.extend([text, "\n</s>"]),
        }
    }
    Ok(prompt)
}

/// <https://www.llama.com/docs/model-cards-and-prompt-formats/meta-llama-3/>
fn llama3(messages: &[Message]) -> Result<String, TransformError> {
    let mut prompt = String::from("<|begin_of_text|>");
    let lines = prompt::lines(messages, NAME)?;
    for (index, line) in lines.iter().enumerate() {
        let role = match line.speaker {
            Speaker::System => "system",
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
        };
        prompt.extend(["<|start_header_id|>", role, "<|end_header_id|>\n\n", line.text.trim()]);
        if line.speaker == Speaker::Assistant && index + 1 == lines.len() {
            // The model goes on where the caller began its answer.
            return Ok(prompt);
        }
        prompt.push_str("<|eot_id|>");
    }
    prompt.push_str("<|start_header_id|>assistant<|end_header_id|>\n\n");
    Ok(prompt)
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    generation::response(body, NAME, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TURNS: &str = r#"[{"role":"system","content":"S"},{"role":"user","content":"U"},{"role":"assistant","content":"A"},{"role":"user","content":[{"type":"text","text":" V"},{"type":"text","text":"W "}]}]"#;

    const PREFILL: &str = r#"[{"role":"user","content":"U"},{"role":"assistant","content":"A"}]"#;

    #[test]
    fn a_conversation_is_rendered_as_each_llama_wants_it() {
        type Render = fn(&[Message]) -> Result<String, TransformError>;
        let cases: &[(Render, &str, &str)] = &[
            (llama2, TURNS, "<s>[INST] <<SYS>>\nS\n<</SYS>>\n [/INST]\n[INST] U [/INST]\nA\n</s>[INST] VW [/INST]\n"),
            (llama2, PREFILL, "<s>[INST] U [/INST]\nA"),
            (
                llama3,
                TURNS,
                "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>\
                 <|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|>\
                 <|start_header_id|>assistant<|end_header_id|>\n\nA<|eot_id|>\
                 <|start_header_id|>user<|end_header_id|>\n\nVW<|eot_id|>\
                 <|start_header_id|>assistant<|end_header_id|>\n\n",
            ),
            (
                llama3,
                PREFILL,
                "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|>\
                 <|start_header_id|>assistant<|end_header_id|>\n\nA",
            ),
        ];
        for (render, messages, prompt) in cases {
            let messages: Vec<Message> = serde_json::from_str(messages).unwrap();
            assert_eq!(render(&messages).unwrap(), *prompt);
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_path() {
        let image = r#"[{"role":"user","content":[{"type":"text","text":"U"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}]"#;
        let messages: Vec<Message> = serde_json::from_str(image).unwrap();
        let error = llama3(&messages).unwrap_err().to_string();
        assert_eq!(error, "messages[0].content[1]: meta_llama does not take anything but text");
    }
}
