//! What Bedrock asks of a request beyond its model: the rules of a conversation, in AWS's words.

mod cache_points;
mod documents;
mod model;
mod tools;
mod turns;

use serde_json::Value;

use crate::error::Refusal;
pub(crate) use model::{COMBINED, combines, has_open_object};

/// Checks a request that fits its shape.
pub(crate) fn check(model_id: &str, request: &Value) -> Result<(), Refusal> {
    let conversation = Conversation::of(request);
    turns::check(model_id, request, &conversation)?;
    documents::check(&conversation)?;
    tools::check(request, &conversation)?;
    cache_points::check(request, &conversation)?;
    model::check(model_id, request, &conversation)
}

/// The messages, with their places.
pub(crate) struct Conversation<'a> {
    turns: Vec<Turn<'a>>,
}

struct Turn<'a> {
    role: &'a str,
    content: &'a [Value],
}

impl<'a> Conversation<'a> {
    fn of(request: &'a Value) -> Self {
        let turns = list(&request["messages"])
            .iter()
            .map(|message| Turn {
                role: message["role"].as_str().unwrap_or_default(),
                content: list(&message["content"]),
            })
            .collect();
        Self { turns }
    }

    /// Every block with the index of its message and its own.
    fn blocks(&self) -> impl Iterator<Item = (usize, usize, &'a Value)> {
        self.turns
            .iter()
            .enumerate()
            .flat_map(|(at, turn)| turn.content.iter().enumerate().map(move |(index, block)| (at, index, block)))
    }
}

/// The items of a list; none if it is something else.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
