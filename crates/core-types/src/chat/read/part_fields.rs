//! The objects inside of parts.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::read::{missing, object};
use crate::{CacheControl, Content, DocumentSource, Part, TextPart};

/// `input_audio`.
#[derive(Deserialize)]
pub(super) struct AudioFields {
    pub(super) data: String,
    pub(super) format: String,
}

/// `file`.
#[derive(Deserialize)]
pub(super) struct FileFields {
    pub(super) file_data: Option<String>,
    pub(super) file_id: Option<String>,
    pub(super) filename: Option<String>,
    pub(super) format: Option<String>,
    #[serde(alias = "bucketOwner")]
    pub(super) bucket_owner: Option<String>,
}

/// `image_url` or `video_url`: an object or the URL itself.
#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(super) struct UrlFields {
    pub(super) url: String,
    pub(super) detail: Option<String>,
    pub(super) format: Option<String>,
    #[serde(alias = "bucketOwner")]
    pub(super) bucket_owner: Option<String>,
    /// Whether it was the URL itself.
    #[serde(skip)]
    pub(super) bare: bool,
}

impl<'de> Deserialize<'de> for UrlFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UrlVisitor)
    }
}

struct UrlVisitor;

impl<'de> Visitor<'de> for UrlVisitor {
    type Value = UrlFields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a URL or an object with `url`")
    }

    fn visit_str<E: Error>(self, url: &str) -> Result<UrlFields, E> {
        self.visit_string(url.to_owned())
    }

    fn visit_string<E: Error>(self, url: String) -> Result<UrlFields, E> {
        Ok(UrlFields { url, detail: None, format: None, bucket_owner: None, bare: true })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<UrlFields, A::Error> {
        // The derived reader, which `remote` keeps apart from the trait's.
        UrlFields::deserialize(MapAccessDeserializer::new(map))
    }
}

/// `source` of a document or of Anthropic's image.
pub(super) enum Source {
    /// Of both.
    Base64 { media_type: String, data: String },
    /// Of documents.
    Content { content: Content },
    /// Of documents.
    Text { data: String },
    /// Of both.
    Url { url: String, bucket_owner: Option<String> },
}

#[derive(Deserialize)]
struct SourceFields {
    r#type: Option<String>,
    media_type: Option<String>,
    data: Option<String>,
    content: Option<SourceContent>,
    url: Option<String>,
    #[serde(alias = "bucketOwner")]
    bucket_owner: Option<String>,
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields: SourceFields = object(deserializer, "a source, an object with `type`")?;
        fields.source().map_err(D::Error::custom)
    }
}

/// A document's texts. Not [`Content`]: a document in a document would be read without a limit to its depth, since what
/// comes before a part's `type` is read a second time.
struct SourceContent(Content);

impl<'de> Deserialize<'de> for SourceContent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SourceContentVisitor)
    }
}

struct SourceContentVisitor;

impl<'de> Visitor<'de> for SourceContentVisitor {
    type Value = SourceContent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of text parts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SourceContent, E> {
        Ok(SourceContent(Content::Text(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<SourceContent, A::Error> {
        let mut parts = Vec::new();
        while let Some(SourceText(part)) = list.next_element()? {
            parts.push(Part::Text(part));
        }
        Ok(SourceContent(Content::Parts(parts)))
    }
}

struct SourceText(TextPart);

#[derive(Deserialize)]
struct SourceTextFields {
    r#type: Option<String>,
    text: Option<String>,
    cache_control: Option<CacheControl>,
}

impl<'de> Deserialize<'de> for SourceText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields: SourceTextFields = object(deserializer, "a text part")?;
        match (fields.r#type.as_deref(), fields.text) {
            (Some("text"), Some(text)) => Ok(Self(TextPart { text, cache_control: fields.cache_control })),
            (Some("text"), None) => Err(D::Error::missing_field("text")),
            (Some(other), _) => {
                Err(D::Error::custom(format!("the content of a document takes parts of type `text`, not `{other}`")))
            }
            (None, _) => Err(D::Error::missing_field("type")),
        }
    }
}

impl SourceFields {
    fn source(self) -> Result<Source, String> {
        match self.r#type.as_deref() {
            Some("base64") => Ok(Source::Base64 {
                media_type: self.media_type.ok_or_else(|| missing("media_type"))?,
                data: self.data.ok_or_else(|| missing("data"))?,
            }),
            Some("content") => {
                let Some(SourceContent(content)) = self.content else { return Err(missing("content")) };
                Ok(Source::Content { content })
            }
            Some("text") => Ok(Source::Text { data: self.data.ok_or_else(|| missing("data"))? }),
            Some("url") => {
                Ok(Source::Url { url: self.url.ok_or_else(|| missing("url"))?, bucket_owner: self.bucket_owner })
            }
            Some(other) => Err(format!("unknown source type `{other}`, expected `base64`, `text`, `content` or `url`")),
            None => Err(missing("type")),
        }
    }
}

impl Source {
    /// As the source of a document.
    pub(super) fn document(self) -> DocumentSource {
        match self {
            Self::Base64 { media_type, data } => DocumentSource::Base64 { media_type, data },
            Self::Content { content } => DocumentSource::Content { content },
            Self::Text { data } => DocumentSource::Text { data },
            Self::Url { url, bucket_owner } => DocumentSource::Url { url, bucket_owner },
        }
    }

    /// As the URL of an image, and the owner of its bucket.
    pub(super) fn url(self) -> Result<(String, Option<String>), String> {
        match self {
            Self::Base64 { media_type, mut data } => {
                data.insert_str(0, &format!("data:{media_type};base64,"));
                Ok((data, None))
            }
            Self::Url { url, bucket_owner } => Ok((url, bucket_owner)),
            Self::Content { .. } | Self::Text { .. } => {
                Err("the source of an image must have type `base64` or `url`".to_owned())
            }
        }
    }
}
