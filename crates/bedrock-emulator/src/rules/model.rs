//! Rules that the models add, passed on by Bedrock with a preface; most are Claude's.

use serde_json::{Map, Value};

use super::{Conversation, list};
use crate::error::Refusal;

pub(super) fn check(model_id: &str, request: &Value, conversation: &Conversation<'_>) -> Result<(), Refusal> {
    additional_fields(request)?;
    thinking(request)?;
    output_schema(model_id, request)?;
    tool_schemas(model_id, request)?;
    prefill(conversation)
}

/// Claude's names for what `inferenceConfig` holds.
const CONFLICTS: &[(&str, &str)] = &[
    ("max_tokens", "maxTokens"),
    ("stop_sequences", "stopSequences"),
    ("temperature", "temperature"),
    ("top_p", "topP"),
];

fn additional_fields(request: &Value) -> Result<(), Refusal> {
    let fields = match &request["additionalModelRequestFields"] {
        Value::Null => return Ok(()),
        Value::Object(fields) => fields,
        _ => {
            return Err(Refusal::validation(
                "The format of the value at additionalModelRequestFields is invalid. Provide a json object for the field and \
                 try again.",
            ));
        }
    };
    let conflict = |&&(field, setting): &&(&str, &str)| {
        fields.contains_key(field) && !request["inferenceConfig"][setting].is_null()
    };
    match CONFLICTS.iter().find(conflict) {
        Some((field, _)) => {
            Err(Refusal::validation(format!("The additional field {field} conflicts with an existing field.")))
        }
        None => Ok(()),
    }
}

/// Least `budget_tokens`, in tokens.
// <https://docs.claude.com/en/docs/build-with-claude/extended-thinking>
const LEAST_BUDGET: u64 = 1_024;

fn thinking(request: &Value) -> Result<(), Refusal> {
    let thinking = &request["additionalModelRequestFields"]["thinking"];
    if thinking["type"] != "enabled" {
        return Ok(());
    }
    let Some(budget) = thinking["budget_tokens"].as_u64() else {
        return Err(Refusal::model("thinking.enabled.budget_tokens: Field required"));
    };
    if budget < LEAST_BUDGET {
        return Err(Refusal::model(format!(
            "thinking.enabled.budget_tokens: Input should be greater than or equal to {LEAST_BUDGET}"
        )));
    }
    let inference = &request["inferenceConfig"];
    if inference["maxTokens"].as_u64().is_some_and(|most| most <= budget) {
        return Err(Refusal::model("`max_tokens` must be greater than `thinking.budget_tokens`."));
    }
    if inference["temperature"].as_f64().is_some_and(|temperature| temperature < 1.0) {
        return Err(Refusal::model("`temperature` may only be set to 1 when thinking is enabled."));
    }
    let choice = &request["toolConfig"]["toolChoice"];
    if choice["any"].is_object() || choice["tool"].is_object() {
        return Err(Refusal::model("Thinking may not be enabled when tool_choice forces tool use."));
    }
    Ok(())
}

fn output_schema(model_id: &str, request: &Value) -> Result<(), Refusal> {
    let Some(schema) = request["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"].as_str() else {
        return Ok(());
    };
    let schema: Map<String, Value> = serde_json::from_str(schema).map_err(|_| {
        Refusal::validation(
            "The value at outputConfig.textFormat.structure.jsonSchema.schema is not a valid JSON schema.",
        )
    })?;
    if model_id.contains("anthropic") && has_open_object(&Value::Object(schema)) {
        return Err(Refusal::model(
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
        ));
    }
    Ok(())
}

/// What Nova does not take at the root of a tool's schema, of what its page does not allow.
/// <https://docs.aws.amazon.com/nova/latest/userguide/prompting-tool-troubleshooting.html>
const NOT_NOVAS: &[&str] = &["$defs", "$ref", "allOf", "anyOf", "definitions", "oneOf"];

fn tool_schemas(model_id: &str, request: &Value) -> Result<(), Refusal> {
    for (index, tool) in list(&request["toolConfig"]["tools"]).iter().enumerate() {
        let Some(schema) = tool["toolSpec"]["inputSchema"]["json"].as_object() else { continue };
        if model_id.contains("anthropic") && combines(schema) {
            return Err(Refusal::model(format!("tools.{index}.custom.{COMBINED}")));
        }
        if model_id.contains("amazon.nova")
            && let Some(name) = schema.keys().find(|name| NOT_NOVAS.contains(&name.as_str()))
        {
            return Err(Refusal::validation(format!(
                "The passed tool configuration does not comply to the required conventions. Refer to the Converse API spec: \
                 `{name}` at toolConfig.tools.{index}.toolSpec.inputSchema.json."
            )));
        }
    }
    Ok(())
}

/// What Claude says of a schema that combines others at its root.
pub(crate) const COMBINED: &str = "input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level";

/// Whether a schema combines others at its root.
pub(crate) fn combines(schema: &Map<String, Value>) -> bool {
    ["allOf", "anyOf", "oneOf"].iter().any(|name| schema.contains_key(*name))
}

/// Whether a schema has an object that is not closed. Looks into every subschema; a property named like a keyword is a subschema too.
pub(crate) fn has_open_object(schema: &Value) -> bool {
    let Some(schema) = schema.as_object() else { return false };
    let is_object = match schema.get("type") {
        Some(Value::String(name)) => name == "object",
        Some(Value::Array(names)) => names.iter().any(|name| name == "object"),
        _ => false,
    };
    if is_object && schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        return true;
    }
    let maps = ["properties", "$defs", "definitions"];
    let lists = ["anyOf", "oneOf", "allOf", "prefixItems"];
    let in_maps = maps.iter().filter_map(|key| schema.get(*key)?.as_object()).flat_map(Map::values);
    let in_lists = lists.iter().filter_map(|key| schema.get(*key)?.as_array()).flatten();
    in_maps.chain(in_lists).chain(schema.get("items")).any(has_open_object)
}

fn prefill(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let last = conversation.turns.last().filter(|turn| turn.role == "assistant");
    match last.and_then(|turn| turn.content.last()).and_then(|block| block["text"].as_str()) {
        Some(text) if text.ends_with(char::is_whitespace) => {
            Err(Refusal::model("messages: final assistant content cannot end with trailing whitespace"))
        }
        _ => Ok(()),
    }
}
