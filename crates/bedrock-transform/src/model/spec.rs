//! A model name resolved: which family, which route, what goes into the URL.

use crate::family::{Catalog, Family, Model};
use crate::model::id::ModelId;
use crate::model::info::{self, ModelInfo};
use crate::model::overrides::ModelOverrides;
use crate::{Route, Target, TransformError};

/// A model name resolved once.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ModelSpec {
    /// The name in parts.
    pub id: ModelId,
    /// What goes into the URL.
    pub target: Target,
    /// The models it belongs to.
    pub family: &'static Family,
    /// What it can do. A value: config may override it.
    pub model: Model,
    /// How it is called.
    pub route: Route,
    /// The id whose row says what the model costs: its own with its geography, or `base_model`'s; empty if the name is an ARN that does not
    /// say.
    pub listing: String,
}

impl ModelSpec {
    /// Looks `name` up. An unknown model goes to Converse with permissive capabilities.
    ///
    /// # Errors
    /// If `name` cannot name a Bedrock model, or asks for InvokeModel or a job of a family whose body is not known.
    pub fn resolve(name: &str, catalog: &Catalog) -> Result<Self, TransformError> {
        let id = ModelId::parse(name)?;
        let (family, model) = catalog.find_id(&id);
        let listing = id.listing();
        Self::of(id, listing, family, *model)
    }

    /// Looks `name` up, and takes family and capabilities from `base_model`: for ARNs that do not say what they are.
    ///
    /// # Errors
    /// As [`ModelSpec::resolve`], for either name.
    pub fn resolve_as(name: &str, base_model: &str, catalog: &Catalog) -> Result<Self, TransformError> {
        let mut id = ModelId::parse(name)?;
        let base = ModelId::parse(base_model)?;
        let (family, model) = catalog.find_id(&base);
        let listing = base.listing();
        id.base = base.base;
        id.body = id.body.or(base.body);
        id.route = id.route.or(base.route);
        Self::of(id, listing, family, *model)
    }

    fn of(id: ModelId, listing: String, family: &'static Family, mut model: Model) -> Result<Self, TransformError> {
        let published = || info::rows(&listing, &id.base).into_iter().flatten().find_map(|row| row.max_output_tokens);
        // The row of an id knows better than the one of a prefix.
        model.max_output_tokens = published().or(model.max_output_tokens);
        if id.job && family.embed.as_ref().is_none_or(|codec| codec.job.is_none()) {
            let reason = "`async_invoke/` is served for embeddings, of models that make them in a job";
            return Err(TransformError::model_id(id.target.as_str(), reason));
        }
        let route = match id.route {
            Some(Route::Invoke) if family.converses() && family.chat.is_none() => {
                return Err(TransformError::unsupported_capability(family.name, "chat"));
            }
            Some(route) => route,
            None if !family.converses() => Route::Invoke,
            // A body named before the ARN of an imported model is the body to send.
            // Custom Nova models answer by Converse.
            None if id.body.is_some_and(|body| !body.starts_with("nova")) && family.chat.is_some() => Route::Invoke,
            None if model.prefers_invoke && family.chat.is_some() => Route::Invoke,
            None => Route::Converse,
        };
        Ok(Self { target: id.target.clone(), id, family, model, route, listing })
    }

    /// Whether a row of a family or of what is published is about the model. One that is not known takes what AWS lets it take.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.model.prefix.is_empty() || info::rows(&self.listing, &self.id.base).iter().any(Option::is_some)
    }

    /// What is known of the model.
    #[must_use]
    pub fn info(&self) -> ModelInfo<'_> {
        static NOTHING: ModelOverrides = ModelOverrides::new();
        self.info_with(&NOTHING)
    }

    /// What is known of the model, with what a configuration says of it.
    #[must_use]
    pub fn info_with<'a>(&'a self, own: &'a ModelOverrides) -> ModelInfo<'a> {
        ModelInfo::new(self, own)
    }

    /// Maps requests as a configuration says of the model.
    #[must_use]
    pub fn with_overrides(mut self, own: &ModelOverrides) -> Self {
        own.features().for_each(|(feature, present)| feature.set(&mut self.model.can, present));
        self.model.max_output_tokens = own.max_output_tokens.or(self.model.max_output_tokens);
        self
    }

    /// Sends to `target`, a provisioned model say, what is built for this model.
    #[must_use]
    pub fn with_target(mut self, target: Target) -> Self {
        self.target = target;
        self
    }
}
