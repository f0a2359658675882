//! Anthropic Claude 3 and later.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html>

mod request;
mod response;
mod stream;

use core_types::{Param, ParamSet};

use crate::family::{Cache, Capabilities, ChatCodec, Family, Model, Reasoning, Sampling, TopK};

const NAME: &str = "anthropic_messages";

/// The parameters of the body; a row says which of them its models have.
const PARAMS: ParamSet = ParamSet::of(&[
    Param::MaxTokens,
    Param::ParallelToolCalls,
    Param::ReasoningEffort,
    Param::ResponseFormat,
    Param::Stop,
    Param::Temperature,
    Param::ToolChoice,
    Param::Tools,
    Param::TopP,
    Param::User,
]);

const CLAUDE_3: Capabilities = Capabilities {
    documents: true,
    images: true,
    // "input_schema does not support oneOf, allOf, or anyOf at the top level", and the whole request fails.
    // <https://github.com/trycua/cua/issues/3303>
    schema_root_lacks: &["allOf", "anyOf", "oneOf"],
    tool_result_images: true,
    top_k: TopK::PassThrough,
    ..Capabilities::TOOLS
};

const CLAUDE_3_5: Capabilities = Capabilities { cache: Cache::Anywhere { ttl: false }, ..CLAUDE_3 };

const CLAUDE_4: Capabilities = Capabilities { reasoning: Reasoning::AnthropicBudget, ..CLAUDE_3_5 };

const CLAUDE_4_5: Capabilities = Capabilities {
    cache: Cache::Anywhere { ttl: true },
    parallel_tool_switch: true,
    sampling: Sampling::One,
    strict_tools: true,
    structured_output: true,
    ..CLAUDE_4
};

const CLAUDE_4_6: Capabilities = Capabilities { prefill: false, reasoning: Reasoning::AnthropicAdaptive, ..CLAUDE_4_5 };

