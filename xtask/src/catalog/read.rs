//! Reads the cost map. Every member of a Bedrock row is understood, or ignored by name; anything else is an error, so that a new kind of
//! price is not lost in silence.

use std::collections::{BTreeMap, BTreeSet};

use bedrock_transform::{Feature, Meter, Price, Tier};
use serde_json::{Map, Value};

/// Members that say nothing to us.
const IGNORED: &[&str] = &[
    // Which provider it is, where the numbers come from, remarks.
    "litellm_provider",
    "source",
    "metadata",
    // The largest answer once more, or where there is none the largest prompt.
    "max_tokens",
    // Said by `supports_vision` and the like, too.
    "supported_modalities",
    "supported_output_modalities",
    // How LiteLLM steers its own code.
    "bedrock_output_config_effort_ceiling",
    "provider_specific_entry",
    "supports_legacy_thinking",
    "supports_native_streaming",
    "supports_regex_lookaround",
    "token_count_framing",
    "token_count_model",
    "token_count_tokenizer",
    // Endpoints of Bedrock that are not served here.
    "supported_endpoints",
    "supports_bedrock_runtime_chat_completions_inline_reasoning",
    "supports_bedrock_runtime_chat_completions_response_format",
    "supports_bedrock_runtime_chat_completions_tools_with_reasoning",
    "use_openai_responses_path",
];

/// A row, read.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Row {
    pub(super) mode: &'static str,
    pub(super) limits: BTreeMap<&'static str, u32>,
    pub(super) until: Option<String>,
    pub(super) features: BTreeMap<Feature, bool>,
    /// In picodollars.
    pub(super) prices: BTreeMap<(Meter, Tier, u32), u128>,
}

/// Names of limits, and of the builders that set them.
const LIMITS: &[(&str, &str)] = &[
    ("max_input_tokens", "input"),
    ("max_output_tokens", "output"),
    ("output_vector_size", "vector"),
    ("prompt_cache_min_tokens", "cache_from"),
];

/// Values of `mode`, and their variants.
const MODES: &[(&str, &str)] = &[
    ("chat", "Chat"),
    ("embedding", "Embedding"),
    ("guardrail", "Guardrail"),
    ("image_edit", "ImageEdit"),
    ("image_generation", "ImageGeneration"),
    ("realtime", "Realtime"),
    ("rerank", "Rerank"),
    ("responses", "Responses"),
];

