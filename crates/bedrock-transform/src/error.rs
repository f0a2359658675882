//! What can go wrong between OpenAI's shapes and Bedrock's.

use std::borrow::Cow;

use core_types::Param;

use crate::UpstreamError;

/// Why a value could not be mapped. The variant says who must act.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransformError {
    /// The model name cannot name a Bedrock model.
    #[error("`{name}` is not a Bedrock model id: {reason}")]
    #[non_exhaustive]
    InvalidModelId {
        /// The name as given.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The caller's request is wrong.
    #[error("{at}: {reason}")]
    #[non_exhaustive]
    InvalidRequest {
        /// JSON path of the value at fault, e.g. `messages[0].content[1].image_url.url`.
        at: String,
        /// What to change.
        reason: Cow<'static, str>,
    },
    /// The family has no native body for this.
    #[error("{family} has no native {capability} body; use the Converse route")]
    #[non_exhaustive]
    UnsupportedCapability {
        /// Name of the family.
        family: &'static str,
        /// What was asked for, e.g. `chat`.
        capability: &'static str,
    },
    /// The model cannot take this content.
    #[error("{at}: {family} does not take {what}")]
    #[non_exhaustive]
    UnsupportedContent {
        /// JSON path of the content.
        at: String,
        /// The kind of content, e.g. `images`.
        what: Cow<'static, str>,
        /// Name of the family.
        family: &'static str,
    },
    /// The model does not have this parameter, and the caller did not ask to drop it.
    #[error("{family} does not support `{param}`; to leave it out with a warning, set `drop_params`")]
    #[non_exhaustive]
    UnsupportedParam {
        /// OpenAI's name of the parameter.
        param: Cow<'static, str>,
        /// Name of the family.
        family: &'static str,
    },
    /// The model is not one that does this, as far as the catalog knows.
    #[error(
        "`{model}` is not known as a model for {capability}; for an ARN, set `model` to its base model and `model_id` to \
         the ARN"
    )]
    #[non_exhaustive]
    WrongModel {
        /// The model as the caller named it.
        model: String,
        /// What was asked for, e.g. `embeddings`.
        capability: &'static str,
    },
    /// Bedrock's answer could not be read.
    #[error("{family} answered an unreadable body: {source}")]
    #[non_exhaustive]
    MalformedResponse {
        /// Name of the family.
        family: &'static str,
        /// What the reader says.
        #[source]
        source: serde_json::Error,
    },
    /// The stream broke its own rules, e.g. it ended before the model said why it stopped.
    #[error("stream: {0}")]
    StreamProtocol(Cow<'static, str>),
    /// AWS reported an error inside a stream.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

impl TransformError {
    /// The caller's request is wrong at `at`.
    pub fn invalid(at: impl Into<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidRequest { at: at.into(), reason: reason.into() }
    }

    /// Bedrock's answer could not be read.
    #[must_use]
    pub const fn malformed(family: &'static str, source: serde_json::Error) -> Self {
        Self::MalformedResponse { family, source }
    }

    /// The model name cannot name a Bedrock model.
    pub fn model_id(name: impl Into<String>, reason: &'static str) -> Self {
        Self::InvalidModelId { name: name.into(), reason }
    }

    /// The family has no native body for `capability`.
    #[must_use]
    pub const fn unsupported_capability(family: &'static str, capability: &'static str) -> Self {
        Self::UnsupportedCapability { family, capability }
    }

    /// The model cannot take `what` at `at`.
    pub fn unsupported_content(
        at: impl Into<String>,
        what: impl Into<Cow<'static, str>>,
        family: &'static str,
    ) -> Self {
        Self::UnsupportedContent { at: at.into(), what: what.into(), family }
    }

    /// The model does not have `param`.
    #[must_use]
    pub const fn unsupported_param(param: Param, family: &'static str) -> Self {
        Self::UnsupportedParam { param: Cow::Borrowed(param.name()), family }
    }

    /// The model is not one for `capability`.
    pub fn wrong_model(model: impl Into<String>, capability: &'static str) -> Self {
        Self::WrongModel { model: model.into(), capability }
    }

    /// The stream broke its own rules.
    pub fn stream(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::StreamProtocol(reason.into())
    }
}
