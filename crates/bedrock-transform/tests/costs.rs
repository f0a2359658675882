//! Costs, computed by hand from AWS's published prices.
#![expect(clippy::unwrap_used, reason = "tests")]

use bedrock_transform::{
    Catalog, Consumption, Facts, Meter, ModelOverrides, ModelSpec, Tier, UnknownPrice, Usd, completion_cost,
};
use core_types::Usage;
use serde_json::json;

/// Tokens of a prompt, of them read from a cache, written for five minutes, written for an hour; tokens of the answer.
fn tokens(prompt: u64, cached: u64, written: u64, written_hour: u64, completion: u64) -> Consumption {
    let usage: Usage = serde_json::from_value(json!({
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {
            "cached_tokens": cached,
            "cache_creation_tokens": written + written_hour,
            "cache_creation_token_details": {
                "ephemeral_5m_input_tokens": written,
                "ephemeral_1h_input_tokens": written_hour,
            },
        },
    }))
    .unwrap();
    Consumption::tokens(usage)
}

fn plain(prompt: u64, completion: u64) -> Consumption {
    tokens(prompt, 0, 0, 0, completion)
}

fn with(mut used: Consumption, change: impl FnOnce(&mut Consumption)) -> Consumption {
    change(&mut used);
    used
}

fn tier(used: Consumption, tier: Tier) -> Consumption {
    with(used, |used| used.tier = tier)
}

/// What one costs of which a million costs so many dollars.
fn per_million(dollars: &str) -> Usd {
    Usd::parse(&format!("{dollars}e-6")).unwrap()
}

