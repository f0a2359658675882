//! Every image request for every kind of model that draws or edits, and every answer.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/fixtures.rs"]
mod fixtures;
#[path = "common/snapshots.rs"]
mod snapshots;
#[path = "common/unique.rs"]
mod unique;

use std::collections::BTreeSet;

use bedrock_transform::{
    Answer, Catalog, ErrorKind, ImageCall, ModelSpec, Options, ResponseMeta, TransformError, Warning, image, image_edit,
};
use core_types::{ImageEditRequest, ImageFile, ImageRequest, ImageResponse};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// Requests that any model may get.
const ALL: &[&str] = &[
    "drop_params",
    "full",
    "guardrail",
    "impossible_size",
    "many",
    "many_with_seed",
    "neutral",
    "no_prompt",
    "unknown_style",
    "urls",
];
const AMAZON: &[&str] = &["amazon_parameters", "colours", "inpainting", "nested_drop", "nova_style"];

/// A model, what its snapshots are called, and the requests beside [`ALL`] that are for it.
const DRAWING: &[(&str, &str, &[&str])] = &[
    ("stability.stable-diffusion-xl-v1", "", &["sdxl_parameters"]),
    ("stability.sd3-5-large-v1:0", "", &["stability_parameters"]),
    ("amazon.titan-image-generator-v2:0", "titan.", AMAZON),
    ("us.amazon.nova-canvas-v1:0", "nova.", AMAZON),
];

const EDITING: &[(&str, &str, &[&str])] = &[
    ("stability.stable-diffusion-xl-v1", "", &["mask", "mask_prompt", "two_images"]),
    ("stability.sd3-5-large-v1:0", "", &["mask", "plain", "strength"]),
    ("stability.stable-image-ultra-v1:1", "ultra.", &["strength"]),
    (
        "amazon.nova-canvas-v1:0",
        "",
        &[
            "background_removal",
            "background_removal_with_config",
            "mask",
            "mask_prompt",
            "outpainting",
            "try_on",
            "two_images",
            "variation",
        ],
    ),
    ("us.stability.stable-conservative-upscale-v1:0", "conservative-upscale.", &["plain"]),
    ("us.stability.stable-creative-upscale-v1:0", "creative-upscale.", &["plain"]),
    ("us.stability.stable-fast-upscale-v1:0", "fast-upscale.", &["plain"]),
    ("us.stability.stable-image-control-sketch-v1:0", "control-sketch.", &["plain"]),
    ("us.stability.stable-image-control-structure-v1:0", "control-structure.", &["plain"]),
    ("us.stability.stable-image-erase-object-v1:0", "erase-object.", &["mask"]),
    ("us.stability.stable-image-inpaint-v1:0", "inpaint.", &["mask", "mask_prompt"]),
    ("us.stability.stable-image-remove-background-v1:0", "remove-background.", &["mask", "plain"]),
    ("us.stability.stable-image-search-recolor-v1:0", "search-recolor.", &["search"]),
    ("us.stability.stable-image-search-replace-v1:0", "search-replace.", &["plain", "search"]),
    ("us.stability.stable-image-style-guide-v1:0", "style-guide.", &["style_guide"]),
    ("us.stability.stable-outpaint-v1:0", "outpaint.", &["outpaint"]),
    ("us.stability.stable-style-transfer-v1:0", "style-transfer.", &["plain", "two_images"]),
];

/// What a form holds.
#[derive(Deserialize)]
struct Form {
    images: usize,
    #[serde(default)]
    mask: usize,
    request: Box<RawValue>,
}

/// The start of a PNG without transparency; `number` tells several apart.
fn png(number: u8) -> ImageFile {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0".to_vec();
    file.push(number);
    file.into()
}

fn spec(model: &str) -> ModelSpec {
    ModelSpec::resolve(model, &Catalog::builtin()).unwrap()
}

fn request(model: &str, json: &str) -> ImageRequest {
    let members = json.trim_start().strip_prefix('{').unwrap();
    serde_json::from_str(&format!("{{\"model\":\"{model}\",{members}")).unwrap()
}

fn draw(model: &str, json: &str) -> Result<ImageCall, TransformError> {
    image(&request(model, json), &spec(model), &Options::default())
}

