//! The OpenAI error envelope.

use serde::{Deserialize, Serialize};

/// `{"error": {…}}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The error.
    pub error: ApiError,
}

/// What went wrong, in OpenAI's words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ApiError {
    /// For people.
    pub message: String,
    /// The class, e.g. `invalid_request_error`. `type` on the wire.
    #[serde(rename = "type")]
    pub kind: String,
    /// The parameter or JSON path at fault.
    pub param: Option<String>,
    /// The exact reason, e.g. `context_length_exceeded` or AWS's error code.
    pub code: Option<String>,
}

impl ErrorBody {
    /// An error of class `kind`, e.g. `invalid_request_error`.
    #[must_use]
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        Self { error: ApiError { message: message.into(), kind: kind.into(), param: None, code: None } }
    }

    /// Names the parameter or JSON path at fault.
    #[must_use]
    pub fn param(mut self, param: impl Into<String>) -> Self {
        self.error.param = Some(param.into());
        self
    }

    /// Names the exact reason.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.error.code = Some(code.into());
        self
    }
}
