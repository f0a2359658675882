//! The URL that calls go to, where it is not the region's own.

use http::Uri;

use crate::{TransportError, variable};

/// A URL of the operator's. The SDK keeps its path and forgets its query, so that this one is kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Scheme, authority, path.
    pub(crate) url: String,
    /// What every request has behind its `?`.
    pub(crate) query: Option<String>,
}

impl Endpoint {
    /// The URL of `given`, else of the environment variable `name`, if there is one.
    pub(crate) fn resolve(given: Option<&str>, name: &str) -> Result<Option<Self>, TransportError> {
        given.map(str::to_owned).or_else(|| variable(name)).map(|url| Self::parse(&url)).transpose()
    }

    pub(crate) fn parse(text: &str) -> Result<Self, TransportError> {
        let uri = text.parse::<Uri>().ok().filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
        if uri.is_none() {
            return Err(TransportError::refused(format!("the endpoint `{text}` is not an http:// or https:// URL")));
        }
        let (url, query) = match text.split_once('?') {
            Some((url, query)) => (url, Some(query.to_owned()).filter(|query| !query.is_empty())),
            None => (text, None),
        };
        Ok(Self { url: url.to_owned(), query })
    }
}

/// The region in the host name of a regional endpoint of `service`, e.g. `sts` in `sts.eu-west-1.amazonaws.com`.
pub(crate) fn region_of<'a>(url: &'a str, service: &str) -> Option<&'a str> {
    let host = url.split("://").nth(1)?.split(['/', ':', '?']).next()?;
    let mut labels = host.split('.').skip_while(|label| label.strip_suffix("-fips").unwrap_or(label) != service);
    labels.next()?;
    labels.next().filter(|label| label.split('-').count() >= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_and_a_query_is_kept_apart() {
        let table = [
            ("https://vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com", None),
            ("http://localhost:1/a/b?x=1&y=%2F", Some("x=1&y=%2F")),
            ("http://localhost:1/?", None),
        ];
        for (text, query) in table {
            let endpoint = Endpoint::parse(text).unwrap();
            assert_eq!((endpoint.url.contains('?'), endpoint.query.as_deref()), (false, query), "{text}");
        }
        for text in ["", "localhost:1", "ftp://x", "https://"] {
            assert!(Endpoint::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_host_of_sts_says_its_region() {
        let table = [
            ("https://sts.eu-west-1.amazonaws.com", Some("eu-west-1")),
            ("https://sts-fips.us-gov-west-1.amazonaws.com/", Some("us-gov-west-1")),
            ("https://vpce-1.sts.eu-central-1.vpce.amazonaws.com", Some("eu-central-1")),
            ("https://sts.amazonaws.com", None),
            ("http://127.0.0.1:4566", None),
        ];
        for (url, region) in table {
            assert_eq!(region_of(url, "sts"), region, "{url}");
        }
    }
}
