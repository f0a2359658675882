//! Deltas to chunks, under laws: the role comes first and once; nothing follows the finish; tool indexes are dense from
//! 0; every tool call has arguments; the usage comes last, and only if it was asked for.

use std::sync::Arc;

use core_types::{FinishReason, RawJson, Usage};

use crate::TransformError;
use crate::call::no_answer;
use crate::converse::response::object;
use crate::native::added::{Added, METRICS};
use crate::native::kept::rest;
use crate::stream::delta::Delta;
use crate::stream::step::{Piece, Step, StreamHead, Tail};
use crate::tool_names::ToolNames;

#[derive(Debug)]
pub(crate) struct Assembler {
    head: StreamHead,
    names: ToolNames,
    role_sent: bool,
    calls: Vec<Call>,
    finish: Option<FinishReason>,
    /// Whether a guardrail of a native call replaced some of the answer.
    intervened: bool,
    /// Whether that was a mask.
    masked: bool,
    usage: Option<Usage>,
    /// How long a native call took.
    metrics: Option<RawJson>,
    tail: Tail,
}

/// A tool call of the stream.
#[derive(Debug)]
struct Call {
    /// The family's own number.
    source: u32,
    /// Its place among the calls that the caller sees; `None` for the tool that stands for a JSON schema.
    index: Option<u32>,
    has_arguments: bool,
}

impl Assembler {
    pub(crate) const fn new(head: StreamHead, names: ToolNames, usage: Option<Usage>) -> Self {
        let tail = Tail { service_tier: None, trace: None, raw: None };
        Self {
            head,
            names,
            role_sent: false,
            calls: Vec::new(),
            finish: None,
            intervened: false,
            masked: false,
            usage,
            metrics: None,
            tail,
        }
    }

