//! What a family says of a stream.

use std::borrow::Cow;

use core_types::{Annotation, FinishReason, Usage};
use serde_json::value::RawValue;

use crate::TransformError;

/// One step of a completion, in the order in which the model produced it: the whole vocabulary that a family needs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Delta<'a> {
    /// A citation.
    Annotation(Annotation),
    /// The model stopped.
    Finish(FinishReason),
    /// Something that OpenAI's shape has no place for; kept as it is.
    Raw(&'a RawValue),
    /// More reasoning in clear.
    Reasoning(Cow<'a, str>),
    /// More reasoning that only the vendor can read, in base64.
    RedactedReasoning(Cow<'a, str>),
    /// The signature of the reasoning so far.
    Signature(Cow<'a, str>),
    /// More of the answer.
    Text(Cow<'a, str>),
    /// More of the arguments of the tool call that began at `index`.
    ToolArguments {
        /// The family's own number of the call.
        index: u32,
        /// More of the JSON text.
        json: Cow<'a, str>,
    },
    /// A tool call begins.
    ToolCall {
        /// The family's own number of the call; need not be dense.
        index: u32,
        /// Ties the result to the call.
        id: Cow<'a, str>,
        /// The tool's name as it went out.
        name: Cow<'a, str>,
    },
    /// What is known only at the end.
    Trailer(Trailer<'a>),
    /// Token counts of the whole answer.
    Usage(Usage),
}

/// What is known only at the end of a stream.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Trailer<'a> {
    /// A guardrail did no more than mask: the answer is one, whatever was said of why it ended.
    pub masked: bool,
    /// Everything that AWS said at the end, as it is.
    pub raw: Option<&'a RawValue>,
    /// The tier that served the request.
    pub service_tier: Option<&'a str>,
    /// Guardrail and prompt-router trace.
    pub trace: Option<&'a RawValue>,
}

/// Reads one native chunk. Stateless families pass a plain `fn`; stateful ones a small struct.
pub trait Decode: Send {
    /// Reads `chunk` and tells `out` what it says.
    ///
    /// # Errors
    /// If the chunk cannot be read, or the model broke its answer off.
    fn decode(&mut self, chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError>;
}

impl<F> Decode for F
where
    F: FnMut(&[u8], &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> + Send,
{
    fn decode(&mut self, chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
        self(chunk, out)
    }
}
