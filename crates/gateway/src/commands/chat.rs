//! `pumice chat`.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedrock_emulator::Emulator;
use facade::types::{Content, Function, Part, RawJson, TextPart, Tool, Usage};
use facade::{ChatChunk, ChatRequest, ChatStream, Warning};
use futures::StreamExt as _;

use crate::cli::ChatArgs;
use crate::commands::Failure;
use crate::commands::setup::{Setup, setup};
use crate::deployments::Deployment;
use crate::error::ApiError;
use crate::{Environment, output};

const WEATHER: &str = r#"{"type":"object","properties":{"city":{"type":"string","description":"Name of the city"},"unit":{"type":"string","enum":["celsius","fahrenheit"]}},"required":["city"]}"#;

pub(super) async fn run(args: ChatArgs, env: Environment) -> Result<(), Failure> {
    let mut request = request(&args)?;
    let Setup { deployments, emulator, .. } = setup(&args.source, env).await?;
    let found =
        deployments.find(&args.model).ok_or_else(|| Failure::Refused(ApiError::unknown_model(&args.model).json()))?;
    let call = found.prepare(&mut request).await?;
    warn(&call.warnings);
    if args.json {
        let reply = found.deployment.client.send(call).await?;
        let json = serde_json::to_string_pretty(&reply.value).map_err(|error| Failure::Other(error.to_string()))?;
        output::out(&format!("{json}\n"));
        told(reply.value.usage.as_ref(), reply.request_id.as_deref());
    } else {
        stream(found.deployment, call).await?;
    }
    if let Some(emulator) = &emulator {
        show(emulator);
    }
    Ok(())
}

async fn stream(deployment: &Deployment, call: facade::ChatCall) -> Result<(), Failure> {
    let mut stream: ChatStream = deployment.stream_client.stream(call).await?;
    let mut calls = ToolCalls::default();
    let mut usage = None;
    let mut ends_in_newline = true;
    while let Some(chunk) = stream.next().await {
        let chunk: ChatChunk = chunk.inspect_err(|_| output::out("\n"))?;
        usage = chunk.usage.flatten().or(usage);
        for choice in chunk.choices {
            if let Some(text) = choice.delta.reasoning_content {
                output::err(&text);
            }
            if let Some(text) = choice.delta.content {
                ends_in_newline = text.ends_with('\n');
                output::out(&text);
            }
            for call in choice.delta.tool_calls {
                calls.push(call.index, call.function.name, call.function.arguments);
            }
        }
    }
    if !ends_in_newline {
        output::out("\n");
    }
    calls.print();
    told(stream.usage().or(usage.as_ref()), stream.request_id());
    Ok(())
}

fn request(args: &ChatArgs) -> Result<ChatRequest, Failure> {
    let mut request = ChatRequest::new(&args.model);
    if let Some(system) = &args.system {
        request = request.system(system.as_str());
    }
    request = if args.image.is_empty() {
        request.user(args.prompt.as_str())
    } else {
        let mut parts = vec![Part::Text(TextPart::new(&args.prompt))];
        for file in &args.image {
            parts.push(Part::image_url(data_url(file)?));
        }
        request.user(Content::Parts(parts))
    };
    for name in &args.tool {
        let schema = RawJson::parse(WEATHER).map_err(|error| Failure::Other(error.to_string()))?;
        let function = Function::new(format!("get_{name}")).description("The weather in a city").parameters(schema);
        request = request.tool(function);
    }
    if let Some(file) = &args.tools {
        let wrong = |error: &dyn std::fmt::Display| Failure::Other(format!("{}: {error}", file.display()));
        let json = std::fs::read(file).map_err(|error| wrong(&error))?;
        request.tools.extend(serde_json::from_slice::<Vec<Tool>>(&json).map_err(|error| wrong(&error))?);
    }
    Ok(request.stream(!args.json))
}

/// A file as a `data:` URL. The type is read off its first bytes: names lie.
fn data_url(file: &Path) -> Result<String, Failure> {
    let wrong = |message: String| Failure::Other(format!("{}: {message}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    let media_type = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => return Err(wrong("is not a PNG, JPEG, GIF or WebP image".to_owned())),
    };
    Ok(format!("data:{media_type};base64,{}", STANDARD.encode(bytes)))
}

/// Tool calls, put together from their pieces.
#[derive(Default)]
struct ToolCalls(BTreeMap<u32, (String, String)>);

impl ToolCalls {
    fn push(&mut self, index: u32, name: Option<String>, arguments: Option<String>) {
        let call = self.0.entry(index).or_default();
        call.0.push_str(&name.unwrap_or_default());
        call.1.push_str(&arguments.unwrap_or_default());
    }

    fn print(&self) {
        for (name, arguments) in self.0.values() {
            output::out(&format!("tool call: {name}({arguments})\n"));
        }
    }
}

pub(super) fn warn(warnings: &[Warning]) {
    if warnings.is_empty() {
        output::err("warnings: none\n");
    }
    for warning in warnings {
        let text = match warning {
            Warning::Adjusted { param, detail, .. } => format!("{param}: {detail}"),
            Warning::Dropped { param, .. } => format!("{param}: the model has no such parameter; left out"),
            Warning::Rewritten { at, detail, .. } => format!("{at}: {detail}"),
            other => other.to_string(),
        };
        output::err(&format!("warning: {text}\n"));
    }
}

pub(super) fn told(usage: Option<&Usage>, request_id: Option<&str>) {
    if let Some(Usage { prompt_tokens, completion_tokens, .. }) = usage {
        output::err(&format!("usage: {prompt_tokens} tokens in, {completion_tokens} out\n"));
    }
    if let Some(request_id) = request_id {
        output::err(&format!("AWS request id: {request_id}\n"));
    }
}

/// What the emulator's socket received, to the byte.
pub(super) fn show(emulator: &Emulator) {
    for request in emulator.requests() {
        let body = String::from_utf8_lossy(&request.body);
        output::err(&format!("\nthe emulator received {} {}\n{body}\n", request.method, request.path));
    }
}