fn edit(model: &str, json: &str) -> Result<ImageCall, TransformError> {
    let form: Form = serde_json::from_str(json).unwrap();
    let mut edit = ImageEditRequest::default();
    edit.request = request(model, form.request.get());
    for number in 1..=u8::try_from(form.images).unwrap() {
        edit = edit.image(png(number));
    }
    if form.mask > 0 {
        edit = edit.mask(png(255));
    }
    image_edit(&edit, &spec(model), &Options::default())
}

/// What a snapshot shows.
#[derive(Serialize)]
#[serde(untagged)]
enum Shown {
    Calls {
        target: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        headers: Vec<(String, String)>,
        bodies: Vec<Value>,
        warnings: Vec<Warning>,
    },
    Refused {
        error: String,
    },
}

impl Shown {
    fn of(call: Result<ImageCall, TransformError>) -> Self {
        match call {
            Ok(call) => Self::Calls {
                target: call.calls[0].target.to_string(),
                headers: call.calls[0].headers.clone(),
                bodies: call.calls.iter().map(|call| serde_json::from_slice(&call.body).unwrap()).collect(),
                warnings: call.warnings,
            },
            Err(error) => Self::Refused { error: error.to_string() },
        }
    }
}

type Map = fn(&str, &str) -> Result<ImageCall, TransformError>;

/// Every model with every request that is for it: model, folder of the request, its name, the snapshot's, and the mapper.
fn cases() -> Vec<(&'static str, &'static str, &'static str, String, Map)> {
    let mut cases = Vec::new();
    for (model, label, more) in DRAWING {
        for case in ALL.iter().chain(*more) {
            cases.push((*model, "image", *case, format!("image.{label}{case}"), draw as Map));
        }
    }
    for (model, label, only) in EDITING {
        for case in *only {
            cases.push((*model, "image_edit", *case, format!("edit.{label}{case}"), edit as Map));
        }
    }
    cases
}

fn fixture(folder: &str, case: &str) -> String {
    let path = format!("requests/{folder}");
    fixtures::fixtures(&path, ".json").into_iter().find(|(name, _)| name == case).unwrap().1
}

#[test]
fn every_request_maps_to_the_bodies_in_its_snapshot() {
    for (model, folder, case, name, map) in cases() {
        let path = format!("tests/fixtures/requests/{folder}/{case}.json");
        let mut settings = snapshots::settings(spec(model).family.name, &path);
        settings.set_info(&model);
        settings.bind(|| insta::assert_json_snapshot!(name, Shown::of(map(model, &fixture(folder, case)))));
    }
}

#[test]
fn every_snapshot_and_every_fixture_belongs_to_a_case() {
    let wanted: BTreeSet<(String, String)> =
        cases().into_iter().map(|(model, .., name, _)| (spec(model).family.name.to_owned(), name)).collect();
    let mut found = BTreeSet::new();
    for family in Catalog::builtin().families().filter(|family| family.image.is_some()) {
        for start in ["image.", "edit."] {
            let names = snapshots::snapshots(family.name, start);
            found.extend(names.into_iter().map(|name| (family.name.to_owned(), name)));
        }
    }
    assert_eq!(found, wanted);
    let readme = std::fs::read_to_string(fixtures::root().join("fixtures/README.md")).unwrap();
    for (folder, used) in [
        ("requests/image", cases().into_iter().filter(|case| case.1 == "image").map(|case| case.2).collect()),
        ("requests/image_edit", cases().into_iter().filter(|case| case.1 == "image_edit").map(|case| case.2).collect()),
        ("responses/image", ANSWERS.iter().map(|(case, _)| *case).collect::<BTreeSet<_>>()),
    ] {
        for (case, _) in fixtures::fixtures(folder, ".json") {
            assert!(used.contains(case.as_str()), "{case} of {folder} is used by no test");
            assert!(readme.contains(&format!("* `{case}`: ")), "{case} of {folder} is not in fixtures/README.md");
        }
    }
}

#[test]
fn equal_requests_give_equal_bytes_and_no_object_has_a_key_twice() {
    for (model, folder, case, _, map) in cases() {
        let json = fixture(folder, case);
        let Ok(call) = map(model, &json) else { continue };
        assert_eq!(call.calls, map(model, &json).unwrap().calls, "{model} {case}");
        for outgoing in call.calls {
            serde_json::from_slice::<unique::Unique>(&outgoing.body).unwrap();
        }
    }
}

