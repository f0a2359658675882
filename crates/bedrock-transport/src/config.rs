//! What a transport is built from: region, identity, endpoint, retries, time limits.

use std::fmt;
use std::sync::Arc;

use aws_config::{BehaviorVersion, ConfigLoader};
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryPartition;
use aws_sdk_bedrockruntime::config::{
    self, HttpClient, IdentityCache, IntoShared, SharedHttpClient, StalledStreamProtectionConfig, Token,
};
use aws_smithy_runtime_api::client::auth::AuthSchemeId;

use crate::endpoint::Endpoint;
use crate::{Auth, Identity, Timeouts, TransportError, http_client, region, retry};

pub(crate) const SIGV4: AuthSchemeId = AuthSchemeId::new("sigv4");
pub(crate) const BEARER: AuthSchemeId = AuthSchemeId::new("httpBearerAuth");

/// What a [`Transport`](crate::Transport) is built from. What is left out comes from the environment, as with every AWS tool.
#[derive(Clone)]
#[non_exhaustive]
pub struct Config {
    /// The region of calls that name none; else `AWS_REGION_NAME`, `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's.
    pub region: Option<String>,
    /// Who calls.
    pub auth: Auth,
    /// The same, shared with other transports; it wins.
    pub identity: Option<Identity>,
    /// The URL of bedrock-runtime; else `AWS_BEDROCK_RUNTIME_ENDPOINT`, `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`, the
    /// region's own.
    pub endpoint: Option<String>,
    /// The URL of bedrock-agent-runtime, which ranks documents; else `AWS_BEDROCK_AGENT_RUNTIME_ENDPOINT`,
    /// `AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME`, `endpoint` unless it names bedrock-runtime, the region's own.
    pub agent_endpoint: Option<String>,
    /// Time limits.
    pub timeouts: Timeouts,
    /// How often a call is sent at most, the first time included. 3, as the AWS SDKs have it.
    pub max_attempts: u32,
    pub(crate) http_client: Option<SharedHttpClient>,
}

/// What a configuration comes to: the SDK's clients, one for each service, and what the SDK has no place for.
pub(crate) struct Clients {
    pub(crate) runtime: Client,
    /// What every URL of the service has behind its `?`.
    pub(crate) query: Option<Arc<str>>,
    #[cfg(feature = "rerank")]
    pub(crate) agent: crate::rerank::Agent,
    pub(crate) identity: Identity,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            region: None,
            auth: Auth::default(),
            identity: None,
            endpoint: None,
            agent_endpoint: None,
            timeouts: Timeouts::default(),
            max_attempts: 3,
            http_client: None,
        }
    }
}

impl Config {
    /// Everything from the environment.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the region of calls that name none.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets who calls.
    #[must_use]
    pub fn with_auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Sets who calls, sharing credentials with all that were given the same.
    #[must_use]
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Sets the URL of bedrock-runtime. A path and a query in it are kept.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// Sets the URL of bedrock-agent-runtime. A path and a query in it are kept.
    #[must_use]
    pub fn with_agent_endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.agent_endpoint = Some(endpoint.into());
        self
    }

    /// Sets the time limits.
    #[must_use]
    pub const fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets how often a call is sent at most. 1 is no retry.
    #[must_use]
    pub const fn with_max_attempts(mut self, max_attempts: u32) -> Self {
        self.max_attempts = max_attempts;
        self
    }

    /// Sets the HTTP client, of which the SDK's own is the default. For tests: `aws-smithy-http-client` has fake ones.
    #[must_use]
    pub fn with_http_client(mut self, http_client: impl HttpClient + 'static) -> Self {
        self.http_client = Some(http_client.into_shared());
        self
    }

    /// The SDK's clients with this configuration.
    pub(crate) async fn clients(self) -> Result<Clients, TransportError> {
        let region = region::resolve(&self).await?;
        let endpoint = Endpoint::resolve(self.endpoint.as_deref(), "AWS_BEDROCK_RUNTIME_ENDPOINT")?;
        let identity = match &self.identity {
            Some(identity) => identity.clone(),
            None => Identity::of(&self).await?,
        };
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(region);
        if let Some(http_client) = http_client::of(&self)? {
            loader = loader.http_client(http_client);
        }
        if let Some(name) = self.auth.profile() {
            loader = loader.profile_name(name);
        }
        if let Some(endpoint) = &endpoint {
            loader = loader.endpoint_url(&endpoint.url);
        }
        let shared = with_identity(loader, &identity)
            // The identity does that, and for all who share it.
            .identity_cache(IdentityCache::no_cache())
            .retry_config(retry::config(self.max_attempts))
            .timeout_config(self.timeouts.sdk())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .load()
            .await;
        let runtime = config::Builder::from(&shared)
            .retry_classifier(retry::Classifier)
            // A budget of its own: one model that is throttled takes no retries from the others.
            .retry_partition(RetryPartition::custom("pumice").build());
        Ok(Clients {
            runtime: Client::from_conf(runtime.build()),
            #[cfg(feature = "rerank")]
            agent: crate::rerank::Agent::connect(&shared, self.agent_endpoint.as_deref(), endpoint.as_ref())?,
            query: endpoint.and_then(|endpoint| endpoint.query).map(Arc::from),
            identity,
        })
    }
}

/// One way to sign, and no other: nothing of the environment's is added to an identity.
fn with_identity(loader: ConfigLoader, identity: &Identity) -> ConfigLoader {
    match identity.signed() {
        Ok(credentials) => loader.credentials_provider(credentials.clone()).auth_scheme_preference([SIGV4]),
        Err(token) => {
            loader.no_credentials().token_provider(Token::new(token.expose(), None)).auth_scheme_preference([BEARER])
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, auth, identity, endpoint, agent_endpoint, timeouts, max_attempts, http_client: _ } = self;
        f.debug_struct("Config")
            .field("region", region)
            .field("auth", auth)
            .field("identity", identity)
            .field("endpoint", endpoint)
            .field("agent_endpoint", agent_endpoint)
            .field("timeouts", timeouts)
            .field("max_attempts", max_attempts)
            .finish_non_exhaustive()
    }
}
