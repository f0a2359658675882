//! What a configuration says of a model beside its name: LiteLLM's `model_info`, and the prices among its `litellm_params`.

use crate::facts::feature::{Feature, FeatureSet};
use crate::price::Price;

/// What a configuration says of a model. It has the last word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelOverrides {
    /// Largest prompt, in tokens.
    pub max_input_tokens: Option<u32>,
    /// Largest answer, in tokens.
    pub max_output_tokens: Option<u32>,
    /// Length of an embedding, in numbers.
    pub output_vector_size: Option<u32>,
    /// The day after which the model may be gone, `YYYY-MM-DD`.
    pub deprecation_date: Option<String>,
    /// Prices of the caller's own. A plain one stands for all of its kind, see [`Prices::with`](crate::Prices::with).
    pub prices: Vec<Price>,
    has: FeatureSet,
    lacks: FeatureSet,
}

/// Why a member of a configuration says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` {reason}")]
#[non_exhaustive]
pub struct InvalidOverride {
    /// The member.
    pub name: String,
    /// What to write instead.
    pub reason: String,
}

impl ModelOverrides {
    /// Nothing is said.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            max_input_tokens: None,
            max_output_tokens: None,
            output_vector_size: None,
            deprecation_date: None,
            prices: Vec::new(),
            has: FeatureSet::of(&[]),
            lacks: FeatureSet::of(&[]),
        }
    }

    /// Whether a member of this name says something here.
    #[must_use]
    pub fn knows(name: &str) -> bool {
        Self::default().set(name, "") != Ok(false)
    }

    /// Says or lacks a feature.
    #[must_use]
    pub const fn with(mut self, feature: Feature, present: bool) -> Self {
        self.has = self.has.put(feature, present);
        self.lacks = self.lacks.put(feature, !present);
        self
    }

    /// Reads a member, e.g. `supports_vision` and `true`, or `input_cost_per_token` and `3e-06`. Whether the name is one of those that
    /// say something here.
    ///
    /// # Errors
    /// If the name is and the value is not what it takes.
    pub fn set(&mut self, name: &str, value: &str) -> Result<bool, InvalidOverride> {
        let invalid = |reason: String| InvalidOverride { name: name.to_owned(), reason };
        if let Some(feature) = Feature::named(name) {
            let present = value.parse().map_err(|_| invalid("must be `true` or `false`".to_owned()))?;
            *self = std::mem::take(self).with(feature, present);
            return Ok(true);
        }
        let count = || value.parse().map(Some).map_err(|_| invalid("must be a whole number".to_owned()));
        match name {
            "deprecation_date" => self.deprecation_date = Some(value.to_owned()),
            "max_input_tokens" => self.max_input_tokens = count()?,
            // LiteLLM's older name of the same.
            "max_output_tokens" | "max_tokens" => self.max_output_tokens = count()?,
            "output_vector_size" => self.output_vector_size = count()?,
            _ => {
                let price = Price::read(name, value).map_err(|error| invalid(format!("is not valid: {error}")))?;
                let Some(price) = price else { return Ok(false) };
                let key = |price: &Price| (price.meter, price.tier, price.above);
                self.prices.retain(|other| key(other) != key(&price));
                self.prices.push(price);
            }
        }
        Ok(true)
    }

    /// What is said of `feature`.
    #[must_use]
    pub const fn supports(&self, feature: Feature) -> Option<bool> {
        match (self.has.contains(feature), self.lacks.contains(feature)) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }

    /// The features that something is said of.
    pub(crate) fn features(&self) -> impl Iterator<Item = (Feature, bool)> {
        self.has.iter().map(|feature| (feature, true)).chain(self.lacks.iter().map(|feature| (feature, false)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Meter, Tier};

    #[test]
    fn members_are_read_by_name_and_the_last_one_counts() {
        let mut own = ModelOverrides::default();
        for (name, value) in [
            ("supports_vision", "true"),
            ("supports_vision", "false"),
            ("max_tokens", "100"),
            ("max_input_tokens", "2000"),
            ("input_cost_per_token", "0.1"),
            ("input_cost_per_token", "3e-06"),
            ("deprecation_date", "2030-01-01"),
        ] {
            assert_eq!(own.set(name, value), Ok(true), "{name}");
            assert!(ModelOverrides::knows(name), "{name}");
        }
        assert_eq!((own.supports(Feature::Vision), own.supports(Feature::PdfInput)), (Some(false), None));
        assert_eq!((own.max_output_tokens, own.max_input_tokens), (Some(100), Some(2000)));
        assert_eq!(own.prices, [Price::new(Meter::Input, 3_000_000).tier(Tier::Standard)]);
        assert_eq!(own.set("description", "mine"), Ok(false));
        assert!(!ModelOverrides::knows("description"));
    }

    #[test]
    fn a_wrong_value_is_named() {
        let rows = [
            ("supports_vision", "maybe", "`supports_vision` must be `true` or `false`"),
            ("max_tokens", "-1", "`max_tokens` must be a whole number"),
            (
                "output_cost_per_token",
                "-3",
                "`output_cost_per_token` is not valid: a price is a number of US dollars, not negative and below 18446, \
                 e.g. `0.000003` or `3e-06`",
            ),
        ];
        for (name, value, said) in rows {
            assert_eq!(
                ModelOverrides::default().set(name, value).map_err(|error| error.to_string()),
                Err(said.to_owned())
            );
        }
    }
}
