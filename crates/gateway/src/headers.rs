//! Headers of our answers.

use facade::transform::Operation;
use facade::{Route, Warning};
use http::{HeaderMap, HeaderName, HeaderValue};

/// What a call cost in US dollars, under LiteLLM's name.
pub(crate) const COST: HeaderName = HeaderName::from_static("x-litellm-response-cost");
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
pub(crate) const ROUTE: HeaderName = HeaderName::from_static("x-bedrock-route");
pub(crate) const WARNINGS: HeaderName = HeaderName::from_static("x-bedrock-warnings");

/// Most bytes of a header with warnings: clients and proxies have limits.
const MOST: usize = 2048;

/// AWS's request id.
pub(crate) fn request_id(headers: &mut HeaderMap, request_id: Option<&str>) {
    if let Some(id) = request_id.and_then(|id| HeaderValue::from_str(id).ok()) {
        headers.insert(REQUEST_ID, id);
    }
}

/// How the model was called.
pub(crate) const fn route(route: Route) -> HeaderValue {
    HeaderValue::from_static(match route {
        Route::Converse => "converse",
        Route::Invoke => "invoke",
    })
}

/// How a model was called that does not chat.
pub(crate) const fn operation(operation: Operation) -> HeaderValue {
    match operation {
        Operation::Rerank => HeaderValue::from_static("rerank"),
        Operation::StartAsyncInvoke => HeaderValue::from_static("async_invoke"),
        _ => route(Route::Invoke),
    }
}

/// `dropped=seed, adjusted=temperature`. Names come from callers: what no header may hold becomes `?`.
pub(crate) fn warnings(warnings: &[Warning]) -> Option<HeaderValue> {
    let mut text = String::new();
    for warning in warnings {
        let next: String = warning.to_string().chars().map(|c| if is_plain(c) { c } else { '?' }).collect();
        if text.len() + next.len() > MOST {
            text.push_str(", …");
            break;
        }
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&next);
    }
    let text = text.replace('…', "...");
    if text.is_empty() { None } else { HeaderValue::try_from(text).ok() }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_graphic() && c != ',' || c == ' '
}
