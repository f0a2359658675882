//! Which tool to call, and with what.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::prompt::{self, Prompt};
use crate::rules::list;
use crate::schema;

/// Most calls made at once.
const MOST: usize = 8;

/// A call to make.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToolCall {
    pub(crate) name: String,
    pub(crate) input: Value,
}

/// The calls that answer the request; none if it wants an answer in words. `results` says that the last turn holds results.
pub(crate) fn calls(request: &Value, prompt: &Prompt, results: bool) -> Vec<ToolCall> {
    let config = &request["toolConfig"];
    let specs: Vec<&Value> =
        list(&config["tools"]).iter().map(|tool| &tool["toolSpec"]).filter(|spec| spec.is_object()).collect();
    let choice = &config["toolChoice"];
    let called: BTreeSet<&str> = list(&request["messages"])
        .iter()
        .flat_map(|message| list(&message["content"]))
        .filter_map(|block| block["toolUse"]["name"].as_str())
        .collect();
    let is_new = |spec: &&&Value| spec["name"].as_str().is_some_and(|name| !called.contains(name));
    let tool = if let Some(name) = choice["tool"]["name"].as_str() {
        // A forced tool is called once, or a loop over tools would never end.
        specs.iter().find(|spec| spec["name"] == name).filter(|spec| !results || is_new(spec))
    } else if results {
        specs.iter().find(is_new).filter(|_| choice["any"].is_object())
    } else {
        let fitting = best(&specs, prompt);
        fitting.or_else(|| specs.first().filter(|_| choice["any"].is_object()))
    };
    let Some(spec) = tool else { return Vec::new() };
    let name = spec["name"].as_str().unwrap_or_default();
    let input = &spec["inputSchema"]["json"];
    let times = if results { 1 } else { parallel(input, prompt) };
    (0..times)
        .map(|place| ToolCall { name: name.to_owned(), input: object(schema::value(input, prompt, place)) })
        .collect()
}

fn object(value: Value) -> Value {
    if value.is_object() { value } else { Value::Object(Map::new()) }
}

/// The tool that shares most with the prompt, if any does; of equals the first.
fn best<'a, 'b>(specs: &'a [&'b Value], prompt: &Prompt) -> Option<&'a &'b Value> {
    let wanted = prompt::topic(&prompt.text);
    let score = |spec: &Value| {
        let name = spec["name"].as_str().unwrap_or_default();
        let description = spec["description"].as_str().unwrap_or_default();
        let properties = spec["inputSchema"]["json"]["properties"].as_object();
        let properties = properties.map(|map| map.keys().map(String::as_str).collect::<Vec<_>>().join(" "));
        let shared = |text: &str| prompt::topic(text).intersection(&wanted).count();
        let named = usize::from(prompt.mentions(name)) * 10;
        named + 3 * shared(name) + 2 * shared(&properties.unwrap_or_default()) + shared(description)
    };
    let mut best = None;
    for spec in specs {
        let score = score(spec);
        if score > best.map_or(0, |(score, _)| score) {
            best = Some((score, spec));
        }
    }
    best.map(|(_, spec)| spec)
}

/// One call for each place that the prompt names, if the tool takes one place.
fn parallel(schema: &Value, prompt: &Prompt) -> usize {
    let takes_one = schema["properties"].as_object().is_some_and(|properties| {
        let places: Vec<&String> = properties
            .iter()
            .filter(|(name, property)| {
                schema::wants_place(name) && property["type"] == "string" && property.get("enum").is_none()
            })
            .map(|(name, _)| name)
            .collect();
        places.len() == 1
    });
    if takes_one { prompt.places.len().clamp(1, MOST) } else { 1 }
}
