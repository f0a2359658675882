//! Mistral's text completions: 7B, Mixtral, Small, Large 2402.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-mistral-text-completion.html>

use serde_json::{Value, json};

use super::{Body, mistral_chat};
use crate::error::Refusal;
use crate::invoke::chat::{self, Conversation};
use crate::invoke::form::{Field, Form, SHARE, SOME_TEXT, TEXT, Words, optional, required, whole};
use crate::invoke::{Invocation, Native, template};
use crate::pieces::pieces;

pub(crate) const BODY: Body = Body { models: &["mistral.mi"], fits: |_| false, answer };

static REQUEST: &[Field] = &[
    required("prompt", &SOME_TEXT),
    optional("max_tokens", &whole(1, 8_192)),
    optional("stop", &Form::List { of: &TEXT, min: 0, max: 10 }),
    optional("temperature", &SHARE),
    optional("top_p", &SHARE),
    optional("top_k", &whole(1, 200)),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    // Every model of Mistral's that has a chat body of its own says so by taking `messages`.
    if request["messages"].is_array() {
        return (mistral_chat::BODY.answer)(invocation);
    }
    Words::Schema.check(REQUEST, request)?;
    let prompt = request["prompt"].as_str().unwrap_or_default();
    let mut conversation = Conversation::of_turns(template::turns(prompt, template::SPECIAL, "user"));
    conversation.limit(&request["max_tokens"], &request["stop"]);
    let answer = conversation.answer(invocation);
    let reason = Some(chat::reason(&answer, "stop", "length", "stop"));
    let text = format!(" {}", chat::text(&answer));
    let body = outputs(&text, reason);
    let mut chunks: Vec<Value> = pieces(&text).into_iter().map(|text| outputs(text, None)).collect();
    chunks.push(outputs("", reason));
    Ok(chat::native(answer, body, Some(chunks)))
}

fn outputs(text: &str, reason: Option<&str>) -> Value {
    json!({ "outputs": [{ "text": text, "stop_reason": reason }] })
}
