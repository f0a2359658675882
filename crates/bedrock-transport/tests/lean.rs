//! A call that was made before is made again without the SDK's orchestration, and nobody can tell.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::retry::RetryConfig;
use bedrock_transform::{ErrorKind, Operation, Outgoing, Target};
use bedrock_transport::Transport;
use bedrock_transport::sdk::config::{
    self, BehaviorVersion, ConfigBag, HttpClient, Intercept, Region, RuntimeComponents, Token,
};
use common::{BODY, EVENT_STREAM, call, response};

const OPERATIONS: [Operation; 4] =
    [Operation::Converse, Operation::ConverseStream, Operation::InvokeModel, Operation::InvokeModelWithResponseStream];

/// Answers as scripted, and writes down what it was asked.
#[derive(Debug, Clone, Default)]
struct Wire {
    answers: Arc<Mutex<Vec<Answer>>>,
    requests: Arc<Mutex<Vec<HttpRequest>>>,
    /// What AWS's clock is ahead of ours, in seconds.
    ahead: Arc<AtomicU64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Answer {
    Status(u16, &'static str),
    Broken,
    Late,
}

const GOOD: Answer = Answer::Status(200, "");

impl Wire {
    fn scripted(answers: &[Answer]) -> Self {
        let wire = Self::default();
        wire.answers.lock().unwrap().extend(answers.iter().rev());
        wire
    }

    fn requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

impl HttpClient for Wire {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.requests.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop().unwrap_or(GOOD);
        HttpConnectorFuture::ready(match answer {
            Answer::Status(status, name) => {
                let now = DateTime::from(Noon.now() + Duration::from_secs(self.ahead.load(Ordering::SeqCst)))
                    .fmt(Format::HttpDate)
                    .unwrap();
                let headers = [EVENT_STREAM, ("x-amzn-errortype", name), ("date", &now)];
                let response = response(status, &headers, r#"{"message":"no"}"#);
                Ok(HttpResponse::try_from(response).unwrap())
            }
            Answer::Broken => Err(ConnectorError::io("broken".into())),
            Answer::Late => Err(ConnectorError::timeout("late".into())),
        })
    }
}

/// Counts what the SDK does itself.
#[derive(Debug, Clone, Default)]
struct Counter(Arc<AtomicUsize>);

#[dyn_dispatch_hint]
impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "Counter"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// A clock that stands still.
#[derive(Debug)]
struct Noon;

impl TimeSource for Noon {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }
}

struct Rig {
    transport: Transport,
    wire: Wire,
    sdk: Counter,
}

fn rig(auth: &str, answers: &[Answer]) -> Rig {
    let (wire, sdk) = (Wire::scripted(answers), Counter::default());
    let config = config::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .time_source(Noon)
        .http_client(wire.clone())
        .interceptor(sdk.clone());
    let token = (auth == "session").then(|| "session+/=".to_owned());
    let config = match auth {
        "bearer" => config.bearer_token(Token::new("key", None)).auth_scheme_preference(["httpBearerAuth".into()]),
        _ => config.credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", token, None, "test")),
    };
    Rig { transport: Transport::from_client(bedrock_transport::sdk::Client::from_conf(config.build())), wire, sdk }
}

impl Rig {
    async fn send(&self, call: &Outgoing) -> Result<(), bedrock_transport::TransportError> {
        match call.operation {
            Operation::Converse | Operation::InvokeModel => self.transport.send(call).await.map(drop),
            _ => self.transport.stream(call).await.map(drop),
        }
    }

    fn by_the_sdk(&self) -> usize {
        self.sdk.0.load(Ordering::SeqCst)
    }
}

/// Everything that is sent, sorted, without what is random.
fn shown(request: &HttpRequest) -> Vec<String> {
    let mut lines: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| match name {
            "amz-sdk-invocation-id" => format!("{name}: {} characters", value.len()),
            _ => format!("{name}: {value}"),
        })
        .collect();
    lines.sort();
    lines.push(format!("{} {}", request.method(), request.uri()));
    lines.push(String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap());
    lines
}

#[tokio::test]
async fn a_call_made_again_is_the_same_request() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0";
    for auth in ["keys", "session", "bearer"] {
        for operation in OPERATIONS {
            for target in ["amazon.nova-lite-v1:0", arn] {
                let rig = rig(auth, &[]);
                let mut call = Outgoing::new(operation, Target::new(target), BODY);
                call.headers.push(("X-Tenant".to_owned(), "blue".to_owned()));
                call.headers.push(("User-Agent".to_owned(), "mine".to_owned()));
                for _ in 0..3 {
                    rig.send(&call).await.unwrap();
                }
                assert_eq!(rig.by_the_sdk(), 1, "{auth} {operation:?}");
                let requests = rig.wire.requests.lock().unwrap();
                let [first, again, third] = &requests[..] else { panic!("{} requests", requests.len()) };
                assert_eq!(shown(first), shown(again), "{auth} {operation:?} {target}");
                let id = |request: &HttpRequest| request.headers().get("amz-sdk-invocation-id").unwrap().to_owned();
                assert_ne!(id(again), id(third));
            }
        }
    }
}

