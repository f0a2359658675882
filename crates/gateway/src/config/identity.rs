//! Who calls Bedrock, where, and how patiently.

use std::time::Duration;

use facade::{Auth, Secret, Timeouts};

use crate::config::section::Section;
use crate::config::{ConfigError, Environment};

/// Who calls. As `facade::Auth`, and comparable: equal identities share their connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    Ambient,
    ApiKey(Secret),
    Keys { access_key_id: String, secret_access_key: Secret, session_token: Option<Secret> },
    Profile(String),
}

/// Everything that a connection to Bedrock depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) identity: Identity,
    pub(crate) region: Option<String>,
    pub(crate) endpoint: Option<String>,
    /// Of bedrock-agent-runtime, which ranks documents.
    pub(crate) agent_endpoint: Option<String>,
    /// To the head of an answer, and between two pieces of one.
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_attempts: u32,
}

/// How often a failed call is repeated where nothing is said.
pub(crate) const RETRIES: u32 = 2;

/// Ways to become somebody that are LiteLLM's and not yet ours.
const NOT_YET: &[&str] = &[
    "aws_bedrock_client",
    "aws_external_id",
    "aws_role_name",
    "aws_session_name",
    "aws_session_tags",
    "aws_sts_endpoint",
    "aws_web_identity_token",
];

impl Connection {
    /// With what the environment says.
    pub(crate) fn ambient(env: &Environment) -> Self {
        Self {
            identity: Identity::of_environment(env),
            region: ["AWS_REGION_NAME", "AWS_REGION", "AWS_DEFAULT_REGION"]
                .iter()
                .find_map(|name| env.set_by_file(name))
                .map(str::to_owned),
            endpoint: env.value("AWS_BEDROCK_RUNTIME_ENDPOINT").map(str::to_owned),
            agent_endpoint: env.value("AWS_BEDROCK_AGENT_RUNTIME_ENDPOINT").map(str::to_owned),
            timeout: None,
            max_attempts: 1 + RETRIES,
        }
    }

    /// The same, ready for the SDK.
    pub(crate) fn config(&self) -> facade::Config {
        let mut timeouts = Timeouts::default();
        if let Some(limit) = self.timeout {
            timeouts = timeouts.with_first_byte(limit).with_idle(limit);
        }
        let mut config = facade::Config::new()
            .with_auth(self.identity.auth())
            .with_max_attempts(self.max_attempts)
            .with_timeouts(timeouts);
        config.region.clone_from(&self.region);
        config.endpoint.clone_from(&self.endpoint);
        config.agent_endpoint.clone_from(&self.agent_endpoint);
        config
    }
}

impl Identity {
    /// Keys that need no account, for the emulator.
    pub(crate) fn fake() -> Self {
        Self::Keys {
            access_key_id: "AKIDEMULATOR".to_owned(),
            secret_access_key: Secret::new("not-a-secret"),
            session_token: None,
        }
    }

    /// What the file put into the environment; the rest the SDK finds itself.
    fn of_environment(env: &Environment) -> Self {
        if let Some(key) = env.set_by_file("AWS_BEARER_TOKEN_BEDROCK") {
            return Self::ApiKey(Secret::new(key));
        }
        if env.set_by_file("AWS_ACCESS_KEY_ID").or_else(|| env.set_by_file("AWS_SECRET_ACCESS_KEY")).is_some()
            && let (Some(id), Some(secret)) = (env.value("AWS_ACCESS_KEY_ID"), env.value("AWS_SECRET_ACCESS_KEY"))
        {
            return Self::Keys {
                access_key_id: id.to_owned(),
                secret_access_key: Secret::new(secret),
                session_token: env.value("AWS_SESSION_TOKEN").map(Secret::new),
            };
        }
        // `AWS_PROFILE` of the process is the SDK's business; `AWS_PROFILE_NAME` is LiteLLM's own.
        let profile = env.set_by_file("AWS_PROFILE").or_else(|| env.value("AWS_PROFILE_NAME"));
        profile.map_or(Self::Ambient, |name| Self::Profile(name.to_owned()))
    }

    /// What `litellm_params` says, in LiteLLM's order: API key, profile, key pair, environment.
    pub(crate) fn take(params: &mut Section<'_>, env: &Environment) -> Result<Self, ConfigError> {
        if let Some(place) = params.take_all(NOT_YET).into_iter().next() {
            return Err(place.error(
                "this way to sign in is not supported yet; use keys, a profile, an API key or the environment",
            ));
        }
        let api_key = params.text("api_key")?;
        let profile = params.text("aws_profile_name")?;
        let access_key_id = params.text("aws_access_key_id")?;
        let secret_access_key = params.text("aws_secret_access_key")?;
        let session_token = params.text("aws_session_token")?;
        if let Some(key) = api_key {
            return Ok(Self::ApiKey(Secret::new(key)));
        }
        if let Some(name) = profile {
            return Ok(Self::Profile(name));
        }
        let missing = |key| {
            let place = params.place();
            place_in(&place, key).error("is missing: a key pair has two halves")
        };
        match (access_key_id, secret_access_key) {
            (Some(access_key_id), Some(secret)) => Ok(Self::Keys {
                access_key_id,
                secret_access_key: Secret::new(secret),
                session_token: session_token.map(Secret::new),
            }),
            (Some(_), None) => Err(missing("aws_secret_access_key")),
            (None, Some(_)) => Err(missing("aws_access_key_id")),
            (None, None) if session_token.is_some() => Err(missing("aws_access_key_id")),
            (None, None) => Ok(Self::of_environment(env)),
        }
    }

    fn auth(&self) -> Auth {
        match self.clone() {
            Self::Ambient => Auth::Default,
            Self::ApiKey(key) => Auth::Bearer(key),
            Self::Keys { access_key_id, secret_access_key, session_token } => {
                Auth::Keys { access_key_id, secret_access_key, session_token }
            }
            Self::Profile(name) => Auth::Profile(name),
        }
    }
}

/// Refuses what cannot be a region: it becomes part of a host name.
pub(crate) fn region(name: String) -> Result<String, String> {
    if name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') && !name.is_empty() {
        return Ok(name);
    }
    Err(format!("`{name}` is not the name of an AWS region"))
}

/// Refuses what cannot be an endpoint.
pub(crate) fn endpoint(url: String) -> Result<String, String> {
    let parsed = url.parse::<http::Uri>().ok();
    match parsed.as_ref().and_then(http::Uri::scheme_str) {
        Some("http" | "https") => Ok(url),
        _ => Err(format!("`{url}` is not an http:// or https:// URL")),
    }
}

fn place_in(section: &crate::config::Place, key: &str) -> crate::config::Place {
    let mut place = section.clone();
    place.key = format!("{}.{key}", place.key);
    place
}
