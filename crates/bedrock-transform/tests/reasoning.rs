//! Reasoning that is asked for, and what its models refuse.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/call.rs"]
mod call;

use bedrock_transform::ChatCall;
use serde_json::{Value, json};

use call::call;

const CLAUDE: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const HELLO: &str = r#""messages":[{"role":"user","content":"Hello"}]"#;

fn body(call: &ChatCall) -> Value {
    serde_json::from_slice(&call.outgoing.body).unwrap()
}

#[test]
fn a_budget_becomes_an_effort_where_the_model_refuses_budgets() {
    let sent = |model: &str, more: &str| {
        let call =
            call(model, &format!(r#"{{{HELLO},"thinking":{{"type":"enabled","budget_tokens":3000}}{more}}}"#)).unwrap();
        (body(&call)["additionalModelRequestFields"].clone(), call.warnings.len())
    };
    let adaptive = json!({"type": "adaptive", "display": "summarized"});
    for model in ["us.anthropic.claude-opus-4-7", "global.anthropic.claude-opus-4-8-20260601-v1:0"] {
        let expected = json!({"thinking": adaptive, "output_config": {"effort": "medium"}});
        assert_eq!(sent(model, ""), (expected, 1), "{model}");
        let (own, _) = sent(model, r#","output_config":{"effort":"max"}"#);
        assert_eq!(own, json!({"output_config": {"effort": "max"}, "thinking": adaptive}), "{model}");
    }
    let budget = json!({"thinking": {"type": "enabled", "budget_tokens": 3000}});
    assert_eq!(sent("anthropic.claude-opus-4-6-v1", ""), (budget.clone(), 0));
    assert_eq!(sent(CLAUDE, ""), (budget, 0));
}

#[test]
fn a_round_of_tool_calls_without_its_thinking_is_finished_without_thinking() {
    let json = |said: &str, more: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"Go"}},
            {{"role":"assistant"{said},"tool_calls":[{{"id":"c","function":{{"name":"f","arguments":"{{}}"}}}}]}},
            {{"role":"tool","tool_call_id":"c","content":"R"}}]{more}}}"#
        )
    };
    let thinking = r#","thinking":{"type":"enabled","budget_tokens":2000}"#;
    let signed = r#","thinking_blocks":[{"type":"thinking","thinking":"Hm.","signature":"c2ln"}]"#;
    let asked = |call: &ChatCall| body(call)["additionalModelRequestFields"]["thinking"].is_object();
    assert!(asked(&call(CLAUDE, &json(signed, thinking)).unwrap()));
    let error = call(CLAUDE, &json("", thinking)).unwrap_err().to_string();
    assert!(error.starts_with("messages[1].thinking_blocks: "), "{error}");
    for more in [format!(r#"{thinking},"modify_params":true"#), r#","reasoning_effort":"high""#.to_owned()] {
        let call = call(CLAUDE, &json("", &more)).unwrap();
        assert!(!asked(&call) && !call.warnings.is_empty(), "{more}");
    }
    // Claude that adapts its thinking does without, and so does a round that has ended.
    assert!(asked(&call("anthropic.claude-opus-4-6-v1", &json("", r#","reasoning_effort":"high""#)).unwrap()));
    let ended = json("", thinking).replace(
        r#""content":"R"}"#,
        r#""content":"R"},{"role":"assistant","content":"Done."},{"role":"user","content":"More."}"#,
    );
    assert!(asked(&call(CLAUDE, &ended).unwrap()));
}

#[test]
fn a_thinking_budget_makes_a_limit_only_where_aws_has_none_above_it() {
    let limit = |model: &str, budget: u32| {
        let json = format!(r#"{{{HELLO},"thinking":{{"type":"enabled","budget_tokens":{budget}}}}}"#);
        let body = body(&call(model, &json).unwrap());
        body["inferenceConfig"]["maxTokens"].as_u64().or_else(|| body["max_tokens"].as_u64())
    };
    assert_eq!(limit(CLAUDE, 2000), None);
    assert_eq!(limit(CLAUDE, 8000), Some(12_096));
    assert!(limit("invoke/anthropic.claude-sonnet-4-5-20250929-v1:0", 2000) > Some(2000));
}
