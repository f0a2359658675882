//! `additionalModelResponseFields`: what the request's JSON pointers find in the model's own answer.

use serde_json::{Map, Value, json};

use crate::rules::list;

/// The fields asked for, nested as in the model's answer; those it lacks are left out.
pub(super) fn additional(request: &Value, stop_reason: &str, stop_sequence: Option<&str>) -> Option<Value> {
    let native = json!({ "stop_reason": stop_reason, "stop_sequence": stop_sequence });
    let mut fields = Map::new();
    for pointer in list(&request["additionalModelResponseFieldPaths"]).iter().filter_map(Value::as_str) {
        let name = pointer.trim_start_matches('/');
        if let Some(value) = native.get(name) {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}
