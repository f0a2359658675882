//! Tools that the vendor runs: Nova's web search, Claude's computer use.

use std::borrow::Cow;

use core_types::{Extra, RawJson};

use crate::TransformError;
use crate::converse::Mapper;
use crate::converse::wire::{self, Fields, Request};

/// Claude's tools with the beta flag that they need.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/computer-use.html>
const BETAS: &[(&str, &str)] = &[
    ("_20241022", "computer-use-2024-10-22"),
    ("_20250124", "computer-use-2025-01-24"),
    ("_20250429", "computer-use-2025-01-24"),
    ("_20250728", "computer-use-2025-01-24"),
    ("_20251124", "computer-use-2025-11-24"),
];

/// Kinds of tools that Claude takes in its own field.
const ANTHROPIC: &[&str] = &["bash_", "computer_", "memory_", "text_editor_"];

pub(super) fn is_anthropic(kind: &str) -> bool {
    ANTHROPIC.iter().any(|prefix| kind.starts_with(prefix))
}

/// Nova's built-in web search. <https://docs.aws.amazon.com/nova/latest/userguide/grounding.html>
pub(super) fn nova_grounding() -> Result<RawJson, TransformError> {
    RawJson::parse(r#"{"name":"nova_grounding"}"#)
        .map_err(|error| TransformError::invalid("web_search_options", error.to_string()))
}

impl<'a> Mapper<'a, '_> {
    /// Claude reads its hosted tools, and the beta flag that they need, from its own fields.
    /// In a body of its own the tools stand among the others.
    pub(super) fn hosted_tool(
        &mut self,
        kind: &str,
        fields: &'a Extra,
        tools: &mut Vec<wire::Tool<'a>>,
        request: &mut Request<'a>,
    ) -> Result<(), TransformError> {
        let malformed = |error: serde_json::Error| TransformError::invalid("tools", error.to_string());
        let mut tool = Fields::default();
        let _ = tool.insert("type", Cow::Owned(RawJson::from_value(kind).map_err(malformed)?));
        for (name, value) in fields.iter() {
            let _ = tool.insert(name, Cow::Borrowed(value));
        }
        if self.dialect.hosted_tools {
            tools.push(wire::Tool::Raw(tool));
        } else {
            let tool = RawJson::from_value(&tool).map_err(malformed)?;
            append(&mut request.additional_model_request_fields, "tools", tool)?;
        }
        if let Some((_, beta)) = BETAS.iter().find(|(version, _)| kind.ends_with(version)) {
            let flag = RawJson::from_value(beta).map_err(malformed)?;
            append(&mut request.additional_model_request_fields, "anthropic_beta", flag)?;
        }
        Ok(())
    }
}

/// Adds `item` to the list under `key`, once.
pub(super) fn append(fields: &mut Fields<'_>, key: &'static str, item: RawJson) -> Result<(), TransformError> {
    let not_a_list = |_| TransformError::invalid(key, "expected a list");
    let mut list: Vec<RawJson> =
        fields.value(key).map(RawJson::read).transpose().map_err(not_a_list)?.unwrap_or_default();
    if !list.contains(&item) {
        list.push(item);
    }
    fields.remove(key);
    let list = RawJson::from_value(&list).map_err(not_a_list)?;
    let _ = fields.insert(key, Cow::Owned(list));
    Ok(())
}
