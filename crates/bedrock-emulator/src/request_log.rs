//! What arrived, for tests to look at.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, Method, Uri};
use bytes::Bytes;

/// Requests kept; older ones are forgotten.
const CAPACITY: usize = 1_000;

/// A request as it arrived.
#[derive(Clone)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// `POST`, as a rule.
    pub method: String,
    /// Path and query as on the wire, percent-encoding included.
    pub path: String,
    /// Headers in order of arrival, names in lower case. A value that is not text is shown with replacement characters.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Bytes,
}

impl ReceivedRequest {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for ReceivedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = |name: &str| matches!(name, "authorization" | "x-amz-security-token");
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), if secret(name) { "<redacted>" } else { value.as_str() }))
            .collect();
        f.debug_struct("ReceivedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &headers)
            .field("body", &self.body)
            .finish()
    }
}

/// The bounded log.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<VecDeque<ReceivedRequest>>);

impl RequestLog {
    pub(crate) fn record(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: Bytes) {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let path = uri.path_and_query().map_or_else(|| uri.path(), |path| path.as_str()).to_owned();
        let mut log = self.lock();
        if log.len() == CAPACITY {
            log.pop_front();
        }
        log.push_back(ReceivedRequest { method: method.as_str().to_owned(), path, headers, body });
    }

    pub(crate) fn requests(&self) -> Vec<ReceivedRequest> {
        self.lock().iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<ReceivedRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
