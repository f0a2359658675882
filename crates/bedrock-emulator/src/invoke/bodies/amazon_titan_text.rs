//! Amazon Titan Text: Lite, Express, Premier.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-text.html>

use serde_json::{Value, json};

use super::Body;
use crate::answer::Answer;
use crate::error::Refusal;
use crate::invoke::chat::{self, Conversation};
use crate::invoke::form::{Field, Form, SHARE, SOME_TEXT, TEXTS, Words, optional, required, whole};
use crate::invoke::{Invocation, Native, template};

pub(crate) const BODY: Body = Body {
    models: &["amazon.titan-text", "amazon.titan-tg1"],
    fits: |request| request["textGenerationConfig"].is_object(),
    answer,
};

static REQUEST: &[Field] = &[required("inputText", &SOME_TEXT), optional("textGenerationConfig", &CONFIG)];
static CONFIG: Form = Form::Object(&[
    optional("temperature", &SHARE),
    optional("topP", &SHARE),
    // 8,192 for Express, the most of the three.
    optional("maxTokenCount", &whole(0, 8_192)),
    optional("stopSequences", &TEXTS),
]);

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check(REQUEST, request)?;
    // A turn's mark stands at the beginning of a line.
    let prompt = format!("\n{}", request["inputText"].as_str().unwrap_or_default());
    let mut conversation = Conversation::of_turns(template::turns(&prompt, template::TITAN, "user"));
    let config = &request["textGenerationConfig"];
    conversation.limit(&config["maxTokenCount"], &config["stopSequences"]);
    let answer = conversation.answer(invocation);
    let text = format!("\n{}", chat::text(&answer));
    let (input, output) = (answer.usage.input, answer.usage.output);
    let result = json!({ "tokenCount": output, "outputText": text, "completionReason": reason(&answer) });
    let body = json!({ "inputTextTokenCount": input, "results": [result] });
    let chunks = chunks(&answer, &text);
    Ok(chat::native(answer, body, Some(chunks)))
}

fn reason(answer: &Answer) -> &'static str {
    match answer.stop_reason {
        "guardrail_intervened" => "CONTENT_FILTERED",
        "max_tokens" => "LENGTH",
        "stop_sequence" => "STOP_CRITERIA_MET",
        _ => "FINISH",
    }
}

/// Titan streams in long pieces; counts and the reason come with the last.
fn chunks(answer: &Answer, text: &str) -> Vec<Value> {
    let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
    let (first, last) = text.split_at(middle);
    let input = answer.usage.input;
    vec![
        json!({ "outputText": first, "index": 0, "totalOutputTextTokenCount": null, "completionReason": null, "inputTextTokenCount": input }),
        json!({
            "outputText": last,
            "index": 0,
            "totalOutputTextTokenCount": answer.usage.output,
            "completionReason": reason(answer),
            "inputTextTokenCount": input,
        }),
    ]
}
