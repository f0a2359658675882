//! The content of a message: a string or a list of parts.

use crate::{Extra, RawJson, ThinkingBlock};

/// The content of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Plain text.
    Text(String),
    /// A list of parts.
    Parts(Vec<Part>),
}

/// One part of a message's content.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Part {
    /// A document in Anthropic's shape. `type: document`.
    Document(Document),
    /// A file by content, id or URI. `type: file`.
    File(File),
    /// Text that a guardrail shall look at. `type: guarded_text`.
    GuardedText(GuardedText),
    /// An image, or a document or video by data URL or URI. `type: image_url`.
    ImageUrl(ImageUrl),
    /// Sound. `type: input_audio`.
    InputAudio(Audio),
    /// A part of a type that OpenAI's schema does not have, with all its fields but `type`.
    Other {
        /// The value of `type`, or empty if there is none.
        kind: String,
        /// The other fields, in the caller's order.
        fields: Extra,
    },
    /// The model's refusal. `type: refusal`.
    Refusal {
        /// The text.
        refusal: String,
    },
    /// Text. `type: text`.
    Text(TextPart),
    /// Reasoning in an assistant message. `type: thinking` or `redacted_thinking`.
    Thinking(ThinkingBlock),
    /// A video. `type: video_url`.
    VideoUrl(VideoUrl),
}

/// Text in a part.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct TextPart {
    /// The text.
    pub text: String,
    /// Asks for a cache breakpoint after this part.
    pub cache_control: Option<CacheControl>,
}

/// Text that a guardrail shall look at.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct GuardedText {
    /// The text.
    pub text: String,
    /// What the text is to the guardrail: `grounding_source`, `query` or `guard_content`. None is all text to be guarded.
    pub qualifiers: Vec<String>,
    /// Asks for a cache breakpoint after this part.
    pub cache_control: Option<CacheControl>,
}

/// An image; on the wire `image_url` is an object or the URL itself.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ImageUrl {
    /// `data:`, `https:` or `s3:` URL.
    pub url: String,
    /// `low`, `high` or `auto`.
    pub detail: Option<String>,
    /// Media type that wins over the URL's own.
    pub format: Option<String>,
    /// Number of the AWS account whose bucket an `s3:` URL names, if it is not the caller's.
    pub bucket_owner: Option<String>,
    /// Asks for a cache breakpoint after this part.
    pub cache_control: Option<CacheControl>,
}

/// A video; on the wire `video_url` is an object or the URL itself.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct VideoUrl {
    /// `data:`, `https:` or `s3:` URL.
    pub url: String,
    /// Media type that wins over the URL's own.
    pub format: Option<String>,
    /// Number of the AWS account whose bucket an `s3:` URL names, if it is not the caller's.
    pub bucket_owner: Option<String>,
    /// Asks for a cache breakpoint after this part.
    pub cache_control: Option<CacheControl>,
}

/// Sound, in base64.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Audio {
    /// The sound, in base64.
    pub data: String,
    /// `wav`, `mp3`, …
    pub format: String,
    /// Asks for a cache breakpoint after this part.
    pub cache_control: Option<CacheControl>,
}

/// A file.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct File {
    /// The content: a data URL, or base64.
    pub file_data: Option<String>,
    /// Id of an uploaded file, or an `https:` or `s3:` URL.
    pub file_id: Option<String>,
    /// The file's name.
    pub filename: Option<String>,
    /// Media type that wins over the content's own.
    pub format: Option<String>,
    /// Number of the AWS account whose bucket an `s3:` URL names, if it is not the caller's.
    pub bucket_owner: Option<String>,
    /// Asks for a cache breakpoint after this part.
    pub cache_control: Option<CacheControl>,
}

/// A document in Anthropic's shape.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Document {
    /// Where the content is.
    pub source: DocumentSource,
    /// What the document is called.
    pub title: Option<String>,
    /// What the model should know about it.
    pub context: Option<String>,
    /// Whether the model shall cite: Anthropic's `citations` object.
    pub citations: Option<RawJson>,
    /// Asks for a cache breakpoint after this part.
    pub cache_control: Option<CacheControl>,
}

/// Where the content of a [`Document`] is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DocumentSource {
    /// `type: base64`.
    Base64 {
        /// e.g. `application/pdf`.
        media_type: String,
        /// The content, in base64.
        data: String,
    },
    /// `type: content`: a list of text parts, each citable by itself.
    Content {
        /// The texts.
        content: Content,
    },
    /// `type: text`.
    Text {
        /// The text.
        data: String,
    },
    /// `type: url`.
    Url {
        /// `https:` or `s3:` URL.
        url: String,
        /// Number of the AWS account whose bucket an `s3:` URL names, if it is not the caller's.
        bucket_owner: Option<String>,
    },
}

/// Anthropic's `cache_control` marker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheControl {
    /// How long the prefix is kept, `5m` or `1h`.
    pub ttl: Option<String>,
}
