//! Images, documents, video and sound as blocks.

use std::borrow::Cow;

use core_types::{Audio, Content, Document, DocumentSource, File, ImageUrl, Part, VideoUrl};

use crate::converse::Mapper;
use crate::converse::wire::{self, Block, MediaSource};
use crate::media::{self, Kind, Label, Medium};
use crate::{TransformError, hash};

/// Document names given so far: AWS wants them unique in a request.
#[derive(Debug, Default)]
pub(super) struct DocumentNames(Vec<String>);

impl DocumentNames {
    /// A legal name for a document: from the caller's, else from its content, so that it is the same in every turn.
    /// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html>
    fn name(&mut self, wanted: Option<&str>, content: &str) -> String {
        const LENGTH: usize = 180;
        let base = wanted.map(|name| name.rsplit(['/', '\\']).next().unwrap_or(name));
        let base =
            base.map(|name| name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem }));
        let legal: String = base
            .unwrap_or_default()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "-()[]".contains(c) { c } else { ' ' })
            .collect();
        let words: Vec<&str> = legal.split_whitespace().collect();
        let mut name: String = words.join(" ").chars().take(LENGTH).collect();
        if !name.contains(|c: char| c.is_ascii_alphanumeric()) {
            name = format!("document-{}", hash::short(content));
        }
        let mut unique = name.trim_end().to_owned();
        let mut copy = 2;
        while self.0.contains(&unique) {
            unique = format!("{} ({copy})", name.trim_end());
            copy += 1;
        }
        self.0.push(unique.clone());
        unique
    }
}

