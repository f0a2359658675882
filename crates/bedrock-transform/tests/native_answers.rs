//! Every native body's answer, whole and streamed, as its vendor's documentation has it: text, reason, counts.

#![expect(clippy::unwrap_used, reason = "tests")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedrock_transform::{Catalog, ChatReply, ModelSpec, Options, ResponseMeta, StreamEvent, chat};
use core_types::{ChatChunk, ChatRequest, Usage};
use serde_json::{Value, json};

/// A family's answers. The text is `Hi there` wherever it is, and a limit ended it unless `finish` says otherwise.
#[derive(Clone, Copy)]
struct Row {
    model: &'static str,
    whole: &'static str,
    /// The chunks of a stream; none if the model does not stream.
    chunks: &'static [&'static str],
    reasoning: Option<&'static str>,
    /// Prompt and answer, if the bodies count them; else the headers, and what Bedrock adds to the last chunk, do.
    counts: Option<(u64, u64)>,
}

const ARN: &str = "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456";

/// What Bedrock says of any call: 11 tokens in, 7 out.
const METRICS: &str = r#""amazon-bedrock-invocationMetrics":{"inputTokenCount":11,"outputTokenCount":7,"invocationLatency":310,"firstByteLatency":120}"#;

const GENERATION: &str =
    r#"{"generation":"Hi there","prompt_token_count":5,"generation_token_count":2,"stop_reason":"length"}"#;

const GENERATIONS: &[&str] = &[
    r#"{"generation":"Hi","prompt_token_count":5,"generation_token_count":1,"stop_reason":null}"#,
    r#"{"generation":" there","prompt_token_count":null,"generation_token_count":2,"stop_reason":"length"}"#,
];

const CHAT: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi there"},"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#;

const CHATS: &[&str] = &[
    r#"{"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}"#,
    r#"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":" there"},"finish_reason":null}]}"#,
    r#"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"length"}]}"#,
    r#"{"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#,
];

const fn row(model: &'static str, whole: &'static str, chunks: &'static [&'static str]) -> Row {
    Row { model, whole, chunks, reasoning: None, counts: None }
}

const fn counting(row: Row) -> Row {
    Row { counts: Some((5, 2)), ..row }
}

const fn thinking(row: Row) -> Row {
    Row { reasoning: Some("why"), ..row }
}

