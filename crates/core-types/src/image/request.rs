//! The request body.

use crate::Extra;

/// `POST /v1/images/generations`. Build with [`ImageRequest::new`] and setters, or deserialize.
///
/// <https://platform.openai.com/docs/api-reference/images/create>
#[derive(Debug, Clone, Default, PartialEq)]
#[doc(alias = "CreateImageRequest")]
#[non_exhaustive]
pub struct ImageRequest {
    /// The model, with or without the `bedrock/` prefix.
    pub model: String,
    /// What to draw. Empty for edits that need no words, e.g. the removal of a background.
    pub prompt: String,
    /// `transparent`, `opaque` or `auto`.
    pub background: Option<String>,
    /// How closely an edit keeps to the image: `high` or `low`.
    pub input_fidelity: Option<String>,
    /// How strict the vendor's filter is: `low` or `auto`.
    pub moderation: Option<String>,
    /// Number of images.
    pub n: Option<u32>,
    /// How much a JPEG or WebP is compressed, in percent.
    pub output_compression: Option<u32>,
    /// `png`, `jpeg` or `webp`.
    pub output_format: Option<String>,
    /// Number of unfinished images in a stream.
    pub partial_images: Option<u32>,
    /// `standard`, `hd`, `low`, `medium`, `high` or `auto`.
    pub quality: Option<String>,
    /// `b64_json` or `url`.
    pub response_format: Option<String>,
    /// Seed for sampling. OpenAI has none, Bedrock's models do.
    pub seed: Option<i64>,
    /// Width and height in pixels, e.g. `1024x1024`, or `auto`.
    pub size: Option<String>,
    /// Whether to stream.
    pub stream: Option<bool>,
    /// `vivid` or `natural`.
    pub style: Option<String>,
    /// Identifier of the end user.
    pub user: Option<String>,
    /// Parameters outside the OpenAI schema, sent to the model as they are.
    pub extra: Extra,
}
