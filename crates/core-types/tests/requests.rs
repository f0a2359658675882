//! Requests as clients write them, and what is kept of them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core_types::{
    AssistantMessage, CacheControl, ChatRequest, Content, Document, DocumentSource, Extra, File, Function, GuardedText,
    ImageUrl, Message, Part, RawJson, Stop, TextPart, ThinkingBlock, Tool, ToolCall, ToolChoice, VideoUrl,
};

/// Through a path tracker, as the gateway reads; once more from a reader, which cannot lend its text.
fn read(body: &str) -> ChatRequest {
    let mut deserializer = serde_json::Deserializer::from_str(body);
    let request = serde_path_to_error::deserialize(&mut deserializer).unwrap();
    let from_reader: ChatRequest = serde_json::from_reader(body.as_bytes()).unwrap();
    assert_eq!(request, from_reader);
    request
}

fn read_with(member: &str) -> ChatRequest {
    read(&format!(r#"{{"model":"m","messages":[],{member}}}"#))
}

fn read_message(message: &str) -> Message {
    read(&format!(r#"{{"model":"m","messages":[{message}]}}"#)).messages.remove(0)
}

fn read_part(part: &str) -> Part {
    let Message::User(message) = read_message(&format!(r#"{{"role":"user","content":[{part}]}}"#)) else {
        panic!("not a user's message");
    };
    let Content::Parts(mut parts) = message.content else { panic!("not a list") };
    parts.remove(0)
}

fn read_tool(tool: &str) -> Tool {
    read_with(&format!(r#""tools":[{tool}]"#)).tools.remove(0)
}

fn json(text: &str) -> RawJson {
    RawJson::parse(text).unwrap()
}

fn extra(fields: &[(&str, &str)]) -> Extra {
    let mut extra = Extra::new();
    for (key, value) in fields {
        extra.insert(*key, json(value));
    }
    extra
}

#[test]
fn a_full_request_is_written_as_it_was_read() {
    let body = include_str!("full_request.json");
    let request = read(body);
    let written = serde_json::to_string(&request).unwrap();
    assert_eq!(read(&written), request);
    // Member by member the same: the file is in the order of the struct, and free of other spaces than these.
    let compact =
        |json: &str| json.lines().map(str::trim_start).collect::<String>().replace(": ", ":").replace(", ", ",");
    assert_eq!(compact(&written), compact(body));
}

#[test]
fn schemas_keep_their_key_order_and_number_spelling() {
    let schema = r#"{"type":"object","properties":{"z":{"maximum":1.50},"a":{"minimum":1e2}},"required":["z"]}"#;
    let Tool::Function { function, .. } =
        read_tool(&format!(r#"{{"type":"function","function":{{"name":"f","parameters":{schema}}}}}"#))
    else {
        panic!("not a function");
    };
    assert_eq!(function.parameters.unwrap().as_str(), schema);
}

#[test]
fn unknown_parameters_keep_their_order_and_spelling() {
    let request = read_with(r#""zeta":1.0,"top_k": 5 ,"alpha":{"b":1,"a":2},"nothing":null"#);
    let kept = [("zeta", "1.0"), ("top_k", "5"), ("alpha", r#"{"b":1,"a":2}"#), ("nothing", "null")];
    assert_eq!(request.extra, extra(&kept));
    let fields: Vec<_> = request.extra.iter().map(|(key, value)| (key, value.as_str())).collect();
    assert_eq!(fields, kept);
    let written = serde_json::to_string(&request).unwrap();
    assert!(written.ends_with(r#""zeta":1.0,"top_k":5,"alpha":{"b":1,"a":2},"nothing":null}"#), "{written}");
}

#[test]
fn null_is_absent() {
    let known = [
        "audio",
        "frequency_penalty",
        "function_call",
        "functions",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "metadata",
        "modalities",
        "n",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "prompt_cache_key",
        "prompt_cache_retention",
        "reasoning_effort",
        "response_format",
        "safety_identifier",
        "seed",
        "service_tier",
        "stop",
        "store",
        "stream",
        "stream_options",
        "temperature",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "user",
        "verbosity",
        "web_search_options",
    ];
    let nulls: Vec<String> = known.iter().map(|name| format!(r#""{name}":null"#)).collect();
    assert_eq!(read_with(&nulls.join(",")), ChatRequest::new("m"));

    let message = r#"{"role":"assistant","content":null,"audio":null,"name":null,"refusal":null,"function_call":null,
        "tool_calls":null,"reasoning_content":null,"thinking_blocks":null,"prefix":null,"cache_control":null}"#;
    assert_eq!(read_message(message), AssistantMessage::default().into());
}

#[test]
fn whole_floats_are_integers() {
    let request = read_with(r#""max_tokens":100.0,"seed":-7.0,"n":1e0"#);
    assert_eq!((request.max_tokens, request.seed, request.n), (Some(100), Some(-7), Some(1)));
}

#[test]
fn temperature_keeps_its_value() {
    let request = read_with(r#""temperature":0.7,"top_p":1"#);
    assert!(serde_json::to_string(&request).unwrap().contains(r#""temperature":0.7,"#));
    assert_eq!(request.top_p, Some(1.0));
}

#[test]
fn stop_is_a_string_or_a_list() {
    assert_eq!(read_with(r#""stop":"END""#).stop, Stop::from("END"));
    assert_eq!(read_with(r#""stop":["a","b"]"#).stop, Stop::from(["a", "b"]));
    assert!(read_with(r#""stop":[]"#).stop.is_empty());
}

#[test]
fn reasoning_effort_is_a_word_or_an_object() {
    assert_eq!(read_with(r#""reasoning_effort":"low""#).reasoning_effort.as_deref(), Some("low"));
    let request = read_with(r#""reasoning_effort":{"effort":"high","summary":"auto"}"#);
    assert_eq!(request.reasoning_effort.as_deref(), Some("high"));
    assert_eq!(read_with(r#""reasoning_effort":{"summary":"auto"}"#).reasoning_effort, None);
}

#[test]
fn content_is_a_string_a_list_or_a_single_part() {
    let expected = Message::User(core_types::UserMessage::new([Part::text("hi")]));
    assert_eq!(read_message(r#"{"role":"user","content":["hi"]}"#), expected);
    assert_eq!(read_message(r#"{"role":"user","content":[{"type":"text","text":"hi"}]}"#), expected);
    assert_eq!(read_message(r#"{"content":{"text":"hi","type":"text"},"role":"user"}"#), expected);
    assert_eq!(
        read_message(r#"{"role":"user","content":"hi","annotations":[],"provider_specific_fields":{}}"#),
        core_types::UserMessage::new("hi").into()
    );
}

#[test]
fn a_tool_result_may_be_empty_and_may_have_failed() {
    let empty = core_types::ToolMessage::new("1", "");
    assert_eq!(read_message(r#"{"role":"tool","tool_call_id":"1"}"#), empty.clone().into());
    assert_eq!(read_message(r#"{"role":"tool","tool_call_id":"1","content":null}"#), empty.clone().into());
    assert_eq!(read_message(r#"{"role":"tool","tool_call_id":"1","status":"success"}"#), empty.clone().into());
    assert_eq!(read_message(r#"{"role":"tool","tool_call_id":"1","status":"error"}"#), empty.clone().error().into());
    assert_eq!(read_message(r#"{"role":"tool","tool_call_id":"1","is_error":true}"#), empty.error().into());
}

#[test]
fn arguments_are_text_or_the_json_itself() {
    let cases = [
        (r#""{\"city\": \"Köln\"}""#, r#"{"city": "Köln"}"#),
        (r#"{"b": 1.50, "a": 2}"#, r#"{"b": 1.50, "a": 2}"#),
        ("[1]", "[1]"),
        ("null", ""),
        (r#""""#, ""),
    ];
    for (arguments, expected) in cases {
        let call = format!(r#"{{"id":"1","type":"function","function":{{"name":"f","arguments":{arguments}}}}}"#);
        let message = read_message(&format!(r#"{{"role":"assistant","tool_calls":[{call}]}}"#));
        assert_eq!(message, AssistantMessage::default().tool_call(ToolCall::new("1", "f", expected)).into());
    }
    let message = read_message(r#"{"role":"assistant","tool_calls":[{"id":null,"function":{"name":"f"}}]}"#);
    assert_eq!(message, AssistantMessage::default().tool_call(ToolCall::new("", "f", "")).into());
}

#[test]
fn parts_are_read_wherever_their_type_stands() {
    let marked = CacheControl::ephemeral().ttl("1h");
    let source = DocumentSource::Base64 { media_type: "application/pdf".into(), data: "JVBE".into() };
    let cases: [(&str, &str, Part); 9] = [
        (
            r#""type":"text""#,
            r#""text":"hi","cache_control":{"type":"ephemeral","ttl":"1h"}"#,
            TextPart::new("hi").cache_control(marked).into(),
        ),
        (r#""type":"image_url""#, r#""image_url":"https://a/b""#, Part::image_url("https://a/b")),
        (
            r#""type":"image_url""#,
            r#""image_url":{"url":"s3://a/b","detail":"low","format":"image/png","more":1}"#,
            ImageUrl::new("s3://a/b").detail("low").format("image/png").into(),
        ),
        (
            r#""type":"file""#,
            r#""file":{"file_data":"JVBE","filename":"a.pdf"}"#,
            File::new().file_data("JVBE").filename("a.pdf").into(),
        ),
        (
            r#""type":"document""#,
            r#""source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},"title":"A","citations":{"enabled":true}"#,
            Document::new(source).title("A").citations(json(r#"{"enabled":true}"#)).into(),
        ),
        (
            r#""type":"guarded_text""#,
            r#""text":"Why?","qualifiers":["query"]"#,
            GuardedText::new("Why?").qualifier("query").into(),
        ),
        (
            r#""type":"video_url""#,
            r#""video_url":{"url":"s3://a/b.mp4","bucket_owner":"123456789012"}"#,
            VideoUrl::new("s3://a/b.mp4").bucket_owner("123456789012").into(),
        ),
        (
            r#""type":"file""#,
            r#""file":{"file_id":"s3://a/b.pdf","bucketOwner":"123456789012"}"#,
            File::new().file_id("s3://a/b.pdf").bucket_owner("123456789012").into(),
        ),
        (r#""type":"redacted_thinking""#, r#""data":"AAAA""#, Part::Thinking(ThinkingBlock::redacted("AAAA"))),
    ];
    for (kind, members, expected) in cases {
        assert_eq!(read_part(&format!("{{{kind},{members}}}")), expected);
        assert_eq!(read_part(&format!("{{{members},{kind}}}")), expected);
        assert_eq!(read_part(&serde_json::to_string(&expected).unwrap()), expected);
    }
}

#[test]
fn an_anthropic_image_is_an_image_url() {
    let base64 = r#"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}}"#;
    assert_eq!(read_part(base64), Part::image_url("data:image/png;base64,iVBO"));
    let url = r#"{"source":{"type":"url","url":"https://a/b.png"},"type":"image"}"#;
    assert_eq!(read_part(url), Part::image_url("https://a/b.png"));
}

#[test]
fn a_document_takes_texts() {
    let expected = DocumentSource::Content { content: [Part::text("a"), Part::text("b")].into() };
    let texts = r#"[{"type":"text","text":"a"},{"text":"b","type":"text"}]"#;
    for source in
        [format!(r#"{{"type":"content","content":{texts}}}"#), format!(r#"{{"content":{texts},"type":"content"}}"#)]
    {
        assert_eq!(
            read_part(&format!(r#"{{"source":{source},"type":"document"}}"#)),
            Document::new(expected.clone()).into()
        );
    }
}

#[test]
fn a_part_of_another_type_is_kept_verbatim() {
    let fields = extra(&[("text", r#""a""#), ("z", "1.0"), ("cache_control", r#"{"type":"odd"}"#), ("n", "null")]);
    let expected = Part::Other { kind: "mystery".into(), fields: fields.clone() };
    let members = r#""text":"a","z":1.0,"cache_control":{"type":"odd"},"n":null"#;
    assert_eq!(read_part(&format!(r#"{{"type":"mystery",{members}}}"#)), expected);
    assert_eq!(read_part(&format!(r#"{{{members},"type":"mystery"}}"#)), expected);
    assert_eq!(read_part(&format!("{{{members}}}")), Part::Other { kind: String::new(), fields });
    assert_eq!(
        read_part(r#"{"detail":"low","image_url":"https://a/b","type":"input_image"}"#),
        Part::Other {
            kind: "input_image".into(),
            fields: extra(&[("detail", r#""low""#), ("image_url", r#""https://a/b""#)])
        }
    );
    assert_eq!(
        read_part(r#"{"cachePoint":{"type":"default"}}"#),
        Part::Other { kind: String::new(), fields: extra(&[("cachePoint", r#"{"type":"default"}"#)]) }
    );
}

#[test]
fn functions_are_read_in_three_shapes() {
    let function = Function::new("f").description("d").parameters(json(r#"{"type":"object"}"#));
    let expected = Tool::function(function).cache_control(CacheControl::ephemeral());
    let shapes = [
        r#"{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}},"cache_control":{"type":"ephemeral"}}"#,
        r#"{"function":{"name":"f","description":"d","parameters":{"type":"object"},"cache_control":{"type":"ephemeral"}},"type":"function"}"#,
        r#"{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"cache_control":{"type":"ephemeral"}}"#,
        r#"{"name":"f","description":"d","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}"#,
        r#"{"type":"custom","name":"f","description":"d","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}"#,
    ];
    for shape in shapes {
        assert_eq!(read_tool(shape), expected, "{shape}");
    }
    let bare = r#"{"type":"function","function":{"name":"f","parameters":null,"strict":null}}"#;
    assert_eq!(read_tool(bare), Function::new("f").into());
}

#[test]
fn a_tool_of_another_type_is_kept_verbatim() {
    assert_eq!(
        read_tool(r#"{"name":"web_search","type":"web_search_20250305","max_uses":5}"#),
        Tool::Other {
            kind: "web_search_20250305".into(),
            fields: extra(&[("name", r#""web_search""#), ("max_uses", "5")])
        }
    );
    assert_eq!(
        read_tool(r#"{"systemTool":{"name":"nova_grounding"}}"#),
        Tool::Other { kind: String::new(), fields: extra(&[("systemTool", r#"{"name":"nova_grounding"}"#)]) }
    );
}

#[test]
fn tool_choice_is_read_in_every_spelling() {
    let function = || ToolChoice::function("f");
    let allowed = ToolChoice::AllowedTools { required: true, names: vec!["f".into(), "g".into()] };
    let table = [
        (r#""auto""#, ToolChoice::Auto),
        (r#""none""#, ToolChoice::None),
        (r#""required""#, ToolChoice::Required),
        (r#""any""#, ToolChoice::Required),
        (r#"{"type":"function","function":{"name":"f"}}"#, function()),
        (r#"{"function":{"name":"f"},"type":"function"}"#, function()),
        (r#"{"type":"function","name":"f"}"#, function()),
        (r#"{"type":"tool","name":"f"}"#, function()),
        (r#"{"type":"auto","disable_parallel_tool_use":true}"#, ToolChoice::Auto),
        (r#"{"type":"any"}"#, ToolChoice::Required),
        (r#"{"type":"none"}"#, ToolChoice::None),
        (
            r#"{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}},{"type":"function","name":"g"}]}}"#,
            allowed,
        ),
    ];
    for (spelling, expected) in table {
        let request = read_with(&format!(r#""tool_choice":{spelling}"#));
        assert_eq!(request.tool_choice, Some(expected), "{spelling}");
        assert_eq!(read(&serde_json::to_string(&request).unwrap()), request);
    }
}

#[test]
fn response_formats_are_read_and_written() {
    let table = [
        r#"{"type":"text"}"#,
        r#"{"type":"json_object"}"#,
        r#"{"type":"json_object","response_schema":{"type":"object"}}"#,
        r#"{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"b":1,"a":2.0},"strict":true}}"#,
    ];
    for format in table {
        let request = read_with(&format!(r#""response_format":{format}"#));
        assert_eq!(serde_json::to_string(&request.response_format).unwrap(), format);
    }
    let unnamed = read_with(r#""response_format":{"type":"json_schema","json_schema":{"schema":{}}}"#);
    let named = ChatRequest::new("m").response_format(core_types::JsonSchema::new("response", json("{}")).into());
    assert_eq!(unnamed, named);
    let beside = read_with(r#""response_format":{"type":"json_object","schema":{}}"#);
    let expected = core_types::ResponseFormat::JsonObject { schema: Some(json("{}")) };
    assert_eq!(beside.response_format, Some(expected));
}
