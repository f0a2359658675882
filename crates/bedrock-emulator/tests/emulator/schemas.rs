//! Values for JSON schemas, judged by a validator.

use bedrock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{self, user, with};

fn table() -> Vec<Value> {
    vec![
        json!({ "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "integer" } }, "required": ["a"] }),
        json!({ "type": "object", "properties": { "a": { "type": "boolean" }, "b": { "type": "null" } } }),
        json!({ "type": "object", "required": ["unlisted"], "additionalProperties": { "type": "integer" } }),
        json!({ "type": "object", "minProperties": 2, "additionalProperties": { "type": "string" } }),
        json!({ "type": "array", "items": { "type": "number" }, "minItems": 3, "maxItems": 4 }),
        json!({ "type": "array", "items": { "type": "string" }, "minItems": 3, "uniqueItems": true }),
        json!({ "type": "array", "items": { "enum": ["x", "y", "z"] }, "minItems": 3, "uniqueItems": true }),
        json!({ "type": "array", "items": { "type": "integer", "minimum": 5 }, "minItems": 4, "uniqueItems": true }),
        json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "integer" }], "items": false, "minItems": 2 }),
        json!({ "type": "array", "items": { "type": "string" }, "maxItems": 0 }),
        json!({ "enum": ["red", "green", 3, null] }),
        json!({ "const": { "kind": "fixed" } }),
        json!({ "type": "integer", "minimum": 10, "maximum": 20 }),
        json!({ "type": "integer", "exclusiveMinimum": 10, "exclusiveMaximum": 12 }),
        json!({ "type": "integer", "minimum": 7, "multipleOf": 5 }),
        json!({ "type": "integer", "maximum": -3, "multipleOf": 4 }),
        json!({ "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1 }),
        json!({ "type": "number", "minimum": 0.3, "multipleOf": 0.25 }),
        json!({ "type": "string", "minLength": 50, "maxLength": 60 }),
        json!({ "type": "string", "maxLength": 3 }),
        json!({ "type": "string", "format": "date" }),
        json!({ "type": "string", "format": "date-time" }),
        json!({ "type": "string", "format": "email" }),
        json!({ "type": "string", "format": "uri" }),
        json!({ "type": "string", "format": "uuid" }),
        json!({ "type": "string", "pattern": "^[A-Z]{2}[0-9]{4}(-[a-z]+)?$" }),
        json!({ "type": "string", "pattern": "^\\S+@\\S+\\.com$", "minLength": 12 }),
        json!({ "type": ["string", "null"] }),
        json!({ "type": ["null", "integer"], "minimum": 2 }),
        json!({ "anyOf": [{ "type": "null" }, { "type": "integer" }] }),
        json!({ "oneOf": [{ "type": "string", "maxLength": 2 }, { "type": "integer" }] }),
        json!({ "allOf": [
            { "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"] },
            { "properties": { "a": { "minLength": 30 }, "b": { "type": "integer" } }, "required": ["b"] },
        ] }),
        json!({ "allOf": [{ "type": "number", "minimum": 1 }, { "type": "integer", "minimum": 4 }] }),
        json!({ "$ref": "#/$defs/pet", "$defs": { "pet": {
            "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"],
        } } }),
        json!({ "$ref": "#/definitions/node", "definitions": { "node": {
            "type": "object",
            "properties": { "value": { "type": "integer" }, "next": { "anyOf": [{ "$ref": "#/definitions/node" }, { "type": "null" }] } },
            "required": ["value", "next"],
            "additionalProperties": false,
        } } }),
        json!({ "type": "object", "properties": { "children": { "type": "array", "items": { "$ref": "#" } } }, "required": ["children"] }),
        json!({ "type": "object", "properties": { "a": { "type": "integer", "default": 7 } }, "required": ["a"] }),
        json!({ "properties": { "deep": { "properties": { "er": { "items": { "minimum": 2 } } } } } }),
        json!({
            "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } },
            "required": ["a"], "dependentRequired": { "a": ["b"] },
        }),
        json!({ "type": "object", "properties": { "a/b": { "type": "string" }, "c%d": { "$ref": "#/properties/a~1b" } } }),
        json!({ "type": "object", "additionalProperties": false, "required": ["ip", "ip6", "host", "at", "took"], "properties": {
            "ip": { "type": "string", "format": "ipv4" }, "ip6": { "type": "string", "format": "ipv6" },
            "host": { "type": "string", "format": "hostname" }, "at": { "type": "string", "format": "time" },
            "took": { "type": "string", "format": "duration" },
        } }),
        json!({ "type": "array", "items": { "type": "string", "format": "date-time" }, "minItems": 12, "uniqueItems": true }),
        json!({ "enum": [null, 3, "three", { "n": 3 }, [3], true] }),
        json!({ "type": "string", "enum": [1, null, "one", "two"] }),
        json!({ "type": "array", "items": { "enum": [1, "1", null, [1]] }, "minItems": 4, "uniqueItems": true }),
        json!({ "allOf": [{ "enum": ["a", "b", "c"] }, { "enum": ["b", "c"] }, { "not": { "const": "b" } }] }),
        json!({ "type": "array", "items": { "type": "boolean" }, "minItems": 2, "uniqueItems": true }),
        json!({
            "type": "array", "items": { "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"] },
            "minItems": 3, "uniqueItems": true,
        }),
        json!({
            "type": "array", "prefixItems": [{ "const": "point" }, { "type": "number" }],
            "items": { "type": "boolean" }, "minItems": 4, "maxItems": 5,
        }),
        json!({ "type": "array", "contains": { "type": "integer", "minimum": 5 }, "minContains": 2 }),
        json!({
            "type": "object", "patternProperties": { "^x-[a-z]+$": { "type": "integer" } },
            "required": ["x-rate"], "additionalProperties": false,
        }),
        json!({
            "type": "object", "patternProperties": { "^[a-z]{3}$": { "type": "boolean" } },
            "minProperties": 1, "additionalProperties": false,
        }),
        json!({
            "type": "object", "properties": { "a": {}, "b": { "type": "null" }, "c": { "type": "integer" } },
            "minProperties": 2, "required": ["c"], "maxProperties": 2, "additionalProperties": false,
        }),
        json!({
            "type": "object", "properties": { "card": { "type": "string" } }, "required": ["card"],
            "dependentSchemas": { "card": { "properties": { "zip": { "type": "string", "minLength": 5 } }, "required": ["zip"] } },
        }),
        json!({
            "type": "object", "properties": { "kind": { "enum": ["round", "square"] } }, "required": ["kind"],
            "if": { "properties": { "kind": { "const": "round" } } },
            "then": { "properties": { "radius": { "type": "number", "exclusiveMinimum": 0 } }, "required": ["radius"] },
            "else": { "properties": { "side": { "type": "number" } }, "required": ["side"] },
        }),
        json!({ "type": "integer", "minimum": 1, "not": { "const": 1 } }),
        json!({ "type": "string", "not": { "enum": ["example value", "these"] } }),
        json!({ "type": ["string", "integer"], "not": { "type": "string" } }),
        json!({ "not": { "type": "string" } }),
        json!({ "anyOf": [
            { "allOf": [{ "$ref": "#/$defs/base" }, { "properties": { "id": { "minimum": 100 } } }] },
            { "type": "null" },
        ], "$defs": { "base": { "type": "object", "properties": { "id": { "type": "integer" } }, "required": ["id"] } } }),
        json!({
            "type": "object", "required": ["who"], "properties": { "who": { "allOf": [
                { "anyOf": [{ "$ref": "#/$defs/name" }, { "$ref": "#/$defs/number" }] }, { "maxLength": 4 },
            ] } },
            "$defs": { "name": { "type": "string", "minLength": 2 }, "number": { "type": "integer" } },
        }),
        json!({
            "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "integer" } },
            "anyOf": [{ "required": ["a"] }, { "required": ["b"] }], "oneOf": [{ "required": ["b"] }, { "required": ["c"] }],
        }),
        json!({ "oneOf": [{ "type": "integer", "multipleOf": 3 }, { "type": "integer", "multipleOf": 5 }] }),
        json!({ "$ref": "#/$defs/long", "minLength": 40, "$defs": { "long": { "$ref": "#/$defs/text" }, "text": { "type": "string" } } }),
        json!({ "$ref": "#spot", "$defs": { "a": { "$anchor": "spot", "type": "integer", "minimum": 2, "maximum": 2 } } }),
        json!({ "type": "string", "pattern": "^(\\d{1,3}\\.){3}\\d{1,3}$", "format": "ipv4" }),
        json!({ "type": "string", "pattern": "^[^\\s@]+@[^\\s@]+\\.[a-z]{2,}$", "format": "email" }),
        json!({ "type": "number", "minimum": -90, "maximum": -89.5, "multipleOf": 0.01 }),
        json!(true),
        json!({}),
    ]
}

