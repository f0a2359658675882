//! Holds a request against a [`Shape`], in AWS's words.
//!
//! Three kinds of refusal, in this order: a value of the wrong JSON type (AWS: `SerializationException`; the path is ours),
//! members that are unknown or a union that is not one of its members, and values outside their constraints, of which all
//! are told at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::error::Refusal;
use crate::shapes::{Member, Pattern, Shape, Text};

/// Checks the whole request.
pub(crate) fn check(shape: &Shape, request: &Value) -> Result<(), Refusal> {
    let mut findings = Findings::default();
    findings.walk(shape, request, &Path::default())?;
    if !findings.extraneous.is_empty() {
        let message = findings.extraneous.join(", ");
        return Err(Refusal::validation(format!(
            "Malformed input request: {message}, please reformat your input and try again."
        )));
    }
    if let Some(union) = findings.unions.into_iter().next() {
        return Err(Refusal::validation(union));
    }
    match findings.constraints.len() {
        0 => Ok(()),
        1 => Err(Refusal::validation(format!("1 validation error detected: {}", findings.constraints.join("")))),
        count => {
            Err(Refusal::validation(format!("{count} validation errors detected: {}", findings.constraints.join("; "))))
        }
    }
}

/// Where a value is, in the three notations that AWS uses.
#[derive(Clone, Default)]
struct Path(Vec<Step>);

#[derive(Clone)]
enum Step {
    Index(usize),
    Name(String),
}

impl Path {
    fn name(&self, name: &str) -> Self {
        let mut path = self.clone();
        path.0.push(Step::Name(name.to_owned()));
        path
    }

    fn index(&self, index: usize) -> Self {
        let mut path = self.clone();
        path.0.push(Step::Index(index));
        path
    }

    fn render(&self, separator: &str, index: impl Fn(usize) -> String) -> String {
        let steps: Vec<String> = self
            .0
            .iter()
            .map(|step| match step {
                Step::Index(at) => index(*at),
                Step::Name(name) => name.clone(),
            })
            .collect();
        steps.join(separator)
    }

    /// `messages.1.member.role`: counted from one.
    fn member(&self) -> String {
        self.render(".", |index| format!("{}.member", index + 1))
    }

    /// `#/messages/0`.
    fn pointer(&self) -> String {
        if self.0.is_empty() { "#".into() } else { format!("#/{}", self.render("/", |index| index.to_string())) }
    }

    /// `messages.0.content.0`.
    fn dotted(&self) -> String {
        self.render(".", |index| index.to_string())
    }
}

#[derive(Default)]
struct Findings {
    extraneous: Vec<String>,
    unions: Vec<String>,
    constraints: Vec<String>,
}

impl Findings {
    /// Collects findings; a value of the wrong type ends the walk.
    fn walk(&mut self, shape: &Shape, value: &Value, path: &Path) -> Result<(), Refusal> {
        match shape {
            Shape::Blob { min } => {
                let text = value.as_str().ok_or_else(|| mismatch(value, "Blob", path))?;
                let bytes = STANDARD.decode(text).map_err(|_| {
                    Refusal::serialization(format!("Unable to decode Base64 value at '{}'", path.member()))
                })?;
                if bytes.len() < *min {
                    // Blobs are sensitive: AWS does not show the value.
                    self.constraint_unshown(path, &at_least_long(*min));
                }
            }
            Shape::Boolean if !value.is_boolean() => return Err(mismatch(value, "Boolean", path)),
            Shape::Boolean | Shape::Document => {}
            Shape::Float { min, max } => {
                let number = value.as_f64().ok_or_else(|| mismatch(value, "Float", path))?;
                if number < *min {
                    self.constraint(path, value, &format!("Member must have value greater than or equal to {min}"));
                }
                if number > *max {
                    self.constraint(path, value, &format!("Member must have value less than or equal to {max}"));
                }
            }
            Shape::Integer { min, max } => {
                let number = value
                    .as_i64()
                    .filter(|number| i32::try_from(*number).is_ok())
                    .ok_or_else(|| mismatch(value, "Integer", path))?;
                if number < *min {
                    self.constraint(path, value, &format!("Member must have value greater than or equal to {min}"));
                }
                if number > *max {
                    self.constraint(path, value, &format!("Member must have value less than or equal to {max}"));
                }
            }
            Shape::List { of, min, max } => {
                let list = value.as_array().ok_or_else(|| mismatch(value, "List", path))?;
                self.length(path, value, list.len(), *min, *max);
                for (index, item) in list.iter().enumerate() {
                    let path = path.index(index);
                    if item.is_null() {
                        self.constraint_null(&path);
                    } else {
                        self.walk(of, item, &path)?;
                    }
                }
            }
            Shape::Map { key, value: of, min, max } => {
                let map = value.as_object().ok_or_else(|| mismatch(value, "Map", path))?;
                self.length(path, value, map.len(), *min, *max);
                for (name, item) in map {
                    for complaint in complaints(key, name) {
                        self.constraint(path, value, &format!("Map keys must satisfy constraint: [{complaint}]"));
                    }
                    if let (Shape::Text(text), Some(item)) = (*of, item.as_str()) {
                        for complaint in complaints(text, item) {
                            self.constraint(path, value, &format!("Map value must satisfy constraint: [{complaint}]"));
                        }
                    } else {
                        self.walk(of, item, &path.name(name))?;
                    }
                }
            }
            Shape::Structure(members) => {
                let map = value.as_object().ok_or_else(|| mismatch(value, "Structure", path))?;
                self.members(members, map, path)?;
            }
            Shape::Text(text) => {
                let string = value.as_str().ok_or_else(|| mismatch(value, "String", path))?;
                for complaint in complaints(text, string) {
                    self.constraint(path, value, &complaint);
                }
            }
            Shape::Union(name, members) => {
                let map = value.as_object().ok_or_else(|| mismatch(value, "Structure", path))?;
                self.members(members, map, path)?;
                let given = members.iter().filter(|member| map.get(member.name).is_some_and(|value| !value.is_null()));
                let exactly = match given.count() {
                    1 => return Ok(()),
                    0 => "",
                    _ => " exactly",
                };
                let keys: Vec<&str> = members.iter().map(|member| member.name).collect();
                self.unions.push(format!(
                    "{name} object at {} must set{exactly} one of the following keys: {}.",
                    path.dotted(),
                    keys.join(", ")
                ));
            }
        }
        Ok(())
    }

