//! What a transport is built from: region, credentials, endpoint, retries, time limits.

use std::fmt;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{self, ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::{HttpClient, IntoShared, SharedHttpClient, StalledStreamProtectionConfig, Token};
use aws_smithy_runtime_api::client::auth::AuthSchemeId;

use bedrock_transform::ErrorKind;

use crate::error::chain;
use crate::{Secret, TransportError};

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
    http_client: Option<SharedHttpClient>,
}

/// Who calls Bedrock.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Auth {
    /// A Bedrock API key.
    Bearer(Secret),
    /// The SDK's chain: `AWS_BEARER_TOKEN_BEDROCK`, then keys in the environment, profiles, SSO, web identity, roles.
    #[default]
    Default,
    /// A key pair, used as it is: nothing is added to it from the environment.
    Keys {
        /// `AKIA…` or `ASIA…`.
        access_key_id: String,
        /// The secret half.
        secret_access_key: Secret,
        /// Comes with temporary keys.
        session_token: Option<Secret>,
    },
    /// A profile of the shared config files, by name.
    Profile(String),
}

/// The SDK's clients, one for each service.
pub(crate) struct Clients {
    pub(crate) runtime: Client,
    #[cfg(feature = "rerank")]
    pub(crate) agent: aws_sdk_bedrockagentruntime::Client,
}

/// Time limits of a call. A limit of `None` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// To open a connection: 10 s.
    pub connect: Option<Duration>,
    /// From the request to the head of the answer: 10 min, for models think before they answer.
    pub first_byte: Option<Duration>,
    /// Between two pieces of an answer: 5 min.
    pub idle: Option<Duration>,
    /// The whole call, retries and the last byte of a stream included: none.
    pub total: Option<Duration>,
}

impl Auth {
    /// A Bedrock API key.
    pub fn bearer(token: impl Into<Secret>) -> Self {
        Self::Bearer(token.into())
    }

    /// A key pair that lasts.
    pub fn keys(access_key_id: impl Into<String>, secret_access_key: impl Into<Secret>) -> Self {
        Self::Keys {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
        }
    }

    /// A key pair that expires, with its token.
    pub fn temporary_keys(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<Secret>,
        session_token: impl Into<Secret>,
    ) -> Self {
        Self::Keys {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: Some(session_token.into()),
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Some(Duration::from_secs(10)),
            first_byte: Some(Duration::from_secs(600)),
            idle: Some(Duration::from_secs(300)),
            total: None,
        }
    }
}

impl Timeouts {
    /// Sets the limit to open a connection.
    #[must_use]
    pub fn with_connect(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.connect = limit.into();
        self
    }

    /// Sets the limit to the head of the answer.
    #[must_use]
    pub fn with_first_byte(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.first_byte = limit.into();
        self
    }

    /// Sets the limit between two pieces of an answer.
    #[must_use]
    pub fn with_idle(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.idle = limit.into();
        self
    }

    /// Sets the limit of the whole call.
    #[must_use]
    pub fn with_total(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.total = limit.into();
        self
    }

