//! Jobs: started, asked for, refused.

use bedrock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{self, Reply, SIGV4};

async fn start(emulator: &Emulator, body: &Value) -> Reply {
    let head = format!("POST /async-invoke HTTP/1.1\r\ncontent-type: application/json\r\nauthorization: {SIGV4}");
    client::raw(emulator, &head, body.to_string().as_bytes()).await.unwrap()
}

async fn get(emulator: &Emulator, arn: &str) -> Reply {
    let arn = arn.replace(':', "%3A").replace('/', "%2F");
    let head = format!("GET /async-invoke/{arn} HTTP/1.1\r\nauthorization: {SIGV4}");
    client::raw(emulator, &head, b"").await.unwrap()
}

fn job(model: &str, place: &str) -> Value {
    json!({
        "modelId": model,
        "modelInput": { "inputType": "text", "text": { "inputText": "a" } },
        "outputDataConfig": { "s3OutputDataConfig": { "s3Uri": place } },
    })
}

#[tokio::test]
async fn a_job_is_complete_when_it_is_asked_for() {
    let emulator = Emulator::start().await.unwrap();
    let started = start(&emulator, &job("twelvelabs.marengo-embed-3-0-v1:0", "s3://bucket/out/")).await.json();
    let arn = started["invocationArn"].as_str().unwrap();
    assert!(arn.starts_with("arn:aws:bedrock:us-east-1:123456789012:async-invoke/"), "{arn}");
    let told = get(&emulator, arn).await.json();
    assert_eq!((&told["invocationArn"], told["status"].as_str()), (&started["invocationArn"], Some("Completed")));
    let place = told["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"].as_str().unwrap();
    assert_eq!(place.strip_prefix("s3://bucket/out/"), arn.rsplit('/').next());
}

#[tokio::test]
async fn what_is_no_job_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let bodies = [
        job("amazon.titan-embed-text-v2:0", "s3://bucket/out/"),
        job("twelvelabs.marengo-embed-3-0-v1:0", "bucket/out/"),
        json!({ "modelId": "twelvelabs.marengo-embed-3-0-v1:0", "modelInput": {} }),
    ];
    for body in bodies {
        assert_eq!(start(&emulator, &body).await.status, 400, "{body}");
    }
    let unknown = "arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdefghijkl";
    assert_eq!(get(&emulator, unknown).await.status, 400);
}
