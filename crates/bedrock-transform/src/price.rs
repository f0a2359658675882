//! Prices as data: what is metered, in which tier, from which length of the prompt on.

use std::borrow::Cow;

use crate::Usd;
use crate::money::NotAnAmount;

/// What is metered, and LiteLLM's name for its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Meter {
    /// A second of sound taken in.
    AudioSecond,
    /// A token read from a cache.
    CacheRead,
    /// A token written to a cache for five minutes.
    CacheWrite,
    /// A token written to a cache for an hour.
    CacheWriteHour,
    /// A guardrail's unit, automated reasoning.
    GuardrailAutomatedReasoning,
    /// A guardrail's unit, content filter.
    GuardrailContent,
    /// A guardrail's unit, content filter on an image.
    GuardrailContentImage,
    /// A guardrail's unit, contextual grounding.
    GuardrailGrounding,
    /// A guardrail's unit, sensitive information.
    GuardrailSensitive,
    /// A guardrail's unit, sensitive information by patterns.
    GuardrailSensitiveFree,
    /// A guardrail's unit, denied topics.
    GuardrailTopic,
    /// A guardrail's unit, words.
    GuardrailWord,
    /// A token of the prompt.
    Input,
    /// A token of sound in the prompt.
    InputAudio,
    /// An image taken in.
    InputImage,
    /// A token of an image in the prompt.
    InputImageToken,
    /// A token of the answer.
    Output,
    /// A token of sound in the answer.
    OutputAudio,
    /// An image made.
    OutputImage,
    /// A token of reasoning.
    OutputReasoning,
    /// A search unit of a reranker, or a query.
    Query,
    /// A web search.
    Search,
    /// A second of provisioned throughput.
    Second,
    /// A second of video taken in.
    VideoSecond,
}

impl Meter {
    /// Every meter with the name of its price in LiteLLM's files, or the name of the unit in AWS's guardrail traces.
    const NAMES: &[(Self, &str)] = &[
        (Self::AudioSecond, "input_cost_per_audio_per_second"),
        (Self::CacheRead, "cache_read_input_token_cost"),
        (Self::CacheWrite, "cache_creation_input_token_cost"),
        (Self::CacheWriteHour, "cache_creation_input_token_cost_above_1hr"),
        (Self::GuardrailAutomatedReasoning, "automatedReasoningPolicyUnits"),
        (Self::GuardrailContent, "contentPolicyUnits"),
        (Self::GuardrailContentImage, "contentPolicyImageUnits"),
        (Self::GuardrailGrounding, "contextualGroundingPolicyUnits"),
        (Self::GuardrailSensitive, "sensitiveInformationPolicyUnits"),
        (Self::GuardrailSensitiveFree, "sensitiveInformationPolicyFreeUnits"),
        (Self::GuardrailTopic, "topicPolicyUnits"),
        (Self::GuardrailWord, "wordPolicyUnits"),
        (Self::Input, "input_cost_per_token"),
        (Self::InputAudio, "input_cost_per_audio_token"),
        (Self::InputImage, "input_cost_per_image"),
        (Self::InputImageToken, "input_cost_per_image_token"),
        (Self::Output, "output_cost_per_token"),
        (Self::OutputAudio, "output_cost_per_audio_token"),
        (Self::OutputImage, "output_cost_per_image"),
        (Self::OutputReasoning, "output_cost_per_reasoning_token"),
        (Self::Query, "input_cost_per_query"),
        (Self::Search, "search_context_cost_per_query"),
        (Self::Second, "input_cost_per_second"),
        (Self::VideoSecond, "input_cost_per_video_per_second"),
    ];

    /// The name of the price in LiteLLM's files, or of the unit in AWS's guardrail traces.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(meter, _)| *meter == self).map_or("", |(_, name)| name)
    }

    fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(meter, _)| *meter)
    }

    /// The meter that counts for this one where it has no price of its own: a vendor that names no price for cached tokens bills them
    /// as any others.
    pub(crate) const fn otherwise(self) -> Option<Self> {
        match self {
            Self::CacheWriteHour => Some(Self::CacheWrite),
            Self::CacheRead | Self::CacheWrite | Self::InputAudio | Self::InputImageToken => Some(Self::Input),
            Self::OutputAudio | Self::OutputReasoning => Some(Self::Output),
            _ => None,
        }
    }
}

