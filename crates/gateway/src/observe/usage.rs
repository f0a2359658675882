//! What an answer says that it used.

use facade::Reply;
use facade::transform::{Consumption, Tier};
use facade::types::{
    ChatResponse, CompletionTokensDetails, EmbeddingInput, EmbeddingResponse, ImageResponse, PromptTokensDetails,
    RerankResponse, Usage,
};

/// What a call used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Used {
    pub(super) counts: Consumption,
    /// Whether something was used besides that is not counted: its cost is not known then.
    pub(super) and_more: bool,
}

impl From<Consumption> for Used {
    fn from(counts: Consumption) -> Self {
        Self { counts, and_more: false }
    }
}

impl Used {
    /// A tier without prices of its own, `reserved` say, leaves the cost unknown.
    pub(crate) fn by_chat(usage: &Usage, service_tier: Option<&str>) -> Self {
        let mut counts = Consumption::tokens(*usage);
        let tier = service_tier.map_or(Some(Tier::Standard), Tier::of_service_tier);
        counts.tier = tier.unwrap_or_default();
        Self { counts, and_more: tier.is_none() }
    }

    /// What is known of an embedding before it is made: images are not among its tokens, and nobody counts sound and video.
    pub(crate) fn by_input(input: &EmbeddingInput) -> Self {
        let texts = match input {
            EmbeddingInput::Text(text) => std::slice::from_ref(text),
            EmbeddingInput::Texts(texts) => texts,
            _ => &[],
        };
        let mut used = Self::default();
        for text in texts {
            used.counts.input_images += u64::from(text.starts_with("data:image/"));
            used.and_more |= text.starts_with("s3://") || text.starts_with("data:") && !text.starts_with("data:image/");
        }
        used
    }

    /// Both together; the counts of tokens are those of `answer`.
    pub(super) fn and(self, answer: Self) -> Self {
        let mut counts = answer.counts;
        counts.input_images += self.counts.input_images;
        Self { counts, and_more: self.and_more || answer.and_more }
    }
}

/// An answer that may say what it used.
pub(crate) trait Metered {
    /// `None` if it does not say, or not yet.
    fn used(&self) -> Option<Used>;
}

impl Metered for Reply<ChatResponse> {
    fn used(&self) -> Option<Used> {
        Some(Used::by_chat(self.value.usage.as_ref()?, self.value.service_tier.as_deref()))
    }
}

impl Metered for Reply<EmbeddingResponse> {
    fn used(&self) -> Option<Used> {
        let usage = self.value.usage?;
        Some(Consumption::tokens(Usage::new(usage.prompt_tokens, 0, usage.total_tokens)).into())
    }
}

impl Metered for Reply<ImageResponse> {
    fn used(&self) -> Option<Used> {
        let mut counts = Consumption::default();
        counts.output_images = u64::try_from(self.value.data.len()).unwrap_or(u64::MAX);
        Some(counts.into())
    }
}

impl Metered for Reply<RerankResponse> {
    fn used(&self) -> Option<Used> {
        let meta = self.value.meta.as_ref()?;
        let mut counts = Consumption::default();
        counts.queries = meta.billed_units.as_ref().and_then(|units| units.search_units).unwrap_or_default();
        if let Some(tokens) = &meta.tokens {
            let (input, output) = (tokens.input_tokens.unwrap_or_default(), tokens.output_tokens.unwrap_or_default());
            counts.usage = Usage::new(input, output, input.saturating_add(output));
        }
        Some(counts.into())
    }
}

/// The tokens of two answers.
pub(crate) fn sum(one: Usage, other: Usage) -> Usage {
    let mut sum = one;
    sum.prompt_tokens += other.prompt_tokens;
    sum.completion_tokens += other.completion_tokens;
    sum.total_tokens += other.total_tokens;
    sum.prompt_tokens_details = both(one.prompt_tokens_details, other.prompt_tokens_details, |one, other| {
        let mut sum = PromptTokensDetails::default();
        sum.cached_tokens = both(one.cached_tokens, other.cached_tokens, |one, other| one + other);
        sum.cache_creation_tokens =
            both(one.cache_creation_tokens, other.cache_creation_tokens, |one, other| one + other);
        sum.cache_creation_token_details = None;
        sum
    });
    let (of_one, of_other) = (one.completion_tokens_details, other.completion_tokens_details);
    sum.completion_tokens_details = both(of_one, of_other, |one, other| {
        let mut sum = CompletionTokensDetails::default();
        sum.reasoning_tokens = both(one.reasoning_tokens, other.reasoning_tokens, |one, other| one + other);
        sum
    });
    sum
}

/// Both together, or the one that is there.
fn both<T>(one: Option<T>, other: Option<T>, add: impl FnOnce(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(add(one, other)),
        (one, other) => one.or(other),
    }
}
