//! Parameters of a deployment, for requests that do not set them.

use facade::transform::TransformError;
use facade::types::{Extra, RawJson};
use facade::{ChatRequest, EmbeddingRequest, ImageRequest, RerankRequest};

/// Sets in `request` what it leaves open and `defaults` has.
pub(crate) fn fill(request: &mut ChatRequest, defaults: &ChatRequest) {
    macro_rules! fill {
        ($($field:ident)*) => {
            $(if request.$field.is_none() {
                request.$field.clone_from(&defaults.$field);
            })*
        };
    }
    // Two names of one limit: a request that uses either has set it.
    if request.max_tokens.is_none() && request.max_completion_tokens.is_none() {
        request.max_tokens = defaults.max_tokens;
        request.max_completion_tokens = defaults.max_completion_tokens;
    }
    fill! {
        audio frequency_penalty function_call logit_bias logprobs metadata modalities n parallel_tool_calls prediction
        presence_penalty prompt_cache_key prompt_cache_retention reasoning_effort response_format safety_identifier seed
        service_tier store stream_options temperature tool_choice top_logprobs top_p user verbosity web_search_options
    }
    if request.functions.is_empty() {
        request.functions.clone_from(&defaults.functions);
    }
    if request.stop.is_empty() {
        request.stop.clone_from(&defaults.stop);
    }
    if request.tools.is_empty() {
        request.tools.clone_from(&defaults.tools);
    }
    for (name, value) in defaults.extra.iter() {
        fill_extra(&mut request.extra, name, value);
    }
}

/// Sets in `request` what it leaves open and `defaults` has. OpenAI's parameters of embeddings are none of a chat's: they
/// are among its extra ones.
pub(crate) fn fill_embedding(request: &mut EmbeddingRequest, defaults: &ChatRequest) -> Result<(), facade::Error> {
    for (name, value) in defaults.extra.iter() {
        let wrong = |error: serde_json::Error| TransformError::invalid(name, format!("the configuration's: {error}"));
        match name {
            "dimensions" if request.dimensions.is_some() => {}
            "dimensions" => request.dimensions = value.read().map_err(wrong)?,
            "encoding_format" if request.encoding_format.is_some() => {}
            "encoding_format" => request.encoding_format = value.read().map_err(wrong)?,
            _ => fill_extra(&mut request.extra, name, value),
        }
    }
    Ok(())
}

/// Sets in `request` what it leaves open and `defaults` has.
pub(crate) fn fill_rerank(request: &mut RerankRequest, defaults: &ChatRequest) -> Result<(), facade::Error> {
    for (name, value) in defaults.extra.iter() {
        let wrong = |error: serde_json::Error| TransformError::invalid(name, format!("the configuration's: {error}"));
        match name {
            "rank_fields" if !request.rank_fields.is_empty() => {}
            "rank_fields" => request.rank_fields = value.read().map_err(wrong)?,
            "return_documents" if request.return_documents.is_some() => {}
            "return_documents" => request.return_documents = value.read().map_err(wrong)?,
            "top_n" if request.top_n.is_some() => {}
            "top_n" => request.top_n = value.read().map_err(wrong)?,
            _ => fill_extra(&mut request.extra, name, value),
        }
    }
    Ok(())
}

/// Sets in `request` what it leaves open and `defaults` has. Those of OpenAI's parameters of images that no chat has are
/// among its extra ones.
pub(crate) fn fill_image(request: &mut ImageRequest, defaults: &ChatRequest) -> Result<(), facade::Error> {
    request.n = request.n.or(defaults.n);
    request.seed = request.seed.or(defaults.seed);
    if request.user.is_none() {
        request.user.clone_from(&defaults.user);
    }
    for (name, value) in defaults.extra.iter() {
        let field = match name {
            "background" => &mut request.background,
            "input_fidelity" => &mut request.input_fidelity,
            "moderation" => &mut request.moderation,
            "output_format" => &mut request.output_format,
            "quality" => &mut request.quality,
            "size" => &mut request.size,
            "style" => &mut request.style,
            _ => {
                fill_extra(&mut request.extra, name, value);
                continue;
            }
        };
        if field.is_none() {
            let wrong = |error| TransformError::invalid(name, format!("the configuration's: {error}"));
            *field = value.read().map_err(wrong)?;
        }
    }
    Ok(())
}

fn fill_extra(extra: &mut Extra, name: &str, value: &RawJson) {
    if extra.value(name).is_none() {
        extra.insert(name, value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every parameter there is, and one outside OpenAI's schema.
    const EVERYTHING: &str = r#"{"model":"m","messages":[{"role":"user","content":"x"}],"audio":{"voice":"a"},
        "frequency_penalty":1,"function_call":"auto","functions":[{"name":"f"}],"logit_bias":{"1":1},"logprobs":true,
        "max_tokens":5,"metadata":{"a":"b"},"modalities":["audio"],"n":2,"parallel_tool_calls":false,
        "prediction":{"type":"content","content":"x"},"presence_penalty":1,"prompt_cache_key":"k",
        "prompt_cache_retention":"24h","reasoning_effort":"low","response_format":{"type":"json_object"},
        "safety_identifier":"s","seed":1,"service_tier":"flex","stop":["x"],"store":true,
        "stream_options":{"include_usage":true},"temperature":0.5,"tool_choice":"required",
        "tools":[{"type":"function","function":{"name":"f"}}],"top_logprobs":2,"top_p":0.5,"user":"u","verbosity":"low",
        "web_search_options":{"a":1},"top_k":5}"#;

    #[test]
    fn every_parameter_that_a_request_can_have_can_have_a_default() {
        let defaults: ChatRequest = serde_json::from_str(EVERYTHING).unwrap();
        assert_eq!(defaults.params(), ChatRequest::PARAMS);
        let mut request = ChatRequest::new("m").user("x");
        fill(&mut request, &defaults);
        assert_eq!(request, defaults);
    }

    #[test]
    fn what_a_request_sets_it_keeps() {
        let mut request: ChatRequest = serde_json::from_str(EVERYTHING).unwrap();
        let before = request.clone();
        let other =
            EVERYTHING.replace("0.5", "0.7").replace("max_tokens", "max_completion_tokens").replace("\"x\"", "\"y\"");
        fill(&mut request, &serde_json::from_str(&other).unwrap());
        assert_eq!(request, before);
    }

    #[test]
    fn a_deployment_has_parameters_for_images() {
        let defaults = r#"{"model":"m","messages":[],"n":2,"seed":7,"size":"512x512","quality":"hd","cfgScale":6.5}"#;
        let defaults: ChatRequest = serde_json::from_str(defaults).unwrap();
        let mut request = ImageRequest::new("m", "An otter").size("1024x1024");
        fill_image(&mut request, &defaults).unwrap();
        let expected = ImageRequest::new("m", "An otter").size("1024x1024").n(2).seed(7).quality("hd");
        assert_eq!(request, expected.param("cfgScale", &6.5).unwrap());
        let wrong: ChatRequest = serde_json::from_str(r#"{"model":"m","messages":[],"size":7}"#).unwrap();
        let error = fill_image(&mut ImageRequest::new("m", "p"), &wrong).unwrap_err().to_string();
        assert!(error.starts_with("size: the configuration's: invalid type"), "{error}");
    }
}
