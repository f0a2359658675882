//! A value that satisfies a JSON Schema, made of the prompt's words where they fit.

mod merge;
mod number;

use serde_json::{Map, Value};

use crate::pattern;
use crate::prompt::Prompt;

/// Values made at most; a schema that requires itself has no end.
const BUDGET: usize = 2_000;
/// Below this depth everything optional is left out.
const OPTIONAL_DEPTH: usize = 4;
/// Below this depth there is only null.
const MAX_DEPTH: usize = 48;

/// Values tried before one that `not` excludes, or that a list has, is let through.
const ATTEMPTS: usize = 8;

/// Names of properties that want a place.
const PLACES: &[&str] = &["address", "area", "city", "country", "destination", "location", "place", "region", "town"];
/// Names of properties that want the prompt itself.
const TEXTS: &[&str] = &["input", "message", "prompt", "query", "question", "text"];

/// A value for the schema; `place` is the place of the prompt to begin with.
pub(crate) fn value(schema: &Value, prompt: &Prompt, place: usize) -> Value {
    Generator { root: schema, prompt, place, number: 0, budget: BUDGET }.value(schema, "value", 0, 0)
}

/// Whether a property of this name wants a place.
pub(crate) fn wants_place(name: &str) -> bool {
    let name = name.to_lowercase();
    let name = name.strip_suffix("_name").unwrap_or(&name);
    PLACES.iter().any(|place| name == *place || name.ends_with(&format!("_{place}")))
}

struct Generator<'a> {
    root: &'a Value,
    prompt: &'a Prompt,
    place: usize,
    /// Numbers of the prompt used so far.
    number: usize,
    budget: usize,
}

