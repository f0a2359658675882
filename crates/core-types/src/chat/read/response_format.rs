//! Reads the response format.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::read::{missing, object};
use crate::{JsonSchema, RawJson, ResponseFormat};

#[derive(Deserialize)]
struct ResponseFormatFields {
    r#type: Option<String>,
    json_schema: Option<JsonSchema>,
    response_schema: Option<RawJson>,
    schema: Option<RawJson>,
}

impl<'de> Deserialize<'de> for ResponseFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields: ResponseFormatFields = object(deserializer, "a response format, an object with `type`")?;
        fields.response_format().map_err(D::Error::custom)
    }
}

impl ResponseFormatFields {
    fn response_format(self) -> Result<ResponseFormat, String> {
        match self.r#type.as_deref() {
            Some("json_object") => Ok(ResponseFormat::JsonObject { schema: self.response_schema.or(self.schema) }),
            Some("json_schema") => {
                self.json_schema.map(ResponseFormat::JsonSchema).ok_or_else(|| missing("json_schema"))
            }
            Some("text") => Ok(ResponseFormat::Text),
            Some(other) => {
                Err(format!("unknown response format `{other}`, expected one of `text`, `json_object`, `json_schema`"))
            }
            None => Err(missing("type")),
        }
    }
}

#[derive(Deserialize)]
struct JsonSchemaFields {
    name: Option<String>,
    description: Option<String>,
    schema: Option<RawJson>,
    strict: Option<bool>,
}

impl<'de> Deserialize<'de> for JsonSchema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let JsonSchemaFields { name, description, schema, strict } =
            object(deserializer, "an object with `name` and `schema`")?;
        Ok(Self { name: name.unwrap_or_else(|| "response".to_owned()), description, schema, strict })
    }
}
