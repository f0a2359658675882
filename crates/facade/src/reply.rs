//! An answer with what was changed on the way to it.

use bedrock_transform::Warning;

/// An answer, with what was changed on the way to it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reply<T> {
    /// The answer.
    pub value: T,
    /// What was left out of the request, changed or rewritten.
    pub warnings: Vec<Warning>,
    /// AWS's request id.
    pub request_id: Option<String>,
}
