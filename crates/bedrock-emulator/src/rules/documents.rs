//! Documents: their names, and the text that has to go with them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Conversation, list};
use crate::error::Refusal;

pub(super) fn check(conversation: &Conversation<'_>) -> Result<(), Refusal> {
    let mut names = BTreeSet::new();
    for turn in &conversation.turns {
        let mut documents = turn.content.iter().filter(|block| block["document"].is_object()).peekable();
        let has_text = turn.content.iter().any(|block| block["text"].is_string() || block["guardContent"].is_object());
        if documents.peek().is_some() && !has_text {
            return Err(Refusal::validation("A text block must be included when using documents."));
        }
        let in_results = turn.content.iter().flat_map(|block| list(&block["toolResult"]["content"]));
        for document in documents.chain(in_results).filter_map(|block| block["document"].as_object()) {
            let name = document.get("name").and_then(Value::as_str).unwrap_or_default();
            if !fits(name) {
                return Err(Refusal::validation(
                    "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, \
                     parentheses, and square brackets. The name can't contain more than one consecutive whitespace \
                     character. Check that the file name conforms to these restrictions and retry your request.",
                ));
            }
            if !names.insert(name) {
                return Err(Refusal::validation(
                    "Messages can't contain duplicate document names. Rename the document and retry your request.",
                ));
            }
        }
    }
    Ok(())
}

/// Bedrock takes underscores too, which its message does not say; among whitespace it takes the ASCII space.
fn fits(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || " -()[]_".contains(c)) && !name.contains("  ")
}
