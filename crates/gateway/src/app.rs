//! What the handlers share, and what of it serves now.

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;

use crate::config::{Config, Routing};
use crate::deployments::Deployments;
use crate::keys::Keys;
use crate::limits::Limits;
use crate::routes;

/// What a configuration became: deployments, keys, limits. It does not change; another one takes its place.
#[derive(Debug)]
pub struct App {
    pub(crate) deployments: Deployments,
    pub(crate) routing: Routing,
    pub(crate) keys: Keys,
    pub(crate) limits: Limits,
    /// Whether `/metrics` wants no key.
    pub(crate) open_metrics: bool,
}

impl App {
    /// What `config` says, with its deployments connected.
    #[must_use]
    pub fn new(config: &Config, deployments: Deployments) -> Self {
        Self {
            deployments,
            routing: config.routing.clone(),
            keys: config.keys.clone(),
            limits: config.limits,
            open_metrics: config.open_metrics,
        }
    }

    /// The service, with a configuration that stays.
    pub fn router(self) -> Router {
        Live::new(self).router()
    }
}

/// The configuration that serves now. A request keeps the one that it began with, until it ends.
#[derive(Debug, Clone)]
pub struct Live(Arc<RwLock<Arc<App>>>);

impl Live {
    /// Serves `app`.
    #[must_use]
    pub fn new(app: App) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(app))))
    }

    /// Serves `app` from the next request on. Deployments that it has in common with the one before go on as they are.
    pub fn replace(&self, mut app: App) {
        app.deployments.go_on_from(&self.now().deployments);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(app);
    }

    /// What serves now.
    pub(crate) fn now(&self) -> Arc<App> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The service.
    pub fn router(&self) -> Router {
        routes::router().with_state(self.clone())
    }
}
