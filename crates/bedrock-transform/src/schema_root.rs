//! Schemas of tools for models that do not take all of JSON Schema at a schema's root: what it may not have is merged into what it may,
//! or written out, and what was combined goes into the tool's description in full.

use std::collections::BTreeSet;

use core_types::RawJson;

use crate::TransformError;
use crate::converse::response::Members;
use crate::json_tree::{Json, NAMED, VALUES};

/// Members that combine schemas.
const COMBINATORS: &[&str] = &["allOf", "anyOf", "oneOf"];

/// Members that other schemas refer to.
const DEFINITIONS: &[&str] = &["$defs", "definitions"];

/// Largest schema once its references are written out, by [`Json::spend`]'s measure: they may multiply.
const MOST: usize = 100_000;

/// Deepest combination that is looked into.
const DEEPEST: usize = 32;

/// Most of variants that is looked into, by the same measure: they may multiply, too.
const VARIANTS: usize = 10_000;

/// A schema that the model takes.
pub(crate) struct Fitted {
    pub(crate) schema: RawJson,
    /// What belongs into the tool's description.
    pub(crate) description: Option<String>,
    /// What was done.
    pub(crate) detail: String,
}

/// The schema as a model takes it whose root `lacks` these members; `None` if it does as it is.
pub(crate) fn fit(schema: &RawJson, lacks: &[&str], at: &dyn Fn() -> String) -> Result<Option<Fitted>, TransformError> {
    let malformed = |error: serde_json::Error| TransformError::invalid(at(), error.to_string());
    // A quick look at the text.
    if !lacks.iter().any(|name| schema.as_str().contains(name)) {
        return Ok(None);
    }
    let Members(members) = schema.read().map_err(malformed)?;
    let refused: Vec<&str> =
        members.iter().map(|(name, _)| name.as_ref()).filter(|name| lacks.contains(name)).collect();
    if refused.is_empty() {
        return Ok(None);
    }
    let given: Json = schema.read().map_err(malformed)?;
    let mut tree = given.clone();
    if refused.iter().any(|name| DEFINITIONS.contains(name) || *name == "$ref") {
        tree = WriteOut { root: &given, open: Vec::new(), room: MOST }
            .schema(&given)
            .map_err(|reason| TransformError::invalid(at(), reason))?;
    }
    let combined = take_combinators(&mut tree, lacks);
    let description = (!combined.is_empty()).then(|| serde_json::to_string(&Json::Object(combined.clone())));
    let mut room = VARIANTS;
    for (combinator, variants) in combined {
        Variants { root: &given, depth: 0, room: &mut room }.merge(&mut tree, &combinator, &variants);
    }
    if let Json::Object(members) = &mut tree {
        members.retain(|(name, _)| !lacks.contains(&name.as_str()));
    }
    let text = serde_json::to_string(&tree).map_err(malformed)?;
    let description = description.transpose().map_err(malformed)?;
    Ok(Some(Fitted {
        schema: RawJson::parse(text).map_err(malformed)?,
        detail: detail(&refused, description.is_some()),
        description: description.map(|json| format!("The arguments must match this JSON Schema: {json}")),
    }))
}

fn detail(refused: &[&str], combined: bool) -> String {
    let names: Vec<String> = refused.iter().map(|name| format!("`{name}`")).collect();
    let mut detail = format!("the model takes no {} at the root of a tool's schema", names.join(", "));
    if refused.iter().any(|name| DEFINITIONS.contains(name)) {
        detail.push_str("; references were written out");
    }
    if combined {
        detail.push_str("; what was combined was merged, and stands in the tool's description");
    }
    detail
}

fn take_combinators(tree: &mut Json, lacks: &[&str]) -> Vec<(String, Json)> {
    let Json::Object(members) = tree else { return Vec::new() };
    let is_taken = |name: &str| COMBINATORS.contains(&name) && lacks.contains(&name);
    let (taken, kept) = std::mem::take(members).into_iter().partition(|(name, _)| is_taken(name));
    *members = kept;
    taken
}

