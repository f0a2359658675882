//! The keys that callers may have, and the models that each may use.

use std::sync::Arc;

use facade::Secret;
use http::{HeaderMap, HeaderName, header};
use subtle::ConstantTimeEq as _;

use crate::pattern;

/// All keys. Without any, everybody who reaches the port may call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    pub(crate) all: Vec<Key>,
    /// A header of the operator's own that carries the key.
    pub(crate) header: Option<HeaderName>,
}

/// A key.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) secret: Secret,
    /// Its name, for logs.
    pub(crate) alias: Option<String>,
    pub(crate) access: Access,
}

/// Which models a caller may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Access {
    All,
    /// Names of `model_list`; may have a `*`.
    Models(Arc<[String]>),
}

impl Key {
    /// The key to everything.
    pub(crate) fn master(secret: impl Into<String>) -> Self {
        Self { secret: Secret::new(secret), alias: Some("master_key".to_owned()), access: Access::All }
    }
}

impl Access {
    /// Whether a model's name may be used.
    pub(crate) fn admits(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Models(names) => {
                names.iter().any(|allowed| allowed == name || pattern::captured(allowed, name).is_some())
            }
        }
    }

    /// Whether all models may be used, also those that requests name by their ARN.
    pub(crate) const fn is_limited(&self) -> bool {
        matches!(self, Self::Models(_))
    }
}

impl Keys {
    /// What the caller may do; `None` if none of its keys is one of ours. All keys are compared in the time of the longest.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Option<Access> {
        if self.all.is_empty() {
            return Some(Access::All);
        }
        let value = |name: &HeaderName| headers.get(name).map(http::HeaderValue::as_bytes);
        let own = self.header.as_ref().and_then(value).map(|given| bearer(given).unwrap_or(given));
        let given = [
            value(&header::AUTHORIZATION).and_then(bearer),
            value(&HeaderName::from_static("x-api-key")),
            value(&HeaderName::from_static("api-key")),
            own,
        ];
        let mut admitted = None;
        for given in given.into_iter().flatten() {
            for key in &self.all {
                if given.ct_eq(key.secret.expose().as_bytes()).into() {
                    admitted = Some(key);
                }
            }
        }
        let key = admitted?;
        tracing::trace!(key = key.alias, "admitted");
        Some(key.access.clone())
    }
}

fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, key) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| key.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limited_key_admits_its_names_and_patterns_only() {
        let access = Access::Models(["nova".to_owned(), "bedrock/amazon.*".to_owned()].into());
        let table = [
            ("nova", true),
            ("nova-pro", false),
            ("bedrock/amazon.nova-lite-v1:0", true),
            ("bedrock/meta.llama3", false),
            // Another name of it, which may be another deployment's.
            ("amazon.nova-lite-v1:0", false),
            ("*", false),
        ];
        for row @ (name, admitted) in table {
            assert_eq!(access.admits(name), admitted, "{row:?}");
        }
    }
}
