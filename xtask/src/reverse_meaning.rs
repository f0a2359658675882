//! Whether two Converse requests mean the same.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

/// Where the two differ, as paths without indexes; empty if they mean the same.
pub(crate) fn differences(one: &Value, other: &Value) -> BTreeSet<String> {
    let (mut one, mut other) = (one.clone(), other.clone());
    for request in [&mut one, &mut other] {
        settle(request, "");
        merge_turns(request);
    }
    let mut found = BTreeSet::new();
    compare(&one, &other, "", &mut found);
    found
}

/// Writes the same meaning in the same way: no nulls, no empty settings, every number as a float.
fn settle(value: &mut Value, path: &str) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                settle(member, &format!("{path}.{name}"));
            }
            if !path.ends_with(".input") && !path.contains(".json") {
                members.retain(|name, member| !says_nothing(name, member));
            }
            if path.ends_with(".document") {
                // Names are AWS's ids of documents, which the mapper makes legal; a text has one format.
                members.remove("name");
                if members
                    .get("source")
                    .is_some_and(|source| source["text"].is_string() || source["content"].is_array())
                {
                    members.remove("format");
                }
            }
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|item| settle(item, path));
            // A blank text says nothing, wherever AWS lets it stand.
            if path.ends_with(".content") {
                items.retain(|block| !block["text"].as_str().is_some_and(|text| text.trim().is_empty()));
            }
        }
        Value::Number(number) => {
            if let Some(float) = number.as_f64().and_then(Number::from_f64) {
                *number = float;
            }
        }
        // A schema is JSON in a string.
        Value::String(text) if path.ends_with(".jsonSchema.schema") => {
            if let Ok(schema) = serde_json::from_str(text) {
                *value = schema;
                settle(value, ".json");
            }
        }
        Value::Bool(_) | Value::Null | Value::String(_) => {}
    }
}

fn says_nothing(name: &str, member: &Value) -> bool {
    let empty = match member {
        Value::Null => true,
        Value::Object(members) => members.is_empty() && !matches!(name, "any" | "auto"),
        Value::Array(items) => items.is_empty() && matches!(name, "stopSequences" | "system"),
        Value::String(text) => name == "status" && text == "success",
        Value::Bool(_) | Value::Number(_) => false,
    };
    empty && name != "json" && name != "input"
}

/// Turns of one role in a row are one turn.
fn merge_turns(request: &mut Value) {
    let Some(turns) = request.get_mut("messages").and_then(Value::as_array_mut) else { return };
    let mut merged: Vec<Value> = Vec::new();
    for turn in std::mem::take(turns) {
        match (merged.last_mut(), turn["content"].as_array()) {
            (Some(last), Some(content)) if last["role"] == turn["role"] => {
                if let Some(blocks) = last["content"].as_array_mut() {
                    blocks.extend(content.iter().cloned());
                }
            }
            _ => merged.push(turn),
        }
    }
    *turns = merged;
}

fn compare(one: &Value, other: &Value, path: &str, found: &mut BTreeSet<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            for name in names(one, other) {
                let path = format!("{path}.{name}");
                match (one.get(name), other.get(name)) {
                    (Some(one), Some(other)) => compare(one, other, &path, found),
                    (Some(_), None) => drop(found.insert(format!("{path} is lost"))),
                    _ => drop(found.insert(format!("{path} is new"))),
                }
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            if one.len() != other.len() {
                found.insert(format!("{path}[] has another length"));
                return;
            }
            one.iter().zip(other).for_each(|(one, other)| compare(one, other, &format!("{path}[]"), found));
        }
        _ if one == other => {}
        _ => drop(found.insert(format!("{path} is another"))),
    }
}

fn names<'a>(one: &'a Map<String, Value>, other: &'a Map<String, Value>) -> BTreeSet<&'a String> {
    one.keys().chain(other.keys()).collect()
}
