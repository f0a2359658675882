//! The server's routes, and what its handlers share.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use facade::{ErrorBody, Secret};
use http::{Method, StatusCode, Uri};

use crate::auth;
use crate::config::{Config, Routing};
use crate::deployments::Deployments;
use crate::error::ApiError;
use crate::observe;
use crate::routes::{chat, embeddings, health, images, models, rerank};

/// What the handlers share.
#[derive(Debug)]
pub struct App {
    pub(crate) deployments: Deployments,
    pub(crate) routing: Routing,
    pub(crate) master_key: Option<Secret>,
    /// Largest request body, in bytes.
    pub(crate) max_body: usize,
}

impl App {
    /// What `config` says, with its deployments connected.
    #[must_use]
    pub fn new(config: &Config, deployments: Deployments) -> Self {
        Self {
            deployments,
            routing: config.routing.clone(),
            master_key: config.master_key.clone(),
            max_body: config.max_body,
        }
    }

    /// The service.
    pub fn router(self) -> Router {
        let app = Arc::new(self);
        let guarded = Router::new()
            .route("/v1/chat/completions", post(chat::unnamed))
            .route("/chat/completions", post(chat::unnamed))
            .route("/openai/deployments/{model}/chat/completions", post(chat::named))
            .route("/engines/{model}/chat/completions", post(chat::named))
            .route("/v1/embeddings", post(embeddings::unnamed))
            .route("/embeddings", post(embeddings::unnamed))
            .route("/openai/deployments/{model}/embeddings", post(embeddings::named))
            .route("/engines/{model}/embeddings", post(embeddings::named))
            .route("/v1/images/generations", post(images::draw))
            .route("/images/generations", post(images::draw))
            .route("/openai/deployments/{model}/images/generations", post(images::draw_named))
            .route("/v1/images/edits", post(images::edit))
            .route("/images/edits", post(images::edit))
            .route("/openai/deployments/{model}/images/edits", post(images::edit_named))
            .route("/v2/rerank", post(rerank::rank))
            .route("/v1/rerank", post(rerank::rank))
            .route("/rerank", post(rerank::rank))
            .route("/v1/models", get(models::list))
            .route("/models", get(models::list))
            .route("/v1/models/{*model}", get(models::one))
            .route("/models/{*model}", get(models::one))
            .route("/metrics", get(observe::scrape))
            .route_layer(axum::middleware::from_fn_with_state(Arc::clone(&app), auth::check));
        Router::new()
            .route("/health/liveliness", get(health::alive))
            .route("/health/liveness", get(health::alive))
            .route("/health/readiness", get(health::ready))
            .merge(guarded)
            .fallback(unknown_path)
            .method_not_allowed_fallback(wrong_method)
            .layer(axum::middleware::from_fn(observe::watch))
            .with_state(app)
    }
}

async fn unknown_path(method: Method, uri: Uri) -> ApiError {
    let message = format!("there is no {method} {}", uri.path());
    ApiError::new(StatusCode::NOT_FOUND, ErrorBody::new("invalid_request_error", message).code("unknown_url"))
}

async fn wrong_method(method: Method, uri: Uri) -> ApiError {
    let message = format!("{} does not take {method}", uri.path());
    let body = ErrorBody::new("invalid_request_error", message).code("method_not_allowed");
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, body)
}