/// All Bedrock rows of a cost map by key, or all that is wrong with them.
pub(super) fn rows(cost_map: &str) -> Result<BTreeMap<String, Row>, Vec<String>> {
    let map: BTreeMap<String, Value> = serde_json::from_str(cost_map).map_err(|error| vec![error.to_string()])?;
    let (mut rows, mut problems) = (BTreeMap::new(), Vec::new());
    for (key, members) in map {
        let Value::Object(members) = members else { continue };
        let provider = members.get("litellm_provider").and_then(Value::as_str).unwrap_or_default();
        // `bedrock_converse` and `bedrock_mantle` are Bedrock, too.
        if !provider.starts_with("bedrock") {
            continue;
        }
        match row(&members) {
            Ok(row) => drop(rows.insert(key, row)),
            Err(problem) => problems.push(format!("{key}: {problem}")),
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

fn row(members: &Map<String, Value>) -> Result<Row, String> {
    let mut row = Row::default();
    for (name, value) in members {
        member(&mut row, name, value).map_err(|problem| format!("`{name}`: {problem}"))?;
    }
    if row.mode.is_empty() { Err("no `mode`".to_owned()) } else { Ok(row) }
}

fn member(row: &mut Row, name: &str, value: &Value) -> Result<(), String> {
    if let Some(feature) = Feature::named(name) {
        return feature_of(row, feature, value);
    }
    if let Some((_, builder)) = LIMITS.iter().find(|(limit, _)| *limit == name) {
        let limit = value.as_u64().and_then(|limit| u32::try_from(limit).ok()).ok_or("not a count")?;
        row.limits.insert(builder, limit);
        return Ok(());
    }
    match name {
        "mode" => {
            let known = MODES.iter().find(|(mode, _)| value == mode);
            row.mode = known.map(|(_, variant)| *variant).ok_or_else(|| format!("{value} is new"))?;
            Ok(())
        }
        "deprecation_date" => {
            row.until = Some(value.as_str().ok_or("not a text")?.to_owned());
            Ok(())
        }
        "cost_per_second" => price(row, "input_cost_per_second", value),
        "guardrail_cost_per_unit" => {
            value.as_object().ok_or("not an object")?.iter().try_for_each(|(unit, value)| price(row, unit, value))
        }
        "search_context_cost_per_query" => search(row, name, value),
        _ if IGNORED.contains(&name) => Ok(()),
        _ => price(row, name, value),
    }
}

fn feature_of(row: &mut Row, feature: Feature, value: &Value) -> Result<(), String> {
    let yes = value.as_bool().ok_or("not a boolean")?;
    match row.features.insert(feature, yes) {
        Some(before) if before != yes => Err("another name says the opposite".to_owned()),
        _ => Ok(()),
    }
}

/// Searches with much context and with little cost the same on Bedrock.
fn search(row: &mut Row, name: &str, value: &Value) -> Result<(), String> {
    let sizes = value.as_object().ok_or("not an object")?;
    let costs: BTreeSet<String> = sizes.values().map(Value::to_string).collect();
    match sizes.values().next() {
        Some(cost) if costs.len() == 1 => price(row, name, cost),
        _ => Err("the sizes differ".to_owned()),
    }
}

fn price(row: &mut Row, name: &str, value: &Value) -> Result<(), String> {
    // The number as the shortest decimal that means it, which is what the file has.
    let amount = value.as_f64().map(|amount| format!("{amount:e}")).ok_or("a price must be a number")?;
    let price = Price::read(name, &amount).map_err(|error| error.to_string())?.ok_or("is new; what does it say?")?;
    let femto = price.usd().femto();
    if femto % 1000 != 0 {
        return Err(format!("{amount} is finer than a picodollar"));
    }
    match row.prices.insert((price.meter, price.tier, price.above), femto / 1000) {
        Some(before) if before != femto / 1000 => Err("another name has another price".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The one row of a map of these members.
    fn read(members: &str) -> Result<Row, Vec<String>> {
        let other = r#""gpt": {"litellm_provider": "openai", "mode": "chat", "brand_new": 1}"#;
        let map = format!(
            r#"{{"sample_spec": {{}}, {other}, "x.y": {{"litellm_provider": "bedrock_converse", {members}}}}}"#
        );
        rows(&map).map(|mut rows| rows.remove("x.y").unwrap_or_default())
    }

    #[test]
    fn every_kind_of_member_is_read() {
        let row = read(
            r#""mode": "chat", "max_input_tokens": 200000, "max_tokens": 64000, "max_output_tokens": 64000,
            "prompt_cache_min_tokens": 1024, "deprecation_date": "2027-04-08", "supports_vision": true,
            "supports_sampling_params": false, "source": "https://aws.amazon.com",
            "input_cost_per_token": 3e-06, "cache_read_input_token_cost_priority": 1.44375e-07,
            "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 1.2e-05, "output_cost_per_token": 0.0,
            "cost_per_second": 0.0175, "input_cost_per_second": 0.0175, "guardrail_cost_per_unit": {"topicPolicyUnits": 0.00015},
            "search_context_cost_per_query": {"search_context_size_high": 0.01, "search_context_size_low": 0.01}"#,
        )
        .unwrap();
        let limits: Vec<_> = row.limits.into_iter().collect();
        assert_eq!(limits, [("cache_from", 1024), ("input", 200_000), ("output", 64_000)]);
        assert_eq!((row.mode, row.until.as_deref()), ("Chat", Some("2027-04-08")));
        let features: Vec<_> = row.features.into_iter().collect();
        assert_eq!(features, [(Feature::SamplingParams, false), (Feature::Vision, true)]);
        let prices: Vec<_> = row.prices.into_iter().collect();
        let expected = [
            ((Meter::CacheRead, Tier::Priority, 0), 144_375),
            ((Meter::CacheWriteHour, Tier::Standard, 200_000), 12_000_000),
            ((Meter::GuardrailTopic, Tier::Standard, 0), 150_000_000),
            ((Meter::Input, Tier::Standard, 0), 3_000_000),
            ((Meter::Output, Tier::Standard, 0), 0),
            ((Meter::Search, Tier::Standard, 0), 10_000_000_000),
            ((Meter::Second, Tier::Standard, 0), 17_500_000_000),
        ];
        assert_eq!(prices, expected);
    }

    #[test]
    fn what_is_not_understood_is_an_error_with_its_place() {
        let rows = [
            (r#""mode": "chat", "input_cost_per_smile": 1e-6"#, "`input_cost_per_smile`: is new; what does it say?"),
            (r#""mode": "song""#, r#"`mode`: "song" is new"#),
            (r#""max_input_tokens": 5"#, "no `mode`"),
            (r#""mode": "chat", "max_input_tokens": -5"#, "`max_input_tokens`: not a count"),
            (r#""mode": "chat", "input_cost_per_token": "free""#, "`input_cost_per_token`: a price must be a number"),
            (
                r#""mode": "chat", "input_cost_per_token": 1e-13"#,
                "`input_cost_per_token`: 1e-13 is finer than a picodollar",
            ),
            (r#""mode": "chat", "supports_vision": "yes""#, "`supports_vision`: not a boolean"),
            (
                r#""mode": "chat", "cost_per_second": 1, "input_cost_per_second": 2"#,
                "`input_cost_per_second`: another name has another price",
            ),
            (
                r#""mode": "chat", "search_context_cost_per_query": {"a": 1, "b": 2}"#,
                "`search_context_cost_per_query`: the sizes differ",
            ),
        ];
        for (members, problem) in rows {
            assert_eq!(read(members), Err(vec![format!("x.y: {problem}")]));
        }
    }
}
