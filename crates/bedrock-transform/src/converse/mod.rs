//! OpenAI's chat shape to and from Converse, Bedrock's one body for all models.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference.html>

mod calls;
mod content;
pub(crate) mod event;
mod fields;
mod format;
mod hosted;
mod media;
mod own;
mod reasoning;
pub(crate) mod response;
pub(crate) mod tools;
mod turns;
pub(crate) mod wire;

use std::borrow::Cow;

use bytes::Bytes;
use core_types::{Param, ParamSet};

use crate::converse::media::DocumentNames;
use crate::converse::wire::{Block, CachePoint, InferenceConfig, Request};
use crate::family::{Cache, Capabilities, Reasoning, Sampling};
use crate::input::ChatInput;
use crate::{ModelSpec, Options, TransformError, UnsupportedParams, Warnings, json_text, native};

/// Parameters that every model has on Converse.
const ALWAYS: ParamSet = ParamSet::of(&[Param::MaxTokens, Param::ParallelToolCalls, Param::ServiceTier, Param::Stop]);

/// The parameters that a model with these capabilities has on Converse.
pub(crate) const fn params(can: &Capabilities) -> ParamSet {
    let mut params = ALWAYS;
    if !matches!(can.sampling, Sampling::None) {
        params = params.with(Param::Temperature).with(Param::TopP);
    }
    if can.tools {
        params = params.with(Param::Tools).with(Param::ToolChoice).with(Param::ResponseFormat);
    }
    if can.structured_output {
        params = params.with(Param::ResponseFormat);
    }
    if !matches!(can.reasoning, Reasoning::Unsupported | Reasoning::Unknown) {
        params = params.with(Param::ReasoningEffort);
    }
    if can.web_search {
        params = params.with(Param::WebSearchOptions);
    }
    params
}

/// The parameters that a body of no kind can give to a model with these capabilities.
pub(crate) const fn lacking(can: &Capabilities) -> ParamSet {
    params(&Capabilities::PERMISSIVE).with(Param::ReasoningEffort).with(Param::WebSearchOptions).minus(params(can))
}

/// What a native body that is written from a Converse request can say, where it differs from Converse.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// Whether documents may stand without a word beside them.
    pub(crate) bare_documents: bool,
    /// Whether tools that the vendor runs stand among the caller's.
    pub(crate) hosted_tools: bool,
    /// Why a block cannot be said, as what the family does not take.
    pub(crate) refuses: fn(&Block<'_>) -> Option<&'static str>,
    /// Whether tools can be shown and forbidden.
    pub(crate) tool_choice_none: bool,
}

/// Converse itself.
const CONVERSE: Dialect =
    Dialect { bare_documents: false, hosted_tools: false, refuses: |_| None, tool_choice_none: false };

/// Writes the body.
pub(crate) fn request(
    input: &ChatInput<'_>,
    spec: &ModelSpec,
    warnings: &mut Warnings,
) -> Result<Bytes, TransformError> {
    let request = build(input, spec, &CONVERSE, warnings)?;
    let mut body = Vec::with_capacity(size_hint(&request));
    json_text::write(&mut body, &request).map_err(|error| TransformError::invalid("messages", error.to_string()))?;
    Ok(body.into())
}

/// The request in Converse's words: its body, and what native bodies with the same rules are written from.
pub(crate) fn build<'a>(
    input: &'a ChatInput<'a>,
    spec: &'a ModelSpec,
    dialect: &'a Dialect,
    warnings: &mut Warnings,
) -> Result<Request<'a>, TransformError> {
    native::no_prompt(input, warnings);
    let mut mapper = Mapper {
        spec,
        options: input.options,
        warnings,
        input,
        dialect,
        documents: DocumentNames::default(),
        cache_points: 0,
        short_lived: false,
        thinking: false,
    };
    let mut request = Request { inference_config: mapper.inference_config(input)?, ..Request::default() };
    mapper.fields(input, &mut request)?;
    mapper.greedy(input, &mut request)?;
    mapper.sampling(&mut request.inference_config)?;
    mapper.reasoning(input, &mut request)?;
    mapper.ranges(&mut request.inference_config)?;
    mapper.tools(input, &mut request)?;
    mapper.response_format(input, &mut request)?;
    mapper.parallel_tool_calls(input, &mut request)?;
    mapper.messages(input, &mut request)?;
    Ok(request)
}

