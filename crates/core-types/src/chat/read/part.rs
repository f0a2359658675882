//! Reads a part of a message's content. What a member is depends on the part's `type`, which may come last.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::part_fields::{AudioFields, FileFields, Source, UrlFields};
use crate::extra::duplicate;
use crate::read::{Object, missing, without_position};
use crate::{
    Audio, CacheControl, Document, Extra, File, GuardedText, ImageUrl, Part, RawJson, TextPart, ThinkingBlock, VideoUrl,
};

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PartVisitor)
    }
}

struct PartVisitor;

impl<'de> Visitor<'de> for PartVisitor {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part, an object with `type`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Part, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Part, E> {
        Ok(Part::Text(TextPart { text, cache_control: None }))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Part, A::Error> {
        let mut kind: Option<String> = None;
        let mut fields = Fields(Vec::new());
        while let Some(key) = map.next_key::<String>()? {
            if key == "type" {
                if kind.is_some() {
                    return Err(A::Error::duplicate_field("type"));
                }
                let name = map.next_value::<Option<String>>()?.unwrap_or_default();
                fields.settle(&name).map_err(A::Error::custom)?;
                kind = Some(name);
            } else {
                let shape = kind.as_deref().map_or_else(|| Shape::before_type(&key), |kind| Shape::of(kind, &key));
                let field = map.next_value_seed(shape)?;
                if !matches!(field, Field::Ignored) {
                    fields.0.push((key, field));
                }
            }
        }
        let kind = kind.unwrap_or_default();
        fields.part(kind).map_err(A::Error::custom)
    }
}

/// How a member is read.
#[derive(Clone, Copy)]
enum Shape {
    Audio,
    CacheControl,
    File,
    Ignored,
    Raw,
    Source,
    Text,
    Url,
}

/// What was read.
enum Field {
    Audio(AudioFields),
    CacheControl(CacheControl),
    File(FileFields),
    Null,
    Ignored,
    Raw(RawJson),
    Source(Source),
    Text(String),
    Url(UrlFields),
}

impl Shape {
    /// The shape of a member in a part of type `kind`.
    fn of(kind: &str, key: &str) -> Self {
        match (kind, key) {
            ("text" | "guarded_text", "text")
            | ("refusal", "refusal")
            | ("thinking", "thinking" | "signature")
            | ("redacted_thinking", "data")
            | ("document", "title" | "context") => Self::Text,
            ("image_url", "image_url") | ("video_url", "video_url") => Self::Url,
            ("input_audio", "input_audio") => Self::Audio,
            ("file", "file") => Self::File,
            ("document" | "image", "source") => Self::Source,
            ("document", "citations") | ("guarded_text", "qualifiers") => Self::Raw,
            (
                "text" | "guarded_text" | "image_url" | "video_url" | "input_audio" | "file" | "document" | "image",
                "cache_control",
            ) => Self::CacheControl,
            (
                "text" | "guarded_text" | "refusal" | "thinking" | "redacted_thinking" | "document" | "image_url"
                | "video_url" | "input_audio" | "file" | "image",
                _,
            ) => Self::Ignored,
            _ => Self::Raw,
        }
    }

