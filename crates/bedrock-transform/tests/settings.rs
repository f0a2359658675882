//! What an operator, or a caller, may settle for requests that say nothing of it.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/call.rs"]
mod call;

use bedrock_transform::ChatCall;
use serde_json::{Value, json};

use call::call;

const CLAUDE: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const HELLO: &str = r#""messages":[{"role":"user","content":"Hello"}]"#;
const NOVA: &str = "us.amazon.nova-pro-v1:0";

fn body(call: &ChatCall) -> Value {
    serde_json::from_slice(&call.outgoing.body).unwrap()
}

#[test]
fn nova_samples_greedily_where_it_has_tools_and_that_is_wanted() {
    let tools = r#""greedy_tools":true,"tools":[{"type":"function","function":{"name":"f"}}]"#;
    let greedy = |model: &str, more: &str| {
        let call = call(model, &format!("{{{HELLO},{more}}}")).unwrap();
        let body = body(&call);
        assert!(!body.to_string().contains("greedy_tools"), "{body}");
        (body["inferenceConfig"].clone(), body["additionalModelRequestFields"].clone(), call.warnings.len())
    };
    let sampled = json!({"temperature": 0.0, "topP": 1.0});
    assert_eq!(greedy(NOVA, tools), (sampled, json!({"inferenceConfig": {"topK": 1}}), 1));
    let (native, ..) = greedy(&format!("invoke/{NOVA}"), tools);
    assert_eq!(native, json!({"temperature": 0.0, "topP": 1.0, "topK": 1}));
    let none = (Value::Null, Value::Null, 0);
    assert_eq!(greedy(NOVA, r#""greedy_tools":true"#), none);
    assert_eq!(greedy(NOVA, &tools.replace("true", "false")), none);
    assert_eq!(greedy(CLAUDE, tools), none);
    assert_eq!(greedy(NOVA, &format!(r#"{tools},"temperature":0.5"#)).0, json!({"temperature": 0.5}));
    let (_, fields, _) = greedy(NOVA, &format!(r#"{tools},"top_k":9"#));
    assert_eq!(fields, json!({"inferenceConfig": {"topK": 9}}));
}

#[test]
fn a_limit_that_nobody_names_is_none_the_models_or_the_operators() {
    let limit = |model: &str, more: &str| {
        let body = body(&call(model, &format!("{{{HELLO}{more}}}")).unwrap());
        assert!(
            body.get("default_max_tokens").is_none() && body.get("additionalModelRequestFields").is_none(),
            "{body}"
        );
        body["inferenceConfig"]["maxTokens"].as_u64().or_else(|| body["max_tokens"].as_u64())
    };
    let native = format!("invoke/{CLAUDE}");
    for (policy, nova, claude, claude_native, unknown) in [
        ("", None, None, Some(64_000), None),
        (r#","default_max_tokens":"omit""#, None, None, Some(64_000), None),
        (r#","default_max_tokens":"model_max""#, Some(10_000), Some(64_000), Some(64_000), None),
        (r#","default_max_tokens":500"#, Some(500), Some(500), Some(500), Some(500)),
        (r#","default_max_tokens":500,"max_tokens":7"#, Some(7), Some(7), Some(7), Some(7)),
        (r#","max_tokens":7,"max_completion_tokens":9"#, Some(9), Some(9), Some(9), Some(9)),
    ] {
        let limits = [NOVA, CLAUDE, &native, "acme.wonder-v1:0"].map(|model| limit(model, policy));
        assert_eq!(limits, [nova, claude, claude_native, unknown], "{policy}");
    }
    for wrong in ["\"most\"", "0", "-1", "true"] {
        let error = call(NOVA, &format!(r#"{{{HELLO},"default_max_tokens":{wrong}}}"#)).unwrap_err().to_string();
        assert!(error.starts_with("default_max_tokens: expected omit, model_max or a number"), "{error}");
    }
}
