//! Image requests and answers as OpenAI's clients write and read them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core_types::{Image, ImageEditRequest, ImageRequest, ImageResponse, Param};

const FULL: &str = r#"{"model":"m","prompt":"an otter","background":"opaque","input_fidelity":"high","moderation":"low","n":2,"output_compression":80,"output_format":"jpeg","partial_images":1,"quality":"hd","response_format":"url","seed":7,"size":"1024x1024","stream":true,"style":"vivid","user":"u-1","cfgScale":6.50}"#;

fn read(members: &str) -> ImageRequest {
    serde_json::from_str(&format!(r#"{{"model":"m","prompt":"p",{members}}}"#)).unwrap()
}

#[test]
fn a_request_is_written_as_it_was_read() {
    let request: ImageRequest = serde_json::from_str(FULL).unwrap();
    assert_eq!(serde_json::to_string(&request).unwrap(), FULL);
    assert_eq!(request.params(), ImageRequest::PARAMS);
    assert_eq!(request.extra.value("cfgScale").unwrap().as_str(), "6.50");
}

#[test]
fn neutral_values_are_absent() {
    for member in [
        r#""n":1"#,
        r#""n":1.0"#,
        r#""quality":"auto""#,
        r#""size":"auto""#,
        r#""background":"auto""#,
        r#""response_format":"b64_json""#,
        r#""stream":false"#,
        r#""size":null"#,
        r#""cfgScale":7"#,
    ] {
        assert!(read(member).params().is_empty(), "{member}");
    }
    assert_eq!(read(r#""response_format":"url""#).params().iter().collect::<Vec<_>>(), [Param::ResponseFormat]);
}

#[test]
fn what_is_wrong_is_named() {
    let error = |json: &str| serde_json::from_str::<ImageRequest>(json).unwrap_err().to_string();
    insta::assert_snapshot!(error(r#"{"prompt":"p"}"#), @"missing field `model` at line 1 column 14");
    insta::assert_snapshot!(error(r#"{"model":"m","n":1.5}"#), @"invalid value: floating point `1.5`, expected a whole number from 0 to 4294967295 at line 1 column 20");
    insta::assert_snapshot!(error(r#"{"model":"m","n":1,"n":2}"#), @"duplicate field `n` at line 1 column 22");
    insta::assert_snapshot!(error("[]"), @"invalid type: sequence, expected an image request, an object with `model` and `prompt` at line 1 column 0");
}

#[test]
fn an_answer_has_nothing_that_is_not_there() {
    let mut response = ImageResponse::new(1_700_000_000);
    response.data.push(Image::base64("AAAA"));
    let json = r#"{"created":1700000000,"data":[{"b64_json":"AAAA"}]}"#;
    assert_eq!(serde_json::to_string(&response).unwrap(), json);
    assert_eq!(serde_json::from_str::<ImageResponse>(json).unwrap(), response);
    assert_eq!(serde_json::from_str::<ImageResponse>(r#"{"data":null}"#).unwrap(), ImageResponse::default());
}

#[test]
fn what_is_printed_of_a_file_is_its_length() {
    let edit = ImageEditRequest::new(ImageRequest::new("m", "p"), vec![0; 3]).mask(vec![0; 2]);
    let shown = format!("{edit:?}");
    assert!(shown.contains("ImageFile(3 bytes)") && shown.contains("ImageFile(2 bytes)"), "{shown}");
}
