//! The answer.

use serde::{Deserialize, Serialize};

use crate::RawJson;
use crate::read::or_default;

/// Images, drawn or edited.
///
/// <https://platform.openai.com/docs/api-reference/images/object>
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[doc(alias = "ImagesResponse")]
#[non_exhaustive]
pub struct ImageResponse {
    /// When they were made, in Unix seconds.
    #[serde(default, deserialize_with = "or_default")]
    pub created: u64,
    /// The images.
    #[serde(default, deserialize_with = "or_default")]
    pub data: Vec<Image>,
    /// What OpenAI's shape has no place for, e.g. `seeds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_specific_fields: Option<RawJson>,
}

/// One image.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Image {
    /// The file in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b64_json: Option<String>,
    /// Where the file is. Bedrock sends files, never places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The prompt as the vendor rewrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revised_prompt: Option<String>,
}

impl ImageResponse {
    /// An answer without images.
    #[must_use]
    pub fn new(created: u64) -> Self {
        Self { created, ..Self::default() }
    }
}

impl Image {
    /// An image in base64.
    #[must_use]
    pub fn base64(file: impl Into<String>) -> Self {
        Self { b64_json: Some(file.into()), ..Self::default() }
    }
}