#[tokio::test]
async fn a_requested_schema_is_satisfied() {
    let emulator = Emulator::start().await.unwrap();
    for prompt in ["Hello", "Put 3, 250 and -7.5 of \"these\" in Paris, Rome and Oslo. Green ones, please."] {
        for schema in table() {
            // A schema on the wire is an object; true is one too.
            let text = if schema.is_boolean() { "{}".to_owned() } else { schema.to_string() };
            let format = json!({ "type": "json_schema", "structure": { "jsonSchema": { "schema": text } } });
            let request = with(user(prompt), json!({ "outputConfig": { "textFormat": format } }));
            let head = client::head("converse", "amazon.nova-pro-v1:0", None);
            let reply = client::raw(&emulator, &head, request.to_string().as_bytes()).await.unwrap();
            assert_eq!(reply.status, 200, "{}", reply.text());
            let answer = reply.json();
            let text = answer["output"]["message"]["content"][0]["text"].as_str().unwrap();
            let value: Value = serde_json::from_str(text).unwrap();
            let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{schema}\n{value}\n{errors:?}");
        }
    }
}

#[tokio::test]
async fn a_schema_without_an_end_does_not_hang() {
    let emulator = Emulator::start().await.unwrap();
    let schemas = [
        json!({ "$ref": "#" }),
        json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } } }),
        json!({ "type": "object", "properties": { "l": { "$ref": "#" }, "r": { "$ref": "#" } }, "required": ["l", "r"] }),
        json!({ "allOf": [{ "$ref": "#" }, { "$ref": "#" }] }),
        json!({ "type": "array", "items": { "$ref": "#" }, "minItems": 100 }),
        json!({ "type": "array", "items": { "$ref": "#" }, "minItems": 100, "uniqueItems": true, "not": { "type": "array" } }),
        json!({ "type": "string", "minLength": 1_000_000_000 }),
        json!({ "$ref": "https://example.com/elsewhere.json" }),
    ];
    for schema in schemas {
        let format = json!({ "type": "json_schema", "structure": { "jsonSchema": { "schema": schema.to_string() } } });
        let request = with(user("Hello"), json!({ "outputConfig": { "textFormat": format } }));
        let head = client::head("converse", "amazon.nova-pro-v1:0", None);
        let reply = client::raw(&emulator, &head, request.to_string().as_bytes()).await.unwrap();
        assert_eq!(reply.status, 200, "{schema}");
    }
}
