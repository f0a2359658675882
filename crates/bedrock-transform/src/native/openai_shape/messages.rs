//! Messages in OpenAI's shape.

use std::borrow::Cow;

use core_types::{AssistantMessage, Audio, Content, ImageUrl, Message, Part, ToolCall};
use serde::Serialize;

use crate::input::ChatInput;
use crate::media::{self, Kind, Label, Source};
use crate::native::openai_shape::Dialect;
use crate::{ModelSpec, TransformError, json_text};

#[derive(Serialize)]
pub(super) struct WireMessage<'a> {
    role: &'static str,
    content: WireContent<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<WireCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum WireContent<'a> {
    Text(#[serde(serialize_with = "json_text::long")] Cow<'a, str>),
    Parts(Vec<WirePart<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WirePart<'a> {
    ImageUrl {
        image_url: WireImage<'a>,
    },
    InputAudio {
        input_audio: WireAudio<'a>,
    },
    Text {
        #[serde(serialize_with = "json_text::long")]
        text: &'a str,
    },
}

#[derive(Serialize)]
struct WireImage<'a> {
    #[serde(serialize_with = "json_text::long")]
    url: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

#[derive(Serialize)]
struct WireAudio<'a> {
    #[serde(serialize_with = "json_text::long")]
    data: &'a str,
    format: &'a str,
}

#[derive(Serialize)]
struct WireCall<'a> {
    id: &'a str,
    r#type: &'static str,
    function: WireFunction<'a>,
}

#[derive(Serialize)]
struct WireFunction<'a> {
    name: Cow<'a, str>,
    arguments: &'a str,
}

/// What messages are written with.
struct Writer<'a, 'i> {
    input: &'i ChatInput<'a>,
    spec: &'i ModelSpec,
    dialect: Dialect,
}

pub(super) fn messages<'a>(
    input: &ChatInput<'a>,
    spec: &ModelSpec,
    dialect: Dialect,
) -> Result<Vec<WireMessage<'a>>, TransformError> {
    if input.messages.is_empty() {
        return Err(TransformError::invalid("messages", "a conversation needs at least one message"));
    }
    let writer = Writer { input, spec, dialect };
    input.messages.iter().enumerate().map(|(index, message)| writer.message(message, index)).collect()
}

impl<'a> Writer<'a, '_> {
    fn message(&self, message: &'a Message, index: usize) -> Result<WireMessage<'a>, TransformError> {
        let plain = |role, content, name: &'a Option<String>| {
            Ok(WireMessage {
                role,
                content: self.content(content, index)?,
                name: name.as_deref().filter(|_| self.dialect.complete),
                tool_calls: Vec::new(),
                tool_call_id: None,
            })
        };
        match message {
            Message::Assistant(message) => self.assistant(message, index),
            Message::Developer(message) if self.dialect.complete => plain("developer", &message.content, &message.name),
            Message::Developer(message) | Message::System(message) => plain("system", &message.content, &message.name),
            Message::User(message) => plain("user", &message.content, &message.name),
            Message::Tool(message) => {
                let id = Some(message.tool_call_id.as_str());
                Ok(WireMessage { tool_call_id: id, ..plain("tool", &message.content, &None)? })
            }
            _ => Err(self.unsupported(format!("messages[{index}]"), "results of deprecated function calls")),
        }
    }

    fn assistant(&self, message: &'a AssistantMessage, index: usize) -> Result<WireMessage<'a>, TransformError> {
        if message.function_call.is_some() {
            return Err(self.unsupported(format!("messages[{index}].function_call"), "deprecated function calls"));
        }
        if message.audio.is_some() {
            return Err(self.unsupported(format!("messages[{index}].audio"), "earlier sound"));
        }
        let content = match (&message.content, &message.refusal) {
            (Some(content), _) => self.content(content, index)?,
            (None, refusal) => WireContent::Text(Cow::Borrowed(refusal.as_deref().unwrap_or_default())),
        };
        Ok(WireMessage {
            role: "assistant",
            content,
            name: message.name.as_deref().filter(|_| self.dialect.complete),
            tool_calls: message.tool_calls.iter().map(|call| self.call(call)).collect(),
            tool_call_id: None,
        })
    }

    fn call(&self, call: &'a ToolCall) -> WireCall<'a> {
        let arguments = call.function.arguments.trim();
        WireCall {
            id: &call.id,
            r#type: "function",
            function: WireFunction {
                name: self.input.sent_name(&call.function.name),
                arguments: if arguments.is_empty() { "{}" } else { arguments },
            },
        }
    }

    /// Texts joined, unless something else stands among them.
    fn content(&self, content: &'a Content, index: usize) -> Result<WireContent<'a>, TransformError> {
        let parts = match content {
            Content::Text(text) => return Ok(WireContent::Text(Cow::Borrowed(text))),
            Content::Parts(parts) => parts,
        };
        let mut written = Vec::with_capacity(parts.len());
        // Models do not take reasoning back; its loss is reported.
        let parts = parts.iter().enumerate().filter(|(_, part)| !matches!(part, Part::Thinking(_)));
        for (place, part) in parts {
            written.push(self.part(part, || format!("messages[{index}].content[{place}]"))?);
        }
        let texts = written.iter().map(|part| match part {
            WirePart::Text { text } => Some(*text),
            _ => None,
        });
        match texts.collect::<Option<String>>() {
            Some(text) => Ok(WireContent::Text(Cow::Owned(text))),
            None => Ok(WireContent::Parts(written)),
        }
    }

    fn part(&self, part: &'a Part, at: impl Fn() -> String) -> Result<WirePart<'a>, TransformError> {
        let can = self.spec.model.can;
        match part {
            Part::Text(part) => Ok(WirePart::Text { text: &part.text }),
            Part::GuardedText(part) => Ok(WirePart::Text { text: &part.text }),
            Part::Refusal { refusal } => Ok(WirePart::Text { text: refusal }),
            Part::ImageUrl(image) if can.images => self.image(image, &format!("{}.image_url.url", at())),
            Part::ImageUrl(_) => Err(self.unsupported(at(), "images")),
            Part::InputAudio(Audio { data, format, .. }) if can.audio => {
                Ok(WirePart::InputAudio { input_audio: WireAudio { data, format } })
            }
            Part::InputAudio(_) => Err(self.unsupported(at(), "sound")),
            _ => Err(self.unsupported(at(), "this kind of content")),
        }
    }

    /// Bedrock fetches nothing, and takes no S3 URIs here.
    fn image(&self, image: &'a ImageUrl, at: &str) -> Result<WirePart<'a>, TransformError> {
        let label = Label { format: image.format.as_deref(), ..Label::default() };
        let medium = media::of_url(&image.url, label, self.input.options, at)?;
        if medium.kind != Kind::Image {
            return Err(self.unsupported(at, "anything but images here"));
        }
        let Source::Base64(data) = medium.source else {
            return Err(self.unsupported(at, "images in S3; send a data: URL"));
        };
        let url = Cow::Owned(format!("data:image/{};base64,{data}", medium.format));
        Ok(WirePart::ImageUrl { image_url: WireImage { url, detail: image.detail.as_deref() } })
    }

    fn unsupported(&self, at: impl Into<String>, what: &'static str) -> TransformError {
        TransformError::unsupported_content(at, what, self.dialect.family)
    }
}
