//! What is known of a resolved model: the configuration's word, else what is published of its id, else what its family is like.

use crate::facts::feature::Feature;
use crate::facts::{Facts, Mode};
use crate::model::overrides::ModelOverrides;
use crate::{ModelSpec, Prices};

/// What is known of a model.
#[derive(Debug, Clone, Copy)]
pub struct ModelInfo<'a> {
    spec: &'a ModelSpec,
    own: &'a ModelOverrides,
    /// The row of the id with its geography, and of the id without.
    rows: [Option<&'static Facts>; 2],
}

impl<'a> ModelInfo<'a> {
    pub(crate) fn new(spec: &'a ModelSpec, own: &'a ModelOverrides) -> Self {
        Self { spec, own, rows: rows(&spec.listing, &spec.id.base) }
    }

    /// Whether the model has `feature`; `None` if nobody said.
    #[must_use]
    pub fn supports(&self, feature: Feature) -> Option<bool> {
        let published = || self.published(|row| row.supports(feature));
        // The row of unknown models lets everything through because it knows nothing.
        let family = || feature.of(&self.spec.model.can).filter(|_| !self.spec.model.prefix.is_empty());
        self.own.supports(feature).or_else(published).or_else(family)
    }

    /// Whether the model is known to take tools.
    #[must_use]
    pub fn supports_function_calling(&self) -> bool {
        self.supports(Feature::FunctionCalling) == Some(true)
    }

    /// Whether the model is known to take PDF documents.
    #[must_use]
    pub fn supports_pdf_input(&self) -> bool {
        self.supports(Feature::PdfInput) == Some(true)
    }

    /// Whether the model is known to cache prompts.
    #[must_use]
    pub fn supports_prompt_caching(&self) -> bool {
        self.supports(Feature::PromptCaching) == Some(true)
    }

    /// Whether the model is known to reason.
    #[must_use]
    pub fn supports_reasoning(&self) -> bool {
        self.supports(Feature::Reasoning) == Some(true)
    }

    /// Whether the model is known to answer in JSON of a given schema.
    #[must_use]
    pub fn supports_response_schema(&self) -> bool {
        self.supports(Feature::ResponseSchema) == Some(true)
    }

    /// Whether the model is known to let a tool be forced.
    #[must_use]
    pub fn supports_tool_choice(&self) -> bool {
        self.supports(Feature::ToolChoice) == Some(true)
    }

    /// Whether the model is known to see images.
    #[must_use]
    pub fn supports_vision(&self) -> bool {
        self.supports(Feature::Vision) == Some(true)
    }

    /// What the model is for.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        self.published(|row| Some(row.mode))
    }

    /// Largest prompt, in tokens.
    #[must_use]
    pub fn max_input_tokens(&self) -> Option<u32> {
        self.own.max_input_tokens.or_else(|| self.published(|row| row.max_input_tokens))
    }

    /// Largest answer, in tokens.
    #[must_use]
    pub fn max_output_tokens(&self) -> Option<u32> {
        let published = || self.published(|row| row.max_output_tokens);
        self.own.max_output_tokens.or_else(published).or(self.spec.model.max_output_tokens)
    }

    /// Length of an embedding, in numbers, unless the request says otherwise.
    #[must_use]
    pub fn output_vector_size(&self) -> Option<u32> {
        self.own.output_vector_size.or_else(|| self.published(|row| row.output_vector_size))
    }

    /// Smallest prompt that can be cached, in tokens.
    #[must_use]
    pub fn prompt_cache_min_tokens(&self) -> Option<u32> {
        self.published(|row| row.prompt_cache_min_tokens)
    }

    /// The day after which AWS may switch the model off, `YYYY-MM-DD`.
    #[must_use]
    pub fn deprecation_date(&self) -> Option<&'a str> {
        let published = || self.published(|row| row.deprecation_date);
        self.own.deprecation_date.as_deref().or_else(published)
    }

    /// The prices of calls to `region`, the configuration's put over the published ones; empty if none are known.
    ///
    /// A geography's prices are those of its own row, never those of the id without it. A region pays its own row if it has one, else
    /// the plain row; not so the regions of AWS GovCloud, whose prices differ throughout.
    #[must_use]
    pub fn prices(&self, region: Option<&str>) -> Prices {
        listed(&self.spec.listing, region).map(Facts::prices).unwrap_or_default().with(&self.own.prices)
    }

    /// The prices of making images of `width` times `height` pixels in so many steps, where they depend on that; else as
    /// [`ModelInfo::prices`].
    #[must_use]
    pub fn image_prices(&self, region: Option<&str>, (width, height): (u32, u32), steps: Option<u32>) -> Prices {
        // Published for up to 50 steps, which is what a request that names none makes, and for more.
        let steps = if steps.is_none_or(|steps| steps <= 50) { "50-steps" } else { "max-steps" };
        let fits = |most: u32| width <= most && height <= most;
        let sizes = [("512-x-512", fits(512)), ("1024-x-1024", fits(1024)), ("max-x-max", true)];
        let keys =
            sizes.iter().filter(|(_, fits)| *fits).map(|(size, _)| format!("{size}/{steps}/{}", self.spec.listing));
        match keys.into_iter().find_map(|key| Facts::find(&key)) {
            Some(row) => row.prices().with(&self.own.prices),
            None => self.prices(region),
        }
    }

    fn published<T>(&self, of: impl Fn(&'static Facts) -> Option<T>) -> Option<T> {
        self.rows.iter().flatten().find_map(|row| of(row))
    }
}

/// The rows that describe an id, the more exact one first.
pub(super) fn rows(listing: &str, base: &str) -> [Option<&'static Facts>; 2] {
    [Facts::of_id(listing), Facts::of_id(base)]
}

fn listed(listing: &str, region: Option<&str>) -> Option<&'static Facts> {
    let regional = region.and_then(|region| Facts::find(&format!("bedrock/{region}/{listing}")));
    let elsewhere =
        || Facts::of_id(listing).filter(|row| row.key.starts_with("us-gov.") || !region.is_some_and(gov_cloud));
    regional.or_else(elsewhere)
}

fn gov_cloud(region: &str) -> bool {
    region.starts_with("us-gov-")
}
