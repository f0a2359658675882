//! The content of one message as blocks.

use std::borrow::Cow;

use core_types::{
    AssistantMessage, CacheControl, Content, Extra, GuardedText, Part, TextPart, ThinkingBlock, ToolMessage,
};

use crate::TransformError;
use crate::converse::Mapper;
use crate::converse::own::{answer_block, check_qualifiers, json_part, marker_of, own_block};
use crate::converse::tools::{arguments, is_blank};
use crate::converse::wire::{Block, GuardContent, Reasoning, ToolResult, ToolUse};
use crate::family::Cache;
use crate::tool_names::tool_use_id;

impl<'a> Mapper<'a, '_> {
    /// The blocks of a user's or system message.
    pub(super) fn content(
        &mut self,
        content: &'a Content,
        cache_control: Option<&'a CacheControl>,
        index: usize,
        blocks: &mut Vec<Block<'a>>,
    ) -> Result<(), TransformError> {
        match content {
            Content::Text(text) => push_text(text, blocks),
            Content::Parts(parts) => {
                for (place, part) in parts.iter().enumerate() {
                    let at = || format!("messages[{index}].content[{place}]");
                    self.part(part, &at, blocks)?;
                }
            }
        }
        self.cache_block(cache_control, blocks, || format!("messages[{index}].cache_control"))
    }

    pub(super) fn part(
        &mut self,
        part: &'a Part,
        at: &dyn Fn() -> String,
        blocks: &mut Vec<Block<'a>>,
    ) -> Result<(), TransformError> {
        let before = blocks.len();
        let own_control;
        let control = match part {
            Part::Text(TextPart { text, cache_control, .. }) => {
                push_text(text, blocks);
                cache_control
            }
            Part::GuardedText(GuardedText { text, qualifiers, cache_control, .. }) => {
                check_qualifiers(qualifiers, at)?;
                if !text.trim().is_empty() {
                    blocks.push(Block::GuardContent(GuardContent::Text { text, qualifiers }));
                }
                cache_control
            }
            Part::ImageUrl(image) => {
                blocks.push(self.image_url(image, &at())?);
                &image.cache_control
            }
            Part::VideoUrl(video) => {
                blocks.push(self.video_url(video, &at())?);
                &video.cache_control
            }
            Part::InputAudio(audio) => {
                blocks.push(self.audio(audio, &at())?);
                &audio.cache_control
            }
            Part::File(file) => {
                blocks.push(self.file(file, &at())?);
                &file.cache_control
            }
            Part::Document(document) => {
                blocks.push(self.document(document, &at())?);
                &document.cache_control
            }
            Part::Refusal { refusal } => {
                push_text(refusal, blocks);
                &None
            }
            Part::Thinking(thinking) => {
                self.thinking_block(thinking, at, blocks);
                &None
            }
            Part::Other { kind, fields } => {
                self.other_part(kind, fields, at, blocks)?;
                own_control = marker_of(fields, at)?;
                &own_control
            }
            _ => return Err(self.unsupported(at(), "this kind of content")),
        };
        self.sayable(blocks.get(before..).unwrap_or_default(), at)?;
        self.cache_block(control.as_ref(), blocks, || format!("{}.cache_control", at()))
    }

    /// Refuses what the body has no words for.
    fn sayable(&self, blocks: &[Block<'_>], at: &dyn Fn() -> String) -> Result<(), TransformError> {
        match blocks.iter().find_map(self.dialect.refuses) {
            Some(what) => Err(self.unsupported(at(), what)),
            None => Ok(()),
        }
    }

    /// Bedrock's own blocks that OpenAI's shape has no part for.
    fn other_part(
        &self,
        kind: &str,
        fields: &'a Extra,
        at: &dyn Fn() -> String,
        blocks: &mut Vec<Block<'a>>,
    ) -> Result<(), TransformError> {
        let text = || fields.value("text").and_then(|text| text.read::<String>().ok());
        match (kind, own_block(kind, fields)) {
            (_, Some(block)) => blocks.push(block),
            ("grounding_source" | "query", _) => {
                let Some(text) = text() else {
                    return Err(TransformError::invalid(format!("{}.text", at()), "expected a text"));
                };
                if !text.trim().is_empty() {
                    blocks.push(Block::Text(Cow::Owned(text)));
                }
            }
            _ => {
                let what = if kind.is_empty() {
                    "a part without a type".to_owned()
                } else {
                    format!("parts of type `{kind}`")
                };
                return Err(self.unsupported(at(), what));
            }
        }
        Ok(())
    }

    /// The blocks of what the model said before.
    pub(super) fn assistant(
        &mut self,
        message: &'a AssistantMessage,
        index: usize,
        blocks: &mut Vec<Block<'a>>,
    ) -> Result<(), TransformError> {
        if !self.spec.model.can.tools && (!message.tool_calls.is_empty() || message.function_call.is_some()) {
            return Err(self.unsupported(format!("messages[{index}].tool_calls"), "tool calls"));
        }
        if message.reasoning_content.as_ref().is_some_and(|text| !text.is_empty()) && message.thinking_blocks.is_empty()
        {
            let detail = "models take reasoning back as thinking_blocks only: left out";
            self.warnings.rewritten(format!("messages[{index}].reasoning_content"), detail);
        }
        for (place, thinking) in message.thinking_blocks.iter().enumerate() {
            self.thinking_block(thinking, &|| format!("messages[{index}].thinking_blocks[{place}]"), blocks);
        }
        match &message.content {
            None => {}
            Some(content @ Content::Text(_)) => self.content(content, None, index, blocks)?,
            Some(Content::Parts(parts)) => {
                for (place, part) in parts.iter().enumerate() {
                    self.said(part, &|| format!("messages[{index}].content[{place}]"), blocks)?;
                }
            }
        }
        if let Some(refusal) = &message.refusal {
            push_text(refusal, blocks);
        }
        if message.audio.is_some() {
            return Err(self.unsupported(format!("messages[{index}].audio"), "audio of earlier answers"));
        }
        for (place, call) in message.tool_calls.iter().enumerate() {
            let at = || format!("messages[{index}].tool_calls[{place}]");
            if call.function.name.is_empty() {
                return Err(TransformError::invalid(
                    format!("{}.function.name", at()),
                    "a tool call needs the tool's name",
                ));
            }
            blocks.push(Block::ToolUse(ToolUse {
                tool_use_id: tool_use_id(&call.id),
                name: self.input.names.sent(&call.function.name),
                input: arguments(&call.function.arguments, || format!("{}.function.arguments", at()))?,
            }));
            self.cache_block(call.cache_control.as_ref(), blocks, || format!("{}.cache_control", at()))?;
        }
        if let Some(call) = &message.function_call {
            blocks.push(Block::ToolUse(ToolUse {
                tool_use_id: Cow::Owned(function_call_id(&call.name)),
                name: self.input.names.sent(&call.name),
                input: arguments(&call.arguments, || format!("messages[{index}].function_call.arguments"))?,
            }));
        }
        self.cache_block(message.cache_control.as_ref(), blocks, || format!("messages[{index}].cache_control"))
    }

    /// A part of what the model said before: besides all others, Bedrock's own blocks of answers, as they came.
    fn said(
        &mut self,
        part: &'a Part,
        at: &dyn Fn() -> String,
        blocks: &mut Vec<Block<'a>>,
    ) -> Result<(), TransformError> {
        let Part::Other { kind, fields } = part else { return self.part(part, at, blocks) };
        let Some(block) = answer_block(kind, fields, at)? else { return self.part(part, at, blocks) };
        self.sayable(std::slice::from_ref(&block), at)?;
        blocks.push(block);
        self.cache_block(marker_of(fields, at)?.as_ref(), blocks, || format!("{}.cache_control", at()))
    }

    fn thinking_block(&mut self, block: &'a ThinkingBlock, at: &dyn Fn() -> String, blocks: &mut Vec<Block<'a>>) {
        match block {
            ThinkingBlock::Redacted { data } => blocks.push(Block::ReasoningContent(Reasoning::RedactedContent(data))),
            // Claude refuses reasoning that it cannot prove to be its own.
            ThinkingBlock::Thinking { signature: None, .. } if self.is_claude() => {
                self.warnings.rewritten(at(), "reasoning without a signature was left out: the model refuses it");
            }
            ThinkingBlock::Thinking { thinking, signature } => {
                let reasoning = Reasoning::ReasoningText { text: thinking, signature: signature.as_deref() };
                blocks.push(Block::ReasoningContent(reasoning));
            }
            _ => {}
        }
    }

    /// The result of the tool call `id`. Images for models that take none there come back, to stand beside it.
    pub(super) fn tool_result(
        &mut self,
        message: &'a ToolMessage,
        id: String,
        index: usize,
        blocks: &mut Vec<Block<'a>>,
    ) -> Result<Vec<Block<'a>>, TransformError> {
        let mut content = Vec::new();
        let mut beside = Vec::new();
        let mut marker = message.cache_control.clone();
        match &message.content {
            Content::Text(text) => push_text(text, &mut content),
            Content::Parts(parts) => {
                for (place, part) in parts.iter().enumerate() {
                    let at = || format!("messages[{index}].content[{place}]");
                    if marker.is_none() {
                        marker = part_marker(part, &at)?;
                    }
                    if let Some(json) = json_part(part) {
                        content.push(Block::Json(json));
                        continue;
                    }
                    let mut made = Vec::new();
                    self.unmarked_part(part, &at, &mut made)?;
                    self.sayable(&made, &at)?;
                    for block in made {
                        if matches!(block, Block::Image(_)) && !self.spec.model.can.tool_result_images {
                            self.warnings
                                .rewritten(at(), "the model takes no images in tool results: put beside the result");
                            beside.push(block);
                        } else {
                            content.push(block);
                        }
                    }
                }
            }
        }
        if content.is_empty() {
            if !is_blank(&message.content) && beside.is_empty() {
                self.warnings
                    .rewritten(format!("messages[{index}].content"), "AWS refuses blank text: sent a placeholder");
            }
            content.push(Self::EMPTY_RESULT);
        }
        let status = (message.is_error && self.spec.model.can.tool_result_status).then_some("error");
        if message.is_error && status.is_none() {
            self.warnings.dropped("status");
        }
        blocks.push(Block::ToolResult(ToolResult { tool_use_id: Cow::Owned(id), content, status }));
        match (marker, self.spec.model.can.cache) {
            (Some(_), Cache::Prompt) => self.warnings.dropped("cache_control"),
            (marker, _) => self.cache_block(marker.as_ref(), blocks, || format!("messages[{index}].cache_control"))?,
        }
        Ok(beside)
    }

    /// The result of a deprecated function call.
    pub(super) fn function_result(
        &mut self,
        content: &'a Content,
        index: usize,
    ) -> Result<Vec<Block<'a>>, TransformError> {
        let mut blocks = Vec::new();
        match content {
            Content::Text(text) => push_text(text, &mut blocks),
            Content::Parts(parts) => {
                for (place, part) in parts.iter().enumerate() {
                    self.unmarked_part(part, &|| format!("messages[{index}].content[{place}]"), &mut blocks)?;
                }
            }
        }
        if blocks.is_empty() {
            blocks.push(Self::EMPTY_RESULT);
        }
        Ok(blocks)
    }

    /// A part whose cache marker stands elsewhere: after the tool result, not in it.
    fn unmarked_part(
        &mut self,
        part: &'a Part,
        at: &dyn Fn() -> String,
        blocks: &mut Vec<Block<'a>>,
    ) -> Result<(), TransformError> {
        match part {
            Part::Text(text) => push_text(&text.text, blocks),
            Part::ImageUrl(image) => blocks.push(self.image_url(image, &at())?),
            Part::VideoUrl(video) => blocks.push(self.video_url(video, &at())?),
            Part::File(file) => blocks.push(self.file(file, &at())?),
            Part::Document(document) => blocks.push(self.document(document, &at())?),
            Part::Other { kind, fields } => self.other_part(kind, fields, at, blocks)?,
            _ => return Err(self.unsupported(at(), "this kind of content in a tool result")),
        }
        if let Some(Block::Audio(_)) = blocks.last() {
            return Err(self.unsupported(at(), "sound in a tool result"));
        }
        Ok(())
    }
}

/// Texts that are blank are left out: AWS refuses them, and they say nothing.
pub(super) fn push_text<'a>(text: &'a str, blocks: &mut Vec<Block<'a>>) {
    if !text.trim().is_empty() {
        blocks.push(Block::Text(Cow::Borrowed(text)));
    }
}

fn part_marker(part: &Part, at: &dyn Fn() -> String) -> Result<Option<CacheControl>, TransformError> {
    Ok(match part {
        Part::Text(part) => part.cache_control.clone(),
        Part::ImageUrl(part) => part.cache_control.clone(),
        Part::VideoUrl(part) => part.cache_control.clone(),
        Part::File(part) => part.cache_control.clone(),
        Part::Document(part) => part.cache_control.clone(),
        Part::Other { fields, .. } => marker_of(fields, at)?,
        _ => None,
    })
}

/// Deprecated function calls have no ids; one call is answered before the next, so the name does.
pub(super) fn function_call_id(name: &str) -> String {
    tool_use_id(&format!("function_{name}")).into_owned()
}
