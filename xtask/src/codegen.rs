//! Texts that follow from the catalog: the support table in README.md, and `docs/models.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bedrock_transform::{Cache, Capabilities, Catalog, Facts, Family, Meter, Mode, Model, Reasoning, Tier};
use core_types::Param;

use crate::Outcome;

const START: &str = "<!-- codegen:support -->\n";
const END: &str = "<!-- /codegen:support -->";

/// Writes the generated texts.
pub(crate) fn write(root: &Path) -> Outcome {
    let mut written = 0;
    for (path, text) in texts(root)? {
        let file = root.join(path);
        if fs::read_to_string(&file).ok().as_deref() != Some(&text) {
            fs::write(&file, text).map_err(|error| vec![format!("{path}: {error}")])?;
            written += 1;
        }
    }
    Ok(format!("codegen: {written} files written"))
}

/// Says which generated texts are out of date.
pub(crate) fn check(root: &Path) -> Outcome {
    let texts = texts(root)?;
    let stale = texts.iter().filter(|(path, text)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(text));
    let stale: Vec<String> =
        stale.map(|(path, _)| format!("{path} is out of date: run `cargo xtask codegen`")).collect();
    if stale.is_empty() { Ok("codegen: up to date".to_owned()) } else { Err(stale) }
}

fn texts(root: &Path) -> Result<[(&'static str, String); 2], Vec<String>> {
    let readme = fs::read_to_string(root.join("README.md")).map_err(|error| vec![format!("README.md: {error}")])?;
    let (Some(start), Some(end)) = (readme.find(START), readme.find(END)) else {
        return Err(vec![format!("README.md: no {} … {END}", START.trim())]);
    };
    let readme = format!("{}{START}{}{}", &readme[..start], support(), &readme[end..]);
    Ok([("README.md", readme), ("docs/models.md", models())])
}

/// The families that are for chat.
fn families() -> impl Iterator<Item = &'static Family> {
    all().filter(|family| family.converses())
}

fn all() -> impl Iterator<Item = &'static Family> {
    Catalog::builtin().families().collect::<Vec<_>>().into_iter().filter(|family| !family.models.is_empty())
}

/// One row a family: what any of its models can do.
fn support() -> String {
    let mut table = String::from(
        "| family | Converse | native body | streaming | tools | images | documents | reasoning | cache |\n",
    );
    table.push_str("|---|---|---|---|---|---|---|---|---|\n");
    for family in families() {
        let any = |can: fn(&Capabilities) -> bool| yes(family.models.iter().any(|model| can(&model.can)));
        let _ = writeln!(
            table,
            "| {} | yes | {} | {} | {} | {} | {} | {} | {} |",
            family.name,
            yes(family.chat.is_some()),
            any(|can| can.stream),
            any(|can| can.tools),
            any(|can| can.images),
            any(|can| can.documents),
            any(|can| !matches!(can.reasoning, Reasoning::Unsupported | Reasoning::Unknown)),
            any(|can| can.cache != Cache::Unsupported),
        );
    }
    table.push_str("| any other model | yes | | yes | yes | yes | yes | as it is | yes |\n");
    table
}

const fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "" }
}

