//! Recorded traffic as a witness: what AWS really answered is read, and nothing of it is lost; what AWS really took goes to
//! OpenAI's shape and back.
//!
//! Reads every JSON file below a folder that has `interactions`, each with `op`, `request` and `response`, the latter with
//! `status` and `json`, or `eventstream_b64` (the bytes as received); for requests `model` beside them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use aws_smithy_types::event_stream::Message;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedrock_transform::{Catalog, ChatReply, EventKind, ModelSpec, Options, ResponseMeta, StreamEvent, chat};
use core_types::ChatRequest;
use serde_json::Value;

use crate::Outcome;
use crate::reverse_check::Requests;

/// Members that say nothing an answer lacks: padding, places, and the role that every answer has.
const IGNORED: &[&str] = &["p", "role", "contentBlockIndex"];

#[derive(Default)]
struct Tally {
    unary: (usize, usize),
    streams: (usize, usize),
    requests: Requests,
    problems: Vec<String>,
}

pub(crate) fn check(folder: &Path) -> Outcome {
    let mut files = Vec::new();
    collect(folder, &mut files);
    let mut tally = Tally::default();
    for file in &files {
        let Ok(recording) =
            fs::read(file).map_err(drop).and_then(|text| serde_json::from_slice::<Value>(&text).map_err(drop))
        else {
            continue;
        };
        for (index, interaction) in recording["interactions"].as_array().into_iter().flatten().enumerate() {
            let name = format!("{}#{index}", file.strip_prefix(folder).unwrap_or(file).display());
            interaction_of(interaction, &name, &mut tally);
        }
    }
    let Tally { unary, streams, requests, mut problems } = tally;
    let summary = format!(
        "recordings: {} of {} answers and {} of {} streams read in full, {}",
        unary.0,
        unary.1,
        streams.0,
        streams.1,
        requests.summary()
    );
    if unary.1 + streams.1 == 0 {
        return Err(vec![format!("{}: no recorded Converse traffic", folder.display())]);
    }
    if !requests.pass() {
        problems.push("too few requests come back with the same meaning".to_owned());
    }
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

fn interaction_of(interaction: &Value, name: &str, tally: &mut Tally) {
    let response = &interaction["response"];
    if response["status"] != 200 {
        return;
    }
    let (counts, outcome) = match interaction["op"].as_str() {
        Some("converse") => (&mut tally.unary, unary(&response["json"])),
        Some("converse-stream") => (&mut tally.streams, stream(response)),
        _ => return,
    };
    if let Some(model) = interaction["model"].as_str() {
        tally.requests.see(name, model, &interaction["request"]["json"]);
    }
    counts.1 += 1;
    match outcome {
        Ok(()) => counts.0 += 1,
        Err(problem) => tally.problems.push(format!("{name}: {problem}")),
    }
}

/// How to read an answer, as any request would have it.
fn reply() -> Result<ChatReply, String> {
    let request = ChatRequest::new("recorded.model").user("?").stream(true).include_usage();
    let spec = ModelSpec::resolve(&request.model, &Catalog::builtin()).map_err(|error| error.to_string())?;
    Ok(chat(&request, &spec, &Options::default()).map_err(|error| error.to_string())?.reply)
}

fn unary(recorded: &Value) -> Result<(), String> {
    let read = reply()?
        .read(recorded.to_string().as_bytes(), &ResponseMeta::new("id", 0))
        .map_err(|error| error.to_string())?;
    compare(recorded, &[serde_json::to_value(&read).map_err(|error| error.to_string())?])
}

fn stream(response: &Value) -> Result<(), String> {
    let bytes = response["eventstream_b64"].as_str().ok_or("no bytes")?;
    let bytes = STANDARD.decode(bytes).map_err(|error| error.to_string())?;
    let mut decoder = reply()?.decoder(&ResponseMeta::new("id", 0));
    let (mut recorded, mut chunks) = (Vec::new(), Vec::new());
    for message in frames(bytes.into())? {
        let header = |wanted: &str| {
            message
                .headers()
                .iter()
                .find(|header| header.name().as_str() == wanted)
                .and_then(|header| header.value().as_string().ok())
        };
        let kind = header(":message-type").map_or("event", |kind| kind.as_str());
        let event = match kind {
            "event" => StreamEvent::event(
                header(":event-type").map_or("", |name| name.as_str()).to_owned(),
                message.payload().clone(),
            ),
            _ => {
                let name = header(":exception-type").map_or("", |name| name.as_str()).to_owned();
                StreamEvent::new(EventKind::Exception, name, message.payload().clone())
            }
        };
        recorded.push(serde_json::from_slice::<Value>(&event.payload).map_err(|error| error.to_string())?);
        chunks.extend(decoder.push(&event).map_err(|error| error.to_string())?);
    }
    chunks.extend(decoder.finish().map_err(|error| error.to_string())?);
    let mut read: Vec<Value> = Vec::new();
    for chunk in &chunks {
        read.push(serde_json::to_value(chunk).map_err(|error| error.to_string())?);
    }
    compare(&Value::Array(recorded), &read)
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
            known.insert(scalar.to_string());
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
            for (name, member) in members {
                // `toolUse.type: "tool_use"` repeats what the block is.
                let repeats = name == "type" && member == "tool_use";
                if !IGNORED.contains(&name.as_str()) && !repeats {
                    missing(member, &format!("{path}.{name}"), known, texts, lost);
                }
            }
        }
        Value::Null => {}
        Value::String(text) if texts.contains(text.as_str()) => {}
        scalar if known.contains(&scalar.to_string()) => {}
        _ => lost.push(path.to_owned()),
    }
}
