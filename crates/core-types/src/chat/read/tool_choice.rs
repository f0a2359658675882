//! Reads the choice of tools, in OpenAI's spellings and Anthropic's.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::ToolChoice;
use crate::read::{Object, missing};

impl<'de> Deserialize<'de> for ToolChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ToolChoiceVisitor)
    }
}

struct ToolChoiceVisitor;

impl<'de> Visitor<'de> for ToolChoiceVisitor {
    type Value = ToolChoice;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`auto`, `none`, `required` or an object with `type`")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<ToolChoice, E> {
        match word {
            "auto" => Ok(ToolChoice::Auto),
            "none" => Ok(ToolChoice::None),
            "any" | "required" => Ok(ToolChoice::Required),
            _ => Err(E::custom(format!(
                "unknown tool choice `{word}`, expected `auto`, `none`, `required` or an object with `type`"
            ))),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ToolChoice, A::Error> {
        ToolChoiceFields::deserialize(MapAccessDeserializer::new(map))?.tool_choice().map_err(A::Error::custom)
    }
}

#[derive(Deserialize)]
struct ToolChoiceFields {
    r#type: Option<String>,
    name: Option<String>,
    function: Option<Object<Named>>,
    allowed_tools: Option<Object<AllowedTools>>,
}

/// A function by name.
#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct AllowedTools {
    mode: Option<Mode>,
    tools: Vec<AllowedTool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Auto,
    Required,
}

/// The name of an allowed function.
struct AllowedTool(String);

#[derive(Deserialize)]
struct AllowedToolFields {
    name: Option<String>,
    function: Option<Object<Named>>,
}

impl<'de> Deserialize<'de> for AllowedTool {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Object(fields) = Object::<AllowedToolFields>::deserialize(deserializer)?;
        function_name(fields.function, fields.name).map(Self).map_err(D::Error::custom)
    }
}

impl ToolChoiceFields {
    fn tool_choice(self) -> Result<ToolChoice, String> {
        match self.r#type.as_deref() {
            Some("allowed_tools") => {
                let Some(Object(allowed)) = self.allowed_tools else { return Err(missing("allowed_tools")) };
                Ok(ToolChoice::AllowedTools {
                    required: matches!(allowed.mode, Some(Mode::Required)),
                    names: allowed.tools.into_iter().map(|AllowedTool(name)| name).collect(),
                })
            }
            Some("any" | "required") => Ok(ToolChoice::Required),
            Some("auto") => Ok(ToolChoice::Auto),
            Some("function" | "tool") => {
                function_name(self.function, self.name).map(|name| ToolChoice::Function { name })
            }
            Some("none") => Ok(ToolChoice::None),
            Some(other) => Err(format!(
                "unknown tool choice `{other}`, expected `function`, `allowed_tools`, `auto`, `none` or `required`"
            )),
            None => Err(missing("type")),
        }
    }
}

fn function_name(function: Option<Object<Named>>, name: Option<String>) -> Result<String, String> {
    function.map(|Object(function)| function.name).or(name).ok_or_else(|| missing("function"))
}
