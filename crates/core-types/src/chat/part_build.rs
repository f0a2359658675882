//! Building content and its parts.

use crate::{
    Audio, CacheControl, Content, Document, DocumentSource, File, GuardedText, ImageUrl, Part, RawJson, TextPart,
    VideoUrl,
};

impl Content {
    /// The text, if the content is plain text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Parts(_) => None,
            Self::Text(text) => Some(text),
        }
    }

    /// Whether there is neither text nor a part.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        match self {
            Self::Parts(parts) => parts.is_empty(),
            Self::Text(text) => text.is_empty(),
        }
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<Part>> for Content {
    fn from(parts: Vec<Part>) -> Self {
        Self::Parts(parts)
    }
}

impl<const N: usize> From<[Part; N]> for Content {
    fn from(parts: [Part; N]) -> Self {
        Self::Parts(parts.into())
    }
}

impl Part {
    /// Text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextPart::new(text))
    }

    /// Text that a guardrail shall look at.
    #[must_use]
    pub fn guarded_text(text: impl Into<String>) -> Self {
        Self::GuardedText(GuardedText::new(text))
    }

    /// An image by `data:`, `https:` or `s3:` URL.
    #[must_use]
    pub fn image_url(url: impl Into<String>) -> Self {
        Self::ImageUrl(ImageUrl::new(url))
    }

    /// A video by `data:`, `https:` or `s3:` URL.
    #[must_use]
    pub fn video_url(url: impl Into<String>) -> Self {
        Self::VideoUrl(VideoUrl::new(url))
    }
}

impl From<Audio> for Part {
    fn from(part: Audio) -> Self {
        Self::InputAudio(part)
    }
}

impl From<Document> for Part {
    fn from(part: Document) -> Self {
        Self::Document(part)
    }
}

impl From<File> for Part {
    fn from(part: File) -> Self {
        Self::File(part)
    }
}

impl From<GuardedText> for Part {
    fn from(part: GuardedText) -> Self {
        Self::GuardedText(part)
    }
}

impl From<ImageUrl> for Part {
    fn from(part: ImageUrl) -> Self {
        Self::ImageUrl(part)
    }
}

impl From<TextPart> for Part {
    fn from(part: TextPart) -> Self {
        Self::Text(part)
    }
}

impl From<VideoUrl> for Part {
    fn from(part: VideoUrl) -> Self {
        Self::VideoUrl(part)
    }
}

impl TextPart {
    /// Text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), cache_control: None }
    }

    /// Asks for a cache breakpoint after this part.
    #[must_use]
    pub fn cache_control(mut self, cache_control: CacheControl) -> Self {
        self.cache_control = Some(cache_control);
        self
    }
}

impl GuardedText {
    /// Text that a guardrail shall look at.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Says what the text is to the guardrail: `grounding_source`, `query` or `guard_content`.
    #[must_use]
    pub fn qualifier(mut self, qualifier: impl Into<String>) -> Self {
        self.qualifiers.push(qualifier.into());
        self
    }

    /// Asks for a cache breakpoint after this part.
    #[must_use]
    pub fn cache_control(mut self, cache_control: CacheControl) -> Self {
        self.cache_control = Some(cache_control);
        self
    }
}

impl ImageUrl {
    /// An image by `data:`, `https:` or `s3:` URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    /// `low`, `high` or `auto`.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Media type that wins over the URL's own.
    #[must_use]
    pub fn format(mut self, format: impl Into<String>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// The AWS account whose bucket an `s3:` URL names.
    #[must_use]
    pub fn bucket_owner(mut self, account: impl Into<String>) -> Self {
        self.bucket_owner = Some(account.into());
        self
    }

    /// Asks for a cache breakpoint after this part.
    #[must_use]
    pub fn cache_control(mut self, cache_control: CacheControl) -> Self {
        self.cache_control = Some(cache_control);
        self
    }
}

impl VideoUrl {
    /// A video by `data:`, `https:` or `s3:` URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    /// Media type that wins over the URL's own.
    #[must_use]
    pub fn format(mut self, format: impl Into<String>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// The AWS account whose bucket an `s3:` URL names.
    #[must_use]
    pub fn bucket_owner(mut self, account: impl Into<String>) -> Self {
        self.bucket_owner = Some(account.into());
        self
    }

    /// Asks for a cache breakpoint after this part.
    #[must_use]
    pub fn cache_control(mut self, cache_control: CacheControl) -> Self {
        self.cache_control = Some(cache_control);
        self
    }
}

impl Audio {
    /// Sound in base64, in a format like `wav` or `mp3`.
    #[must_use]
    pub fn new(data: impl Into<String>, format: impl Into<String>) -> Self {
        Self { data: data.into(), format: format.into(), cache_control: None }
    }

    /// Asks for a cache breakpoint after this part.
    #[must_use]
    pub fn cache_control(mut self, cache_control: CacheControl) -> Self {
        self.cache_control = Some(cache_control);
        self
    }
}

impl File {
    /// A file that is nothing yet: give it `file_data` or `file_id`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The content: a data URL, or base64.
    #[must_use]
    pub fn file_data(mut self, file_data: impl Into<String>) -> Self {
        self.file_data = Some(file_data.into());
        self
    }

    /// Id of an uploaded file, or an `https:` or `s3:` URL.
    #[must_use]
    pub fn file_id(mut self, file_id: impl Into<String>) -> Self {
        self.file_id = Some(file_id.into());
        self
    }

    /// The file's name.
    #[must_use]
    pub fn filename(mut self, filename: impl Into<String>) -> Self {
        self.filename = Some(filename.into());
        self
    }

    /// Media type that wins over the content's own.
    #[must_use]
    pub fn format(mut self, format: impl Into<String>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// The AWS account whose bucket an `s3:` URL names.
    #[must_use]
    pub fn bucket_owner(mut self, account: impl Into<String>) -> Self {
        self.bucket_owner = Some(account.into());
        self
    }

    /// Asks for a cache breakpoint after this part.
    #[must_use]
    pub fn cache_control(mut self, cache_control: CacheControl) -> Self {
        self.cache_control = Some(cache_control);
        self
    }
}

impl Document {
    /// A document.
    #[must_use]
    pub const fn new(source: DocumentSource) -> Self {
        Self { source, title: None, context: None, citations: None, cache_control: None }
    }

    /// What the document is called.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// What the model should know about it.
    #[must_use]
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// Whether the model shall cite: Anthropic's `citations` object.
    #[must_use]
    pub fn citations(mut self, citations: RawJson) -> Self {
        self.citations = Some(citations);
        self
    }

    /// Asks for a cache breakpoint after this part.
    #[must_use]
    pub fn cache_control(mut self, cache_control: CacheControl) -> Self {
        self.cache_control = Some(cache_control);
        self
    }
}

impl CacheControl {
    /// A breakpoint that is kept as long as the vendor does by default.
    #[must_use]
    pub const fn ephemeral() -> Self {
        Self { ttl: None }
    }

    /// How long the prefix is kept, `5m` or `1h`.
    #[must_use]
    pub fn ttl(mut self, ttl: impl Into<String>) -> Self {
        self.ttl = Some(ttl.into());
        self
    }
}
