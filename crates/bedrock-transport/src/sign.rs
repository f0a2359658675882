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

    /// The request as a command for a shell, without what lets others act as the caller.
    #[must_use]
    pub fn to_curl(&self) -> String {
        let mut command = format!("curl -X {} {}", self.method, quoted(&self.url));
        for (name, value) in self.headers.iter().filter(|(name, _)| name != "content-length") {
            let secret = matches!(name.as_str(), "authorization" | "x-amz-security-token");
            let value = if secret { "(hidden)" } else { value };
            command.push_str(&format!(" -H {}", quoted(&format!("{name}: {value}"))));
        }
        format!("{command} --data-raw {}", quoted(&String::from_utf8_lossy(&self.body)))
    }
}

/// One word of a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_says_what_is_sent_and_no_secret() {
        let headers = [
            ("content-length", "23"),
            ("content-type", "application/json"),
            ("authorization", "Bearer secret"),
            ("x-amz-security-token", "secret"),
        ];
        let request = SignedRequest {
            method: "POST".to_owned(),
            url: "https://aws/model/m/converse".to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body: Bytes::from_static(br#"{"text":"it's $(here)"}"#),
            signed: true,
        };
        assert_eq!(
            request.to_curl(),
            r#"curl -X POST 'https://aws/model/m/converse' -H 'content-type: application/json' -H 'authorization: (hidden)' -H 'x-amz-security-token: (hidden)' --data-raw '{"text":"it'\''s $(here)"}'"#
        );
    }
}
