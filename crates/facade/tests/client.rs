//! The client on a backend of the caller's own: no SDK, no network.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use facade::transform::{Answer, Operation, Outgoing, ResponseMeta, StreamEvent};
use facade::types::{FinishReason, Function, RawJson, Tool};
use facade::{Backend, ChatRequest, Client, Error, ErrorKind, EventStream, UpstreamError};
use futures::{StreamExt as _, stream};

const NOVA: &str = "bedrock/us.amazon.nova-lite-v1:0";

/// Answers what it was given, and remembers what it was sent.
#[derive(Debug, Clone, Default)]
struct Script {
    body: &'static str,
    events: Vec<(&'static str, &'static str)>,
    error: Option<ErrorKind>,
    /// Whether whole answers come in spite of the error.
    only_streams_fail: bool,
    /// What AWS says beside the error.
    message: &'static str,
    sent: Arc<Mutex<Vec<Outgoing>>>,
}

impl Script {
    fn sent(&self) -> Outgoing {
        self.sent.lock().unwrap().last().unwrap().clone()
    }

    fn meta(&self) -> ResponseMeta {
        ResponseMeta::new("chatcmpl-1", 7).with_request_id("req-1")
    }
}

#[async_trait]
impl Backend for Script {
    async fn send(&self, call: &Outgoing) -> Result<Answer, Error> {
        self.sent.lock().unwrap().push(call.clone());
        match self.error {
            Some(kind) if !self.only_streams_fail => Err(UpstreamError::new(kind, "SomeException", self.message)
                .with_request_id(Some("req-2".to_owned()))
                .into()),
            _ => Ok(Answer::new(self.body, self.meta())),
        }
    }

    async fn stream(&self, call: &Outgoing) -> Result<EventStream, Error> {
        self.sent.lock().unwrap().push(call.clone());
        if let Some(kind) = self.error {
            return Err(UpstreamError::new(kind, "SomeException", self.message).into());
        }
        let events: Vec<_> =
            self.events.iter().map(|(name, payload)| Ok(StreamEvent::event(*name, *payload))).collect();
        Ok(EventStream::new(self.meta(), stream::iter(events)))
    }
}

const ANSWER: &str = r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn",
    "usage":{"inputTokens":3,"outputTokens":1,"totalTokens":4}}"#;

#[tokio::test]
async fn an_answer_comes_with_warnings_and_request_id() {
    let script = Script { body: ANSWER, ..Script::default() };
    let request = ChatRequest::new(NOVA).user("Hello").seed(1).param("drop_params", &true).unwrap();
    let reply = Client::new(script.clone()).chat(&request).await.unwrap();
    assert_eq!(reply.value.text(), Some("Hi"));
    assert_eq!((reply.value.id.as_str(), reply.value.created, reply.value.model.as_str()), ("chatcmpl-1", 7, NOVA));
    assert_eq!(reply.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(), ["dropped=seed"]);
    assert_eq!(reply.request_id.as_deref(), Some("req-1"));
    let sent = script.sent();
    assert_eq!((sent.operation, sent.target.as_str()), (Operation::Converse, "us.amazon.nova-lite-v1:0"));
    assert_eq!(sent.body, r#"{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}"#);
}

#[tokio::test]
async fn what_is_prepared_is_what_is_sent() {
    let script = Script { body: ANSWER, ..Script::default() };
    let client = Client::new(script.clone());
    let request = ChatRequest::new(NOVA).user("Hello").temperature(0.7);
    let call = client.prepare(&request).unwrap();
    let prepared = call.outgoing.clone();
    client.send(call).await.unwrap();
    assert_eq!(script.sent(), prepared);
}

#[tokio::test]
async fn a_stream_is_asked_for_and_told_chunk_by_chunk() {
    let events = vec![
        ("messageStart", r#"{"role":"assistant"}"#),
        ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"Hel"}}"#),
        ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"lo"}}"#),
        ("messageStop", r#"{"stopReason":"end_turn"}"#),
        ("metadata", r#"{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}}"#),
    ];
    let script = Script { events, ..Script::default() };
    let request = ChatRequest::new(NOVA).user("Hello");
    let mut stream = Client::new(script.clone()).chat_stream(&request).await.unwrap();
    assert_eq!(stream.request_id(), Some("req-1"));
    let chunks: Vec<_> = stream.by_ref().map(Result::unwrap).collect().await;
    let text: String = chunks.iter().filter_map(|chunk| chunk.choices[0].delta.content.clone()).collect();
    assert_eq!(text, "Hello");
    assert_eq!(chunks.last().unwrap().choices[0].finish_reason, Some(FinishReason::Stop));
    // Known although the caller did not ask for it in the stream.
    assert_eq!(stream.usage().unwrap().total_tokens, 3);
    assert_eq!(script.sent().operation, Operation::ConverseStream);
}

