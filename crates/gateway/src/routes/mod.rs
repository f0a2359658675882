//! Every endpoint there is: its paths, its handler, and what the OpenAPI document says of it.

pub(crate) mod body;
mod chat;
mod completions;
mod embeddings;
mod form;
mod health;
mod images;
mod models;
mod openapi;
mod rerank;

use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use facade::types::{EmbeddingRequest, ImageRequest, RerankRequest};
use facade::{ChatRequest, ErrorBody};
use futures::FutureExt as _;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde::de::DeserializeOwned;

use crate::app::Live;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::router::{Routed, route};
use crate::routes::openapi::Doc;
use crate::{betas, observe};

pub(crate) use completions::Completion;
pub use openapi::openapi;

/// One endpoint, under all its paths.
struct Endpoint {
    paths: &'static [&'static str],
    handler: MethodRouter<Live>,
    doc: Doc,
}

const JSON: &str = "application/json";
const FORM: &str = "multipart/form-data";

fn endpoint(paths: &'static [&'static str], handler: MethodRouter<Live>, doc: Doc) -> Endpoint {
    Endpoint { paths, handler, doc }
}

fn asks(summary: &'static str, request: &'static str, answer: &'static str) -> Doc {
    let request = Some((request, if request == "ImageEditRequest" { FORM } else { JSON }));
    Doc { method: Method::POST, summary, request, answer, open: false }
}

fn tells(summary: &'static str, answer: &'static str) -> Doc {
    Doc { method: Method::GET, summary, request: None, answer, open: false }
}

fn tells_all(summary: &'static str, answer: &'static str) -> Doc {
    Doc { open: true, ..tells(summary, answer) }
}

/// All of them. Which of them want a key is in their handlers: those with a `Caller` or a `Scraper`.
fn endpoints() -> Vec<Endpoint> {
    vec![
        endpoint(
            &[
                "/v1/chat/completions",
                "/chat/completions",
                "/openai/deployments/{model}/chat/completions",
                "/engines/{model}/chat/completions",
            ],
            post(respond::<ChatRequest>),
            asks("Answer a conversation.", "ChatCompletionRequest", "ChatCompletion"),
        ),
        endpoint(
            &[
                "/v1/completions",
                "/completions",
                "/openai/deployments/{model}/completions",
                "/engines/{model}/completions",
            ],
            post(completions::complete),
            asks("Go on from a prompt.", "CompletionRequest", "Completion"),
        ),
        endpoint(
            &["/v1/embeddings", "/embeddings", "/openai/deployments/{model}/embeddings", "/engines/{model}/embeddings"],
            post(respond::<EmbeddingRequest>),
            asks("Turn texts into vectors.", "EmbeddingRequest", "EmbeddingList"),
        ),
        endpoint(
            &[
                "/v1/images/generations",
                "/images/generations",
                "/openai/deployments/{model}/images/generations",
                "/engines/{model}/images/generations",
            ],
            post(respond::<ImageRequest>),
            asks("Draw.", "ImageRequest", "ImageList"),
        ),
        endpoint(
            &[
                "/v1/images/edits",
                "/images/edits",
                "/openai/deployments/{model}/images/edits",
                "/engines/{model}/images/edits",
            ],
            post(images::edit),
            asks("Edit an image.", "ImageEditRequest", "ImageList"),
        ),
        endpoint(
            &["/v2/rerank", "/v1/rerank", "/rerank"],
            post(respond::<RerankRequest>),
            asks("Rank documents.", "RerankRequest", "RerankList"),
        ),
        endpoint(&["/v1/models", "/models"], get(models::list), tells("The models of this key.", "ModelList")),
        endpoint(&["/v1/models/{*model}", "/models/{*model}"], get(models::one), tells("One model.", "Model")),
        endpoint(
            &["/v1/model/info", "/model/info"],
            get(models::info),
            tells("What is known of each deployment.", "ModelInfoList"),
        ),
        endpoint(
            &["/health"],
            get(health::all),
            tells("The deployments; with `?check=true` each is called, which costs money.", "Health"),
        ),
        endpoint(
            &["/health/liveliness", "/health/liveness"],
            get(health::alive),
            tells_all("Whether the server runs.", "Text"),
        ),
        endpoint(
            &["/health/readiness"],
            get(health::ready),
            tells_all("Whether the server takes requests.", "Anything"),
        ),
        endpoint(&["/metrics"], get(observe::scrape), tells("Counts and times, as Prometheus reads them.", "Metrics")),
        endpoint(&["/openapi.json"], get(openapi::document), tells_all("This document.", "Anything")),
    ]
}

/// The service, for whatever serves now.
pub(crate) fn router() -> Router<Live> {
    let mut router = Router::new();
    for Endpoint { paths, handler, doc: _ } in endpoints() {
        for path in paths {
            router = router.route(path, handler.clone());
        }
    }
    router
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(isolate))
        .layer(middleware::from_fn(observe::watch))
}

/// Answers a request in JSON. A model in the path stands before the body's own.
async fn respond<R: Routed + DeserializeOwned + 'static>(
    app: Caller,
    model: Option<Path<String>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    let flags = betas::of_headers(&headers);
    let named = |mut request: R| {
        if let Some(Path(model)) = &model {
            request.model().clone_from(model);
        }
        if let Some(flags) = &flags {
            betas::add(request.extra(), flags);
        }
        request
    };
    let first = body::request(&body).await?;
    route(&app, named(first), || body::parse(&body).map(named)).await
}

/// Answers for a handler that panics: a mistake of ours costs one request.
async fn isolate(request: Request, next: Next) -> Response {
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answered.unwrap_or_else(|_| {
        let message = "the gateway failed; this is a mistake in it, not in the request";
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorBody::new("server_error", message)).into_response()
    })
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

#[cfg(test)]
mod tests {
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_is_a_500_in_openais_shape() {
        async fn fails() -> &'static str {
            panic!("on purpose")
        }
        let router = Router::<()>::new().route("/", get(fails)).layer(middleware::from_fn(isolate));
        let answer = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(answer.into_body(), 1000).await.unwrap();
        assert!(body.starts_with(br#"{"error":{"message":"the gateway failed"#), "{body:?}");
    }
}
