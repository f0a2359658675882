//! Reasoning, asked for in each family's own words.

use std::borrow::Cow;

use core_types::{Content, Message, Param, Part, RawJson, ThinkingBlock};
use serde::{Deserialize, Serialize};

use crate::TransformError;
use crate::converse::Mapper;
use crate::converse::wire::Request;
use crate::family::Reasoning;
use crate::input::ChatInput;

/// Claude's least thinking budget, in tokens.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html>
const LEAST_BUDGET: u32 = 1024;

/// What an answer may have at least where no limit is sent, in tokens.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html>
const DEFAULT_LIMIT: u32 = 4096;

/// Room for the answer where the caller names no limit, in tokens.
const ANSWER: u32 = 4096;

#[derive(Deserialize)]
struct Thinking {
    #[serde(rename = "type")]
    kind: String,
    budget_tokens: Option<u32>,
}

#[derive(Serialize)]
struct Budget {
    #[serde(rename = "type")]
    kind: &'static str,
    budget_tokens: u32,
}

impl<'a> Mapper<'a, '_> {
    /// Writes what asks for reasoning.
    pub(super) fn reasoning(&mut self, input: &ChatInput<'a>, request: &mut Request<'a>) -> Result<(), TransformError> {
        let extra = |name: &str| {
            input.extra.iter().find(|(key, _)| *key == name).map(|(_, value)| *value).filter(|v| !v.is_null())
        };
        let effort = input.reasoning_effort;
        match self.spec.model.can.reasoning {
            Reasoning::AnthropicBudget | Reasoning::AnthropicAdaptive | Reasoning::AnthropicAdaptiveOnly => {
                if let Some(config) = extra("output_config") {
                    self.pass_on("output_config", Cow::Borrowed(config), request)?;
                }
                match (extra("thinking"), effort) {
                    (Some(_), _) | (None, Some(_)) if self.cannot_think(effort)? => {}
                    (Some(thinking), _) => self.given_thinking(thinking, request)?,
                    (None, None | Some("none")) => {}
                    (None, Some(effort)) if self.spec.model.can.reasoning != Reasoning::AnthropicBudget => {
                        self.adaptive(effort, request)?;
                    }
                    (None, Some(effort)) => self.budget(budget_of(effort)?, None, request)?,
                }
                if self.thinking {
                    self.without_sampling(request);
                }
                Ok(())
            }
            Reasoning::Effort => self.word(effort, "reasoning_effort", request),
            Reasoning::ReasoningConfig => {
                let word = effort.map(|effort| match effort {
                    "minimal" | "low" => "low",
                    _ => "high",
                });
                self.word(word.filter(|_| effort != Some("none")), "reasoning_config", request)
            }
            Reasoning::OpenAi => {
                self.object(effort, "reasoning", |effort| format!(r#"{{"effort":{effort}}}"#), request)
            }
            Reasoning::Nova => {
                if let Some(other) =
                    effort.filter(|effort| !matches!(*effort, "none" | "minimal" | "low" | "medium" | "high"))
                {
                    return Err(TransformError::invalid(
                        "reasoning_effort",
                        format!("Nova has low, medium and high, not `{other}`"),
                    ));
                }
                let effort = effort
                    .filter(|effort| *effort != "none")
                    .map(|effort| if effort == "minimal" { "low" } else { effort });
                let json = |effort: &str| format!(r#"{{"type":"enabled","maxReasoningEffort":{effort}}}"#);
                self.object(effort, "reasoningConfig", json, request)
            }
            Reasoning::Unknown => {
                for name in ["thinking", "output_config"] {
                    if let Some(value) = extra(name) {
                        self.pass_on(name, Cow::Borrowed(value), request)?;
                    }
                }
                Ok(())
            }
            Reasoning::Unsupported => Ok(()),
        }
    }

    /// Whether Claude would refuse to think: within a round of tool calls it wants the thinking back that led to them. Newer
    /// models do without. An effort is a wish and gives way; what was asked for outright does with `modify_params` only.
    /// <https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html>
    fn cannot_think(&mut self, effort: Option<&str>) -> Result<bool, TransformError> {
        let thinking = self.input.extra.iter().find(|(name, value)| *name == "thinking" && !value.is_null());
        let disabled = |value: &RawJson| value.read().is_ok_and(|thinking: Thinking| thinking.kind == "disabled");
        let asked = thinking.map_or_else(|| effort != Some("none"), |(_, value)| !disabled(value));
        if !asked || self.spec.model.can.reasoning != Reasoning::AnthropicBudget {
            return Ok(false);
        }
        let Some(index) = unthought(self.input.messages) else { return Ok(false) };
        if thinking.is_some() && !self.options.modify_params {
            let reason = "to think on, the model wants the thinking_blocks that came with these calls; without them, leave \
                          thinking out or set modify_params";
            return Err(TransformError::invalid(format!("messages[{index}].thinking_blocks"), reason));
        }
        let name = if thinking.is_some() { "thinking" } else { Param::ReasoningEffort.name() };
        self.warnings.adjusted_field(name, format!("messages[{index}] has no thinking_blocks to go on from; left out"));
        Ok(true)
    }

    /// The caller's own `thinking`, fitted to its limits.
    fn given_thinking(&mut self, thinking: &'a RawJson, request: &mut Request<'a>) -> Result<(), TransformError> {
        let read: Thinking = thinking
            .read()
            .map_err(|_| TransformError::invalid("thinking", r#"expected {"type": "enabled", "budget_tokens": …}"#))?;
        match (read.kind.as_str(), read.budget_tokens) {
            ("enabled", budget) if self.spec.model.can.reasoning == Reasoning::AnthropicAdaptiveOnly => {
                let effort = effort_of(budget);
                let detail = format!("the model chooses how long it thinks; sent adaptive, with an effort of {effort}");
                self.warnings.adjusted_field("thinking", detail);
                self.adaptive(effort, request)
            }
            ("enabled", Some(budget)) => self.budget(budget, Some(thinking), request),
            ("enabled", None) => Err(TransformError::invalid(
                "thinking.budget_tokens",
                "thinking needs a budget of at least 1024 tokens",
            )),
            (kind, _) => {
                self.thinking = kind != "disabled";
                self.pass_on("thinking", Cow::Borrowed(thinking), request)
            }
        }
    }

    fn budget(
        &mut self,
        asked: u32,
        given: Option<&'a RawJson>,
        request: &mut Request<'a>,
    ) -> Result<(), TransformError> {
        let mut budget = asked;
        if budget < LEAST_BUDGET {
            self.warnings.adjusted_field(
                "thinking.budget_tokens",
                format!("{asked} is below {LEAST_BUDGET}; sent {LEAST_BUDGET}"),
            );
            budget = LEAST_BUDGET;
        }
        let limit = &mut request.inference_config.max_tokens;
        match *limit {
            // What AWS gives an answer without a limit is above the budget.
            None if budget < DEFAULT_LIMIT => {}
            None => {
                *limit = Some(budget.saturating_add(ANSWER));
                self.warnings.adjusted(Param::MaxTokens, "the limit must be above the thinking budget, so one was set");
            }
            // An effort is a wish: the caller's limit wins as far as the model's least budget allows.
            Some(max) if max <= budget && given.is_none() && max > LEAST_BUDGET => {
                budget = LEAST_BUDGET.max(max / 2);
                self.warnings.adjusted(
                    Param::ReasoningEffort,
                    format!("thinking was limited to {budget} tokens, to fit into max_tokens"),
                );
            }
            Some(max) if max <= budget => {
                let raised = budget.saturating_add(max);
                *limit = Some(raised);
                self.warnings.adjusted(
                    Param::MaxTokens,
                    format!("{max} is not above the thinking budget of {budget}; sent {raised}"),
                );
            }
            Some(_) => {}
        }
        self.thinking = true;
        match given.filter(|_| budget == asked) {
            Some(given) => self.pass_on("thinking", Cow::Borrowed(given), request),
            None => {
                let json = RawJson::from_value(&Budget { kind: "enabled", budget_tokens: budget });
                let json = json.map_err(|error| TransformError::invalid("thinking", error.to_string()))?;
                self.pass_on("thinking", Cow::Owned(json), request)
            }
        }
    }

    fn adaptive(&mut self, effort: &str, request: &mut Request<'a>) -> Result<(), TransformError> {
        let effort = if effort == "minimal" { "low" } else { effort };
        // Newer models keep their thoughts to themselves unless they are asked for them.
        self.object(
            Some("adaptive"),
            "thinking",
            |kind| format!(r#"{{"type":{kind},"display":"summarized"}}"#),
            request,
        )?;
        self.thinking = true;
        if request.additional_model_request_fields.value("output_config").is_some() {
            return Ok(());
        }
        self.object(Some(effort), "output_config", |effort| format!(r#"{{"effort":{effort}}}"#), request)
    }

    /// Claude takes no sampling parameters while it thinks.
    fn without_sampling(&mut self, request: &mut Request<'a>) {
        if request.inference_config.temperature.take().is_some() {
            self.warnings.dropped(Param::Temperature.name());
        }
        if request.inference_config.top_p.take().is_some() {
            self.warnings.dropped(Param::TopP.name());
        }
        if request.additional_model_request_fields.remove("top_k") {
            self.warnings.dropped("top_k");
        }
    }

    fn word(
        &mut self,
        word: Option<&str>,
        field: &'static str,
        request: &mut Request<'a>,
    ) -> Result<(), TransformError> {
        self.object(word, field, str::to_owned, request)
    }

    /// Writes `json(word)` under `field`; `json` gets the word as JSON.
    fn object(
        &mut self,
        word: Option<&str>,
        field: &'static str,
        json: impl FnOnce(&str) -> String,
        request: &mut Request<'a>,
    ) -> Result<(), TransformError> {
        let Some(word) = word else { return Ok(()) };
        let malformed = |error: serde_json::Error| TransformError::invalid("reasoning_effort", error.to_string());
        let word = serde_json::to_string(word).map_err(malformed)?;
        self.pass_on(field, Cow::Owned(RawJson::parse(json(&word)).map_err(malformed)?), request)
    }
}

/// The message that began the round of tool calls that is going on, if it came back without its thinking.
fn unthought(messages: &[Message]) -> Option<usize> {
    if !matches!(messages.last(), Some(Message::Tool(_))) {
        return None;
    }
    let asked = messages.iter().rposition(|message| matches!(message, Message::User(_))).map_or(0, |index| index + 1);
    let (index, first) = messages.iter().enumerate().skip(asked).find_map(|(index, message)| match message {
        Message::Assistant(message) => Some((index, message)),
        _ => None,
    })?;
    let kept = |block: &ThinkingBlock| !matches!(block, ThinkingBlock::Thinking { signature: None, .. });
    let in_content = match &first.content {
        Some(Content::Parts(parts)) => parts.iter().any(|part| matches!(part, Part::Thinking(block) if kept(block))),
        _ => false,
    };
    (!in_content && !first.thinking_blocks.iter().any(kept)).then_some(index)
}

/// The effort that a budget means, as [`budget_of`] has it; no more than what the model does unasked.
const fn effort_of(budget: Option<u32>) -> &'static str {
    match budget {
        Some(..2048) => "low",
        Some(2048..4096) => "medium",
        _ => "high",
    }
}

/// Budgets of OpenAI's efforts, in tokens: LiteLLM's, so that switching changes no bill.
fn budget_of(effort: &str) -> Result<u32, TransformError> {
    Ok(match effort {
        "minimal" | "low" => 1024,
        "medium" => 2048,
        "high" => 4096,
        "xhigh" => 8192,
        "max" => 16_384,
        _ => {
            return Err(TransformError::invalid(
                "reasoning_effort",
                "expected none, minimal, low, medium, high, xhigh or max",
            ));
        }
    })
}
