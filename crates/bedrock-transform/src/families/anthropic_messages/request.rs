//! The body, written from the request in Converse's words: turns, tools, reasoning and JSON follow the same rules there.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use core_types::{Extra, Param, RawJson, ToolChoice as Asked};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::converse::wire::{self, Fields, GuardContent, MediaSource, Reasoning};
use crate::converse::{self, Dialect};
use crate::families::body;
use crate::input::ChatInput;
use crate::{ModelSpec, TransformError, Warnings, json_text};

const VERSION: &str = "bedrock-2023-05-31";

/// `max_tokens` where neither the caller nor the model's row says one: the body must have it.
const MAX_TOKENS: u32 = 4096;

const DIALECT: Dialect = Dialect { bare_documents: true, hosted_tools: true, refuses, tool_choice_none: true };

#[derive(Serialize)]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    anthropic_version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<Block<'a>>,
    messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<ToolChoice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stop_sequences: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig>,
}

#[derive(Serialize)]
struct Turn<'a> {
    role: wire::Role,
    content: Vec<Block<'a>>,
}

/// A block, and the mark to cache what ends with it.
#[derive(Serialize)]
struct Block<'a> {
    #[serde(flatten)]
    content: Content<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Content<'a> {
    Document {
        source: Source<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        context: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        citations: Option<&'a RawJson>,
    },
    Image {
        source: Source<'a>,
    },
    RedactedThinking {
        data: &'a str,
    },
    Text {
        #[serde(serialize_with = "json_text::long")]
        text: Cow<'a, str>,
    },
    Thinking {
        #[serde(serialize_with = "json_text::long")]
        thinking: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<&'a str>,
    },
    ToolResult {
        tool_use_id: Cow<'a, str>,
        content: Vec<Block<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        is_error: Option<bool>,
    },
    ToolUse {
        id: Cow<'a, str>,
        name: Cow<'a, str>,
        input: &'a RawValue,
    },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Source<'a> {
    Base64 {
        media_type: &'static str,
        #[serde(serialize_with = "json_text::long")]
        data: Cow<'a, str>,
    },
    Content {
        content: Vec<Block<'a>>,
    },
    Text {
        media_type: &'static str,
        #[serde(serialize_with = "json_text::long")]
        data: Cow<'a, str>,
    },
}

#[derive(Serialize)]
struct CacheControl<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Tool<'a> {
    Custom(Custom<'a>),
    Hosted(Fields<'a>),
}

/// A tool of the caller's.
#[derive(Serialize)]
struct Custom<'a> {
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    input_schema: Cow<'a, RawJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl<'a>>,
}

#[derive(Serialize)]
struct ToolChoice<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_parallel_tool_use: Option<bool>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    user_id: &'a str,
}

#[derive(Serialize)]
struct OutputConfig {
    #[serde(flatten)]
    given: Extra,
    format: Format,
}

#[derive(Serialize)]
struct Format {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: RawJson,
}

/// Writes the body.
pub(super) fn write(input: &ChatInput<'_>, spec: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    let mut spec = spec.clone();
    // Some models have the switch in this body and not on Converse.
    spec.model.can.parallel_tool_switch = spec.model.can.tools;
    let request = converse::build(input, &spec, &DIALECT, warnings)?;
    let wire::Request { messages, system, inference_config, tool_config, mut additional_model_request_fields, .. } =
        request;
    let fields = &mut additional_model_request_fields;
    let output_config = match request.output_config {
        Some(wire::OutputConfig::Format { text_format }) => Some(output_config(text_format, fields)?),
        _ => None,
    };
    let (tools, tool_choice) = tools(tool_config, input, fields)?;
    let wire::InferenceConfig { max_tokens, temperature, top_p, mut stop_sequences } = inference_config;
    if fields.value("stop_sequences").is_some() && !stop_sequences.is_empty() {
        stop_sequences.clear();
        warnings.adjusted(Param::Stop, "`stop_sequences` stands for the same parameter and replaced it");
    }
    let default = || spec.model.max_output_tokens.unwrap_or(MAX_TOKENS);
    let max_tokens =
        if fields.value("max_tokens").is_some() { max_tokens } else { Some(max_tokens.unwrap_or_else(default)) };
    let request = Request {
        anthropic_version: fields.value("anthropic_version").is_none().then_some(VERSION),
        max_tokens,
        system: blocks(system)?,
        messages: messages
            .into_iter()
            .map(|turn| Ok(Turn { role: turn.role, content: blocks(turn.content)? }))
            .collect::<Result<_, TransformError>>()?,
        tools,
        tool_choice,
        temperature,
        top_p,
        stop_sequences,
        metadata: input.user.map(|user_id| Metadata { user_id }),
        output_config,
    };
    let fields: Vec<(&str, &RawJson)> = fields.iter().collect();
    body(&request, &fields)
}

