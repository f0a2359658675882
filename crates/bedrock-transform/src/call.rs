//! One chat call: everything needed to send it, and to read its answer.

use std::sync::Arc;

use core_types::{ChatRequest, ChatResponse, Choice, FinishReason, ResponseMessage};

use crate::controls::Controls;
use crate::converse;
use crate::converse::event::ConverseDecoder;
use crate::family::{Completion, Family};
use crate::input::ChatInput;
use crate::native;
use crate::native::added::Added;
use crate::stream::assembler::Assembler;
use crate::stream::decoder::{ChatDecoder, Source};
use crate::stream::delta::Delta;
use crate::stream::step::{Step, StreamHead};
use crate::tool_names::{ToolNames, has_tool_messages};
use crate::{
    Delivery, ErrorKind, ModelSpec, Options, Outgoing, ResponseMeta, Route, Target, TransformError, UpstreamError,
    Warning, Warnings, drop_paths,
};

/// Everything needed to send one chat call and to read its answer. A value: inspect it, snapshot it, send it.
#[derive(Debug)]
#[non_exhaustive]
pub struct ChatCall {
    /// How the model is called.
    pub route: Route,
    /// What goes out: operation, target, region, headers, body.
    pub outgoing: Outgoing,
    /// Whether tools are spoken of: some models stream everything else.
    pub has_tools: bool,
    /// What was left out, changed or rewritten.
    pub warnings: Vec<Warning>,
    /// How to read the answer.
    pub reply: ChatReply,
}

impl ChatCall {
    /// The same call for a whole answer, to be told as a stream: for a model that turns out not to stream this.
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.outgoing.operation = self.route.operation(Delivery::Whole);
        let mut warnings = Warnings::default();
        warnings.rewritten("stream", NOT_STREAMED);
        self.warnings.extend(warnings.into_vec());
        self
    }

    /// The same call by way of an inference profile, for a model that nothing else serves.
    #[must_use]
    pub fn through(mut self, profile: impl Into<String>) -> Self {
        let profile = profile.into();
        let mut warnings = Warnings::default();
        warnings.rewritten("model", format!("AWS serves it through inference profiles only; sent to `{profile}`"));
        self.warnings.extend(warnings.into_vec());
        self.outgoing.target = Target::new(profile);
        self
    }
}

const NOT_STREAMED: &str = "the model does not stream this; its whole answer comes as one stream";

/// Maps a chat request for the model that `spec` describes.
///
/// # Errors
/// If the request is wrong, or the model cannot take it. Nothing of it is lost silently.
pub fn chat(request: &ChatRequest, spec: &ModelSpec, options: &Options) -> Result<ChatCall, TransformError> {
    let controls = Controls::read(&request.extra, options)?;
    let mut warnings = Warnings::default();
    let request = &*drop_paths::without(request, &controls.options.additional_drop_params, &mut warnings)?;
    let family = spec.family;
    if !family.converses() {
        return Err(TransformError::wrong_model(&request.model, "chat"));
    }
    let codec = match spec.route {
        Route::Converse => None,
        Route::Invoke => {
            Some(family.chat.as_ref().ok_or_else(|| TransformError::unsupported_capability(family.name, "chat"))?)
        }
    };
    let supported = codec.map_or_else(
        || converse::params(&spec.model.can),
        |codec| native::params(codec, request).minus(converse::lacking(&spec.model.can)),
    );
    let mut headers = controls.headers.clone();
    let unfolded;
    let mut input = ChatInput::admit(request, supported, spec, &controls, &mut warnings)?;
    let can = spec.model.can;
    let streamable = can.stream && (can.tools_stream || input.tools.is_empty());
    let asked = if request.stream == Some(true) { Delivery::Stream } else { Delivery::Whole };
    let wants_stream = options.delivery.unwrap_or(asked) == Delivery::Stream;
    let delivery = if wants_stream && streamable { Delivery::Stream } else { Delivery::Whole };
    input.delivery = delivery;
    let body = match codec {
        None => converse::request(&input, spec, &mut warnings)?,
        Some(codec) => {
            unfolded = native::unfold(&mut input.extra, std::mem::take(&mut input.insisted))?;
            input.extra.extend(unfolded.iter().map(|(name, value)| (name.as_str(), value)));
            converse::refuse_converse_only(&input)?;
            native::parallel_tool_calls(&mut input, codec, &mut warnings);
            native::json_object(&mut input, codec, &mut warnings);
            headers.extend(native::headers::take(&mut input.extra)?);
            headers.extend(input.service_tier.take().map(native::headers::service_tier));
            native::temperature(&mut input, codec, &mut warnings);
            (codec.request)(&input, spec, &mut warnings)?
        }
    };
    if wants_stream && !streamable {
        warnings.rewritten("stream", NOT_STREAMED);
    }
    let mut outgoing = controls.outgoing(spec, spec.route.operation(delivery), body)?;
    outgoing.headers = headers;
    let include_usage = request.stream_options.as_ref().and_then(|options| options.include_usage).unwrap_or(false);
    Ok(ChatCall {
        route: spec.route,
        outgoing,
        has_tools: !input.tools.is_empty() || input.json_tool().is_some() || has_tool_messages(input.messages),
        warnings: warnings.into_vec(),
        reply: ChatReply {
            model: request.model.as_str().into(),
            route: spec.route,
            family,
            names: input.names,
            include_usage,
            gross_stream_input: can.gross_stream_input,
        },
    })
}

