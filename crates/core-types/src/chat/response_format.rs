//! What form the answer shall have.

use crate::RawJson;

/// What form the answer shall have.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ResponseFormat {
    /// A JSON object. `type: json_object`.
    JsonObject {
        /// A schema given beside the type, in LiteLLM's spelling `response_schema`.
        schema: Option<RawJson>,
    },
    /// JSON of a given schema. `type: json_schema`.
    JsonSchema(JsonSchema),
    /// Text. `type: text`.
    Text,
}

/// JSON of a given schema.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct JsonSchema {
    /// Name of the schema.
    pub name: String,
    /// What the answer is for.
    pub description: Option<String>,
    /// The JSON Schema, verbatim.
    pub schema: Option<RawJson>,
    /// Whether the answer must match exactly.
    pub strict: Option<bool>,
}

impl ResponseFormat {
    /// A JSON object of any form.
    #[must_use]
    pub const fn json_object() -> Self {
        Self::JsonObject { schema: None }
    }
}

impl From<JsonSchema> for ResponseFormat {
    fn from(schema: JsonSchema) -> Self {
        Self::JsonSchema(schema)
    }
}

impl JsonSchema {
    /// JSON of `schema`.
    #[must_use]
    pub fn new(name: impl Into<String>, schema: RawJson) -> Self {
        Self { name: name.into(), schema: Some(schema), ..Self::default() }
    }

    /// What the answer is for.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Whether the answer must match exactly.
    #[must_use]
    pub const fn strict(mut self, strict: bool) -> Self {
        self.strict = Some(strict);
        self
    }
}
