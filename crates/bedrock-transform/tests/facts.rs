//! What is known of a model by its name.

use bedrock_transform::{Catalog, Facts, Feature, Meter, Mode, ModelOverrides, ModelSpec, Tier};

/// A name, `base_model` if any; then the largest prompt and answer, whether PDFs are taken, the last day, and dollars for a million tokens
/// of input.
type Row = (&'static str, &'static str, Option<u32>, Option<u32>, Option<bool>, Option<&'static str>, &'static str);

const OPAQUE: &str = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";

#[rustfmt::skip]
const NAMES: &[Row] = &[
    // Ids, bare and of a geography.
    ("anthropic.claude-sonnet-4-5-20250929-v1:0", "", Some(200_000), Some(64_000), Some(true), Some("2027-04-08"), "3"),
    ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "", Some(200_000), Some(64_000), Some(true), Some("2027-04-08"), "3.3"),
    ("bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0", "", Some(200_000), Some(64_000), Some(true), Some("2027-04-08"), "3.3"),
    ("us.anthropic.claude-sonnet-4-5-20250929-v1:0[1m]", "", Some(200_000), Some(64_000), Some(true), Some("2027-04-08"), "3.3"),
    ("in.moonshotai.kimi-k3", "", Some(1_000_000), Some(131_072), Some(true), None, "3.3"),
    // Limits are the model's, prices the geography's.
    ("ca.anthropic.claude-sonnet-4-5-20250929-v1:0", "", Some(200_000), Some(64_000), Some(true), Some("2027-04-08"), ""),
    // Regions.
    ("bedrock/us-gov-west-1/amazon.nova-pro-v1:0", "", Some(300_000), Some(10_000), Some(true), None, "0.96"),
    ("bedrock/us-west-2/amazon.nova-pro-v1:0", "", Some(300_000), Some(10_000), Some(true), None, "0.8"),
    // ARNs that say what they are, and one that does not.
    ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", "", Some(300_000), Some(10_000), Some(true), None, "0.8"),
    ("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0", "", Some(300_000), Some(10_000), Some(true), None, "1.05"),
    (OPAQUE, "", None, None, None, None, ""),
    (OPAQUE, "eu.amazon.nova-pro-v1:0", Some(300_000), Some(10_000), Some(true), None, "1.05"),
    // Published behind `bedrock/` only.
    ("moonshotai.kimi-k2-thinking", "", Some(262_144), Some(16_000), Some(true), Some("2027-03-30"), "0.6"),
    // A row that does not speak of PDFs, and a family that does.
    ("deepseek.v3-v1:0", "", Some(128_000), Some(8_000), Some(true), Some("2027-03-30"), "0.58"),
    // Not published: what the family says. Of a new vendor nobody says anything.
    ("anthropic.claude-3-haiku-20240307-v1:0", "", None, Some(4_096), Some(true), None, ""),
    ("newvendor.model-1-v1:0", "", None, None, None, None, ""),
];

#[test]
fn names_lead_to_what_is_known() {
    for &(name, base_model, input, output, pdf, until, price) in NAMES {
        let catalog = Catalog::builtin();
        let spec = match base_model {
            "" => ModelSpec::resolve(name, &catalog),
            base_model => ModelSpec::resolve_as(name, base_model, &catalog),
        };
        let spec = spec.unwrap();
        let info = spec.info();
        let dollars = info.prices(spec.id.region.as_deref()).of(Meter::Input, Tier::Standard, 1);
        let dollars = dollars.map(|price| price.times(1_000_000).to_string()).unwrap_or_default();
        let known = (
            info.max_input_tokens(),
            info.max_output_tokens(),
            info.supports(Feature::PdfInput),
            info.deprecation_date(),
            dollars.as_str(),
        );
        assert_eq!(known, (input, output, pdf, until, price), "{name} {base_model}");
    }
}

#[test]
fn every_bedrock_row_is_there() {
    assert_eq!(Facts::ALL.len(), 591);
    let count = |mode: Mode| Facts::ALL.iter().filter(|row| row.mode == mode).count();
    let modes = [Mode::Chat, Mode::Embedding, Mode::ImageGeneration, Mode::ImageEdit, Mode::Rerank, Mode::Responses];
    assert_eq!(modes.map(count), [506, 21, 18, 26, 2, 15]);
    assert_eq!([Mode::Realtime, Mode::Guardrail].map(count), [2, 1]);
    let prices: usize = Facts::ALL.iter().map(|row| row.prices().iter().count()).sum();
    assert_eq!(prices, 2_735);
    let guardrails = Facts::find("bedrock/guardrails").unwrap().prices();
    assert_eq!(guardrails.of(Meter::GuardrailTopic, Tier::Standard, 0).unwrap().to_string(), "0.00015");
    let commitment = Facts::find("bedrock/us-east-1/1-month-commitment/anthropic.claude-v2:1").unwrap().prices();
    assert_eq!(commitment.of(Meter::Second, Tier::Standard, 0).unwrap().to_string(), "0.0175");
}

