//! Recorded traffic as a witness: what AWS really answered is read, and nothing of it is lost; what AWS really took goes to
//! OpenAI's shape and back.
//!
//! Reads every JSON file below a folder that has `interactions`, each with `op`, `request` and `response`, the latter with
//! `status` and `json`, or `eventstream_b64` (the bytes as received); for requests `model` beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use aws_smithy_types::event_stream::Message;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedrock_transform::{Catalog, ChatReply, EventKind, ModelSpec, Options, ResponseMeta, Route, StreamEvent, chat};
use core_types::{ChatRequest, RawJson, Usage};
use serde_json::Value;

use crate::native;
use crate::reverse_check::Requests;
use crate::{Outcome, recorded_embeddings};

/// Members that say nothing an answer lacks: padding, places, the role that every answer has; of native answers what events are
/// called, echoes of the request, tokens one by one, which nobody asked for, and that a guardrail had no objection, which
/// `finish_reason` says.
const IGNORED: &[&str] = &[
    "amazon-bedrock-guardrailAction",
    "chat_history",
    "contentBlockIndex",
    "event_type",
    "index",
    "is_finished",
    "object",
    "p",
    "prompt",
    "role",
    "tokens",
];

/// Counts of what a guardrail said in the model's place; what the model was given is in the headers.
const GUARDRAILS: &[&str] = &["inputTextTokenCount", "tokenCount", "totalOutputTextTokenCount"];

/// What a block, an event or an answer is, beside members that only it has.
const KINDS: &[&str] =
    &["completion", "message", "message_delta", "message_stop", "ping", "text", "thinking", "tool_use"];

/// What was found of one kind of traffic.
#[derive(Default)]
struct Tally {
    unary: (usize, usize),
    streams: (usize, usize),
    requests: Requests,
}

impl Tally {
    fn summary(&self) -> String {
        let Self { unary, streams, requests } = self;
        format!(
            "{} of {} answers and {} of {} streams read in full, {}",
            unary.0,
            unary.1,
            streams.0,
            streams.1,
            requests.summary()
        )
    }
}

/// Converse, and InvokeModel by family.
#[derive(Default)]
struct Findings {
    tallies: BTreeMap<String, Tally>,
    problems: Vec<String>,
}

pub(crate) fn check(folder: &Path) -> Outcome {
    let mut files = Vec::new();
    collect(folder, &mut files);
    let mut findings = Findings::default();
    for file in &files {
        let Ok(recording) =
            fs::read(file).map_err(drop).and_then(|text| serde_json::from_slice::<Value>(&text).map_err(drop))
        else {
            continue;
        };
        for (index, interaction) in recording["interactions"].as_array().into_iter().flatten().enumerate() {
            let name = format!("{}#{index}", file.strip_prefix(folder).unwrap_or(file).display());
            interaction_of(interaction, &name, &mut findings);
        }
    }
    let Findings { tallies, mut problems } = findings;
    if tallies.is_empty() {
        return Err(vec![format!("{}: no recorded chats", folder.display())]);
    }
    let mut summary = Vec::new();
    for (kind, tally) in &tallies {
        summary.push(format!("{kind}: {}", tally.summary()));
        if !tally.requests.pass() {
            problems.push(format!("{kind}: too few requests come back with the same meaning"));
        }
    }
    let summary = summary.join("\n");
    if problems.is_empty() { Ok(summary) } else { Err([problems, vec![summary]].concat()) }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
}

