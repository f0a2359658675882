//! JSON Schemas, kept as the caller wrote them as far as AWS lets them be.

use std::borrow::Cow;

use core_types::{Extra, RawJson};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::TransformError;
use crate::json_tree::Json;

/// The schema of a tool without arguments.
pub(crate) fn empty_object(at: impl FnOnce() -> String) -> Result<RawJson, TransformError> {
    RawJson::parse(r#"{"type":"object","properties":{}}"#)
        .map_err(|error| TransformError::invalid(at(), error.to_string()))
}

/// What of a schema's root decides whether AWS takes it.
#[derive(Deserialize)]
struct Root<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    properties: Option<&'a RawValue>,
}

/// A schema that AWS accepts for a tool: its root must be an object with `type: object`. All else stays as it is, in
/// the caller's order, `$defs` and combinators included.
pub(crate) fn of_tool(schema: &RawJson, at: impl Fn() -> String) -> Result<Cow<'_, RawJson>, TransformError> {
    if schema.as_str() == "{}" {
        return empty_object(at).map(Cow::Owned);
    }
    let not_an_object = |_| TransformError::invalid(at(), "a schema must be a JSON object");
    let root: Root<'_> = schema.read().map_err(not_an_object)?;
    let is_object = root.kind.is_some_and(|kind| kind.get() == "\"object\"");
    // `null` reads as absent; only a schema that may have such a member is looked at twice.
    let may_be_null = root.properties.is_none() && schema.as_str().contains("\"properties\"");
    if is_object && !may_be_null {
        return Ok(Cow::Borrowed(schema));
    }
    let root: Extra = schema.read().map_err(not_an_object)?;
    let malformed = |error: serde_json::Error| TransformError::invalid(at(), error.to_string());
    let mut fixed = Extra::new();
    fixed.insert("type", RawJson::from_value("object").map_err(malformed)?);
    for (name, value) in root.iter().filter(|(name, _)| *name != "type") {
        let value = if name == "properties" && value.is_null() {
            RawJson::parse("{}").map_err(malformed)?
        } else {
            value.clone()
        };
        fixed.insert(name, value);
    }
    RawJson::from_value(&fixed).map(Cow::Owned).map_err(malformed)
}

/// The schema as text in which every object says `additionalProperties: false`, as structured output demands, and
/// whether one of them said something else.
pub(crate) fn closed(schema: &RawJson, at: impl Fn() -> String) -> Result<(String, bool), TransformError> {
    let malformed = |error: serde_json::Error| TransformError::invalid(at(), format!("not a JSON Schema: {error}"));
    let mut tree: Json = schema.read().map_err(malformed)?;
    if !matches!(tree, Json::Object(_)) {
        return Err(TransformError::invalid(at(), "a schema must be a JSON object"));
    }
    let was_open = tree.close();
    Ok((serde_json::to_string(&tree).map_err(malformed)?, was_open))
}
