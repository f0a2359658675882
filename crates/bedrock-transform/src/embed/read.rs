//! What the readers of embedding answers share.

use core_types::{Embedding, RawJson, Vector};
use serde_json::value::RawValue;

use crate::TransformError;
use crate::converse::response::{Members, object};

/// OpenAI's, and the default.
pub(crate) const FLOAT: &str = "float";

/// Reads one vector of a named type: `float`, `int8`, `binary`, …
pub(crate) fn vector(raw: &RawValue, kind: &str) -> Result<Vector, serde_json::Error> {
    let json = raw.get();
    if json.starts_with('"') {
        return serde_json::from_str(json).map(Vector::Base64);
    }
    if kind != FLOAT
        && let Ok(integers) = serde_json::from_str(json)
    {
        return Ok(Vector::Integers(integers));
    }
    serde_json::from_str(json).map(Vector::Floats)
}

/// Reads `{"float": …, "int8": …}`, of which `each` reads one. Where there is nothing but floats their type goes unsaid.
pub(crate) fn by_type(
    raw: &RawValue,
    mut each: impl FnMut(&RawValue, &str, &mut dyn FnMut(u32, Vector)) -> Result<(), serde_json::Error>,
) -> Result<Vec<Embedding>, serde_json::Error> {
    let Members(mut types) = serde_json::from_str(raw.get())?;
    types.retain(|(_, vectors)| vectors.get() != "null");
    let only_floats = types.iter().all(|(kind, _)| kind == FLOAT);
    let mut embeddings = Vec::new();
    for (kind, vectors) in &types {
        each(vectors, kind, &mut |index, vector| {
            let embedding = Embedding::new(index, vector);
            embeddings.push(if only_floats { embedding } else { embedding.kind(kind.as_ref()) });
        })?;
    }
    Ok(embeddings)
}

/// Reads a list of objects with `embedding` and more, which all belong to the call's one input.
pub(crate) fn items(items: &[Members<'_>], family: &'static str) -> Result<Vec<Embedding>, TransformError> {
    items
        .iter()
        .map(|Members(members)| {
            let found = members.iter().find(|(name, _)| name == "embedding");
            let Some((_, raw)) = found else {
                return Err(TransformError::malformed(family, serde::de::Error::missing_field("embedding")));
            };
            let numbers = vector(raw, FLOAT).map_err(|error| TransformError::malformed(family, error))?;
            let mut embedding = Embedding::new(0, numbers);
            embedding.provider_specific_fields = others(members);
            Ok(embedding)
        })
        .collect()
}

fn others(members: &[(std::borrow::Cow<'_, str>, &RawValue)]) -> Option<RawJson> {
    let more = members.iter().filter(|(name, raw)| name != "embedding" && raw.get() != "null");
    object(more.map(|(name, raw)| (name.as_ref(), *raw)))
}
