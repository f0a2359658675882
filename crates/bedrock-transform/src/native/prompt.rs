//! Conversations as lines of text, for models that take one prompt.

use std::borrow::Cow;

use core_types::{Content, Message, Part};

use crate::TransformError;
use crate::input::ChatInput;

/// Who says a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaker {
    Assistant,
    System,
    User,
}

/// One message as text.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    pub(crate) speaker: Speaker,
    pub(crate) text: Cow<'a, str>,
}

/// The conversation as the caller's template writes it, if there is one, else as the family does.
pub(crate) fn render(
    input: &ChatInput<'_>,
    family: &'static str,
    own: impl FnOnce(&[Message]) -> Result<String, TransformError>,
) -> Result<String, TransformError> {
    match &input.options.prompt_template {
        Some(template) => Ok(template.render(&lines(input.messages, family)?)),
        None => own(input.messages),
    }
}

/// The conversation as text. What is not text cannot be said in a prompt.
pub(crate) fn lines<'a>(messages: &'a [Message], family: &'static str) -> Result<Vec<Line<'a>>, TransformError> {
    if messages.is_empty() {
        return Err(TransformError::invalid("messages", "a conversation needs at least one message"));
    }
    let mut lines = Vec::with_capacity(messages.len());
    for (index, message) in messages.iter().enumerate() {
        let unsupported =
            |what: &'static str| TransformError::unsupported_content(format!("messages[{index}]"), what, family);
        let (speaker, content) = match message {
            Message::System(message) | Message::Developer(message) => (Speaker::System, &message.content),
            Message::User(message) => (Speaker::User, &message.content),
            Message::Assistant(message) if !message.tool_calls.is_empty() || message.function_call.is_some() => {
                return Err(unsupported("tool calls"));
            }
            Message::Assistant(message) => match (&message.content, &message.refusal) {
                (Some(content), _) => (Speaker::Assistant, content),
                (None, Some(refusal)) => {
                    lines.push(Line { speaker: Speaker::Assistant, text: Cow::Borrowed(refusal) });
                    continue;
                }
                (None, None) => continue,
            },
            _ => return Err(unsupported("tool results")),
        };
        let text = text(content, index, family)?;
        if !text.trim().is_empty() {
            lines.push(Line { speaker, text });
        }
    }
    lines.retain(|line| !line.text.trim().is_empty());
    if lines.is_empty() {
        return Err(TransformError::invalid("messages", "all messages are blank"));
    }
    Ok(lines)
}

/// The conversation as paragraphs, for models that know no speakers.
pub(crate) fn joined(messages: &[Message], family: &'static str) -> Result<String, TransformError> {
    let mut prompt = String::new();
    for (index, line) in lines(messages, family)?.iter().enumerate() {
        if index > 0 {
            prompt.push_str("\n\n");
        }
        prompt.push_str(&line.text);
    }
    Ok(prompt)
}

/// The text of a message. What is not text cannot be said in a prompt.
pub(crate) fn text<'a>(
    content: &'a Content,
    index: usize,
    family: &'static str,
) -> Result<Cow<'a, str>, TransformError> {
    let parts = match content {
        Content::Text(text) => return Ok(Cow::Borrowed(text)),
        Content::Parts(parts) => parts,
    };
    let mut text = String::new();
    for (place, part) in parts.iter().enumerate() {
        match part {
            Part::Text(part) => text.push_str(&part.text),
            Part::GuardedText(part) => text.push_str(&part.text),
            Part::Refusal { refusal } => text.push_str(refusal),
            // Models do not take reasoning back; its loss is reported.
            Part::Thinking(_) => {}
            _ => {
                let at = format!("messages[{index}].content[{place}]");
                return Err(TransformError::unsupported_content(at, "anything but text", family));
            }
        }
    }
    Ok(Cow::Owned(text))
}