/// A model, what was used of it, the arithmetic (counts times dollars for a million), and the sum in dollars.
type Row = (&'static str, Consumption, &'static [(u64, &'static str)], &'static str);

const SONNET: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const US_SONNET: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const NOVA: &str = "amazon.nova-pro-v1:0";

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let reasoning = |prompt, completion, reasoning| with(plain(prompt, completion), |used| {
        used.usage = serde_json::from_value(json!({
            "prompt_tokens": prompt, "completion_tokens": completion, "completion_tokens_details": {"reasoning_tokens": reasoning},
        })).unwrap();
    });
    let none = Consumption::default();
    vec![
        // Text.
        (SONNET, plain(1_000, 500), &[(1_000, "3"), (500, "15")], "0.0105"),
        (SONNET, plain(0, 0), &[], "0"),
        (SONNET, reasoning(100, 900, 600), &[(100, "3"), (300, "15"), (600, "15")], "0.0138"),
        ("meta.llama3-1-8b-instruct-v1:0", plain(123, 456), &[(123, "0.22"), (456, "0.22")], "0.00012738"),
        ("openai.gpt-oss-20b-1:0", plain(1, 1), &[(1, "0.07"), (1, "0.30")], "0.00000037"),
        ("ai21.jamba-1-5-mini-v1:0", plain(7, 11), &[(7, "0.2"), (11, "0.4")], "0.0000058"),
        // Caches: each token once, at one price.
        (SONNET, tokens(10_904, 10_536, 0, 0, 100), &[(368, "3"), (10_536, "0.30"), (100, "15")], "0.0057648"),
        (SONNET, tokens(5_000, 0, 4_000, 0, 10), &[(1_000, "3"), (4_000, "3.75"), (10, "15")], "0.01815"),
        (SONNET, tokens(5_000, 0, 0, 4_000, 10), &[(1_000, "3"), (4_000, "6"), (10, "15")], "0.02715"),
        (SONNET, tokens(10_000, 2_000, 3_000, 4_000, 1_000),
            &[(1_000, "3"), (2_000, "0.30"), (3_000, "3.75"), (4_000, "6"), (1_000, "15")], "0.05385"),
        // No price for cached tokens: they are input.
        ("deepseek.v3-v1:0", tokens(1_000, 600, 0, 0, 10), &[(400, "0.58"), (600, "0.58"), (10, "1.68")], "0.0005968"),
        // No price for an hour: as for five minutes.
        ("moonshotai.kimi-k3", tokens(100, 0, 0, 100, 0), &[(100, "4.125")], "0.0004125"),
        // Long prompts: the threshold itself is still short.
        (SONNET, plain(200_000, 1), &[(200_000, "3"), (1, "15")], "0.600015"),
        (SONNET, plain(200_001, 1), &[(200_001, "6"), (1, "22.5")], "1.2000285"),
        (SONNET, tokens(300_000, 100_000, 50_000, 50_000, 1_000),
            &[(100_000, "6"), (100_000, "0.60"), (50_000, "7.5"), (50_000, "12"), (1_000, "22.5")], "1.6575"),
        ("anthropic.claude-haiku-5-5", plain(150_000, 10), &[(150_000, "0.5"), (10, "2.5")], "0.075025"),
        // Batches: their own price, else half.
        (SONNET, tier(plain(1_000, 500), Tier::Batch), &[(1_000, "1.5"), (500, "7.5")], "0.00525"),
        (SONNET, tier(tokens(1_000, 1_000, 0, 0, 0), Tier::Batch), &[(1_000, "0.15")], "0.00015"),
        (SONNET, tier(plain(300_000, 0), Tier::Batch), &[(300_000, "3")], "0.9"),
        ("eu.amazon.nova-pro-v1:0", tier(plain(3, 1), Tier::Batch), &[(3, "0.525"), (1, "2.1")], "0.000003675"),
        // Tiers: their own price, else the standard one.
        (NOVA, tier(tokens(1_000, 400, 0, 0, 100), Tier::Priority), &[(600, "1.4"), (400, "0.35"), (100, "5.6")], "0.00154"),
        (NOVA, tier(tokens(1_000, 400, 0, 0, 100), Tier::Flex), &[(600, "0.4"), (400, "0.1"), (100, "1.6")], "0.00044"),
        ("us.amazon.nova-2-lite-v1:0", tier(tokens(8, 8, 0, 0, 0), Tier::Priority), &[(8, "0.144375")], "0.000001155"),
        (SONNET, tier(plain(1_000, 500), Tier::Flex), &[(1_000, "3"), (500, "15")], "0.0105"),
        // Geographies and regions have their own prices.
        (US_SONNET, plain(1_000, 500), &[(1_000, "3.3"), (500, "16.5")], "0.01155"),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", plain(1_000, 500), &[(1_000, "3"), (500, "15")], "0.0105"),
        ("eu.amazon.nova-pro-v1:0", plain(1_000, 100), &[(1_000, "1.05"), (100, "4.2")], "0.00147"),
        ("bedrock/us-gov-west-1/amazon.nova-pro-v1:0", plain(1_000, 100), &[(1_000, "0.96"), (100, "3.84")], "0.001344"),
        ("bedrock/ap-northeast-1/anthropic.claude-instant-v1", plain(100, 100), &[(100, "2.23"), (100, "7.55")], "0.000978"),
        ("bedrock/ap-south-1/meta.llama3-8b-instruct-v1:0", plain(10, 10), &[(10, "0.36"), (10, "0.72")], "0.0000108"),
        // Embeddings.
        ("amazon.titan-embed-text-v2:0", plain(1_234, 0), &[(1_234, "0.02")], "0.00002468"),
        ("cohere.embed-v4:0", plain(10, 0), &[(10, "0.12")], "0.0000012"),
        ("amazon.titan-embed-image-v1", with(plain(20, 0), |used| used.input_images = 3), &[(20, "0.8"), (3, "60")], "0.000196"),
        ("us.twelvelabs.marengo-embed-2-7-v1:0", with(none, |used| { used.video_seconds = 12; used.audio_seconds = 5; }),
            &[(12, "700"), (5, "140")], "0.0091"),
        // Rerankers, by the search unit.
        ("cohere.rerank-v3-5:0", with(none, |used| used.queries = 3), &[(3, "2000")], "0.006"),
        ("amazon.rerank-v1:0", with(none, |used| used.queries = 1), &[(1, "1000")], "0.001"),
        // Images.
        ("amazon.nova-canvas-v1:0", with(none, |used| used.output_images = 2), &[(2, "60000")], "0.12"),
        ("stability.sd3-5-large-v1:0", with(none, |used| used.output_images = 1), &[(1, "80000")], "0.08"),
        // Web searches.
        (SONNET, with(plain(1_000, 0), |used| used.web_searches = 2), &[(1_000, "3"), (2, "10000")], "0.023"),
    ]
}

#[test]
fn costs_are_what_a_hand_computes() {
    assert!(rows().len() >= 30);
    for (name, used, arithmetic, total) in rows() {
        let by_hand: Usd = arithmetic.iter().map(|(units, price)| per_million(price).times(*units)).sum();
        assert_eq!(by_hand.to_string(), total, "the arithmetic of {name}");
        let spec = ModelSpec::resolve(name, &Catalog::builtin()).unwrap();
        let cost = completion_cost(&used, &spec.info().prices(spec.id.region.as_deref()));
        assert_eq!(cost.map(|cost| cost.total().to_string()), Ok(total.to_owned()), "{name}");
    }
}

#[test]
fn images_cost_what_their_size_and_steps_do() {
    let rows = [
        ("stability.stable-diffusion-xl-v0", (512, 512), Some(30), "0.018"),
        ("stability.stable-diffusion-xl-v0", (512, 512), Some(51), "0.036"),
        ("stability.stable-diffusion-xl-v0", (1024, 512), None, "0.036"),
        ("stability.stable-diffusion-xl-v0", (1024, 1024), Some(150), "0.072"),
        ("stability.stable-diffusion-xl-v1", (1024, 1024), None, "0.04"),
        ("stability.stable-diffusion-xl-v1", (512, 512), Some(51), "0.08"),
        ("amazon.nova-canvas-v1:0", (2048, 2048), None, "0.06"),
    ];
    for (name, size, steps, total) in rows {
        let spec = ModelSpec::resolve(name, &Catalog::builtin()).unwrap();
        let used = with(Consumption::default(), |used| used.output_images = 1);
        let cost = completion_cost(&used, &spec.info().image_prices(None, size, steps));
        assert_eq!(cost.map(|cost| cost.total().to_string()), Ok(total.to_owned()), "{name} {size:?} {steps:?}");
    }
}

/// The cost of a thousand tokens in and ten out.
fn cost(name: &str, base_model: Option<&str>, region: Option<&str>) -> Result<String, Meter> {
    let catalog = Catalog::builtin();
    let spec = match base_model {
        Some(base_model) => ModelSpec::resolve_as(name, base_model, &catalog),
        None => ModelSpec::resolve(name, &catalog),
    };
    let cost = completion_cost(&plain(1_000, 10), &spec.unwrap().info().prices(region));
    cost.map(|cost| cost.total().to_string()).map_err(|unknown: UnknownPrice| unknown.meter)
}

#[test]
fn what_has_no_price_costs_an_unknown_sum_not_nothing() {
    let profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    let unknown = Err(Meter::Input);
    assert_eq!(cost("newvendor.model-1-v1:0", None, None), unknown);
    assert_eq!(cost(profile, None, None), unknown);
    // A geography without a row is not priced as another one, nor is GovCloud as a region of the public cloud.
    assert_eq!(cost(&format!("ca.{SONNET}"), None, None), unknown);
    assert_eq!(cost("deepseek.v3-v1:0", None, Some("us-gov-east-1")), unknown);
    // Nothing was used, and still nobody can say what it costs.
    let spec = ModelSpec::resolve("newvendor.model-1-v1:0", &Catalog::builtin()).unwrap();
    let error = completion_cost(&plain(0, 0), &spec.info().prices(None)).unwrap_err();
    let said =
        "the cost is unknown: no price `input_cost_per_token`; name it in the configuration, or say `base_model`";
    assert_eq!(error.to_string(), said);
    // A chat model makes no images.
    let images = with(Consumption::default(), |used| used.output_images = 1);
    let spec = ModelSpec::resolve(SONNET, &Catalog::builtin()).unwrap();
    assert_eq!(completion_cost(&images, &spec.info().prices(None)).unwrap_err().meter, Meter::OutputImage);
}

#[test]
fn a_base_model_says_what_an_opaque_arn_costs() {
    let profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    assert_eq!(cost(profile, Some(US_SONNET), None).as_deref(), Ok("0.003465"));
    assert_eq!(cost(profile, Some(SONNET), None).as_deref(), Ok("0.00315"));
    assert_eq!(cost(profile, Some("bedrock/amazon.nova-pro-v1:0"), Some("us-gov-west-1")).as_deref(), Ok("0.0009984"));
    let named = format!("arn:aws:bedrock:us-east-1:123456789012:inference-profile/{US_SONNET}");
    assert_eq!(cost(&named, None, Some("us-east-1")).as_deref(), Ok("0.003465"));
}

#[test]
fn prices_of_the_configuration_come_first() {
    let cost = |name: &str, members: &[(&str, &str)], used: Consumption| {
        let mut own = ModelOverrides::new();
        for (member, value) in members {
            assert_eq!(own.set(member, value), Ok(true), "{member}");
        }
        let spec = ModelSpec::resolve(name, &Catalog::builtin()).unwrap();
        let cost = completion_cost(&used, &spec.info_with(&own).prices(None));
        cost.map(|cost| cost.total().to_string()).map_err(|unknown| unknown.meter)
    };
    let (input, output) = (("input_cost_per_token", "1e-06"), ("output_cost_per_token", "2e-06"));
    let own = |members: &[(&str, &str)], used| cost("newvendor.model-1-v1:0", members, used);
    assert_eq!(own(&[input, output], plain(1_000, 10)).as_deref(), Ok("0.00102"));
    assert_eq!(own(&[input], plain(1_000, 10)), Err(Meter::Output));
    assert_eq!(own(&[input], plain(1_000, 0)).as_deref(), Ok("0.001"));
    // Prices of zero are prices.
    let free = [("input_cost_per_token", "0"), ("output_cost_per_token", "0")];
    assert_eq!(cost(SONNET, &free, tokens(300_000, 1_000, 1_000, 0, 5)).as_deref(), Ok("0"));
    // The rest of the list stays.
    assert_eq!(cost(SONNET, &[input], plain(1_000, 10)).as_deref(), Ok("0.00115"));
    let cheap_cache = [("cache_read_input_token_cost", "1e-07")];
    assert_eq!(cost(SONNET, &cheap_cache, tokens(1_000, 1_000, 0, 0, 0)).as_deref(), Ok("0.0001"));
    assert_eq!(cost(SONNET, &cheap_cache, plain(1_000, 0)).as_deref(), Ok("0.003"));
}

#[test]
fn counts_that_do_not_add_up_never_cost_less_than_nothing() {
    let usage = json!({
        "prompt_tokens": 10, "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 400, "cache_creation_tokens": 90},
        "completion_tokens_details": {"reasoning_tokens": 50},
    });
    let used = Consumption::tokens(serde_json::from_value(usage).unwrap());
    let spec = ModelSpec::resolve(SONNET, &Catalog::builtin()).unwrap();
    let cost = completion_cost(&used, &spec.info().prices(None)).unwrap();
    assert_eq!((cost.input, cost.output), (per_million("0.3").times(10), per_million("15").times(5)));
}

/// Every row, for small, long and cached prompts in every tier: a sum, or the name of what has no price.
#[test]
fn no_published_price_makes_a_chat_free() {
    for row in Facts::ALL.iter().filter(|row| !row.prices().is_empty()) {
        for tier in [Tier::Standard, Tier::Batch, Tier::Flex, Tier::Priority, Tier::Ultrafast] {
            for prompt in [1_000, 150_000, 300_000] {
                let used = with(tokens(prompt, 100, 100, 100, 10), |used| used.tier = tier);
                if let Ok(cost) = completion_cost(&used, &row.prices()) {
                    let free = cost.total() == Usd::ZERO;
                    assert!(!free || row.mode.name() == "rerank", "{} {tier:?} {prompt}", row.key);
                }
            }
        }
    }
}
