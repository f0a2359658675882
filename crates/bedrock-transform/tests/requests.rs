//! Every request fixture for one model of every family: the body as it goes out, and what was changed on the way.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/call.rs"]
mod call;
#[path = "common/fixtures.rs"]
mod fixtures;
#[path = "common/snapshots.rs"]
mod snapshots;

use std::collections::BTreeMap;

use bedrock_transform::{Catalog, ModelSpec, Route, Warning};
use serde::Serialize;
use serde_json::Value;

/// What the tests of one model are called.
struct Row {
    model: &'static str,
    /// Tells models of one family apart; empty for the family's first.
    label: &'static str,
    cases: Cases,
}

enum Cases {
    All,
    Only(&'static [&'static str]),
}

const fn all(model: &'static str) -> Row {
    Row { model, label: "", cases: Cases::All }
}

/// What tells models without system prompts and tools apart from the others.
const PROMPTS: &[&str] = &["full", "history_without_tools", "multi_turn", "prefill", "system", "tools"];

const fn prompts(model: &'static str) -> Row {
    Row { model, label: "", cases: Cases::Only(PROMPTS) }
}

const MODELS: &[Row] = &[
    all("ai21.jamba-1-5-large-v1:0"),
    all("invoke/ai21.jamba-1-5-large-v1:0"),
    prompts("converse/ai21.j2-ultra-v1"),
    prompts("ai21.j2-ultra-v1"),
    prompts("converse/amazon.titan-text-express-v1"),
    prompts("amazon.titan-text-express-v1"),
    prompts("converse/cohere.command-text-v14"),
    prompts("cohere.command-text-v14"),
    prompts("converse/mistral.mistral-7b-instruct-v0:2"),
    prompts("mistral.mistral-7b-instruct-v0:2"),
    prompts("qwen3/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456"),
    prompts("deepseek_r1/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456"),
    prompts("us.twelvelabs.pegasus-1-2-v1:0"),
    prompts("meta.llama2-13b-chat-v1"),
    all("invoke/us.amazon.nova-pro-v1:0"),
    all("invoke/anthropic.claude-sonnet-4-5-20250929-v1:0"),
    prompts("invoke/anthropic.claude-v2:1"),
    all("invoke/mistral.mistral-large-2407-v1:0"),
    all("invoke/openai.gpt-oss-120b-1:0"),
    prompts("invoke/us.writer.palmyra-x5-v1:0"),
    all("cohere.command-r-plus-v1:0"),
    all("us.amazon.nova-pro-v1:0"),
    Row {
        model: "us.amazon.nova-2-lite-v1:0",
        label: "nova-2",
        cases: Cases::Only(&["drop_params", "reasoning_effort", "thinking_round_trip"]),
    },
    all("anthropic.claude-sonnet-4-5-20250929-v1:0"),
    Row { model: "anthropic.claude-3-5-sonnet-20241022-v2:0", label: "claude-3-5", cases: Cases::All },
    Row {
        model: "global.anthropic.claude-opus-4-6-v1",
        label: "claude-4-6",
        cases: Cases::Only(&["full", "prefill", "reasoning_effort", "thinking_round_trip"]),
    },
    Row {
        model: "global.anthropic.claude-opus-4-7",
        label: "claude-4-7",
        cases: Cases::Only(&["full", "json_schema", "reasoning_effort", "sampling_and_stop"]),
    },
    all("anthropic.claude-v2:1"),
    all("converse/cohere.command-r-plus-v1:0"),
    all("zai.glm-4.6"),
    all("deepseek.v3-v1:0"),
    all("meta.llama3-1-70b-instruct-v1:0"),
    Row { model: "invoke/meta.llama3-8b-instruct-v1:0", label: "llama3", cases: Cases::All },
    Row {
        model: "us.meta.llama4-maverick-17b-instruct-v1:0",
        label: "llama4",
        cases: Cases::Only(&["full", "image_data_url", "tool_result_images"]),
    },
    all("mistral.mistral-large-2407-v1:0"),
    all("openai.gpt-oss-120b-1:0"),
    all("qwen.qwen3-32b-v1:0"),
    all("us.writer.palmyra-x5-v1:0"),
];

impl Row {
    fn spec(&self) -> ModelSpec {
        ModelSpec::resolve(self.model, &Catalog::builtin()).unwrap()
    }

    fn covers(&self, case: &str) -> bool {
        match self.cases {
            Cases::All => true,
            Cases::Only(cases) => cases.contains(&case),
        }
    }

    fn snapshot(&self, case: &str) -> String {
        let route = match self.spec().route {
            Route::Converse => "converse",
            Route::Invoke => "invoke",
        };
        let dot = if self.label.is_empty() { "" } else { "." };
        format!("chat.{route}.{}{dot}{case}", self.label)
    }
}

/// What a snapshot shows.
#[derive(Serialize)]
#[serde(untagged)]
enum Shown {
    Call {
        operation: Value,
        target: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        headers: Vec<(String, String)>,
        body: Value,
        warnings: Vec<Warning>,
    },
    Refused {
        error: String,
    },
}

impl Shown {
    fn of(model: &str, json: &str) -> Self {
        match call::call(model, json) {
            Ok(call) => Self::Call {
                operation: serde_json::to_value(call.outgoing.operation).unwrap(),
                target: call.outgoing.target.to_string(),
                headers: call.outgoing.headers,
                body: serde_json::from_slice(&call.outgoing.body).unwrap(),
                warnings: call.warnings,
            },
            Err(error) => Self::Refused { error: error.to_string() },
        }
    }
}

#[test]
fn every_request_maps_to_the_body_in_its_snapshot() {
    for (case, json) in fixtures::fixtures("requests/chat", ".json") {
        for row in MODELS.iter().filter(|row| row.covers(&case)) {
            let path = format!("tests/fixtures/requests/chat/{case}.json");
            let mut settings = snapshots::settings(row.spec().family.name, &path);
            settings.set_info(&row.model);
            settings.bind(|| insta::assert_json_snapshot!(row.snapshot(&case), Shown::of(row.model, &json)));
        }
    }
}

#[test]
fn every_snapshot_belongs_to_a_case() {
    let cases = fixtures::fixtures("requests/chat", ".json");
    let mut wanted: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in MODELS {
        let names = cases.iter().filter(|(case, _)| row.covers(case)).map(|(case, _)| row.snapshot(case));
        wanted.entry(row.spec().family.name).or_default().extend(names);
    }
    for (family, mut names) in wanted {
        names.sort();
        assert_eq!(snapshots::snapshots(family, "chat."), names, "snapshots of {family}");
    }
}

#[test]
fn every_case_has_a_sentence_in_the_readme() {
    let readme = std::fs::read_to_string(fixtures::root().join("fixtures/README.md")).unwrap();
    for (folder, ending) in
        [("requests/chat", ".json"), ("responses/converse", ".json"), ("responses/converse", ".jsonl")]
    {
        for (case, _) in fixtures::fixtures(folder, ending) {
            assert!(readme.contains(&format!("* `{case}`: ")), "{case} of {folder} is not in fixtures/README.md");
        }
    }
}

#[test]
fn every_limited_case_exists() {
    let cases = fixtures::fixtures("requests/chat", ".json");
    for row in MODELS {
        if let Cases::Only(names) = row.cases {
            for name in names {
                assert!(cases.iter().any(|(case, _)| case == name), "{} wants {name}", row.model);
            }
        }
    }
}