fn interaction_of(interaction: &Value, name: &str, findings: &mut Findings) {
    let (request, response) = (&interaction["request"]["json"], &interaction["response"]);
    let operation = interaction["op"].as_str().unwrap_or_default();
    if response["status"] != 200 {
        return;
    }
    let model = interaction["model"].as_str().unwrap_or("recorded.model");
    if operation == "invoke" && recorded_embeddings::is_one(request, &response["json"]) {
        let tally = findings.tallies.entry("Embeddings".to_owned()).or_default();
        tally.unary.1 += 1;
        match recorded_embeddings::check(model, request, response) {
            Ok(()) => tally.unary.0 += 1,
            Err(problem) => findings.problems.push(format!("{name}: {problem}")),
        }
        return;
    }
    let spec = match operation {
        "converse" | "converse-stream" => {
            let mut spec = ModelSpec::resolve(model, &Catalog::builtin()).ok();
            spec.iter_mut().for_each(|spec| spec.route = Route::Converse);
            spec
        }
        "invoke" | "invoke-with-response-stream" => {
            native::spec(model, request).filter(|spec| !native::is_made_up(spec, response))
        }
        _ => None,
    };
    let Some(spec) = spec else { return };
    let kind = match spec.route {
        Route::Converse => "Converse".to_owned(),
        Route::Invoke => format!("InvokeModel, {}", spec.family.name),
    };
    let tally = findings.tallies.entry(kind).or_default();
    let (counts, outcome) = if operation.ends_with("stream") {
        (&mut tally.streams, stream(&spec, response))
    } else {
        (&mut tally.unary, unary(&spec, response))
    };
    counts.1 += 1;
    match outcome {
        Ok(()) => counts.0 += 1,
        Err(problem) => findings.problems.push(format!("{name}: {problem}")),
    }
    // What an endpoint of one's own takes, only its owner knows.
    if interaction["model"].is_string() && !model.starts_with("arn:aws:sagemaker:") {
        tally.requests.see(name, model, &spec, request);
    }
}

/// How to read an answer, as any request would have it.
fn reply(spec: &ModelSpec) -> Result<ChatReply, String> {
    let mut request = ChatRequest::new("recorded.model").user("?").stream(true).include_usage();
    if spec.family.name == "twelvelabs_pegasus" {
        request.extra.insert("video_base64", RawJson::from_value(&"AAAA").map_err(|error| error.to_string())?);
    }
    Ok(chat(&request, spec, &Options::default()).map_err(|error| error.to_string())?.reply)
}

fn unary(spec: &ModelSpec, response: &Value) -> Result<(), String> {
    let recorded = &response["json"];
    let mut meta = ResponseMeta::new("id", 0);
    let count = |kind: &str| {
        response["headers"][format!("x-amzn-bedrock-{kind}-token-count")].as_str().and_then(|text| text.parse().ok())
    };
    if let (Some(input), Some(output)) = (count("input"), count("output")) {
        meta = meta.with_usage(Usage::new(input, output, input + output));
    }
    let read = reply(spec)?.read(recorded.to_string().as_bytes(), &meta).map_err(|error| error.to_string())?;
    if meta.usage.is_some() && read.usage.is_none() {
        return Err("the counts are lost".to_owned());
    }
    compare(recorded, &[serde_json::to_value(&read).map_err(|error| error.to_string())?])
}

fn stream(spec: &ModelSpec, response: &Value) -> Result<(), String> {
    let bytes = response["eventstream_b64"].as_str().ok_or("no bytes")?;
    let bytes = STANDARD.decode(bytes).map_err(|error| error.to_string())?;
    let mut decoder = reply(spec)?.decoder(&ResponseMeta::new("id", 0));
    let (mut recorded, mut chunks) = (Vec::new(), Vec::new());
    for message in frames(bytes.into())? {
        let event = event(&message);
        recorded.push(said(&event)?);
        chunks.extend(decoder.push(&event).map_err(|error| error.to_string())?);
    }
    chunks.extend(decoder.finish().map_err(|error| error.to_string())?);
    if decoder.usage().is_none() {
        return Err("the counts are lost".to_owned());
    }
    let mut read: Vec<Value> = Vec::new();
    for chunk in &chunks {
        read.push(serde_json::to_value(chunk).map_err(|error| error.to_string())?);
    }
    without_running_counts(&mut recorded);
    // The last chunk may repeat all of the answer.
    let texts = read.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str());
    let whole: String = texts.collect();
    read.push(whole.into());
    compare(&Value::Array(recorded), &read)
}

/// Some models count in every chunk; the last counts are those of the answer.
fn without_running_counts(recorded: &mut [Value]) {
    for pointer in ["/generation_token_count", "/usage/completion_tokens", "/usage/total_tokens"] {
        let counts = recorded.iter_mut().rev().filter_map(|chunk| chunk.pointer_mut(pointer));
        counts.skip(1).for_each(|count| *count = Value::Null);
    }
}