/// How the call is served. <https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html>
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Tier {
    /// As usual.
    #[default]
    Standard,
    /// In a batch.
    Batch,
    /// Cheaper, and slower.
    Flex,
    /// Dearer, and first.
    Priority,
    /// Dearer still, and fastest.
    Ultrafast,
}

impl Tier {
    const SUFFIXES: &[(Self, &str)] = &[
        (Self::Batch, "_batches"),
        (Self::Flex, "_flex"),
        (Self::Priority, "_priority"),
        (Self::Ultrafast, "_ultrafast"),
    ];

    /// The tier that an answer's `service_tier` names. A tier without a price by the token, `reserved` say, is `None`.
    #[must_use]
    pub fn of_service_tier(name: &str) -> Option<Self> {
        match name {
            "auto" | "default" | "standard" => Some(Self::Standard),
            "fast" | "priority" => Some(Self::Priority),
            "flex" => Some(Self::Flex),
            "ultrafast" => Some(Self::Ultrafast),
            _ => None,
        }
    }
}

/// What one unit costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Price {
    /// What is metered.
    pub meter: Meter,
    /// In which tier.
    pub tier: Tier,
    /// It holds for prompts of more tokens than this.
    pub above: u32,
    femto: u64,
}

impl Price {
    /// A price in picodollars: for a token as many as dollars for a million of a million.
    #[must_use]
    pub const fn new(meter: Meter, pico: u64) -> Self {
        Self { meter, tier: Tier::Standard, above: 0, femto: pico * 1000 }
    }

    /// Makes it the price of a tier.
    #[must_use]
    pub const fn tier(mut self, tier: Tier) -> Self {
        self.tier = tier;
        self
    }

    /// Makes it the price for prompts of more tokens than these.
    #[must_use]
    pub const fn above(mut self, tokens: u32) -> Self {
        self.above = tokens;
        self
    }

    /// The price of a unit.
    #[must_use]
    pub fn usd(self) -> Usd {
        Usd::from_femto(u128::from(self.femto))
    }

    /// Reads a price as LiteLLM's files have it, e.g. `input_cost_per_token_above_200k_tokens_priority` and `3e-06`; `None` if no price
    /// has this name.
    ///
    /// # Errors
    /// If the name is a price's and the value is not an amount.
    pub fn read(name: &str, value: &str) -> Result<Option<Self>, NotAnAmount> {
        let Some((meter, tier, above)) = key(name) else { return Ok(None) };
        let femto = u64::try_from(Usd::parse(value)?.femto()).map_err(|_| NotAnAmount)?;
        Ok(Some(Self { meter, tier, above, femto }))
    }
}

fn key(name: &str) -> Option<(Meter, Tier, u32)> {
    let tier = Tier::SUFFIXES.iter().find_map(|(tier, suffix)| Some((name.strip_suffix(suffix)?, *tier)));
    let (name, tier) = tier.unwrap_or((name, Tier::Standard));
    let threshold = name.strip_suffix("k_tokens").and_then(|name| name.rsplit_once("_above_"));
    let (name, above) = match threshold {
        Some((name, thousands)) => (name, thousands.parse::<u32>().ok()?.checked_mul(1000)?),
        None => (name, 0),
    };
    Some((Meter::named(name)?, tier, above))
}

/// The prices of a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prices(Cow<'static, [Price]>);