    /// The shape of a member that comes before `type`: many clients sort their keys. The members that may be large or
    /// deep are read as what they are in all likelihood, so that they are copied once and an error has its exact path.
    fn before_type(key: &str) -> Self {
        match key {
            "file" => Self::File,
            "image_url" | "video_url" => Self::Url,
            "input_audio" => Self::Audio,
            "text" => Self::Text,
            _ => Self::Raw,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Shape {
    type Value = Field;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Field, D::Error> {
        fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
            deserializer: D,
            field: fn(T) -> Field,
        ) -> Result<Field, D::Error> {
            Option::deserialize(deserializer).map(|value| value.map_or(Field::Null, field))
        }
        match self {
            Self::Audio => some(deserializer, |Object(audio)| Field::Audio(audio)),
            Self::CacheControl => some(deserializer, Field::CacheControl),
            Self::File => some(deserializer, |Object(file)| Field::File(file)),
            Self::Ignored => IgnoredAny::deserialize(deserializer).map(|_| Field::Ignored),
            Self::Raw => RawJson::deserialize(deserializer).map(Field::Raw),
            Self::Source => some(deserializer, Field::Source),
            Self::Text => some(deserializer, Field::Text),
            Self::Url => some(deserializer, Field::Url),
        }
    }
}

/// The members of a part in the caller's order.
struct Fields(Vec<(String, Field)>);

impl Fields {
    /// Reads again what came before `type`, now that it is known.
    fn settle(&mut self, kind: &str) -> Result<(), String> {
        for (key, field) in &mut self.0 {
            let shape = Shape::of(kind, key);
            if let (Field::Raw(raw), false) = (&*field, matches!(shape, Shape::Raw)) {
                *field =
                    shape.deserialize(raw.raw()).map_err(|error| format!("`{key}`: {}", without_position(&error)))?;
            }
        }
        Ok(())
    }

    fn part(mut self, kind: String) -> Result<Part, String> {
        if let Some(key) = duplicate(self.0.iter().map(|(key, _)| key.as_str())) {
            return Err(format!("duplicate field `{key}`"));
        }
        let part = match kind.as_str() {
            "document" => Part::Document(Document {
                source: self.source()?.document(),
                title: self.text("title"),
                context: self.text("context"),
                citations: self.raw("citations"),
                cache_control: self.cache_control(),
            }),
            "file" => {
                let Some(Field::File(file)) = self.take("file") else { return Err(missing("file")) };
                Part::File(File {
                    file_data: file.file_data,
                    file_id: file.file_id,
                    filename: file.filename,
                    format: file.format,
                    bucket_owner: file.bucket_owner,
                    cache_control: self.cache_control(),
                })
            }
            "guarded_text" => Part::GuardedText(GuardedText {
                text: self.required_text("text")?,
                qualifiers: self.texts("qualifiers")?,
                cache_control: self.cache_control(),
            }),
            "image" => {
                let (url, bucket_owner) = self.source()?.url()?;
                let cache_control = self.cache_control();
                Part::ImageUrl(ImageUrl { url, bucket_owner, cache_control, ..ImageUrl::default() })
            }
            "image_url" => {
                let Some(Field::Url(url)) = self.take("image_url") else { return Err(missing("image_url")) };
                Part::ImageUrl(ImageUrl {
                    url: url.url,
                    detail: url.detail,
                    format: url.format,
                    bucket_owner: url.bucket_owner,
                    cache_control: self.cache_control(),
                })
            }
            "input_audio" => {
                let Some(Field::Audio(audio)) = self.take("input_audio") else { return Err(missing("input_audio")) };
                Part::InputAudio(Audio { data: audio.data, format: audio.format, cache_control: self.cache_control() })
            }
            "redacted_thinking" => Part::Thinking(ThinkingBlock::Redacted { data: self.required_text("data")? }),
            "refusal" => Part::Refusal { refusal: self.required_text("refusal")? },
            "text" => Part::Text(self.text_part()?),
            "thinking" => Part::Thinking(ThinkingBlock::Thinking {
                thinking: self.required_text("thinking")?,
                signature: self.text("signature"),
            }),
            "video_url" => {
                let Some(Field::Url(url)) = self.take("video_url") else { return Err(missing("video_url")) };
                Part::VideoUrl(VideoUrl {
                    url: url.url,
                    format: url.format,
                    bucket_owner: url.bucket_owner,
                    cache_control: self.cache_control(),
                })
            }
            _ => Part::Other { fields: self.extra(&kind)?, kind },
        };
        Ok(part)
    }

    fn take(&mut self, key: &str) -> Option<Field> {
        let index = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.swap_remove(index).1)
    }

    fn text(&mut self, key: &str) -> Option<String> {
        let Some(Field::Text(text)) = self.take(key) else { return None };
        Some(text)
    }

    fn required_text(&mut self, key: &str) -> Result<String, String> {
        self.text(key).ok_or_else(|| missing(key))
    }

    fn text_part(&mut self) -> Result<TextPart, String> {
        Ok(TextPart { text: self.required_text("text")?, cache_control: self.cache_control() })
    }

    fn texts(&mut self, key: &str) -> Result<Vec<String>, String> {
        let texts = self.raw(key).map(|raw| raw.read().map_err(|_| format!("`{key}` must be a list of strings")));
        texts.transpose().map(Option::unwrap_or_default)
    }

    fn raw(&mut self, key: &str) -> Option<RawJson> {
        let Some(Field::Raw(raw)) = self.take(key) else { return None };
        Some(raw).filter(|raw| !raw.is_null())
    }

    fn source(&mut self) -> Result<Source, String> {
        let Some(Field::Source(source)) = self.take("source") else { return Err(missing("source")) };
        Ok(source)
    }

    fn cache_control(&mut self) -> Option<CacheControl> {
        let Some(Field::CacheControl(cache_control)) = self.take("cache_control") else { return None };
        Some(cache_control)
    }

    /// The members of a part of a type that has no fields of its own here.
    fn extra(self, kind: &str) -> Result<Extra, String> {
        let mut fields = Vec::with_capacity(self.0.len());
        for (key, field) in self.0 {
            let value = match field {
                Field::Raw(raw) => Ok(raw),
                Field::Text(text) => RawJson::from_value(&text),
                Field::Url(UrlFields { url, bare: true, .. }) => RawJson::from_value(&url),
                Field::Null => RawJson::from_value(&()),
                // Read before `type` was known: members of the object may be lost, so it cannot pass as another type's.
                _ => return Err(format!("a part with `{key}` must have the type `{key}`, not `{kind}`")),
            };
            fields.push((key, value.map_err(|error| error.to_string())?));
        }
        Extra::from_fields(fields)
    }
}
