//! Ranking: an operation of bedrock-agent-runtime, another service than all others, with a client of its own.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html>

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_sdk_bedrockagentruntime::Client;
use aws_sdk_bedrockagentruntime::config;
use bedrock_transform::{ErrorKind, Outgoing};

use crate::TransportError;
use crate::config::{check_endpoint, variable};
use crate::operation::{Exchange, Goal, Outcome, Overrides};

/// The URL of bedrock-agent-runtime, where anybody named one; `runtime` is that of bedrock-runtime.
pub(crate) fn endpoint(own: Option<String>, runtime: Option<&str>) -> Result<Endpoint, TransportError> {
    let named = own
        .or_else(|| variable("AWS_BEDROCK_AGENT_RUNTIME_ENDPOINT"))
        .or_else(|| variable("AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME"));
    named.as_deref().map_or(Ok(()), check_endpoint)?;
    Ok(match (named, runtime) {
        (Some(url), _) => Endpoint::Named(url),
        // An address of that service alone, e.g. a VPC endpoint of it, answers for no other.
        (None, Some(url)) if url.contains("bedrock-runtime") => Endpoint::Regional,
        (None, _) => Endpoint::Shared,
    })
}

/// Where bedrock-agent-runtime is.
pub(crate) enum Endpoint {
    Named(String),
    /// The region's own.
    Regional,
    /// As for bedrock-runtime: a proxy, an emulator, or nothing special.
    Shared,
}

/// The client of bedrock-agent-runtime.
pub(crate) fn client(shared: &SdkConfig, endpoint: Endpoint) -> Client {
    let mut config = config::Builder::from(shared);
    match endpoint {
        Endpoint::Named(url) => config = config.endpoint_url(url),
        Endpoint::Regional => {
            config.set_endpoint_url(None);
        }
        Endpoint::Shared => {}
    }
    Client::from_conf(config.build())
}

/// Takes `call` to its goal.
pub(crate) async fn run(
    client: &Client,
    call: &Outgoing,
    goal: Goal,
    overrides: Overrides,
) -> Result<Outcome, TransportError> {
    let exchange = Exchange::of(call, goal)?;
    let mut operation = client.rerank().customize().interceptor(exchange.hook());
    if let Some(config) = changed(overrides) {
        operation = operation.config_override(config);
    }
    let result = operation.send().await.map(drop).map_err(|error| explained(TransportError::from_sdk(error)));
    exchange.outcome(result)
}

fn changed(Overrides { region, placeholder }: Overrides) -> Option<config::Builder> {
    let region = region.map(|region| config::Builder::new().region(region));
    if !placeholder {
        return region;
    }
    let keys = Credentials::new("placeholder", "placeholder", None, None, "pumice");
    Some(region.unwrap_or_default().credentials_provider(keys))
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
