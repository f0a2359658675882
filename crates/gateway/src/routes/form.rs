//! Forms: `multipart/form-data`, by which OpenAI's clients send files.

use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart};
use bytes::Bytes;
use facade::types::RawJson;
use facade::{ImageEditRequest, ImageFile};
use http::{HeaderMap, Request, header};

use crate::error::ApiError;
use crate::routes::body;

/// Reads a request to edit images. `model` stands before the form's own.
pub(super) async fn image_edit(
    headers: &HeaderMap,
    body: Bytes,
    model: Option<String>,
) -> Result<ImageEditRequest, ApiError> {
    let mut edit = ImageEditRequest::default();
    let mut fields: Vec<(String, String)> = model.map(|model| ("model".to_owned(), model)).into_iter().collect();
    let has_model = !fields.is_empty();
    let mut form = open(headers, body).await?;
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "image" | "image[]" => edit.images.push(file(field.bytes().await.map_err(|error| broken(&error))?)),
            "mask" => edit.mask = Some(file(field.bytes().await.map_err(|error| broken(&error))?)),
            "model" if has_model => {}
            _ => fields.push((name, field.text().await.map_err(|error| broken(&error))?)),
        }
    }
    edit.request = body::parse(&json(&fields))?;
    Ok(edit)
}

async fn open(headers: &HeaderMap, body: Bytes) -> Result<Multipart, ApiError> {
    let mut request = Request::new(Body::from(body));
    if let Some(kind) = headers.get(header::CONTENT_TYPE) {
        request.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
    }
    // Its length was checked when it was read.
    DefaultBodyLimit::disable().apply(&mut request);
    let opened = Multipart::from_request(request, &()).await;
    opened.map_err(|_| ApiError::invalid("send a form: `Content-Type: multipart/form-data` with its boundary"))
}

fn broken(error: &MultipartError) -> ApiError {
    ApiError::invalid(format!("the form is broken: {}", error.body_text()))
}

fn file(bytes: Bytes) -> ImageFile {
    Vec::from(bytes).into()
}

/// OpenAI's parameters that are words, whatever they look like.
const WORDS: &[&str] = &[
    "background",
    "input_fidelity",
    "model",
    "moderation",
    "output_format",
    "prompt",
    "quality",
    "response_format",
    "size",
    "style",
    "user",
];

/// The fields of a form as the object that a JSON body would be: a form knows no numbers, lists and objects.
fn json(fields: &[(String, String)]) -> Vec<u8> {
    let value = |name: &str, text: &str| {
        let is_json = !WORDS.contains(&name) && !text.starts_with('"');
        if is_json && let Ok(json) = RawJson::parse(text) { Some(json) } else { RawJson::from_value(text).ok() }
    };
    let mut object = String::from("{");
    for (index, (name, text)) in fields.iter().enumerate() {
        if let (Ok(name), Some(value)) = (RawJson::from_value(name), value(name, text)) {
            object.extend([if index == 0 { "" } else { "," }, name.as_str(), ":", value.as_str()]);
        }
    }
    object.push('}');
    object.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_json_is_json_but_for_words() {
        let fields = [
            ("prompt", "42"),
            ("n", "2"),
            ("size", "1024x1024"),
            ("cfgScale", "6.50"),
            ("stream", "false"),
            ("colors", "[\"#fff\"]"),
            ("maskPrompt", "the \"sky\""),
            ("select_prompt", "\"quoted\""),
        ];
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        assert_eq!(
            String::from_utf8(json(&fields)).unwrap(),
            r##"{"prompt":"42","n":2,"size":"1024x1024","cfgScale":6.50,"stream":false,"colors":["#fff"],"maskPrompt":"the \"sky\"","select_prompt":"\"quoted\""}"##
        );
        assert_eq!(json(&[]), b"{}");
    }
}
