//! What a request went through, for the headers of its answer.

use std::fmt::Display;
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
    headers: HeaderMap,
}

impl Trail {
    pub(crate) fn new() -> Self {
        let headers = HeaderMap::new();
        Self { begun: Instant::now(), waited: Duration::ZERO, attempts: 0, retries: 0, fallbacks: 0, headers }
    }

    /// Another deployment is asked.
    pub(crate) fn goes_to(&mut self, found: &Found<'_>, group: &str) {
        self.headers.clear();
        let mut set = |name, value: &str| {
            // A name may be anything; a header may not.
            if let Ok(value) = HeaderValue::from_str(value) {
                self.headers.insert(name, value);
            }
        };
        set(ID, found.deployment.id());
        set(NAME, found.model());
        set(GROUP, group);
    }

    /// How the model is called.
    pub(crate) fn takes(&mut self, route: HeaderValue) {
        self.headers.insert(headers::ROUTE, route);
    }

    /// What was left out, changed or rewritten.
    pub(crate) fn tells(&mut self, warnings: &[Warning]) {
        if let Some(warnings) = headers::warnings(warnings) {
            self.headers.insert(headers::WARNINGS, warnings);
        }
    }

    /// What is said of the last attempt.
    pub(crate) fn labels(&self) -> HeaderMap {
        self.headers.clone()
    }

    /// All of it.
    pub(crate) fn headers(mut self) -> HeaderMap {
        let total = self.begun.elapsed();
        set(&mut self.headers, RETRIES, self.retries);
        set(&mut self.headers, FALLBACKS, self.fallbacks);
        set(&mut self.headers, TOTAL, millis(total));
        set(&mut self.headers, OVERHEAD, millis(total.saturating_sub(self.waited)));
        self.headers
    }
}

fn millis(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64() * 1000.0)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: impl Display) {
    if let Ok(value) = HeaderValue::try_from(value.to_string()) {
        headers.insert(name, value);
    }
}
