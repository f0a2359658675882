//! Parts in Bedrock's own words: a block under its name, `{"type": "searchResult", "searchResult": {…}}`.

use core_types::{CacheControl, Extra, Part, RawJson};

use crate::TransformError;
use crate::converse::wire::{Block, GuardContent};

/// What a text can be to a guardrail.
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GuardrailConverseTextBlock.html>
pub(super) fn check_qualifiers(qualifiers: &[String], at: &dyn Fn() -> String) -> Result<(), TransformError> {
    const KNOWN: &[&str] = &["grounding_source", "query", "guard_content"];
    match qualifiers.iter().position(|qualifier| !KNOWN.contains(&qualifier.as_str())) {
        None => Ok(()),
        Some(place) => {
            let reason = "expected grounding_source, query or guard_content";
            Err(TransformError::invalid(format!("{}.qualifiers[{place}]", at()), reason))
        }
    }
}

/// The member of a part that is named like one of Bedrock's own blocks: `{"type": "searchResult", "searchResult": …}`.
fn member<'a>(wanted: &str, kind: &str, fields: &'a Extra) -> Option<&'a RawJson> {
    fields.value(wanted).filter(|value| value.is_object() && (kind.is_empty() || kind == wanted))
}

/// Bedrock's own blocks that OpenAI's shape has no part for.
pub(super) fn own_block<'a>(kind: &str, fields: &'a Extra) -> Option<Block<'a>> {
    let guarded = member("guardContent", kind, fields).map(|raw| Block::GuardContent(GuardContent::Raw(raw)));
    guarded.or_else(|| member("searchResult", kind, fields).map(Block::SearchResult))
}

/// Blocks that only answers have: what was cited, and the tools that AWS ran.
pub(super) fn answer_block<'a>(
    kind: &str,
    fields: &'a Extra,
    at: &dyn Fn() -> String,
) -> Result<Option<Block<'a>>, TransformError> {
    if let Some(call) = member("toolUse", kind, fields) {
        let read: Option<Extra> = call.read().ok();
        let is_server =
            read.is_some_and(|call| call.value("type").is_some_and(|kind| kind.as_str() == r#""server_tool_use""#));
        if !is_server {
            return Err(TransformError::invalid(at(), "calls of the caller's own tools stand in tool_calls"));
        }
        return Ok(Some(Block::ServerToolUse(call)));
    }
    let cited = member("citationsContent", kind, fields).map(Block::CitationsContent);
    Ok(cited.or_else(|| member("toolResult", kind, fields).map(Block::ServerToolResult)))
}

/// `{"type": "json", "json": …}`, Converse's own block for structured results.
pub(super) fn json_part(part: &Part) -> Option<&RawJson> {
    match part {
        Part::Other { kind, fields } if kind == "json" || kind.is_empty() => fields.value("json"),
        _ => None,
    }
}

/// The cache marker of a part that OpenAI's schema does not have.
pub(super) fn marker_of(fields: &Extra, at: &dyn Fn() -> String) -> Result<Option<CacheControl>, TransformError> {
    let marker = fields.value("cache_control").map(RawJson::read::<Option<CacheControl>>).transpose();
    marker
        .map(Option::flatten)
        .map_err(|error| TransformError::invalid(format!("{}.cache_control", at()), error.to_string()))
}
