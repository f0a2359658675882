//! What a call cost: counts times prices, and nothing where a price is not known.

use core_types::Usage;

use crate::Usd;
use crate::price::{Meter, Prices, Tier};

/// What a call used.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Consumption {
    /// Tokens, as the answer counts them.
    pub usage: Usage,
    /// How the call was served.
    pub tier: Tier,
    /// Images taken in, where they are not counted as tokens.
    pub input_images: u64,
    /// Images made.
    pub output_images: u64,
    /// Search units of a reranker.
    pub queries: u64,
    /// Web searches.
    pub web_searches: u64,
    /// Seconds of sound taken in, where they are not counted as tokens.
    pub audio_seconds: u64,
    /// Seconds of video taken in, where they are not counted as tokens.
    pub video_seconds: u64,
}

impl Consumption {
    /// A chat, or an embedding.
    #[must_use]
    pub fn tokens(usage: Usage) -> Self {
        Self { usage, ..Self::default() }
    }
}

/// What a call cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// The prompt, with all that went in.
    pub input: Usd,
    /// The answer, with all that came out.
    pub output: Usd,
    /// What the model did on the way, web searches say.
    pub tools: Usd,
}

impl Cost {
    /// All together.
    #[must_use]
    pub fn total(&self) -> Usd {
        self.input + self.output + self.tools
    }
}

/// The cost is not known: something was used that has no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cost is unknown: no price `{}`; name it in the configuration, or say `base_model`", meter.name())]
#[non_exhaustive]
pub struct UnknownPrice {
    /// What was used.
    pub meter: Meter,
}

/// What a call of this consumption cost. Exact: counts and prices are integers.
///
/// Every token is counted once: the prompt's are those read from a cache, those written to one for an hour or for five minutes, and the
/// rest; the answer's are reasoning and the rest.
///
/// ```
/// use bedrock_transform::{Catalog, Consumption, ModelSpec, completion_cost};
/// use core_types::Usage;
///
/// let spec = ModelSpec::resolve("us.anthropic.claude-sonnet-4-5-20250929-v1:0", &Catalog::builtin())?;
/// let used = Consumption::tokens(Usage::new(1000, 500, 1500));
/// let cost = completion_cost(&used, &spec.info().prices(None))?;
/// assert_eq!(cost.total().to_string(), "0.01155");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If something was used that has no price: an unknown cost is not zero.
pub fn completion_cost(used: &Consumption, prices: &Prices) -> Result<Cost, UnknownPrice> {
    let tokens = Tokens::of(&used.usage);
    let charge = |units: u64, meter: Meter| match prices.of(meter, used.tier, used.usage.prompt_tokens) {
        Some(price) => Ok(price.times(units)),
        // What is not used needs no price, of a model that has any.
        None if units == 0 && !prices.is_empty() => Ok(Usd::ZERO),
        None => Err(UnknownPrice { meter }),
    };
    let sum =
        |parts: &[(u64, Meter)]| parts.iter().map(|(units, meter)| charge(*units, *meter)).sum::<Result<Usd, _>>();
    Ok(Cost {
        input: sum(&[
            (tokens.input, Meter::Input),
            (tokens.cache_read, Meter::CacheRead),
            (tokens.cache_write, Meter::CacheWrite),
            (tokens.cache_write_hour, Meter::CacheWriteHour),
            (used.input_images, Meter::InputImage),
            (used.audio_seconds, Meter::AudioSecond),
            (used.video_seconds, Meter::VideoSecond),
            (used.queries, Meter::Query),
        ])?,
        output: sum(&[
            (tokens.output, Meter::Output),
            (tokens.reasoning, Meter::OutputReasoning),
            (used.output_images, Meter::OutputImage),
        ])?,
        tools: sum(&[(used.web_searches, Meter::Search)])?,
    })
}

/// Tokens, each in one place only.
struct Tokens {
    input: u64,
    cache_read: u64,
    cache_write: u64,
    cache_write_hour: u64,
    output: u64,
    reasoning: u64,
}

impl Tokens {
    /// A detail never counts for more than what it is a detail of.
    fn of(usage: &Usage) -> Self {
        let prompt = usage.prompt_tokens_details.unwrap_or_default();
        let cache_read = prompt.cached_tokens.unwrap_or_default().min(usage.prompt_tokens);
        let rest = usage.prompt_tokens - cache_read;
        let writes = prompt.cache_creation_token_details.unwrap_or_default();
        let detailed = writes.ephemeral_5m_input_tokens.saturating_add(writes.ephemeral_1h_input_tokens);
        let written = prompt.cache_creation_tokens.unwrap_or(detailed).min(rest);
        let cache_write_hour = writes.ephemeral_1h_input_tokens.min(written);
        let answer = usage.completion_tokens_details.unwrap_or_default();
        let reasoning = answer.reasoning_tokens.unwrap_or_default().min(usage.completion_tokens);
        Self {
            input: rest - written,
            cache_read,
            cache_write: written - cache_write_hour,
            cache_write_hour,
            output: usage.completion_tokens - reasoning,
            reasoning,
        }
    }
}