    pub(crate) fn push(&mut self, delta: Delta<'_>, out: &mut dyn FnMut(Step<'_>)) -> Result<(), TransformError> {
        match delta {
            Delta::Usage(usage) => self.usage = Some(usage),
            Delta::Trailer(trailer) => {
                self.tail.service_tier = trailer.service_tier.map(Arc::from);
                self.tail.trace = trailer.trace.map(RawJson::from);
                self.tail.raw = trailer.raw.map(RawJson::from);
                if trailer.masked {
                    let called = if self.calls.is_empty() { FinishReason::Stop } else { FinishReason::ToolCalls };
                    self.finish = self.finish.map(|_| self.seen_reason(called));
                }
            }
            _ if self.finish.is_some() => {
                return Err(TransformError::stream("content after the model said that it stopped"));
            }
            Delta::Finish(reason) => {
                self.close_calls(out);
                self.finish = Some(self.seen_reason(reason));
            }
            Delta::Text(text) if text.is_empty() => {}
            Delta::Text(text) => self.emit(Piece::Text(&text), out),
            Delta::Reasoning(text) if text.is_empty() => {}
            Delta::Reasoning(text) => self.emit(Piece::Reasoning(&text), out),
            Delta::RedactedReasoning(data) => self.emit(Piece::RedactedReasoning(&data), out),
            Delta::Signature(signature) => self.emit(Piece::Signature(&signature), out),
            Delta::Annotation(annotation) => self.emit(Piece::Annotation(&annotation), out),
            Delta::Raw(raw) => self.emit(Piece::Raw(raw), out),
            Delta::ToolCall { index, id, name } => {
                self.close_calls(out);
                if self.names.is_json_tool(&name) {
                    self.calls.push(Call { source: index, index: None, has_arguments: false });
                    return Ok(());
                }
                let place =
                    u32::try_from(self.calls.iter().filter(|call| call.index.is_some()).count()).unwrap_or(u32::MAX);
                self.calls.push(Call { source: index, index: Some(place), has_arguments: false });
                let names = std::mem::take(&mut self.names);
                self.emit(Piece::ToolCall { index: place, id: &id, name: names.restore(&name) }, out);
                self.names = names;
            }
            Delta::ToolArguments { json, .. } if json.is_empty() => {}
            Delta::ToolArguments { index, json } => {
                let Some(call) = self.calls.iter_mut().rev().find(|call| call.source == index) else {
                    return Err(TransformError::stream("arguments of a tool call that did not begin"));
                };
                call.has_arguments = true;
                let piece = match call.index {
                    Some(index) => Piece::ToolArguments { index, json: &json },
                    None => Piece::Text(&json),
                };
                self.emit(piece, out);
            }
        }
        Ok(())
    }

    /// Sends what belongs at the end.
    pub(crate) fn finish(&mut self, out: &mut dyn FnMut(Step<'_>)) -> Result<(), TransformError> {
        let blocked = self.intervened && (!self.masked || self.finish.is_none());
        let reason = if blocked { Some(FinishReason::ContentFilter) } else { self.finish };
        let Some(reason) = reason else {
            return Err(TransformError::stream("the connection was cut before the model said why it stopped"));
        };
        let nothing = !self.role_sent && self.calls.is_empty() && reason == FinishReason::Stop;
        if nothing && self.usage.is_some_and(|usage| usage.completion_tokens == 0) {
            return Err(no_answer().into());
        }
        // Where a guardrail stopped a native call there may be nothing to count, and no count is sent.
        if self.head.include_usage && self.usage.is_none() && !self.intervened {
            return Err(TransformError::stream("the connection was cut before the usage that was asked for"));
        }
        let mut tail = std::mem::take(&mut self.tail);
        if let Some(metrics) = self.metrics.take() {
            tail.raw = with_metrics(tail.raw.as_ref(), &metrics).or(tail.raw);
        }
        let head = &self.head;
        let role = !std::mem::replace(&mut self.role_sent, true);
        let last = head.include_usage.then_some(self.usage.as_ref()).flatten();
        let finish = Step { head, role, piece: Piece::Finish(reason), tail: last.is_none().then_some(&tail) };
        out(finish);
        if let Some(usage) = last {
            out(Step { head, role: false, piece: Piece::Usage(usage), tail: Some(&tail) });
        }
        Ok(())
    }

    /// Takes what Bedrock adds to a native chunk. The family's own counts are the better ones.
    pub(crate) fn add(&mut self, added: &Added<'_>) {
        self.usage = self.usage.or_else(|| added.usage());
        self.intervened |= added.intervened();
        self.masked |= added.only_masked();
        self.metrics = added.metrics().or_else(|| self.metrics.take());
        if let Some(trace) = added.trace() {
            self.tail.trace = Some(trace);
        }
    }

    /// The usage of the whole answer, once it is known: also where the caller did not ask for it.
    pub(crate) const fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }

    fn emit(&mut self, piece: Piece<'_>, out: &mut dyn FnMut(Step<'_>)) {
        let role = !std::mem::replace(&mut self.role_sent, true);
        out(Step { head: &self.head, role, piece, tail: None });
    }

    /// Gives the calls that came without arguments the empty object: `""` is no JSON.
    fn close_calls(&mut self, out: &mut dyn FnMut(Step<'_>)) {
        for place in 0..self.calls.len() {
            let call = &mut self.calls[place];
            if !std::mem::replace(&mut call.has_arguments, true) {
                let piece = match call.index {
                    Some(index) => Piece::ToolArguments { index, json: "{}" },
                    None => Piece::Text("{}"),
                };
                self.emit(piece, out);
            }
        }
    }

    /// A call of the tool that stands for a JSON schema is an answer, not a tool call.
    fn seen_reason(&self, reason: FinishReason) -> FinishReason {
        let only_json = !self.calls.is_empty() && self.calls.iter().all(|call| call.index.is_none());
        if reason == FinishReason::ToolCalls && only_json { FinishReason::Stop } else { reason }
    }
}

/// What AWS said at the end, and how long it took.
fn with_metrics(raw: Option<&RawJson>, metrics: &RawJson) -> Option<RawJson> {
    let rest = raw.map_or_else(Vec::new, |raw| rest(raw.as_str().as_bytes(), &[]));
    let metrics = metrics.read::<&serde_json::value::RawValue>().ok()?;
    object(rest.iter().map(|(name, value)| (name.as_ref(), *value)).chain([(METRICS, metrics)]))
}
