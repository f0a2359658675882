//! A model name resolved: which family, which route, what goes into the URL.

use crate::family::{Catalog, Family, Model};
use crate::model::id::ModelId;
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
}

impl ModelSpec {
    /// Looks `name` up. An unknown model goes to Converse with permissive capabilities.
    ///
    /// # Errors
    /// If `name` cannot name a Bedrock model, or asks for InvokeModel of a family whose body is not known.
    pub fn resolve(name: &str, catalog: &Catalog) -> Result<Self, TransformError> {
        let id = ModelId::parse(name)?;
        let (family, model) = catalog.find_id(&id);
        Self::of(id, family, *model)
    }

    /// Looks `name` up, and takes family and capabilities from `base_model`: for ARNs that do not say what they are.
    ///
    /// # Errors
    /// As [`ModelSpec::resolve`], for either name.
    pub fn resolve_as(name: &str, base_model: &str, catalog: &Catalog) -> Result<Self, TransformError> {
        let mut id = ModelId::parse(name)?;
        let base = ModelId::parse(base_model)?;
        let (family, model) = catalog.find_id(&base);
        id.base = base.base;
        id.body = id.body.or(base.body);
        id.route = id.route.or(base.route);
        Self::of(id, family, *model)
    }

    fn of(id: ModelId, family: &'static Family, model: Model) -> Result<Self, TransformError> {
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
        Ok(Self { target: id.target.clone(), id, family, model, route })
    }

    /// Sends to `target`, a provisioned model say, what is built for this model.
    #[must_use]
    pub fn with_target(mut self, target: Target) -> Self {
        self.target = target;
        self
    }
}
