//! Recorded embedding traffic: the request is made again from OpenAI's shape and must be the same to AWS, and every number
//! of the answer must come back, in order.

use bedrock_transform::{Answer, Catalog, ModelSpec, Options, ResponseMeta, embed};
use core_types::{EmbeddingInput, EmbeddingRequest, RawJson, Usage};
use serde_json::Value;

/// Whether an InvokeModel exchange is one of embeddings.
pub(crate) fn is_one(request: &Value, answer: &Value) -> bool {
    let embeds = ["singleEmbeddingParams", "texts", "inputText"].iter().any(|name| request.get(name).is_some());
    embeds && (answer.get("embedding").is_some() || answer.get("embeddings").is_some())
}

/// Maps and reads one exchange. The model of an ARN is told by the body alone.
pub(crate) fn check(model: &str, request: &Value, response: &Value) -> Result<(), String> {
    let (text, error) = (|error: serde_json::Error| error.to_string(), "the answer has no such embeddings");
    let base = if model.starts_with("arn:") { "amazon.titan-embed-text-v2:0" } else { model };
    let asked = asked(base, request).map_err(text)?;
    let spec = ModelSpec::resolve_as(model, base, &Catalog::builtin()).map_err(|error| error.to_string())?;
    let call = embed(&asked, &spec, &Options::default()).map_err(|error| error.to_string())?;
    let [outgoing] = call.calls.as_slice() else { return Err(format!("{} calls", call.calls.len())) };
    let sent: Value = serde_json::from_slice(&outgoing.body).map_err(text)?;
    if without_defaults(&sent) != without_defaults(request) {
        return Err(format!("sent {sent}, recorded {request}"));
    }
    let counted = &response["headers"]["x-amzn-bedrock-input-token-count"];
    let counted = counted.as_str().or_else(|| counted[0].as_str()).and_then(|count| count.parse::<u64>().ok());
    let mut meta = ResponseMeta::new("id", 0);
    meta.usage = counted.map(|count| Usage::new(count, 0, count));
    let answer = Answer::new(response["json"].to_string(), meta);
    let read = call.reply.read(0, &answer).map_err(|error| error.to_string())?;
    let read = call.reply.assemble(vec![read]);
    let vectors: Vec<&[f64]> = read.data.iter().filter_map(|embedding| embedding.embedding.floats()).collect();
    let recorded = vectors_of(&response["json"]).ok_or(error)?;
    if recorded.is_empty() || vectors != recorded.iter().map(Vec::as_slice).collect::<Vec<_>>() {
        return Err("the vectors are not those of the answer".to_owned());
    }
    if read.usage.map(|usage| usage.prompt_tokens) != counted || counted.is_none() {
        return Err(format!("read {:?} tokens, AWS counted {counted:?}", read.usage));
    }
    Ok(())
}

/// The request as a user of OpenAI's shape would write it.
fn asked(model: &str, request: &Value) -> Result<EmbeddingRequest, serde_json::Error> {
    let nova = &request["singleEmbeddingParams"];
    let members = if nova.is_object() { nova } else { request };
    let text = request["inputText"].as_str().or_else(|| nova["text"]["value"].as_str());
    let input = match text {
        Some(text) => EmbeddingInput::from(text),
        None => EmbeddingInput::Texts(serde_json::from_value(request["texts"].clone())?),
    };
    let mut asked = EmbeddingRequest::new(model, input);
    for (name, value) in members.as_object().into_iter().flatten() {
        match name.as_str() {
            "inputText" | "texts" => {}
            "dimensions" | "embeddingDimension" | "output_dimension" => {
                asked.dimensions = serde_json::from_value(value.clone())?;
            }
            "text" => asked.extra.insert("truncationMode", RawJson::from_value(&value["truncationMode"])?),
            name => asked.extra.insert(name, RawJson::from_value(value)?),
        }
    }
    Ok(asked)
}

/// The request without what AWS assumes anyway.
fn without_defaults(request: &Value) -> Value {
    let mut request = request.clone();
    if let Some(members) = request.as_object_mut() {
        members.remove("schemaVersion");
        if let Some(params) = members.get_mut("singleEmbeddingParams").and_then(Value::as_object_mut)
            && params.get("embeddingDimension") == Some(&Value::from(3072))
        {
            params.remove("embeddingDimension");
        }
    }
    request
}

/// The vectors of an answer, read by other means than ours.
fn vectors_of(answer: &Value) -> Option<Vec<Vec<f64>>> {
    let floats = |list: &Value| list.as_array()?.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>();
    if let Some(vector) = answer.get("embedding") {
        return Some(vec![floats(vector)?]);
    }
    let list = answer["embeddings"].as_array().or_else(|| answer["embeddings"]["float"].as_array())?;
    list.iter().map(|item| floats(item.get("embedding").unwrap_or(item))).collect()
}
