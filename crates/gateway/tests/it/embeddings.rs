//! Embeddings over real sockets.

use crate::common::{Gateway, finish};
use serde_json::{Value, json};

const TITAN: &str = "bedrock/amazon.titan-embed-text-v2:0";

#[tokio::test]
async fn every_path_answers_in_the_order_of_the_input() {
    let gateway = Gateway::start("").await;
    let body = json!({"model": TITAN, "input": ["a cat", "a dog", "a cat"], "dimensions": 256, "user": "u"});
    let whole = finish(gateway.post("/v1/embeddings").json(&body)).await;
    assert_eq!(whole.status, 200, "{}", whole.text);
    assert_eq!((whole.header("x-bedrock-route"), whole.header("x-bedrock-warnings")), ("invoke", "dropped=user"));
    let data = whole.json()["data"].as_array().unwrap().clone();
    assert_eq!(data.iter().map(|one| one["index"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(data[0]["embedding"], data[2]["embedding"]);
    assert_ne!(data[0]["embedding"], data[1]["embedding"]);
    assert_eq!(data[0]["embedding"].as_array().unwrap().len(), 256);
    assert_eq!(gateway.emulator.requests().len(), 3);
    for path in ["/embeddings", "/openai/deployments/bedrock%2Famazon.titan-embed-text-v2:0/embeddings"] {
        let again = finish(gateway.post(path).json(&body)).await;
        assert_eq!(again.json()["data"], whole.json()["data"], "{path}");
    }
}

#[tokio::test]
async fn every_family_passes_the_emulators_checks() {
    let gateway = Gateway::start("").await;
    let image = "data:image/png;base64,iVBORw0KGgo=";
    let table: [(&str, Value); 8] = [
        ("amazon.titan-embed-text-v1", json!("a")),
        ("amazon.titan-embed-g1-text-02", json!(["a", "b"])),
        ("amazon.titan-embed-image-v1", json!(["a", image])),
        ("cohere.embed-multilingual-v3", json!(["a", image, "b"])),
        ("us.cohere.embed-v4:0", json!(["a", image])),
        ("amazon.nova-2-multimodal-embeddings-v1:0", json!(["a", image])),
        ("us.twelvelabs.marengo-embed-2-7-v1:0", json!(["a", image])),
        ("us.twelvelabs.marengo-embed-3-0-v1:0", json!(["a", image])),
    ];
    for (model, input) in table {
        let body = json!({"model": format!("bedrock/{model}"), "input": input});
        let answer = finish(gateway.post("/v1/embeddings").json(&body)).await;
        assert_eq!(answer.status, 200, "{model}: {}", answer.text);
        let expected = input.as_array().map_or(1, Vec::len);
        assert_eq!(answer.json()["data"].as_array().unwrap().len(), expected, "{model}");
    }
}

#[tokio::test]
async fn a_bad_request_is_named() {
    let gateway = Gateway::start("").await;
    let bodies = [
        json!({"model": TITAN}),
        json!({"model": TITAN, "input": ["a", 1]}),
        json!({"model": TITAN, "input": [1, 2]}),
        json!({"model": TITAN, "input": "a", "encoding_format": "int8"}),
        json!({"model": TITAN, "input": ["a", "b"], "dimensions": 300}),
        json!({"model": "bedrock/amazon.titan-embed-text-v1", "input": "a", "dimensions": 256}),
        json!({"model": "bedrock/acme.embed-v1", "input": "a"}),
        json!({"model": "nothing", "input": "a"}),
    ];
    let mut params = Vec::new();
    for body in bodies {
        let error = finish(gateway.post("/v1/embeddings").json(&body)).await;
        assert!(matches!(error.status, 400 | 404), "{}", error.text);
        let param = error.json()["error"]["param"].as_str().unwrap_or_default().to_owned();
        params.push(param.replace("[1]", "[0]"));
    }
    // Of calls that are made at once, either may fail first.
    let expected = ["input", "input[0]", "input", "encoding_format", "input[0]", "dimensions", "model", "model"];
    assert_eq!(params, expected);
}

#[tokio::test]
async fn a_job_answers_with_its_arn() {
    let gateway = Gateway::start("").await;
    let model = "bedrock/async_invoke/twelvelabs.marengo-embed-3-0-v1:0";
    let body = json!({"model": model, "input": "s3://media/film.mp4", "output_s3_uri": "s3://media/out/"});
    let answer = finish(gateway.post("/v1/embeddings").json(&body)).await;
    assert_eq!((answer.status, answer.header("x-bedrock-route")), (200, "async_invoke"), "{}", answer.text);
    let data = answer.json()["data"][0].clone();
    assert_eq!(data["embedding"], json!([]));
    assert_eq!(data["provider_specific_fields"]["status"], "InProgress");
    let arn = data["provider_specific_fields"]["invocation_arn"].as_str().unwrap().to_owned();
    assert!(arn.contains(":async-invoke/"), "{arn}");
    let request = gateway.emulator.requests().pop().unwrap();
    let sent: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!((request.path.as_str(), &sent["modelInput"]["inputType"]), ("/async-invoke", &json!("video")));
    let refused = finish(gateway.post("/v1/embeddings").json(&json!({"model": model, "input": "a"}))).await;
    assert!(refused.error().starts_with("400 invalid_request_error - output_s3_uri: "), "{}", refused.error());
}

#[tokio::test]
async fn a_caller_who_leaves_ends_the_calls_that_are_left() {
    let gateway = Gateway::start("").await;
    for _ in 0..100 {
        gateway.emulator.script(bedrock_emulator::Fault::Stall { after: 0 });
    }
    let texts: Vec<String> = (0..100).map(|index| format!("t{index}")).collect();
    let socket = gateway.connection_to("/v1/embeddings", &json!({"model": TITAN, "input": texts}), "").await;
    gateway.open_calls(10).await;
    drop(socket);
    gateway.open_calls(0).await;
    assert_eq!(gateway.emulator.requests().len(), 10);
}
