//! Image models: what their bodies may hold, and the files that they answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedrock_emulator::{Emulator, check_invoke};
use serde_json::{Value, json};

use crate::client::{Reply, head, raw};

/// A PNG of 2 x 3 pixels, as far as its header says.
fn png() -> String {
    STANDARD.encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x03")
}

fn refusal(model: &str, body: &Value) -> String {
    match check_invoke(model, body.to_string().as_bytes()) {
        Ok(()) => "taken".to_owned(),
        Err(refusal) => refusal,
    }
}

async fn invoke(emulator: &Emulator, model: &str, body: &Value) -> Reply {
    raw(emulator, &head("invoke", model, None), body.to_string().as_bytes()).await.unwrap()
}

async fn file_size(emulator: &Emulator, model: &str, body: &Value, pointer: &str) -> (u32, u32) {
    let answer = invoke(emulator, model, body).await.json();
    let file = STANDARD.decode(answer.pointer(pointer).and_then(Value::as_str).unwrap()).unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    (reader.info().width, reader.info().height)
}

#[tokio::test]
async fn files_have_the_size_that_was_asked_for() {
    let emulator = Emulator::start().await.unwrap();
    let nova = json!({"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "An otter"},
        "imageGenerationConfig": {"width": 720, "height": 1280, "numberOfImages": 2}});
    assert_eq!(file_size(&emulator, "amazon.nova-canvas-v1%3A0", &nova, "/images/1").await, (720, 1280));
    let removal = json!({"taskType": "BACKGROUND_REMOVAL", "backgroundRemovalParams": {"image": png()}});
    assert_eq!(file_size(&emulator, "amazon.nova-canvas-v1%3A0", &removal, "/images/0").await, (2, 3));
    let core = json!({"prompt": "An otter", "aspect_ratio": "16:9"});
    assert_eq!(file_size(&emulator, "stability.stable-image-core-v1%3A1", &core, "/images/0").await, (1344, 768));
    let outpaint = json!({"image": png(), "left": 5, "down": 7});
    assert_eq!(file_size(&emulator, "us.stability.stable-outpaint-v1%3A0", &outpaint, "/images/0").await, (7, 10));
    let sdxl = json!({"text_prompts": [{"text": "An otter"}], "width": 640, "height": 1536});
    assert_eq!(
        file_size(&emulator, "stability.stable-diffusion-xl-v1", &sdxl, "/artifacts/0/base64").await,
        (640, 1536)
    );
}

#[test]
fn what_a_body_has_no_place_for_is_refused() {
    let nova = |params: Value, config: Value| {
        let body = json!({"taskType": "TEXT_IMAGE", "textToImageParams": params, "imageGenerationConfig": config});
        refusal("amazon.nova-canvas-v1:0", &body)
    };
    let otter = || json!({"text": "An otter"});
    let size = |width: u32, height: u32| json!({"width": width, "height": height});
    assert_eq!(nova(otter(), json!({})), "taken");
    let table = [
        (nova(otter(), json!({"negativeText": "fog"})), "extraneous key [negativeText] is not permitted"),
        (nova(json!({}), json!({})), "required key [text] not found"),
        (nova(otter(), json!({"numberOfImages": 6})), "6 is not less or equal to 5"),
        (nova(otter(), size(1000, 700)), "Invalid image size: 1000x700"),
        (refusal("amazon.nova-canvas-v1:0", &json!({"taskType": "DOODLE"})), "DOODLE is not a valid enum value"),
        (refusal("stability.sd3-large-v1:0", &json!({"prompt": "p", "size": "1024x1024"})), "extraneous key [size]"),
        (refusal("stability.sd3-large-v1:0", &json!({"prompt": "p", "image": png()})), "strength is required"),
        (refusal("stability.stable-outpaint-v1:0", &json!({"image": png()})), "at least one of left, right, up, down"),
        (refusal("stability.stable-fast-upscale-v1:0", &json!({"image": "AAAA"})), "Unable to decode the image"),
        (refusal("stability.stable-diffusion-xl-v1", &json!({"prompt": "p"})), "required key [text_prompts] not found"),
    ];
    for (refusal, words) in table {
        assert!(refusal.starts_with("ValidationException: ") && refusal.contains(words), "{refusal}");
    }
}

#[tokio::test]
async fn a_filter_knows_one_word() {
    let emulator = Emulator::start().await.unwrap();
    let nova = json!({"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a forbidden thing"}});
    let reply = invoke(&emulator, "amazon.nova-canvas-v1%3A0", &nova).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("blocked by our content filters"), "{}", reply.text());
    let reply = invoke(&emulator, "stability.sd3-5-large-v1%3A0", &json!({"prompt": "a forbidden thing"})).await;
    assert_eq!(reply.json()["finish_reasons"], json!(["Filter reason: prompt"]));
}
