//! Models that AWS serves through inference profiles only.

use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::common::{Gateway, question};

const MODEL: &str = "anthropic.claude-haiku-4-5-20251001-v1:0";

/// A Bedrock that says so. <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-use.html>
async fn bedrock() -> MockServer {
    let server = MockServer::start().await;
    let answer = |request: &Request| {
        if request.url.path().starts_with("/model/eu.") {
            if request.url.path().ends_with("/converse-stream") {
                return refusal("This model doesn't support tool use in streaming mode.");
            }
            let message = json!({"role": "assistant", "content": [{"text": "Hi"}]});
            return ResponseTemplate::new(200).set_body_json(json!({
                "output": {"message": message}, "stopReason": "end_turn",
                "usage": {"inputTokens": 1_000_000, "outputTokens": 0, "totalTokens": 1_000_000}
            }));
        }
        let message = format!(
            "Invocation of model ID {MODEL} with on-demand throughput isn\u{2019}t supported. Retry your request with the ID or ARN of \
             an inference profile that contains this model."
        );
        refusal(&message)
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn refusal(message: &str) -> ResponseTemplate {
    let refusal = ResponseTemplate::new(400).set_body_json(json!({"message": message}));
    refusal.insert_header("x-amzn-errortype", "ValidationException")
}

async fn gateway(bedrock: &MockServer, params: &str) -> Gateway {
    Gateway::routed("", |_| {
        format!(
            "- {{model_name: nova, litellm_params: {{model: \"bedrock/converse/{MODEL}\", aws_access_key_id: AKID, \
             aws_secret_access_key: secret, aws_region_name: eu-west-1, aws_bedrock_runtime_endpoint: \"{}\"{params}}}}}\n",
            bedrock.uri()
        )
    })
    .await
}

async fn paths(bedrock: &MockServer) -> Vec<String> {
    let requests = bedrock.received_requests().await.unwrap();
    requests.iter().map(|request| request.url.path().replace("%3A", ":")).collect()
}

#[tokio::test]
async fn a_deployment_may_use_the_nearest_profile_and_pays_its_prices() {
    let bedrock = bedrock().await;
    let gateway = gateway(&bedrock, ", use_inference_profiles: true").await;
    for _ in 0..2 {
        let answer = gateway.chat(&question(json!({}))).await;
        let told = (answer.status, answer.header("x-bedrock-warnings"), answer.header("x-litellm-response-cost"));
        assert_eq!(told, (200, "rewritten=model", "1.1"), "{}", answer.text);
    }
    let paths = paths(&bedrock).await;
    assert_eq!(
        paths,
        [MODEL, &format!("eu.{MODEL}"), &format!("eu.{MODEL}")].map(|model| format!("/model/{model}/converse")),
        "it is learnt once"
    );
}

#[tokio::test]
async fn a_stream_through_a_profile_says_so_in_its_header() {
    let bedrock = bedrock().await;
    let gateway = gateway(&bedrock, ", use_inference_profiles: true").await;
    let tool = json!({"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}});
    let answer = gateway.chat(&question(json!({"stream": true, "tools": [tool]}))).await;
    assert_eq!((answer.status, answer.header("x-bedrock-warnings")), (200, "rewritten=model, rewritten=stream"));
    assert!(answer.text.ends_with("data: [DONE]\n\n"), "{}", answer.text);
}

#[tokio::test]
async fn without_it_the_error_names_the_profiles() {
    let bedrock = bedrock().await;
    let answer = gateway(&bedrock, "").await.chat(&question(json!({}))).await;
    let profile = format!("eu.{MODEL}");
    assert!(answer.status == 400 && answer.error().contains(&profile), "{}", answer.text);
    assert_eq!(paths(&bedrock).await.len(), 1);
}
