//! AI21 Jurassic-2: Mid and Ultra. They do not stream.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-jurassic2.html>

use serde_json::json;

use super::Body;
use crate::error::Refusal;
use crate::invoke::chat::{self, Conversation};
use crate::invoke::form::{Field, Form, SHARE, SOME_TEXT, TEXTS, Words, optional, required, whole, within};
use crate::invoke::{Invocation, Native};

pub(crate) const BODY: Body = Body {
    models: &["ai21.j2"],
    fits: |request| request["prompt"].is_string() && request.get("maxTokens").is_some(),
    answer,
};

static REQUEST: &[Field] = &[
    required("prompt", &SOME_TEXT),
    optional("temperature", &SHARE),
    optional("topP", &SHARE),
    optional("maxTokens", &whole(0, 8_191)),
    optional("minTokens", &whole(0, 8_191)),
    optional("numResults", &whole(1, 16)),
    optional("stopSequences", &TEXTS),
    optional("countPenalty", &PENALTY),
    optional("presencePenalty", &PENALTY),
    optional("frequencyPenalty", &PENALTY),
];
static PENALTY: Form = Form::Object(&[
    required("scale", &within(0.0, 500.0)),
    optional("applyToNumbers", &Form::Boolean),
    optional("applyToPunctuations", &Form::Boolean),
    optional("applyToStopwords", &Form::Boolean),
    optional("applyToWhitespaces", &Form::Boolean),
    optional("applyToEmojis", &Form::Boolean),
]);

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check(REQUEST, request)?;
    let prompt = request["prompt"].as_str().unwrap_or_default();
    let mut conversation = Conversation::of(prompt);
    conversation.limit(&request["maxTokens"], &request["stopSequences"]);
    let answer = conversation.answer(invocation);
    let reason = match answer.stop_sequence.as_deref() {
        Some(stop) => json!({ "reason": "stop", "sequence": stop }),
        None if answer.stop_reason == "max_tokens" => json!({ "reason": "length", "length": answer.usage.output }),
        None => json!({ "reason": "endoftext" }),
    };
    let data = json!({ "text": format!("\n{}", chat::text(&answer)), "tokens": [] });
    let body = json!({
        "id": 1234,
        "prompt": { "text": prompt, "tokens": [] },
        "completions": [{ "data": data, "finishReason": reason }],
    });
    Ok(chat::native(answer, body, None))
}
