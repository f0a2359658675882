//! Writes content and its parts.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::message::thinking;
use crate::write::{list, optional};
use crate::{CacheControl, Content, Document, DocumentSource, File, Part};

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Parts(parts) => parts.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
        }
    }
}

#[derive(Serialize)]
struct UrlFields<'a> {
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket_owner: Option<&'a str>,
}

#[derive(Serialize)]
struct AudioFields<'a> {
    data: &'a str,
    format: &'a str,
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Document(part) => document(&mut map, part)?,
            Self::File(part) => {
                map.serialize_entry("type", "file")?;
                map.serialize_entry("file", &FileFields(part))?;
                cache_control(&mut map, part.cache_control.as_ref())?;
            }
            Self::GuardedText(part) => {
                map.serialize_entry("type", "guarded_text")?;
                map.serialize_entry("text", &part.text)?;
                list(&mut map, "qualifiers", &part.qualifiers)?;
                cache_control(&mut map, part.cache_control.as_ref())?;
            }
            Self::ImageUrl(part) => {
                let image_url = UrlFields {
                    url: &part.url,
                    detail: part.detail.as_deref(),
                    format: part.format.as_deref(),
                    bucket_owner: part.bucket_owner.as_deref(),
                };
                map.serialize_entry("type", "image_url")?;
                map.serialize_entry("image_url", &image_url)?;
                cache_control(&mut map, part.cache_control.as_ref())?;
            }
            Self::InputAudio(part) => {
                map.serialize_entry("type", "input_audio")?;
                map.serialize_entry("input_audio", &AudioFields { data: &part.data, format: &part.format })?;
                cache_control(&mut map, part.cache_control.as_ref())?;
            }
            Self::Other { kind, fields } => {
                if !kind.is_empty() {
                    map.serialize_entry("type", kind)?;
                }
                for (key, value) in fields.iter() {
                    map.serialize_entry(key, value)?;
                }
            }
            Self::Refusal { refusal } => {
                map.serialize_entry("type", "refusal")?;
                map.serialize_entry("refusal", refusal)?;
            }
            Self::Text(part) => {
                map.serialize_entry("type", "text")?;
                map.serialize_entry("text", &part.text)?;
                cache_control(&mut map, part.cache_control.as_ref())?;
            }
            Self::Thinking(block) => thinking(&mut map, block)?,
            Self::VideoUrl(part) => {
                let video_url = UrlFields {
                    url: &part.url,
                    detail: None,
                    format: part.format.as_deref(),
                    bucket_owner: part.bucket_owner.as_deref(),
                };
                map.serialize_entry("type", "video_url")?;
                map.serialize_entry("video_url", &video_url)?;
                cache_control(&mut map, part.cache_control.as_ref())?;
            }
        }
        map.end()
    }
}

fn cache_control<M: SerializeMap>(map: &mut M, cache_control: Option<&CacheControl>) -> Result<(), M::Error> {
    optional(map, "cache_control", cache_control)
}

fn document<M: SerializeMap>(map: &mut M, part: &Document) -> Result<(), M::Error> {
    map.serialize_entry("type", "document")?;
    map.serialize_entry("source", &part.source)?;
    optional(map, "title", part.title.as_ref())?;
    optional(map, "context", part.context.as_ref())?;
    optional(map, "citations", part.citations.as_ref())?;
    cache_control(map, part.cache_control.as_ref())
}

impl Serialize for DocumentSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Base64 { media_type, data } => {
                map.serialize_entry("type", "base64")?;
                map.serialize_entry("media_type", media_type)?;
                map.serialize_entry("data", data)?;
            }
            Self::Content { content } => {
                map.serialize_entry("type", "content")?;
                map.serialize_entry("content", content)?;
            }
            Self::Text { data } => {
                map.serialize_entry("type", "text")?;
                map.serialize_entry("media_type", "text/plain")?;
                map.serialize_entry("data", data)?;
            }
            Self::Url { url, bucket_owner } => {
                map.serialize_entry("type", "url")?;
                map.serialize_entry("url", url)?;
                optional(&mut map, "bucket_owner", bucket_owner.as_ref())?;
            }
        }
        map.end()
    }
}

/// The members of `file`.
struct FileFields<'a>(&'a File);

impl Serialize for FileFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        optional(&mut map, "file_data", self.0.file_data.as_ref())?;
        optional(&mut map, "file_id", self.0.file_id.as_ref())?;
        optional(&mut map, "filename", self.0.filename.as_ref())?;
        optional(&mut map, "format", self.0.format.as_ref())?;
        optional(&mut map, "bucket_owner", self.0.bucket_owner.as_ref())?;
        map.end()
    }
}
