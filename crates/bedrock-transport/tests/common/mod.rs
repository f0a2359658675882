//! What the tests share: calls, canned answers, frames.
#![allow(dead_code, clippy::allow_attributes, clippy::unwrap_used, reason = "each test file uses a part")]

pub(crate) mod fake_aws;
pub(crate) mod internet;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bedrock_transform::{Operation, Outgoing, Target};
use bedrock_transport::sdk::config::HttpClient;
use bedrock_transport::{Auth, Config, Transport};

pub(crate) const BODY: &str =
    r#"{"messages":[{"role":"user","content":[{"text":"Hello"}]}],"inferenceConfig":{"temperature":0.7}}"#;

pub(crate) fn call(operation: Operation) -> Outgoing {
    Outgoing::new(operation, Target::new("amazon.nova-lite-v1:0"), BODY)
}

pub(crate) fn config() -> Config {
    Config::new().with_region("us-east-1").with_auth(Auth::keys("AKIDEXAMPLE", "wJalrXUtnFEMI"))
}

pub(crate) async fn transport(http_client: impl HttpClient + 'static) -> Transport {
    Transport::connect(config().with_http_client(http_client)).await.unwrap()
}

pub(crate) fn response(status: u16, headers: &[(&str, &str)], body: impl Into<SdkBody>) -> http::Response<SdkBody> {
    let mut response = http::Response::builder().status(status).header("x-amzn-requestid", "req-1");
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}

pub(crate) fn replay(responses: impl IntoIterator<Item = http::Response<SdkBody>>) -> StaticReplayClient {
    let request = || http::Request::builder().uri("https://unused.invalid").body(SdkBody::empty()).unwrap();
    StaticReplayClient::new(responses.into_iter().map(|response| ReplayEvent::new(request(), response)).collect())
}

pub(crate) fn frame(headers: &[(&str, &str)], payload: &str) -> Vec<u8> {
    let headers = headers
        .iter()
        .map(|(name, value)| Header::new((*name).to_owned(), HeaderValue::String((*value).to_owned().into())))
        .collect();
    let mut frame = Vec::new();
    write_message_to(&Message::new_from_parts(headers, payload.as_bytes().to_vec()), &mut frame).unwrap();
    frame
}

pub(crate) fn event(name: &str, payload: &str) -> Vec<u8> {
    frame(&[(":event-type", name), (":content-type", "application/json"), (":message-type", "event")], payload)
}

pub(crate) const EVENT_STREAM: (&str, &str) = ("content-type", "application/vnd.amazon.eventstream");
