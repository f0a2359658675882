//! Turns: who begins, who follows, and that nobody says nothing.

use serde_json::Value;

use super::{Conversation, Turn, list};
use crate::error::Refusal;

pub(super) fn check(model_id: &str, request: &Value, conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let turns = &conversation.turns;
    // A prompt of Prompt Management brings its own messages.
    let from_prompt = model_id.starts_with("arn:") && model_id.contains(":prompt/");
    match turns.first() {
        None if from_prompt => {}
        Some(turn) if turn.role == "user" => {}
        _ => {
            return Err(Refusal::validation(
                "A conversation must start with a user message. Try again with a conversation that starts with a user \
                 message.",
            ));
        }
    }
    // A system turn stands between the others without counting as one.
    let speakers: Vec<&str> = turns.iter().map(|turn| turn.role).filter(|role| *role != "system").collect();
    if speakers.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(Refusal::validation(
            "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between \
             user and assistant roles and try again.",
        ));
    }
    for (index, block) in list(&request["system"]).iter().enumerate() {
        if is_blank(&block["text"]) {
            return Err(blank("SystemContentBlock", &format!("system.{index}")));
        }
    }
    for (at, turn) in turns.iter().enumerate() {
        check_turn(at, turn)?;
    }
    Ok(())
}

fn check_turn(at: usize, turn: &Turn<'_>) -> Result<(), Refusal> {
    if turn.content.is_empty() {
        return Err(Refusal::validation(format!(
            "The content field in the Message object at messages.{at} is empty. Add a ContentBlock object to the content \
             field and try again."
        )));
    }
    for (index, block) in turn.content.iter().enumerate() {
        if is_blank(&block["text"]) {
            return Err(blank("ContentBlock", &format!("messages.{at}.content.{index}")));
        }
    }
    Ok(())
}

fn is_blank(text: &Value) -> bool {
    text.as_str().is_some_and(|text| text.trim().is_empty())
}

fn blank(shape: &str, path: &str) -> Refusal {
    Refusal::validation(format!(
        "The text field in the {shape} object at {path} is blank. Add text to the text field, and try again."
    ))
}
