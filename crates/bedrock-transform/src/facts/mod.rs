//! What is published of every model on Bedrock: limits, features, lifecycle, prices. One row an id, in `rows.rs`, which
//! `cargo xtask catalog` writes.

pub(crate) mod feature;
mod rows;

use crate::Prices;
use crate::facts::feature::{Feature, FeatureSet};
use crate::price::Price;

/// What is published of a model. What a row does not say is not known: absent is not "no".
#[derive(Debug)]
#[non_exhaustive]
pub struct Facts {
    /// The name of the row: an id with its geography, e.g. `us.amazon.nova-lite-v1:0`; behind `bedrock/` and a region where that region has
    /// prices of its own; other forms have commitments and sizes of images in front.
    pub key: &'static str,
    /// What the model is for.
    pub mode: Mode,
    /// Largest prompt, in tokens.
    pub max_input_tokens: Option<u32>,
    /// Largest answer, in tokens.
    pub max_output_tokens: Option<u32>,
    /// Smallest prompt that can be cached, in tokens.
    pub prompt_cache_min_tokens: Option<u32>,
    /// Length of an embedding, in numbers, unless the request says otherwise.
    pub output_vector_size: Option<u32>,
    /// The day after which AWS may switch the model off, `YYYY-MM-DD`.
    pub deprecation_date: Option<&'static str>,
    has: FeatureSet,
    lacks: FeatureSet,
    prices: &'static [Price],
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// `chat`
    Chat,
    /// `embedding`
    Embedding,
    /// `guardrail`
    Guardrail,
    /// `image_edit`
    ImageEdit,
    /// `image_generation`
    ImageGeneration,
    /// `realtime`
    Realtime,
    /// `rerank`
    Rerank,
    /// `responses`
    Responses,
}

impl Mode {
    /// LiteLLM's word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Embedding => "embedding",
            Self::Guardrail => "guardrail",
            Self::ImageEdit => "image_edit",
            Self::ImageGeneration => "image_generation",
            Self::Realtime => "realtime",
            Self::Rerank => "rerank",
            Self::Responses => "responses",
        }
    }
}

impl Facts {
    /// Every row, sorted by key.
    pub const ALL: &[Self] = rows::ROWS;

    /// The row of this key.
    #[must_use]
    pub fn find(key: &str) -> Option<&'static Self> {
        let at = Self::ALL.binary_search_by(|row| row.key.cmp(key)).ok()?;
        Self::ALL.get(at)
    }

    /// Whether the model has `feature`; `None` if the row does not say.
    #[must_use]
    pub const fn supports(&self, feature: Feature) -> Option<bool> {
        match (self.has.contains(feature), self.lacks.contains(feature)) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }

    /// The prices.
    #[must_use]
    pub const fn prices(&self) -> Prices {
        Prices::new(self.prices)
    }

    /// The row of an id with its geography, and of its namesake behind `bedrock/`.
    pub(crate) fn of_id(id: &str) -> Option<&'static Self> {
        Self::find(id).or_else(|| Self::find(&format!("bedrock/{id}")))
    }

    const fn new(key: &'static str, mode: Mode) -> Self {
        Self {
            key,
            mode,
            max_input_tokens: None,
            max_output_tokens: None,
            prompt_cache_min_tokens: None,
            output_vector_size: None,
            deprecation_date: None,
            has: FeatureSet::of(&[]),
            lacks: FeatureSet::of(&[]),
            prices: &[],
        }
    }

    const fn input(mut self, tokens: u32) -> Self {
        self.max_input_tokens = Some(tokens);
        self
    }

    const fn output(mut self, tokens: u32) -> Self {
        self.max_output_tokens = Some(tokens);
        self
    }

    const fn cache_from(mut self, tokens: u32) -> Self {
        self.prompt_cache_min_tokens = Some(tokens);
        self
    }

    const fn vector(mut self, numbers: u32) -> Self {
        self.output_vector_size = Some(numbers);
        self
    }

    const fn until(mut self, date: &'static str) -> Self {
        self.deprecation_date = Some(date);
        self
    }

    const fn has(mut self, features: &[Feature]) -> Self {
        self.has = FeatureSet::of(features);
        self
    }

    const fn lacks(mut self, features: &[Feature]) -> Self {
        self.lacks = FeatureSet::of(features);
        self
    }

    const fn costs(mut self, prices: &'static [Price]) -> Self {
        self.prices = prices;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_no_key_is_twice() {
        assert!(Facts::ALL.is_sorted_by(|one, other| one.key < other.key));
    }

    #[test]
    fn every_date_is_a_day() {
        for row in Facts::ALL {
            let Some(date) = row.deprecation_date else { continue };
            let digits = |at: std::ops::Range<usize>| date[at].bytes().all(|byte| byte.is_ascii_digit());
            let day = date.len() == 10 && digits(0..4) && &date[4..5] == "-" && digits(5..7) && &date[7..8] == "-";
            assert!(day && digits(8..10), "{}: {date}", row.key);
        }
    }

    #[test]
    fn no_row_has_a_feature_and_lacks_it() {
        for row in Facts::ALL {
            assert!(row.has.iter().all(|feature| !row.lacks.contains(feature)), "{}", row.key);
        }
    }
}
