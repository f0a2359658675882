//! The gate: what of a rerank request goes to the model.

use std::borrow::Cow;

use core_types::{Extra, RawJson, RerankDocument, RerankRequest};

use crate::native::Extras;
use crate::{Options, TransformError, Warnings};

/// Most documents of one call, by AWS's model of Rerank.
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html>
const MOST_DOCUMENTS: usize = 1_000;

/// What a rerank request asks of the model. Mappers see nothing else of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RerankInput<'a> {
    /// What the documents are held against; not empty.
    pub query: &'a str,
    /// The documents, objects with nothing but the fields that count.
    pub documents: Vec<Cow<'a, RerankDocument>>,
    /// How many results there are to be, no more than documents.
    pub top_n: Option<usize>,
    /// Parameters of the model's own, in the caller's order.
    pub extra: Vec<(&'a str, &'a RawJson)>,
    pub(super) return_documents: bool,
}

impl<'a> RerankInput<'a> {
    pub(super) fn admit(
        request: &'a RerankRequest,
        extra: Extras<'a>,
        options: &Options,
        warnings: &mut Warnings,
    ) -> Result<Self, TransformError> {
        // Without `..`: a new field does not compile until it is mapped.
        let RerankRequest { model: _, query, documents, top_n, return_documents, rank_fields, extra: _, .. } = request;
        if query.is_empty() {
            return Err(TransformError::invalid("query", "is empty"));
        }
        if documents.is_empty() {
            return Err(TransformError::invalid("documents", "there is nothing to rank"));
        }
        if documents.len() > MOST_DOCUMENTS {
            let reason = format!("{} documents are more than the {MOST_DOCUMENTS} that Bedrock ranks", documents.len());
            return Err(TransformError::invalid("documents", reason));
        }
        let mut keep = |name: &'static str, is_set: bool| {
            let drops = is_set && options.drops(name);
            if drops {
                warnings.dropped(name);
            }
            is_set && !drops
        };
        let top_n = top_n.filter(|_| keep("top_n", true));
        let return_documents = keep("return_documents", return_documents.unwrap_or_default());
        let fields: &[String] = if keep("rank_fields", !rank_fields.is_empty()) { rank_fields } else { &[] };
        Ok(Self {
            query,
            top_n: top_n.map(|most| top(most, documents.len(), warnings)).transpose()?,
            documents: ranked_by(fields, documents, warnings)?,
            extra,
            return_documents,
        })
    }
}

fn top(most: u32, documents: usize, warnings: &mut Warnings) -> Result<usize, TransformError> {
    if most == 0 {
        return Err(TransformError::invalid("top_n", "must be at least 1"));
    }
    let asked = usize::try_from(most).unwrap_or(usize::MAX);
    if asked > documents {
        warnings.adjusted_field("top_n", format!("{most} exceeds the {documents} documents; sent {documents}"));
    }
    Ok(asked.min(documents))
}

/// The documents, objects with these fields in this order. No fields are all of them.
fn ranked_by<'a>(
    fields: &[String],
    documents: &'a [RerankDocument],
    warnings: &mut Warnings,
) -> Result<Vec<Cow<'a, RerankDocument>>, TransformError> {
    let is_object = |document: &RerankDocument| matches!(document, RerankDocument::Object(_));
    if !fields.is_empty() && !documents.iter().any(is_object) {
        warnings.dropped("rank_fields");
    }
    let admitted = |(index, document): (usize, &'a RerankDocument)| {
        let at = || format!("documents[{index}]");
        match document {
            RerankDocument::Text(text) if text.is_empty() => Err(TransformError::invalid(at(), "is empty")),
            RerankDocument::Object(object) if !fields.is_empty() => {
                let object = with_fields(object, fields).map_err(|reason| TransformError::invalid(at(), reason))?;
                Ok(Cow::Owned(RerankDocument::Object(object)))
            }
            _ => Ok(Cow::Borrowed(document)),
        }
    };
    documents.iter().enumerate().map(admitted).collect()
}

fn with_fields(object: &RawJson, fields: &[String]) -> Result<RawJson, String> {
    let members: Extra = object.read().map_err(|_| "expected an object without a key twice".to_owned())?;
    let mut kept = Extra::new();
    for field in fields {
        if let Some(value) = members.value(field) {
            kept.insert(field, value.clone());
        }
    }
    if kept.is_empty() {
        return Err("has none of the rank_fields".to_owned());
    }
    RawJson::from_value(&kept).map_err(|error| error.to_string())
}
