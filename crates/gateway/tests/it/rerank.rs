//! Ranking, in Cohere's shape.

use bedrock_emulator::Fault;
use serde_json::{Value, json};

use crate::common::{Answer, Gateway};

const MODEL: &str = "bedrock/cohere.rerank-v3-5:0";

async fn send(gateway: &Gateway, path: &str, body: &Value) -> Answer {
    let response = gateway.post(path).json(body).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

fn request(model: &str) -> Value {
    json!({ "model": model, "query": "the red fox", "documents": ["a blue whale", "the red"] })
}

#[tokio::test]
async fn every_path_ranks() {
    let gateway = Gateway::start("").await;
    for path in ["/rerank", "/v1/rerank", "/v2/rerank"] {
        let answer = send(&gateway, path, &request(MODEL)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("x-bedrock-route"), "rerank");
        let id = answer.header("x-amzn-requestid");
        assert_eq!(
            answer.json(),
            json!({ "id": id, "results": [
                { "index": 1, "relevance_score": 0.8 },
                { "index": 0, "relevance_score": 0.0 },
            ] })
        );
    }
    let answer = send(&gateway, "/rerank", &request("bedrock/invoke/cohere.rerank-v3-5:0")).await;
    assert_eq!((answer.status, answer.header("x-bedrock-route")), (200, "invoke"), "{}", answer.text);
    let body = gateway.emulator.requests().pop().unwrap().body;
    assert_eq!(body, r#"{"query":"the red fox","documents":["a blue whale","the red"],"api_version":2}"#);
}

#[tokio::test]
async fn a_deployment_adds_its_parameters_and_headers() {
    let params = ", top_n: 1, return_documents: true, extra_headers: {x-team: blue}";
    let gateway = Gateway::serving("bedrock/amazon.rerank-v1:0", params, "").await;
    let answer = send(&gateway, "/v2/rerank", &request("own")).await;
    assert_eq!(
        answer.json()["results"],
        json!([{ "index": 1, "relevance_score": 0.8, "document": { "text": "the red" } }])
    );
    let sent = gateway.emulator.requests().pop().unwrap();
    assert_eq!(sent.header("x-team"), Some("blue"));
    let mut own = request("own");
    own["top_n"] = json!(7);
    let answer = send(&gateway, "/v2/rerank", &own).await;
    assert_eq!(answer.json()["results"].as_array().unwrap().len(), 2);
    assert_eq!(answer.header("x-bedrock-warnings"), "adjusted=top_n");
}

#[tokio::test]
async fn errors_are_openais_and_name_the_parameter() {
    let gateway = Gateway::start("").await;
    let with = |change: Value| {
        let mut body = request(MODEL);
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    let table = [
        (with(json!({ "documents": ["a", 7] })), "400 invalid_request_error - documents[1]: "),
        (
            with(json!({ "documents": [] })),
            "400 invalid_request_error - documents: documents: there is nothing to rank",
        ),
        (with(json!({ "top_n": 0 })), "400 invalid_request_error - top_n: top_n: must be at least 1"),
        (with(json!({ "model": "openai/gpt-none" })), "404 invalid_request_error model_not_found model: "),
        (
            with(json!({ "model": "bedrock/amazon.nova-lite-v1:0" })),
            "400 invalid_request_error ValidationException -: ValidationException: The provided model ARN for reranking",
        ),
        (
            with(json!({ "aws_bedrock_agent_runtime_endpoint": "http://localhost:1" })),
            "400 invalid_request_error - aws_bedrock_agent_runtime_endpoint: ",
        ),
    ];
    for (body, expected) in table {
        let error = send(&gateway, "/v1/rerank", &body).await.error();
        assert!(error.starts_with(expected), "{body}: {error}");
    }
    gateway.emulator.script(Fault::Throttle { times: 9 });
    let throttled = send(&gateway, "/v1/rerank", &request(MODEL)).await;
    assert_eq!(throttled.status, 429);
    assert!(!throttled.header("x-amzn-requestid").is_empty());
}
