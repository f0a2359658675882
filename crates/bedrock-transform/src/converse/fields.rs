//! Parameters outside OpenAI's schema: Bedrock's own members go where AWS reads them, all others to the model.

use std::borrow::Cow;

use core_types::{Extra, Param, RawJson};

use crate::converse::Mapper;
use crate::converse::wire::{OutputConfig, Request};
use crate::family::{Reasoning, TopK};
use crate::input::ChatInput;
use crate::{Delivery, TransformError};

impl<'a> Mapper<'a, '_> {
    /// Writes what is not part of OpenAI's schema.
    pub(super) fn fields(&mut self, input: &ChatInput<'a>, request: &mut Request<'a>) -> Result<(), TransformError> {
        for (name, value) in &input.extra {
            if !value.is_null() {
                self.field(name, Cow::Borrowed(value), Some(value), request)?;
            }
        }
        for (name, value) in &input.insisted {
            self.pass_on(*name, Cow::Owned(value.clone()), request)?;
        }
        self.service_tier(input, request)
    }

    /// One member; `borrowed` is it where it lives as long as the request.
    fn field(
        &mut self,
        name: &'a str,
        value: Cow<'a, RawJson>,
        borrowed: Option<&'a RawJson>,
        request: &mut Request<'a>,
    ) -> Result<(), TransformError> {
        match (name, borrowed) {
            ("guardrailConfig", Some(raw)) => request.guardrail_config = Some(self.guardrail(raw)?),
            ("performanceConfig", Some(raw)) => request.performance_config = Some(raw),
            ("promptVariables", Some(raw)) => request.prompt_variables = Some(raw),
            ("additionalModelResponseFieldPaths", Some(raw)) => {
                request.additional_model_response_field_paths = Some(raw)
            }
            ("outputConfig", Some(raw)) => request.output_config = Some(OutputConfig::Raw(raw)),
            ("requestMetadata", Some(raw)) => {
                check_metadata(raw)?;
                request.request_metadata = Some(raw).filter(|raw| !raw.is_empty_object());
            }
            ("serviceTier", Some(raw)) => request.service_tier = Some(Cow::Borrowed(raw)),
            ("additionalModelRequestFields" | "extra_body", _) => return self.merge(name, &value, request),
            ("maxTokens" | "stopSequences" | "topP", _) => return self.alias(name, &value, request),
            ("top_k", _) => return self.top_k(value, request),
            // These ask for reasoning; that is written when all other fields are known.
            ("thinking" | "output_config", _) if self.reads_thinking() => {}
            ("thinking", _) => return self.refuse_or_drop("thinking"),
            _ => return self.pass_on(name, value, request),
        }
        Ok(())
    }

    /// Only streams have a mode of processing them.
    fn guardrail(&mut self, config: &'a RawJson) -> Result<Cow<'a, RawJson>, TransformError> {
        const AT: &str = "guardrailConfig";
        const MODE: &str = "streamProcessingMode";
        if self.input.delivery == Delivery::Stream || !config.as_str().contains(MODE) {
            return Ok(Cow::Borrowed(config));
        }
        let mut fields: Extra =
            config.read().map_err(|_| TransformError::invalid(AT, "expected an object without a key twice"))?;
        if fields.remove(MODE).is_some() {
            self.warnings.dropped("guardrailConfig.streamProcessingMode");
        }
        let fields = RawJson::from_value(&fields).map_err(|error| TransformError::invalid(AT, error.to_string()))?;
        Ok(Cow::Owned(fields))
    }

    pub(super) fn pass_on(
        &mut self,
        name: impl Into<Cow<'a, str>>,
        value: Cow<'a, RawJson>,
        request: &mut Request<'a>,
    ) -> Result<(), TransformError> {
        let name = name.into();
        if request.additional_model_request_fields.insert(name.clone(), value) {
            return Ok(());
        }
        Err(TransformError::invalid(name, "this field is named twice"))
    }

    /// The members of `additionalModelRequestFields` and `extra_body` stand beside the other fields.
    fn merge(&mut self, at: &str, object: &RawJson, request: &mut Request<'a>) -> Result<(), TransformError> {
        let fields: Extra =
            object.read().map_err(|_| TransformError::invalid(at, "expected an object without a key twice"))?;
        for (name, value) in fields.iter() {
            if !request.additional_model_request_fields.insert(name.to_owned(), Cow::Owned(value.clone())) {
                return Err(TransformError::invalid(format!("{at}.{name}"), "this field is named twice"));
            }
        }
        Ok(())
    }

    /// Bedrock's own names of OpenAI's parameters.
    fn alias(&mut self, name: &str, value: &RawJson, request: &mut Request<'a>) -> Result<(), TransformError> {
        let config = &mut request.inference_config;
        let wrong = |_| TransformError::invalid(name, "not a value of the parameter that Bedrock calls so");
        let (param, replaced) = match name {
            "maxTokens" => (Param::MaxTokens, config.max_tokens.replace(value.read().map_err(wrong)?).is_some()),
            "topP" => (Param::TopP, config.top_p.replace(value.read().map_err(wrong)?).is_some()),
            _ => {
                let sequences: Vec<String> = value.read().map_err(wrong)?;
                let replaced = !config.stop_sequences.is_empty();
                config.stop_sequences = sequences.into_iter().map(Cow::Owned).collect();
                (Param::Stop, replaced)
            }
        };
        if replaced {
            self.warnings.adjusted(param, format!("`{name}` stands for the same parameter and replaced it"));
        }
        Ok(())
    }

    fn top_k(&mut self, value: Cow<'a, RawJson>, request: &mut Request<'a>) -> Result<(), TransformError> {
        match self.spec.model.can.top_k {
            TopK::PassThrough => self.pass_on("top_k", value, request),
            TopK::Nova => {
                let nested = format!(r#"{{"topK":{}}}"#, value.as_str());
                let nested =
                    RawJson::parse(nested).map_err(|error| TransformError::invalid("top_k", error.to_string()))?;
                self.pass_on("inferenceConfig", Cow::Owned(nested), request)
            }
            TopK::Unsupported => self.refuse_or_drop("top_k"),
        }
    }

    /// Always the likeliest token, where tools are given, the caller wants that and says nothing of sampling himself.
    pub(super) fn greedy(&mut self, input: &ChatInput<'a>, request: &mut Request<'a>) -> Result<(), TransformError> {
        const OWN: &str = "inferenceConfig";
        let config = &mut request.inference_config;
        let thinks = input.reasoning_effort.is_some_and(|effort| effort != "none");
        let open = config.temperature.is_none() && config.top_p.is_none() && !thinks;
        let wanted = self.options.greedy_tools && self.spec.model.can.greedy_tools && !input.tools.is_empty();
        if !wanted || !open || request.additional_model_request_fields.value(OWN).is_some() {
            return Ok(());
        }
        (config.temperature, config.top_p) = (Some(0.0), Some(1.0));
        self.warnings.adjusted(Param::Temperature, "greedy_tools: sent temperature 0, top_p 1 and top_k 1");
        let top_k = RawJson::parse(r#"{"topK":1}"#).map_err(|error| TransformError::invalid(OWN, error.to_string()))?;
        self.pass_on(OWN, Cow::Owned(top_k), request)
    }

    fn service_tier(&mut self, input: &ChatInput<'a>, request: &mut Request<'a>) -> Result<(), TransformError> {
        let Some(tier) = input.service_tier else { return Ok(()) };
        let kind = match tier {
            "auto" | "default" => "default",
            "flex" | "priority" | "reserved" => tier,
            _ => {
                self.warnings.dropped(Param::ServiceTier.name());
                return Ok(());
            }
        };
        if request.service_tier.is_some() {
            self.warnings.adjusted(Param::ServiceTier, "`serviceTier` stands for the same parameter and replaced it");
            return Ok(());
        }
        let tier = RawJson::parse(format!(r#"{{"type":"{kind}"}}"#));
        request.service_tier =
            Some(Cow::Owned(tier.map_err(|error| TransformError::invalid("service_tier", error.to_string()))?));
        Ok(())
    }

    /// `false` is a field of some of Anthropic's models; `true` is what every model does.
    pub(super) fn parallel_tool_calls(
        &mut self,
        input: &ChatInput<'a>,
        request: &mut Request<'a>,
    ) -> Result<(), TransformError> {
        let can = self.spec.model.can;
        // Without tools in the request it says nothing; for a model without tools it says what the model cannot do.
        if input.parallel_tool_calls != Some(false) || (can.tools && request.tool_config.is_none()) {
            return Ok(());
        }
        if !can.parallel_tool_switch {
            self.warnings.dropped(Param::ParallelToolCalls.name());
            return Ok(());
        }
        // Claude wants the type of the choice beside the switch, unless Converse's own toolChoice says it.
        let chosen = request.tool_config.as_ref().is_some_and(|config| config.tool_choice.is_some());
        let json = if chosen {
            r#"{"disable_parallel_tool_use":true}"#
        } else {
            r#"{"type":"auto","disable_parallel_tool_use":true}"#
        };
        let json =
            RawJson::parse(json).map_err(|error| TransformError::invalid("parallel_tool_calls", error.to_string()))?;
        self.pass_on("tool_choice", Cow::Owned(json), request)
    }

    const fn reads_thinking(&self) -> bool {
        matches!(
            self.spec.model.can.reasoning,
            Reasoning::AnthropicAdaptive
                | Reasoning::AnthropicAdaptiveOnly
                | Reasoning::AnthropicBudget
                | Reasoning::Unknown
        )
    }
}

/// Limits of `requestMetadata`.
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>
fn check_metadata(raw: &RawJson) -> Result<(), TransformError> {
    const AT: &str = "requestMetadata";
    let legal = |text: &str| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || ":_@$#=/+,-.".contains(c))
    };
    let fields: Extra = raw.read().map_err(|_| TransformError::invalid(AT, "expected an object of strings"))?;
    if fields.iter().count() > 16 {
        return Err(TransformError::invalid(AT, "at most 16 pairs are allowed"));
    }
    for (name, value) in fields.iter() {
        let at = || format!("{AT}.{name}");
        let value: String = value.read().map_err(|_| TransformError::invalid(at(), "expected a string"))?;
        if name.is_empty() || name.chars().count() > 256 || value.chars().count() > 256 {
            return Err(TransformError::invalid(at(), "names have 1 to 256 characters, values at most 256"));
        }
        if !legal(name) || !legal(&value) {
            return Err(TransformError::invalid(at(), "only letters, digits, white space and :_@$#=/+,-. are allowed"));
        }
    }
    Ok(())
}
