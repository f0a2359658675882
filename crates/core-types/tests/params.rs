//! Which parameters count as set.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core_types::{ChatRequest, Param};

fn params(member: &str) -> Vec<&'static str> {
    let request: ChatRequest = serde_json::from_str(&format!(r#"{{"model":"m","messages":[],{member}}}"#)).unwrap();
    request.params().iter().map(Param::name).collect()
}

#[test]
fn every_parameter_is_found_in_a_full_request() {
    let request: ChatRequest = serde_json::from_str(include_str!("full_request.json")).unwrap();
    assert_eq!(request.params(), ChatRequest::PARAMS);
}

#[test]
fn neutral_values_are_absent() {
    let neutral = [
        r#""n":1"#,
        r#""logit_bias":{}"#,
        r#""logit_bias":{ }"#,
        r#""frequency_penalty":0"#,
        r#""presence_penalty":0.0"#,
        r#""logprobs":false"#,
        r#""store":false"#,
        r#""modalities":["text"]"#,
        r#""stop":[]"#,
        r#""tools":[]"#,
        r#""functions":[]"#,
        r#""response_format":{"type":"text"}"#,
        r#""metadata":{}"#,
        r#""audio":null"#,
        r#""top_logprobs":0"#,
        r#""stream":true"#,
        r#""stream_options":{"include_usage":true}"#,
        r#""top_k":5"#,
    ];
    for member in neutral {
        assert_eq!(params(member), Vec::<&str>::new(), "{member}");
    }
}

#[test]
fn values_that_a_mapper_must_see_are_present() {
    assert_eq!(params(r#""parallel_tool_calls":true"#), ["parallel_tool_calls"]);
    assert_eq!(params(r#""max_completion_tokens":5"#), ["max_tokens"]);
    assert_eq!(params(r#""max_tokens":5"#), ["max_tokens"]);
    assert_eq!(params(r#""temperature":0"#), ["temperature"]);
    assert_eq!(params(r#""tool_choice":"auto""#), ["tool_choice"]);
    assert_eq!(params(r#""seed":0"#), ["seed"]);
    assert_eq!(params(r#""modalities":["text","audio"]"#), ["modalities"]);
}
