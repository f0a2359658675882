//! What a caller reads who sends a bad request: the path of the bad value and what to change.

use core_types::{ChatRequest, EmbeddingRequest, ImageRequest};
use serde::de::DeserializeOwned;

/// `path: message`, as the gateway answers, without the position in the text.
fn complaint<T: DeserializeOwned + std::fmt::Debug>(body: &str) -> String {
    let mut deserializer = serde_json::Deserializer::from_str(body);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(request) => panic!("{body} was read as {request:?}"),
        Err(error) => {
            let message = error.inner().to_string();
            let end = message.rfind(" at line ").unwrap_or(message.len());
            format!("{}: {}", error.path(), &message[..end])
        }
    }
}

/// Every body beside its complaint, so that a reviewer sees both.
fn complaints(bodies: &[String]) -> String {
    complaints_of::<ChatRequest>(bodies)
}

fn complaints_of<T: DeserializeOwned + std::fmt::Debug>(bodies: &[String]) -> String {
    bodies.iter().map(|body| format!("{body}\n    {}\n", complaint::<T>(body))).collect()
}

fn requests(members: &[&str]) -> Vec<String> {
    members.iter().map(|member| format!(r#"{{"model":"m","messages":[],{member}}}"#)).collect()
}

fn with_messages(messages: &[&str]) -> Vec<String> {
    messages.iter().map(|message| format!(r#"{{"model":"m","messages":[{message}]}}"#)).collect()
}

fn with_parts(parts: &[&str]) -> Vec<String> {
    let messages: Vec<String> =
        parts.iter().map(|part| format!(r#"{{"role":"user","content":["Look:",{part}]}}"#)).collect();
    with_messages(&messages.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_body_that_is_no_request_says_what_is_missing() {
    let bodies = [
        "[]",
        "\"hello\"",
        "{}",
        r#"{"model":"m"}"#,
        r#"{"messages":[]}"#,
        r#"{"model":null,"messages":[]}"#,
        r#"{"model":"m","messages":null}"#,
        r#"{"model":"m","messages":"hello"}"#,
        r#"{"model":7,"messages":[]}"#,
        r#"{"model":"m","messages":[],"model":"n"}"#,
        r#"{"model":"m","messages":[],"top_k":1,"top_k":2}"#,
    ];
    let complaints = complaints(&bodies.map(str::to_owned));
    insta::assert_snapshot!(complaints);
}

#[test]
fn a_bad_parameter_is_named() {
    let complaints = complaints(&requests(&[
        r#""max_tokens":-1"#,
        r#""max_tokens":4294967296"#,
        r#""max_tokens":1.5"#,
        r#""max_tokens":"100""#,
        r#""seed":1e300"#,
        r#""temperature":"warm""#,
        r#""stream":"yes""#,
        r#""stop":[1]"#,
        r#""stop":{"after":"x"}"#,
        r#""modalities":"text""#,
        r#""reasoning_effort":3"#,
        r#""stream_options":{"include_usage":"yes"}"#,
        r#""stream_options":[true]"#,
        r#""response_format":"json_object""#,
        r#""response_format":{}"#,
        r#""response_format":{"type":"xml"}"#,
        r#""response_format":{"type":"json_schema"}"#,
        r#""response_format":{"type":"json_schema","json_schema":{"strict":"yes"}}"#,
    ]));
    insta::assert_snapshot!(complaints);
}

#[test]
fn a_bad_tool_is_named() {
    let complaints = complaints(&requests(&[
        r#""tools":{}"#,
        r#""tools":["search"]"#,
        r#""tools":[{"type":"function"}]"#,
        r#""tools":[{"type":"function","function":{}}]"#,
        r#""tools":[{"function":{"name":5},"type":"function"}]"#,
        r#""tools":[{"type":"function","name":5}]"#,
        r#""tools":[{"function":{"name":"f"},"type":"retrieval"}]"#,
        r#""tools":[{"input_schema":{}}]"#,
        r#""tools":[{"type":"x","a":1,"a":2}]"#,
        r#""tools":[{"type":"function","function":{"name":"f"},"cache_control":{"type":"forever"}}]"#,
        r#""functions":[{"description":"no name"}]"#,
        r#""tool_choice":"maybe""#,
        r#""tool_choice":5"#,
        r#""tool_choice":{}"#,
        r#""tool_choice":{"type":"function"}"#,
        r#""tool_choice":{"type":"function","function":{}}"#,
        r#""tool_choice":{"type":"custom","custom":{"name":"x"}}"#,
        r#""tool_choice":{"type":"allowed_tools"}"#,
        r#""tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"some","tools":[]}}"#,
        r#""tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function"}]}}"#,
    ]));
    insta::assert_snapshot!(complaints);
}

#[test]
fn a_bad_message_is_named() {
    let complaints = complaints(&with_messages(&[
        r#""hello""#,
        r#"["user","hello"]"#,
        r#"{"content":"hello"}"#,
        r#"{"role":"human","content":"hello"}"#,
        r#"{"role":"user","content":"hello","role":"user"}"#,
        r#"{"role":"user"}"#,
        r#"{"role":"user","content":null}"#,
        r#"{"role":"user","content":5}"#,
        r#"{"role":"system"}"#,
        r#"{"role":"developer","content":null}"#,
        r#"{"role":"tool","content":"21 °C"}"#,
        r#"{"role":"function","content":"21 °C"}"#,
        r#"{"role":"assistant","tool_calls":[{"id":"1"}]}"#,
        r#"{"role":"assistant","tool_calls":[{"id":"1","function":{"arguments":"{}"}}]}"#,
        r#"{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"f","arguments":5}}]}"#,
        r#"{"role":"assistant","thinking_blocks":[{"type":"musing"}]}"#,
        r#"{"role":"assistant","thinking_blocks":[{"type":"thinking"}]}"#,
        r#"{"role":"assistant","thinking_blocks":[{"type":"redacted_thinking"}]}"#,
        r#"{"role":"user","content":"hello","cache_control":true}"#,
    ]));
    insta::assert_snapshot!(complaints);
}

#[test]
fn a_bad_part_is_named_wherever_its_type_stands() {
    let complaints = complaints(&with_parts(&[
        "5",
        "null",
        r#"{"type":5}"#,
        r#"{"type":"text","text":"a","type":"text"}"#,
        r#"{"type":"text","text":"a","text":"b"}"#,
        r#"{"type":"text"}"#,
        r#"{"type":"text","text":null}"#,
        r#"{"type":"text","text":5}"#,
        r#"{"text":5,"type":"text"}"#,
        r#"{"type":"refusal"}"#,
        r#"{"type":"image_url"}"#,
        r#"{"type":"image_url","image_url":{}}"#,
        r#"{"type":"image_url","image_url":{"url":5}}"#,
        r#"{"image_url":{"url":5},"type":"image_url"}"#,
        r#"{"image_url":{"url":"https://example.com/a.png"},"type":"input_image"}"#,
        r#"{"type":"image_url","image_url":["https://example.com/a.png"]}"#,
        r#"{"type":"video_url","video_url":{"detail":"low"}}"#,
        r#"{"type":"input_audio","input_audio":{"data":"AAAA"}}"#,
        r#"{"type":"file","file":"a.pdf"}"#,
        r#"{"type":"file"}"#,
        r#"{"type":"document","source":{"type":"carrier pigeon"}}"#,
        r#"{"type":"document","source":{"type":"base64","data":"AAAA"}}"#,
        r#"{"source":{"type":"base64","data":"AAAA"},"type":"document"}"#,
        r#"{"type":"document","source":{"type":"content","content":[{"type":"text"}]}}"#,
        r#"{"source":{"content":[{"source":{"content":[]},"type":"document"}],"type":"content"},"type":"document"}"#,
        r#"{"type":"document"}"#,
        r#"{"type":"image","source":{"type":"text","data":"a"}}"#,
        r#"{"type":"thinking","signature":"s"}"#,
        r#"{"type":"text","text":"a","cache_control":{"type":"forever"}}"#,
        r#"{"cache_control":{"type":"forever"},"text":"a","type":"text"}"#,
        r#"{"type":"mystery","a":1,"a":2}"#,
    ]));
    insta::assert_snapshot!(complaints);
}

#[test]
fn depth_without_end_is_an_error() {
    let depth = 100_000;
    let part = format!(
        "{}{}",
        r#"{"source":{"content":["#.repeat(depth),
        r#"],"type":"content"},"type":"document"}"#.repeat(depth)
    );
    let body = format!(r#"{{"model":"m","messages":[{{"role":"user","content":[{part}]}}]}}"#);
    insta::assert_snapshot!(complaint::<ChatRequest>(&body), @"messages[0].content[0]: `source`: the content of a document takes parts of type `text`, not `document`");
    let document = r#"{"type":"document","source":{"type":"content","content":["#;
    let body = format!(r#"{{"model":"m","messages":[{{"role":"user","content":[{}"#, document.repeat(depth));
    insta::assert_snapshot!(complaint::<ChatRequest>(&body), @"messages[0].content[0].source.content[0].source: EOF while parsing a list");
}

#[test]
fn a_bad_embedding_request_is_named() {
    let bodies = [
        "[]",
        "{}",
        r#"{"model":"m"}"#,
        r#"{"input":"a"}"#,
        r#"{"model":"m","input":null}"#,
        r#"{"model":"m","input":5}"#,
        r#"{"model":"m","input":{"text":"a"}}"#,
        r#"{"model":"m","input":["a",1]}"#,
        r#"{"model":"m","input":[1,"a"]}"#,
        r#"{"model":"m","input":[[1],["a"]]}"#,
        r#"{"model":"m","input":[-1]}"#,
        r#"{"model":"m","input":"a","dimensions":"256"}"#,
        r#"{"model":"m","input":"a","dimensions":-1}"#,
        r#"{"model":"m","input":"a","encoding_format":"int8"}"#,
        r#"{"model":"m","input":"a","user":7}"#,
        r#"{"model":"m","input":"a","input":"b"}"#,
        r#"{"model":"m","input":"a","normalize":true,"normalize":false}"#,
    ];
    insta::assert_snapshot!(complaints_of::<EmbeddingRequest>(&bodies.map(str::to_owned)));
}

#[test]
fn a_bad_image_request_is_named() {
    let bodies = [
        "[]",
        r#"{"prompt":"a"}"#,
        r#"{"model":7,"prompt":"a"}"#,
        r#"{"model":"m","prompt":["a"]}"#,
        r#"{"model":"m","prompt":"a","n":"2"}"#,
        r#"{"model":"m","prompt":"a","n":-1}"#,
        r#"{"model":"m","prompt":"a","n":1.5}"#,
        r#"{"model":"m","prompt":"a","size":512}"#,
        r#"{"model":"m","prompt":"a","seed":"7"}"#,
        r#"{"model":"m","prompt":"a","quality":true}"#,
        r#"{"model":"m","prompt":"a","response_format":{"type":"url"}}"#,
        r#"{"model":"m","prompt":"a","stream":"yes"}"#,
        r#"{"model":"m","prompt":"a","n":1,"n":2}"#,
    ];
    insta::assert_snapshot!(complaints_of::<ImageRequest>(&bodies.map(str::to_owned)));
}
