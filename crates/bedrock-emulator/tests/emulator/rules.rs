//! The rules of a conversation, and in which words they are told.

use bedrock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{self, hello, user, weather_tool, with};
use crate::strictness::{content, refusals};

fn turns(turns: Value) -> Value {
    let mut request = json!({ "toolConfig": { "tools": [weather_tool()] } });
    request["messages"] = turns;
    request
}

#[tokio::test]
async fn a_conversation_starts_with_the_user_alternates_and_is_never_empty() {
    let start =
        "A conversation must start with a user message. Try again with a conversation that starts with a user message.";
    let blank = "The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to the text field, and \
                 try again.";
    let say = |role: &str| json!({ "role": role, "content": [{ "text": "Hello" }] });
    refusals(&[
        (json!({}), start),
        (json!({ "messages": [] }), start),
        (json!({ "messages": [say("assistant"), say("user")] }), start),
        (json!({ "messages": [say("system"), say("user")] }), start),
        (
            json!({ "messages": [say("user"), say("user")] }),
            "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between \
             user and assistant roles and try again.",
        ),
        (json!({ "messages": [say("user"), say("assistant"), say("system"), say("user")] }), "accepted"),
        (
            json!({ "messages": [say("user"), { "role": "assistant", "content": [] }] }),
            "The content field in the Message object at messages.1 is empty. Add a ContentBlock object to the content field \
             and try again.",
        ),
        (user(""), blank),
        (user(" \n"), blank),
        (
            with(hello(), json!({ "system": [{ "text": "Be kind." }, { "text": " " }] })),
            "The text field in the SystemContentBlock object at system.1 is blank. Add text to the text field, and try again.",
        ),
        (
            json!({ "messages": [say("user"), { "role": "assistant", "content": [{ "text": "So " }] }] }),
            "The model returned the following errors: messages: final assistant content cannot end with trailing whitespace",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_stored_prompt_brings_its_own_messages() {
    let emulator = Emulator::start().await.unwrap();
    let prompt = "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aprompt%2FABCDEFGHIJ%3A1";
    let body = json!({ "promptVariables": { "name": { "text": "Ada" } } }).to_string();
    let reply = client::raw(&emulator, &client::head("converse", prompt, None), body.as_bytes()).await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn documents_need_text_and_names_of_their_own() {
    let document = |name: &str| json!({ "document": { "format": "txt", "name": name, "source": { "bytes": "aGk=" } } });
    let name = "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, \
                and square brackets. The name can't contain more than one consecutive whitespace character. Check that the \
                file name conforms to these restrictions and retry your request.";
    refusals(&[
        (content(json!([document("a")])), "A text block must be included when using documents."),
        (content(json!([{ "text": "a" }, document("a (1) [b]-c")])), "accepted"),
        (content(json!([{ "text": "a" }, document("a.txt")])), name),
        (content(json!([{ "text": "a" }, document("a  b")])), name),
        (
            content(json!([{ "text": "a" }, document("a"), document("a")])),
            "Messages can't contain duplicate document names. Rename the document and retry your request.",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_tool_use_is_followed_by_its_result() {
    let ask = json!({ "role": "user", "content": [{ "text": "Weather?" }] });
    let tool_use = |id: &str| json!({ "toolUse": { "toolUseId": id, "name": "get_weather", "input": {} } });
    let result = |id: &str| json!({ "toolResult": { "toolUseId": id, "content": [{ "text": "sunny" }] } });
    let call = |blocks: Value| json!({ "role": "assistant", "content": blocks });
    let answer = |blocks: Value| json!({ "role": "user", "content": blocks });
    let (a, b) = (tool_use("a"), tool_use("b"));
    let exceeds =
        "The number of toolResult blocks at messages.2.content exceeds the number of toolUse blocks of previous turn.";
    let config = "The toolConfig field must be defined when using toolUse and toolResult content blocks.";
    let whole = json!([ask, call(json!([a])), answer(json!([result("a")]))]);
    refusals(&[
        (turns(whole.clone()), "accepted"),
        (json!({ "messages": whole }), config),
        (turns(json!([ask, call(json!([a])), answer(json!([result("a"), result("b")]))])), exceeds),
        (turns(json!([ask, call(json!([{ "text": "Hm." }])), answer(json!([result("a")]))])), exceeds),
        (
            turns(json!([ask, call(json!([a, b])), answer(json!([result("a")]))])),
            "Expected toolResult blocks at messages.2.content for the following Ids: b",
        ),
        (
            turns(json!([ask, call(json!([a, b])), answer(json!([{ "text": "Never mind." }]))])),
            "Expected toolResult blocks at messages.2.content for the following Ids: a, b",
        ),
        (
            turns(json!([ask, call(json!([a]))])),
            "Expected toolResult blocks at messages.2.content for the following Ids: a",
        ),
        (
            turns(json!([ask, call(json!([a, a])), answer(json!([result("a")]))])),
            "The model returned the following errors: messages.1.content: `tool_use` ids must be unique",
        ),
        (
            turns(json!([answer(json!([a]))])),
            "The model returned the following errors: messages.0: `tool_use` blocks can only be in `assistant` messages",
        ),
        (
            turns(json!([ask, call(json!([result("a")]))])),
            "The model returned the following errors: messages.1: `tool_result` blocks can only be in `user` messages",
        ),
        (
            turns(json!([ask, call(json!([{ "toolUse": { "toolUseId": "a", "name": "t", "input": "{}" } }]))])),
            "The format of the value at messages.1.content.0.toolUse.input is invalid. Provide a json object for the field \
             and try again.",
        ),
        (
            turns(json!([
                ask,
                call(json!([a])),
                answer(json!([{ "toolResult": { "toolUseId": "a", "content": [{ "json": [1] }] } }])),
            ])),
            "The format of the value at messages.2.content.0.toolResult.content.0.json is invalid. Provide a json object for \
             the field and try again.",
        ),
    ])
    .await;
}

#[tokio::test]
async fn tools_are_objects_with_names_of_their_own() {
    let tools = |tools: Value| with(hello(), json!({ "toolConfig": { "tools": tools } }));
    let schema = |schema: Value| json!([{ "toolSpec": { "name": "t", "inputSchema": { "json": schema } } }]);
    refusals(&[
        (
            tools(json!([weather_tool(), weather_tool()])),
            "The model returned the following errors: tools: Tool names must be unique.",
        ),
        (
            tools(schema(json!({ "properties": {} }))),
            "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.",
        ),
        (
            tools(schema(json!("{}"))),
            "The format of the value at toolConfig.tools.0.toolSpec.inputSchema.json is invalid. Provide a json object for \
             the field and try again.",
        ),
        (
            tools(schema(json!({ "type": "object", "anyOf": [{ "required": ["a"] }] }))),
            "The model returned the following errors: tools.0.custom.input_schema: input_schema does not support oneOf, \
             allOf, or anyOf at the top level",
        ),
        (tools(schema(json!({ "type": "object", "$defs": {}, "additionalProperties": false }))), "accepted"),
        (
            with(
                hello(),
                json!({ "toolConfig": { "tools": [weather_tool()], "toolChoice": { "tool": { "name": "other" } } } }),
            ),
            "The model returned the following errors: tool_choice: Tool 'other' not found in provided tools",
        ),
        (tools(json!([{ "systemTool": { "name": "nova_grounding" } }])), "accepted"),
    ])
    .await;
}

#[tokio::test]
async fn novas_tools_define_and_combine_nothing_at_the_root_of_their_schemas() {
    let emulator = Emulator::start().await.unwrap();
    let tool = |schema: Value| json!({ "toolSpec": { "name": "t", "inputSchema": { "json": schema } } });
    for (schema, status) in [
        (json!({ "type": "object", "properties": {}, "required": [] }), 200),
        (json!({ "type": "object", "$defs": {} }), 400),
        (json!({ "type": "object", "anyOf": [] }), 400),
        (json!({ "type": "object", "additionalProperties": false, "title": "T" }), 200),
    ] {
        let body = with(hello(), json!({ "toolConfig": { "tools": [tool(schema)] } })).to_string();
        let head = client::head("converse", "us.amazon.nova-lite-v1%3A0", None);
        let reply = client::raw(&emulator, &head, body.as_bytes()).await.unwrap();
        assert_eq!(reply.status, status, "{body}: {}", reply.text());
    }
}

#[tokio::test]
async fn cache_points_are_few_and_the_longer_come_first() {
    let point = json!({ "cachePoint": { "type": "default" } });
    let hour = json!({ "cachePoint": { "type": "default", "ttl": "1h" } });
    let text = json!({ "text": "a" });
    let reasoning = json!({ "reasoningContent": { "reasoningText": { "text": "Hm." } } });
    refusals(&[
        (
            with(
                content(json!([text, point, text, point, text, point])),
                json!({ "system": [text, point], "toolConfig": { "tools": [weather_tool(), point] } }),
            ),
            "The model returned the following errors: A maximum of 4 blocks with cache_control may be provided. Found 5.",
        ),
        (
            with(content(json!([text, hour])), json!({ "system": [text, point] })),
            "The model returned the following errors: messages.0.content.1.cache_control.ttl: a ttl='1h' cache_control block \
             must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: \
             `tools`, `system`, `messages`.",
        ),
        (with(content(json!([text, point])), json!({ "system": [text, hour] })), "accepted"),
        (
            json!({ "messages": [
                { "role": "user", "content": [text] },
                { "role": "assistant", "content": [reasoning, point] },
            ] }),
            "Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try again.",
        ),
    ])
    .await;
}

#[tokio::test]
async fn thinking_has_its_conditions() {
    let thinking = |budget: u64, more: Value| {
        let fields = json!({ "thinking": { "type": "enabled", "budget_tokens": budget } });
        with(with(hello(), json!({ "additionalModelRequestFields": fields })), more)
    };
    let preface = "The model returned the following errors: ";
    let table = [
        (thinking(2_000, json!({ "inferenceConfig": { "maxTokens": 4_000, "temperature": 1 } })), ""),
        (thinking(100, json!({})), "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"),
        (
            thinking(2_000, json!({ "inferenceConfig": { "maxTokens": 2_000 } })),
            "`max_tokens` must be greater than `thinking.budget_tokens`.",
        ),
        (
            thinking(2_000, json!({ "inferenceConfig": { "temperature": 0.5 } })),
            "`temperature` may only be set to 1 when thinking is enabled.",
        ),
        (
            thinking(2_000, json!({ "toolConfig": { "tools": [weather_tool()], "toolChoice": { "any": {} } } })),
            "Thinking may not be enabled when tool_choice forces tool use.",
        ),
    ];
    for (request, message) in table {
        let expected = if message.is_empty() { "accepted".to_owned() } else { format!("{preface}{message}") };
        refusals(&[(request, &expected)]).await;
    }
}

#[tokio::test]
async fn additional_fields_are_an_object_that_repeats_nothing() {
    refusals(&[
        (
            with(hello(), json!({ "additionalModelRequestFields": [1] })),
            "The format of the value at additionalModelRequestFields is invalid. Provide a json object for the field and try \
             again.",
        ),
        (
            with(
                hello(),
                json!({ "inferenceConfig": { "maxTokens": 5 }, "additionalModelRequestFields": { "max_tokens": 6 } }),
            ),
            "The additional field max_tokens conflicts with an existing field.",
        ),
        (with(hello(), json!({ "additionalModelRequestFields": { "top_k": 6 } })), "accepted"),
    ])
    .await;
}

#[tokio::test]
async fn an_output_schema_is_a_schema_and_for_claude_a_closed_one() {
    let format = |schema: &str| {
        let structure = json!({ "jsonSchema": { "schema": schema } });
        with(hello(), json!({ "outputConfig": { "textFormat": { "type": "json_schema", "structure": structure } } }))
    };
    let open = "The model returned the following errors: output_config.format.schema: For 'object' type, \
                'additionalProperties' must be explicitly set to false";
    refusals(&[
        (format("{"), "The value at outputConfig.textFormat.structure.jsonSchema.schema is not a valid JSON schema."),
        (format("[]"), "The value at outputConfig.textFormat.structure.jsonSchema.schema is not a valid JSON schema."),
        (format(r#"{"type":"object"}"#), open),
        (format(r#"{"type":"array","items":{"type":["object","null"]}}"#), open),
        (format(r#"{"type":"object","additionalProperties":false}"#), "accepted"),
    ])
    .await;
}
