//! Tool calls and their results, paired as AWS wants them.

use std::borrow::Cow;

use crate::TransformError;
use crate::converse::wire::Block;
use crate::tool_names::tool_use_id;

/// The tool calls of a conversation so far.
#[derive(Default)]
pub(super) struct Calls {
    /// Calls without a result yet.
    waiting: Vec<Call>,
    /// Every id that was sent: AWS wants them unique.
    sent: Vec<String>,
}

struct Call {
    /// The caller's id, as AWS takes it.
    id: String,
    /// The id that was sent.
    sent: String,
    /// Index of its message.
    index: usize,
}

impl Calls {
    /// Notes the calls of an assistant's turn. Says whether one had the id of an earlier turn and got another.
    pub(super) fn open(&mut self, blocks: &mut [Block<'_>], index: usize) -> Result<bool, TransformError> {
        let mut renamed = false;
        for block in blocks {
            let Block::ToolUse(tool) = block else { continue };
            let id = tool.tool_use_id.clone().into_owned();
            if self.waiting.iter().any(|call| call.id == id) {
                let reason = format!("two tool calls have the id `{id}`");
                return Err(TransformError::invalid(format!("messages[{index}].tool_calls"), reason));
            }
            let mut sent = id.clone();
            let mut number = 2;
            while self.sent.contains(&sent) {
                sent = tool_use_id(&format!("{id}_{number}")).into_owned();
                number += 1;
            }
            if sent != id {
                renamed = true;
                tool.tool_use_id = Cow::Owned(sent.clone());
            }
            self.sent.push(sent.clone());
            self.waiting.push(Call { id, sent, index });
        }
        Ok(renamed)
    }

    /// The id that was sent for the call that the result with this id answers.
    pub(super) fn answer(&mut self, id: &str, at: impl FnOnce() -> String) -> Result<String, TransformError> {
        match self.waiting.iter().position(|call| call.id == id) {
            Some(place) => Ok(self.waiting.remove(place).sent),
            None => {
                let reason = format!("no tool call before it waits for a result with the id `{id}`");
                Err(TransformError::invalid(at(), reason))
            }
        }
    }

    /// Where the call with this id stands among all that were sent.
    pub(super) fn place(&self, sent: &str) -> usize {
        self.sent.iter().position(|id| id == sent).unwrap_or(usize::MAX)
    }

    /// All calls must be answered before the conversation goes on.
    pub(super) fn close(&self, next: usize) -> Result<(), TransformError> {
        match self.waiting.first() {
            Some(Call { id, index, .. }) if next > *index => Err(TransformError::invalid(
                format!("messages[{index}].tool_calls"),
                format!("the tool call `{id}` has no result in the messages that follow it"),
            )),
            _ => Ok(()),
        }
    }
}