impl<'a> Mapper<'a, '_> {
    pub(super) fn image_url(&mut self, image: &'a ImageUrl, at: &str) -> Result<Block<'a>, TransformError> {
        let label =
            Label { format: image.format.as_deref(), bucket_owner: image.bucket_owner.as_deref(), ..Label::default() };
        let medium = media::of_url(&image.url, label, self.options, &format!("{at}.image_url.url"))?;
        self.medium(medium, None, at)
    }

    pub(super) fn video_url(&mut self, video: &'a VideoUrl, at: &str) -> Result<Block<'a>, TransformError> {
        let label =
            Label { format: video.format.as_deref(), bucket_owner: video.bucket_owner.as_deref(), ..Label::default() };
        let medium = media::of_url(&video.url, label, self.options, &format!("{at}.video_url.url"))?;
        self.medium(medium, None, at)
    }

    pub(super) fn audio(&self, audio: &'a Audio, at: &str) -> Result<Block<'a>, TransformError> {
        if !self.spec.model.can.audio {
            return Err(self.unsupported(at, "audio"));
        }
        let Some(format) = media::audio_format(&audio.format) else {
            let reason =
                format!("`{}` is not a format of sound that Bedrock takes, such as wav, mp3 or flac", audio.format);
            return Err(TransformError::invalid(format!("{at}.input_audio.format"), reason));
        };
        let label = Label { format: Some(&audio.format), ..Label::default() };
        let data_at = format!("{at}.input_audio.data");
        let medium = if audio.data.starts_with("data:") || audio.data.starts_with("s3://") {
            media::of_url(&audio.data, label, self.options, &data_at)?
        } else {
            media::of_base64(&audio.data, None, label, &data_at)?
        };
        Ok(Block::Audio(wire::Media { format, source: medium.source.into() }))
    }

    pub(super) fn file(&mut self, file: &'a File, at: &str) -> Result<Block<'a>, TransformError> {
        let label = Label {
            format: file.format.as_deref(),
            filename: file.filename.as_deref(),
            bucket_owner: file.bucket_owner.as_deref(),
        };
        let data_at = format!("{at}.file.file_data");
        let id_at = format!("{at}.file.file_id");
        let medium = match (&file.file_data, &file.file_id) {
            (Some(data), _) if data.starts_with("data:") => media::of_url(data, label, self.options, &data_at)?,
            (Some(data), _) => media::of_base64(data, None, label, &data_at)?,
            (None, Some(id)) if id.contains("://") || id.starts_with("data:") => {
                media::of_url(id, label, self.options, &id_at)?
            }
            (None, Some(_)) => {
                return Err(TransformError::invalid(
                    id_at,
                    "Bedrock keeps no files: send file_data, or an s3:// or https:// URL",
                ));
            }
            (None, None) => {
                return Err(TransformError::invalid(format!("{at}.file"), "a file needs file_data or file_id"));
            }
        };
        self.medium(medium, file.filename.as_deref(), at)
    }

    /// A document in Anthropic's shape.
    pub(super) fn document(&mut self, document: &'a Document, at: &str) -> Result<Block<'a>, TransformError> {
        if !self.spec.model.can.documents {
            return Err(self.unsupported(at, "documents"));
        }
        let source_at = format!("{at}.source");
        let label = Label { filename: document.title.as_deref(), ..Label::default() };
        let (format, source) = match &document.source {
            DocumentSource::Base64 { media_type, data } => {
                let medium = media::of_base64(data, Some(media_type), label, &source_at)?;
                (Some(self.document_format(&medium, at)?), medium.source.into())
            }
            DocumentSource::Url { url, bucket_owner } => {
                let label = Label { bucket_owner: bucket_owner.as_deref(), ..label };
                let medium = media::of_url(url, label, self.options, &source_at)?;
                (Some(self.document_format(&medium, at)?), medium.source.into())
            }
            DocumentSource::Text { data } if data.trim().is_empty() => {
                return Err(TransformError::invalid(source_at, "the document is empty"));
            }
            DocumentSource::Text { data } => (Some("txt"), MediaSource::Text(data)),
            DocumentSource::Content { content } => (None, MediaSource::Content(self.texts(content, &source_at)?)),
            _ => return Err(self.unsupported(source_at, "this kind of source")),
        };
        let name = self.documents.name(document.title.as_deref(), content_key(&source));
        let (title, context, citations) =
            (document.title.as_deref(), document.context.as_deref(), document.citations.as_ref());
        Ok(Block::Document(wire::Document { format, name, title, source, context, citations }))
    }

    fn texts(&self, content: &'a Content, at: &str) -> Result<Vec<Block<'a>>, TransformError> {
        let is_blank = |text: &str| text.trim().is_empty();
        let texts = match content {
            Content::Text(text) => Ok(vec![Block::Text(Cow::Borrowed(text))]),
            Content::Parts(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => Ok(Block::Text(Cow::Borrowed(text.text.as_str()))),
                    _ => Err(self.unsupported(at, "anything but text in a document's content")),
                })
                .collect::<Result<_, _>>(),
        };
        let mut texts: Vec<Block<'a>> = texts?;
        texts.retain(|block| !matches!(block, Block::Text(text) if is_blank(text)));
        if texts.is_empty() {
            return Err(TransformError::invalid(at, "the document is empty"));
        }
        Ok(texts)
    }

    fn document_format(&self, medium: &Medium<'_>, at: &str) -> Result<&'static str, TransformError> {
        match medium.kind {
            Kind::Document => Ok(medium.format),
            _ => Err(TransformError::invalid(at, format!("`{}` is not a format of documents", medium.format))),
        }
    }

    /// A medium of any kind, if the model takes it.
    fn medium(&mut self, medium: Medium<'a>, filename: Option<&str>, at: &str) -> Result<Block<'a>, TransformError> {
        let can = self.spec.model.can;
        match medium.kind {
            Kind::Image if can.images => Ok(Block::Image(medium.into())),
            Kind::Image => Err(self.unsupported(at, "images")),
            Kind::Video if can.video => Ok(Block::Video(medium.into())),
            Kind::Video => Err(self.unsupported(at, "video")),
            Kind::Audio if can.audio => Ok(Block::Audio(medium.into())),
            Kind::Audio => Err(self.unsupported(at, "audio")),
            Kind::Document if can.documents => {
                let format = medium.format;
                let source: MediaSource<'a> = medium.source.into();
                let name = self.documents.name(filename, content_key(&source));
                let (title, context, citations) = (None, None, None);
                Ok(Block::Document(wire::Document { format: Some(format), name, title, source, context, citations }))
            }
            Kind::Document => Err(self.unsupported(at, "documents")),
        }
    }
}

/// What tells one document from another without reading all of it.
fn content_key<'s>(source: &'s MediaSource<'_>) -> &'s str {
    const START: usize = 4096;
    match source {
        MediaSource::Bytes(bytes) => bytes.get(..START).unwrap_or(bytes),
        MediaSource::Text(text) => text,
        MediaSource::S3Location { uri, .. } => uri,
        MediaSource::Content(blocks) => match blocks.first() {
            Some(Block::Text(text)) => text,
            _ => "",
        },
    }
}