/// One row a catalog row.
fn models() -> String {
    let mut text = String::from(
        "# Models\n\nWritten by `cargo xtask codegen` from the catalog; do not edit. A row serves all models whose id, without \
         its geography, starts with the prefix; the longest prefix wins. A model that no row knows goes to Converse, and AWS \
         decides what it can do.\n\n| prefix | family | default route | streaming | tools | tools in streams | forced tools | \
         images | documents | video | prefill | system | JSON schema | reasoning | cache | largest answer, tokens |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut rows: Vec<(&Family, &Model)> =
        families().flat_map(|family| family.models.iter().map(move |model| (family, model))).collect();
    rows.sort_by_key(|(_, model)| model.prefix);
    for (family, model) in rows {
        let can = &model.can;
        let route = if model.prefers_invoke && family.chat.is_some() { "invoke" } else { "converse" };
        let forced = match (can.tool_choice_any, can.tool_choice_tool) {
            (true, true) => "any, named",
            (true, false) => "any",
            (false, true) => "named",
            (false, false) => "",
        };
        let reasoning = match can.reasoning {
            Reasoning::AnthropicAdaptive | Reasoning::AnthropicAdaptiveOnly => "adaptive",
            Reasoning::AnthropicBudget => "budget",
            Reasoning::Effort | Reasoning::Nova | Reasoning::OpenAi | Reasoning::ReasoningConfig => "effort",
            _ => "",
        };
        let cache = match can.cache {
            Cache::Anywhere { ttl: true } => "anywhere, ttl",
            Cache::Anywhere { ttl: false } => "anywhere",
            Cache::Prompt => "system, messages",
            _ => "",
        };
        let json = if can.structured_output {
            "native"
        } else if can.tools {
            "by a tool"
        } else {
            ""
        };
        let most = model.max_output_tokens.map(|tokens| tokens.to_string()).unwrap_or_default();
        let _ = writeln!(
            text,
            "| `{}` | {} | {route} | {} | {} | {} | {forced} | {} | {} | {} | {} | {} | {json} | {reasoning} | {cache} | {most} |",
            model.prefix,
            family.name,
            yes(can.stream),
            yes(can.tools),
            yes(can.tools_stream),
            yes(can.images),
            yes(can.documents),
            yes(can.video),
            yes(can.prefill),
            yes(can.system),
        );
    }
    text.push_str(&embeddings());
    text.push_str(&images());
    text.push_str(&ids());
    text
}

/// What the models for embeddings take, one row a catalog row.
fn embeddings() -> String {
    let mut text = String::from(
        "\n## Embeddings\n\nOpenAI's parameters: `yes` is mapped, `here` is done by the gateway itself, `left out` changes \
         nothing in the answer and is left out with a warning, `no` is refused, or left out with `drop_params`. A medium among the \
         inputs is a `data:` URL. Parameters of the models' own (`input_type`, `truncate`, `embedding_types`, `normalize`, …) go \
         to them as they are.\n\n| prefix | family | `dimensions` | `encoding_format` | `user` | texts in a call | images | sound \
         | video |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut rows: Vec<_> = all()
        .filter_map(|family| Some((family, family.embed.as_ref()?)))
        .flat_map(|(family, codec)| family.models.iter().map(move |model| (model, family, codec)))
        .collect();
    rows.sort_by_key(|(model, ..)| model.prefix);
    for (model, family, codec) in rows {
        let can = &model.can;
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | here | left out | {} | {} | {} | {} |",
            model.prefix,
            family.name,
            if can.dimensions { "yes" } else { "no" },
            codec.batch,
            yes(can.images),
            yes(can.audio),
            yes(can.video),
        );
    }
    text
}

/// What the models for images take, one row a catalog row.
fn images() -> String {
    let mut text = String::from(
        "\n## Images\n\nOpenAI's parameters: `yes` is mapped, `no` is refused, or left out with `drop_params`. `n` counts \
         how many images a call brings; more take more calls at once. `response_format` is always `b64_json`; `url` is \
         refused, or left out with `drop_params`; `user` changes nothing and is left out with a warning; `auto`, and `png` of models without a choice, \
         count as absent. Parameters of the models' own (`negative_prompt`, `cfgScale`, `taskType`, `strength`, …) go to them \
         as they are.\n\n| prefix | family | `n` in a call | `size` | `quality` | `style` | `output_format` | `seed` | edits |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    let mut rows: Vec<_> = all()
        .filter_map(|family| Some((family, family.image.as_ref()?)))
        .flat_map(|(family, codec)| family.models.iter().map(move |model| (model, family, codec)))
        .collect();
    rows.sort_by_key(|(model, ..)| model.prefix);
    for (model, family, codec) in rows {
        let params = codec.params_of(model);
        let has = |param| if params.contains(param) { "yes" } else { "no" };
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} | {} |",
            model.prefix,
            family.name,
            codec.max_images,
            has(Param::Size),
            has(Param::Quality),
            has(Param::Style),
            has(Param::OutputFormat),
            has(Param::Seed),
            yes(model.can.images),
        );
    }
    text
}

/// One row an id that limits and prices are published of.
fn ids() -> String {
    let mut text = String::from(
        "\n## Limits, lifecycle and prices\n\nFrom the cost map of litellm, by `cargo xtask catalog`; a configuration's `model_info` and \
         prices come first. Limits are tokens, prices US dollars for a million tokens, for an image, or for a query; a long prompt, a tier \
         or a region may have others, which `ModelInfo::prices` knows. What nobody published is empty, and its cost is unknown.\n\n\
         | id | for | largest prompt | largest answer | cached from | may end after | input | output | cache read | cache write |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    let rows: BTreeMap<&str, &Facts> =
        Facts::ALL.iter().rev().map(|row| (row.key.strip_prefix("bedrock/").unwrap_or(row.key), row)).collect();
    for (id, row) in rows.into_iter().filter(|(id, row)| !id.contains('/') && row.mode != Mode::Guardrail) {
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let prices = row.prices();
        let million = |meter| {
            let price =
                prices.iter().find(|price| price.meter == meter && price.tier == Tier::Standard && price.above == 0);
            price.map(|price| price.usd().times(1_000_000).to_string()).unwrap_or_default()
        };
        let each = |meter| prices.of(meter, Tier::Standard, 0).map(|price| price.to_string());
        let input = each(Meter::Query).unwrap_or_else(|| million(Meter::Input));
        let output = each(Meter::OutputImage).unwrap_or_else(|| million(Meter::Output));
        let _ = writeln!(
            text,
            "| `{id}` | {} | {} | {} | {} | {} | {input} | {output} | {} | {} |",
            row.mode.name(),
            number(row.max_input_tokens),
            number(row.max_output_tokens),
            number(row.prompt_cache_min_tokens),
            row.deprecation_date.unwrap_or_default(),
            million(Meter::CacheRead),
            million(Meter::CacheWrite),
        );
    }
    text
}