    fn members(&mut self, members: &[Member], map: &Map<String, Value>, path: &Path) -> Result<(), Refusal> {
        for key in map.keys() {
            if !members.iter().any(|member| member.name == key) {
                self.extraneous.push(format!("{}: extraneous key [{key}] is not permitted", path.pointer()));
            }
        }
        for member in members {
            match map.get(member.name) {
                // AWS reads null as absent.
                None | Some(Value::Null) if member.required => self.constraint_null(&path.name(member.name)),
                None | Some(Value::Null) => {}
                Some(value) => self.walk(member.shape, value, &path.name(member.name))?,
            }
        }
        Ok(())
    }

    fn length(&mut self, path: &Path, value: &Value, length: usize, min: usize, max: usize) {
        if length < min {
            self.constraint(path, value, &at_least_long(min));
        }
        if length > max {
            self.constraint(path, value, &at_most_long(max));
        }
    }

    fn constraint(&mut self, path: &Path, value: &Value, constraint: &str) {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let shown: String = shown.chars().take(300).collect();
        self.constraints
            .push(format!("Value '{shown}' at '{}' failed to satisfy constraint: {constraint}", path.member()));
    }

    fn constraint_unshown(&mut self, path: &Path, constraint: &str) {
        self.constraints.push(format!("Value at '{}' failed to satisfy constraint: {constraint}", path.member()));
    }

    fn constraint_null(&mut self, path: &Path) {
        self.constraints
            .push(format!("Value null at '{}' failed to satisfy constraint: Member must not be null", path.member()));
    }
}

/// What a string violates.
fn complaints(text: &Text, string: &str) -> Vec<String> {
    let Text { min, max, values, pattern } = text;
    let mut complaints = Vec::new();
    let length = string.chars().count();
    if length < *min {
        complaints.push(at_least_long(*min));
    }
    if length > *max {
        complaints.push(at_most_long(*max));
    }
    if !values.is_empty() && !values.contains(&string) {
        complaints.push(format!("Member must satisfy enum value set: [{}]", values.join(", ")));
    }
    if let Some(Pattern { shown, matches }) = pattern
        && !matches(string)
    {
        complaints.push(format!("Member must satisfy regular expression pattern: {shown}"));
    }
    complaints
}

fn at_least_long(min: usize) -> String {
    format!("Member must have length greater than or equal to {min}")
}

fn at_most_long(max: usize) -> String {
    format!("Member must have length less than or equal to {max}")
}

fn mismatch(value: &Value, wanted: &str, path: &Path) -> Refusal {
    let what = match (value, wanted) {
        (Value::Array(_), _) => "Start of list found where not expected".to_owned(),
        (Value::Object(_), _) => "Start of structure or map found where not expected.".to_owned(),
        (_, "List") => "Expected list or null".to_owned(),
        (_, "Map" | "Structure") => "Expected null".to_owned(),
        (Value::String(_), _) => format!("STRING_VALUE can not be converted to {wanted}"),
        (Value::Number(_), _) => format!("NUMBER_VALUE can not be converted to {wanted}"),
        (Value::Bool(true), _) => format!("TRUE_VALUE can not be converted to {wanted}"),
        (Value::Bool(false), _) => format!("FALSE_VALUE can not be converted to {wanted}"),
        (Value::Null, _) => format!("NULL_VALUE can not be converted to {wanted}"),
    };
    Refusal::serialization(format!("{what} (at '{}')", path.member()))
}