#[tokio::test]
async fn a_stream_that_is_cut_ends_with_an_error() {
    let script = Script { events: vec![("contentBlockDelta", r#"{"delta":{"text":"Hel"}}"#)], ..Script::default() };
    let stream = Client::new(script).chat_stream(&ChatRequest::new(NOVA).user("Hello")).await.unwrap();
    let items: Vec<_> = stream.collect().await;
    assert_eq!(items.len(), 2);
    assert!(items[0].is_ok());
    assert_eq!(items[1].as_ref().unwrap_err().kind(), ErrorKind::StreamInterrupted);
}

#[tokio::test]
async fn a_model_that_cannot_stream_tools_is_asked_for_the_whole_answer() {
    let script = Script { body: ANSWER, ..Script::default() };
    let request =
        ChatRequest::new("bedrock/meta.llama3-1-8b-instruct-v1:0").user("Hi").tool(Tool::function(Function::new("f")));
    let stream = Client::new(script.clone()).chat_stream(&request).await.unwrap();
    assert!(stream.warnings().iter().any(|warning| warning.to_string() == "rewritten=stream"));
    let chunks: Vec<_> = stream.map(Result::unwrap).collect().await;
    assert_eq!(chunks[0].choices[0].delta.content.as_deref(), Some("Hi"));
    assert_eq!(script.sent().operation, Operation::Converse);
}

#[tokio::test]
async fn where_aws_says_that_tools_are_not_streamed_the_whole_answer_is_told_as_a_stream() {
    let message = "This model doesn't support tool use in streaming mode.";
    let script = Script {
        body: ANSWER,
        error: Some(ErrorKind::InvalidRequest),
        only_streams_fail: true,
        message,
        ..Script::default()
    };
    let hello = ChatRequest::new("bedrock/acme.wonder-v1:0").user("Hi");
    let request = hello.clone().tool(Tool::function(Function::new("f"))).include_usage();
    let client = Client::new(script.clone());
    let stream = client.chat_stream(&request).await.unwrap();
    assert!(stream.warnings().iter().any(|warning| warning.to_string() == "rewritten=stream"));
    let chunks: Vec<_> = stream.map(Result::unwrap).collect().await;
    assert_eq!(chunks[0].choices[0].delta.content.as_deref(), Some("Hi"));
    assert_eq!(chunks.last().unwrap().usage.flatten().unwrap().total_tokens, 4);
    let sent = || script.sent.lock().unwrap().iter().map(|call| call.operation).collect::<Vec<_>>();
    assert_eq!(sent(), [Operation::ConverseStream, Operation::Converse]);
    // That is learnt once, by all clones, and for calls with tools only.
    client.clone().chat_stream(&request).await.unwrap();
    assert_eq!(sent()[2..], [Operation::Converse]);
    client.chat_stream(&hello).await.unwrap();
    assert_eq!(sent()[3], Operation::ConverseStream);
}

#[tokio::test]
async fn aws_errors_keep_their_code_and_request_id() {
    let script = Script { error: Some(ErrorKind::Throttled), message: "no", ..Script::default() };
    let error = Client::new(script).chat(&ChatRequest::new(NOVA).user("Hello")).await.unwrap_err();
    assert_eq!(error.to_string(), "SomeException: no (request id req-2, model us.amazon.nova-lite-v1:0)");
    assert!(error.is_retryable());
    let (status, body) = error.openai();
    assert_eq!(body.error.message, "SomeException: no (request id req-2)");
    assert_eq!((status, body.error.kind.as_str()), (429, "rate_limit_error"));
}

#[tokio::test]
async fn a_wrong_request_is_not_sent() {
    let script = Script { body: ANSWER, ..Script::default() };
    let error = Client::new(script.clone()).chat(&ChatRequest::new(NOVA)).await.unwrap_err();
    let (status, body) = error.openai();
    assert_eq!((status, body.error.param.as_deref()), (400, Some("messages")));
    assert!(script.sent.lock().unwrap().is_empty());
}

/// A Bedrock whose models only inference profiles serve.
#[derive(Debug, Clone, Default)]
struct ProfilesOnly(Arc<Mutex<Vec<String>>>);

impl ProfilesOnly {
    fn hear(&self, call: &Outgoing) -> Result<(), Error> {
        let target = call.target.as_str();
        self.0.lock().unwrap().push(target.to_owned());
        if target.starts_with("eu.") {
            return Ok(());
        }
        let message = "Invocation of model ID m with on-demand throughput isn\u{2019}t supported.";
        Err(UpstreamError::new(ErrorKind::InvalidRequest, "ValidationException", message).into())
    }

    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[async_trait]
impl Backend for ProfilesOnly {
    async fn send(&self, call: &Outgoing) -> Result<Answer, Error> {
        self.hear(call)?;
        Ok(Answer::new(ANSWER, ResponseMeta::new("chatcmpl-1", 7)))
    }

    async fn stream(&self, call: &Outgoing) -> Result<EventStream, Error> {
        self.hear(call)?;
        Ok(EventStream::new(ResponseMeta::new("chatcmpl-1", 7), stream::iter([])))
    }
}

#[tokio::test]
async fn a_model_that_only_profiles_serve_is_called_through_one_if_that_is_wanted() {
    const MODEL: &str = "anthropic.claude-x-v1:0";
    const PROFILE: &str = "eu.anthropic.claude-x-v1:0";
    let bedrock = ProfilesOnly::default();
    let request = ChatRequest::new(format!("bedrock/eu-west-1/{MODEL}")).user("Hello");
    let plain = Client::new(bedrock.clone());
    assert!(plain.chat(&request).await.is_err() && plain.chat_stream(&request).await.is_err());
    assert_eq!(bedrock.heard(), [MODEL, MODEL]);
    for stream_first in [false, true] {
        let client = Client::new(bedrock.clone()).with_profiles();
        if stream_first {
            let stream = client.chat_stream(&request).await.unwrap();
            assert_eq!(stream.warnings()[0].to_string(), "rewritten=model");
        } else {
            let reply = client.chat(&request).await.unwrap();
            assert_eq!((reply.warnings[0].to_string().as_str(), reply.value.text()), ("rewritten=model", Some("Hi")));
        }
        assert_eq!(bedrock.heard(), [MODEL, PROFILE]);
        client.chat(&request).await.unwrap();
        client.clone().chat_stream(&request).await.unwrap();
        assert_eq!(bedrock.heard(), [PROFILE, PROFILE], "it is learnt once");
        let call = client.prepare(&request).unwrap().outgoing;
        assert_eq!((client.known_profile(&call).as_deref(), plain.known_profile(&call)), (Some(PROFILE), None));
        // Another region has other profiles, and an ARN is the caller's own choice.
        let elsewhere = ChatRequest::new(format!("bedrock/us-east-1/{MODEL}")).user("Hello");
        assert!(client.chat(&elsewhere).await.is_err());
        let arn = "arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/abcdef123456";
        assert!(client.chat(&ChatRequest::new(arn).user("Hello")).await.is_err());
        assert_eq!(bedrock.heard(), [MODEL, "us.anthropic.claude-x-v1:0", arn]);
    }
}

#[tokio::test]
async fn a_model_that_only_profiles_serve_names_the_profiles() {
    let message = "Invocation of model ID m with on-demand throughput isn\u{2019}t supported.";
    let script = Script { error: Some(ErrorKind::InvalidRequest), message, ..Script::default() };
    let request = ChatRequest::new("bedrock/eu-west-1/anthropic.claude-x-v1:0").user("Hello");
    let client = Client::new(script);
    let named = "Use the inference profile `eu.anthropic.claude-x-v1:0` or `global.anthropic.claude-x-v1:0`.";
    for error in [client.chat(&request).await.unwrap_err(), client.chat_stream(&request).await.unwrap_err()] {
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[tokio::test]
async fn a_guardrail_that_does_not_exist_is_named() {
    let message = "The guardrail identifier or version provided in the request does not exist.";
    let guardrail = RawJson::parse(r#"{"guardrailIdentifier":"gr-1","guardrailVersion":"7"}"#).unwrap();
    for route in ["converse", "invoke"] {
        let script = Script { error: Some(ErrorKind::InvalidRequest), message, ..Script::default() };
        let request = ChatRequest::new(format!("bedrock/{route}/eu-west-1/anthropic.claude-3-haiku-20240307-v1:0"));
        let request = request.user("Hi").param("guardrailConfig", &guardrail).unwrap();
        let error = Client::new(script).chat(&request).await.unwrap_err().to_string();
        assert!(error.contains("does not exist. It was `gr-1`, version `7` in eu-west-1."), "{error}");
    }
}

#[tokio::test]
async fn the_method_decides_whether_the_answer_is_streamed() {
    let script = Script { body: ANSWER, ..Script::default() };
    let request = ChatRequest::new(NOVA).user("Hello").stream(true);
    let reply = Client::new(script.clone()).chat(&request).await.unwrap();
    assert_eq!((script.sent().operation, reply.warnings.len()), (Operation::Converse, 0));
}
