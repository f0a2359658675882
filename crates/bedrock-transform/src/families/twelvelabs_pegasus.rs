//! TwelveLabs Pegasus: a prompt about one video in, `message` out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-pegasus.html>

use std::borrow::Cow;
use std::fmt::Write as _;

use bytes::Bytes;
use core_types::{Content, File, Message, Param, ParamSet, Part, RawJson, ResponseFormat, VideoUrl};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};

use crate::families::body;
use crate::family::{Capabilities, ChatCodec, Completion, Family, Model};
use crate::input::ChatInput;
use crate::media::{self, Kind, Label, Medium, Source};
use crate::native::kept::kept;
use crate::native::{self, Extras};
use crate::stream::delta::Delta;
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "twelvelabs_pegasus";

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[Model::new(
        "twelvelabs.pegasus-",
        Capabilities { structured_output: true, video: true, ..Capabilities::NONE },
    )
    .with_max_output_tokens(4096)
    .preferring_invoke()])
    .with_chat(
        ChatCodec::new(
            ParamSet::of(&[Param::MaxTokens, Param::ResponseFormat, Param::Temperature]),
            request,
            response,
            || Box::new(decode),
        )
        .with_max_temperature(1.0),
    );

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    input_prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_source: Option<MediaSource<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<WireFormat<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum MediaSource<'a> {
    Base64String(Cow<'a, str>),
    S3Location(S3Location<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct S3Location<'a> {
    uri: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket_owner: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireFormat<'a> {
    json_schema: &'a RawJson,
}

fn request(input: &ChatInput<'_>, _: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    native::left_out(input, warnings);
    native::no_prompt(input, warnings);
    let (named, extras) = named_source(native::without_top_k(input, NAME, warnings)?)?;
    let (input_prompt, shown) = read(input)?;
    let media_source = match (named, shown) {
        (Some(_), Some((at, _))) => return Err(TransformError::invalid(at, "the video is named twice")),
        (named, shown) => named.or_else(|| shown.map(|(_, source)| source)),
    };
    let response_format = match input.response_format {
        None | Some(ResponseFormat::Text) => None,
        Some(ResponseFormat::JsonObject { schema }) => schema.as_ref(),
        Some(ResponseFormat::JsonSchema(format)) => format.schema.as_ref(),
        Some(_) => None,
    };
    if response_format.is_none() && input.response_format.is_some_and(|format| *format != ResponseFormat::Text) {
        return Err(TransformError::invalid("response_format", "Pegasus writes JSON of a given schema only"));
    }
    let request = Request {
        input_prompt,
        media_source,
        temperature: input.temperature,
        max_output_tokens: input.max_tokens,
        response_format: response_format.map(|json_schema| WireFormat { json_schema }),
    };
    body(&request, &extras)
}

/// LiteLLM's names for the video, and the other extras.
fn named_source<'a>(mut extras: Extras<'a>) -> Result<(Option<MediaSource<'a>>, Extras<'a>), TransformError> {
    let mut take = |name: &str| -> Result<Option<Cow<'a, str>>, TransformError> {
        let Some(place) = extras.iter().position(|(other, _)| *other == name) else { return Ok(None) };
        let (name, value) = extras.remove(place);
        value.read::<String>().map(|text| Some(text.into())).map_err(|_| TransformError::invalid(name, "expected text"))
    };
    let (data, uri, owner) = (take("video_base64")?, take("video_s3_uri")?, take("video_s3_bucket_owner")?);
    let source = match (data, uri) {
        (Some(_), Some(_)) => return Err(TransformError::invalid("video_s3_uri", "the video is named twice")),
        (Some(data), None) => Some(MediaSource::Base64String(data)),
        (None, uri) => uri.map(|uri| MediaSource::S3Location(S3Location { uri, bucket_owner: owner })),
    };
    Ok((source, extras))
}