fn event(message: &Message) -> StreamEvent {
    let header = |wanted: &str| {
        let header = message.headers().iter().find(|header| header.name().as_str() == wanted);
        header.and_then(|header| header.value().as_string().ok()).map_or("", |text| text.as_str())
    };
    if matches!(header(":message-type"), "" | "event") {
        StreamEvent::event(header(":event-type").to_owned(), message.payload().clone())
    } else {
        StreamEvent::new(EventKind::Exception, header(":exception-type").to_owned(), message.payload().clone())
    }
}

/// What an event says: of InvokeModel's, what its bytes are.
fn said(event: &StreamEvent) -> Result<Value, String> {
    let payload: Value = serde_json::from_slice(&event.payload).map_err(|error| error.to_string())?;
    match payload["bytes"].as_str() {
        Some(bytes) => {
            let bytes = STANDARD.decode(bytes).map_err(|error| error.to_string())?;
            serde_json::from_slice(&bytes).map_err(|error| error.to_string())
        }
        None => Ok(payload),
    }
}

fn frames(bytes: bytes::Bytes) -> Result<Vec<Message>, String> {
    let mut decoder = MessageFrameDecoder::new();
    let mut bytes = bytes;
    let mut messages = Vec::new();
    while let DecodedFrame::Complete(message) = decoder.decode_frame(&mut bytes).map_err(|error| error.to_string())? {
        messages.push(message);
    }
    Ok(messages)
}

/// Every scalar that AWS sent must be somewhere in what was read.
fn compare(recorded: &Value, read: &[Value]) -> Result<(), String> {
    let mut known = BTreeSet::new();
    let mut texts = String::new();
    read.iter().for_each(|value| gather(value, &mut known, &mut texts));
    let mut lost = Vec::new();
    missing(recorded, "", &known, &texts, &mut lost);
    if lost.is_empty() { Ok(()) } else { Err(format!("lost {}", lost.join(", "))) }
}

fn gather(value: &Value, known: &mut BTreeSet<String>, texts: &mut String) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, known, texts)),
        Value::Object(members) => members.values().for_each(|member| gather(member, known, texts)),
        Value::String(text) => {
            texts.push_str(text);
            // Arguments of tools are JSON in a string.
            if let Ok(inner @ (Value::Array(_) | Value::Object(_))) = serde_json::from_str::<Value>(text) {
                gather(&inner, known, texts);
            }
        }
        scalar => {
            known.insert(spelt(scalar));
        }
    }
}

fn missing(value: &Value, path: &str, known: &BTreeSet<String>, texts: &str, lost: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| missing(item, &format!("{path}[{index}]"), known, texts, lost));
        }
        Value::Object(members) => {
            // The first event of Claude's counts the answer so far; the last one counts all of it.
            let begins = members.get("type").is_some_and(|kind| kind == "message_start");
            let intervened = members.get("amazon-bedrock-guardrailAction").is_some_and(|action| action == "INTERVENED");
            for (name, member) in members {
                let kind = member.as_str().filter(|_| name == "type").unwrap_or_default();
                let repeats = KINDS.contains(&kind)
                    || kind.starts_with("content_block_")
                    || kind.ends_with("_delta")
                    || (intervened && GUARDRAILS.contains(&name.as_str()))
                    || (begins && name == "type");
                if begins && name == "message" {
                    let mut message = member.clone();
                    message["usage"]["output_tokens"] = Value::Null;
                    missing(&message, &format!("{path}.{name}"), known, texts, lost);
                } else if !IGNORED.contains(&name.as_str()) && !repeats {
                    missing(member, &format!("{path}.{name}"), known, texts, lost);
                }
            }
        }
        Value::Null => {}
        Value::String(text) if texts.contains(text.as_str()) => {}
        scalar if known.contains(&spelt(scalar)) => {}
        _ => lost.push(path.to_owned()),
    }
}

/// `28.0` and `28` are one number.
fn spelt(scalar: &Value) -> String {
    match scalar.as_f64() {
        Some(number) => number.to_string(),
        None => scalar.to_string(),
    }
}
