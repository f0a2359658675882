//! Meta Llama: a rendered prompt in, `generation` out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html>

use bytes::Bytes;
use core_types::{FinishReason, Message, Param, ParamSet, Usage};
use serde::{Deserialize, Serialize};

use crate::families::body;
use crate::family::{Capabilities, ChatCodec, Completion, Family, Model};
use crate::input::ChatInput;
use crate::prompt::{self, Speaker};
use crate::stream::delta::Delta;
use crate::{ModelSpec, TransformError, Warnings};

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
        Model::new("meta.llama2-", TEXT).with_max_output_tokens(2048).preferring_invoke(),
        Model::new("meta.llama3-", TEXT).with_max_output_tokens(2048),
        Model::new("meta.llama3-1-", TOOLS).with_max_output_tokens(8192),
        Model::new("meta.llama3-2-", TOOLS).with_max_output_tokens(8192),
        Model::new("meta.llama3-2-11b-", VISION).with_max_output_tokens(8192),
        Model::new("meta.llama3-2-90b-", VISION).with_max_output_tokens(8192),
        Model::new("meta.llama3-3-", TOOLS).with_max_output_tokens(8192),
        Model::new("meta.llama4-", Capabilities { tool_result_images: true, ..VISION }).with_max_output_tokens(8192),
    ])
    .with_chat(ChatCodec::new(
        ParamSet::of(&[Param::MaxTokens, Param::Temperature, Param::TopP]),
        request,
        response,
        || Box::new(decode),
    ));

#[derive(Serialize)]
struct Request {
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_gen_len: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
}

fn request(input: &ChatInput<'_>, spec: &ModelSpec, _: &mut Warnings) -> Result<Bytes, TransformError> {
    if let Some((name, _)) = input.extra.iter().find(|(name, _)| *name == "top_k") {
        return Err(TransformError::UnsupportedParam { param: (*name).to_owned().into(), family: NAME });
    }
    let prompt = if spec.model.prefix == "meta.llama2-" { llama2(input.messages)? } else { llama3(input.messages)? };
    let request = Request { prompt, max_gen_len: input.max_tokens, temperature: input.temperature, top_p: input.top_p };
    body(&request, &input.extra)
}

/// <https://www.llama.com/docs/model-cards-and-prompt-formats/meta-llama-2/>
fn llama2(messages: &[Message]) -> Result<String, TransformError> {
    let mut prompt = String::from("<s>");
    for line in prompt::lines(messages, NAME)? {
        let text = line.text.trim();
        match line.speaker {
            Speaker::System => prompt.extend(["[INST] <<SYS>>\n", text, "\n<</SYS>>\n [/INST]\n"]),
            Speaker::User => prompt.extend(["[INST] ", text, " [/INST]\n"]),
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

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Response {
    generation: Option<String>,
    prompt_token_count: Option<u64>,
    generation_token_count: Option<u64>,
    stop_reason: Option<String>,
}

impl Response {
    fn usage(&self) -> Option<Usage> {
        let (prompt, completion) = (self.prompt_token_count?, self.generation_token_count?);
        Some(Usage::new(prompt, completion, prompt + completion))
    }
}

fn finish_reason(word: &str) -> FinishReason {
    match word {
        "length" => FinishReason::Length,
        _ => FinishReason::Stop,
    }
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    let response: Response = serde_json::from_slice(body).map_err(|error| TransformError::malformed(NAME, error))?;
    let usage = response.usage();
    let Some(generation) = response.generation else {
        return Err(TransformError::malformed(NAME, serde::de::Error::missing_field("generation")));
    };
    let reason = response.stop_reason.as_deref().map_or(FinishReason::Stop, finish_reason);
    Ok(Completion::text(generation, reason, usage))
}

fn decode(chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
    let response: Response = serde_json::from_slice(chunk).map_err(|error| TransformError::malformed(NAME, error))?;
    let usage = response.usage();
    if let Some(text) = response.generation {
        out(Delta::Text(text.into()));
    }
    if let Some(word) = response.stop_reason {
        out(Delta::Finish(finish_reason(&word)));
        if let Some(usage) = usage {
            out(Delta::Usage(usage));
        }
    }
    Ok(())
}
