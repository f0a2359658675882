//! Streams of Converse: their chunks, the laws of every stream, and that a stream says what the whole answer says.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/call.rs"]
mod call;
#[path = "common/events.rs"]
mod events;
#[path = "common/fixtures.rs"]
mod fixtures;
#[path = "common/fold.rs"]
mod fold;
#[path = "common/replies.rs"]
mod replies;
#[path = "common/snapshots.rs"]
mod snapshots;

use bedrock_transform::StreamEvent;
use core_types::{ChatChunk, ChatResponse};
use serde_json::Value;

use events::{Run, events, run, whole};
use fold::fold;
use replies::{Usage, meta, reply};

fn streams() -> Vec<(String, Vec<StreamEvent>)> {
    let read = |(case, lines): (String, String)| (case, events(&lines));
    fixtures::fixtures("responses/converse", ".jsonl").into_iter().map(read).collect()
}

#[test]
fn every_stream_reads_as_in_its_snapshot() {
    for (case, events) in streams() {
        let json = serde_json::to_value(whole(&reply(&case, Usage::Asked), &events)).unwrap();
        let path = format!("tests/fixtures/responses/converse/{case}.jsonl");
        snapshots::settings("converse", &path).bind(|| insta::assert_json_snapshot!(format!("stream.{case}"), json));
    }
}

#[test]
fn every_snapshot_of_a_stream_belongs_to_a_fixture() {
    let wanted: Vec<String> = streams().iter().map(|(case, _)| format!("stream.{case}")).collect();
    assert_eq!(snapshots::snapshots("converse", "stream."), wanted);
}

/// The answer as JSON, without the blocks and events that OpenAI's shape has no place for: they come in another form.
fn comparable(response: &ChatResponse) -> Value {
    let mut json = serde_json::to_value(response).unwrap();
    json["choices"][0]["message"].as_object_mut().unwrap().remove("provider_specific_fields");
    json
}

#[test]
fn a_stream_says_what_the_whole_answer_says() {
    let answers = fixtures::fixtures("responses/converse", ".json");
    for (case, events) in streams() {
        let (_, body) = answers.iter().find(|(name, _)| *name == case).unwrap();
        let reply = reply(&case, Usage::Asked);
        let unary = reply.read(body.as_bytes(), &meta()).unwrap();
        assert_eq!(comparable(&fold(&whole(&reply, &events))), comparable(&unary), "{case}");
    }
}

#[test]
fn a_replayed_answer_says_what_the_answer_says() {
    for (case, body) in fixtures::fixtures("responses/converse", ".json") {
        for usage in [Usage::Absent, Usage::Asked] {
            let reply = reply(&case, usage);
            let mut unary = reply.read(body.as_bytes(), &meta()).unwrap();
            let mut chunks = Vec::new();
            reply.replay(body.as_bytes(), &meta(), &mut |step| chunks.push(step.to_chunk())).unwrap();
            laws(&case, &chunks, usage);
            if usage == Usage::Absent {
                unary.usage = None;
            }
            assert_eq!(serde_json::to_value(fold(&chunks)).unwrap(), serde_json::to_value(unary).unwrap(), "{case}");
        }
    }
}

/// The laws of every stream that is whole.
fn laws(case: &str, chunks: &[ChatChunk], usage: Usage) {
    let head = |chunk: &ChatChunk| (chunk.id.clone(), chunk.created, chunk.model.clone());
    let last = chunks.len() - 1;
    let (mut calls, mut finished) = (0, 0);
    for (place, chunk) in chunks.iter().enumerate() {
        assert_eq!(head(chunk), ("chatcmpl-1".into(), 1_700_000_000, "us.amazon.nova-pro-v1:0".into()), "{case}");
        let is_usage = usage == Usage::Asked && place == last;
        assert_eq!(chunk.choices.len(), usize::from(!is_usage), "{case}: choices of chunk {place}");
        assert_eq!(chunk.usage.is_some(), usage == Usage::Asked, "{case}: `usage` of chunk {place}");
        assert_eq!(chunk.usage.flatten().is_some(), is_usage, "{case}: counts of chunk {place}");
        let Some(choice) = chunk.choices.first() else { continue };
        assert_eq!(choice.index, 0, "{case}");
        assert_eq!(choice.delta.role, place == 0, "{case}: role of chunk {place}");
        for call in &choice.delta.tool_calls {
            assert!(call.index <= calls, "{case}: tool indexes are dense");
            assert_eq!(call.id.is_some(), call.index == calls, "{case}: the id comes first and once");
            assert_eq!(call.function.name.is_some(), call.id.is_some(), "{case}: the name comes with the id");
            calls += u32::from(call.id.is_some());
        }
        assert_eq!(finished, 0, "{case}: content after the finish");
        finished += u32::from(choice.finish_reason.is_some());
    }
    assert_eq!(finished, 1, "{case}: one finish");
}

