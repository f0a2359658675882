//! Parameters of a deployment, for requests that do not set them.

use facade::ChatRequest;

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
        if request.extra.value(name).is_none() {
            request.extra.insert(name, value.clone());
        }
    }
}
