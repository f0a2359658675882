//! Embeddings on a backend of the caller's own: how many calls there are at once, and what becomes of them.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use facade::transform::{Answer, Operation, Outgoing, ResponseMeta};
use facade::types::{RawJson, Vector};
use facade::{Backend, Client, EmbeddingRequest, Error, ErrorKind, EventStream, JobStatus, UpstreamError};

const TITAN: &str = "bedrock/amazon.titan-embed-text-v2:0";

/// Takes a while, and answers a text `t7` with the vector `[7]`, later ones sooner; `bad` is refused at once.
#[derive(Debug, Clone, Default)]
struct Upstream {
    started: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    finished: Arc<AtomicUsize>,
}

/// Counts a call as open until it ends, however it ends.
struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Backend for Upstream {
    async fn send(&self, call: &Outgoing) -> Result<Answer, Error> {
        let number = self.started.fetch_add(1, Ordering::SeqCst);
        self.most.fetch_max(self.open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let _open = Open(Arc::clone(&self.open));
        let body = std::str::from_utf8(&call.body).unwrap();
        if body.contains("bad") {
            let error = UpstreamError::new(ErrorKind::InvalidRequest, "ValidationException", "too long");
            return Err(error.with_request_id(Some("req-bad".to_owned())).into());
        }
        // The first of every ten comes last.
        tokio::time::sleep(Duration::from_millis(50 - 2 * (number as u64 % 10))).await;
        self.finished.fetch_add(1, Ordering::SeqCst);
        let text = body.split('"').nth(3).unwrap().trim_start_matches('t');
        let meta = ResponseMeta::new("id", 0).with_request_id(format!("req-{text}"));
        Ok(Answer::new(format!(r#"{{"embedding":[{text}],"inputTextTokenCount":2}}"#), meta))
    }

    async fn stream(&self, _: &Outgoing) -> Result<EventStream, Error> {
        Err(UpstreamError::new(ErrorKind::Unexpected, "NoStream", "embeddings are not streamed").into())
    }
}

fn texts(count: usize) -> EmbeddingRequest {
    EmbeddingRequest::new(TITAN, (0..count).map(|index| format!("t{index}")).collect::<Vec<_>>())
}

#[tokio::test(start_paused = true)]
async fn many_inputs_are_many_calls_at_once_and_keep_their_order() {
    let upstream = Upstream::default();
    let reply = Client::new(upstream.clone()).with_concurrency(10).embed(&texts(95)).await.unwrap();
    let read: Vec<(u32, Vector)> = reply.value.data.into_iter().map(|data| (data.index, data.embedding)).collect();
    let expected: Vec<(u32, Vector)> = (0..95).map(|index| (index, Vector::Floats(vec![f64::from(index)]))).collect();
    assert_eq!(read, expected);
    assert_eq!(reply.value.usage.unwrap().total_tokens, 190);
    assert_eq!(reply.request_id.as_deref(), Some("req-0"));
    assert_eq!(upstream.most.load(Ordering::SeqCst), 10);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_inputs_take_no_longer_than_their_calls() {
    let start = tokio::time::Instant::now();
    Client::new(Upstream::default()).embed(&texts(1000)).await.unwrap();
    // A thousand calls of at most 50 ms, ten at once.
    assert!(start.elapsed() <= Duration::from_millis(5_000 * 115 / 100), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_ends_the_other_calls_and_names_its_input() {
    let upstream = Upstream::default();
    let mut inputs: Vec<String> = (0..100).map(|index| format!("t{index}")).collect();
    inputs[3] = "bad".to_owned();
    let error = Client::new(upstream.clone()).embed(&EmbeddingRequest::new(TITAN, inputs)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "input[3]: ValidationException: too long (request id req-bad, model amazon.titan-embed-text-v2:0)"
    );
    let (status, body) = error.openai();
    assert_eq!((status, body.error.param.as_deref()), (400, Some("input[3]")));
    assert_eq!(upstream.open.load(Ordering::SeqCst), 0);
    assert_eq!(upstream.finished.load(Ordering::SeqCst), 0);
    assert!(upstream.started.load(Ordering::SeqCst) <= 10);
}

#[tokio::test(start_paused = true)]
async fn whoever_stops_waiting_ends_all_calls() {
    let upstream = Upstream::default();
    let client = Client::new(upstream.clone());
    let request = texts(100);
    assert!(tokio::time::timeout(Duration::from_millis(120), client.embed(&request)).await.is_err());
    assert_eq!(upstream.open.load(Ordering::SeqCst), 0);
    assert!(upstream.started.load(Ordering::SeqCst) < 50);
}

#[tokio::test]
async fn one_input_that_fails_needs_no_number() {
    let request = EmbeddingRequest::new(TITAN, "bad");
    let error = Client::new(Upstream::default()).embed(&request).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "ValidationException: too long (request id req-bad, model amazon.titan-embed-text-v2:0)"
    );
}

/// Answers, counted as long as anybody holds their bytes.
#[derive(Debug, Clone, Default)]
struct Counting {
    held: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

struct Held(&'static str, Arc<AtomicUsize>);

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Backend for Counting {
    async fn send(&self, _: &Outgoing) -> Result<Answer, Error> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.most.fetch_max(self.held.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let held = Held(r#"{"embedding":[0.5],"inputTextTokenCount":1}"#, Arc::clone(&self.held));
        Ok(Answer::new(Bytes::from_owner(held), ResponseMeta::new("id", 0)))
    }

    async fn stream(&self, _: &Outgoing) -> Result<EventStream, Error> {
        Err(UpstreamError::new(ErrorKind::Unexpected, "NoStream", "embeddings are not streamed").into())
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_thousand_answers_no_more_are_held_than_calls_are_made_at_once() {
    let backend = Counting::default();
    let reply = Client::new(backend.clone()).with_concurrency(10).embed(&texts(1000)).await.unwrap();
    assert_eq!(reply.value.data.len(), 1000);
    assert!(backend.most.load(Ordering::SeqCst) <= 10, "{backend:?}");
    assert_eq!(backend.held.load(Ordering::SeqCst), 0);
}

/// A job that ends as soon as it is asked for.
#[derive(Debug)]
struct Jobs;

const JOB: &str = "arn:aws:bedrock:eu-west-1:123456789012:async-invoke/abcdefghijkl";

#[async_trait]
impl Backend for Jobs {
    async fn send(&self, call: &Outgoing) -> Result<Answer, Error> {
        let body = match call.operation {
            Operation::StartAsyncInvoke => format!(r#"{{"invocationArn":"{JOB}"}}"#),
            _ => format!(
                r#"{{"invocationArn":"{}","status":"Completed","outputDataConfig":{{"s3OutputDataConfig":{{"s3Uri":"s3://out/x"}}}}}}"#,
                call.target
            ),
        };
        Ok(Answer::new(body, ResponseMeta::new("id", 0).with_request_id("req-1")))
    }

    async fn stream(&self, _: &Outgoing) -> Result<EventStream, Error> {
        Err(UpstreamError::new(ErrorKind::Unexpected, "NoStream", "jobs are not streamed").into())
    }
}

#[tokio::test]
async fn a_job_is_started_and_asked_for() {
    let client = Client::new(Jobs);
    let mut request =
        EmbeddingRequest::new("bedrock/async_invoke/twelvelabs.marengo-embed-3-0-v1:0", "s3://media/film.mp4");
    let error = client.embed_async(&request).await.unwrap_err();
    assert!(error.to_string().starts_with("output_s3_uri: "), "{error}");
    request.extra.insert("output_s3_uri", RawJson::from_value("s3://out/").unwrap());
    let started = client.embed_async(&request).await.unwrap();
    assert_eq!((started.value.status, started.request_id.as_deref()), (JobStatus::InProgress, Some("req-1")));
    let told = client.embed_job(&started.value.invocation_arn).await.unwrap().value;
    assert_eq!((told.status, told.output_s3_uri.as_deref()), (JobStatus::Completed, Some("s3://out/x")));
}
