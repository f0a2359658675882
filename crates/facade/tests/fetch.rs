//! Fetching media within limits, from a server on loopback.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use facade::types::Part;
use facade::{ChatRequest, FetchLimits, Fetcher};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Limits that let this machine's own address through, and no other private one.
fn limits() -> FetchLimits {
    let mut limits = FetchLimits::default();
    limits.allowed_hosts = vec!["127.0.0.1".to_owned()];
    limits.timeout = Duration::from_millis(300);
    limits.max_bytes = 100;
    limits
}

fn asking(urls: &[String]) -> ChatRequest {
    let parts: Vec<Part> = urls.iter().map(|url| Part::image_url(url.as_str())).collect();
    ChatRequest::new("bedrock/us.amazon.nova-lite-v1:0").user(parts)
}

async fn serve(server: &MockServer, at: &str, answer: ResponseTemplate) -> String {
    Mock::given(path(at)).respond_with(answer).mount(server).await;
    format!("{}{at}", server.uri())
}

/// Why `url` is not fetched.
async fn refusal(url: String) -> String {
    Fetcher::new(limits()).unwrap().media(&asking(&[url])).await.unwrap_err().to_string()
}

#[tokio::test]
async fn an_image_is_fetched_once_with_its_type() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_raw(PNG, "image/png");
    Mock::given(path("/cat")).respond_with(answer).expect(1).mount(&server).await;
    let url = format!("{}/cat", server.uri());
    let media = Fetcher::new(limits()).unwrap().media(&asking(&[url.clone(), url.clone()])).await.unwrap();
    let fetched = media.fetched(&url).unwrap();
    assert_eq!((&fetched.bytes[..], fetched.media_type.as_deref()), (PNG, Some("image/png")));
}

#[tokio::test]
async fn a_medium_above_the_limit_is_refused_with_its_path() {
    let server = MockServer::start().await;
    let url = serve(&server, "/large", ResponseTemplate::new(200).set_body_bytes(vec![0; 101])).await;
    assert_eq!(refusal(url).await, "messages[0].content[0].image_url.url: the medium is larger than 100 bytes");
}

#[tokio::test]
async fn a_status_that_is_no_success_is_said() {
    let server = MockServer::start().await;
    let url = serve(&server, "/gone", ResponseTemplate::new(410)).await;
    assert!(refusal(url).await.ends_with("the URL answered 410 Gone"));
}

#[tokio::test]
async fn a_redirect_does_not_lead_to_a_private_address() {
    let server = MockServer::start().await;
    let to = ResponseTemplate::new(302).insert_header("location", "http://169.254.169.254/latest/meta-data");
    let url = serve(&server, "/away", to).await;
    let reason = refusal(url).await;
    assert!(reason.contains("private address"), "{reason}");
}

#[tokio::test]
async fn redirects_without_an_end_are_given_up() {
    let server = MockServer::start().await;
    let to = ResponseTemplate::new(302).insert_header("location", "/round");
    let url = serve(&server, "/round", to).await;
    let reason = refusal(url).await;
    assert!(reason.contains("too many redirects"), "{reason}");
    assert_eq!(server.received_requests().await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_slow_server_is_given_up() {
    let server = MockServer::start().await;
    let url = serve(&server, "/slow", ResponseTemplate::new(200).set_delay(Duration::from_secs(5))).await;
    let reason = refusal(url).await;
    assert!(reason.ends_with("it took too long"), "{reason}");
}
