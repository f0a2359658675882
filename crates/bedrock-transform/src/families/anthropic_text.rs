//! Anthropic Claude before 3: Claude 1, Claude 2, Claude Instant.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-text-completion.html>

use bytes::Bytes;
use core_types::{Content, FinishReason, Message, Param, ParamSet, Part, RawJson};
use serde::Serialize;
use serde::de::Error as _;
use serde_json::value::RawValue;

use crate::converse::response::{Members, object};
use crate::families::body;
use crate::family::{Capabilities, ChatCodec, Completion, Family, Model, TopK};
use crate::input::ChatInput;
use crate::native;
use crate::native::added::Added;
use crate::native::prompt::{self, Speaker};
use crate::stream::delta::{Delta, Trailer};
use crate::text::Text;
use crate::{ModelSpec, TransformError, Warnings, json_text};

const NAME: &str = "anthropic_text";

const TEXT: Capabilities = Capabilities { documents: true, top_k: TopK::PassThrough, ..Capabilities::NONE };

/// Models with a system prompt before the first turn.
const CLAUDE_2_1: &str = "anthropic.claude-v2:1";

/// `max_tokens_to_sample` where neither the caller nor the model's row says one: the body must have it.
const MAX_TOKENS: u32 = 4096;

const HUMAN: &str = "\n\nHuman: ";
const ASSISTANT: &str = "\n\nAssistant:";

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new("anthropic.claude-instant", TEXT).with_max_output_tokens(8191),
        Model::new("anthropic.claude-v", TEXT).with_max_output_tokens(8191),
        Model::new(CLAUDE_2_1, TEXT).with_max_output_tokens(8191),
    ])
    .with_chat(
        ChatCodec::new(
            ParamSet::of(&[Param::MaxTokens, Param::Stop, Param::Temperature, Param::TopP]),
            request,
            response,
            || Box::new(decode),
        )
        .with_max_temperature(1.0),
    );

#[derive(Serialize)]
struct Request<'a> {
    #[serde(serialize_with = "json_text::long")]
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens_to_sample: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    stop_sequences: &'a [&'a str],
}

fn request(input: &ChatInput<'_>, spec: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    native::left_out(input, warnings);
    if let Some(Message::Assistant(message)) = input.messages.last()
        && message.content.as_ref().is_some_and(ends_blank)
    {
        let at = format!("messages[{}]", input.messages.len() - 1);
        warnings.rewritten(at, "white space at the end of the prefill was cut off");
    }
    // The body's own names of two parameters win over OpenAI's.
    let mut named = |param: Param, name: &str, is_set: bool| {
        let named = input.extra.iter().any(|(field, _)| *field == name);
        if named && is_set {
            warnings.adjusted(param, format!("`{name}` stands for the same parameter and replaced it"));
        }
        named
    };
    let max_tokens = input.max_tokens.or(spec.model.max_output_tokens).unwrap_or(MAX_TOKENS);
    let limited = named(Param::MaxTokens, "max_tokens_to_sample", input.max_tokens.is_some());
    let stopped = named(Param::Stop, "stop_sequences", !input.stop.is_empty());
    let request = Request {
        prompt: prompt::render(input, NAME, |messages| prompt(messages, spec.model.prefix == CLAUDE_2_1))?,
        max_tokens_to_sample: (!limited).then_some(max_tokens),
        temperature: input.temperature,
        top_p: input.top_p,
        stop_sequences: if stopped { &[] } else { &input.stop },
    };
    body(&request, &input.extra)
}

fn ends_blank(content: &Content) -> bool {
    let text = match content {
        Content::Text(text) => Some(text.as_str()),
        Content::Parts(parts) => parts.last().and_then(|part| match part {
            Part::Text(part) => Some(part.text.as_str()),
            _ => None,
        }),
    };
    text.is_some_and(|text| text.ends_with(char::is_whitespace) && !text.trim().is_empty())
}

/// The turns as text. Claude 2.1 takes a system prompt before the first turn, earlier models in it.
/// <https://docs.claude.com/en/api/migrating-from-text-completions-to-messages>
fn prompt(messages: &[Message], bare_system: bool) -> Result<String, TransformError> {
    let lines = prompt::lines(messages, NAME)?;
    let mut prompt = String::new();
    let mut before = None;
    for line in &lines {
        match line.speaker {
            Speaker::System if bare_system => prompt.push_str(&line.text),
            Speaker::System => prompt.extend([HUMAN, "<admin>", &line.text, "</admin>"]),
            Speaker::User => prompt.extend([HUMAN, &line.text]),
            Speaker::Assistant => {
                // A conversation begins with the user.
                if before.is_none() || (bare_system && before == Some(Speaker::System)) {
                    prompt.push_str(HUMAN);
                }
                prompt.extend([ASSISTANT, " ", &line.text]);
            }
        }
        before = Some(line.speaker);
    }
    if bare_system && lines.iter().all(|line| line.speaker == Speaker::System) {
        return Err(TransformError::invalid(
            "messages",
            "there are only system messages; Bedrock needs a user message",
        ));
    }
    if before == Some(Speaker::Assistant) {
        // The model goes on where the caller began its answer, and refuses white space there.
        prompt.truncate(prompt.trim_end().len());
    } else {
        prompt.push_str(ASSISTANT);
    }
    Ok(prompt)
}

