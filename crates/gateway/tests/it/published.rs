//! Documents that follow from the code: they are as the code has them. `INSTA_UPDATE=always` writes them.

use std::path::Path;

use serde_json::Value;

fn is_published(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&file, text).unwrap();
    }
    let published = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(published == text, "docs/{name} is out of date: run this test with INSTA_UPDATE=always");
}

#[test]
fn the_schema_of_the_configuration() {
    is_published("config.schema.json", &gateway::config_schema());
}

#[test]
fn the_keys_of_the_configuration() {
    is_published("config.md", &gateway::config_reference());
}

#[test]
fn the_openapi_document() {
    let document: Value = serde_json::from_str(&gateway::openapi()).unwrap();
    let sorted = serde_json::to_string_pretty(&sorted(&document)).unwrap() + "\n";
    is_published("openapi.json", &sorted);
    // Every schema that is named is there, and every one that is there is named.
    let text = document.to_string();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in schemas.keys() {
        assert!(text.contains(&format!("#/components/schemas/{name}\"")), "{name}");
    }
    for named in text.split("#/components/schemas/").skip(1) {
        let name = named.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
    }
}

/// Members by name, whatever order another crate asks serde_json for.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: std::collections::BTreeMap<_, _> = members.iter().collect();
            Value::Object(members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

#[tokio::test]
async fn the_gateway_serves_its_document_and_every_path_in_it() {
    let gateway = crate::common::Gateway::start("general_settings: {master_key: sk-1}").await;
    let served = crate::common::finish(gateway.get("/openapi.json")).await.json();
    for (path, operations) in served["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let path = path.replace("{model}", "nova");
            let request = if method == "get" { gateway.get(&path) } else { gateway.post(&path) };
            let status = crate::common::finish(request).await.status;
            let open = operation["security"].as_array().unwrap().is_empty();
            assert_eq!(status, if open { 200 } else { 401 }, "{method} {path}");
        }
    }
}
