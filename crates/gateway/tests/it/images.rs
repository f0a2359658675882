//! Images, drawn and edited.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedrock_emulator::Fault;
use serde_json::{Value, json};

use crate::common::{Answer, Gateway, finish};

const CANVAS: &str = "bedrock/amazon.nova-canvas-v1:0";
const SD35: &str = "bedrock/stability.sd3-5-large-v1:0";

async fn draw(gateway: &Gateway, path: &str, body: Value) -> Answer {
    finish(gateway.post(path).json(&body)).await
}

/// A form of text fields and of files.
async fn form(gateway: &Gateway, path: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
    const BOUNDARY: &str = "a-line-that-is-in-no-file";
    let mut body = Vec::new();
    for (name, text) in fields {
        let part = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, file) in files {
        let head =
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"x.png\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    finish(gateway.post(path).header("content-type", kind).body(body)).await
}

/// A PNG of 20 x 30 pixels, as far as its header says, that is larger than any default limit of a form.
fn png() -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x14\0\0\0\x1e\x08\x02\0\0\0".to_vec();
    file.resize(3_000_000, 7);
    file
}

fn sizes(answer: &Answer) -> Vec<(u32, u32)> {
    let json = answer.json();
    let data = json["data"].as_array().unwrap_or_else(|| panic!("{json}"));
    let side = |file: &[u8], at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
    data.iter()
        .map(|image| STANDARD.decode(image["b64_json"].as_str().unwrap()).unwrap())
        .map(|file| (side(&file, 16), side(&file, 20)))
        .collect()
}

#[tokio::test]
async fn images_are_drawn_at_every_path() {
    let gateway = Gateway::start("").await;
    for path in ["/v1/images/generations", "/images/generations"] {
        let answer = draw(&gateway, path, json!({"model": CANVAS, "prompt": "An otter", "size": "512x768"})).await;
        assert_eq!(sizes(&answer), [(512, 768)]);
        assert_eq!(answer.header("x-bedrock-route"), "invoke");
        assert!(!answer.header("x-amzn-requestid").is_empty());
    }
    let path = "/openai/deployments/bedrock%2Famazon.nova-canvas-v1:0/images/generations";
    assert_eq!(sizes(&draw(&gateway, path, json!({"model": "x", "prompt": "An otter"})).await), [(1024, 1024)]);
}

#[tokio::test]
async fn more_images_than_a_call_brings_take_more_calls() {
    let gateway = Gateway::start("").await;
    let answer =
        draw(&gateway, "/v1/images/generations", json!({"model": SD35, "prompt": "An otter", "n": 3, "seed": 5})).await;
    assert_eq!(sizes(&answer).len(), 3);
    assert_eq!(answer.header("x-bedrock-warnings"), "adjusted=seed");
    assert_eq!(answer.json()["provider_specific_fields"]["seeds"], json!([5, 6, 7]));
    assert_eq!(gateway.emulator.requests().len(), 3);
}

#[tokio::test]
async fn a_failed_call_fails_the_request_and_is_named() {
    let gateway = Gateway::start("litellm_settings: {num_retries: 0}").await;
    gateway.emulator.script(Fault::Throttle { times: 9 });
    let answer = draw(&gateway, "/v1/images/generations", json!({"model": SD35, "prompt": "An otter", "n": 3})).await;
    assert_eq!(answer.status, 429, "{}", answer.text);
    assert!(answer.error().contains("image "), "{}", answer.error());
}

#[tokio::test]
async fn a_form_edits_images() {
    let gateway = Gateway::start("").await;
    let fields = [
        ("model", "bedrock/us.stability.stable-outpaint-v1:0"),
        ("prompt", "more sea"),
        ("left", "30"),
        ("response_format", "url"),
        ("drop_params", "true"),
        ("user", "u-1"),
    ];
    for path in ["/v1/images/edits", "/images/edits"] {
        let answer = form(&gateway, path, &fields, &[("image", &png())]).await;
        assert_eq!(sizes(&answer), [(50, 30)]);
        assert_eq!(answer.header("x-bedrock-warnings"), "dropped=response_format, dropped=user");
    }
    let path = "/openai/deployments/bedrock%2Famazon.nova-canvas-v1:0/images/edits";
    let fields = [("prompt", "A red boat"), ("model", "x"), ("n", "2")];
    let answer = form(&gateway, path, &fields, &[("image[]", &png()), ("mask", &png())]).await;
    assert_eq!(sizes(&answer), [(20, 30), (20, 30)]);
}

#[tokio::test]
async fn what_is_wrong_with_a_form_is_said() {
    let gateway = Gateway::start("").await;
    let path = "/v1/images/edits";
    let answer = draw(&gateway, path, json!({"model": CANVAS})).await;
    assert_eq!(
        answer.error(),
        "400 invalid_request_error - -: send a form: `Content-Type: multipart/form-data` with its boundary"
    );
    let answer = form(&gateway, path, &[("prompt", "x")], &[("image", &png())]).await;
    assert_eq!(answer.error(), "400 invalid_request_error - model: missing field `model`");
    let answer = form(&gateway, path, &[("model", CANVAS), ("prompt", "x")], &[]).await;
    assert_eq!(answer.error(), "400 invalid_request_error - image: image: there is no image to edit");
    let answer = form(&gateway, path, &[("model", CANVAS), ("prompt", "x"), ("n", "two")], &[("image", &png())]).await;
    assert!(answer.error().starts_with("400 invalid_request_error - n: n: invalid type"), "{}", answer.error());
    let cut = gateway.post(path).header("content-type", "multipart/form-data; boundary=x").body("--x\r\ncontent-");
    let answer = finish(cut).await;
    assert!(answer.error().starts_with("400 invalid_request_error - -: the form is broken"), "{}", answer.error());
    assert_eq!(gateway.emulator.requests().len(), 0);
}

#[tokio::test]
async fn a_model_that_draws_does_not_chat_and_the_other_way_round() {
    let gateway = Gateway::start("").await;
    let answer = gateway.chat(&json!({"model": SD35, "messages": [{"role": "user", "content": "Hi"}]})).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    let answer = draw(&gateway, "/v1/images/generations", json!({"model": "nova", "prompt": "An otter"})).await;
    assert_eq!((answer.status, answer.json()["error"]["param"].as_str()), (400, Some("model")), "{}", answer.text);
}