impl Prices {
    /// These prices.
    #[must_use]
    pub const fn new(prices: &'static [Price]) -> Self {
        Self(Cow::Borrowed(prices))
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Price> {
        self.0.iter().copied()
    }

    /// Puts the caller's prices over these. A plain price stands for all of its kind: an `input_cost_per_token` of the caller's ends the
    /// list's prices for long prompts, tiers and caches, too, which were another contract's.
    #[must_use]
    pub fn with(self, own: &[Price]) -> Self {
        if own.is_empty() {
            return self;
        }
        let plain =
            |meter| own.iter().any(|price| price.meter == meter && price.tier == Tier::Standard && price.above == 0);
        let replaced = |listed: &Price| {
            let mut meter = Some(listed.meter);
            while let Some(one) = meter {
                if plain(one) {
                    return true;
                }
                meter = one.otherwise();
            }
            own.iter().any(|price| (price.meter, price.tier, price.above) == (listed.meter, listed.tier, listed.above))
        };
        let listed = self.0.iter().filter(|price| !replaced(price)).copied();
        Self(listed.chain(own.iter().copied()).collect())
    }

    /// What a unit costs in this tier after a prompt of so many tokens; `None` if nobody said.
    ///
    /// The highest threshold below the prompt decides. There, a tier without a price of its own costs what the standard tier does, and a
    /// batch half of it. A meter without any price costs what the one does that it is a kind of: cached tokens as input, reasoning as
    /// output.
    #[must_use]
    pub fn of(&self, meter: Meter, tier: Tier, prompt_tokens: u64) -> Option<Usd> {
        let holds = |price: &&Price| {
            price.meter == meter
                && (price.tier == tier || price.tier == Tier::Standard)
                && (price.above == 0 || prompt_tokens > u64::from(price.above))
        };
        let highest = self.0.iter().filter(holds).map(|price| price.above).max();
        let Some(above) = highest else { return self.of(meter.otherwise()?, tier, prompt_tokens) };
        let at =
            |tier: Tier| self.0.iter().find(|price| price.meter == meter && price.tier == tier && price.above == above);
        let standard =
            || at(Tier::Standard).map(|price| if tier == Tier::Batch { price.usd().half() } else { price.usd() });
        at(tier).map(|price| price.usd()).or_else(standard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_prices_are_read_in_parts() {
        let rows = [
            ("input_cost_per_token", Some((Meter::Input, Tier::Standard, 0))),
            ("output_cost_per_token_above_200k_tokens", Some((Meter::Output, Tier::Standard, 200_000))),
            ("cache_creation_input_token_cost_above_1hr", Some((Meter::CacheWriteHour, Tier::Standard, 0))),
            (
                "cache_creation_input_token_cost_above_1hr_above_200k_tokens",
                Some((Meter::CacheWriteHour, Tier::Standard, 200_000)),
            ),
            ("input_cost_per_token_above_272k_tokens_ultrafast", Some((Meter::Input, Tier::Ultrafast, 272_000))),
            ("input_cost_per_token_batches", Some((Meter::Input, Tier::Batch, 0))),
            ("input_cost_per_token_above_xk_tokens", None),
            ("input_cost", None),
            ("max_tokens", None),
        ];
        for (name, parts) in rows {
            assert_eq!(key(name), parts, "{name}");
        }
        for (meter, name) in Meter::NAMES {
            assert_eq!((Meter::named(name), meter.name()), (Some(*meter), *name));
        }
        assert_eq!(Price::read("input_cost_per_token", "free"), Err(NotAnAmount));
        assert_eq!(Price::read("mode", "free"), Ok(None));
    }

    #[test]
    fn a_plain_price_of_the_callers_ends_all_of_its_kind() {
        const LISTED: &[Price] = &[
            Price::new(Meter::Input, 30),
            Price::new(Meter::Input, 60).above(200_000),
            Price::new(Meter::CacheRead, 3),
            Price::new(Meter::Output, 150),
            Price::new(Meter::Output, 75).tier(Tier::Batch),
        ];
        let own = |meter, pico| Prices::new(LISTED).with(&[Price::new(meter, pico)]);
        let pico =
            |prices: Prices, meter, tokens| prices.of(meter, Tier::Standard, tokens).map(|usd| usd.femto() / 1000);
        assert_eq!(pico(own(Meter::Input, 0), Meter::CacheRead, 300_000), Some(0));
        assert_eq!(pico(own(Meter::Input, 0), Meter::Input, 300_000), Some(0));
        assert_eq!(pico(own(Meter::Input, 0), Meter::Output, 1), Some(150));
        assert_eq!(pico(own(Meter::CacheRead, 1), Meter::CacheRead, 1), Some(1));
        assert_eq!(pico(own(Meter::CacheRead, 1), Meter::Input, 300_000), Some(60));
        let batch = own(Meter::Output, 11).of(Meter::Output, Tier::Batch, 1);
        assert_eq!(batch, Some(Usd::from_femto(5500)));
    }
}
