//! Event streams: order, padding, one write a frame, and the same answer as without a stream.

use bedrock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{self, Frame, user, weather_tool, with};

#[tokio::test]
async fn a_text_streams_as_deltas_between_start_and_stop() {
    let emulator = Emulator::start().await.unwrap();
    let reply = client::converse_stream(&emulator, &user("Hello")).await;
    assert_eq!(reply.header("content-type"), "application/vnd.amazon.eventstream");
    let (frames, rest) = reply.frames();
    assert_eq!((rest, reply.whole), (0, true));
    let mut names = reply.frame_names();
    names.dedup();
    assert_eq!(names, ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]);
    assert!(frames.len() > 6, "a text comes in several deltas");
    for frame in &frames {
        assert_eq!(frame.message_type, "event");
        let padding = frame.payload["p"].as_str().unwrap();
        assert!("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".starts_with(padding));
    }
}

#[tokio::test]
async fn every_frame_is_a_write_of_its_own() {
    let emulator = Emulator::start().await.unwrap();
    let reply = client::converse_stream(&emulator, &user("Hello")).await;
    assert_eq!(reply.chunks.len(), reply.frames().0.len());
}

#[tokio::test]
async fn a_tool_use_streams_its_input_after_an_empty_delta() {
    let emulator = Emulator::start().await.unwrap();
    let request = with(user("What is the weather in Paris?"), json!({ "toolConfig": { "tools": [weather_tool()] } }));
    let reply = client::converse_stream(&emulator, &request).await;
    let (frames, _) = reply.frames();
    assert_eq!(frames[1].name, "contentBlockStart");
    assert_eq!(frames[1].payload["start"]["toolUse"]["name"], "get_weather");
    assert_eq!(frames[2].payload["delta"]["toolUse"]["input"], "");
    assert_eq!(frames[3].payload["delta"]["toolUse"]["input"], r#"{"city":"Paris"}"#);
}

#[tokio::test]
async fn a_tool_use_without_arguments_has_the_empty_delta_alone() {
    let emulator = Emulator::start().await.unwrap();
    let tool = json!({ "toolSpec": { "name": "now", "inputSchema": { "json": { "type": "object" } } } });
    let request = with(user("Hi"), json!({ "toolConfig": { "tools": [tool], "toolChoice": { "any": {} } } }));
    let (frames, _) = client::converse_stream(&emulator, &request).await.frames();
    let inputs: Vec<&Value> = frames
        .iter()
        .filter(|f| f.name == "contentBlockDelta")
        .map(|f| &f.payload["delta"]["toolUse"]["input"])
        .collect();
    assert_eq!(inputs, [""]);
}

#[tokio::test]
async fn a_stream_folds_to_the_answer_without_one() {
    let tools = json!({ "toolConfig": { "tools": [weather_tool()] } });
    let thinking = json!({
        "additionalModelRequestFields": { "thinking": { "type": "enabled", "budget_tokens": 1024 } },
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
    });
    let guarded = json!({ "guardrailConfig": {
        "guardrailIdentifier": "abc", "guardrailVersion": "1", "trace": "enabled",
    } });
    let table = [
        user("Grüß Gott!\nWie geht's?"),
        with(user("the weather in Paris and Berlin, in celsius"), tools),
        with(user("Think."), thinking),
        with(user("Say something forbidden"), guarded),
        with(user("stop early"), json!({ "inferenceConfig": { "stopSequences": ["early"] } })),
    ];
    for request in table {
        let emulator = Emulator::start().await.unwrap();
        let whole = client::converse(&emulator, &request).await.json();
        let (frames, _) = client::converse_stream(&emulator, &request).await.frames();
        assert_eq!(fold(&frames), whole, "{request}");
    }
}

/// Puts a Converse answer together from events.
fn fold(frames: &[Frame]) -> Value {
    let mut content: Vec<Value> = Vec::new();
    let mut input = String::new();
    let mut answer = json!({});
    for Frame { name, payload, .. } in frames {
        match name.as_str() {
            "messageStart" => {}
            "contentBlockStart" => content.push(payload["start"].clone()),
            "contentBlockDelta" => {
                let index = usize::try_from(payload["contentBlockIndex"].as_u64().unwrap()).unwrap();
                if content.len() == index {
                    content.push(json!({}));
                }
                let (block, delta) = (&mut content[index], &payload["delta"]);
                let reasoning = &delta["reasoningContent"];
                if let Some(text) = delta["text"].as_str() {
                    append(&mut block["text"], text);
                } else if let Some(text) = reasoning["text"].as_str() {
                    append(&mut block["reasoningContent"]["reasoningText"]["text"], text);
                } else if let Some(text) = reasoning["signature"].as_str() {
                    append(&mut block["reasoningContent"]["reasoningText"]["signature"], text);
                } else {
                    input.push_str(delta["toolUse"]["input"].as_str().unwrap());
                }
            }
            "contentBlockStop" => {
                if let Some(Value::Object(tool)) = content.last_mut().map(|block| &mut block["toolUse"]) {
                    tool.insert("input".into(), serde_json::from_str(&std::mem::take(&mut input)).unwrap());
                } else if let Some(Value::Object(block)) = content.last_mut() {
                    block.remove("toolUse");
                }
            }
            _ => {
                for (key, value) in payload.as_object().unwrap().iter().filter(|(key, _)| *key != "p") {
                    answer[key] = value.clone();
                }
            }
        }
    }
    answer["output"] = json!({ "message": { "role": "assistant", "content": content } });
    answer
}

fn append(text: &mut Value, more: &str) {
    *text = format!("{}{more}", text.as_str().unwrap_or_default()).into();
}
