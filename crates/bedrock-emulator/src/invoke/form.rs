//! What a native body may hold, and how Bedrock says that it does not.
//!
//! Native bodies are not part of AWS's service model: each is held against the model's own documentation.

use serde_json::{Map, Value};

use crate::error::Refusal;

/// The form of a value.
#[derive(Debug)]
pub(crate) enum Form {
    Any,
    Boolean,
    /// The first form of the value's JSON type, text by what it may say.
    Either(&'static [Self]),
    Integer {
        min: i64,
        max: i64,
    },
    List {
        of: &'static Self,
        min: usize,
        max: usize,
    },
    Null,
    Number {
        min: f64,
        max: f64,
    },
    Object(&'static [Field]),
    /// An object of any members.
    Open,
    /// An object whose members are told by one of them.
    Tagged(&'static str, &'static [(&'static str, &'static [Field])]),
    /// Any of the values; none means any text.
    Text {
        min: usize,
        values: &'static [&'static str],
    },
}

/// A member of an object.
#[derive(Debug)]
pub(crate) struct Field {
    name: &'static str,
    required: bool,
    form: &'static Form,
}

pub(crate) const fn required(name: &'static str, form: &'static Form) -> Field {
    Field { name, required: true, form }
}

pub(crate) const fn optional(name: &'static str, form: &'static Form) -> Field {
    Field { name, required: false, form }
}

pub(crate) const fn list(of: &'static Form) -> Form {
    Form::List { of, min: 0, max: usize::MAX }
}

pub(crate) const fn one_of(values: &'static [&'static str]) -> Form {
    Form::Text { min: 0, values }
}

pub(crate) const fn within(min: f64, max: f64) -> Form {
    Form::Number { min, max }
}

pub(crate) const fn whole(min: i64, max: i64) -> Form {
    Form::Integer { min, max }
}

pub(crate) const TEXT: Form = Form::Text { min: 0, values: &[] };
pub(crate) const TEXTS: Form = list(&TEXT);
/// Text that is not empty.
pub(crate) const SOME_TEXT: Form = Form::Text { min: 1, values: &[] };
/// A number from 0 to 1, such as a probability.
pub(crate) const SHARE: Form = within(0.0, 1.0);
/// A count from 1 on.
pub(crate) const COUNT: Form = whole(1, i64::MAX);

/// Whose words a refusal is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    /// Claude's own: `max_tokens: Field required`.
    Claude,
    /// Bedrock's, of a JSON schema that the body is held against: `#: required key [prompt] not found`.
    Schema,
}

impl Words {
    /// Holds an object against its members.
    ///
    /// # Errors
    /// Everything that is wrong, in these words.
    pub(crate) fn check(self, members: &'static [Field], request: &Value) -> Result<(), Refusal> {
        self.check_at(&Form::Object(members), request, "")
    }

    /// Holds a value against its form; `path` has a slash before every step.
    ///
    /// # Errors
    /// Everything that is wrong, in these words.
    pub(crate) fn check_at(self, form: &Form, value: &Value, path: &str) -> Result<(), Refusal> {
        let mut findings = Findings { words: self, found: Vec::new() };
        findings.walk(form, value, path);
        if findings.found.is_empty() { Ok(()) } else { Err(self.refusal(&findings.found)) }
    }

    /// The refusal that tells these findings.
    pub(crate) fn refusal(self, findings: &[String]) -> Refusal {
        match self {
            Self::Claude => Refusal::validation(findings.first().cloned().unwrap_or_default()),
            Self::Schema => Refusal::validation(format!(
                "Malformed input request: {}, please reformat your input and try again.",
                findings.join(", ")
            )),
        }
    }
}

/// The finding for a request that is no object.
pub(crate) fn not_an_object(request: &Value) -> String {
    format!("#: expected type: JSONObject, found: {}", type_name(request))
}

struct Findings {
    words: Words,
    found: Vec<String>,
}

