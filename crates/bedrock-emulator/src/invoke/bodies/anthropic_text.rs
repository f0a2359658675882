//! Anthropic text completions: Claude 2 and Instant, which take Messages as well.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-text-completion.html>

use serde_json::{Value, json};

use super::{Body, anthropic_messages};
use crate::answer::Answer;
use crate::error::Refusal;
use crate::invoke::chat::{self, Conversation};
use crate::invoke::form::{COUNT, Field, SHARE, SOME_TEXT, TEXT, TEXTS, Words, optional, required, whole};
use crate::invoke::{Invocation, Native, template};
use crate::pieces::pieces;

pub(crate) const BODY: Body = Body {
    models: &["anthropic.claude-v", "anthropic.claude-instant"],
    fits: |request| request.get("max_tokens_to_sample").is_some(),
    answer,
};

static REQUEST: &[Field] = &[
    required("prompt", &SOME_TEXT),
    required("max_tokens_to_sample", &COUNT),
    optional("anthropic_version", &TEXT),
    optional("stop_sequences", &TEXTS),
    optional("temperature", &SHARE),
    optional("top_p", &SHARE),
    optional("top_k", &whole(0, 500)),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    if request["messages"].is_array() {
        return (anthropic_messages::BODY.answer)(invocation);
    }
    Words::Schema.check(REQUEST, request)?;
    let prompt = request["prompt"].as_str().unwrap_or_default();
    let (human, assistant) = (prompt.find("\n\nHuman:"), prompt.rfind("\n\nAssistant:"));
    let Some(human) = human else {
        return Err(Refusal::validation(
            "Invalid prompt: prompt must start with \"\n\nHuman:\" turn after an optional system prompt",
        ));
    };
    if assistant.is_none_or(|assistant| assistant < human || prompt.rfind("\n\nHuman:") > Some(assistant)) {
        return Err(Refusal::validation("Invalid prompt: prompt must end with \"\n\nAssistant:\" turn"));
    }
    if prompt.ends_with(char::is_whitespace) && !prompt.trim_end().ends_with("\n\nAssistant:") {
        return Err(Refusal::validation("Invalid prompt: prompt cannot end with trailing whitespace"));
    }
    let mut conversation = Conversation::of_turns(template::turns(prompt, template::CLAUDE, "system"));
    conversation.limit(&request["max_tokens_to_sample"], &request["stop_sequences"]);
    let answer = conversation.answer(invocation);
    let text = format!(" {}", chat::text(&answer));
    let body = completion(&text, Some(&answer));
    let mut chunks: Vec<Value> = pieces(&text).into_iter().map(|text| completion(text, None)).collect();
    chunks.push(completion("", Some(&answer)));
    Ok(chat::native(answer, body, Some(chunks)))
}

fn completion(text: &str, end: Option<&Answer>) -> Value {
    let reason = end.map(|answer| chat::reason(answer, "stop_sequence", "max_tokens", "stop_sequence"));
    // Claude's turn ends where the human's would begin.
    let stop = end.filter(|_| reason == Some("stop_sequence")).map(|answer| match &answer.stop_sequence {
        Some(stop) => stop.as_str(),
        None => "\n\nHuman:",
    });
    json!({ "type": "completion", "completion": text, "stop_reason": reason, "stop": stop })
}