/// Refuses what Converse has and no native body.
pub(crate) fn refuse_converse_only(input: &ChatInput<'_>) -> Result<(), TransformError> {
    const NAMES: &[&str] = &["additionalModelResponseFieldPaths", "outputConfig", "promptVariables"];
    match input.extra.iter().find(|(name, value)| NAMES.contains(name) && !value.is_null()) {
        Some((name, _)) => Err(TransformError::invalid(*name, "InvokeModel has no such field; use the Converse route")),
        None => Ok(()),
    }
}

/// What the parts of one mapping share.
struct Mapper<'a, 'w> {
    spec: &'a ModelSpec,
    options: &'a Options,
    warnings: &'w mut Warnings,
    input: &'a ChatInput<'a>,
    dialect: &'a Dialect,
    documents: DocumentNames,
    /// Cache points written so far.
    cache_points: u8,
    /// Whether one of them has the shorter lifetime.
    short_lived: bool,
    /// Whether the model was asked to think.
    thinking: bool,
}

impl<'a> Mapper<'a, '_> {
    fn inference_config(&mut self, input: &ChatInput<'a>) -> Result<InferenceConfig<'a>, TransformError> {
        let mut stop_sequences = Vec::with_capacity(input.stop.len());
        for stop in &input.stop {
            // Claude refuses them.
            if self.is_claude() && stop.trim().is_empty() {
                self.refuse_or_drop("stop")?;
            } else {
                stop_sequences.push(Cow::Borrowed(*stop));
            }
        }
        Ok(InferenceConfig {
            max_tokens: input.max_tokens,
            temperature: input.temperature,
            top_p: input.top_p,
            stop_sequences,
        })
    }

    /// Leaves out the sampling parameters that the model does not take together, whatever name they came by.
    fn sampling(&mut self, config: &mut InferenceConfig<'_>) -> Result<(), TransformError> {
        match self.spec.model.can.sampling {
            Sampling::Any => {}
            Sampling::None if config.top_p.take().is_some() => self.refuse_or_drop(Param::TopP.name())?,
            Sampling::None => {}
            Sampling::One => {
                if config.temperature.is_some() && config.top_p.take().is_some() {
                    let detail = "the model takes temperature or top_p, not both; top_p was left out";
                    self.warnings.adjusted(Param::TopP, detail);
                }
            }
        }
        Ok(())
    }

    /// Numbers within AWS's ranges.
    /// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html>
    fn ranges(&mut self, config: &mut InferenceConfig<'_>) -> Result<(), TransformError> {
        const MOST_TOKENS: u32 = i32::MAX.unsigned_abs();
        if config.max_tokens.is_some_and(|tokens| tokens > MOST_TOKENS) {
            return Err(TransformError::invalid("max_tokens", format!("must be at most {MOST_TOKENS}")));
        }
        match &mut config.temperature {
            // OpenAI's scale ends at 2, AWS's at 1.
            Some(temperature) if *temperature > 1.0 && *temperature <= 2.0 => {
                self.warnings.adjusted(Param::Temperature, format!("{temperature} exceeds 1; sent 1"));
                *temperature = 1.0;
            }
            Some(temperature) if !(0.0..=1.0).contains(temperature) => {
                return Err(TransformError::invalid("temperature", "must be from 0 to 2"));
            }
            _ => {}
        }
        if config.top_p.is_some_and(|top_p| !(0.0..=1.0).contains(&top_p)) {
            return Err(TransformError::invalid("top_p", "must be from 0 to 1"));
        }
        Ok(())
    }

    /// A cache point for a marker of the caller's, if the model takes one.
    fn cache_point(
        &mut self,
        control: &core_types::CacheControl,
        at: impl FnOnce() -> String,
    ) -> Result<Option<CachePoint<'a>>, TransformError> {
        /// <https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html>
        const MOST: u8 = 4;
        let ttl_known = match self.spec.model.can.cache {
            Cache::Unsupported => {
                self.warnings.dropped("cache_control");
                return Ok(None);
            }
            Cache::Anywhere { ttl } => ttl,
            Cache::Prompt => false,
        };
        let asked = match control.ttl.as_deref() {
            None => None,
            Some("5m") => Some("5m"),
            Some("1h") => Some("1h"),
            Some(_) => return Err(TransformError::invalid(format!("{}.ttl", at()), "expected 5m or 1h")),
        };
        if self.cache_points == MOST {
            return Err(TransformError::invalid(at(), "a request may have at most 4 cache_control markers"));
        }
        let short = asked != Some("1h") || !ttl_known;
        if self.short_lived && !short {
            return Err(TransformError::invalid(at(), "a cache_control of 1h must stand before those of 5m"));
        }
        self.short_lived |= short;
        self.cache_points += 1;
        let ttl = asked.filter(|ttl| {
            let sent = ttl_known || *ttl == "5m";
            if !sent {
                self.warnings
                    .adjusted_field("cache_control.ttl", format!("the model has no ttl of {ttl}; sent without"));
            }
            ttl_known
        });
        Ok(Some(CachePoint { kind: "default", ttl }))
    }

    fn cache_block(
        &mut self,
        control: Option<&core_types::CacheControl>,
        blocks: &mut Vec<Block<'a>>,
        at: impl FnOnce() -> String,
    ) -> Result<(), TransformError> {
        let Some(control) = control else { return Ok(()) };
        match blocks.last() {
            // A marker after nothing would mark what stands before it.
            None => {}
            // AWS refuses one right after reasoning.
            Some(Block::ReasoningContent(_)) => self.warnings.dropped("cache_control"),
            Some(_) => blocks.extend(self.cache_point(control, at)?.map(Block::CachePoint)),
        }
        Ok(())
    }

    fn unsupported(&self, at: impl Into<String>, what: impl Into<Cow<'static, str>>) -> TransformError {
        TransformError::unsupported_content(at, what, self.spec.family.name)
    }

    /// Leaves `param` out with a warning, or refuses it, as the caller wants it.
    fn refuse_or_drop(&mut self, param: &str) -> Result<(), TransformError> {
        if self.options.unsupported == UnsupportedParams::Drop {
            self.warnings.dropped(param.to_owned());
            return Ok(());
        }
        Err(TransformError::UnsupportedParam { param: Cow::Owned(param.to_owned()), family: self.spec.family.name })
    }

    /// Whether the model is one of Anthropic's, as far as its name says.
    fn is_claude(&self) -> bool {
        self.spec.family.name.starts_with("anthropic_")
    }
}

/// Enough room for the body, so that writing it does not copy it again and again.
fn size_hint(request: &Request<'_>) -> usize {
    const FRAME: usize = 512;
    let block = |block: &Block<'_>| match block {
        Block::Text(text) => text.len() + text.len() / 16,
        Block::Image(media) | Block::Video(media) | Block::Audio(media) => media.source.len(),
        Block::Document(document) => document.source.len(),
        Block::ToolUse(tool) => tool.input.get().len(),
        Block::ToolResult(result) => 64 + result.content.len() * 256,
        _ => 64,
    } + 48;
    let turns = request.messages.iter().flat_map(|turn| &turn.content).map(block).sum::<usize>();
    let system = request.system.iter().map(block).sum::<usize>();
    let tools = request.tool_config.as_ref().map_or(0, |config| config.tools.iter().map(wire::Tool::len).sum());
    FRAME + turns + system + tools
}