/// Schemas that others are combined of.
struct Variants<'r> {
    root: &'r Json,
    depth: usize,
    /// What may still be looked into.
    room: &'r mut usize,
}

impl Variants<'_> {
    /// Gives `schema` the properties of the variants that it is combined of, as wide as they name them.
    fn merge(&mut self, schema: &mut Json, combinator: &str, variants: &Json) {
        let Json::Array(variants) = variants else { return };
        let variants: Vec<Json> = variants.iter().map(|variant| self.flat(variant)).collect();
        let mut properties: Vec<(String, Vec<Json>)> = Vec::new();
        for (name, property) in
            variants.iter().filter_map(|variant| variant.member("properties")).flat_map(Json::members)
        {
            match properties.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) if known.iter().any(|known| known.is_like(property)) => {}
                Some((_, known)) => known.push(property.clone()),
                None => properties.push((name.clone(), vec![property.clone()])),
            }
        }
        let of_all = combinator == "allOf";
        let Some(Json::Object(own)) = schema.member_or("properties", Json::Object(Vec::new())) else { return };
        let known: BTreeSet<String> = own.iter().map(|(name, _)| name.clone()).collect();
        // The schema's own property, which may be wider, stands.
        for (name, mut ways) in properties.into_iter().filter(|(name, _)| !known.contains(name)) {
            let property = if of_all || ways.len() == 1 {
                ways.swap_remove(0)
            } else {
                Json::Object(vec![("anyOf".to_owned(), Json::Array(ways))])
            };
            own.push((name, property));
        }
        let names = |variant: &Json| variant.member("required").map(Json::texts).unwrap_or_default();
        let mut demands = variants.iter().map(names);
        let mut required = demands.next().unwrap_or_default();
        for more in demands {
            if of_all {
                required.extend(more.into_iter().filter(|name| !required.contains(name)).collect::<Vec<_>>());
            } else {
                required.retain(|name| more.contains(name));
            }
        }
        let known: BTreeSet<String> = schema.member("required").map(Json::texts).into_iter().flatten().collect();
        required.retain(|name| !known.contains(name));
        if required.is_empty() {
            return;
        }
        if let Some(Json::Array(list)) = schema.member_or("required", Json::Array(Vec::new())) {
            list.extend(required.iter().filter_map(|name| Json::text(name)));
        }
    }

    /// A variant whose properties all stand in it, whatever it refers to or is combined of.
    fn flat(&mut self, variant: &Json) -> Json {
        if self.depth == DEEPEST || !variant.spend(self.room) {
            return Json::Object(Vec::new());
        }
        let mut deeper = Variants { root: self.root, depth: self.depth + 1, room: &mut *self.room };
        if let Some(target) = variant.reference().and_then(|pointer| self.root.at(&pointer)) {
            return deeper.flat(target);
        }
        let mut variant = variant.clone();
        for (combinator, variants) in take_combinators(&mut variant, COMBINATORS) {
            deeper.merge(&mut variant, &combinator, &variants);
        }
        variant
    }
}

/// Puts what is referred to in the place of references.
struct WriteOut<'r> {
    root: &'r Json,
    /// References that are being written out.
    open: Vec<String>,
    /// What may still come.
    room: usize,
}

