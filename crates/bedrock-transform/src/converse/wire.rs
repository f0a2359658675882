//! The Converse body as AWS names its members. Borrowed, and only ever written.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>

use std::borrow::Cow;

use core_types::RawJson;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::json_text;
use crate::media::{Medium, Source};

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) system: Vec<Block<'a>>,
    #[serde(skip_serializing_if = "InferenceConfig::is_empty")]
    pub(crate) inference_config: InferenceConfig<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool_config: Option<ToolConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) guardrail_config: Option<Cow<'a, RawJson>>,
    #[serde(skip_serializing_if = "Fields::is_empty")]
    pub(crate) additional_model_request_fields: Fields<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prompt_variables: Option<&'a RawJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) additional_model_response_field_paths: Option<&'a RawJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_metadata: Option<&'a RawJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) performance_config: Option<&'a RawJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service_tier: Option<Cow<'a, RawJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_config: Option<OutputConfig<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Assistant,
    User,
}

#[derive(Debug, Serialize)]
pub(crate) struct Turn<'a> {
    pub(crate) role: Role,
    pub(crate) content: Vec<Block<'a>>,
}

/// `ContentBlock`, `SystemContentBlock` and `ToolResultContentBlock` in one: a union of members.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Block<'a> {
    Audio(Media<'a>),
    CachePoint(CachePoint<'a>),
    CitationsContent(&'a RawJson),
    Document(Document<'a>),
    GuardContent(GuardContent<'a>),
    Image(Media<'a>),
    Json(&'a RawJson),
    ReasoningContent(Reasoning<'a>),
    SearchResult(&'a RawJson),
    /// The result of a tool that AWS ran.
    #[serde(rename = "toolResult")]
    ServerToolResult(&'a RawJson),
    /// A call of a tool that AWS ran.
    #[serde(rename = "toolUse")]
    ServerToolUse(&'a RawJson),
    Text(#[serde(serialize_with = "json_text::long")] Cow<'a, str>),
    ToolResult(ToolResult<'a>),
    ToolUse(ToolUse<'a>),
    Video(Media<'a>),
}

#[derive(Debug, Serialize)]
pub(crate) struct Media<'a> {
    pub(crate) format: &'static str,
    pub(crate) source: MediaSource<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum MediaSource<'a> {
    Bytes(#[serde(serialize_with = "json_text::long")] Cow<'a, str>),
    Content(Vec<Block<'a>>),
    #[serde(rename_all = "camelCase")]
    S3Location {
        uri: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        bucket_owner: Option<&'a str>,
    },
    Text(#[serde(serialize_with = "json_text::long")] &'a str),
}

impl<'a> From<Source<'a>> for MediaSource<'a> {
    fn from(source: Source<'a>) -> Self {
        match source {
            Source::Base64(bytes) => Self::Bytes(bytes),
            Source::S3 { uri, owner } => Self::S3Location { uri, bucket_owner: owner },
        }
    }
}

impl<'a> From<Medium<'a>> for Media<'a> {
    fn from(medium: Medium<'a>) -> Self {
        Self { format: medium.format, source: medium.source.into() }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<&'static str>,
    pub(crate) name: String,
    /// The caller's own title, for bodies that take any.
    #[serde(skip)]
    pub(crate) title: Option<&'a str>,
    pub(crate) source: MediaSource<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) context: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) citations: Option<&'a RawJson>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CachePoint<'a> {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ttl: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum GuardContent<'a> {
    Text {
        #[serde(serialize_with = "json_text::long")]
        text: &'a str,
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        qualifiers: &'a [String],
    },
    /// AWS's own words, e.g. an image.
    #[serde(untagged)]
    Raw(&'a RawJson),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Reasoning<'a> {
    ReasoningText {
        #[serde(serialize_with = "json_text::long")]
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<&'a str>,
    },
    RedactedContent(&'a str),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolUse<'a> {
    pub(crate) tool_use_id: Cow<'a, str>,
    pub(crate) name: Cow<'a, str>,
    pub(crate) input: &'a serde_json::value::RawValue,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolResult<'a> {
    pub(crate) tool_use_id: Cow<'a, str>,
    pub(crate) content: Vec<Block<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<&'static str>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InferenceConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) top_p: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) stop_sequences: Vec<Cow<'a, str>>,
}

impl InferenceConfig<'_> {
    pub(crate) const fn is_empty(&self) -> bool {
        let Self { max_tokens, temperature, top_p, stop_sequences } = self;
        max_tokens.is_none() && temperature.is_none() && top_p.is_none() && stop_sequences.is_empty()
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolConfig<'a> {
    pub(crate) tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool_choice: Option<ToolChoice<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Tool<'a> {
    CachePoint(CachePoint<'a>),
    #[serde(rename = "systemTool")]
    System(Cow<'a, RawJson>),
    #[serde(rename = "toolSpec")]
    Spec(ToolSpec<'a>),
    #[serde(untagged)]
    Raw(Fields<'a>),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolSpec<'a> {
    pub(crate) name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<Cow<'a, str>>,
    pub(crate) input_schema: InputSchema<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) strict: Option<bool>,
}

#[derive(Debug, Serialize)]
pub(crate) struct InputSchema<'a> {
    pub(crate) json: Cow<'a, RawJson>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ToolChoice<'a> {
    Any {},
    Auto {},
    Tool { name: Cow<'a, str> },
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum OutputConfig<'a> {
    #[serde(rename_all = "camelCase")]
    Format {
        text_format: TextFormat<'a>,
    },
    Raw(&'a RawJson),
}

#[derive(Debug, Serialize)]
pub(crate) struct TextFormat<'a> {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) structure: Structure<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Structure<'a> {
    JsonSchema {
        /// The schema as JSON in a string.
        schema: String,
        name: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
    },
}

/// An object of verbatim values in order. No key twice: [`Fields::insert`] is the only way in.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, Cow<'a, RawJson>)>);

impl<'a> Fields<'a> {
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn value(&self, key: &str) -> Option<&RawJson> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| &**value)
    }

    /// Adds a field and says whether its key was free; if it was not, nothing changes.
    #[must_use]
    pub(crate) fn insert(&mut self, key: impl Into<Cow<'a, str>>, value: Cow<'a, RawJson>) -> bool {
        let key = key.into();
        let free = self.value(&key).is_none();
        if free {
            self.0.push((key, value));
        }
        free
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &RawJson)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<Cow<'a, RawJson>> {
        let place = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(place).1)
    }

    pub(crate) fn remove(&mut self, key: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(name, _)| name != key);
        self.0.len() != before
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl MediaSource<'_> {
    /// About how many bytes the source takes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Text(text) => text.len(),
            Self::Content(_) | Self::S3Location { .. } => 256,
        }
    }
}

impl Tool<'_> {
    /// About how many bytes the tool takes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Spec(spec) => {
                spec.input_schema.json.as_str().len() + spec.description.as_ref().map_or(0, |text| text.len()) + 128
            }
            Self::CachePoint(_) | Self::Raw(_) | Self::System(_) => 128,
        }
    }
}