impl Generator<'_> {
    /// `name` is the property the value is for; `nth` counts the items of a list.
    fn value(&mut self, schema: &Value, name: &str, nth: usize, depth: usize) -> Value {
        if self.budget == 0 || depth > MAX_DEPTH {
            return Value::Null;
        }
        self.budget -= 1;
        let schema = match schema {
            Value::Object(schema) => merge::flatten(self.root, schema, depth >= OPTIONAL_DEPTH),
            Value::Bool(false) => return Value::Null,
            _ => return self.string(&Map::new(), name, nth).into(),
        };
        let unwanted = schema.get("not").cloned().unwrap_or(Value::Bool(false));
        let mut value = self.wanted(&schema, name, nth, depth);
        for other in 1..=ATTEMPTS {
            if !is_of(&value, &unwanted) {
                break;
            }
            value = self.wanted(&schema, name, nth + other, depth);
        }
        value
    }

    /// A value for a flat schema; what its `not` says is not looked at.
    fn wanted(&mut self, schema: &Map<String, Value>, name: &str, nth: usize, depth: usize) -> Value {
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array)
            && let Some(value) = self.chosen(values, schema, nth)
        {
            return value;
        }
        if let Some(value) = schema.get("default") {
            return value.clone();
        }
        match type_of(schema, depth >= OPTIONAL_DEPTH) {
            "array" => self.array(schema, name, depth),
            "boolean" => nth.is_multiple_of(2).into(),
            "integer" => self.number(schema, nth, number::Kind::Integer),
            "null" => Value::Null,
            "number" => self.number(schema, nth, number::Kind::Any),
            "object" => self.object(schema, nth, depth),
            _ => self.string(schema, name, nth).into(),
        }
    }

    /// The value that the prompt mentions, or the next; of those that have the schema's type.
    fn chosen(&self, values: &[Value], schema: &Map<String, Value>, nth: usize) -> Option<Value> {
        let mut values: Vec<&Value> = values.iter().collect();
        if let Some(kind) = schema.get("type") {
            values.retain(|value| is_type(value, kind));
        }
        let mentioned =
            values.iter().filter(|value| value.as_str().is_some_and(|text| self.prompt.mentions(text))).nth(nth);
        mentioned.or_else(|| values.get(nth)).or_else(|| values.first()).map(|value| (*value).clone())
    }

    fn number(&mut self, schema: &Map<String, Value>, nth: usize, kind: number::Kind) -> Value {
        let range = number::Range::of(schema, kind);
        while let Some(&number) = self.prompt.numbers.get(self.number) {
            self.number += 1;
            if range.holds(number) {
                return number::json(number);
            }
        }
        number::json(range.pick(nth))
    }

    fn object(&mut self, schema: &Map<String, Value>, nth: usize, depth: usize) -> Value {
        let none = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
        let mut names: Vec<&str> = strings(schema.get("required"));
        let says_nothing = !schema.contains_key("required");
        for (name, property) in properties {
            let wanted = says_nothing || self.has_a_word_for(name, property);
            if depth < OPTIONAL_DEPTH && wanted && !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let at_least = count(schema, "minProperties").unwrap_or(0);
        for name in properties.keys() {
            if names.len() < at_least && !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let mut at = 0;
        while let Some(name) = names.get(at).copied() {
            for key in ["dependentRequired", "dependencies"] {
                for dependent in strings(schema.get(key).and_then(|map| map.get(name))) {
                    if !names.contains(&dependent) {
                        names.push(dependent);
                    }
                }
            }
            at += 1;
        }
        let pattern = schema.get("patternProperties").and_then(Value::as_object).and_then(|map| map.iter().next());
        let spelled = pattern.map(|(pattern, _)| pattern::matching(pattern, 0));
        if names.len() < at_least
            && let Some(name) = spelled.as_deref().filter(|name| !names.contains(name))
        {
            names.push(name);
        }
        // There is no engine to tell which pattern a name fits: the first one it is.
        let open = schema.get("additionalProperties").unwrap_or(&Value::Bool(true));
        let unlisted = pattern.map_or(open, |(_, property)| property);
        let mut object = Map::new();
        for name in names {
            object.insert(name.to_owned(), self.value(properties.get(name).unwrap_or(unlisted), name, nth, depth + 1));
        }
        for number in 1..=at_least.min(BUDGET) {
            if object.len() < at_least && *open != Value::Bool(false) {
                object.insert(format!("property{number}"), self.value(open, "property", number, depth + 1));
            }
        }
        Value::Object(object)
    }

    /// Whether the prompt has something for an optional property.
    fn has_a_word_for(&self, name: &str, property: &Value) -> bool {
        let values = property["enum"].as_array().map_or(&[][..], Vec::as_slice);
        values.iter().any(|value| value.as_str().is_some_and(|text| self.prompt.mentions(text)))
            || (wants_place(name) && !self.prompt.places.is_empty())
    }

    fn array(&mut self, schema: &Map<String, Value>, name: &str, depth: usize) -> Value {
        let first = schema.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let rest = schema.get("items").unwrap_or(&Value::Bool(true));
        let contains = schema.get("contains");
        let contained = contains.map_or(0, |_| count(schema, "minContains").unwrap_or(1));
        let among_the_rest = contains.map_or_else(|| rest.clone(), |contains| merge::both(rest, contains));
        let least = if contained == 0 { 0 } else { first.len().saturating_add(contained) };
        let min = count(schema, "minItems").unwrap_or(0).max(least);
        let max = count(schema, "maxItems").unwrap_or(usize::MAX);
        let singular = name.strip_suffix("ies").map(|stem| format!("{stem}y"));
        let singular = singular.unwrap_or_else(|| name.strip_suffix('s').unwrap_or(name).to_owned());
        let pleasant = if wants_place(&singular) {
            self.prompt.places.len().max(1)
        } else if depth < OPTIONAL_DEPTH {
            first.len().max(1)
        } else {
            0
        };
        let closed = *rest == Value::Bool(false);
        let length = pleasant.max(min).min(max).min(if closed { first.len() } else { BUDGET });
        let attempts = if schema.get("uniqueItems") == Some(&Value::Bool(true)) { ATTEMPTS } else { 0 };
        let mut items = Vec::new();
        for at in 0..length {
            let (schema, nth) = match (first.get(at), at.saturating_sub(first.len())) {
                (Some(schema), _) => (schema, 0),
                (None, nth) if nth < contained => (&among_the_rest, nth),
                (None, nth) => (rest, nth),
            };
            let mut value = self.value(schema, &singular, nth, depth + 1);
            for other in 1..=attempts {
                if !items.contains(&value) {
                    break;
                }
                value = self.value(schema, &singular, nth + other, depth + 1);
            }
            items.push(value);
        }
        Value::Array(items)
    }

    fn string(&self, schema: &Map<String, Value>, name: &str, nth: usize) -> String {
        let min = count(schema, "minLength").unwrap_or(0);
        let max = count(schema, "maxLength").unwrap_or(usize::MAX);
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
            return pattern::matching(pattern, min);
        }
        if let Some(text) = schema.get("format").and_then(Value::as_str).and_then(|format| formatted(format, nth)) {
            return text;
        }
        let mut text = self.words(name, nth);
        if text.chars().count() > max {
            text = text.chars().take(max).collect();
        }
        let missing = min.min(100_000).saturating_sub(text.chars().count());
        text.extend(std::iter::repeat_n('x', missing));
        text
    }

    fn words(&self, name: &str, nth: usize) -> String {
        let prompt = self.prompt;
        if wants_place(name)
            && let Some(place) = prompt.places.get(self.place + nth).or_else(|| prompt.places.first())
        {
            return place.clone();
        }
        if TEXTS.contains(&name.to_lowercase().as_str()) && nth == 0 && !prompt.text.trim().is_empty() {
            return prompt.text.trim().to_owned();
        }
        if let Some(quoted) = prompt.quoted.get(nth) {
            return quoted.clone();
        }
        let words = name.replace(['_', '-'], " ");
        if nth == 0 { format!("example {words}") } else { format!("example {words} {}", nth + 1) }
    }
}

