//! Whether the server is up, and whether its models are.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use http::header;
use serde::Serialize;

use crate::caller::Caller;
use crate::deployments::Found;
use crate::headers;
use crate::probe::{Probe, probe};
use crate::routes::body;

/// Most models that are called at once.
const AT_ONCE: usize = 10;

pub(crate) async fn alive() -> Response {
    json(r#""I'm alive!""#)
}

pub(crate) async fn ready() -> Response {
    json(r#"{"status":"healthy"}"#)
}

fn json(body: &'static str) -> Response {
    ([(header::CONTENT_TYPE, headers::JSON)], body).into_response()
}

/// What to look at.
#[derive(Default)]
struct Wanted {
    /// Whether to call the models: a short question each, which costs money.
    check: bool,
    /// Only the deployments of this name.
    model: Option<String>,
}

impl Wanted {
    fn read(query: &str) -> Self {
        let mut wanted = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "check" => wanted.check = value == "true",
                "model" => wanted.model = Some(value.into_owned()),
                _ => {}
            }
        }
        wanted
    }
}

#[derive(Serialize)]
struct Health<'a> {
    healthy_endpoints: Vec<Endpoint<'a>>,
    unhealthy_endpoints: Vec<Endpoint<'a>>,
    healthy_count: usize,
    unhealthy_count: usize,
}

/// One deployment.
#[derive(Serialize)]
struct Endpoint<'a> {
    model_name: &'a str,
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_region_name: Option<&'a str>,
    /// Whether it was called. What was not is taken for healthy.
    checked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The deployments. Nothing is called unless `?check=true` says so.
pub(crate) async fn all(app: Caller, RawQuery(query): RawQuery) -> Response {
    let wanted = Wanted::read(&query.unwrap_or_default());
    let is_wanted = |found: &Found<'_>| {
        let name = found.deployment.name();
        app.admits(name) && wanted.model.as_deref().is_none_or(|model| model == name)
    };
    let looks: Vec<_> = app.deployments.each().filter(is_wanted).map(|found| look(found, wanted.check)).collect();
    let endpoints: Vec<Endpoint<'_>> = futures::stream::iter(looks).buffered(AT_ONCE).collect().await;
    let (unhealthy, healthy): (Vec<_>, Vec<_>) = endpoints.into_iter().partition(|endpoint| endpoint.error.is_some());
    let health = Health {
        healthy_count: healthy.len(),
        unhealthy_count: unhealthy.len(),
        healthy_endpoints: healthy,
        unhealthy_endpoints: unhealthy,
    };
    body::answer(&health, None)
}

async fn look(found: Found<'_>, check: bool) -> Endpoint<'_> {
    let deployment = found.deployment;
    let answered = match check {
        true => match probe(&found).await {
            Probe::Asked(_, outcome) => Some(outcome),
            Probe::Skipped(_) => None,
        },
        false => None,
    };
    Endpoint {
        model_name: deployment.name(),
        model: deployment.model(),
        aws_region_name: deployment.region(),
        checked: answered.is_some(),
        error: answered.and_then(Result::err),
    }
}
