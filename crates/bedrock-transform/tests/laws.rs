//! Laws that hold for every row of the catalog and every request: what is declared is observable, equal requests give
//! equal bytes, no object has a key twice, and nothing that was reported as dropped is sent.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/fixtures.rs"]
mod fixtures;
#[path = "common/rows.rs"]
mod rows;
#[path = "common/unique.rs"]
mod unique;

use std::collections::BTreeSet;

use bedrock_transform::{Catalog, ChatCall, Warning};
use core_types::{ChatRequest, Param};

use rows::{map, rows};
use unique::Unique;

const HELLO: &str = r#""messages":[{"role":"user","content":"Hello"}]"#;
const TOOLS: &str = r#""tools":[{"type":"function","function":{"name":"lookup"}}]"#;

/// What else a parameter needs to mean something, and the parameter.
const fn example(param: Param) -> (&'static str, &'static str) {
    match param {
        Param::Audio => ("", r#""audio":{"voice":"alloy","format":"mp3"}"#),
        Param::FrequencyPenalty => ("", r#""frequency_penalty":0.5"#),
        Param::FunctionCall => ("", r#""function_call":"auto""#),
        Param::Functions => ("", r#""functions":[{"name":"old"}]"#),
        Param::LogitBias => ("", r#""logit_bias":{"50256":-100}"#),
        Param::Logprobs => ("", r#""logprobs":true"#),
        Param::MaxTokens => ("", r#""max_completion_tokens":321"#),
        Param::Metadata => ("", r#""metadata":{"team":"blue"}"#),
        Param::Modalities => ("", r#""modalities":["text","audio"]"#),
        Param::N => ("", r#""n":2"#),
        Param::ParallelToolCalls => (TOOLS, r#""parallel_tool_calls":false"#),
        Param::Prediction => ("", r#""prediction":{"type":"content","content":"x"}"#),
        Param::PresencePenalty => ("", r#""presence_penalty":0.5"#),
        Param::PromptCacheKey => ("", r#""prompt_cache_key":"key""#),
        Param::PromptCacheRetention => ("", r#""prompt_cache_retention":"24h""#),
        Param::ReasoningEffort => ("", r#""reasoning_effort":"high""#),
        Param::ResponseFormat => (
            "",
            r#""response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object","properties":{}}}}"#,
        ),
        Param::SafetyIdentifier => ("", r#""safety_identifier":"id""#),
        Param::Seed => ("", r#""seed":7"#),
        Param::ServiceTier => ("", r#""service_tier":"flex""#),
        Param::Stop => ("", r#""stop":["|"]"#),
        Param::Store => ("", r#""store":true"#),
        Param::Temperature => ("", r#""temperature":0.7"#),
        Param::ToolChoice => (TOOLS, r#""tool_choice":"required""#),
        Param::Tools => ("", TOOLS),
        Param::TopLogprobs => ("", r#""top_logprobs":3"#),
        Param::TopP => ("", r#""top_p":0.9"#),
        Param::User => ("", r#""user":"user-1""#),
        Param::Verbosity => ("", r#""verbosity":"low""#),
        Param::WebSearchOptions => ("", r#""web_search_options":{}"#),
        _ => panic!("give the new parameter a value"),
    }
}

fn dropping(members: &[&str]) -> String {
    let members: Vec<&str> = members.iter().copied().filter(|member| !member.is_empty()).collect();
    format!("{{{HELLO},\"drop_params\":true,{}}}", members.join(",")).replace(",}", "}")
}

fn drops(call: &ChatCall, param: Param) -> bool {
    call.warnings
        .iter()
        .any(|warning| matches!(warning, Warning::Dropped { param: dropped, .. } if dropped == param.name()))
}

#[test]
fn a_parameter_changes_what_is_sent_unless_it_is_reported_as_dropped() {
    let mut broken = Vec::new();
    for (row, spec) in rows() {
        for param in ChatRequest::PARAMS.iter() {
            let (base, member) = example(param);
            let without = map(&spec, &dropping(&[base])).unwrap();
            let with = map(&spec, &dropping(&[base, member])).unwrap();
            let (changed, dropped) = (without.outgoing != with.outgoing, drops(&with, param));
            if changed == dropped {
                broken.push(format!("{row}: `{}` changed={changed} dropped={dropped}", param.name()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn what_is_dropped_makes_no_difference_beside_all_other_parameters() {
    let mut broken = Vec::new();
    for (row, spec) in rows() {
        let all = |left_out: Option<Param>| {
            let params = ChatRequest::PARAMS.iter().filter(|param| Some(*param) != left_out);
            let members: Vec<&str> = params.map(|param| example(param).1).collect();
            map(&spec, &dropping(&members)).unwrap()
        };
        let everything = all(None);
        for param in ChatRequest::PARAMS.iter().filter(|param| drops(&everything, *param)) {
            if all(Some(param)).outgoing != everything.outgoing {
                broken.push(format!("{row}: `{}`", param.name()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn without_drop_params_a_parameter_is_sent_or_refused_or_a_label() {
    let mut broken = Vec::new();
    for (row, spec) in rows() {
        for param in ChatRequest::PARAMS.iter() {
            let (base, member) = example(param);
            let dropped = map(&spec, &dropping(&[base, member])).is_ok_and(|call| drops(&call, param));
            let strict = dropping(&[base, member]).replace("\"drop_params\":true", "\"drop_params\":false");
            let mild = matches!(param, Param::User | Param::Metadata | Param::ParallelToolCalls);
            if map(&spec, &strict).is_ok() && dropped && !mild {
                broken.push(format!("{row}: `{}` is dropped though nobody asked for it", param.name()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn drop_params_leaves_no_parameter_that_is_refused() {
    let mut broken = Vec::new();
    for (row, spec) in rows() {
        for member in [r#""top_k":5"#, r#""tool_choice":"required""#, r#""thinking":{"type":"adaptive"}"#] {
            if let Err(error) = map(&spec, &dropping(&[TOOLS, member])) {
                broken.push(format!("{row}: {error}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn bedrocks_own_names_obey_the_rules_of_the_parameters_that_they_stand_for() {
    let pairs = [
        (r#""max_tokens":77"#, r#""maxTokens":77"#),
        (r#""top_p":0.5"#, r#""topP":0.5"#),
        (r#""temperature":0.7,"top_p":0.5"#, r#""temperature":0.7,"topP":0.5"#),
        (r#""stop":["END"]"#, r#""stopSequences":["END"]"#),
    ];
    let mut broken = Vec::new();
    for (row, spec) in rows().into_iter().filter(|(row, _)| !row.ends_with("Invoke")) {
        for (ours, theirs) in pairs {
            let body = |member| map(&spec, &dropping(&[member])).unwrap().outgoing.body;
            if body(ours) != body(theirs) {
                broken.push(format!("{row}: {theirs}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn equal_requests_give_equal_bytes() {
    for (case, json) in fixtures::fixtures("requests/chat", ".json") {
        for (row, spec) in rows() {
            let body = || map(&spec, &json).map(|call| call.outgoing).map_err(|error| error.to_string());
            assert_eq!(body(), body(), "{case}, {row}");
        }
    }
}

#[test]
fn a_tool_schema_leaves_with_its_keys_in_the_callers_order_and_its_numbers_as_they_are_spelt() {
    let plain = r#"{"type":"object","required":["zeta"],"properties":{"zeta":{"type":"number","const":6.0},"alpha":{"maximum":1e3}}}"#;
    let more = format!(r#"{},"$defs":{{"b":{{}},"a":{{}}}},"additionalProperties":true}}"#, &plain[..plain.len() - 1]);
    for (row, spec) in rows().into_iter().filter(|(row, spec)| spec.model.can.tools && !row.ends_with("Invoke")) {
        let schema = if spec.model.can.schema_root_lacks.contains(&"$defs") { plain } else { &more };
        let json = format!(r#"{{{HELLO},"tools":[{{"function":{{"parameters":{schema},"name":"t"}}}}]}}"#);
        let body = map(&spec, &json).unwrap().outgoing.body;
        let body = std::str::from_utf8(&body).unwrap();
        assert!(body.contains(&format!(r#""inputSchema":{{"json":{schema}}}"#)), "{row}: {body}");
    }
}

#[test]
fn no_object_of_a_body_has_a_key_twice() {
    /// Names that the mappers write themselves, at the top of a body or among the model's own fields.
    const TAKEN: &[&str] = &[
        "additionalModelRequestFields",
        "anthropic_beta",
        "inferenceConfig",
        "max_gen_len",
        "modelId",
        "outputConfig",
        "output_config",
        "prompt",
        "reasoning",
        "reasoningConfig",
        "reasoning_config",
        "serviceTier",
        "system",
        "thinking",
        "toolConfig",
        "topP",
        "top_k",
    ];
    let mut requests: Vec<String> =
        fixtures::fixtures("requests/chat", ".json").into_iter().map(|(_, json)| json).collect();
    let full = r#""temperature":0.7,"top_p":0.5,"max_tokens":4000,"service_tier":"flex","reasoning_effort":"high","parallel_tool_calls":false"#;
    for name in TAKEN {
        for value in ["{}", r#"{"topK":1}"#, r#"{"type":"enabled","budget_tokens":2000}"#, "[]", "7"] {
            let extra = format!(r#""{name}":{value},"extra_body":{{"{name}":{value},"tool_choice":{{}}}}"#);
            requests.push(dropping(&[TOOLS, full, &extra]));
            requests.push(dropping(&[TOOLS, full, &format!(r#""{name}":{value}"#)]));
            requests.push(dropping(&[TOOLS, full, &format!(r#""top_k":3,"extra_body":{{"{name}":{value}}}"#)]));
        }
    }
    let mut bodies = 0;
    for json in requests {
        for (row, spec) in rows() {
            let Ok(call) = map(&spec, &json) else { continue };
            bodies += 1;
            if let Err(error) = serde_json::from_slice::<Unique>(&call.outgoing.body) {
                panic!("{row}: {error}: {}", String::from_utf8_lossy(&call.outgoing.body));
            }
        }
    }
    assert!(bodies > 1000, "only {bodies} requests were mapped");
}

#[test]
fn names_and_prefixes_of_the_catalog_are_unique_and_every_row_can_be_reached() {
    let catalog = Catalog::builtin();
    let mut names = BTreeSet::new();
    let mut prefixes = BTreeSet::new();
    let mut last = "";
    for family in catalog.families() {
        assert!(names.insert(family.name), "two families are called {}", family.name);
        assert!(last < family.name, "{} is not in alphabetical order", family.name);
        last = family.name;
        for model in family.models {
            assert!(!model.prefix.is_empty() && prefixes.insert(model.prefix), "two rows for {}", model.prefix);
            let (found, row) = catalog.find(&format!("{}~", model.prefix)).unwrap();
            assert_eq!((found.name, row.prefix), (family.name, model.prefix), "another row hides this one");
        }
    }
}