/// Claude that chooses how to sample by itself.
const CLAUDE_4_7: Capabilities = Capabilities {
    // "thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort".
    reasoning: Reasoning::AnthropicAdaptiveOnly,
    sampling: Sampling::None,
    strict_tools: false,
    structured_output: false,
    ..CLAUDE_4_6
};

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new("anthropic.claude-", CLAUDE_4_7),
        Model::new("anthropic.claude-3-", CLAUDE_3).with_max_output_tokens(4096),
        Model::new("anthropic.claude-3-5-", CLAUDE_3_5).with_max_output_tokens(8192),
        Model::new("anthropic.claude-3-7-", CLAUDE_4),
        Model::new("anthropic.claude-haiku-4-5", CLAUDE_4_5),
        Model::new(
            "anthropic.claude-opus-4-1-",
            Capabilities {
                cache: Cache::Anywhere { ttl: false },
                structured_output: false,
                strict_tools: false,
                ..CLAUDE_4_5
            },
        ),
        Model::new("anthropic.claude-opus-4-2", CLAUDE_4),
        Model::new("anthropic.claude-opus-4-5", CLAUDE_4_5),
        Model::new("anthropic.claude-opus-4-6", CLAUDE_4_6),
        Model::new("anthropic.claude-sonnet-4-2", CLAUDE_4),
        // AWS was seen to take a greeting of the model's own from this one; the others are not known to.
        Model::new("anthropic.claude-sonnet-4-5", Capabilities { leading_assistant: true, ..CLAUDE_4_5 }),
        Model::new("anthropic.claude-sonnet-4-6", CLAUDE_4_6),
    ])
    .with_chat(ChatCodec::new(PARAMS, request::write, response::read, || Box::new(stream::Decoder::default())));

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use core_types::ChatRequest;
    use serde_json::{Value, json};

    use crate::{Catalog, ChatCall, ModelSpec, Options, ResponseMeta, StreamEvent, TransformError, chat};

    const CLAUDE_3: &str = "invoke/anthropic.claude-3-5-sonnet-20241022-v2:0";
    const CLAUDE_4_5: &str = "invoke/us.anthropic.claude-sonnet-4-5-20250929-v1:0";

    /// Maps a request of these members.
    fn call(model: &str, members: Value) -> Result<ChatCall, TransformError> {
        let mut request = json!({"model": model, "messages": [{"role": "user", "content": "Hello"}]});
        if let (Value::Object(request), Value::Object(members)) = (&mut request, members) {
            request.extend(members);
        }
        let request: ChatRequest = serde_json::from_value(request).unwrap();
        chat(&request, &ModelSpec::resolve(model, &Catalog::builtin())?, &Options::default())
    }

    fn body(model: &str, members: Value) -> Value {
        serde_json::from_slice(&call(model, members).unwrap().outgoing.body).unwrap()
    }

    fn tool(name: &str) -> Value {
        json!({"type": "function", "function": {"name": name}})
    }

    #[test]
    fn the_body_names_its_version_and_always_has_a_limit() {
        let text = json!([{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]);
        let expected = json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 8192, "messages": text});
        assert_eq!(body(CLAUDE_3, json!({})), expected);
        assert_eq!(body(CLAUDE_4_5, json!({}))["max_tokens"], 64_000);
        assert_eq!(body("invoke/anthropic.claude-new", json!({}))["max_tokens"], 4096);
        let own = body(CLAUDE_3, json!({"anthropic_version": "later", "extra_body": {"max_tokens": 7}}));
        assert_eq!((&own["anthropic_version"], &own["max_tokens"]), (&json!("later"), &json!(7)));
    }

    #[test]
    fn cache_points_stand_in_the_blocks_that_they_end() {
        let control = json!({"type": "ephemeral", "ttl": "1h"});
        let members = json!({
            "messages": [
                {"role": "system", "content": [{"type": "text", "text": "Rules", "cache_control": control}]},
                {"role": "user", "content": "Go"},
                {"role": "assistant", "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\":1}"}}]},
                {"role": "tool", "tool_call_id": "a", "content": "r", "is_error": true, "cache_control": control},
            ],
            "tools": [{"type": "function", "function": {"name": "f"}, "cache_control": control}],
        });
        let body = body(CLAUDE_4_5, members);
        let call = json!({"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}});
        let result = json!({
            "type": "tool_result", "tool_use_id": "a", "is_error": true, "cache_control": control,
            "content": [{"type": "text", "text": "r"}],
        });
        assert_eq!(body["system"], json!([{"type": "text", "text": "Rules", "cache_control": control}]));
        assert_eq!(body["messages"][1]["content"], json!([call]));
        assert_eq!(body["messages"][2]["content"], json!([result]));
        assert_eq!(body["tools"][0]["cache_control"], control);
    }

    #[test]
    fn reasoning_of_earlier_answers_goes_back_as_it_came() {
        let thinking = json!([
            {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
            {"type": "redacted_thinking", "data": "ZGF0YQ=="},
        ]);
        let history = json!([
            {"role": "user", "content": "1+1?"},
            {"role": "assistant", "content": "2", "thinking_blocks": thinking},
            {"role": "user", "content": "Sure?"},
        ]);
        let body = body(
            CLAUDE_4_5,
            json!({"messages": history, "reasoning_effort": "high", "temperature": 0.5, "max_tokens": 9000}),
        );
        assert_eq!(body["messages"][1]["content"][0], thinking[0]);
        assert_eq!(body["messages"][1]["content"][1], thinking[1]);
        assert_eq!(body["thinking"], json!({"type": "enabled", "budget_tokens": 4096}));
        assert_eq!((body.get("temperature"), &body["max_tokens"]), (None, &json!(9000)));
    }

    #[test]
    fn choices_of_tools_are_said_in_anthropics_words() {
        let choice = |choice: Value, parallel: Option<bool>| {
            let mut members = json!({"tools": [tool("f")], "parallel_tool_calls": parallel});
            if !choice.is_null() {
                members["tool_choice"] = choice;
            }
            body(CLAUDE_3, members)["tool_choice"].clone()
        };
        let named = json!({"type": "function", "function": {"name": "f"}});
        assert_eq!(choice(Value::Null, None), Value::Null);
        assert_eq!(choice(Value::Null, Some(false)), json!({"type": "auto", "disable_parallel_tool_use": true}));
        assert_eq!(choice(json!("auto"), Some(true)), json!({"type": "auto"}));
        assert_eq!(choice(json!("none"), Some(false)), json!({"type": "none"}));
        assert_eq!(choice(json!("required"), Some(false)), json!({"type": "any", "disable_parallel_tool_use": true}));
        assert_eq!(choice(named, None), json!({"type": "tool", "name": "f"}));
    }

    #[test]
    fn hosted_tools_stand_among_the_others_with_their_beta() {
        let computer = json!({"type": "computer_20250124", "name": "computer", "display_width_px": 1024, "display_height_px": 768});
        let body = body(
            CLAUDE_3,
            json!({"tools": [tool("f"), computer], "anthropic_beta": ["mine"], "tool_choice": "required"}),
        );
        assert_eq!(body["tools"][1], computer);
        assert_eq!(body["anthropic_beta"], json!(["mine", "computer-use-2025-01-24"]));
        assert_eq!(body["tool_choice"], json!({"type": "any"}));
    }

    #[test]
    fn json_is_a_format_where_the_model_has_one_and_elsewhere_a_tool() {
        let schema = json!({"type": "object", "properties": {"x": {"type": "integer"}}});
        let format = json!({"type": "json_schema", "json_schema": {"name": "point", "schema": schema}});
        let native = body(CLAUDE_4_5, json!({"response_format": format, "output_config": {"effort": "low"}}));
        assert_eq!(native["output_config"]["effort"], "low");
        assert_eq!(native["output_config"]["format"]["type"], "json_schema");
        assert_eq!(native["output_config"]["format"]["schema"]["properties"], schema["properties"]);
        let forced = body(CLAUDE_3, json!({"response_format": format}));
        assert_eq!(forced["tools"][0]["input_schema"], schema);
        assert_eq!(forced["tool_choice"], json!({"type": "tool", "name": forced["tools"][0]["name"]}));
    }

    #[test]
    fn documents_are_pdf_or_text_and_all_others_are_refused_where_they_stand() {
        let file = |media_type: &str, data: &str| {
            let data = format!("data:{media_type};base64,{}", STANDARD.encode(data));
            call(
                CLAUDE_3,
                json!({"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_data": data}}]}]}),
            )
        };
        let source = |media_type: &str, data: &str| {
            let body: Value = serde_json::from_slice(&file(media_type, data).unwrap().outgoing.body).unwrap();
            body["messages"][0]["content"][0]["source"].clone()
        };
        let text = json!({"type": "text", "media_type": "text/plain", "data": "a,b"});
        assert_eq!(source("text/csv", "a,b"), text);
        assert_eq!(source("application/pdf", "%PDF-1")["media_type"], "application/pdf");
        let error = file("application/msword", "x").unwrap_err().to_string();
        assert!(error.starts_with("messages[0].content[0]: anthropic_messages does not take documents"), "{error}");
    }

    #[test]
    fn what_only_converse_has_is_refused() {
        assert!(call(CLAUDE_3, json!({"promptVariables": {"x": {"text": "y"}}})).is_err());
        assert!(call(CLAUDE_3, json!({"system": "twice", "messages": [{"role": "system", "content": "once"}, {"role": "user", "content": "x"}]})).is_err());
    }

    fn meta() -> ResponseMeta {
        ResponseMeta::new("chatcmpl-1", 1)
    }

    const USAGE: &str = r#"{"input_tokens":3,"cache_read_input_tokens":20,"cache_creation_input_tokens":10,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":6},"output_tokens":7}"#;

    #[test]
    fn an_answer_is_read_in_full() {
        let answer = format!(
            r#"{{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[
            {{"type":"thinking","thinking":"Hm.","signature":"c2ln"}},{{"type":"redacted_thinking","data":"eA=="}},
            {{"type":"text","text":"One. "}},{{"type":"text","text":"Two."}},{{"type":"brand_new","x":[1]}},
            {{"type":"tool_use","id":"toolu_1","name":"f","input":{{"a": 1}}}}],
            "stop_reason":"tool_use","stop_sequence":null,"usage":{USAGE}}}"#
        );
        let reply = call(CLAUDE_3, json!({"tools": [tool("f")]})).unwrap().reply;
        let answer = serde_json::to_value(reply.read(answer.as_bytes(), &meta()).unwrap()).unwrap();
        let message = &answer["choices"][0]["message"];
        assert_eq!(message["content"], "One. Two.");
        assert_eq!(message["reasoning_content"], "Hm.");
        assert_eq!(message["thinking_blocks"][1], json!({"type": "redacted_thinking", "data": "eA=="}));
        assert_eq!(message["tool_calls"][0]["function"], json!({"name": "f", "arguments": "{\"a\": 1}"}));
        assert_eq!(message["provider_specific_fields"]["content"], json!([{"type": "brand_new", "x": [1]}]));
        assert_eq!(answer["choices"][0]["finish_reason"], "tool_calls");
        assert_eq!((&answer["usage"]["prompt_tokens"], &answer["usage"]["total_tokens"]), (&json!(33), &json!(40)));
        let writes = &answer["usage"]["prompt_tokens_details"]["cache_creation_token_details"];
        assert_eq!(writes, &json!({"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 6}));
        assert_eq!(answer["provider_specific_fields"]["usage"]["input_tokens"], 3);
    }

    /// All chunks of a stream of these events.
    fn stream(events: &[Value]) -> Result<Vec<Value>, TransformError> {
        let members = json!({"tools": [tool("f")], "stream": true, "stream_options": {"include_usage": true}});
        let mut decoder = call(CLAUDE_3, members)?.reply.decoder(&meta());
        let mut chunks = Vec::new();
        for event in events {
            let payload = json!({"bytes": STANDARD.encode(event.to_string())}).to_string();
            chunks.extend(decoder.push(&StreamEvent::event("chunk", payload))?);
        }
        chunks.extend(decoder.finish()?);
        Ok(chunks.iter().map(|chunk| serde_json::to_value(chunk).unwrap()).collect())
    }

    #[test]
    fn a_streams_counts_are_its_own_and_its_unknown_blocks_are_kept() {
        let usage: Value = serde_json::from_str(USAGE).unwrap();
        let chunks = stream(&[
            json!({"type": "message_start", "message": {"id": "msg_1", "role": "assistant", "content": [], "stop_reason": null, "usage": usage}}),
            json!({"type": "ping"}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "server_tool_use", "id": "s", "name": "web", "input": {}}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "{}"}}),
            json!({"type": "content_block_stop", "index": 0}),
            json!({"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}}),
            json!({"type": "content_block_stop", "index": 1}),
            json!({"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": null}, "usage": {"output_tokens": 9}}),
            json!({"type": "message_stop", "amazon-bedrock-invocationMetrics": {"inputTokenCount": 3, "outputTokenCount": 1}}),
        ])
        .unwrap();
        let delta = |at: usize| &chunks[at]["choices"][0]["delta"];
        assert_eq!(delta(0)["provider_specific_fields"]["content_block"]["name"], "web");
        assert_eq!(delta(1)["provider_specific_fields"]["delta"]["partial_json"], "{}");
        assert_eq!(delta(2)["tool_calls"][0]["function"]["name"], "f");
        assert_eq!(delta(3)["tool_calls"][0]["function"]["arguments"], "{}");
        let last = chunks.last().unwrap();
        assert_eq!((&last["usage"]["prompt_tokens"], &last["usage"]["completion_tokens"]), (&json!(33), &json!(9)));
        assert_eq!(last["provider_specific_fields"]["id"], "msg_1");
        assert_eq!(last["provider_specific_fields"]["usage"]["output_tokens"], 9);
    }

    #[test]
    fn an_error_event_is_the_error_that_it_names() {
        let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
        let Err(TransformError::Upstream(error)) = stream(&[error]) else { panic!("an error was expected") };
        assert_eq!((error.kind.http_status(), error.to_string().as_str()), (503, "overloaded_error: Overloaded"));
    }

    #[test]
    fn a_guardrail_that_stepped_in_is_seen_whatever_the_model_said() {
        let answer = br#"{"content":[{"type":"text","text":"No."}],"stop_reason":"end_turn","amazon-bedrock-guardrailAction":"INTERVENED","amazon-bedrock-trace":{"guardrail":{}}}"#;
        let answer = call(CLAUDE_3, json!({})).unwrap().reply.read(answer, &meta()).unwrap();
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!(answer["choices"][0]["finish_reason"], "content_filter");
        assert_eq!(answer["trace"], json!({"guardrail": {}}));
    }

    #[test]
    fn a_stream_that_a_guardrail_stopped_before_anything_was_counted_ends_well() {
        let stopped =
            json!({"type": "completion", "completion": "No.", "amazon-bedrock-guardrailAction": "INTERVENED"});
        let chunks = stream(&[stopped]).unwrap();
        let last = chunks.last().unwrap();
        assert_eq!(last["choices"][0]["finish_reason"], "content_filter");
        assert_eq!(last["usage"], Value::Null);
    }

    #[test]
    fn a_stream_that_a_guardrail_masked_ends_as_the_model_ended_it() {
        let trace = |action: &str| json!({"guardrail": {"input": {"gr": {"piiEntities": [{"action": action}]}}}});
        for (action, reason) in [("ANONYMIZED", "tool_calls"), ("BLOCKED", "content_filter")] {
            let chunks = stream(&[
                json!({"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "t", "name": "f", "input": {}}}),
                json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}}),
                json!({"type": "message_stop", "amazon-bedrock-guardrailAction": "INTERVENED", "amazon-bedrock-trace": trace(action)}),
            ])
            .unwrap();
            let mut reasons = chunks.iter().filter_map(|chunk| chunk["choices"][0]["finish_reason"].as_str());
            assert_eq!(reasons.next(), Some(reason), "{chunks:?}");
        }
    }

    #[test]
    fn nothing_that_comes_back_can_panic() {
        let reply = call(CLAUDE_3, json!({})).unwrap().reply;
        for body in ["", "{}", "[]", "null", r#"{"content":null}"#, r#"{"content":[{"type":7}]}"#, "<html>"] {
            let _ = reply.read(body.as_bytes(), &meta());
        }
        for event in [json!({}), json!(null), json!({"type": "content_block_delta"}), json!({"type": "message_delta"})]
        {
            assert!(stream(&[event]).is_err());
        }
    }
}