/// The texts with their speakers, and the one video among them.
fn read<'a>(input: &ChatInput<'a>) -> Result<(String, Option<(String, MediaSource<'a>)>), TransformError> {
    let mut prompt = String::new();
    let mut video: Option<(String, MediaSource<'a>)> = None;
    for (index, message) in input.messages.iter().enumerate() {
        let (role, content) = match message {
            Message::Developer(message) | Message::System(message) => ("system", Some(&message.content)),
            Message::User(message) => ("user", Some(&message.content)),
            Message::Assistant(message) if message.tool_calls.is_empty() => ("assistant", message.content.as_ref()),
            _ => return Err(unsupported(format!("messages[{index}]"), "tools")),
        };
        let mut text = String::new();
        match content {
            None => {}
            Some(Content::Text(whole)) => text.push_str(whole),
            Some(Content::Parts(parts)) => {
                for (place, part) in parts.iter().enumerate() {
                    let at = format!("messages[{index}].content[{place}]");
                    match part {
                        Part::Text(part) => text.push_str(&part.text),
                        Part::GuardedText(part) => text.push_str(&part.text),
                        part if video.is_none() => video = Some((at.clone(), source(part, input, &at)?)),
                        _ => return Err(unsupported(at, "anything beside one video")),
                    }
                }
            }
        }
        if !text.trim().is_empty() {
            let separator = if prompt.is_empty() { "" } else { "\n" };
            // Writing to a string cannot fail.
            let _ = write!(prompt, "{separator}{role}: {text}");
        }
    }
    if prompt.is_empty() {
        return Err(TransformError::invalid("messages", "all messages are blank"));
    }
    Ok((prompt, video))
}

fn source<'a>(part: &'a Part, input: &ChatInput<'a>, at: &str) -> Result<MediaSource<'a>, TransformError> {
    let (url, format, bucket_owner) = match part {
        Part::VideoUrl(VideoUrl { url, format, bucket_owner, .. }) => (url, format.as_deref(), bucket_owner.as_deref()),
        Part::File(
            File { file_data: Some(url), format, bucket_owner, .. }
            | File { file_id: Some(url), format, bucket_owner, .. },
        ) => (url, format.as_deref(), bucket_owner.as_deref()),
        _ => return Err(unsupported(at, "anything but text and video")),
    };
    let Medium { kind, source, .. } =
        media::of_url(url, Label { format, bucket_owner, ..Label::default() }, input.options, at)?;
    if kind != Kind::Video {
        return Err(unsupported(at, "anything but text and video"));
    }
    Ok(match source {
        Source::Base64(data) => MediaSource::Base64String(data),
        Source::S3 { uri, owner } => {
            MediaSource::S3Location(S3Location { uri: uri.into(), bucket_owner: owner.map(Into::into) })
        }
    })
}

fn unsupported(at: impl Into<String>, what: &'static str) -> TransformError {
    TransformError::unsupported_content(at, what, NAME)
}

/// An answer, or a chunk of one.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Response {
    message: Option<String>,
    finish_reason: Option<String>,
}

impl Response {
    fn read(body: &[u8]) -> Result<Self, TransformError> {
        serde_json::from_slice(body).map_err(|error| TransformError::malformed(NAME, error))
    }

    /// Words that are not known mean that it stopped.
    fn finish_reason(&self) -> Option<core_types::FinishReason> {
        self.finish_reason.as_deref().map(|word| core_types::FinishReason::from_name(word).unwrap_or_default())
    }
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    let response = Response::read(body)?;
    let reason = response.finish_reason().unwrap_or_default();
    let Some(message) = response.message else {
        return Err(TransformError::malformed(NAME, serde_json::Error::missing_field("message")));
    };
    let mut completion = Completion::text(message, reason, None);
    completion.provider_specific_fields = kept(body, &["message"], "", &[]);
    Ok(completion)
}

fn decode(chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
    let response = Response::read(chunk)?;
    let reason = response.finish_reason();
    if let Some(text) = response.message.filter(|text| !text.is_empty()) {
        out(Delta::Text(text.into()));
    }
    if let Some(reason) = reason {
        out(Delta::Finish(reason));
        native::kept::say(kept(chunk, &["message"], "", &[]).as_ref(), out);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use core_types::ChatRequest;

    use crate::{Catalog, ModelSpec, Options, chat};

    fn body(members: &str) -> Result<String, crate::TransformError> {
        let json = format!(r#"{{"model":"us.twelvelabs.pegasus-1-2-v1:0",{members}}}"#);
        let request: ChatRequest = serde_json::from_str(&json).unwrap();
        let spec = ModelSpec::resolve(&request.model, &Catalog::builtin()).unwrap();
        chat(&request, &spec, &Options::default()).map(|call| String::from_utf8_lossy(&call.outgoing.body).into_owned())
    }

    #[test]
    fn a_video_comes_from_a_part_or_by_name() {
        let cases = [
            (
                r#""messages":[{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"U"},{"type":"video_url","video_url":{"url":"s3://bucket/v.mp4"}}]}],"max_tokens":9"#,
                r#"{"inputPrompt":"system: S\nuser: U","mediaSource":{"s3Location":{"uri":"s3://bucket/v.mp4"}},"maxOutputTokens":9}"#,
            ),
            (
                r#""messages":[{"role":"user","content":"U"}],"video_base64":"AAAA","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}"#,
                r#"{"inputPrompt":"user: U","mediaSource":{"base64String":"AAAA"},"responseFormat":{"jsonSchema":{"type":"object"}}}"#,
            ),
            (
                r#""messages":[{"role":"user","content":"U"}],"video_s3_uri":"s3://bucket/v","video_s3_bucket_owner":"123""#,
                r#"{"inputPrompt":"user: U","mediaSource":{"s3Location":{"uri":"s3://bucket/v","bucketOwner":"123"}}}"#,
            ),
            (
                r#""messages":[{"role":"user","content":"U"}],"mediaSource":{"base64String":"AAAA"}"#,
                r#"{"inputPrompt":"user: U","mediaSource":{"base64String":"AAAA"}}"#,
            ),
        ];
        for (members, expected) in cases {
            assert_eq!(body(members).unwrap(), expected);
        }
        let twice = r#""messages":[{"role":"user","content":[{"type":"text","text":"U"},{"type":"video_url","video_url":{"url":"s3://bucket/v.mp4"}}]}],"video_base64":"AAAA""#;
        assert_eq!(body(twice).unwrap_err().to_string(), "messages[0].content[1]: the video is named twice");
    }

    #[test]
    fn an_answer_says_why_it_stopped() {
        let completion = super::response(br#"{"message":"A cat.","finishReason":"length"}"#).unwrap();
        assert_eq!(completion.message.content.as_deref(), Some("A cat."));
        assert_eq!(completion.finish_reason.as_str(), "length");
        assert!(super::response(b"{}").is_err());
    }
}
