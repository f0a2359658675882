//! Ranking: an operation of bedrock-agent-runtime, another service than all others, with a client of its own.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html>

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_sdk_bedrockagentruntime::Client;
use aws_sdk_bedrockagentruntime::config;
use bedrock_transform::{ErrorKind, Outgoing};

use crate::endpoint::Endpoint;
use crate::operation::{Exchange, Goal, Outcome, Overrides};
use crate::{TransportError, retry};

/// The client of bedrock-agent-runtime.
#[derive(Clone)]
pub(crate) struct Agent {
    client: Client,
    /// What every URL has behind its `?`.
    query: Option<Arc<str>>,
}

impl Agent {
    pub(crate) fn of(client: Client) -> Self {
        Self { client, query: None }
    }

    /// With what all services share. `own` is the service's URL, `runtime` that of bedrock-runtime.
    pub(crate) fn connect(
        shared: &SdkConfig,
        own: Option<&str>,
        runtime: Option<&Endpoint>,
    ) -> Result<Self, TransportError> {
        let named = Endpoint::resolve(own, "AWS_BEDROCK_AGENT_RUNTIME_ENDPOINT")?;
        let named = named
            .map_or_else(|| Endpoint::resolve(None, "AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME"), |url| Ok(Some(url)))?;
        let mut config = config::Builder::from(shared)
            .retry_classifier(retry::Classifier)
            .retry_partition(config::retry::RetryPartition::custom("pumice").build());
        let mut query = None;
        match (named, runtime) {
            (Some(named), _) => {
                config = config.endpoint_url(named.url);
                query = named.query;
            }
            // An address of that service alone, e.g. a VPC endpoint of it, answers for no other.
            (None, Some(runtime)) if runtime.url.contains("bedrock-runtime") => {
                config.set_endpoint_url(None);
            }
            // As for bedrock-runtime: a proxy, an emulator, or nothing special.
            (None, Some(runtime)) => query.clone_from(&runtime.query),
            (None, None) => {}
        }
        Ok(Self { client: Client::from_conf(config.build()), query: query.map(Arc::from) })
    }
}

/// Takes `call` to its goal.
pub(crate) async fn run(
    agent: &Agent,
    call: &Outgoing,
    goal: Goal,
    overrides: Overrides,
) -> Result<Outcome, TransportError> {
    let exchange = Exchange::of(call, goal, agent.query.clone())?;
    let mut operation = agent.client.rerank().customize().interceptor(exchange.hook());
    if let Some(config) = changed(overrides) {
        operation = operation.config_override(config);
    }
    let result = operation.send().await.map(drop).map_err(|error| explained(TransportError::from_sdk(error)));
    exchange.outcome(result)
}

fn changed(Overrides { region, max_attempts, placeholder }: Overrides) -> Option<config::Builder> {
    let mut changed = region.map(|region| config::Builder::new().region(region));
    if let Some(attempts) = max_attempts {
        changed = Some(changed.unwrap_or_default().retry_config(retry::config(attempts)));
    }
    if placeholder {
        let keys = Credentials::new("placeholder", "placeholder", None, None, "pumice");
        changed = Some(changed.unwrap_or_default().credentials_provider(keys));
    }
    changed
}

/// Where credentials are what is missing, the caller may have some that other operations take.
fn explained(error: TransportError) -> TransportError {
    if error.kind() != ErrorKind::Credentials {
        return error;
    }
    error.with_hint(
        "bedrock-agent-runtime takes AWS keys and no Bedrock API key; with `invoke/` before the model an API key will do",
    )
}
