//! What Cohere's bodies share, and the pieces of Command R's.

pub(crate) mod conversation;
pub(crate) mod tools;

use core_types::FinishReason;

use crate::{ErrorKind, TransformError, UpstreamError};

/// Cohere's word for why a model stopped. Words that are not known mean that it stopped.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-cohere-command.html>
///
/// # Errors
/// If the model failed.
pub(crate) fn finish_reason(word: &str) -> Result<FinishReason, TransformError> {
    match word {
        "ERROR" => {
            let message = "the model broke its answer off with an error of its own; try again";
            Err(UpstreamError::new(ErrorKind::ModelFailed, word, message).into())
        }
        "ERROR_LIMIT" | "MAX_TOKENS" => Ok(FinishReason::Length),
        "ERROR_TOXIC" => Ok(FinishReason::ContentFilter),
        _ => Ok(FinishReason::Stop),
    }
}
