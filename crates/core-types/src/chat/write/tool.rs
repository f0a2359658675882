//! Writes tools, their choice and their calls.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::write::optional;
use crate::{Function, FunctionCall, Tool, ToolCall, ToolChoice};

impl Serialize for Tool {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Function { function, cache_control } => {
                map.serialize_entry("type", "function")?;
                map.serialize_entry("function", function)?;
                optional(&mut map, "cache_control", cache_control.as_ref())?;
            }
            Self::Other { kind, fields } => {
                if !kind.is_empty() {
                    map.serialize_entry("type", kind)?;
                }
                for (key, value) in fields.iter() {
                    map.serialize_entry(key, value)?;
                }
            }
        }
        map.end()
    }
}

impl Serialize for Function {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        optional(&mut map, "description", self.description.as_ref())?;
        optional(&mut map, "parameters", self.parameters.as_ref())?;
        optional(&mut map, "strict", self.strict.as_ref())?;
        map.end()
    }
}

/// `{"type": "function", "function": {"name": …}}`.
#[derive(Serialize)]
struct NamedFunction<'a> {
    r#type: &'static str,
    function: Named<'a>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

impl<'a> NamedFunction<'a> {
    const fn new(name: &'a str) -> Self {
        Self { r#type: "function", function: Named { name } }
    }
}

#[derive(Serialize)]
struct AllowedTools<'a> {
    mode: &'static str,
    tools: Vec<NamedFunction<'a>>,
}

impl Serialize for ToolChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::AllowedTools { required, names } => {
                let allowed_tools = AllowedTools {
                    mode: if *required { "required" } else { "auto" },
                    tools: names.iter().map(|name| NamedFunction::new(name)).collect(),
                };
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("type", "allowed_tools")?;
                map.serialize_entry("allowed_tools", &allowed_tools)?;
                map.end()
            }
            Self::Auto => serializer.serialize_str("auto"),
            Self::Function { name } => NamedFunction::new(name).serialize(serializer),
            Self::None => serializer.serialize_str("none"),
            Self::Required => serializer.serialize_str("required"),
        }
    }
}

impl Serialize for ToolCall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("type", "function")?;
        map.serialize_entry("function", &self.function)?;
        optional(&mut map, "cache_control", self.cache_control.as_ref())?;
        map.end()
    }
}

impl Serialize for FunctionCall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("arguments", &self.arguments)?;
        map.end()
    }
}
