//! Everything that a connection to Bedrock depends on.

use std::time::Duration;

use facade::{Auth, Timeouts};

use crate::config::{Environment, identity};

/// Everything that a connection to Bedrock depends on. Equal ones are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) identity: Auth,
    pub(crate) region: Option<String>,
    pub(crate) endpoint: Option<String>,
    /// Of bedrock-agent-runtime, which ranks documents.
    pub(crate) agent_endpoint: Option<String>,
    /// To the head of an answer, and between two pieces of one.
    pub(crate) timeout: Option<Duration>,
    /// 1 where the router repeats calls: two that do would multiply.
    pub(crate) max_attempts: u32,
}

impl Connection {
    /// With what the environment says.
    pub(crate) fn ambient(env: &Environment) -> Self {
        Self {
            identity: identity::of_environment(env),
            region: ["AWS_REGION_NAME", "AWS_REGION", "AWS_DEFAULT_REGION"]
                .iter()
                .find_map(|name| env.set_by_file(name))
                .map(str::to_owned),
            endpoint: env.value("AWS_BEDROCK_RUNTIME_ENDPOINT").map(str::to_owned),
            agent_endpoint: env.value("AWS_BEDROCK_AGENT_RUNTIME_ENDPOINT").map(str::to_owned),
            timeout: None,
            max_attempts: 1,
        }
    }

    /// The same, ready for the SDK.
    pub(crate) fn config(&self) -> facade::Config {
        let mut timeouts = Timeouts::default();
        if let Some(limit) = self.timeout {
            timeouts = timeouts.with_first_byte(limit).with_idle(limit);
        }
        let mut config = facade::Config::new()
            .with_auth(self.identity.clone())
            .with_max_attempts(self.max_attempts)
            .with_timeouts(timeouts);
        config.region.clone_from(&self.region);
        config.endpoint.clone_from(&self.endpoint);
        config.agent_endpoint.clone_from(&self.agent_endpoint);
        config
    }
}