impl Findings {
    /// `path` has a slash before every step.
    fn walk(&mut self, form: &Form, value: &Value, path: &str) {
        match (form, value) {
            (Form::Any, _)
            | (Form::Boolean, Value::Bool(_))
            | (Form::Null, Value::Null)
            | (Form::Open, Value::Object(_)) => {}
            (Form::Either(forms), _) => match forms.iter().find(|form| fits(form, value)) {
                Some(form) => self.walk(form, value, path),
                None => self.mismatch(forms, value, path),
            },
            (Form::Integer { min, max }, Value::Number(number)) => match number.as_i64() {
                Some(whole) => self.range(path, value, whole < *min, whole > *max, &min.to_string(), &max.to_string()),
                None => self.mismatch(std::slice::from_ref(form), value, path),
            },
            (Form::Number { min, max }, Value::Number(number)) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                self.range(path, value, number < *min, number > *max, &min.to_string(), &max.to_string());
            }
            (Form::Text { min, values }, Value::String(text)) => self.text(text, *min, values, path),
            (Form::List { of, min, max }, Value::Array(items)) => {
                self.length(items.len(), *min, *max, path);
                for (index, item) in items.iter().enumerate() {
                    self.walk(of, item, &format!("{path}/{index}"));
                }
            }
            (Form::Object(members), Value::Object(map)) => self.members(members, None, map, path),
            (Form::Tagged(tag, kinds), Value::Object(map)) => self.tagged(tag, kinds, map, path),
            _ => self.mismatch(std::slice::from_ref(form), value, path),
        }
    }

    fn tagged(
        &mut self,
        tag: &str,
        kinds: &'static [(&'static str, &'static [Field])],
        map: &Map<String, Value>,
        path: &str,
    ) {
        let named = map.get(tag).and_then(Value::as_str);
        let Some(named) = named else {
            return match self.words {
                Words::Claude => self.tell(&format!("{path}/{tag}"), "Field required"),
                Words::Schema => self.tell(path, &format!("required key [{tag}] not found")),
            };
        };
        match kinds.iter().find(|(kind, _)| *kind == named) {
            // Claude's paths name the kind.
            Some((kind, members)) if self.words == Words::Claude => {
                self.members(members, Some(tag), map, &format!("{path}/{kind}"));
            }
            Some((_, members)) => self.members(members, Some(tag), map, path),
            None => {
                let known: Vec<String> = kinds.iter().map(|(kind, _)| format!("'{kind}'")).collect();
                match self.words {
                    Words::Claude => self.tell(
                        path,
                        &format!(
                            "Input tag '{named}' found using '{tag}' does not match any of the expected tags: {}",
                            known.join(", ")
                        ),
                    ),
                    Words::Schema => {
                        self.tell(&format!("{path}/{tag}"), &format!("{named} is not a valid enum value"));
                    }
                }
            }
        }
    }

    fn members(&mut self, members: &[Field], tag: Option<&str>, map: &Map<String, Value>, path: &str) {
        for member in members {
            match map.get(member.name) {
                // Claude reads null as absent.
                Some(Value::Null) if self.words == Words::Claude && !member.required => {}
                Some(value) => self.walk(member.form, value, &format!("{path}/{}", member.name)),
                None if !member.required => {}
                None if self.words == Words::Claude => self.tell(&format!("{path}/{}", member.name), "Field required"),
                None => self.tell(path, &format!("required key [{}] not found", member.name)),
            }
        }
        let known = |key: &str| tag == Some(key) || members.iter().any(|member| member.name == key);
        for key in map.keys().filter(|key| !known(key)) {
            match self.words {
                Words::Claude => self.tell(&format!("{path}/{key}"), "Extra inputs are not permitted"),
                Words::Schema => self.tell(path, &format!("extraneous key [{key}] is not permitted")),
            }
        }
    }

    fn text(&mut self, text: &str, min: usize, values: &[&str], path: &str) {
        let length = text.chars().count();
        if length < min {
            let finding = match self.words {
                Words::Claude => format!("String should have at least {min} character"),
                Words::Schema => format!("expected minLength: {min}, actual: {length}"),
            };
            self.tell(path, &finding);
        }
        if !values.is_empty() && !values.contains(&text) {
            let finding = match self.words {
                Words::Claude => {
                    let values: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
                    format!("Input should be {}", values.join(" or "))
                }
                Words::Schema => format!("{text} is not a valid enum value"),
            };
            self.tell(path, &finding);
        }
    }

    fn length(&mut self, length: usize, min: usize, max: usize, path: &str) {
        let finding = match self.words {
            Words::Claude if length < min => {
                format!("List should have at least {min} item after validation, not {length}")
            }
            Words::Claude if length > max => {
                format!("List should have at most {max} items after validation, not {length}")
            }
            Words::Schema if length < min => format!("expected minimum item count: {min}, found: {length}"),
            Words::Schema if length > max => format!("expected maximum item count: {max}, found: {length}"),
            Words::Claude | Words::Schema => return,
        };
        self.tell(path, &finding);
    }

    fn range(&mut self, path: &str, value: &Value, below: bool, above: bool, min: &str, max: &str) {
        let finding = match self.words {
            Words::Claude if below => format!("Input should be greater than or equal to {min}"),
            Words::Claude if above => format!("Input should be less than or equal to {max}"),
            Words::Schema if below => format!("{value} is not greater or equal to {min}"),
            Words::Schema if above => format!("{value} is not less or equal to {max}"),
            Words::Claude | Words::Schema => return,
        };
        self.tell(path, &finding);
    }

    fn mismatch(&mut self, forms: &[Form], value: &Value, path: &str) {
        let finding = match (self.words, forms) {
            (Words::Claude, forms) => {
                format!("Input should be a valid {}", forms.first().map_or("value", |form| wanted(form).0))
            }
            (Words::Schema, [form]) => format!("expected type: {}, found: {}", wanted(form).1, type_name(value)),
            (Words::Schema, forms) => {
                format!("no subschema matched out of the total {} subschemas", forms.len())
            }
        };
        self.tell(path, &finding);
    }

    fn tell(&mut self, path: &str, finding: &str) {
        self.found.push(match self.words {
            Words::Claude => format!("{}: {finding}", path.trim_start_matches('/').replace('/', ".")),
            Words::Schema => format!("#{path}: {finding}"),
        });
    }
}

