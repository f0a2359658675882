//! What a request went through, for the headers of its answer.

use std::time::Duration;

use facade::Warning;
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;

use crate::deployments::Found;
use crate::headers;

const ID: HeaderName = HeaderName::from_static("x-litellm-model-id");
const NAME: HeaderName = HeaderName::from_static("x-litellm-model-name");
const GROUP: HeaderName = HeaderName::from_static("x-litellm-model-group");
const RETRIES: HeaderName = HeaderName::from_static("x-litellm-attempted-retries");
const FALLBACKS: HeaderName = HeaderName::from_static("x-litellm-attempted-fallbacks");
const TOTAL: HeaderName = HeaderName::from_static("x-litellm-response-duration-ms");
const OVERHEAD: HeaderName = HeaderName::from_static("x-litellm-overhead-duration-ms");

/// What a request went through.
#[derive(Debug)]
pub(crate) struct Trail {
    begun: Instant,
    /// Spent on waiting: for AWS, or before a retry.
    pub(crate) waited: Duration,
    pub(crate) attempts: u32,
    pub(crate) retries: u32,
    pub(crate) fallbacks: u32,
    /// Of the last attempt.
    labels: Vec<(HeaderName, HeaderValue)>,
}

impl Trail {
    pub(crate) fn new() -> Self {
        let labels = Vec::with_capacity(8);
        Self { begun: Instant::now(), waited: Duration::ZERO, attempts: 0, retries: 0, fallbacks: 0, labels }
    }

    /// Another deployment is asked.
    pub(crate) fn goes_to(&mut self, found: &Found<'_>, group: &str) {
        self.labels.clear();
        for (name, value) in [(ID, found.deployment.id()), (NAME, found.model()), (GROUP, group)] {
            // A name may be anything; a header may not.
            self.labels.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        }
    }

    /// How the model is called.
    pub(crate) fn takes(&mut self, route: HeaderValue) {
        self.labels.push((headers::ROUTE, route));
    }

    /// What was left out, changed or rewritten.
    pub(crate) fn tells(&mut self, warnings: &[Warning]) {
        self.labels.extend(headers::warnings(warnings).map(|warnings| (headers::WARNINGS, warnings)));
    }

    /// The answer is that of an attempt before the last, of which this was said.
    pub(crate) fn goes_back_to(&mut self, labels: &HeaderMap) {
        self.labels = labels.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    }

    /// What is said of the last attempt.
    pub(crate) fn labels(&self) -> HeaderMap {
        self.labels.iter().cloned().collect()
    }

    /// Writes all of it.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let total = self.begun.elapsed();
        headers.reserve(self.labels.len() + 4);
        // What was said last stands.
        for (name, value) in self.labels {
            headers.insert(name, value);
        }
        headers.insert(RETRIES, self.retries.into());
        headers.insert(FALLBACKS, self.fallbacks.into());
        for (name, time) in [(TOTAL, total), (OVERHEAD, total.saturating_sub(self.waited))] {
            headers.extend(millis(time).map(|time| (name, time)));
        }
    }
}

/// Milliseconds to the microsecond.
fn millis(time: Duration) -> Option<HeaderValue> {
    let micros = time.as_micros();
    HeaderValue::try_from(format!("{}.{:03}", micros / 1000, micros % 1000)).ok()
}
