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
    /// To open a connection.
    pub(crate) connect_timeout: Option<Duration>,
    /// Between two pieces of an answer, where that is another one.
    pub(crate) idle_timeout: Option<Duration>,
    /// From the request to the last byte of its answer.
    pub(crate) total_timeout: Option<Duration>,
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
            connect_timeout: None,
            idle_timeout: None,
            total_timeout: None,
            max_attempts: 1,
        }
    }

    /// The same, ready for the SDK.
    pub(crate) fn config(&self) -> facade::Config {
        let mut config = facade::Config::new()
            .with_auth(self.identity.clone())
            .with_max_attempts(self.max_attempts)
            .with_timeouts(self.timeouts());
        config.region.clone_from(&self.region);
        config.endpoint.clone_from(&self.endpoint);
        config.agent_endpoint.clone_from(&self.agent_endpoint);
        config
    }

    fn timeouts(&self) -> Timeouts {
        let mut timeouts = Timeouts::default().with_total(self.total_timeout);
        timeouts.connect = self.connect_timeout.or(timeouts.connect);
        timeouts.first_byte = self.timeout.or(timeouts.first_byte);
        timeouts.idle = self.idle_timeout.or(self.timeout).or(timeouts.idle);
        timeouts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_limit_holds_for_its_part_of_a_call() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let limits = |timeout, connect_timeout, idle_timeout, total_timeout| {
            let ambient = Connection::ambient(&Environment::default());
            let limited = Connection { timeout, connect_timeout, idle_timeout, total_timeout, ..ambient };
            let Timeouts { connect, first_byte, idle, total, .. } = limited.timeouts();
            [connect, first_byte, idle, total]
        };
        assert_eq!(limits(None, None, None, None), [seconds(10), seconds(600), seconds(300), None]);
        assert_eq!(limits(seconds(5), None, None, None), [seconds(10), seconds(5), seconds(5), None]);
        assert_eq!(
            limits(seconds(5), seconds(1), seconds(2), seconds(9)),
            [seconds(1), seconds(5), seconds(2), seconds(9)]
        );
    }
}
