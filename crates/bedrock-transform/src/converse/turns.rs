//! The conversation: turns that alternate, system prompts apart, repaired only where the caller allows it.

use std::borrow::Cow;

use core_types::{Content, Message, SystemMessage};

use crate::converse::Mapper;
use crate::converse::calls::Calls;
use crate::converse::content::function_call_id;
use crate::converse::wire::{Block, Request, Role, ToolResult, Turn};
use crate::input::ChatInput;
use crate::model::arn::ArnKind;
use crate::tool_names::tool_use_id;
use crate::{TransformError, options};

/// What stands between a tool's result and the user's next words for models that refuse both in one turn.
const FILLER: &str = "I have the tool results.";

/// What stands beside documents that come without a word: AWS wants a text there.
const DOCUMENT_TEXT: &str = "See the attached document.";

impl<'a> Mapper<'a, '_> {
    /// Writes `messages` and `system`.
    pub(super) fn messages(&mut self, input: &ChatInput<'a>, request: &mut Request<'a>) -> Result<(), TransformError> {
        if input.messages.is_empty() {
            // A prompt of Prompt Management brings its own messages.
            if self.spec.id.arn.as_ref().is_some_and(|arn| arn.kind == ArnKind::Prompt) {
                return Ok(());
            }
            return Err(TransformError::invalid("messages", "a conversation needs at least one message"));
        }
        let mut talk = Talk::default();
        // They stand before the conversation, and so do their cache points.
        for (index, message) in input.messages.iter().enumerate() {
            if let Message::System(system) | Message::Developer(system) = message {
                self.system(system, index, &mut talk, request)?;
            }
        }
        for (index, message) in input.messages.iter().enumerate() {
            match message {
                Message::System(_) | Message::Developer(_) => {}
                Message::User(user) => {
                    let mut blocks = Vec::new();
                    self.content(&user.content, user.cache_control.as_ref(), index, &mut blocks)?;
                    if blocks.is_empty() {
                        self.blank_user(index, input, &mut blocks)?;
                    }
                    talk.calls.close(index)?;
                    self.add(Role::User, blocks, index, &mut talk)?;
                }
                Message::Assistant(assistant) => {
                    let mut blocks = Vec::new();
                    self.assistant(assistant, index, &mut blocks)?;
                    talk.calls.close(index)?;
                    if talk.calls.open(&mut blocks, index)? {
                        let detail = "an id of an earlier turn was used again: sent with a number, and its result too";
                        self.warnings.rewritten(format!("messages[{index}].tool_calls"), detail);
                    }
                    talk.prefix = assistant.prefix;
                    self.add(Role::Assistant, blocks, index, &mut talk)?;
                }
                Message::Tool(tool) => {
                    let id = tool_use_id(&tool.tool_call_id);
                    let id = talk.calls.answer(&id, || format!("messages[{index}].tool_call_id"))?;
                    let mut blocks = Vec::new();
                    let beside = self.tool_result(tool, id, index, &mut blocks)?;
                    self.add(Role::User, blocks, index, &mut talk)?;
                    talk.beside.extend(beside);
                }
                Message::Function(function) => {
                    let id = function_call_id(&function.name);
                    let id = talk.calls.answer(&id, || format!("messages[{index}].name"))?;
                    let content = self.function_result(&function.content, index)?;
                    let result = ToolResult { tool_use_id: Cow::Owned(id), content, status: None };
                    self.add(Role::User, vec![Block::ToolResult(result)], index, &mut talk)?;
                }
                _ => return Err(TransformError::invalid(format!("messages[{index}].role"), "unknown role")),
            }
        }
        talk.calls.close(input.messages.len())?;
        talk.flush_beside();
        for turn in &mut talk.turns {
            self.settle(turn, &talk.calls);
        }
        self.ends(&mut talk, request)?;
        request.messages = talk.turns.into_iter().map(|turn| Turn { role: turn.role, content: turn.content }).collect();
        Ok(())
    }

    fn system(
        &mut self,
        message: &'a SystemMessage,
        index: usize,
        talk: &mut Talk<'a>,
        request: &mut Request<'a>,
    ) -> Result<(), TransformError> {
        let mut blocks = Vec::new();
        self.content(&message.content, message.cache_control.as_ref(), index, &mut blocks)?;
        if let Some(place) = blocks
            .iter()
            .position(|block| !matches!(block, Block::Text(_) | Block::GuardContent(_) | Block::CachePoint(_)))
        {
            return Err(
                self.unsupported(format!("messages[{index}].content[{place}]"), "anything but text in system prompts")
            );
        }
        if !self.spec.model.can.system && !blocks.is_empty() {
            self.warnings.rewritten(
                format!("messages[{index}]"),
                "the model has no system prompt: folded into the first user message",
            );
            talk.folded.extend(blocks);
            return Ok(());
        }
        let said = |message: &Message| !matches!(message, Message::System(_) | Message::Developer(_));
        if !blocks.is_empty() && self.input.messages[..index].iter().any(said) {
            self.warnings.rewritten(
                format!("messages[{index}]"),
                "a system message amid the conversation was moved to its start",
            );
        }
        request.system.extend(blocks);
        Ok(())
    }

    /// A user message without content: AWS refuses it, so it is repaired or refused here.
    fn blank_user(
        &mut self,
        index: usize,
        input: &ChatInput<'a>,
        blocks: &mut Vec<Block<'a>>,
    ) -> Result<(), TransformError> {
        // Beside other turns of the user's it says nothing, and nothing is lost.
        let beside = |index: Option<usize>| {
            index
                .and_then(|index| input.messages.get(index))
                .is_some_and(|message| matches!(message, Message::User(user) if !super::tools::is_blank(&user.content)))
        };
        if beside(index.checked_sub(1)) || beside(Some(index + 1)) {
            self.warnings.rewritten(format!("messages[{index}]"), "a blank message was left out");
            return Ok(());
        }
        let Some(text) = self.continue_blocks()? else {
            return Err(TransformError::invalid(
                format!("messages[{index}].content"),
                "the message is blank; AWS takes no blank text",
            ));
        };
        self.warnings.rewritten(format!("messages[{index}]"), "a blank message was replaced by the continue message");
        blocks.extend(text);
        Ok(())
    }

    /// Adds blocks to the conversation, merged with the turn before where the role is the same.
    fn add(
        &mut self,
        role: Role,
        blocks: Vec<Block<'a>>,
        index: usize,
        talk: &mut Talk<'a>,
    ) -> Result<(), TransformError> {
        if blocks.is_empty() {
            if role == Role::Assistant {
                self.warnings.rewritten(format!("messages[{index}]"), "a blank message was left out");
            }
            return Ok(());
        }
        if role == Role::Assistant {
            talk.flush_beside();
        }
        let result = matches!(blocks.first(), Some(Block::ToolResult(_)));
        match talk.turns.last_mut() {
            Some(last) if last.role == role => {
                let mixes = role == Role::User && !result && last.has_results();
                if mixes && !self.spec.model.can.mixed_tool_turn {
                    if !self.options.modify_params {
                        let reason = "the model refuses text beside tool results; with modify_params a turn of the assistant's is put between";
                        return Err(TransformError::invalid(format!("messages[{index}]"), reason));
                    }
                    self.warnings
                        .rewritten(format!("messages[{index}]"), "a turn of the assistant's was put before it");
                    talk.turns.push(OpenTurn::new(Role::Assistant, vec![Block::Text(Cow::Borrowed(FILLER))], index));
                    talk.turns.push(OpenTurn::new(role, blocks, index));
                } else {
                    last.merged = true;
                    last.content.extend(blocks);
                }
            }
            _ => talk.turns.push(OpenTurn::new(role, blocks, index)),
        }
        Ok(())
    }

    /// The first and the last turn, as the model demands them.
    fn ends(&mut self, talk: &mut Talk<'a>, request: &Request<'a>) -> Result<(), TransformError> {
        if talk.turns.is_empty() && !talk.folded.is_empty() {
            let folded = std::mem::take(&mut talk.folded);
            talk.turns.push(OpenTurn::new(Role::User, folded, 0));
        }
        let mut repaired = false;
        let Some(first) = talk.turns.first() else {
            let Some(blocks) = self.continue_blocks()? else {
                let what =
                    if request.system.is_empty() { "all messages are blank" } else { "there are only system messages" };
                return Err(TransformError::invalid("messages", format!("{what}; Bedrock needs a user message")));
            };
            self.warnings.rewritten("messages", "a user message was added");
            talk.turns.push(OpenTurn::new(Role::User, blocks, 0));
            return Ok(());
        };
        if first.role == Role::Assistant && !self.spec.model.can.leading_assistant {
            let at = format!("messages[{}]", first.index);
            let Some(blocks) = self.continue_blocks()? else {
                return Err(TransformError::invalid(at, "a conversation must start with a user message"));
            };
            self.warnings.rewritten(at, "a user message was put before it");
            talk.turns.insert(0, OpenTurn::new(Role::User, blocks, 0));
            repaired = true;
        }
        if !talk.folded.is_empty()
            && let Some(first) = talk.turns.first_mut()
        {
            first.content.splice(..0, talk.folded.drain(..));
        }
        // A conversation of one greeting of the assistant's, repaired above, is no prefill.
        let greeting = repaired && talk.turns.len() == 2 && !talk.prefix;
        let Some(last) = talk.turns.last_mut().filter(|turn| turn.role == Role::Assistant) else { return Ok(()) };
        let at = format!("messages[{}]", last.index);
        if self.spec.model.can.prefill && !greeting {
            // Bedrock refuses a prefill that ends in white space.
            if let Some(Block::Text(text)) = last.content.last_mut() {
                let trimmed = text.trim_end().len();
                if trimmed < text.len() {
                    match text {
                        Cow::Borrowed(text) => *text = &text[..trimmed],
                        Cow::Owned(text) => text.truncate(trimmed),
                    }
                    self.warnings.rewritten(at, "white space at the end of the prefill was cut off");
                }
            }
            return Ok(());
        }
        if talk.prefix {
            return Err(TransformError::invalid(at, "the model does not continue a message of the assistant's"));
        }
        let Some(blocks) = self.continue_blocks()? else {
            return Err(TransformError::invalid(at, "the model wants a user message at the end"));
        };
        self.warnings.rewritten(at, "a user message was put after it");
        let index = last.index;
        talk.turns.push(OpenTurn::new(Role::User, blocks, index));
        Ok(())
    }

    /// Puts the blocks of a finished turn in the order that AWS wants, and results in that of their calls.
    fn settle(&mut self, turn: &mut OpenTurn<'a>, calls: &Calls) {
        if turn.merged {
            let mut rank = (1, 0);
            let mut ranked: Vec<((u8, usize), Block<'a>)> = std::mem::take(&mut turn.content)
                .into_iter()
                .map(|block| {
                    rank = match (turn.role, &block) {
                        // A cache point stays with what it marks.
                        (_, Block::CachePoint(_)) => rank,
                        (Role::Assistant, Block::ReasoningContent(_)) => (0, 0),
                        (Role::User, Block::ToolResult(result)) => (0, calls.place(&result.tool_use_id)),
                        (Role::Assistant, Block::ToolUse(_)) => (2, 0),
                        _ => (1, 0),
                    };
                    (rank, block)
                })
                .collect();
            // The sort is stable: within a rank the caller's order stands.
            ranked.sort_by_key(|(rank, _)| *rank);
            turn.content = ranked.into_iter().map(|(_, block)| block).collect();
        }
        let has = |wanted: fn(&Block<'_>) -> bool| turn.content.iter().any(wanted);
        if !self.dialect.bare_documents
            && has(|block| matches!(block, Block::Document(_)))
            && !has(|block| matches!(block, Block::Text(_)))
        {
            let end = turn
                .content
                .iter()
                .rposition(|block| !matches!(block, Block::CachePoint(_)))
                .map_or(0, |last| last + 1);
            turn.content.insert(end, Block::Text(Cow::Borrowed(DOCUMENT_TEXT)));
            self.warnings
                .rewritten(format!("messages[{}]", turn.index), "a text was put beside the document: AWS wants one");
        }
    }

    /// What the user is made to say, if the caller allows that.
    fn continue_blocks(&mut self) -> Result<Option<Vec<Block<'a>>>, TransformError> {
        let mut blocks = Vec::new();
        match self.options.continue_content() {
            None => return Ok(None),
            Some(None) => {}
            Some(Some(Content::Text(text))) => super::content::push_text(text, &mut blocks),
            Some(Some(Content::Parts(parts))) => {
                for (place, part) in parts.iter().enumerate() {
                    self.part(part, &|| format!("user_continue_message.content[{place}]"), &mut blocks)?;
                }
            }
        }
        if blocks.is_empty() {
            blocks.push(Block::Text(Cow::Borrowed(options::CONTINUE)));
        }
        Ok(Some(blocks))
    }
}

/// The conversation while it is being put together.
#[derive(Default)]
struct Talk<'a> {
    turns: Vec<OpenTurn<'a>>,
    calls: Calls,
    /// System prompts for models that have none: they go before the first words of the user's.
    folded: Vec<Block<'a>>,
    /// Blocks that belong after the tool results of this turn.
    beside: Vec<Block<'a>>,
    /// Whether the last message of the assistant's must stay the last.
    prefix: bool,
}

struct OpenTurn<'a> {
    role: Role,
    content: Vec<Block<'a>>,
    /// Index of the turn's first message.
    index: usize,
    /// Whether more than one message went into it.
    merged: bool,
}

impl<'a> OpenTurn<'a> {
    const fn new(role: Role, content: Vec<Block<'a>>, index: usize) -> Self {
        Self { role, content, index, merged: false }
    }

    fn has_results(&self) -> bool {
        self.content.iter().any(|block| matches!(block, Block::ToolResult(_)))
    }
}

impl Talk<'_> {
    fn flush_beside(&mut self) {
        if let Some(turn) = self.turns.last_mut().filter(|turn| turn.role == Role::User) {
            turn.content.append(&mut self.beside);
        }
    }
}
