//! Every kind of content on Converse: where it comes from, what it becomes, what it is called.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/call.rs"]
mod call;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedrock_transform::{Catalog, ChatCall, Media, ModelSpec, Options, TransformError, chat, remote_media};
use core_types::ChatRequest;
use serde_json::{Value, json};

use call::call as map;

const CLAUDE: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
/// A model that takes whatever AWS takes.
const ANY: &str = "zai.glm-4.6";

fn call(model: &str, messages: &Value) -> Result<ChatCall, TransformError> {
    map(model, &json!({"messages": messages}).to_string())
}

fn body(model: &str, messages: &Value) -> Value {
    serde_json::from_slice(&call(model, messages).unwrap().outgoing.body).unwrap()
}

fn user(part: &Value) -> Value {
    json!([{"role": "user", "content": [part, {"type": "text", "text": "?"}]}])
}

/// The block that a part becomes.
fn block(part: &Value) -> Value {
    body(ANY, &user(part))["messages"][0]["content"][0].clone()
}

fn refusal(part: &Value) -> String {
    call(ANY, &user(part)).map(|call| call.outgoing.body).unwrap_err().to_string()
}

/// Every format of AWS's with a media type, a file ending and the kind of block that it stands in.
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html>
const FORMATS: &[(&str, &str, &str, &str)] = &[
    ("image", "png", "image/png", "png"),
    ("image", "jpeg", "image/jpeg", "jpg"),
    ("image", "gif", "image/gif", "gif"),
    ("image", "webp", "image/webp", "webp"),
    ("document", "pdf", "application/pdf", "pdf"),
    ("document", "csv", "text/csv", "csv"),
    ("document", "doc", "application/msword", "doc"),
    ("document", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("document", "xls", "application/vnd.ms-excel", "xls"),
    ("document", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("document", "html", "text/html", "html"),
    ("document", "txt", "text/plain", "txt"),
    ("document", "md", "text/markdown", "md"),
    ("video", "mkv", "video/x-matroska", "mkv"),
    ("video", "mov", "video/quicktime", "mov"),
    ("video", "mp4", "video/mp4", "mp4"),
    ("video", "webm", "video/webm", "webm"),
    ("video", "flv", "video/x-flv", "flv"),
    ("video", "mpeg", "video/mpeg", "mpeg"),
    ("video", "mpg", "video/mpg", "mpg"),
    ("video", "wmv", "video/x-ms-wmv", "wmv"),
    ("video", "three_gp", "video/3gpp", "3gp"),
    ("audio", "mp3", "audio/mp3", "mp3"),
    ("audio", "wav", "audio/wav", "wav"),
    ("audio", "flac", "audio/flac", "flac"),
    ("audio", "ogg", "audio/ogg", "ogg"),
    ("audio", "opus", "audio/opus", "opus"),
];

#[test]
fn every_format_of_awss_is_told_by_media_type_by_name_and_by_ending() {
    for (kind, format, media_type, ending) in FORMATS {
        let url = format!("data:{media_type};base64,AAAA");
        let parts = [
            json!({"type": "image_url", "image_url": {"url": url}}),
            json!({"type": "image_url", "image_url": url}),
            json!({"type": "video_url", "video_url": {"url": url}}),
            json!({"type": "file", "file": {"file_data": url}}),
            json!({"type": "file", "file": {"file_data": "AAAA", "format": media_type}}),
            json!({"type": "file", "file": {"file_data": "AAAA", "filename": format!("a.{ending}")}}),
            json!({"type": "file", "file": {"file_data": "data:application/octet-stream;base64,AAAA", "filename": format!("a.{ending}")}}),
            json!({"type": "file", "file": {"file_id": format!("s3://bucket/a.{ending}")}}),
            json!({"type": "image_url", "image_url": {"url": format!("s3://bucket/a.{ending}")}}),
        ];
        for part in parts {
            let block = block(&part);
            assert_eq!(block[kind]["format"], *format, "{part} became {block}");
        }
    }
}

#[test]
fn sound_has_every_format_of_awss_by_openais_part() {
    for format in
        ["mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpeg", "mpga", "pcm", "webm"]
    {
        let part = json!({"type": "input_audio", "input_audio": {"data": "AAAA", "format": format}});
        assert_eq!(block(&part)["audio"]["format"], format);
    }
    let url = json!({"type": "input_audio", "input_audio": {"data": "data:audio/wav;base64,AAAA", "format": "wav"}});
    assert_eq!(block(&url)["audio"]["source"], json!({"bytes": "AAAA"}));
    let stored = json!({"type": "input_audio", "input_audio": {"data": "s3://bucket/a.wav", "format": "wav"}});
    assert_eq!(block(&stored)["audio"]["source"], json!({"s3Location": {"uri": "s3://bucket/a.wav"}}));
}

#[test]
fn bytes_say_best_what_they_are() {
    let png: &[u8] = b"\x89PNG\r\n\x1a\n0000";
    for (bytes, kind, format) in [
        (png, "image", "png"),
        (b"\xff\xd8\xff\xe000000000", "image", "jpeg"),
        (b"GIF89a000000", "image", "gif"),
        (b"RIFF0000WEBPVP8 ", "image", "webp"),
        (b"%PDF-1.7\n0000", "document", "pdf"),
    ] {
        let url = format!("data:image/png;base64,{}", STANDARD.encode(bytes));
        let block = block(&json!({"type": "image_url", "image_url": {"url": url, "format": "image/gif"}}));
        assert_eq!(block[kind]["format"], format, "{block}");
    }
}

#[test]
fn media_behind_urls_stand_in_the_body_once_they_are_fetched() {
    const URL: &str = "https://example.com/report.pdf?x=1";
    let parts = [
        (json!({"type": "image_url", "image_url": {"url": URL}}), "image_url.url"),
        (json!({"type": "file", "file": {"file_id": URL}}), "file.file_id"),
        (json!({"type": "document", "source": {"type": "url", "url": URL}}), "source.url"),
        (json!({"type": "video_url", "video_url": {"url": URL}}), "video_url.url"),
    ];
    for (part, member) in parts {
        let request: ChatRequest = serde_json::from_value(json!({"model": ANY, "messages": user(&part)})).unwrap();
        let wanted = remote_media(&request);
        assert_eq!((wanted[0].url, wanted[0].at.as_str()), (URL, format!("messages[0].content[0].{member}").as_str()));
        let mut options = Options::default();
        options.media = Media::default();
        options.media.insert(URL, "plain", Some("application/octet-stream".to_owned()));
        let spec = ModelSpec::resolve(ANY, &Catalog::builtin()).unwrap();
        let sent = chat(&request, &spec, &options).unwrap().outgoing.body;
        let sent: Value = serde_json::from_slice(&sent).unwrap();
        let document = &sent["messages"][0]["content"][0]["document"];
        assert_eq!((&document["format"], &document["source"]["bytes"]), (&json!("pdf"), &json!("cGxhaW4=")));
    }
}

#[test]
fn a_bucket_of_another_account_is_named_with_its_owner() {
    let owned = json!({"s3Location": {"uri": "s3://bucket/a.pdf", "bucketOwner": "123456789012"}});
    for part in [
        json!({"type": "image_url", "image_url": {"url": "s3://bucket/a.pdf", "bucket_owner": "123456789012"}}),
        json!({"type": "image_url", "image_url": {"url": "s3://bucket/a.pdf", "bucketOwner": "123456789012"}}),
        json!({"type": "video_url", "video_url": {"url": "s3://bucket/a.pdf", "bucket_owner": "123456789012"}}),
        json!({"type": "file", "file": {"file_id": "s3://bucket/a.pdf", "bucket_owner": "123456789012"}}),
        json!({"type": "document", "source": {"type": "url", "url": "s3://bucket/a.pdf", "bucket_owner": "123456789012"}}),
    ] {
        assert_eq!(block(&part)["document"]["source"], owned, "{part}");
    }
    let plain = json!({"type": "file", "file": {"file_id": "s3://bucket/a.pdf"}});
    let json = json!({"messages": user(&plain), "s3_bucket_owner": "123456789012"}).to_string();
    let sent: Value = serde_json::from_slice(&map(ANY, &json).unwrap().outgoing.body).unwrap();
    assert_eq!(sent["messages"][0]["content"][0]["document"]["source"], owned);
    assert!(sent.get("additionalModelRequestFields").is_none(), "{sent}");
    let wrong = json!({"type": "file", "file": {"file_id": "s3://bucket/a.pdf", "bucket_owner": "me"}});
    assert_eq!(
        refusal(&wrong),
        "messages[0].content[0].file.file_id: its bucket_owner must be the 12 digits of an AWS account"
    );
}

#[test]
fn documents_have_names_that_aws_takes_and_that_stay_the_same() {
    let file = |name: &Value| json!({"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0xLjQK", "filename": name}});
    let name = |wanted: &Value| block(&file(wanted))["document"]["name"].as_str().unwrap().to_owned();
    for (wanted, legal) in [
        ("report.pdf", "report"),
        ("Q3  report_final.v2.pdf", "Q3 report final v2"),
        ("/home/ann/notes [1] (new).txt", "notes [1] (new)"),
        ("C:\\docs\\plan-b.docx", "plan-b"),
        ("naïve.md", "na ve"),
        (".bashrc", "bashrc"),
    ] {
        assert_eq!(name(&json!(wanted)), legal, "{wanted}");
    }
    assert!(name(&json!("x".repeat(500))).len() <= 200);
    for nameless in [json!("Протокол.pdf"), json!("***"), json!(""), Value::Null] {
        let name = name(&nameless);
        assert!(name.starts_with("document-") && name.is_ascii(), "{name}");
    }
    assert_eq!(name(&Value::Null), name(&Value::Null));
}

#[test]
fn documents_have_one_name_each_in_the_whole_conversation() {
    let file = json!({"type": "file", "file": {"file_data": "data:text/plain;base64,YQ==", "filename": "a.txt"}});
    let call = json!({"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let messages = json!([
        {"role": "user", "content": [file, file]},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": [file]},
    ]);
    let sent = body(CLAUDE, &messages);
    let name = |turn: usize, block: &str| sent["messages"][turn].pointer(block).unwrap()["document"]["name"].clone();
    assert_eq!((name(0, "/content/0"), name(0, "/content/1")), (json!("a"), json!("a (2)")));
    assert_eq!(name(2, "/content/0/toolResult/content/0"), "a (3)");
}

#[test]
fn a_message_of_documents_alone_gets_a_text_before_its_cache_point() {
    let control = json!({"type": "ephemeral"});
    let file = json!({"type": "file", "file": {"file_data": "data:text/plain;base64,YQ=="}, "cache_control": control});
    let sent = body(CLAUDE, &json!([{"role": "user", "content": [file]}]));
    let content = sent["messages"][0]["content"].as_array().unwrap();
    assert!(content[0]["document"].is_object() && content[2]["cachePoint"].is_object(), "{content:?}");
    assert!(!content[1]["text"].as_str().unwrap().trim().is_empty());
}

#[test]
fn tool_results_hold_text_json_images_documents_and_video() {
    let url = |label: &str| json!({"type": "image_url", "image_url": {"url": format!("data:{label};base64,AAAA")}});
    let parts = json!([
        {"type": "text", "text": "Found:"},
        {"type": "json", "json": {"b": 1, "a": [2]}},
        url("image/png"), url("application/pdf"), url("video/mp4"),
        {"type": "searchResult", "searchResult": {"title": "t", "source": "s", "content": [{"text": "x"}]}},
    ]);
    let call = json!({"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let messages = json!([
        {"role": "user", "content": "Go"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": parts, "is_error": true},
    ]);
    let result = &body(ANY, &messages)["messages"][2]["content"][0]["toolResult"];
    let kinds: Vec<&String> =
        result["content"].as_array().unwrap().iter().flat_map(|block| block.as_object().unwrap().keys()).collect();
    assert_eq!(kinds, ["text", "json", "image", "document", "video", "searchResult"]);
    assert_eq!((&result["status"], &result["content"][1]["json"]), (&json!("error"), &json!({"b": 1, "a": [2]})));
}

#[test]
fn bedrocks_own_blocks_go_out_as_they_are_with_their_cache_points() {
    let image = json!({"image": {"format": "png", "source": {"bytes": "AAAA"}}});
    let found = json!({"title": "t", "source": "s", "content": [{"text": "x"}], "citations": {"enabled": true}});
    let control = json!({"type": "ephemeral", "ttl": "1h"});
    let messages = json!([
        {"role": "system", "content": [{"type": "guardContent", "guardContent": {"text": {"text": "Rules."}}}]},
        {"role": "user", "content": [
            {"type": "searchResult", "searchResult": found, "cache_control": control},
            {"guardContent": image},
        ]},
    ]);
    let sent = body(CLAUDE, &messages);
    assert_eq!(sent["system"], json!([{"guardContent": {"text": {"text": "Rules."}}}]));
    let point = json!({"cachePoint": {"type": "default", "ttl": "1h"}});
    assert_eq!(sent["messages"][0]["content"], json!([{"searchResult": found}, point, {"guardContent": image}]));
}

#[test]
fn what_an_answer_cited_and_the_tools_that_aws_ran_go_back_in_their_order() {
    let blocks = json!([
        {"toolUse": {"toolUseId": "s1", "name": "nova_code_interpreter", "input": {"snippet": "1"}, "type": "server_tool_use"}},
        {"toolResult": {"toolUseId": "s1", "content": [{"json": {"stdOut": "1"}}], "type": "nova_code_interpreter_result"}},
        {"citationsContent": {"content": [{"text": "One."}], "citations": [{"title": "t"}]}},
    ]);
    let parts: Vec<Value> = blocks
        .as_array()
        .unwrap()
        .iter()
        .map(|block| {
            let mut part = block.clone();
            part["type"] = block.as_object().unwrap().keys().next().unwrap().as_str().into();
            part
        })
        .collect();
    let messages = |parts: &[Value]| json!([{"role": "user", "content": "1?"}, {"role": "assistant", "content": parts}, {"role": "user", "content": "And?"}]);
    assert_eq!(body(ANY, &messages(&parts))["messages"][1]["content"], blocks);
    let mut own = parts[0].clone();
    own["toolUse"]["type"] = "tool_use".into();
    let error = call(ANY, &messages(&[own])).unwrap_err().to_string();
    assert_eq!(error, "messages[1].content[0]: calls of the caller's own tools stand in tool_calls");
    // The user did not say it.
    assert!(refusal(&parts[2]).contains("does not take parts of type `citationsContent`"));
    let native = call(&format!("invoke/{CLAUDE}"), &messages(&parts[2..])).unwrap_err().to_string();
    assert!(native.contains("citationsContent by InvokeModel"), "{native}");
}

#[test]
fn what_a_text_is_to_a_guardrail_is_one_of_awss_words() {
    let part = |qualifiers: Value| json!({"type": "guarded_text", "text": "Why?", "qualifiers": qualifiers});
    let said = json!(["grounding_source", "query", "guard_content"]);
    assert_eq!(block(&part(said.clone())), json!({"guardContent": {"text": {"text": "Why?", "qualifiers": said}}}));
    assert_eq!(block(&part(json!([]))), json!({"guardContent": {"text": {"text": "Why?"}}}));
    let error = refusal(&part(json!(["query", "context"])));
    assert_eq!(error, "messages[0].content[0].qualifiers[1]: expected grounding_source, query or guard_content");
}

#[test]
fn a_stored_prompt_needs_no_messages() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ:1";
    let json = json!({"messages": [], "promptVariables": {"name": {"text": "Ada"}}}).to_string();
    let sent: Value = serde_json::from_slice(&map(arn, &json).unwrap().outgoing.body).unwrap();
    assert_eq!(sent, json!({"promptVariables": {"name": {"text": "Ada"}}}));
}
