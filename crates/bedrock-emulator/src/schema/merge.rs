//! References and combinations, made one flat schema.

use serde_json::{Map, Value};

/// Steps of one schema: references to references, combinations in combinations.
const STEPS: usize = 32;

/// Follows `$ref`, folds `allOf` in, and takes one branch of `anyOf` and `oneOf`: the first that is not null, or null where
/// `short` is asked for. Of a condition it takes the `if` and the `then`; of `dependentSchemas` those of required properties.
pub(super) fn flatten(root: &Value, schema: &Map<String, Value>, short: bool) -> Map<String, Value> {
    let mut schema = schema.clone();
    for _ in 0..STEPS {
        if let Some(reference) = schema.remove("$ref") {
            let target = reference.as_str().and_then(|reference| resolve(root, reference));
            merge(&mut schema, target);
        } else if let Some(Value::Array(parts)) = schema.remove("allOf") {
            for part in &parts {
                // A part may be a reference or a combination itself.
                if let Some(part) = part.as_object() {
                    let mut part = part.clone();
                    if let Some(reference) = part.remove("$ref") {
                        merge(&mut part, reference.as_str().and_then(|reference| resolve(root, reference)));
                    }
                    merge(&mut schema, Some(&Value::Object(part)));
                }
            }
        } else if let Some(Value::Array(branches)) = schema.remove("anyOf").or_else(|| schema.remove("oneOf")) {
            let is_null = |branch: &&Value| {
                branch["type"] == "null" || branch["const"].is_null() && branch.get("const").is_some()
            };
            let null = branches.iter().find(is_null).filter(|_| short);
            let branch = null.or_else(|| branches.iter().find(|branch| !is_null(branch))).or_else(|| branches.first());
            merge(&mut schema, branch);
        } else if let Some(condition) = schema.remove("if") {
            // Whoever meets the condition need not know the other branch.
            merge(&mut schema, Some(&condition));
            let then = schema.remove("then");
            merge(&mut schema, then.as_ref());
        } else if let Some(Value::Object(dependent)) = schema.remove("dependentSchemas") {
            let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
            for name in required.iter().filter_map(Value::as_str) {
                merge(&mut schema, dependent.get(name));
            }
        } else {
            break;
        }
    }
    schema
}

/// A schema that demands what both do.
pub(super) fn both(one: &Value, other: &Value) -> Value {
    let mut schema = one.as_object().cloned().unwrap_or_default();
    merge(&mut schema, Some(other));
    Value::Object(schema)
}

/// Follows `#`, `#/a/b` and `#name` with `$anchor` or `$id`.
fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let fragment = reference.strip_prefix('#')?;
    if fragment.is_empty() || fragment.starts_with('/') {
        return root.pointer(&fragment.replace("%25", "%").replace("%24", "$"));
    }
    let named = |schema: &&Value| schema["$anchor"] == fragment || schema["$id"] == reference;
    ["$defs", "definitions"].iter().filter_map(|key| root[*key].as_object()).flat_map(Map::values).find(named)
}

/// Adds what `other` demands; of two bounds the tighter one stays.
fn merge(schema: &mut Map<String, Value>, other: Option<&Value>) {
    let Some(other) = other.and_then(Value::as_object) else { return };
    for (key, value) in other {
        let Some(own) = schema.get_mut(key) else {
            schema.insert(key.clone(), value.clone());
            continue;
        };
        match (key.as_str(), own, value) {
            ("properties" | "$defs" | "definitions", Value::Object(own), Value::Object(more)) => {
                for (name, property) in more {
                    match own.get_mut(name) {
                        Some(Value::Object(own)) => merge(own, Some(property)),
                        Some(_) => {}
                        None => {
                            own.insert(name.clone(), property.clone());
                        }
                    }
                }
            }
            ("required" | "allOf", Value::Array(own), Value::Array(more)) => {
                let new: Vec<Value> = more.iter().filter(|item| !own.contains(item)).cloned().collect();
                own.extend(new);
            }
            ("enum", Value::Array(own), Value::Array(more)) => own.retain(|item| more.contains(item)),
            ("type", own, more) => narrow(own, more),
            ("minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties", own, more)
                if more.as_f64() > own.as_f64() =>
            {
                *own = more.clone();
            }
            ("maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties", own, more)
                if more.as_f64() < own.as_f64() =>
            {
                *own = more.clone();
            }
            _ => {}
        }
    }
}

fn narrow(own: &mut Value, more: &Value) {
    let names = |value: &Value| match value {
        Value::Array(names) => names.clone(),
        one => vec![one.clone()],
    };
    let others = names(more);
    let has = |wanted: &str| others.iter().any(|other| other == wanted);
    let both: Vec<Value> = names(own)
        .into_iter()
        .filter_map(|name| match name.as_str() {
            // Every integer is a number.
            Some("number") if has("integer") => Some("integer".into()),
            Some("integer") if has("number") => Some(name),
            _ => Some(name).filter(|name| others.contains(name)),
        })
        .collect();
    if !both.is_empty() {
        *own = Value::Array(both);
    }
}
