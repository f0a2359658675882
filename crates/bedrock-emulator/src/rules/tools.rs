//! Tools: their definitions, and that every use has its result in the next turn.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Conversation, Turn, list};
use crate::error::Refusal;

pub(super) fn check(request: &Value, conversation: &Conversation<'_>) -> Result<(), Refusal> {
    definitions(&request["toolConfig"])?;
    for (at, index, block) in conversation.blocks() {
        let tool_use = &block["toolUse"];
        if tool_use.is_object() && !tool_use["input"].is_object() {
            return Err(not_an_object(&format!("messages.{at}.content.{index}.toolUse.input")));
        }
        for (inner, result) in list(&block["toolResult"]["content"]).iter().enumerate() {
            if result.get("json").is_some_and(|json| !json.is_object() && !json.is_null()) {
                return Err(not_an_object(&format!("messages.{at}.content.{index}.toolResult.content.{inner}.json")));
            }
        }
    }
    let uses_tools =
        conversation.blocks().any(|(_, _, block)| block["toolUse"].is_object() || block["toolResult"].is_object());
    if uses_tools && !request["toolConfig"].is_object() {
        return Err(Refusal::validation(
            "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
        ));
    }
    roles(conversation)?;
    pairs(conversation)
}

fn definitions(config: &Value) -> Result<(), Refusal> {
    let mut names = BTreeSet::new();
    let tools = list(&config["tools"]);
    for (index, tool) in tools.iter().enumerate() {
        let spec = &tool["toolSpec"];
        if let Some(name) = spec["name"].as_str().or_else(|| tool["systemTool"]["name"].as_str())
            && !names.insert(name)
        {
            return Err(Refusal::model("tools: Tool names must be unique."));
        }
        if spec.is_object() {
            let path = format!("toolConfig.tools.{index}.toolSpec.inputSchema.json");
            let schema = &spec["inputSchema"]["json"];
            if !schema.is_object() {
                return Err(not_an_object(&path));
            }
            if schema["type"] != "object" {
                return Err(Refusal::validation(format!(
                    "The value at {path}.type must be one of the following: object."
                )));
            }
        }
    }
    if !tools.is_empty() && names.is_empty() {
        return Err(Refusal::model("tools: a cache point needs a tool before it."));
    }
    match config["toolChoice"]["tool"]["name"].as_str() {
        Some(name) if !names.contains(name) => {
            Err(Refusal::model(format!("tool_choice: Tool '{name}' not found in provided tools")))
        }
        _ => Ok(()),
    }
}

fn not_an_object(path: &str) -> Refusal {
    Refusal::validation(format!(
        "The format of the value at {path} is invalid. Provide a json object for the field and try again."
    ))
}

fn roles(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    for (at, turn) in conversation.turns.iter().enumerate() {
        if turn.role != "assistant" && !uses(turn).is_empty() {
            return Err(Refusal::model(format!(
                "messages.{at}: `tool_use` blocks can only be in `assistant` messages"
            )));
        }
        // The results of Bedrock's own tools stay in the turn that used them.
        let own = |id: &str| {
            turn.content.iter().any(|block| {
                block["toolUse"]["type"] == "server_tool_use" && block["toolUse"]["toolUseId"].as_str() == Some(id)
            })
        };
        if turn.role != "user" && results(turn).iter().any(|id| !own(id)) {
            return Err(Refusal::model(format!("messages.{at}: `tool_result` blocks can only be in `user` messages")));
        }
    }
    Ok(())
}

fn pairs(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    let mut previous: Vec<&str> = Vec::new();
    let speaking = conversation.turns.iter().enumerate().filter(|(_, turn)| turn.role != "system");
    for (at, turn) in speaking {
        if turn.role == "assistant" {
            previous = uses(turn);
            if previous.iter().any(|id| !seen.insert(*id)) {
                return Err(Refusal::model(format!("messages.{at}.content: `tool_use` ids must be unique")));
            }
            continue;
        }
        let given = results(turn);
        if given.len() > previous.len() {
            return Err(Refusal::validation(format!(
                "The number of toolResult blocks at messages.{at}.content exceeds the number of toolUse blocks of previous \
                 turn."
            )));
        }
        expect(at, &previous, &given)?;
        previous.clear();
    }
    // A conversation that ends in a use leaves its result open.
    expect(conversation.turns.len(), &previous, &[])
}

fn expect(at: usize, expected: &[&str], given: &[&str]) -> Result<(), Refusal> {
    let missing: Vec<&str> = expected.iter().copied().filter(|id| !given.contains(id)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Refusal::validation(format!(
        "Expected toolResult blocks at messages.{at}.content for the following Ids: {}",
        missing.join(", ")
    )))
}

/// Ids of the tool uses that the client has to answer.
fn uses<'a>(turn: &Turn<'a>) -> Vec<&'a str> {
    turn.content
        .iter()
        .filter(|block| block["toolUse"]["type"] != "server_tool_use")
        .filter_map(|block| block["toolUse"]["toolUseId"].as_str())
        .collect()
}

fn results<'a>(turn: &Turn<'a>) -> Vec<&'a str> {
    turn.content.iter().filter_map(|block| block["toolResult"]["toolUseId"].as_str()).collect()
}
