//! Cohere Command and Command Light.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-cohere-command.html>

use serde_json::{Value, json};

use super::Body;
use crate::answer::Answer;
use crate::error::Refusal;
use crate::invoke::chat::{self, Conversation};
use crate::invoke::form::{Field, Form, SHARE, SOME_TEXT, TEXT, Words, one_of, optional, required, whole, within};
use crate::invoke::{Invocation, Native};
use crate::pieces::pieces;

pub(crate) const BODY: Body = Body {
    models: &["cohere.command-text", "cohere.command-light-text"],
    fits: |request| request.get("return_likelihoods").is_some() || request.get("num_generations").is_some(),
    answer,
};

static REQUEST: &[Field] = &[
    required("prompt", &SOME_TEXT),
    optional("temperature", &within(0.0, 5.0)),
    optional("p", &SHARE),
    optional("k", &within(0.0, 500.0)),
    optional("max_tokens", &whole(1, 4_096)),
    optional("stop_sequences", &Form::List { of: &TEXT, min: 0, max: 4 }),
    optional("return_likelihoods", &one_of(&["GENERATION", "ALL", "NONE"])),
    optional("stream", &Form::Boolean),
    optional("num_generations", &whole(1, 5)),
    optional("logit_bias", &Form::Open),
    optional("truncate", &one_of(&["NONE", "START", "END"])),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check(REQUEST, request)?;
    let prompt = request["prompt"].as_str().unwrap_or_default();
    let mut conversation = Conversation::of(prompt);
    conversation.limit(&request["max_tokens"], &request["stop_sequences"]);
    let answer = conversation.answer(invocation);
    let text = format!(" {}", chat::text(&answer));
    let generation = json!({ "id": chat::uuid(&answer, 1), "text": text, "finish_reason": reason(&answer) });
    let body = json!({ "id": chat::uuid(&answer, 0), "generations": [generation], "prompt": prompt });
    // Without `stream` the whole answer is one chunk.
    let chunks = if request["stream"] == true { chunks(&answer, &text, &body) } else { vec![body.clone()] };
    Ok(chat::native(answer, body, Some(chunks)))
}

fn reason(answer: &Answer) -> &'static str {
    chat::reason(answer, "COMPLETE", "MAX_TOKENS", "COMPLETE")
}

fn chunks(answer: &Answer, text: &str, body: &Value) -> Vec<Value> {
    let mut chunks: Vec<Value> =
        pieces(text).into_iter().map(|text| json!({ "text": text, "is_finished": false })).collect();
    chunks.push(json!({ "is_finished": true, "finish_reason": reason(answer), "response": body }));
    chunks
}
