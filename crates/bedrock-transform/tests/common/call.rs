//! A request as JSON, mapped for a model by name.

use bedrock_transform::{Catalog, ChatCall, ModelSpec, Options, TransformError, chat};
use core_types::ChatRequest;

/// Reads `json`, an OpenAI-shaped request without `model`, as it is written.
pub(crate) fn request(model: &str, json: &str) -> ChatRequest {
    let name = serde_json::to_string(model).unwrap();
    let members = json.trim_start().strip_prefix('{').unwrap();
    serde_json::from_str(&format!("{{\"model\":{name},{members}")).unwrap()
}

/// Maps `json` for `model` with the default options.
pub(crate) fn call(model: &str, json: &str) -> Result<ChatCall, TransformError> {
    let request = request(model, json);
    let spec = ModelSpec::resolve(model, &Catalog::builtin())?;
    chat(&request, &spec, &Options::default())
}