/// JSON of a given schema beside what the caller says of the output.
fn output_config(format: wire::TextFormat<'_>, fields: &mut Fields<'_>) -> Result<OutputConfig, TransformError> {
    const AT: &str = "output_config";
    let given = fields.take(AT).map(|given| given.read::<Extra>()).transpose();
    let given = given.map_err(|_| TransformError::invalid(AT, "expected an object"))?.unwrap_or_default();
    if given.value("format").is_some() {
        return Err(TransformError::invalid(format!("{AT}.format"), "response_format asks for a format already"));
    }
    let wire::Structure::JsonSchema { schema, .. } = format.structure;
    let schema = RawJson::parse(schema)
        .map_err(|error| TransformError::invalid("response_format.json_schema.schema", error.to_string()))?;
    Ok(OutputConfig { given, format: Format { kind: format.kind, schema } })
}

fn tools<'a>(
    config: Option<wire::ToolConfig<'a>>,
    input: &ChatInput<'_>,
    fields: &mut Fields<'a>,
) -> Result<(Vec<Tool<'a>>, Option<ToolChoice<'a>>), TransformError> {
    let Some(config) = config else { return Ok((Vec::new(), None)) };
    let mut tools = Vec::with_capacity(config.tools.len());
    for tool in config.tools {
        match tool {
            wire::Tool::CachePoint(point) => {
                if let Some(Tool::Custom(tool)) = tools.last_mut() {
                    tool.cache_control = Some(point.into());
                }
            }
            wire::Tool::Raw(fields) => tools.push(Tool::Hosted(fields)),
            wire::Tool::Spec(spec) => tools.push(Tool::Custom(Custom {
                name: spec.name,
                description: spec.description,
                input_schema: spec.input_schema.json,
                strict: spec.strict,
                cache_control: None,
            })),
            wire::Tool::System(_) => return Err(TransformError::invalid("tools", "Claude has no such tool")),
        }
    }
    let forbidden = input.tool_choice == Some(&Asked::None) && input.json_tool().is_none();
    // Converse has the switch among the model's own fields.
    let one = input.parallel_tool_calls == Some(false) && fields.remove("tool_choice");
    let (kind, name) = match config.tool_choice {
        None if forbidden => ("none", None),
        None if one => ("auto", None),
        None => return Ok((tools, None)),
        Some(wire::ToolChoice::Any {}) => ("any", None),
        Some(wire::ToolChoice::Auto {}) => ("auto", None),
        Some(wire::ToolChoice::Tool { name }) => ("tool", Some(name)),
    };
    let disable_parallel_tool_use = (one && !forbidden).then_some(true);
    Ok((tools, Some(ToolChoice { kind, name, disable_parallel_tool_use })))
}

impl<'a> From<wire::CachePoint<'a>> for CacheControl<'a> {
    fn from(point: wire::CachePoint<'a>) -> Self {
        Self { kind: "ephemeral", ttl: point.ttl }
    }
}

/// Blocks with the cache points in them: what Converse puts behind a block, Claude wants in it.
fn blocks(content: Vec<wire::Block<'_>>) -> Result<Vec<Block<'_>>, TransformError> {
    let mut blocks: Vec<Block<'_>> = Vec::with_capacity(content.len());
    for block in content {
        if let wire::Block::CachePoint(point) = block {
            // Reasoning cannot be marked; what stands before it can.
            let reasons = |block: &&mut Block<'_>| {
                matches!(block.content, Content::Thinking { .. } | Content::RedactedThinking { .. })
            };
            if let Some(last) = blocks.iter_mut().rev().find(|block| !reasons(block)) {
                last.cache_control = Some(point.into());
            }
        } else {
            blocks.push(Block { content: content_of(block)?, cache_control: None });
        }
    }
    Ok(blocks)
}

