//! The HTTP request that a call would be.

use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use bytes::Bytes;

/// The exact HTTP request of a call, which was not sent.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedRequest {
    /// `POST`
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers, their names in lower case. `Host` is in the URL.
    pub headers: Vec<(String, String)>,
    /// The body, as the call has it.
    pub body: Bytes,
    /// Whether it has an `Authorization`: without credentials there is none.
    pub signed: bool,
}

impl SignedRequest {
    pub(crate) fn of(request: &HttpRequest, body: Bytes) -> Self {
        let headers: Vec<_> =
            request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self {
            method: request.method().to_owned(),
            url: request.uri().to_owned(),
            signed: headers.iter().any(|(name, _)| name == "authorization"),
            headers,
            body,
        }
    }

    pub(crate) fn without_authorization(mut self) -> Self {
        self.headers.retain(|(name, _)| name != "authorization");
        self.signed = false;
        self
    }

    /// The value of a header; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, url, headers, body, signed } = self;
        let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("SignedRequest")
            .field("method", method)
            .field("url", url)
            .field("headers", &names)
            .field("body", &body.len())
            .field("signed", signed)
            .finish()
    }
}
