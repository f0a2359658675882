//! The JSON schema of the file, for editors: made of the keys that the reader knows.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::config::known::{self, Fate, Key, Kind};

/// A schema, as far as this one needs it. <https://json-schema.org/draft/2020-12/schema>
#[derive(Debug, Default, Serialize)]
struct Schema {
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    schema: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deprecated: Option<bool>,
    #[serde(rename = "type", skip_serializing_if = "Vec::is_empty")]
    kind: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Box<Self>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<&'static str, Self>,
    #[serde(rename = "patternProperties", skip_serializing_if = "BTreeMap::is_empty")]
    patterns: BTreeMap<&'static str, Self>,
    #[serde(rename = "additionalProperties", skip_serializing_if = "Option::is_none")]
    additional: Option<bool>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    required: &'static [&'static str],
}

/// The JSON schema of `config.yaml`. Ignored keys are marked as deprecated.
#[must_use]
pub fn config_schema() -> String {
    let mut root = map("");
    root.schema = Some("https://json-schema.org/draft/2020-12/schema");
    root.title = Some("config.yaml of Pumice, as LiteLLM writes it");
    root.required = &["model_list"];
    let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
    text.push('\n');
    text
}

/// The map at a path of the file.
fn map(path: &str) -> Schema {
    let table = known::table(path).unwrap_or_default();
    // Parameters of requests, and descriptions of models, may have any name.
    let is_open = path.ends_with("_params") || path.ends_with("model_info");
    Schema {
        kind: vec!["object", "null"],
        properties: table.iter().chain(known::facts(path)).map(|key| (key.name, property(path, key))).collect(),
        patterns: patterns(path),
        additional: if is_open { None } else { Some(false) },
        required: match path.rsplit('.').next() {
            Some("litellm_params") => &["model"],
            Some(name) if name.starts_with("model_list[") => &["model_name", "litellm_params"],
            Some(name) if name.starts_with("credential_list[") => &["credential_name"],
            Some(name) if name.starts_with("keys[") => &["key"],
            _ => &[],
        },
        ..Schema::default()
    }
}

/// Names of prices and features that are too many to list.
fn patterns(path: &str) -> BTreeMap<&'static str, Schema> {
    let of = |kind, text: &str| Schema { kind: types(kind), description: Some(text.to_owned()), ..Schema::default() };
    let mut patterns = BTreeMap::new();
    if known::facts(path).next().is_some() {
        patterns.insert("_cost(_|$)", of(Kind::Number, "a price in US dollars, of a tier or above a length"));
    }
    if path.ends_with("model_info") {
        patterns.insert("^supports_", of(Kind::Flag, "whether the model can, over what is published"));
    }
    patterns
}

fn property(path: &str, key: &Key) -> Schema {
    let within = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
    let item = format!("{within}[0]");
    let mut schema = match key.kind {
        Kind::Map if known::table(&within).is_some() => map(&within),
        Kind::List if known::table(&item).is_some() => {
            Schema { kind: vec!["array", "null"], items: Some(Box::new(map(&item))), ..Schema::default() }
        }
        Kind::Texts => {
            let items = Schema { kind: vec!["string"], ..Schema::default() };
            Schema { kind: vec!["array", "null"], items: Some(Box::new(items)), ..Schema::default() }
        }
        kind => Schema { kind: types(kind), ..Schema::default() },
    };
    match key.fate {
        Fate::Ignored(why) => {
            schema.description = Some(format!("Ignored: {why}."));
            schema.deprecated = Some(true);
        }
        Fate::Served(does) => schema.description = Some(does.to_owned()),
    }
    schema
}

