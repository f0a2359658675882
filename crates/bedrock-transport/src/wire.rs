//! What goes to AWS, for whoever listens: one `tracing` event at debug level for each attempt, secrets masked.

use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::Headers;

/// Tells a request as it is sent. `body` is the one that it carries.
pub(crate) fn tell(request: &HttpRequest, body: &[u8]) {
    tracing::debug!(
        method = request.method(),
        url = %Url(request.uri()),
        headers = ?Masked(request.headers()),
        body = %String::from_utf8_lossy(body),
        "sending"
    );
}

const HIDDEN: &str = "(hidden)";

/// A URL without its query: an operator may have put a key there.
struct Url<'a>(&'a str);

impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_once('?') {
            Some((url, _)) => write!(f, "{url}?{HIDDEN}"),
            None => f.write_str(self.0),
        }
    }
}

/// Headers without what lets others act as the caller.
struct Masked<'a>(&'a Headers);

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |name: &str, value| if is_secret(name) { HIDDEN } else { value };
        f.debug_map().entries(self.0.iter().map(|(name, value)| (name, shown(name, value)))).finish()
    }
}

fn is_secret(name: &str) -> bool {
    const PARTS: &[&str] = &["auth", "cookie", "credential", "key", "password", "secret", "signature", "token"];
    PARTS.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked() {
        let mut headers = Headers::new();
        for (name, value) in [
            ("Authorization", "Bearer s3cr3t"),
            ("X-Amz-Security-Token", "s3cr3t"),
            ("x-api-key", "s3cr3t"),
            ("Cookie", "s3cr3t"),
            ("x-amz-date", "20260101T000000Z"),
        ] {
            headers.insert(name, value);
        }
        let shown = format!("{:?} {}", Masked(&headers), Url("https://host/model?key=s3cr3t"));
        assert!(!shown.contains("s3cr3t"), "{shown}");
        assert!(shown.contains(r#""x-amz-date": "20260101T000000Z""#), "{shown}");
        assert!(shown.ends_with(" https://host/model?(hidden)"), "{shown}");
    }
}
