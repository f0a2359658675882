//! Reads tools and their calls.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::read::{missing, object, or_default, without_position};
use crate::{CacheControl, Extra, Function, FunctionCall, RawJson, Tool, ToolCall};

#[derive(Deserialize)]
struct FunctionFields {
    name: String,
    description: Option<String>,
    parameters: Option<RawJson>,
    strict: Option<bool>,
    cache_control: Option<CacheControl>,
}

impl FunctionFields {
    fn function(self) -> Function {
        Function { name: self.name, description: self.description, parameters: self.parameters, strict: self.strict }
    }
}

impl<'de> Deserialize<'de> for NamedFunction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer, "a function, an object with `name`").map(Self)
    }
}

struct NamedFunction(FunctionFields);

impl<'de> Deserialize<'de> for Function {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        NamedFunction::deserialize(deserializer).map(|NamedFunction(fields)| fields.function())
    }
}

impl<'de> Deserialize<'de> for Tool {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ToolVisitor)
    }
}

struct ToolVisitor;

impl<'de> Visitor<'de> for ToolVisitor {
    type Value = Tool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tool, an object with `type`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tool, A::Error> {
        let mut tool = ToolFields { kind: None, function: None, others: Vec::new() };
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" if tool.kind.is_some() => return Err(A::Error::duplicate_field("type")),
                "type" => tool.kind = map.next_value()?,
                "function" if tool.function.is_some() => return Err(A::Error::duplicate_field("function")),
                "function" if tool.kind.as_deref().is_none_or(|kind| kind == "function") => {
                    tool.function = map.next_value::<Option<NamedFunction>>()?.map(|NamedFunction(fields)| fields);
                }
                _ => tool.others.push((key, map.next_value()?)),
            }
        }
        tool.tool().map_err(A::Error::custom)
    }
}

/// The members of a tool. All but `function` wait as text until it is known what the tool is.
struct ToolFields {
    kind: Option<String>,
    function: Option<FunctionFields>,
    others: Vec<(String, RawJson)>,
}

impl ToolFields {
    fn tool(self) -> Result<Tool, String> {
        let mut others = Extra::from_fields(self.others)?;
        match (self.kind.as_deref(), self.function) {
            (None | Some("function"), Some(mut function)) => {
                let cache_control = take(&mut others, "cache_control")?.or_else(|| function.cache_control.take());
                Ok(Tool::Function { function: function.function(), cache_control })
            }
            (Some("function"), None) => {
                let name = take(&mut others, "name")?.ok_or_else(|| missing("function"))?;
                flat(name, "parameters", others)
            }
            (None | Some("custom"), None) if others.value("input_schema").is_some() => {
                let name = take(&mut others, "name")?.ok_or_else(|| missing("name"))?;
                flat(name, "input_schema", others)
            }
            (Some(kind), Some(_)) => Err(format!("a tool with `function` must have the type `function`, not `{kind}`")),
            (_, None) => Ok(Tool::Other { kind: self.kind.unwrap_or_default(), fields: others }),
        }
    }
}

/// A function whose members are the tool's own.
fn flat(name: String, schema: &str, mut members: Extra) -> Result<Tool, String> {
    let function = Function {
        name,
        description: take(&mut members, "description")?,
        parameters: take(&mut members, schema)?,
        strict: take(&mut members, "strict")?,
    };
    Ok(Tool::Function { function, cache_control: take(&mut members, "cache_control")? })
}

fn take<T: for<'de> Deserialize<'de>>(members: &mut Extra, key: &str) -> Result<Option<T>, String> {
    let Some(value) = members.remove(key) else { return Ok(None) };
    value.read().map_err(|error| format!("`{key}`: {}", without_position(&error)))
}

#[derive(Deserialize)]
struct ToolCallFields {
    #[serde(default, deserialize_with = "or_default")]
    id: String,
    function: FunctionCall,
    cache_control: Option<CacheControl>,
}

impl<'de> Deserialize<'de> for ToolCall {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ToolCallFields { id, function, cache_control } =
            object(deserializer, "a tool call, an object with `id` and `function`")?;
        Ok(Self { id, function, cache_control })
    }
}

#[derive(Deserialize)]
struct FunctionCallFields {
    name: String,
    #[serde(default)]
    arguments: Arguments,
}

impl<'de> Deserialize<'de> for FunctionCall {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let FunctionCallFields { name, arguments: Arguments(arguments) } =
            object(deserializer, "a call, an object with `name` and `arguments`")?;
        Ok(Self { name, arguments })
    }
}

/// Arguments as JSON text; some clients send the JSON itself.
#[derive(Default)]
struct Arguments(String);

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = RawJson::deserialize(deserializer)?;
        match json.as_str().as_bytes() {
            [b'"', ..] => json.read().map(Self).map_err(|error| D::Error::custom(without_position(&error))),
            [b'{' | b'[', ..] => Ok(Self(json.as_str().to_owned())),
            b"null" => Ok(Self::default()),
            _ => Err(D::Error::custom("arguments must be a string of JSON text, or an object")),
        }
    }
}
