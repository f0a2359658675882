//! Whether each model of a configuration can be served: who calls, where, how, and what fails.

use std::fmt;

use facade::transform::{ModelId, Operation, Outgoing, Target};
use facade::{Catalog, Route};

use crate::config::{Config, Model};
use crate::deployments::{Deployment, Deployments, Pool};
use crate::probe::{Probe, probe};

/// One model, checked. Prints as one line.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    name: String,
    target: String,
    route: Option<&'static str>,
    /// Nothing is known of the model.
    unknown: bool,
    region: Option<String>,
    endpoint: Option<String>,
    identity: Option<String>,
    /// What it was asked, or why it was not.
    question: Option<String>,
    failure: Option<String>,
}

impl Checked {
    pub(crate) const fn is_failure(&self) -> bool {
        self.failure.is_some()
    }

    fn is_told(&mut self, outcome: Result<Probe, String>) {
        match outcome {
            Ok(Probe::Asked(question, answered)) => {
                self.question = Some(format!("asked {question}"));
                self.failure = answered.err();
            }
            Ok(Probe::Skipped(reason)) => self.question = Some(format!("not asked: {reason}")),
            Err(reason) => self.failure = Some(reason),
        }
    }
}

/// Checks every model. Credentials are loaded; Bedrock itself is called only if `live`, once for each model.
pub(crate) async fn check(config: &Config, live: bool) -> Vec<Checked> {
    let mut pool = Pool::default();
    let mut all = Vec::with_capacity(config.models.len());
    for model in &config.models {
        let mut checked = Checked { name: model.name.clone(), target: model.model.clone(), ..Checked::default() };
        if let Err(reason) = look(&mut checked, model, &mut pool).await {
            checked.failure = Some(reason);
        } else if live {
            checked.is_told(ask(config, model, &mut pool).await);
        }
        all.push(checked);
    }
    all
}

/// Fills in what can be found out without Bedrock.
async fn look(checked: &mut Checked, model: &Model, pool: &mut Pool) -> Result<(), String> {
    let deployment = Deployment::connect(model, pool, &Catalog::builtin()).await.map_err(|error| error.message)?;
    let own = |name: &str| model.defaults.extra.value(name).and_then(|value| value.read::<String>().ok());
    let arn = own("model_id");
    let spec = deployment.spec();
    if let Some(spec) = spec {
        checked.unknown = !spec.is_known();
        checked.route = Some(match spec.route {
            Route::Converse => "converse",
            Route::Invoke => "invoke",
        });
    }
    let target = arn.clone().or_else(|| spec.map(|spec| spec.target.as_str().to_owned()));
    if let Some(target) = &target {
        checked.target.clone_from(target);
    }
    let region_of = |name: &str| ModelId::parse(name).ok().and_then(|id| id.region);
    let mut call = Outgoing::new(Operation::Converse, Target::new(target.unwrap_or_else(|| "any".to_owned())), "{}");
    call.region = own("aws_region_name")
        .or_else(|| arn.as_deref().and_then(region_of))
        .or_else(|| spec.and_then(|spec| spec.id.region.clone()));
    checked.region = call.region.clone().or_else(|| deployment.transport.region().map(str::to_owned));
    let own = model.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    if let Some(header) = own {
        // It takes the place of a signature: no credentials are needed.
        call.headers.push(header.clone());
        checked.identity = Some("its own Authorization header".to_owned());
    } else if let Some(identity) = deployment.transport.identity() {
        checked.identity = Some(identity.describe().await.map_err(|error| error.upstream().message.clone())?);
    }
    let signed = deployment.transport.sign(&call).await.map_err(|error| error.upstream().message.clone())?;
    checked.endpoint = signed.url.split("/model/").next().map(str::to_owned);
    Ok(())
}

/// One question, by the model's kind, with the connection that was looked at.
async fn ask(config: &Config, model: &Model, pool: &mut Pool) -> Result<Probe, String> {
    let alone = Config { models: vec![model.clone()], ..config.clone() };
    let deployments = Deployments::connect_by(&alone, pool).await.map_err(|error| error.message)?;
    let found = deployments.each().next().ok_or_else(|| "the model is not found".to_owned())?;
    Ok(probe(&found).await)
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, target, route, unknown, region, endpoint, identity, question, failure } = self;
        let word = if failure.is_some() { "FAILED" } else { "ok" };
        write!(f, "{word} {name}: {target}")?;
        if let Some(route) = route {
            write!(f, " by {route}")?;
        }
        if *unknown {
            write!(f, " (nothing is known of it)")?;
        }
        if let Some(region) = region {
            write!(f, " in {region}")?;
        }
        if let Some(endpoint) = endpoint {
            write!(f, " at {endpoint}")?;
        }
        if let Some(identity) = identity {
            write!(f, " as {identity}")?;
        }
        if let Some(question) = question {
            write!(f, ", {question}")?;
        }
        match failure {
            Some(reason) => write!(f, ": {}", reason.replace(['\n', '\r'], " ")),
            None => Ok(()),
        }
    }
}