/// Everything may be `os.environ/NAME`, which is a text.
fn types(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Any => vec![],
        Kind::Count => vec!["integer", "string", "null"],
        Kind::Flag => vec!["boolean", "string", "null"],
        Kind::List | Kind::Texts => vec!["array", "null"],
        Kind::Map => vec!["object", "null"],
        Kind::Number | Kind::Seconds => vec!["number", "string", "null"],
        Kind::Text => vec!["string", "number", "boolean", "null"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Environment};

    const MODEL: &str = "model_list: [{model_name: m, litellm_params: {model: bedrock/amazon.nova-lite-v1:0";

    /// The warnings for a file that has this key with this value.
    fn warnings(path: &str, key: &str, value: &str) -> Vec<String> {
        let yaml = match path {
            "" => format!("{MODEL}}}}}]\n{key}: {value}\n"),
            "model_list[0].litellm_params" => format!("{MODEL}, {key}: {value}}}}}]\n"),
            "model_list[0].model_info" => format!("{MODEL}}}, model_info: {{{key}: {value}}}}}]\n"),
            _ => format!("{MODEL}}}}}]\n{path}: {{{key}: {value}}}\n"),
        };
        let config = Config::parse("config.yaml".as_ref(), &yaml, Environment::default());
        config.unwrap_or_else(|error| panic!("{path} {key}: {error}")).warnings().to_vec()
    }

    fn sample(key: &Key) -> &'static str {
        match (key.name, key.kind) {
            (name, Kind::Text) if name.contains("endpoint") || name == "api_base" => "http://127.0.0.1:1",
            ("aws_region_name", _) => "eu-west-1",
            ("base_model", _) => "amazon.nova-lite-v1:0",
            ("custom_llm_provider", _) => "bedrock",
            ("guardrailConfig", _) => "{guardrailIdentifier: g}",
            ("routing_strategy", _) => "simple-shuffle",
            ("user_continue_message", _) => "{role: user, content: x}",
            ("deprecation_date", _) => "2027-01-01",
            (_, Kind::Any | Kind::Text) => "x",
            (_, Kind::Count) => "5",
            (_, Kind::Flag) => "true",
            (_, Kind::List | Kind::Texts) => "[]",
            (_, Kind::Map) => "{}",
            (_, Kind::Number | Kind::Seconds) => "0.5",
        }
    }

    /// Half of a pair, names of what is elsewhere, and what is there already.
    const NOT_ALONE: &[&str] = &[
        "aws_access_key_id",
        "aws_external_id",
        "aws_secret_access_key",
        "aws_session_name",
        "aws_session_tags",
        "aws_session_token",
        "aws_sts_endpoint",
        "aws_web_identity_token",
        "keys_file",
        "litellm_credential_name",
        "model",
        "model_list",
    ];

    #[test]
    fn every_key_does_what_the_schema_says() {
        let paths = [
            "",
            "model_list[0].litellm_params",
            "model_list[0].model_info",
            "general_settings",
            "litellm_settings",
            "router_settings",
        ];
        let keys = paths.iter().flat_map(|path| {
            let listed = known::table(path).unwrap().iter().chain(known::facts(path));
            listed.map(move |key| (*path, key))
        });
        for (path, key) in keys.filter(|(_, key)| !NOT_ALONE.contains(&key.name)) {
            let warnings = warnings(path, key.name, sample(key));
            match key.fate {
                Fate::Ignored(why) => {
                    assert_eq!(warnings.len(), 1, "{path} {}: {warnings:?}", key.name);
                    assert!(warnings[0].ends_with(&format!("` is ignored: {why}")), "{warnings:?}");
                }
                Fate::Served(_) => assert_eq!(warnings, &[] as &[String], "{path} {}", key.name),
            }
        }
    }

    #[test]
    fn no_key_is_there_twice() {
        let schema = config_schema();
        assert!(schema.contains(r#""litellm_credential_name""#) && schema.contains(r#""deprecated": true"#));
        for path in ["", "general_settings", "litellm_settings", "router_settings", "model_list[0].litellm_params"] {
            let names: Vec<_> = known::table(path).unwrap().iter().map(|key| key.name).collect();
            let mut unique = names.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!(unique.len(), names.len(), "{path} has a key twice");
        }
    }
}