impl WriteOut<'_> {
    fn schema(&mut self, schema: &Json) -> Result<Json, String> {
        match schema {
            Json::Scalar(_) => self.kept(schema),
            Json::Array(items) => {
                Ok(Json::Array(items.iter().map(|item| self.schema(item)).collect::<Result<_, _>>()?))
            }
            Json::Object(members) => {
                self.spend(&Json::Array(Vec::new()))?;
                let mut written = match schema.reference() {
                    Some(pointer) => self.target(pointer)?,
                    None => Vec::new(),
                };
                for (name, value) in members {
                    let is_reference = name == "$ref" && schema.reference().is_some();
                    if is_reference || DEFINITIONS.contains(&name.as_str()) {
                        continue;
                    }
                    let value = self.member(name, value)?;
                    // What stands beside a reference says more than what it leads to.
                    written.retain(|(known, _)| known != name);
                    written.push((name.clone(), value));
                }
                Ok(Json::Object(written))
            }
        }
    }

    fn member(&mut self, name: &str, value: &Json) -> Result<Json, String> {
        match value {
            _ if VALUES.contains(&name) => self.kept(value),
            Json::Object(named) if NAMED.contains(&name) => {
                let named = named.iter().map(|(name, schema)| Ok((name.clone(), self.schema(schema)?)));
                Ok(Json::Object(named.collect::<Result<_, String>>()?))
            }
            value => self.schema(value),
        }
    }

    /// A value as it is.
    fn kept(&mut self, value: &Json) -> Result<Json, String> {
        self.spend(value)?;
        Ok(value.clone())
    }

    fn spend(&mut self, value: &Json) -> Result<(), String> {
        let fits = value.spend(&mut self.room);
        fits.then_some(()).ok_or_else(|| "the schema is too large once its references are written out".to_owned())
    }

    /// The members of what a reference leads to. Within itself it is of its type, and no more is said of it.
    fn target(&mut self, pointer: String) -> Result<Vec<(String, Json)>, String> {
        let root = self.root;
        let target = root.at(&pointer).ok_or_else(|| format!("the reference `{pointer}` leads to nothing"))?;
        if self.open.contains(&pointer) {
            return Ok(target.members().iter().filter(|(name, _)| name == "type").cloned().collect());
        }
        self.open.push(pointer);
        let written = self.schema(target);
        self.open.pop();
        match written? {
            Json::Object(members) => Ok(members),
            // `true` is a schema, too.
            _ => Ok(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOVA: &[&str] = &["$defs", "$ref", "allOf", "anyOf", "definitions", "oneOf"];
    const CLAUDE: &[&str] = COMBINATORS;

    fn fitted(schema: &Value, lacks: &[&str]) -> Result<Option<Fitted>, TransformError> {
        fit(&RawJson::from_value(schema).unwrap(), lacks, &|| "tools[0].function.parameters".to_owned())
    }

    #[track_caller]
    fn check(lacks: &[&str], given: &Value, expected: &Value) {
        let fitted = fitted(given, lacks).unwrap().unwrap();
        let sent: Value = fitted.schema.read().unwrap();
        assert_eq!(sent, *expected, "{}", fitted.detail);
    }

    #[test]
    fn what_the_model_takes_stays_as_it_is() {
        let plain = json!({"type": "object", "properties": {"a": {"anyOf": [{"type": "null"}]}}, "required": ["a"]});
        let defined = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {}}});
        assert!(fitted(&plain, NOVA).unwrap().is_none());
        assert!(fitted(&plain, CLAUDE).unwrap().is_none());
        assert!(fitted(&defined, CLAUDE).unwrap().is_none());
        assert!(fitted(&json!({"type": "object", "anyOf": []}), &[]).unwrap().is_none());
    }

    #[test]
    fn references_are_written_out_with_what_stands_beside_them() {
        check(
            NOVA,
            &json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
                "properties": {
                    "a": {"$ref": "#/$defs/pair", "description": "mine"}, "b": {"type": "array", "items": {"$ref": "#/$defs/a~1b"}},
                    "$ref": {"type": "string"}, "c": {"const": {"$ref": "#/nowhere"}},
                },
                "$defs": {"pair": {"type": "object", "description": "its", "properties": {"x": {"$ref": "#/$defs/a~1b"}}}, "a/b": {"type": "integer"}},
            }),
            &json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
                "properties": {
                    "a": {"type": "object", "properties": {"x": {"type": "integer"}}, "description": "mine"},
                    "b": {"type": "array", "items": {"type": "integer"}},
                    "$ref": {"type": "string"}, "c": {"const": {"$ref": "#/nowhere"}},
                },
            }),
        );
    }

    #[test]
    fn a_schema_within_itself_ends_at_its_type() {
        let node = json!({"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}});
        check(
            NOVA,
            &json!({"type": "object", "$ref": "#/$defs/node", "$defs": {"node": node}}),
            &json!({"properties": {"next": {"type": "object"}}, "type": "object"}),
        );
    }

    #[test]
    fn variants_become_one_object_that_takes_them_all() {
        let by_id = json!({"type": "object", "properties": {"kind": {"const": "id"}, "id": {"type": "integer"}}, "required": ["kind", "id"]});
        let by_name = json!({"properties": {"kind": {"const": "name"}, "name": {"type": "string"}}, "required": ["kind", "name"]});
        let merged = json!({
            "type": "object",
            "properties": {"kind": {"anyOf": [{"const": "id"}, {"const": "name"}]}, "id": {"type": "integer"}, "name": {"type": "string"}},
            "required": ["kind"],
        });
        for lacks in [NOVA, CLAUDE] {
            check(lacks, &json!({"type": "object", "oneOf": [by_id, by_name]}), &merged);
        }
        let referred = json!({"type": "object", "anyOf": [{"$ref": "#/$defs/i"}, {"allOf": [{"$ref": "#/$defs/n"}]}], "$defs": {"i": by_id, "n": by_name}});
        let mut kept = merged;
        check(NOVA, &referred, &kept);
        kept["$defs"] = referred["$defs"].clone();
        check(CLAUDE, &referred, &kept);
    }

    #[test]
    fn own_properties_stand_and_demands_are_those_of_all_or_of_every_variant() {
        let given = |combinator: &str| {
            json!({
                "type": "object", "properties": {"pid": {"type": "integer"}}, "required": ["x"],
                combinator: [{"required": ["pid", "y"]}, {"properties": {"pid": {"const": 1}}, "required": ["y", "x"]}],
            })
        };
        let sent = |required: Value| json!({"type": "object", "properties": {"pid": {"type": "integer"}}, "required": required});
        check(CLAUDE, &given("anyOf"), &sent(json!(["x", "y"])));
        check(CLAUDE, &given("allOf"), &sent(json!(["x", "pid", "y"])));
        let fitted = fitted(&given("anyOf"), CLAUDE).unwrap().unwrap();
        assert_eq!(
            fitted.description.unwrap(),
            r#"The arguments must match this JSON Schema: {"anyOf":[{"required":["pid","y"]},{"properties":{"pid":{"const":1}},"required":["y","x"]}]}"#
        );
        assert_eq!(
            fitted.detail,
            "the model takes no `anyOf` at the root of a tool's schema; what was combined was merged, and stands in the tool's description"
        );
    }

    #[test]
    fn references_to_nothing_and_schemas_that_explode_are_refused() {
        let lost = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}, "$defs": {}});
        assert_eq!(
            fitted(&lost, NOVA).err().unwrap().to_string(),
            "tools[0].function.parameters: the reference `#/$defs/b` leads to nothing"
        );
        let twice = |next: usize| json!({"properties": {"a": {"$ref": format!("#/$defs/{next}")}, "b": {"$ref": format!("#/$defs/{next}")}}});
        let mut bomb = json!({"type": "object", "$ref": "#/$defs/0", "$defs": {"40": {}}});
        for level in 0..40 {
            bomb["$defs"][level.to_string()] = twice(level + 1);
        }
        let error = fitted(&bomb, NOVA).err().unwrap().to_string();
        assert!(error.ends_with("the schema is too large once its references are written out"), "{error}");
        let own = json!({"$ref": "#"});
        let without_end = json!({"type": "object", "anyOf": [own, own, own], "oneOf": [own, own, own]});
        assert!(fitted(&without_end, CLAUDE).unwrap().is_some());
    }
}