    fn sdk(self) -> TimeoutConfig {
        let mut config = TimeoutConfig::builder();
        config.set_connect_timeout(self.connect).set_read_timeout(self.first_byte);
        // The SDK reads the body of an error itself, and has no limit of its own for that.
        if let (Some(connect), Some(first_byte), Some(idle)) = (self.connect, self.first_byte, self.idle) {
            config.set_operation_attempt_timeout(Some(connect + first_byte + idle));
        }
        config.build()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            region: None,
            auth: Auth::default(),
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

    /// Sets the URL of bedrock-runtime. A path in it is kept.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// Sets the URL of bedrock-agent-runtime. A path in it is kept.
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
        let region = self.region().await?;
        let endpoint = self.endpoint.or_else(|| variable("AWS_BEDROCK_RUNTIME_ENDPOINT"));
        endpoint.as_deref().map_or(Ok(()), check_endpoint)?;
        #[cfg(feature = "rerank")]
        let agent_endpoint = crate::rerank::endpoint(self.agent_endpoint, endpoint.as_deref())?;
        if let Auth::Profile(name) = &self.auth {
            check_profile(name).await?;
        }
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(region);
        if let Some(http_client) = self.http_client {
            loader = loader.http_client(http_client);
        }
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        let loader = match &self.auth {
            // An unset variable and an empty one mean the same.
            Auth::Default if std::env::var_os("AWS_BEARER_TOKEN_BEDROCK").is_some_and(|token| token.is_empty()) => {
                loader.auth_scheme_preference([SIGV4])
            }
            Auth::Default => loader,
            Auth::Bearer(token) => loader
                .no_credentials()
                .token_provider(Token::new(token.expose(), None))
                .auth_scheme_preference([BEARER]),
            Auth::Keys { access_key_id, secret_access_key, session_token } => loader
                .credentials_provider(Credentials::new(
                    access_key_id,
                    secret_access_key.expose(),
                    session_token.as_ref().map(|token| token.expose().to_owned()),
                    None,
                    "pumice",
                ))
                .auth_scheme_preference([SIGV4]),
            Auth::Profile(name) => loader
                .profile_name(name)
                .credentials_provider(ProfileFileCredentialsProvider::builder().profile_name(name).build())
                .auth_scheme_preference([SIGV4]),
        };
        let shared = loader
            .retry_config(RetryConfig::standard().with_max_attempts(self.max_attempts.max(1)))
            .timeout_config(self.timeouts.sdk())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .load()
            .await;
        Ok(Clients {
            runtime: Client::new(&shared),
            #[cfg(feature = "rerank")]
            agent: crate::rerank::client(&shared, agent_endpoint),
        })
    }

    /// The region, without asking the instance metadata service for it.
    async fn region(&self) -> Result<Option<Region>, TransportError> {
        if let Some(region) = self.region.clone().or_else(|| variable("AWS_REGION_NAME")) {
            check_region(&region)?;
            return Ok(Some(Region::new(region)));
        }
        let mut profile = ProfileFileRegionProvider::builder();
        if let Auth::Profile(name) = &self.auth {
            profile = profile.profile_name(name);
        }
        let chain = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new()).or_else(profile.build());
        Ok(chain.region().await)
    }
}

/// Refuses what is no region's name: it becomes part of a host name.
pub(crate) fn check_region(region: &str) -> Result<(), TransportError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !region.is_empty() && region.bytes().all(plain) {
        return Ok(());
    }
    Err(TransportError::refused(format!("`{region}` is not the name of an AWS region")))
}

pub(crate) fn check_endpoint(endpoint: &str) -> Result<(), TransportError> {
    let url = endpoint.parse::<http::Uri>().ok();
    if url.is_some_and(|url| matches!(url.scheme_str(), Some("http" | "https")) && url.query().is_none()) {
        return Ok(());
    }
    Err(TransportError::refused(format!("the endpoint `{endpoint}` is not an http:// or https:// URL")))
}

/// Refuses a profile that is not there: the SDK would say so with the first call, and then as if nothing was configured.
async fn check_profile(name: &str) -> Result<(), TransportError> {
    let error = |message| TransportError::new(ErrorKind::Credentials, "CredentialsError", message);
    let profiles = profile::load(&Default::default(), &Default::default(), &Default::default(), None)
        .await
        .map_err(|cause| error(format!("the AWS config files cannot be read: {}", chain(&cause))).with_source(cause))?;
    match profiles.get_profile(name) {
        Some(_) => Ok(()),
        None => Err(error(format!("there is no profile `{name}` in the AWS config files"))),
    }
}

pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, auth, endpoint, agent_endpoint, timeouts, max_attempts, http_client: _ } = self;
        f.debug_struct("Config")
            .field("region", region)
            .field("auth", auth)
            .field("endpoint", endpoint)
            .field("agent_endpoint", agent_endpoint)
            .field("timeouts", timeouts)
            .field("max_attempts", max_attempts)
            .finish_non_exhaustive()
    }
}