fn finish_reason(word: &str) -> FinishReason {
    match word {
        "max_tokens" => FinishReason::Length,
        _ => FinishReason::Stop,
    }
}

/// An answer or a chunk of one.
struct Answer<'a>(Vec<(std::borrow::Cow<'a, str>, &'a RawValue)>);

impl<'a> Answer<'a> {
    fn read(json: &'a [u8]) -> Result<Self, TransformError> {
        let Members(members) = serde_json::from_slice(json).map_err(|error| TransformError::malformed(NAME, error))?;
        Ok(Self(members))
    }

    fn text(&self, wanted: &str) -> Option<Text<'a>> {
        let (_, raw) = self.0.iter().find(|(name, _)| name == wanted)?;
        serde_json::from_str(raw.get()).ok()
    }

    /// Why the model stopped, if it did.
    fn finish(&self) -> Option<FinishReason> {
        self.text("stop_reason").map(|word| finish_reason(&word.0))
    }

    /// What has no other place.
    fn rest(&self) -> Option<RawJson> {
        let rest = self.0.iter().filter(|(name, _)| !matches!(&**name, "completion" | "type") && !Added::owns(name));
        object(rest.map(|(name, raw)| (name.as_ref(), *raw)))
    }
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    let answer = Answer::read(body)?;
    let Some(Text(text)) = answer.text("completion") else {
        return Err(TransformError::malformed(NAME, serde_json::Error::missing_field("completion")));
    };
    let mut completion = Completion::text(text, answer.finish().unwrap_or_default(), None);
    completion.provider_specific_fields = answer.rest();
    Ok(completion)
}

fn decode(chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
    let answer = Answer::read(chunk)?;
    if let Some(Text(text)) = answer.text("completion") {
        out(Delta::Text(text));
    }
    if let Some(reason) = answer.finish() {
        out(Delta::Finish(reason));
        let rest = answer.rest();
        let raw = rest.as_ref().and_then(|rest| rest.read().ok());
        out(Delta::Trailer(Trailer { raw, ..Trailer::default() }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use core_types::ChatRequest;
    use serde_json::{Value, json};

    use super::prompt;
    use crate::TransformError;

    fn prompt_of(messages: Value, bare_system: bool) -> Result<String, TransformError> {
        let mut request = json!({"model": "m"});
        request["messages"] = messages;
        let request: ChatRequest = serde_json::from_value(request).unwrap();
        prompt(&request.messages, bare_system)
    }

    #[test]
    fn turns_are_told_apart_by_their_speakers() {
        let talk = json!([
            {"role": "system", "content": "SYS"},
            {"role": "user", "content": [{"type": "text", "text": "U1"}]},
            {"role": "assistant", "content": "A1"},
            {"role": "user", "content": "U2"},
        ]);
        let turns = "\n\nHuman: U1\n\nAssistant: A1\n\nHuman: U2\n\nAssistant:";
        assert_eq!(prompt_of(talk.clone(), true).unwrap(), format!("SYS{turns}"));
        assert_eq!(prompt_of(talk, false).unwrap(), format!("\n\nHuman: <admin>SYS</admin>{turns}"));
    }

    #[test]
    fn a_prefill_is_where_the_prompt_ends() {
        let talk = json!([{"role": "user", "content": "JSON."}, {"role": "assistant", "content": "{ "}]);
        assert_eq!(prompt_of(talk, true).unwrap(), "\n\nHuman: JSON.\n\nAssistant: {");
    }

    #[test]
    fn a_conversation_begins_with_the_user() {
        let greeting = json!([{"role": "assistant", "content": "Hi."}, {"role": "user", "content": "Hi."}]);
        assert_eq!(prompt_of(greeting, false).unwrap(), "\n\nHuman: \n\nAssistant: Hi.\n\nHuman: Hi.\n\nAssistant:");
        assert!(prompt_of(json!([{"role": "system", "content": "SYS"}]), true).is_err());
    }
}