#[tokio::test]
async fn another_body_header_model_or_region_is_its_own() {
    let rig = rig("keys", &[]);
    let plain = call(Operation::Converse);
    let mut other = plain.clone();
    other.body = BODY.replace("Hello", "Good morning").into();
    let mut elsewhere = plain.clone();
    elsewhere.region = Some("eu-west-1".to_owned());
    for (call, by_the_sdk) in [(&plain, 1), (&other, 1), (&elsewhere, 2), (&elsewhere, 2), (&plain, 2)] {
        rig.send(call).await.unwrap();
        assert_eq!(rig.by_the_sdk(), by_the_sdk, "{call:?}");
    }
    let requests = rig.wire.requests.lock().unwrap();
    assert_eq!(requests[1].headers().get("content-length"), Some(other.body.len().to_string().as_str()));
    assert_ne!(requests[0].headers().get("authorization"), requests[1].headers().get("authorization"));
    assert!(requests[3].uri().contains("eu-west-1"), "{}", requests[3].uri());
    assert_eq!(shown(&requests[2]), shown(&requests[3]));
    assert_eq!(shown(&requests[0]), shown(&requests[4]));
}

#[tokio::test(start_paused = true)]
async fn errors_and_retries_are_those_of_the_sdk() {
    use Answer::{Broken, Late, Status};
    let throttled = Status(429, "ThrottlingException");
    let down = Status(503, "ServiceUnavailableException");
    let table = [
        vec![Status(400, "ValidationException")],
        vec![Status(403, "AccessDeniedException")],
        vec![throttled, GOOD],
        vec![throttled, down, GOOD],
        vec![throttled, throttled, throttled],
        vec![Broken, GOOD],
        vec![Broken, Broken, Broken],
        vec![down, Broken, Status(404, "ResourceNotFoundException")],
        vec![Late, Late, Late],
        vec![Status(500, "InternalServerException"), GOOD],
        vec![Status(424, "ModelErrorException")],
    ];
    for answers in table {
        for operation in [Operation::Converse, Operation::ConverseStream] {
            let call = call(operation);
            let fresh = rig("keys", &answers);
            let expected = fresh.send(&call).await;
            let known = rig("keys", &[&[GOOD], &answers[..]].concat());
            known.send(&call).await.unwrap();
            let told = known.send(&call).await;
            let upstream = |result: Result<(), bedrock_transport::TransportError>| {
                result.map_err(|error| (error.to_string(), error.kind(), error.upstream().status))
            };
            assert_eq!(upstream(told), upstream(expected), "{answers:?}");
            assert_eq!(known.wire.requests(), fresh.wire.requests() + 1, "{answers:?}");
            let attempts = |wire: &Wire, from: usize| -> Vec<String> {
                let requests = wire.requests.lock().unwrap();
                requests[from..]
                    .iter()
                    .map(|request| request.headers().get("amz-sdk-request").unwrap().to_owned())
                    .collect()
            };
            assert_eq!(attempts(&known.wire, 1), attempts(&fresh.wire, 0), "{answers:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_sdk_earns_back_what_a_retry_has_cost_it() {
    let rig = rig("keys", &[GOOD, Answer::Status(503, "ServiceUnavailableException"), GOOD]);
    let call = call(Operation::Converse);
    for _ in 0..2 {
        rig.send(&call).await.unwrap();
    }
    assert_eq!((rig.by_the_sdk(), rig.wire.requests()), (2, 3));
    for _ in 0..20 {
        rig.send(&call).await.unwrap();
    }
    assert_eq!(rig.by_the_sdk(), 2 + 14, "then it is not needed any more");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_wrong_is_left_to_the_sdk() {
    let skewed = Answer::Status(403, "RequestTimeTooSkewed");
    for known in [false, true] {
        let answers = [GOOD, skewed];
        let rig = rig("keys", if known { &answers } else { &answers[1..] });
        if known {
            rig.send(&call(Operation::Converse)).await.unwrap();
        }
        rig.wire.ahead.store(3600, Ordering::SeqCst);
        for _ in 0..40 {
            rig.send(&call(Operation::Converse)).await.unwrap();
        }
        let earlier = usize::from(known);
        assert_eq!(rig.by_the_sdk(), 40 + earlier);
        assert_eq!(rig.wire.requests(), 41 + earlier, "one attempt was refused, and only one");
    }
}

#[tokio::test]
async fn an_authorization_of_the_callers_and_missing_credentials_are_left_to_the_sdk() {
    let rig = rig("keys", &[]);
    let mut own = call(Operation::Converse);
    own.headers.push(("Authorization".to_owned(), "Bearer gateway".to_owned()));
    for _ in 0..2 {
        rig.send(&own).await.unwrap();
    }
    assert_eq!(rig.by_the_sdk(), 2);
    rig.send(&call(Operation::Converse)).await.unwrap();
    assert_eq!(rig.by_the_sdk(), 3, "nothing was learned of the caller's key");

    let expired = Credentials::new("AKIDEXAMPLE", "secret", None, Some(UNIX_EPOCH), "test");
    let provider = FirstOnly { credentials: expired, calls: AtomicUsize::new(0) };
    let wire = Wire::default();
    let config = config::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .http_client(wire.clone())
        .credentials_provider(provider)
        .build();
    let transport = Transport::from_client(bedrock_transport::sdk::Client::from_conf(config));
    transport.send(&call(Operation::Converse)).await.unwrap();
    let error = transport.send(&call(Operation::Converse)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert_eq!(wire.requests(), 1);
}

/// Credentials that have expired at once, and none after them.
#[derive(Debug)]
struct FirstOnly {
    credentials: Credentials,
    calls: AtomicUsize,
}

impl aws_credential_types::provider::ProvideCredentials for FirstOnly {
    fn provide_credentials<'a>(&'a self) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let first = self.calls.fetch_add(1, Ordering::SeqCst) == 0;
        let none = aws_credential_types::provider::error::CredentialsError::not_loaded("no more");
        let result = if first { Ok(self.credentials.clone()) } else { Err(none) };
        aws_credential_types::provider::future::ProvideCredentials::ready(result)
    }
}
