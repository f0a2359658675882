//! Imported models that take a prompt: Bedrock's completion with `max_gen_len`, OpenAI's with `max_tokens`.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/invoke-imported-model.html>

use serde_json::{Value, json};

use super::{Body, meta_llama};
use crate::answer::Answer;
use crate::error::Refusal;
use crate::invoke::chat::{self, Conversation};
use crate::invoke::form::{COUNT, Field, SHARE, SOME_TEXT, TEXTS, Words, optional, required, whole, within};
use crate::invoke::openai_shape::STOP;
use crate::invoke::{Invocation, Native, template};
use crate::pieces::pieces;

pub(crate) const BODY: Body = Body { models: &[], fits: |request| request["prompt"].is_string(), answer };

static GENERATION: &[Field] = &[
    required("prompt", &SOME_TEXT),
    optional("max_gen_len", &COUNT),
    optional("temperature", &within(0.0, 2.0)),
    optional("top_p", &SHARE),
    optional("top_k", &whole(-1, i64::MAX)),
    optional("stop", &STOP),
    optional("images", &TEXTS),
];
static COMPLETION: &[Field] = &[
    required("prompt", &SOME_TEXT),
    required("max_tokens", &COUNT),
    optional("temperature", &within(0.0, 2.0)),
    optional("top_p", &SHARE),
    optional("top_k", &whole(-1, i64::MAX)),
    optional("stop", &STOP),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    if request.get("max_tokens").is_none() {
        Words::Schema.check(GENERATION, request)?;
        return Ok(meta_llama::generation(invocation, &request["max_gen_len"], &request["stop"]));
    }
    Words::Schema.check(COMPLETION, request)?;
    let prompt = request["prompt"].as_str().unwrap_or_default();
    let mut conversation = Conversation::of_turns(template::turns(prompt, template::SPECIAL, "user"));
    conversation.limit(&request["max_tokens"], &request["stop"]);
    if chat::is_to_think(prompt) {
        conversation.think();
    }
    let answer = conversation.answer(invocation);
    let text = chat::aloud(&answer);
    let reason = Some(chat::reason(&answer, "stop", "length", "stop"));
    let body = completion(&answer, &text, reason);
    let mut chunks: Vec<Value> = pieces(&text).into_iter().map(|text| completion(&answer, text, None)).collect();
    chunks.push(completion(&answer, "", reason));
    Ok(chat::native(answer, body, Some(chunks)))
}

fn completion(answer: &Answer, text: &str, reason: Option<&str>) -> Value {
    let (input, output) = (answer.usage.input, answer.usage.output);
    json!({
        "object": "text_completion",
        "id": "",
        "choices": [{ "index": 0, "text": text, "logprobs": null, "finish_reason": reason }],
        "usage": { "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output },
    })
}
