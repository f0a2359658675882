//! The request body: data, building, reading, writing.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::read::integer;
use crate::write::optional;
use crate::{EmbeddingInput, Extra, RawJson};

/// `POST /v1/embeddings`. Build with [`EmbeddingRequest::new`] and setters, or deserialize.
///
/// <https://platform.openai.com/docs/api-reference/embeddings/create>
#[derive(Debug, Clone, Default, PartialEq)]
#[doc(alias = "CreateEmbeddingRequest")]
#[non_exhaustive]
pub struct EmbeddingRequest {
    /// The model, with or without the `bedrock/` prefix.
    pub model: String,
    /// What is to be embedded.
    pub input: EmbeddingInput,
    /// Length of an embedding.
    pub dimensions: Option<u32>,
    /// How an embedding is written.
    pub encoding_format: Option<EncodingFormat>,
    /// Identifier of the end user.
    pub user: Option<String>,
    /// Parameters outside the OpenAI schema, sent to the model as they are.
    pub extra: Extra,
}

/// How an embedding is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EncodingFormat {
    /// As base64 of 32-bit floats, little-endian.
    Base64,
    /// As a list of numbers.
    #[default]
    Float,
}

impl EncodingFormat {
    /// OpenAI's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Float => "float",
        }
    }
}

impl EmbeddingRequest {
    /// Asks for the embeddings of `input`.
    #[must_use]
    pub fn new(model: impl Into<String>, input: impl Into<EmbeddingInput>) -> Self {
        Self { model: model.into(), input: input.into(), ..Self::default() }
    }

    /// Length of an embedding.
    #[must_use]
    pub const fn dimensions(mut self, dimensions: u32) -> Self {
        self.dimensions = Some(dimensions);
        self
    }

    /// How an embedding is written.
    #[must_use]
    pub const fn encoding_format(mut self, format: EncodingFormat) -> Self {
        self.encoding_format = Some(format);
        self
    }

    /// Sets a parameter outside the OpenAI schema, sent to the model as it is. A parameter of the schema has a field.
    ///
    /// # Errors
    /// If `value` cannot be written as JSON, e.g. a map with keys that are not strings.
    pub fn param<T: Serialize + ?Sized>(
        mut self,
        name: impl Into<String>,
        value: &T,
    ) -> Result<Self, serde_json::Error> {
        self.extra.insert(name, RawJson::from_value(value)?);
        Ok(self)
    }

    /// Identifier of the end user.
    #[must_use]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }
}

impl<'de> Deserialize<'de> for EmbeddingRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EmbeddingRequestVisitor)
    }
}

struct EmbeddingRequestVisitor;

impl<'de> Visitor<'de> for EmbeddingRequestVisitor {
    type Value = EmbeddingRequest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an embedding request, an object with `model` and `input`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EmbeddingRequest, A::Error> {
        let mut request = EmbeddingRequest::default();
        let (mut model, mut input) = (None, None);
        let mut unknown = Vec::new();
        let mut known: Vec<String> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if known.contains(&key) {
                return Err(A::Error::custom(format!("duplicate field `{key}`")));
            }
            match key.as_str() {
                "model" => model = map.next_value()?,
                "input" => input = map.next_value()?,
                "dimensions" => request.dimensions = integer(&mut map)?,
                "encoding_format" => request.encoding_format = map.next_value()?,
                "user" => request.user = map.next_value()?,
                _ => {
                    unknown.push((key, map.next_value()?));
                    continue;
                }
            }
            known.push(key);
        }
        request.model = model.ok_or_else(|| A::Error::missing_field("model"))?;
        request.input = input.ok_or_else(|| A::Error::missing_field("input"))?;
        request.extra = Extra::from_fields(unknown).map_err(A::Error::custom)?;
        Ok(request)
    }
}

impl<'de> Deserialize<'de> for EncodingFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FormatVisitor;
        impl Visitor<'_> for FormatVisitor {
            type Value = EncodingFormat;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`float` or `base64`")
            }

            fn visit_str<E: Error>(self, format: &str) -> Result<EncodingFormat, E> {
                match format {
                    "base64" => Ok(EncodingFormat::Base64),
                    "float" => Ok(EncodingFormat::Float),
                    other => Err(E::unknown_variant(other, &["float", "base64"])),
                }
            }
        }
        deserializer.deserialize_str(FormatVisitor)
    }
}

impl Serialize for EmbeddingRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Without `..`: a new field does not compile until it is written.
        let Self { model, input, dimensions, encoding_format, user, extra } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", model)?;
        map.serialize_entry("input", input)?;
        optional(&mut map, "dimensions", dimensions.as_ref())?;
        optional(&mut map, "encoding_format", encoding_format.map(EncodingFormat::as_str).as_ref())?;
        optional(&mut map, "user", user.as_ref())?;
        for (key, value) in extra.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}