fn says_nothing(message: &ResponseMessage) -> bool {
    let mut message = message.clone();
    message.content = message.content.filter(|text| !text.is_empty());
    message.reasoning_content = message.reasoning_content.filter(|text| !text.is_empty());
    message == ResponseMessage::default()
}

/// The model stopped without a word and without a token: it happens, and asking again helps.
pub(crate) fn no_answer() -> UpstreamError {
    UpstreamError::new(ErrorKind::ModelFailed, "EmptyAnswer", "the model ended its answer before it began; try again")
}

/// How to read the answer to one call. Holds what the request decided: tool names, JSON mode, stream options.
#[derive(Debug, Clone)]
pub struct ChatReply {
    model: Arc<str>,
    route: Route,
    family: &'static Family,
    names: ToolNames,
    include_usage: bool,
    gross_stream_input: bool,
}

impl ChatReply {
    /// Reads a whole answer.
    ///
    /// # Errors
    /// If it cannot be read, or the model broke it off.
    pub fn read(&self, body: &[u8], meta: &ResponseMeta) -> Result<ChatResponse, TransformError> {
        let mut completion = self.completion(body, meta)?;
        self.restore(&mut completion);
        let Completion { message, finish_reason, usage, service_tier, trace, provider_specific_fields } = completion;
        let mut response = ChatResponse::new(meta.id.as_ref(), meta.created, self.model.as_ref());
        response.choices.push(Choice::new(0, message, finish_reason));
        response.usage = usage.or(meta.usage);
        response.service_tier = service_tier;
        response.trace = trace;
        response.provider_specific_fields = provider_specific_fields;
        Ok(response)
    }

    /// Reads a stream.
    #[must_use]
    pub fn decoder(&self, meta: &ResponseMeta) -> ChatDecoder {
        let source = match (self.route, &self.family.chat) {
            (Route::Invoke, Some(codec)) => {
                Source::Invoke { family: self.family.name, decoder: (codec.decoder)(), buffer: Vec::new() }
            }
            _ => Source::Converse(ConverseDecoder::new(self.gross_stream_input)),
        };
        ChatDecoder::new(source, self.assembler(meta))
    }