/// Whether this is what a `not` says, as far as it names values or types.
fn is_of(value: &Value, unwanted: &Value) -> bool {
    let Some(schema) = unwanted.as_object() else { return *unwanted == Value::Bool(true) };
    let says = |key: &str| match key {
        "const" => schema.get(key) == Some(value),
        "enum" => schema.get(key).and_then(Value::as_array).is_some_and(|values| values.contains(value)),
        "type" => schema.get(key).is_some_and(|kind| is_type(value, kind)),
        _ => false,
    };
    !schema.is_empty() && schema.keys().all(|key| says(key))
}

/// Whether a value is of the type, or of one of the types.
fn is_type(value: &Value, kind: &Value) -> bool {
    if let Value::Array(kinds) = kind {
        return kinds.iter().any(|kind| is_type(value, kind));
    }
    match kind.as_str().unwrap_or_default() {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        _ => true,
    }
}

fn type_of(schema: &Map<String, Value>, prefer_null: bool) -> &str {
    let unwanted = schema.get("not").and_then(|not| not.get("type")).unwrap_or(&Value::Null);
    match schema.get("type") {
        Some(Value::String(name)) => return name,
        Some(Value::Array(names)) => {
            let names: Vec<&str> = names.iter().filter(|name| *name != unwanted).filter_map(Value::as_str).collect();
            if prefer_null && names.contains(&"null") {
                return "null";
            }
            return names.iter().find(|name| **name != "null").copied().unwrap_or("null");
        }
        _ => {}
    }
    let keywords = [
        ("object", &["properties", "required", "additionalProperties", "minProperties", "patternProperties"][..]),
        ("array", &["items", "prefixItems", "minItems", "contains"]),
        ("string", &["pattern", "minLength", "maxLength", "format"]),
        ("number", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
    ];
    let found = keywords.iter().find(|(_, keywords)| keywords.iter().any(|keyword| schema.contains_key(*keyword)));
    found.map_or(if unwanted == "string" { "object" } else { "string" }, |(name, _)| name)
}

fn formatted(format: &str, nth: usize) -> Option<String> {
    // Days from 10 January on, in months of 28.
    let (month, day) = ((nth + 9) / 28 % 12 + 1, (nth + 9) % 28 + 1);
    let (hour, minute) = ((nth + 570) / 60 % 24, (nth + 570) % 60);
    Some(match format {
        "date" => format!("2026-{month:02}-{day:02}"),
        "date-time" => format!("2026-{month:02}-{day:02}T09:30:00Z"),
        "duration" => format!("P{}D", nth + 1),
        "email" | "idn-email" => format!("user{}@example.com", nth + 1),
        "hostname" | "idn-hostname" => format!("host{}.example.com", nth + 1),
        "ipv4" => format!("192.0.2.{}", nth % 254 + 1),
        "ipv6" => format!("2001:db8::{:x}", nth % 0xffff + 1),
        "time" => format!("{hour:02}:{minute:02}:00Z"),
        "uri" | "uri-reference" | "iri" | "iri-reference" | "url" => format!("https://example.com/{}", nth + 1),
        "uuid" => format!("00000000-0000-4000-8000-{nth:012x}"),
        _ => return None,
    })
}

fn count(schema: &Map<String, Value>, keyword: &str) -> Option<usize> {
    let number = schema.get(keyword)?;
    // `2.0` counts as well.
    let number = number.as_u64().or_else(|| format!("{:.0}", number.as_f64()?).parse().ok())?;
    usize::try_from(number).ok()
}

fn strings(value: Option<&Value>) -> Vec<&str> {
    value.and_then(Value::as_array).map_or_else(Vec::new, |list| list.iter().filter_map(Value::as_str).collect())
}