fn content_of(block: wire::Block<'_>) -> Result<Content<'_>, TransformError> {
    Ok(match block {
        wire::Block::Document(document) => Content::Document {
            source: document_source(document.format, document.source)?,
            title: document.title,
            context: document.context,
            citations: document.citations,
        },
        wire::Block::GuardContent(GuardContent::Text { text, .. }) => Content::Text { text: Cow::Borrowed(text) },
        wire::Block::Image(wire::Media { format, source: MediaSource::Bytes(data) }) => {
            Content::Image { source: Source::Base64 { media_type: image_type(format), data } }
        }
        wire::Block::Json(json) => Content::Text { text: Cow::Borrowed(json.as_str()) },
        wire::Block::ReasoningContent(Reasoning::RedactedContent(data)) => Content::RedactedThinking { data },
        wire::Block::ReasoningContent(Reasoning::ReasoningText { text, signature }) => {
            Content::Thinking { thinking: text, signature }
        }
        wire::Block::Text(text) => Content::Text { text },
        wire::Block::ToolResult(result) => Content::ToolResult {
            tool_use_id: result.tool_use_id,
            content: blocks(result.content)?,
            is_error: (result.status == Some("error")).then_some(true),
        },
        wire::Block::ToolUse(call) => Content::ToolUse { id: call.tool_use_id, name: call.name, input: call.input },
        other => {
            let what = refuses(&other).unwrap_or("this kind of content");
            return Err(TransformError::unsupported_content("messages", what, super::NAME));
        }
    })
}

/// What Claude's body has no words for.
fn refuses(block: &wire::Block<'_>) -> Option<&'static str> {
    match block {
        wire::Block::Document(document) => match &document.source {
            MediaSource::Bytes(data) if is_text(document.format) && text_of(data).is_none() => {
                Some("text documents that are not UTF-8")
            }
            MediaSource::Bytes(_) if is_text(document.format) || document.format == Some("pdf") => None,
            MediaSource::Bytes(_) => Some("documents of this format by InvokeModel, only PDF and text"),
            MediaSource::Content(_) | MediaSource::Text(_) => None,
            MediaSource::S3Location { .. } => Some("documents in S3 by InvokeModel"),
        },
        wire::Block::Image(media) => match media.source {
            MediaSource::Bytes(_) => None,
            _ => Some("images in S3 by InvokeModel"),
        },
        wire::Block::Audio(_) | wire::Block::Video(_) => Some("audio and video"),
        wire::Block::SearchResult(_) => Some("Converse's search results by InvokeModel"),
        wire::Block::GuardContent(GuardContent::Raw(_)) => Some("Converse's guardContent by InvokeModel"),
        wire::Block::CitationsContent(_) => Some("Converse's citationsContent by InvokeModel"),
        wire::Block::ServerToolResult(_) | wire::Block::ServerToolUse(_) => {
            Some("Converse's blocks of server tools by InvokeModel")
        }
        _ => None,
    }
}

fn document_source<'a>(format: Option<&str>, source: MediaSource<'a>) -> Result<Source<'a>, TransformError> {
    const PLAIN: &str = "text/plain";
    Ok(match source {
        MediaSource::Bytes(data) if is_text(format) => {
            let text =
                text_of(&data).ok_or_else(|| TransformError::invalid("messages", "a text document is not UTF-8"))?;
            Source::Text { media_type: PLAIN, data: Cow::Owned(text) }
        }
        MediaSource::Bytes(data) => Source::Base64 { media_type: "application/pdf", data },
        MediaSource::Content(content) => Source::Content { content: blocks(content)? },
        MediaSource::S3Location { .. } => {
            return Err(TransformError::unsupported_content("messages", "documents in S3 by InvokeModel", super::NAME));
        }
        MediaSource::Text(text) => Source::Text { media_type: PLAIN, data: Cow::Borrowed(text) },
    })
}

/// Whether a document is read as text: Claude's body knows no other type of it.
fn is_text(format: Option<&str>) -> bool {
    matches!(format, Some("csv" | "html" | "md" | "txt"))
}

fn text_of(base64: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(base64).ok()?).ok()
}

fn image_type(format: &str) -> &'static str {
    match format {
        "gif" => "image/gif",
        "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        _ => "image/png",
    }
}