/// The shapes are those of the URL in each family's file.
const ROWS: &[Row] = &[
    row(
        "ai21.j2-mid-v1",
        r#"{"id":1234,"prompt":{"text":"Hello","tokens":[]},"completions":[{"data":{"text":"Hi there","tokens":[]},"finishReason":{"reason":"length","length":7}}]}"#,
        &[],
    ),
    counting(row("invoke/ai21.jamba-1-5-mini-v1:0", CHAT, CHATS)),
    counting(row(
        "invoke/amazon.nova-lite-v1:0",
        r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hi there"}]}},"stopReason":"max_tokens","usage":{"inputTokens":5,"outputTokens":2,"totalTokens":7}}"#,
        &[
            r#"{"messageStart":{"role":"assistant"}}"#,
            r#"{"contentBlockDelta":{"delta":{"text":"Hi there"},"contentBlockIndex":0}}"#,
            r#"{"contentBlockStop":{"contentBlockIndex":0}}"#,
            r#"{"messageStop":{"stopReason":"max_tokens"}}"#,
            r#"{"metadata":{"usage":{"inputTokens":5,"outputTokens":2},"metrics":{},"trace":{}}}"#,
        ],
    )),
    counting(row(
        "amazon.titan-text-express-v1",
        r#"{"inputTextTokenCount":5,"results":[{"tokenCount":2,"outputText":"Hi there","completionReason":"LENGTH"}]}"#,
        &[
            r#"{"outputText":"Hi","index":0,"totalOutputTextTokenCount":null,"completionReason":null,"inputTextTokenCount":5}"#,
            r#"{"outputText":" there","index":0,"totalOutputTextTokenCount":2,"completionReason":"LENGTH","inputTextTokenCount":null}"#,
        ],
    )),
    counting(row(
        "invoke/anthropic.claude-3-haiku-20240307-v1:0",
        r#"{"id":"msg_1","type":"message","role":"assistant","model":"claude-3-haiku","content":[{"type":"text","text":"Hi there"}],"stop_reason":"max_tokens","stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":2}}"#,
        &[
            r#"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"usage":{"input_tokens":5,"output_tokens":1}}}"#,
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi there"}}"#,
            r#"{"type":"content_block_stop","index":0}"#,
            r#"{"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"output_tokens":2}}"#,
            r#"{"type":"message_stop"}"#,
        ],
    )),
    row(
        "invoke/anthropic.claude-v2:1",
        r#"{"type":"completion","completion":"Hi there","stop_reason":"max_tokens","stop":null}"#,
        &[
            r#"{"type":"completion","completion":"Hi there","stop_reason":null,"stop":null}"#,
            r#"{"type":"completion","completion":"","stop_reason":"max_tokens","stop":null}"#,
        ],
    ),
    row(
        "cohere.command-text-v14",
        r#"{"id":"a","prompt":"Hello","generations":[{"id":"b","text":"Hi there","finish_reason":"MAX_TOKENS"}]}"#,
        &[
            r#"{"text":"Hi","is_finished":false}"#,
            r#"{"text":" there","is_finished":false}"#,
            r#"{"is_finished":true,"finish_reason":"MAX_TOKENS"}"#,
        ],
    ),
    row(
        "cohere.command-r-v1:0",
        r#"{"response_id":"a","text":"Hi there","generation_id":"b","chat_history":[],"finish_reason":"MAX_TOKENS"}"#,
        &[
            r#"{"is_finished":false,"event_type":"text-generation","text":"Hi"}"#,
            r#"{"is_finished":false,"event_type":"text-generation","text":" there"}"#,
            r#"{"is_finished":true,"event_type":"stream-end","response":{"text":"Hi there","finish_reason":"MAX_TOKENS"},"finish_reason":"MAX_TOKENS"}"#,
        ],
    ),
    thinking(row(
        "invoke/deepseek.r1-v1:0",
        r#"{"choices":[{"text":"why</think>Hi there","stop_reason":"length"}]}"#,
        &[
            r#"{"choices":[{"text":"wh","stop_reason":null}]}"#,
            r#"{"choices":[{"text":"y</thi","stop_reason":null}]}"#,
            r#"{"choices":[{"text":"nk>Hi there","stop_reason":"length"}]}"#,
        ],
    )),
    counting(row("invoke/deepseek.v3-v1:0", CHAT, CHATS)),
    counting(row("meta.llama2-13b-chat-v1", GENERATION, GENERATIONS)),
    counting(row("invoke/meta.llama3-1-8b-instruct-v1:0", GENERATION, GENERATIONS)),
    row(
        "invoke/mistral.mistral-large-2407-v1:0",
        r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi there"},"stop_reason":"length"}]}"#,
        &[
            r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"stop_reason":null}]}"#,
            r#"{"choices":[{"index":0,"message":{"role":"assistant","content":" there"},"stop_reason":"length"}]}"#,
        ],
    ),
    row(
        "mistral.mixtral-8x7b-instruct-v0:1",
        r#"{"outputs":[{"text":"Hi there","stop_reason":"length"}]}"#,
        &[
            r#"{"outputs":[{"text":"Hi","stop_reason":null}]}"#,
            r#"{"outputs":[{"text":" there","stop_reason":"length"}]}"#,
        ],
    ),
    counting(row("invoke/moonshot.kimi-k2-thinking", CHAT, CHATS)),
    counting(thinking(row(
        "invoke/openai.gpt-oss-20b-1:0",
        r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"<reasoning>why</reasoning>Hi there"},"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#,
        &[
            r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":"<reasoning>why</reas"},"finish_reason":null}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":"oning>Hi there"},"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#,
        ],
    ))),
    counting(row("invoke/qwen.qwen3-32b-v1:0", CHAT, CHATS)),
    row(
        "twelvelabs.pegasus-1-2-v1:0",
        r#"{"message":"Hi there","finishReason":"length"}"#,
        &[r#"{"message":"Hi"}"#, r#"{"message":" there","finishReason":"length"}"#],
    ),
    counting(row("invoke/writer.palmyra-x5-v1:0", CHAT, CHATS)),
    // Imported models, <https://docs.aws.amazon.com/bedrock/latest/userguide/invoke-imported-model.html>: those from before
    // November 2025 say `generation` or their own vendor's words, later ones also what they are asked for in OpenAI's.
    counting(row("llama/ARN", GENERATION, GENERATIONS)),
    row("llama/ARN", r#"{"choices":[{"text":"Hi there","finish_reason":"length"}]}"#, &[]),
    row(
        "mistral/ARN",
        r#"{"outputs":[{"text":"Hi there","stop_reason":"length"}]}"#,
        &[r#"{"outputs":[{"text":"Hi there","stop_reason":"length"}]}"#],
    ),
    counting(thinking(row(
        "deepseek_r1/ARN",
        r#"{"generation":"why\n</think>\n\nHi there","prompt_token_count":5,"generation_token_count":2,"stop_reason":"length"}"#,
        &[],
    ))),
    counting(row("qwen2/ARN", GENERATION, GENERATIONS)),
    counting(row("qwen3/ARN", GENERATION, GENERATIONS)),
    row("qwen3/ARN", r#"{"text":"Hi there","stop_reason":"length"}"#, &[]),
    counting(row("openai/ARN", CHAT, CHATS)),
    counting(row(
        "invoke/nova/ARN",
        r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hi there"}]}},"stopReason":"max_tokens","usage":{"inputTokens":5,"outputTokens":2}}"#,
        &[],
    )),
];

fn reply(model: &str) -> ChatReply {
    let request = json!({
        "model": model, "messages": [{"role": "user", "content": "Hello"}], "stream": true,
        "stream_options": {"include_usage": true},
    });
    let request: ChatRequest = serde_json::from_value(request).unwrap();
    chat(&request, &ModelSpec::resolve(model, &Catalog::builtin()).unwrap(), &Options::default()).unwrap().reply
}

fn chunk(json: &str) -> StreamEvent {
    StreamEvent::event("chunk", json!({ "bytes": STANDARD.encode(json) }).to_string())
}

/// The chunks, the last of them with what Bedrock adds.
fn stream(reply: &ChatReply, chunks: &[&str]) -> Vec<ChatChunk> {
    let mut decoder = reply.decoder(&ResponseMeta::new("id", 0));
    let mut read = Vec::new();
    for (index, json) in chunks.iter().enumerate() {
        let json = if index + 1 == chunks.len() {
            format!("{},{METRICS}}}", json.strip_suffix('}').unwrap())
        } else {
            (*json).to_owned()
        };
        read.extend(decoder.push(&chunk(&json)).unwrap());
    }
    read.extend(decoder.finish().unwrap());
    read
}

/// Text, reasoning, reason, prompt and answer counts.
type Said = (String, Option<String>, String, (u64, u64));

fn said_of_chunks(chunks: &[ChatChunk]) -> Said {
    let chunks: Vec<Value> = chunks.iter().map(|chunk| serde_json::to_value(chunk).unwrap()).collect();
    let join = |name: &str| {
        let texts = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"][name].as_str());
        texts.collect::<String>()
    };
    let reason = chunks.iter().find_map(|chunk| chunk["choices"][0]["finish_reason"].as_str()).unwrap();
    let usage = &chunks.last().unwrap()["usage"];
    let counts = (usage["prompt_tokens"].as_u64().unwrap(), usage["completion_tokens"].as_u64().unwrap());
    let reasoning = join("reasoning_content");
    (join("content"), (!reasoning.is_empty()).then_some(reasoning), reason.to_owned(), counts)
}

#[test]
fn every_family_says_what_it_said_why_it_stopped_and_what_it_counted() {
    for row in ROWS {
        let model = row.model.replace("ARN", ARN);
        let reply = reply(&model);
        // What the headers say; bodies that count know better.
        let meta = ResponseMeta::new("id", 0).with_usage(Usage::new(11, 7, 18));
        let counts = row.counts.unwrap_or((11, 7));
        let expected = ("Hi there".to_owned(), row.reasoning.map(str::to_owned), "length".to_owned(), counts);

        let whole = reply.read(row.whole.as_bytes(), &meta).unwrap();
        let usage = whole.usage.unwrap();
        let [choice] = whole.choices.as_slice() else { panic!("{model}: {whole:?}") };
        let said = (
            choice.message.content.clone().unwrap(),
            choice.message.reasoning_content.clone().map(|text| text.trim_end().to_owned()),
            choice.finish_reason.as_str().to_owned(),
            (usage.prompt_tokens, usage.completion_tokens),
        );
        assert_eq!(said, expected, "{model}: {}", row.whole);

        // A model that does not stream is heard all at once.
        let mut once = Vec::new();
        reply.replay(row.whole.as_bytes(), &meta, &mut |step| once.push(step.to_chunk())).unwrap();
        let (text, _, reason, counts) = said_of_chunks(&once);
        assert_eq!((&text, &reason, counts), (&expected.0, &expected.2, expected.3), "{model}: replayed");

        if !row.chunks.is_empty() {
            assert_eq!(said_of_chunks(&stream(&reply, row.chunks)), expected, "{model}: streamed");
        }
    }
}

#[test]
fn every_family_that_answers_is_here() {
    for family in Catalog::builtin().families().filter(|family| family.chat.is_some()) {
        let has = |row: &&Row| {
            let spec = ModelSpec::resolve(&row.model.replace("ARN", ARN), &Catalog::builtin()).unwrap();
            spec.family.name == family.name
        };
        assert!(ROWS.iter().any(|row| has(&row)), "{} has no answer in this file", family.name);
    }
}

#[test]
fn a_stream_that_is_cut_off_is_an_error_for_every_family() {
    for row in ROWS.iter().filter(|row| row.chunks.len() > 1) {
        let model = row.model.replace("ARN", ARN);
        let mut decoder = reply(&model).decoder(&ResponseMeta::new("id", 0));
        decoder.push(&chunk(row.chunks[0])).unwrap();
        assert!(decoder.finish().is_err(), "{model}");
    }
}
