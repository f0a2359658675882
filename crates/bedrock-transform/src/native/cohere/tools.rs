//! Tools in Cohere's shape: a flat list of parameters with Python's names for their types.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-cohere-command-r-plus.html>

use std::borrow::Cow;

use core_types::{Extra, Param, RawJson, Tool, ToolChoice};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::input::ChatInput;
use crate::tool_names::defined_name;
use crate::{TransformError, UnsupportedParams, Warnings};

#[derive(Serialize)]
pub(crate) struct WireTool<'a> {
    name: Cow<'a, str>,
    description: &'a str,
    #[serde(serialize_with = "as_object", skip_serializing_if = "Vec::is_empty")]
    parameter_definitions: Vec<(String, Definition)>,
}

#[derive(Serialize)]
struct Definition {
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    r#type: &'static str,
    required: bool,
}

fn as_object<S: Serializer>(definitions: &[(String, Definition)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(definitions.iter().map(|(name, definition)| (name, definition)))
}

/// What Cohere's shape has a place for in a JSON Schema.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Schema {
    properties: Option<Extra>,
    required: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Property {
    description: Option<String>,
    r#type: Option<String>,
}

/// The tools that may be called: none if none may. Which of them is the model's choice.
pub(crate) fn tools<'a>(
    input: &ChatInput<'a>,
    family: &'static str,
    warnings: &mut Warnings,
) -> Result<Vec<WireTool<'a>>, TransformError> {
    let allowed = match input.tool_choice {
        Some(ToolChoice::None) => return Ok(Vec::new()),
        Some(ToolChoice::AllowedTools { required: false, names }) => Some(names),
        None | Some(ToolChoice::Auto) => None,
        Some(_) if input.options.unsupported == UnsupportedParams::Drop => {
            warnings.dropped(Param::ToolChoice.name());
            None
        }
        Some(_) => return Err(TransformError::unsupported_param(Param::ToolChoice, family)),
    };
    let mut tools = Vec::with_capacity(input.tools.len());
    for (index, tool) in input.tools.iter().enumerate() {
        if allowed.is_some_and(|names| !names.iter().any(|name| Some(name.as_str()) == defined_name(tool))) {
            continue;
        }
        let Tool::Function { function, .. } = tool else {
            let at = format!("tools[{index}]");
            return Err(TransformError::unsupported_content(at, "tools that are no functions", family));
        };
        if function.name.is_empty() {
            return Err(TransformError::invalid(format!("tools[{index}].function.name"), "a tool needs a name"));
        }
        if function.strict == Some(true) {
            warnings.dropped(format!("tools[{index}].function.strict"));
        }
        let at = format!("tools[{index}].function.parameters");
        tools.push(WireTool {
            name: input.sent_name(&function.name),
            description: function.description.as_deref().unwrap_or_default(),
            parameter_definitions: definitions(function.parameters.as_ref(), at, warnings)?,
        });
    }
    Ok(tools)
}

fn definitions(
    schema: Option<&RawJson>,
    at: String,
    warnings: &mut Warnings,
) -> Result<Vec<(String, Definition)>, TransformError> {
    let Some(schema) = schema else { return Ok(Vec::new()) };
    let Ok(Schema { properties, required }) = schema.read() else {
        return Err(TransformError::invalid(at, "expected the JSON Schema of an object"));
    };
    let required = required.unwrap_or_default();
    let mut rewritten = false;
    let definitions = properties.iter().flat_map(Extra::iter).map(|(name, schema)| {
        let property: Property = schema.read().unwrap_or_default();
        let mut description = property.description.unwrap_or_default();
        if !is_plain(schema) {
            // Cohere's shape has no enums, items or nested objects: the model reads them here.
            rewritten = true;
            description = format!("{description} JSON Schema: {}", schema.as_str()).trim_start().to_owned();
        }
        let kind = python_type(property.r#type.as_deref());
        (name.to_owned(), Definition { description, r#type: kind, required: required.iter().any(|one| one == name) })
    });
    let definitions = definitions.collect();
    if rewritten {
        warnings.rewritten(at, "schemas that Cohere's tools have no place for were put into the descriptions");
    }
    Ok(definitions)
}

/// Whether a property says no more than its type and description.
fn is_plain(schema: &RawJson) -> bool {
    let said: Result<Extra, _> = schema.read();
    let typed = schema.read::<Property>().is_ok();
    typed && said.is_ok_and(|said| said.iter().all(|(name, _)| matches!(name, "description" | "title" | "type")))
}

fn python_type(kind: Option<&str>) -> &'static str {
    match kind {
        Some("array") => "list",
        Some("boolean") => "bool",
        Some("integer") => "int",
        Some("number") => "float",
        Some("string") => "str",
        _ => "dict",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_becomes_a_list_of_parameters() {
        let schema = r#"{"type":"object","properties":{"day":{"type":"string","description":"The day."},"unit":{"enum":["c","f"]},"n":{"type":"integer"}},"required":["day"]}"#;
        let mut warnings = Warnings::default();
        let schema = RawJson::parse(schema).unwrap();
        let definitions = definitions(Some(&schema), "tools[0]".to_owned(), &mut warnings).unwrap();
        let tool = WireTool { name: "f".into(), description: "", parameter_definitions: definitions };
        assert_eq!(
            serde_json::to_string(&tool).unwrap(),
            r#"{"name":"f","description":"","parameter_definitions":{"day":{"description":"The day.","type":"str","required":true},"unit":{"description":"JSON Schema: {\"enum\":[\"c\",\"f\"]}","type":"dict","required":false},"n":{"type":"int","required":false}}}"#
        );
        assert_eq!(warnings.into_vec().len(), 1);
    }
}
