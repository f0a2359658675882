//! Rules of AWS's and of this project's that one look at a body does not show.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/call.rs"]
mod call;

use bedrock_transform::{ChatCall, Warning};
use serde_json::{Value, json};

use call::call;

const CLAUDE: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const HELLO: &str = r#""messages":[{"role":"user","content":"Hello"}]"#;
const LLAMA: &str = "invoke/meta.llama3-8b-instruct-v1:0";
const NOVA: &str = "us.amazon.nova-pro-v1:0";

fn body(call: &ChatCall) -> Value {
    serde_json::from_slice(&call.outgoing.body).unwrap()
}

fn dropped(call: &ChatCall, name: &str) -> bool {
    call.warnings.iter().any(|warning| matches!(warning, Warning::Dropped { param, .. } if param == name))
}

#[test]
fn no_word_of_a_message_is_lost_in_a_prompt() {
    let json = r#"{"messages":[{"role":"user","content":"May I?"},{"role":"assistant","content":null,"refusal":"Refused."},{"role":"user","content":"Why?"}]}"#;
    let prompt = body(&call(LLAMA, json).unwrap())["prompt"].to_string();
    assert!(prompt.contains("Refused."), "{prompt}");
}

#[test]
fn what_a_prompt_cannot_hold_is_reported() {
    let json = r#"{"drop_params":true,"messages":[{"role":"user","content":[{"type":"text","text":"Long.","cache_control":{"type":"ephemeral"}}]}]}"#;
    let call = call(LLAMA, json).unwrap();
    assert!(dropped(&call, "cache_control"), "{:?}", call.warnings);
}

#[test]
fn a_guardrail_never_stands_in_a_native_body() {
    // InvokeModel takes guardrails as headers; a member of that name is an extraneous key, or is ignored.
    // <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html>
    for member in [
        r#""guardrailConfig":{"guardrailIdentifier":"gr-1","guardrailVersion":"1"}"#,
        r#""performanceConfig":{"latency":"optimized"}"#,
        r#""requestMetadata":{"team":"blue"}"#,
    ] {
        if let Ok(call) = call(LLAMA, &format!("{{{HELLO},{member}}}")) {
            assert!(body(&call).get("guardrailConfig").is_none(), "{}", body(&call));
            assert!(body(&call).get("performanceConfig").is_none(), "{}", body(&call));
            assert!(body(&call).get("requestMetadata").is_none(), "{}", body(&call));
        }
    }
}

#[test]
fn drop_params_holds_for_native_bodies_too() {
    let call = call(LLAMA, &format!("{{{HELLO},\"top_k\":5,\"drop_params\":true}}")).unwrap();
    assert!(dropped(&call, "top_k") && body(&call).get("top_k").is_none());
}

#[test]
fn tools_of_the_conversation_are_refused_where_the_model_has_no_tools() {
    let json = r#"{"messages":[{"role":"user","content":"Go."},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"ok"}]}"#;
    assert!(call("anthropic.claude-v2:1", json).is_err());
}