/// Rows of families whose largest answer is not the published one, and what AWS or the vendor says. The published one counts.
const DISAGREEING: &[(&str, &str)] = &[
    ("anthropic.claude-3-5-", "8192 since the second Sonnet; the row of the first one says 4096"),
    ("meta.llama2-", "AWS's page of the native body says 2048, the row the length of the context"),
    ("meta.llama3-", "AWS's page of the native body says 2048, the row the length of the context"),
    ("meta.llama3-1-", "8192, the rows 4096"),
    ("meta.llama3-2-", "8192, the rows 4096"),
    ("meta.llama3-2-11b-", "8192, the row 4096"),
    ("meta.llama3-2-90b-", "8192, the row 4096"),
    ("meta.llama3-3-", "8192, the row 4096"),
    ("twelvelabs.pegasus-", "4096 of 1.2; the row of 1.5 says 98304"),
];

#[test]
fn families_and_published_rows_agree_but_where_it_is_known() {
    let mut found = Vec::new();
    for row in Facts::ALL.iter().filter(|row| !row.key.contains('/')) {
        let base = ModelSpec::resolve(row.key, &Catalog::builtin()).unwrap().id.base;
        let Some((_, model)) = Catalog::builtin().find(&base) else { continue };
        let disagree = model.max_output_tokens.zip(row.max_output_tokens).is_some_and(|(one, other)| one != other);
        if disagree && !found.contains(&model.prefix) {
            found.push(model.prefix);
        }
    }
    found.sort_unstable();
    assert_eq!(found, DISAGREEING.iter().map(|(prefix, _)| *prefix).collect::<Vec<_>>());
}

#[test]
fn helpers_know_yes_from_no_and_from_silence() {
    let spec = |name: &str| ModelSpec::resolve(name, &Catalog::builtin()).unwrap();
    let of = |name: &str| {
        let spec = spec(name);
        let info = spec.info();
        [
            info.supports_function_calling(),
            info.supports_pdf_input(),
            info.supports_prompt_caching(),
            info.supports_reasoning(),
            info.supports_response_schema(),
            info.supports_tool_choice(),
            info.supports_vision(),
        ]
    };
    assert_eq!(of("us.anthropic.claude-sonnet-4-5-20250929-v1:0"), [true; 7]);
    assert_eq!(of("amazon.nova-micro-v1:0"), [true, false, true, false, true, true, false]);
    assert_eq!(of("newvendor.model-1-v1:0"), [false; 7]);
    let silent = spec("newvendor.model-1-v1:0");
    assert_eq!(silent.info().supports(Feature::Vision), None);
    assert_eq!(silent.info().mode(), None);
    let embedding = spec("cohere.embed-v4:0");
    assert_eq!((embedding.info().mode(), embedding.info().output_vector_size()), (Some(Mode::Embedding), Some(1_536)));
    assert_eq!(spec("anthropic.claude-haiku-5-5").info().prompt_cache_min_tokens(), Some(512));
}

#[test]
fn a_configuration_has_the_last_word() {
    let own = ModelOverrides::new().with(Feature::Vision, false).with(Feature::PdfInput, true);
    let spec = ModelSpec::resolve("us.anthropic.claude-sonnet-4-5-20250929-v1:0", &Catalog::builtin()).unwrap();
    let info = spec.info_with(&own);
    assert_eq!((info.supports_vision(), info.supports_pdf_input(), info.supports_reasoning()), (false, true, true));
    let spec = spec.with_overrides(&own);
    assert_eq!((spec.model.can.images, spec.model.can.documents), (false, true));
    let mut own = ModelOverrides::new();
    for (name, value) in [("max_output_tokens", "77"), ("max_input_tokens", "99"), ("deprecation_date", "2040-01-01")] {
        assert_eq!(own.set(name, value), Ok(true));
    }
    let info = spec.info_with(&own);
    let known = (info.max_output_tokens(), info.max_input_tokens(), info.deprecation_date());
    assert_eq!(known, (Some(77), Some(99), Some("2040-01-01")));
    assert_eq!(spec.with_overrides(&own).model.max_output_tokens, Some(77));
}
