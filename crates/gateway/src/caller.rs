//! Who calls. A handler has the deployments from its caller, so that none of them can forget to ask for the key.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use facade::types::Extra;
use http::request::Parts;
use http::{HeaderMap, Uri, header};

use crate::app::{App, Live};
use crate::error::ApiError;
use crate::keys::Access;
use crate::router::Tags;

/// Somebody who may call, and the configuration that this request is served by.
#[derive(Debug)]
pub(crate) struct Caller {
    app: Arc<App>,
    access: Access,
    /// Of the body, in bytes, as its head says; the most there is, if it does not.
    pub(crate) length: u64,
    /// What its headers say, where it counts.
    tags: Tags,
}

impl Caller {
    /// The tags of the request, as far as its headers say.
    pub(crate) const fn tags(&self) -> &Tags {
        &self.tags
    }

    /// Whether this caller may ask for `name`, and for what `extra` says beside the schema.
    pub(crate) fn admit(&self, name: &str, extra: &Extra) -> Result<(), ApiError> {
        if !self.admits(name) {
            return Err(ApiError::unknown_model(name));
        }
        // It would take the place of the model that was admitted.
        if self.access.is_limited() && extra.value(MODEL_ID).is_some_and(|value| !value.is_null()) {
            return Err(ApiError::forbidden("model_id: this key is for models by their names").with_param(MODEL_ID));
        }
        Ok(())
    }

    /// Whether this caller may use the model, by this name or by the one that it stands for.
    pub(crate) fn admits(&self, name: &str) -> bool {
        self.access.admits(name) || self.access.admits(self.deployments.canonical(name))
    }
}

const MODEL_ID: &str = "model_id";

impl Deref for Caller {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl FromRequestParts<Live> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, live: &Live) -> Result<Self, ApiError> {
        let app = live.now();
        let access = app.keys.admit(&parts.headers).ok_or_else(ApiError::unauthorized)?;
        if app.keys.all.is_empty() && is_of_another_site(&parts.headers) {
            return Err(ApiError::forbidden(
                "a web page of another site may not call a gateway without a key; set general_settings.master_key",
            ));
        }
        let tags = if app.routing.tags.is_some() { Tags::of_headers(&parts.headers) } else { Tags::default() };
        Ok(Self { app, access, length: length(&parts.headers).unwrap_or(u64::MAX), tags })
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Somebody who may see the metrics: a caller, or anybody, if the operator says so.
#[derive(Debug)]
pub(crate) struct Scraper;

impl FromRequestParts<Live> for Scraper {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, live: &Live) -> Result<Self, ApiError> {
        if live.now().open_metrics {
            return Ok(Self);
        }
        Caller::from_request_parts(parts, live).await.map(|_| Self)
    }
}

/// Whether a web page of somebody else's sends this request: any page may post text to this machine, and where no key is
/// asked for, that is enough. Browsers say who sends in `Sec-Fetch-Site` and `Origin`; what says neither is no browser. A
/// page whose name was rebound to this machine is of its own site, but not of ours.
fn is_of_another_site(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &http::HeaderValue| value.to_str().unwrap_or_default());
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "none" | "same-origin")) {
        return true;
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else { return false };
    let origin = origin.parse::<Uri>().ok();
    let Some(authority) = origin.as_ref().and_then(Uri::authority) else { return true };
    text(header::HOST.as_str()) != Some(authority.as_str()) || !is_loopback(authority.host())
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_other_sites_are_told_from_ours_and_from_programs() {
        let table: &[(&[(&str, &str)], bool)] = &[
            (&[("host", "127.0.0.1:4000")], false),
            (&[("host", "proxy.example")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-origin")], false),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("host", "localhost:4000"), ("origin", "http://localhost:4000")], false),
            (&[("host", "[::1]:4000"), ("origin", "http://[::1]:4000")], false),
            (&[("host", "localhost:4000"), ("origin", "http://localhost:3000")], true),
            (&[("host", "localhost:4000"), ("origin", "https://evil.example")], true),
            (&[("host", "localhost:4000"), ("origin", "null")], true),
            (&[("host", "evil.example:4000"), ("origin", "http://evil.example:4000")], true),
            (&[("host", "localhost.evil.example"), ("origin", "http://localhost.evil.example")], true),
        ];
        for row @ (given, expected) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in *given {
                headers.insert(http::HeaderName::from_static(name), http::HeaderValue::from_static(value));
            }
            assert_eq!(is_of_another_site(&headers), *expected, "{row:?}");
        }
    }
}
