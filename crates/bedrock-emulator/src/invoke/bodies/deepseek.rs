//! DeepSeek: R1 with a prompt, V3 with OpenAI's body.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-deepseek.html>

use serde_json::{Value, json};

use super::{Body, openai};
use crate::error::Refusal;
use crate::invoke::chat::{self, Conversation};
use crate::invoke::form::{Field, Form, SHARE, SOME_TEXT, TEXT, Words, optional, required, whole};
use crate::invoke::openai_shape::{self, Dialect, Reasoning};
use crate::invoke::{Invocation, Native, template};
use crate::pieces::pieces;

pub(crate) const BODY: Body = Body { models: &["deepseek."], fits: |_| false, answer };

static REQUEST: &[Field] = &[
    required("prompt", &SOME_TEXT),
    optional("temperature", &SHARE),
    optional("top_p", &SHARE),
    optional("max_tokens", &whole(1, 32_768)),
    optional("stop", &Form::List { of: &TEXT, min: 0, max: 10 }),
];

const V3: Dialect = Dialect { reasoning: Reasoning::Member, ..Dialect::new(openai::REQUEST) };

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    if invocation.base_id.starts_with("deepseek.v") {
        return openai_shape::answer(invocation, &V3);
    }
    let request = invocation.request;
    Words::Schema.check(REQUEST, request)?;
    let prompt = request["prompt"].as_str().unwrap_or_default();
    let mut conversation = Conversation::of_turns(template::turns(prompt, template::SPECIAL, "user"));
    conversation.limit(&request["max_tokens"], &request["stop"]);
    conversation.think();
    let answer = conversation.answer(invocation);
    let reason = Some(chat::reason(&answer, "stop", "length", "stop"));
    let opening = if chat::is_to_think(prompt) { "" } else { "<think>\n" };
    let text = format!("{opening}{}", chat::aloud(&answer));
    let body = choices(&text, reason);
    let mut chunks: Vec<Value> = pieces(&text).into_iter().map(|text| choices(text, None)).collect();
    chunks.push(choices("", reason));
    Ok(chat::native(answer, body, Some(chunks)))
}

fn choices(text: &str, reason: Option<&str>) -> Value {
    json!({ "choices": [{ "text": text, "stop_reason": reason }] })
}
