//! Cache points: how many, how long, and where not.

use serde_json::Value;

use super::{Conversation, list};
use crate::error::Refusal;

/// Most cache points of a request.
// <https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html>
const MOST: usize = 4;

pub(super) fn check(request: &Value, conversation: &Conversation<'_>) -> Result<(), Refusal> {
    for turn in &conversation.turns {
        let after_reasoning = turn.content.windows(2).any(|pair| {
            matches!(pair, [before, point] if before["reasoningContent"].is_object() && point["cachePoint"].is_object())
        });
        if after_reasoning {
            return Err(Refusal::validation(
                "Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try again.",
            ));
        }
    }
    // In the order in which the prefix is made: tools, system, messages.
    let tools =
        list(&request["toolConfig"]["tools"]).iter().enumerate().map(|(at, tool)| (format!("tools.{at}"), tool));
    let system = list(&request["system"]).iter().enumerate().map(|(at, block)| (format!("system.{at}"), block));
    let messages = conversation.blocks().map(|(at, index, block)| (format!("messages.{at}.content.{index}"), block));
    let points: Vec<(String, &Value)> =
        tools.chain(system).chain(messages).filter(|(_, block)| block["cachePoint"].is_object()).collect();
    if points.len() > MOST {
        return Err(Refusal::model(format!(
            "A maximum of {MOST} blocks with cache_control may be provided. Found {}.",
            points.len()
        )));
    }
    let mut short = false;
    for (path, block) in points {
        if block["cachePoint"]["ttl"] != "1h" {
            short = true;
        } else if short {
            return Err(Refusal::model(format!(
                "{path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control \
                 block. Note that blocks are processed in the following order: `tools`, `system`, `messages`."
            )));
        }
    }
    Ok(())
}
