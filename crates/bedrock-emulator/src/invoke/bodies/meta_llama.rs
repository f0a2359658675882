//! Meta Llama, every version; imported models in the same words.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html>

use serde_json::{Value, json};

use super::Body;
use crate::answer::Answer;
use crate::error::Refusal;
use crate::invoke::chat::{self, Conversation};
use crate::invoke::form::{Field, SHARE, SOME_TEXT, TEXTS, Words, optional, required, whole};
use crate::invoke::{Invocation, Native, template};
use crate::pieces::pieces;

pub(crate) const BODY: Body = Body { models: &["meta.llama"], fits: |_| false, answer };

static REQUEST: &[Field] = &[
    required("prompt", &SOME_TEXT),
    optional("temperature", &SHARE),
    optional("top_p", &SHARE),
    optional("max_gen_len", &whole(1, 8_192)),
    optional("images", &TEXTS),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check(REQUEST, request)?;
    Ok(generation(invocation, &request["max_gen_len"], &Value::Null))
}

/// The answer of a model that goes on from a prompt, in Llama's words.
pub(super) fn generation(invocation: &Invocation<'_>, max_tokens: &Value, stops: &Value) -> Native {
    let prompt = invocation.request["prompt"].as_str().unwrap_or_default();
    let mut conversation = Conversation::of_turns(template::turns(prompt, template::SPECIAL, "user"));
    conversation.limit(max_tokens, stops);
    if chat::is_to_think(prompt) {
        conversation.think();
    }
    let answer = conversation.answer(invocation);
    let text = chat::aloud(&answer);
    let body = piece(&text, Some(answer.usage.input), answer.usage.output, Some(&answer));
    let mut chunks: Vec<Value> = pieces(&text)
        .into_iter()
        .enumerate()
        .map(|(at, text)| piece(text, (at == 0).then_some(answer.usage.input), at + 1, None))
        .collect();
    chunks.push(piece("", None, answer.usage.output, Some(&answer)));
    chat::native(answer, body, Some(chunks))
}

fn piece(text: &str, input: Option<usize>, output: usize, end: Option<&Answer>) -> Value {
    json!({
        "generation": text,
        "prompt_token_count": input,
        "generation_token_count": output,
        "stop_reason": end.map(|answer| chat::reason(answer, "stop", "length", "stop")),
    })
}