#[test]
fn every_stream_obeys_the_laws() {
    for (case, events) in streams() {
        for usage in [Usage::Absent, Usage::Asked] {
            laws(&case, &whole(&reply(&case, usage), &events), usage);
        }
    }
}

#[test]
fn a_stream_that_is_cut_off_is_an_error_and_what_came_is_the_start_of_the_whole() {
    for (case, events) in streams() {
        for usage in [Usage::Absent, Usage::Asked] {
            let reply = reply(&case, usage);
            let all = whole(&reply, &events);
            for cut in 0..events.len() {
                let seen = |name: &str| events[..cut].iter().any(|event| event.name() == name);
                let Run { chunks, end } = run(&reply, &events[..cut]);
                assert_eq!(chunks, all[..chunks.len()], "{case} cut at {cut}");
                let may_end = seen("messageStop") && (usage == Usage::Absent || seen("metadata"));
                match end {
                    Ok(_) => assert!(may_end, "{case} cut at {cut} passes for a whole answer"),
                    Err(error) => {
                        assert!(!may_end && error.to_string().starts_with("stream: the connection was cut"), "{error}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_borrowed_step_is_written_like_the_chunk_that_it_stands_for() {
    for (case, events) in streams() {
        for usage in [Usage::Absent, Usage::Asked] {
            let mut decoder = reply(&case, usage).decoder(&meta());
            let mut compare = |step: bedrock_transform::Step<'_>| {
                let (step, chunk) =
                    (serde_json::to_string(&step).unwrap(), serde_json::to_string(&step.to_chunk()).unwrap());
                assert_eq!(step, chunk, "{case}");
            };
            for event in &events {
                decoder.push_with(event, &mut compare).unwrap();
            }
            decoder.finish_with(&mut compare).unwrap();
        }
    }
}

#[test]
fn json_that_a_tool_stands_for_is_the_answer_and_no_tool_call() {
    let body = std::fs::read_to_string(fixtures::root().join("fixtures/responses/converse/json_tool.json")).unwrap();
    let lines = std::fs::read_to_string(fixtures::root().join("fixtures/responses/converse/json_tool.jsonl")).unwrap();
    let reply = reply("json_tool", Usage::Asked);
    let unary = reply.read(body.as_bytes(), &meta()).unwrap();
    for response in [unary, fold(&whole(&reply, &events(&lines)))] {
        let answer: Value = serde_json::from_str(response.text().unwrap()).unwrap();
        assert_eq!(answer, serde_json::json!({"name": "Ann", "age": 30}));
        assert!(response.choices[0].message.tool_calls.is_empty());
        assert_eq!(response.choices[0].finish_reason.as_str(), "stop");
    }
}

#[test]
fn the_callers_own_tool_names_come_back() {
    let lines = std::fs::read_to_string(fixtures::root().join("fixtures/responses/converse/tool_names.jsonl")).unwrap();
    let body = std::fs::read_to_string(fixtures::root().join("fixtures/responses/converse/tool_names.json")).unwrap();
    let reply = reply("tool_names", Usage::Asked);
    for response in [reply.read(body.as_bytes(), &meta()).unwrap(), fold(&whole(&reply, &events(&lines)))] {
        let names: Vec<&str> =
            response.choices[0].message.tool_calls.iter().map(|call| call.function.name.as_str()).collect();
        assert_eq!(names, ["a.b", "a:b", "a_b"]);
    }
}