/// Whether a value is of the form's JSON type, and text one of its values.
fn fits(form: &Form, value: &Value) -> bool {
    match form {
        Form::Any => true,
        Form::Boolean => value.is_boolean(),
        Form::Either(forms) => forms.iter().any(|form| fits(form, value)),
        Form::Integer { .. } => value.is_i64() || value.is_u64(),
        Form::List { .. } => value.is_array(),
        Form::Null => value.is_null(),
        Form::Number { .. } => value.is_number(),
        Form::Object(_) | Form::Open | Form::Tagged(..) => value.is_object(),
        Form::Text { values, .. } => value.as_str().is_some_and(|text| values.is_empty() || values.contains(&text)),
    }
}

/// The type in Claude's words and in a schema's.
const fn wanted(form: &Form) -> (&'static str, &'static str) {
    match form {
        Form::Any | Form::Either(_) => ("value", "value"),
        Form::Boolean => ("boolean", "Boolean"),
        Form::Integer { .. } => ("integer", "Integer"),
        Form::List { .. } => ("list", "JSONArray"),
        Form::Null => ("null", "Null"),
        Form::Number { .. } => ("number", "Number"),
        Form::Object(_) | Form::Open | Form::Tagged(..) => ("dictionary", "JSONObject"),
        Form::Text { .. } => ("string", "String"),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) if number.is_f64() => "BigDecimal",
        Value::Number(_) => "Integer",
        Value::String(_) => "String",
        Value::Array(_) => "JSONArray",
        Value::Object(_) => "JSONObject",
    }
}
