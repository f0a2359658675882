//! What is known of every call of a model while it is served, told once when it is over: to Prometheus, to the log, and to a collector
//! of traces.
//!
//! A [`Record`] is opened by [`watch`] and closed when the last who holds it lets go: the handler, or the stream that it answered
//! with. So every call is told exactly once, however it ends. Handlers reach the record of their own request as a `tracing` span is
//! reached, without passing it on.

mod lines;
pub(crate) mod logs;
mod metrics;
mod record;
pub(crate) mod spans;
mod timing;
mod usage;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header;

use crate::caller::Scraper;

pub(crate) use lines::Gathering;
pub(crate) use metrics::{Cooldowns, ModelMeters, cooldowns};
use record::Operation;
pub(crate) use record::{Record, StreamRecord};
use usage::Metered;
pub(crate) use usage::{Used, sum};

tokio::task_local! {
    static RECORD: Arc<Record>;
}

/// Keeps the record of a request that calls a model.
pub(crate) async fn watch(request: Request, next: Next) -> Response {
    let Some(operation) = Operation::of_path(request.uri().path()) else { return next.run(request).await };
    let record = Arc::new(Record::open(operation, request.headers()));
    let mut response = RECORD.scope(Arc::clone(&record), next.run(request)).await;
    record.answers(&mut response);
    response
}

/// The record of this request. There is none outside of the server.
pub(crate) fn current() -> Option<Arc<Record>> {
    RECORD.try_with(Arc::clone).ok()
}

/// What an answer says that it used.
pub(crate) fn uses(answer: &impl Metered) {
    if let Some(record) = current() {
        record.uses(answer.used());
    }
}

/// A call of AWS failed; there may be another.
pub(crate) fn fails(error: &facade::Error) {
    if let Some(record) = current() {
        record.fails(error);
    }
}

/// How long this request waited, for AWS or to ask again, until its answer began.
pub(crate) fn waited(time: Duration) {
    if let Some(record) = current() {
        record.waited(time);
    }
}

/// `GET /metrics`, in OpenMetrics' text format.
pub(crate) async fn scrape(_: Scraper) -> Response {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, OPEN_METRICS)], metrics::text()).into_response()
}