    /// Reads a whole answer as a stream, for callers who asked for one where the model has none.
    ///
    /// # Errors
    /// As [`ChatReply::read`].
    pub fn replay(
        &self,
        body: &[u8],
        meta: &ResponseMeta,
        out: &mut dyn FnMut(Step<'_>),
    ) -> Result<(), TransformError> {
        let Completion { message, finish_reason, usage, service_tier, trace, provider_specific_fields } =
            self.completion(body, meta)?;
        let mut assembler = self.assembler(meta);
        let mut push = |delta: Delta<'_>| assembler.push(delta, out);
        for block in &message.thinking_blocks {
            match block {
                core_types::ThinkingBlock::Thinking { thinking, signature } => {
                    push(Delta::Reasoning(thinking.into()))?;
                    if let Some(signature) = signature {
                        push(Delta::Signature(signature.into()))?;
                    }
                }
                core_types::ThinkingBlock::Redacted { data } => push(Delta::RedactedReasoning(data.into()))?,
                _ => {}
            }
        }
        if let Some(text) = &message.content {
            push(Delta::Text(text.into()))?;
        }
        for annotation in message.annotations {
            push(Delta::Annotation(annotation))?;
        }
        if let Some(raw) = message.provider_specific_fields.as_ref().and_then(|raw| raw.read().ok()) {
            push(Delta::Raw(raw))?;
        }
        for (index, call) in (0..).zip(&message.tool_calls) {
            push(Delta::ToolCall { index, id: (&call.id).into(), name: (&call.function.name).into() })?;
            push(Delta::ToolArguments { index, json: (&call.function.arguments).into() })?;
        }
        push(Delta::Finish(finish_reason))?;
        if let Some(usage) = usage.or(meta.usage) {
            push(Delta::Usage(usage))?;
        }
        push(Delta::Trailer(crate::stream::delta::Trailer {
            masked: false,
            raw: provider_specific_fields.as_ref().and_then(|raw| raw.read().ok()),
            service_tier: service_tier.as_deref(),
            trace: trace.as_ref().and_then(|raw| raw.read().ok()),
        }))?;
        assembler.finish(out)
    }

    fn completion(&self, body: &[u8], meta: &ResponseMeta) -> Result<Completion, TransformError> {
        let completion = self.completion_of(body, meta)?;
        let usage = completion.usage.or(meta.usage);
        let ended = completion.finish_reason == FinishReason::Stop && usage.is_some_and(|u| u.completion_tokens == 0);
        if ended && says_nothing(&completion.message) {
            return Err(no_answer().into());
        }
        Ok(completion)
    }

    fn completion_of(&self, body: &[u8], meta: &ResponseMeta) -> Result<Completion, TransformError> {
        match (self.route, &self.family.chat) {
            (Route::Invoke, Some(codec)) => {
                let mut completion = (codec.response)(body)?;
                let guardrail = Added::read(body);
                if guardrail.intervened() {
                    if !guardrail.only_masked() {
                        completion.finish_reason = FinishReason::ContentFilter;
                    }
                    // The body counts the guardrail's words; the headers, what the model was given.
                    completion.usage = meta.usage.or(completion.usage);
                }
                completion.trace = guardrail.trace().or(completion.trace);
                Ok(completion)
            }
            _ => converse::response::read(body),
        }
    }

    fn assembler(&self, meta: &ResponseMeta) -> Assembler {
        let head = StreamHead {
            id: Arc::clone(&meta.id),
            created: meta.created,
            model: Arc::clone(&self.model),
            include_usage: self.include_usage,
        };
        Assembler::new(head, self.names.clone(), meta.usage)
    }

    /// Gives the caller's own tool names back, and the JSON tool's arguments as the answer.
    fn restore(&self, completion: &mut Completion) {
        let message = &mut completion.message;
        let mut json = String::new();
        message.tool_calls.retain_mut(|call| {
            if self.names.is_json_tool(&call.function.name) {
                json.push_str(&call.function.arguments);
                return false;
            }
            let restored = self.names.restore(&call.function.name);
            if restored != call.function.name {
                call.function.name = restored.to_owned();
            }
            true
        });
        if json.is_empty() {
            return;
        }
        message.content.get_or_insert_default().push_str(&json);
        if message.tool_calls.is_empty() && completion.finish_reason == FinishReason::ToolCalls {
            completion.finish_reason = FinishReason::Stop;
        }
    }
}
