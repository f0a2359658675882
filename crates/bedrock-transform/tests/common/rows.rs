//! Every row of the catalog that is for chat, on every route that it has.

use bedrock_transform::{Catalog, ChatCall, ModelSpec, Options, Route, TransformError, chat};
use core_types::ChatRequest;

/// Every row of every family, and the row of unknown models, as something to call; with a name for messages.
pub(crate) fn rows() -> Vec<(String, ModelSpec)> {
    let mut rows = vec![("unknown, converse".to_owned(), unknown())];
    for family in Catalog::builtin().families().filter(|family| family.converses()) {
        for model in family.models {
            let routes = if family.chat.is_some() { &[Route::Converse, Route::Invoke][..] } else { &[Route::Converse] };
            for route in routes {
                let mut spec = unknown();
                (spec.family, spec.model, spec.route) = (family, *model, *route);
                rows.push((format!("{} `{}`, {route:?}", family.name, model.prefix), spec));
            }
        }
    }
    rows
}

fn unknown() -> ModelSpec {
    ModelSpec::resolve("vendor.unknown-v1:0", &Catalog::builtin()).unwrap()
}

/// Maps `json`, an OpenAI-shaped request without `model`, for a row.
pub(crate) fn map(spec: &ModelSpec, json: &str) -> Result<ChatCall, TransformError> {
    let members = json.trim_start().strip_prefix('{').unwrap();
    let request: ChatRequest = serde_json::from_str(&format!("{{\"model\":\"m\",{members}")).unwrap();
    chat(&request, spec, &Options::default())
}