#[test]
fn a_field_named_twice_is_refused_wherever_it_stands() {
    let text = |model, json: &str| draw(model, json).unwrap_err().to_string();
    let twice = r#"{"prompt":"a","textToImageParams":{"text":"b"}}"#;
    insta::assert_snapshot!(text("amazon.nova-canvas-v1:0", twice), @"text: this field is named twice");
    let twice = r#"{"prompt":"a","seed":1,"imageGenerationConfig":{"seed":2}}"#;
    insta::assert_snapshot!(text("amazon.titan-image-generator-v1", twice), @"seed: this field is named twice");
    let twice = r#"{"prompt":"a","size":"1024x1024","aspect_ratio":"1:1"}"#;
    insta::assert_snapshot!(text("stability.sd3-large-v1:0", twice), @"aspect_ratio: this field is named twice");
}

#[test]
fn a_parameter_that_cannot_be_is_refused_by_name() {
    let text = |members: &str| {
        draw("amazon.nova-canvas-v1:0", &format!(r#"{{"prompt":"a",{members}}}"#)).unwrap_err().to_string()
    };
    insta::assert_snapshot!(text(r#""n":0"#), @"n: must be 1 to 10");
    insta::assert_snapshot!(text(r#""n":11"#), @"n: must be 1 to 10");
    insta::assert_snapshot!(text(r#""size":"big""#), @"size: expected width and height in pixels, e.g. `1024x1024`");
    insta::assert_snapshot!(text(r#""quality":"best""#), @"quality: expected `standard`, `hd`, `low`, `medium`, `high` or `premium`");
    insta::assert_snapshot!(text(r#""response_format":"file""#), @"response_format: expected `b64_json`");
    insta::assert_snapshot!(text(r#""taskType":"DOODLE""#), @"taskType: expected one of BACKGROUND_REMOVAL, COLOR_GUIDED_GENERATION, IMAGE_VARIATION, INPAINTING, OUTPAINTING, TEXT_IMAGE, VIRTUAL_TRY_ON");
    insta::assert_snapshot!(text(r#""stream":true"#), @"amazon_image does not support `stream`; to leave it out with a warning, set `drop_params`");
    insta::assert_snapshot!(text(r#""background":"transparent""#), @"amazon_image does not support `background`; to leave it out with a warning, set `drop_params`");
    insta::assert_snapshot!(text(r#""api_key":"x""#), @"api_key: a request may not carry credentials, identities or endpoints; set them where the client is configured");
}

#[test]
fn a_file_that_is_no_image_is_refused_before_anything_is_sent() {
    let text = |image: &[u8], mask: Option<Vec<u8>>| {
        let mut request = ImageEditRequest::new(ImageRequest::new("m", "p"), image.to_vec());
        request.mask = mask.map(ImageFile::from);
        image_edit(&request, &spec("amazon.nova-canvas-v1:0"), &Options::default()).unwrap_err().to_string()
    };
    let png = png(1).bytes().to_vec();
    let mut transparent = png.clone();
    transparent[25] = 6;
    insta::assert_snapshot!(text(b"", None), @"image: the file is empty");
    insta::assert_snapshot!(text(b"<svg/>", None), @"image: expected a PNG, JPEG or WebP file");
    insta::assert_snapshot!(text(&png, Some(b"GIF8".to_vec())), @"mask: expected a PNG, JPEG or WebP file");
    insta::assert_snapshot!(text(&png, Some(transparent)), @"mask: the models take black and white masks, not transparent ones");
    let none = ImageEditRequest::default();
    let error = image_edit(&none, &spec("amazon.nova-canvas-v1:0"), &Options::default()).unwrap_err();
    insta::assert_snapshot!(error, @"image: there is no image to edit");
}

/// An answer and a model that sends it.
const ANSWERS: &[(&str, &str)] = &[
    ("amazon", "amazon.nova-canvas-v1:0"),
    ("amazon_blocked", "amazon.nova-canvas-v1:0"),
    ("amazon_partly_blocked", "amazon.titan-image-generator-v1"),
    ("amazon_try_on", "amazon.nova-canvas-v1:0"),
    ("sdxl", "stability.stable-diffusion-xl-v1"),
    ("sdxl_error", "stability.stable-diffusion-xl-v1"),
    ("sdxl_filtered", "stability.stable-diffusion-xl-v0"),
    ("stability", "stability.stable-image-core-v1:0"),
    ("stability_filtered_output", "stability.stable-image-ultra-v1:1"),
    ("stability_filtered_prompt", "stability.sd3-large-v1:0"),
    ("stability_inference_error", "stability.sd3-5-large-v1:0"),
];

fn read(model: &str, bodies: &[&str]) -> Result<(ImageResponse, Vec<Warning>), TransformError> {
    let call = draw(model, r#"{"prompt":"An otter"}"#).unwrap();
    let meta = ResponseMeta::new("chatcmpl-1", 1_700_000_000);
    let parts: Result<Vec<_>, _> =
        bodies.iter().map(|body| call.reply.read(&Answer::new((*body).to_owned(), meta.clone()))).collect();
    Ok(call.reply.assemble(parts?, meta.created))
}

#[test]
fn every_answer_reads_as_in_its_snapshot() {
    for (case, model) in ANSWERS {
        let body = fixtures::fixtures("responses/image", ".json").into_iter().find(|(name, _)| name == case).unwrap().1;
        let shown = match read(model, &[&body]) {
            Ok((response, warnings)) => json!({"response": response, "warnings": warnings}),
            Err(TransformError::Upstream(error)) => {
                json!({"error": error.to_string(), "status": error.http_status(), "code": error.kind.openai_code()})
            }
            Err(error) => panic!("{error}"),
        };
        let path = format!("tests/fixtures/responses/image/{case}.json");
        let settings = snapshots::settings(spec(model).family.name, &path);
        settings.bind(|| insta::assert_json_snapshot!(format!("answer.{case}"), shown));
    }
}

#[test]
fn answers_of_several_calls_are_one_in_the_order_of_the_calls() {
    let bodies = [r#"{"seeds":[5],"images":["AA=="]}"#, r#"{"seeds":["?"],"images":["BB=="]}"#];
    assert!(read("stability.sd3-5-large-v1:0", &bodies).is_err(), "a seed is a number");
    let bodies = [r#"{"seeds":[5],"images":["AA=="]}"#, r#"{"images":["BB=="],"more":1}"#];
    let (response, _) = read("stability.sd3-5-large-v1:0", &bodies).unwrap();
    assert_eq!(
        serde_json::to_string(&response).unwrap(),
        r#"{"created":1700000000,"data":[{"b64_json":"AA=="},{"b64_json":"BB=="}],"provider_specific_fields":{"seeds":[5]}}"#
    );
}

#[test]
fn an_answer_without_images_is_malformed_and_nothing_panics() {
    for (_, model) in ANSWERS {
        for body in ["", "{}", "[]", "null", r#"{"images":null}"#, r#"{"artifacts":[{}]}"#, "<html>busy</html>"] {
            let error = read(model, &[body]).unwrap_err();
            assert!(matches!(error, TransformError::MalformedResponse { .. }), "{model} {body}: {error}");
        }
    }
}

#[test]
fn a_failed_call_is_named_by_the_images_that_it_was_to_bring() {
    let at = |model, n: u32| {
        let call = draw(model, &format!(r#"{{"prompt":"a","n":{n}}}"#)).unwrap();
        (0..call.calls.len()).map(|index| call.reply.at(index)).collect::<Vec<_>>()
    };
    assert_eq!(at("amazon.nova-canvas-v1:0", 6), ["images 1 to 5", "image 6"]);
    assert_eq!(at("stability.sd3-5-large-v1:0", 2), ["image 1", "image 2"]);
}

#[test]
fn what_a_filter_held_back_is_not_worth_a_second_try() {
    let Err(TransformError::Upstream(error)) =
        read("stability.sd3-large-v1:0", &[r#"{"finish_reasons":["Filter reason: prompt"]}"#])
    else {
        panic!("an image came")
    };
    assert_eq!((error.kind, error.kind.is_retryable()), (ErrorKind::ContentFiltered, false));
}
