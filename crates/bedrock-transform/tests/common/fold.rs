//! Chunks back to an answer, as a client would put them together.

use core_types::{ChatChunk, ChatResponse, Choice, ChunkDelta, FinishReason, ResponseMessage, ThinkingBlock, ToolCall};

/// The answer that the chunks of one stream say.
pub(crate) fn fold(chunks: &[ChatChunk]) -> ChatResponse {
    let first = chunks.first().unwrap();
    let mut response = ChatResponse::new(first.id.as_ref(), first.created, first.model.as_ref());
    let mut message = ResponseMessage::default();
    let mut finish = None;
    for chunk in chunks {
        for choice in &chunk.choices {
            add(&choice.delta, &mut message);
            finish = finish.or(choice.finish_reason);
        }
        response.usage = response.usage.or_else(|| chunk.usage.flatten());
        response.service_tier = response.service_tier.or_else(|| chunk.service_tier.as_deref().map(str::to_owned));
        response.trace = response.trace.or_else(|| chunk.trace.clone());
        response.provider_specific_fields =
            response.provider_specific_fields.or_else(|| chunk.provider_specific_fields.clone());
    }
    let finish: FinishReason = finish.unwrap();
    response.choices.push(Choice::new(0, message, finish));
    response
}

fn add(delta: &ChunkDelta, message: &mut ResponseMessage) {
    if let Some(text) = &delta.content {
        message.content.get_or_insert_default().push_str(text);
    }
    if let Some(reasoning) = &delta.reasoning_content {
        message.reasoning_content.get_or_insert_default().push_str(reasoning);
    }
    delta.thinking_blocks.iter().for_each(|block| think(block, &mut message.thinking_blocks));
    for call in &delta.tool_calls {
        if let Some(id) = &call.id {
            assert_eq!(call.index as usize, message.tool_calls.len(), "the index of a new call");
            message.tool_calls.push(ToolCall::new(id, call.function.name.as_deref().unwrap(), ""));
        }
        let known = &mut message.tool_calls[call.index as usize];
        known.function.arguments.push_str(call.function.arguments.as_deref().unwrap_or_default());
    }
    message.annotations.extend(delta.annotations.iter().cloned());
    if delta.provider_specific_fields.is_some() {
        message.provider_specific_fields.clone_from(&delta.provider_specific_fields);
    }
}

/// A signature ends a block; the next piece of reasoning begins another.
fn think(piece: &ThinkingBlock, blocks: &mut Vec<ThinkingBlock>) {
    match (piece, blocks.last_mut()) {
        (
            ThinkingBlock::Thinking { thinking, signature },
            Some(ThinkingBlock::Thinking { thinking: known, signature: open @ None }),
        ) => {
            known.push_str(thinking);
            open.clone_from(signature);
        }
        _ => blocks.push(piece.clone()),
    }
}
