//! What is around chat: keys, models, health, paths.

use crate::common::{Gateway, finish, question};
use serde_json::json;

#[tokio::test]
async fn with_a_master_key_only_its_holder_may_call() {
    let gateway = Gateway::start("general_settings: {master_key: sk-1234}").await;
    let chat = || gateway.post("/v1/chat/completions").json(&question(json!({})));
    for refused in [
        chat(),
        chat().bearer_auth("sk-12345"),
        chat().bearer_auth(""),
        chat().header("authorization", "sk-1234"),
        chat().header("x-api-key", "nope"),
        gateway.get("/v1/models"),
    ] {
        let answer = finish(refused).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(answer.error(), @"401 authentication_error invalid_api_key -: the API key is missing or wrong; send `Authorization: Bearer` with the gateway's key");
        }
    }
    assert_eq!(gateway.emulator.requests().len(), 0);
    for admitted in [
        chat().bearer_auth("sk-1234"),
        chat().header("authorization", "bearer  sk-1234"),
        chat().header("x-api-key", "sk-1234"),
        chat().header("api-key", "sk-1234"),
    ] {
        assert_eq!(finish(admitted).await.status, 200);
    }
    assert_eq!(finish(gateway.get("/health/readiness")).await.status, 200);
}

#[tokio::test]
async fn without_a_master_key_any_key_will_do() {
    let gateway = Gateway::start("").await;
    let answer = finish(gateway.post("/v1/chat/completions").bearer_auth("x").json(&question(json!({})))).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn the_models_are_those_of_the_file() {
    let gateway = Gateway::start("").await;
    for path in ["/v1/models", "/models"] {
        let list = finish(gateway.get(path)).await.json();
        let names: Vec<_> =
            list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
        assert_eq!((list["object"].as_str(), names), (Some("list"), vec!["nova", "bedrock/*"]));
    }
    let one = finish(gateway.get("/v1/models/bedrock/meta.llama3-1-8b-instruct-v1:0")).await.json();
    assert_eq!(
        (one["id"].as_str(), one["object"].as_str()),
        (Some("bedrock/meta.llama3-1-8b-instruct-v1:0"), Some("model"))
    );
    assert_eq!(finish(gateway.get("/v1/models/gpt/4o")).await.status, 404);
}

#[tokio::test]
async fn it_is_alive() {
    let gateway = Gateway::start("").await;
    for (path, body) in [
        ("/health/liveliness", r#""I'm alive!""#),
        ("/health/liveness", r#""I'm alive!""#),
        ("/health/readiness", r#"{"status":"healthy"}"#),
    ] {
        let answer = finish(gateway.get(path)).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, body));
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_answer_in_openais_shape() {
    let gateway = Gateway::start("").await;
    insta::assert_snapshot!(finish(gateway.post("/v1/nothing")).await.error(), @"404 invalid_request_error unknown_url -: there is no POST /v1/nothing");
    let wrong = finish(gateway.get("/v1/chat/completions")).await;
    insta::assert_snapshot!(wrong.error(), @"405 invalid_request_error method_not_allowed -: /v1/chat/completions does not take GET");
    assert_eq!(wrong.header("allow"), "POST");
}

#[tokio::test]
async fn model_info_says_what_is_known_and_no_secret() {
    let gateway = Gateway::start("").await;
    for path in ["/v1/model/info", "/model/info"] {
        let answer = finish(gateway.get(path)).await;
        let info = answer.json();
        let nova = &info["data"][0];
        assert_eq!(nova["model_name"], "nova");
        assert_eq!(
            nova["litellm_params"],
            json!({"model": "bedrock/us.amazon.nova-lite-v1:0", "aws_region_name": "us-east-1"})
        );
        let known = &nova["model_info"];
        assert_eq!((known["mode"].as_str(), known["supports_function_calling"].as_bool()), (Some("chat"), Some(true)));
        assert!(known["max_input_tokens"].as_u64().unwrap() > 100_000);
        assert!(!answer.text.contains("secret") && !answer.text.contains("AKID"), "{}", answer.text);
        assert_eq!(info["data"][1]["model_info"], json!({}));
    }
}

#[tokio::test]
async fn health_calls_the_models_only_when_asked() {
    let gateway = Gateway::start("").await;
    let health = finish(gateway.get("/health")).await.json();
    assert_eq!((&health["healthy_count"], &health["unhealthy_count"]), (&json!(2), &json!(0)));
    assert_eq!(health["healthy_endpoints"][0]["checked"], false);
    assert_eq!(gateway.emulator.requests().len(), 0);
    let health = finish(gateway.get("/health?check=true&model=nova")).await.json();
    assert_eq!(health["healthy_endpoints"][0]["checked"], true);
    assert_eq!(gateway.sent()["inferenceConfig"], json!({"maxTokens": 1}));
    gateway.emulator.script(bedrock_emulator::Fault::Throttle { times: 9 });
    let health = finish(gateway.get("/health?check=true&model=nova")).await.json();
    assert_eq!((&health["healthy_count"], &health["unhealthy_count"]), (&json!(0), &json!(1)));
    assert!(health["unhealthy_endpoints"][0]["error"].as_str().unwrap().contains("Throttling"), "{health}");
}
