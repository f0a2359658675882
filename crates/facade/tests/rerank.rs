//! Ranking on a backend of the caller's own: no SDK, no network.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use facade::transform::{Answer, Outgoing, ResponseMeta};
use facade::{Backend, Client, Error, ErrorKind, EventStream, RerankRequest, UpstreamError};

const MODEL: &str = "bedrock/cohere.rerank-v3-5:0";

/// Answers page after page, then with an error.
#[derive(Debug, Clone)]
struct Pages {
    pages: &'static [&'static str],
    region: Option<&'static str>,
    sent: Arc<Mutex<Vec<Outgoing>>>,
}

impl Pages {
    fn new(pages: &'static [&'static str], region: Option<&'static str>) -> Self {
        Self { pages, region, sent: Arc::default() }
    }
}

#[async_trait]
impl Backend for Pages {
    async fn send(&self, call: &Outgoing) -> Result<Answer, Error> {
        let mut sent = self.sent.lock().unwrap();
        sent.push(call.clone());
        let request_id = format!("req-{}", sent.len());
        match self.pages.get(sent.len() - 1) {
            Some(page) => {
                let meta = ResponseMeta::new(format!("chatcmpl-{request_id}"), 7).with_request_id(request_id);
                Ok(Answer::new(*page, meta))
            }
            None => Err(UpstreamError::new(ErrorKind::Throttled, "ThrottlingException", "slow down")
                .with_request_id(Some(request_id))
                .into()),
        }
    }

    async fn stream(&self, _: &Outgoing) -> Result<EventStream, Error> {
        unreachable!("ranking is no stream")
    }

    fn region(&self) -> Option<&str> {
        self.region
    }
}

fn request() -> RerankRequest {
    RerankRequest::new(MODEL, "q").documents(["a", "b", "c"])
}

const FIRST: &str = r#"{"results":[{"index":1,"relevanceScore":0.5}],"nextToken":"2"}"#;
const SECOND: &str = r#"{"results":[{"index":2,"relevanceScore":0.75}]}"#;

#[tokio::test]
async fn pages_are_one_answer_with_the_first_request_id() {
    let backend = Pages::new(&[FIRST, SECOND], Some("us-gov-west-1"));
    let reply = Client::new(backend.clone()).rerank(&request()).await.unwrap();
    assert_eq!(reply.value.results.iter().map(|result| result.index).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((reply.value.id.as_str(), reply.request_id.as_deref()), ("req-1", Some("req-1")));
    let sent = backend.sent.lock().unwrap();
    assert_eq!(sent.len(), 2);
    let arn = "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/cohere.rerank-v3-5:0";
    assert_eq!(sent[0].target.as_str(), arn);
    assert!(sent[1].body.ends_with(br#","nextToken":"2"}"#), "{:?}", sent[1].body);
}

#[tokio::test]
async fn a_page_that_fails_fails_the_request_with_its_own_request_id() {
    let error = Client::new(Pages::new(&[FIRST], Some("us-east-1"))).rerank(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(error.request_id(), Some("req-2"));
    let unreadable =
        Client::new(Pages::new(&[FIRST, "<html>"], Some("us-east-1"))).rerank(&request()).await.unwrap_err();
    assert_eq!((unreadable.kind(), unreadable.request_id()), (ErrorKind::Unexpected, Some("req-2")));
}

#[tokio::test]
async fn without_a_region_nothing_is_sent() {
    let backend = Pages::new(&[SECOND], None);
    let client = Client::new(backend.clone());
    let (status, body) = client.rerank(&request()).await.unwrap_err().openai();
    assert_eq!((status, body.error.param.as_deref()), (400, Some("model")));
    assert!(body.error.message.contains("set AWS_REGION"), "{}", body.error.message);
    assert!(backend.sent.lock().unwrap().is_empty());
    let arn = "arn:aws:bedrock:us-west-2::foundation-model/amazon.rerank-v1:0";
    client.rerank(&RerankRequest::new(arn, "q").documents(["a", "b", "c"])).await.unwrap();
    assert_eq!(backend.sent.lock().unwrap()[0].region.as_deref(), Some("us-west-2"));
}