#[test]
fn claude_gets_no_stop_sequence_of_white_space() {
    let json = |more: &str| format!(r#"{{{HELLO},"stop":["\n","END"]{more}}}"#);
    assert!(call(CLAUDE, &json("")).is_err(), "without drop_params it is an error");
    let call = call(CLAUDE, &json(r#","drop_params":true"#)).unwrap();
    assert_eq!(body(&call)["inferenceConfig"]["stopSequences"], json!(["END"]));
}

#[test]
fn a_cache_point_in_converses_words_counts_like_any_other() {
    let tools = |points: usize| {
        let point = r#",{"type":"function","function":{"name":"f#"}},{"cachePoint":{"type":"default"}}"#;
        let all: String = (0..points).map(|number| point.replace('#', &number.to_string())).collect();
        format!(r#"{{{HELLO},"tools":[{{"cachePoint":{{"type":"default"}}}}{all}]}}"#)
    };
    let four = call(CLAUDE, &tools(4)).unwrap();
    assert_eq!(body(&four)["toolConfig"]["tools"].as_array().unwrap().len(), 8);
    assert!(dropped(&four, "tools[0].cachePoint"), "nothing stands before it: {:?}", four.warnings);
    let error = call(CLAUDE, &tools(5)).unwrap_err().to_string();
    assert_eq!(error, "tools[10].cachePoint: a request may have at most 4 cache_control markers");
    let nova = call(NOVA, &tools(1)).unwrap();
    assert!(dropped(&nova, "tools[2].cachePoint") && !body(&nova).to_string().contains("cachePoint"));
}

#[test]
fn a_longer_cache_lifetime_does_not_follow_a_shorter_one() {
    // <https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html>
    let json = r#"{"messages":[{"role":"system","content":[{"type":"text","text":"A","cache_control":{"type":"ephemeral"}}]},{"role":"user","content":[{"type":"text","text":"B","cache_control":{"type":"ephemeral","ttl":"1h"}}]}]}"#;
    assert!(call(CLAUDE, json).is_err());
}

#[test]
fn thinking_goes_only_to_models_that_have_it() {
    for model in
        ["anthropic.claude-3-5-sonnet-20241022-v2:0", NOVA, "deepseek.r1-v1:0", "meta.llama3-1-70b-instruct-v1:0"]
    {
        let json = format!(r#"{{{HELLO},"thinking":{{"type":"enabled","budget_tokens":2000}},"drop_params":true}}"#);
        let call = call(model, &json).unwrap();
        assert!(body(&call).get("additionalModelRequestFields").is_none(), "{model}: {}", body(&call));
        assert!(dropped(&call, "thinking"), "{model}: {:?}", call.warnings);
    }
}

#[test]
fn json_of_any_form_is_passed_over_with_a_warning_where_no_tool_can_be_forced() {
    for model in ["ai21.jamba-1-5-large-v1:0", "converse/cohere.command-r-v1:0", "us.writer.palmyra-x5-v1:0"] {
        let call = call(model, &format!(r#"{{{HELLO},"response_format":{{"type":"json_object"}}}}"#)).unwrap();
        assert!(dropped(&call, "response_format"), "{model}: {} {:?}", body(&call), call.warnings);
    }
}

#[test]
fn the_callers_continue_message_is_used_in_whatever_shape_it_comes() {
    for content in [json!("Go on."), json!([{"type": "text", "text": "Go on."}])] {
        let json = format!(
            r#"{{"messages":[{{"role":"user","content":""}}],"user_continue_message":{{"role":"user","content":{content}}}}}"#
        );
        assert_eq!(body(&call(NOVA, &json).unwrap())["messages"][0]["content"], json!([{"text": "Go on."}]));
    }
}

#[test]
fn nova_gets_no_hyphen_in_the_name_of_a_tool() {
    let json = format!(r#"{{{HELLO},"tools":[{{"type":"function","function":{{"name":"get-weather"}}}}]}}"#);
    let call = call(NOVA, &json).unwrap();
    let name = body(&call)["toolConfig"]["tools"][0]["toolSpec"]["name"].as_str().unwrap().to_owned();
    assert!(!name.contains('-'), "{name}");
}

#[test]
fn reasoning_of_earlier_answers_is_sent_or_reported() {
    let json = r#"{"messages":[{"role":"user","content":"1+1?"},{"role":"assistant","content":"2","reasoning_content":"Counting."},{"role":"user","content":"Sure?"}]}"#;
    for model in [CLAUDE, "deepseek.v3-v1:0", LLAMA] {
        let call = call(model, json).unwrap();
        let sent = String::from_utf8_lossy(&call.outgoing.body).contains("Counting.");
        assert!(sent || !call.warnings.is_empty(), "{model}");
    }
}

#[test]
fn a_prefill_stays_the_last_turn_and_nothing_is_put_after_it() {
    let json = r#"{"messages":[{"role":"user","content":"JSON."},{"role":"assistant","content":"{","prefix":true}],"modify_params":true}"#;
    let body = body(&call(NOVA, json).unwrap());
    assert_eq!(body["messages"][1], json!({"role": "assistant", "content": [{"text": "{"}]}));
    assert_eq!(body["messages"].as_array().unwrap().len(), 2);
}

#[test]
fn what_the_request_says_of_its_call_goes_beside_the_body() {
    let arn = "arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/abcdef123456";
    let json = format!(
        r#"{{{HELLO},"model_id":"{arn}","extra_headers":{{"x-team":"blue"}},"timeout":3,"fallbacks":["x"],"tags":["t"]}}"#
    );
    let call = call(NOVA, &json).unwrap();
    assert_eq!(body(&call), json!({"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}));
    assert_eq!((call.outgoing.target.as_str(), call.outgoing.region.as_deref()), (arn, Some("eu-west-1")));
    assert_eq!(call.outgoing.headers, [("x-team".to_owned(), "blue".to_owned())]);
}

#[test]
fn an_id_that_is_used_in_every_turn_is_sent_once_and_its_results_follow() {
    let turn = r#"{"role":"assistant","tool_calls":[{"id":"call_0","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_0","content":"R"}"#;
    let json = format!(r#"{{"messages":[{{"role":"user","content":"Go"}},{turn},{turn},{turn}]}}"#);
    let call = call(NOVA, &json).unwrap();
    let body = body(&call);
    let ids = |kind: &str| -> Vec<String> {
        let blocks = body["messages"].as_array().unwrap().iter().flat_map(|turn| turn["content"].as_array().unwrap());
        blocks.filter_map(|block| block[kind]["toolUseId"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(ids("toolUse"), ["call_0", "call_0_2", "call_0_3"]);
    assert_eq!(ids("toolResult"), ids("toolUse"));
    assert!(!call.warnings.is_empty());
}

#[test]
fn results_stand_in_the_order_of_their_calls_with_their_cache_points_and_words_after_them() {
    let calls = ["c1", "c2", "c3"].map(|id| json!({"id": id, "function": {"name": "f", "arguments": "{}"}}));
    let result = |id: &str| json!({"role": "tool", "tool_call_id": id, "content": id});
    let mut marked = result("c2");
    marked["cache_control"] = json!({"type": "ephemeral"});
    let user = json!({"role": "user", "content": "Go"});
    let messages = json!([user, {"role": "assistant", "tool_calls": calls}, result("c3"), marked, result("c1"), user]);
    let sent = body(&call(CLAUDE, &json!({ "messages": messages }).to_string()).unwrap());
    let turn = &sent["messages"][2]["content"];
    let id = |place: usize| turn[place]["toolResult"]["toolUseId"].as_str();
    assert_eq!([id(0), id(1), id(3)], [Some("c1"), Some("c2"), Some("c3")], "{turn}");
    assert_eq!((turn[2].get("cachePoint").is_some(), &turn[4]), (true, &json!({"text": "Go"})));
    assert_eq!(sent["messages"].as_array().unwrap().len(), 3);
}

#[test]
fn claudes_beta_header_goes_into_the_body_as_far_as_bedrock_knows_its_flags() {
    let header = r#""extra_headers":{"Anthropic-Beta":"context-1m-2025-08-07, made-up-2026-01-01","x-trace":"1"}"#;
    let json = format!(r#"{{{HELLO},{header},"anthropic_beta":["own-flag"]}}"#);
    for model in [CLAUDE, "invoke/anthropic.claude-sonnet-4-5-20250929-v1:0"] {
        let call = call(model, &json).unwrap();
        let body = body(&call);
        let fields = body.get("additionalModelRequestFields").unwrap_or(&body);
        assert_eq!(fields["anthropic_beta"], serde_json::json!(["own-flag", "context-1m-2025-08-07"]), "{model}");
        assert!(dropped(&call, "anthropic-beta:made-up-2026-01-01"), "{model}: {:?}", call.warnings);
        assert_eq!(call.outgoing.headers, [("x-trace".to_owned(), "1".to_owned())], "{model}");
    }
    let allowed = call(CLAUDE, &format!(r#"{{{HELLO},{header},"allowed_betas":["made-up-2026-01-01"]}}"#)).unwrap();
    let fields = &body(&allowed)["additionalModelRequestFields"];
    assert_eq!(fields, &json!({"anthropic_beta": ["context-1m-2025-08-07", "made-up-2026-01-01"]}));
    let call = call(NOVA, &format!("{{{HELLO},{header}}}")).unwrap();
    assert!(dropped(&call, "anthropic_beta"), "{:?}", call.warnings);
    assert!(body(&call).get("additionalModelRequestFields").is_none());
}

#[test]
fn a_temperature_on_openais_scale_is_fitted_to_aws_and_others_are_refused() {
    let hot = call(NOVA, &format!(r#"{{{HELLO},"temperature":1.5}}"#)).unwrap();
    assert_eq!(body(&hot)["inferenceConfig"]["temperature"], 1.0);
    assert!(matches!(&hot.warnings[..], [Warning::Adjusted { param, .. }] if param == "temperature"));
    for (wrong, at) in
        [("\"temperature\":2.5", "temperature"), ("\"temperature\":-1", "temperature"), ("\"top_p\":2", "top_p")]
    {
        let error = call(NOVA, &format!("{{{HELLO},{wrong}}}")).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{at}: must be from 0 to")), "{error}");
    }
}

#[test]
fn two_tools_of_one_name_and_a_lifetime_that_aws_lacks_are_refused() {
    let tool = r#"{"type":"function","function":{"name":"f"}}"#;
    let error = call(NOVA, &format!(r#"{{{HELLO},"tools":[{tool},{tool}]}}"#)).unwrap_err().to_string();
    assert_eq!(error, "tools[1].function.name: two tools are named `f`");
    let json = r#"{"messages":[{"role":"user","content":"Hi","cache_control":{"type":"ephemeral","ttl":"2h"}}]}"#;
    assert_eq!(call(CLAUDE, json).unwrap_err().to_string(), "messages[0].cache_control.ttl: expected 5m or 1h");
}

#[test]
fn a_path_leaves_out_what_it_leads_to_and_says_so() {
    let tool =
        r#"{"type":"function","function":{"name":"f","strict":true,"parameters":{"type":"object","title":"F"}}}"#;
    let paths = r#"["tools[*].function.strict","tools[0].function.parameters.title","stop","guardrailConfig.trace"]"#;
    let guardrail = r#"{"guardrailIdentifier":"g","guardrailVersion":"1","trace":"enabled"}"#;
    let json = format!(
        r#"{{{HELLO},"tools":[{tool}],"stop":"x","guardrailConfig":{guardrail},"additional_drop_params":{paths}}}"#
    );
    let call = call(CLAUDE, &json).unwrap();
    let spec = json!({"name": "f", "inputSchema": {"json": {"type": "object"}}});
    assert_eq!(body(&call)["toolConfig"]["tools"], json!([{ "toolSpec": spec }]));
    assert_eq!(body(&call)["guardrailConfig"], json!({"guardrailIdentifier": "g", "guardrailVersion": "1"}));
    assert!(body(&call).get("inferenceConfig").is_none());
    for name in ["tools[*].function.strict", "tools[0].function.parameters.title", "stop", "guardrailConfig.trace"] {
        assert!(dropped(&call, name), "{name}: {:?}", call.warnings);
    }
}

#[test]
fn the_limit_on_tokens_is_left_out_by_either_name() {
    for names in [r#"["max_completion_tokens"]"#, r#"["max_tokens"]"#] {
        let json = format!(r#"{{{HELLO},"max_completion_tokens":9,"additional_drop_params":{names}}}"#);
        assert!(body(&call(NOVA, &json).unwrap()).get("inferenceConfig").is_none(), "{names}");
    }
}

#[test]
fn a_schema_that_leaves_room_is_asked_for_by_a_tool_and_a_property_may_be_named_like_a_keyword() {
    let json = |schema: &str| {
        format!(
            r#"{{{HELLO},"response_format":{{"type":"json_schema","json_schema":{{"name":"x","schema":{schema}}}}}}}"#
        )
    };
    let open = call(CLAUDE, &json(r#"{"type":"object","additionalProperties":{"type":"integer"}}"#)).unwrap();
    assert!(body(&open).get("outputConfig").is_none());
    let schema = &body(&open)["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"];
    assert_eq!(schema["additionalProperties"], json!({"type": "integer"}));
    assert!(matches!(&open.warnings[..], [Warning::Adjusted { param, .. }] if param == "response_format"));
    let closed = call(CLAUDE, &json(r#"{"type":"object","properties":{"default":{"type":"object"}}}"#)).unwrap();
    let sent = body(&closed);
    let schema = sent["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"].as_str().unwrap();
    let schema: Value = serde_json::from_str(schema).unwrap();
    assert_eq!(schema["properties"]["default"]["additionalProperties"], false);
}

#[test]
fn a_late_system_message_counts_where_it_is_sent() {
    let marked =
        |ttl: &str| format!(r#"[{{"type":"text","text":"T","cache_control":{{"type":"ephemeral","ttl":"{ttl}"}}}}]"#);
    let json = |user: &str, system: &str| {
        let (user, system) = (marked(user), marked(system));
        format!(r#"{{"messages":[{{"role":"user","content":{user}}},{{"role":"system","content":{system}}}]}}"#)
    };
    let call_ok = call(CLAUDE, &json("5m", "1h")).unwrap();
    assert_eq!(body(&call_ok)["system"][1], json!({"cachePoint": {"type": "default", "ttl": "1h"}}));
    assert!(call(CLAUDE, &json("1h", "5m")).is_err());
}

#[test]
fn a_greeting_of_the_models_own_is_sent_where_aws_takes_it() {
    let json = r#"{"messages":[{"role":"assistant","content":"Hello."},{"role":"user","content":"Hi"}]}"#;
    assert_eq!(body(&call(CLAUDE, json).unwrap())["messages"][0]["role"], "assistant");
    assert!(call(NOVA, json).is_err());
}

#[test]
fn nothing_is_said_where_the_caller_says_nothing() {
    for members in [
        r#""stop":null"#,
        r#""stop":[]"#,
        r#""stop":[""]"#,
        r#""stop":"""#,
        r#""tools":[]"#,
        r#""tool_choice":null"#,
        r#""thinking":null"#,
        r#""extra_body":{}"#,
        r#""requestMetadata":{}"#,
        r#""parallel_tool_calls":true"#,
    ] {
        let sent = body(&call(NOVA, &format!("{{{HELLO},{members}}}")).unwrap());
        assert_eq!(sent, json!({"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}), "{members}");
    }
    let blank = r#"{"messages":[{"role":"system","content":""},{"role":"user","content":"Hello"}]}"#;
    assert!(body(&call(NOVA, blank).unwrap()).get("system").is_none());
}

#[test]
fn the_schema_of_a_tool_is_an_object_whatever_was_left_out_of_it() {
    for (given, sent) in [
        ("null", r#"{"type":"object","properties":{}}"#),
        ("{}", r#"{"type":"object","properties":{}}"#),
        (r#"{"properties":null}"#, r#"{"type":"object","properties":{}}"#),
        (r#"{"type":"object","properties":null}"#, r#"{"type":"object","properties":{}}"#),
        (r#"{"oneOf":[{"required":["a"]}]}"#, r#"{"type":"object","oneOf":[{"required":["a"]}]}"#),
        (r#"{"type":"custom","title":"T"}"#, r#"{"type":"object","title":"T"}"#),
    ] {
        let json =
            format!(r#"{{{HELLO},"tools":[{{"type":"function","function":{{"name":"f","parameters":{given}}}}}]}}"#);
        let call = call("zai.glm-4.6", &json).unwrap();
        let text = String::from_utf8_lossy(&call.outgoing.body).into_owned();
        assert!(text.contains(&format!(r#""inputSchema":{{"json":{sent}}}"#)), "{given}: {text}");
    }
}
