//! Who calls, with what is held of them: one identity is loaded and renewed once, whoever shares it.

use std::future::Future;
use std::pin::Pin;

use aws_config::Region;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::{self, ProfileFileCredentialsProvider};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_bedrockruntime::config::SharedHttpClient;
use bedrock_transform::ErrorKind;

use crate::auth::Role;
use crate::credentials::Cached;
use crate::error::{chain, credentials as unusable};
use crate::{Auth, Config, Secret, TransportError, http_client, region, sts, variable};

/// Who calls. Clones share credentials: they are loaded once, with the first call of any of them, and renewed once.
#[derive(Debug, Clone)]
pub struct Identity(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Bearer(Secret),
    Signed(Cached),
}

/// What loading credentials needs besides who they are of.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    /// Where STS is asked.
    pub(crate) region: Option<Region>,
    pub(crate) http_client: Option<SharedHttpClient>,
}

impl Identity {
    /// The identity of `config`, to be shared by several. Nothing is sent before it is used.
    ///
    /// # Errors
    /// If it is a profile that does not exist, or the certificates of `AWS_CA_BUNDLE` cannot be read.
    pub async fn of(config: &Config) -> Result<Self, TransportError> {
        if let Some(name) = config.auth.profile() {
            check_profile(name).await?;
        }
        let auth = match (&config.auth, variable("AWS_BEARER_TOKEN_BEDROCK")) {
            (Auth::Bearer(token), _) => return Ok(Self(Kind::Bearer(token.clone()))),
            (Auth::Default, Some(token)) => return Ok(Self(Kind::Bearer(Secret::new(token)))),
            (auth, _) => auth.clone(),
        };
        let surroundings =
            Surroundings { region: region::of_process(config).await, http_client: http_client::of(config)? };
        let provider = Provider { auth, surroundings };
        Ok(Self(Kind::Signed(Cached::new(SharedCredentialsProvider::new(provider)))))
    }

    /// Who it is, to be shown to people: the access key id or the last letters of the API key. Loads credentials if none
    /// are held.
    ///
    /// # Errors
    /// If there are none.
    pub async fn describe(&self) -> Result<String, TransportError> {
        match &self.0 {
            Kind::Bearer(token) => Ok(format!("API key {}", masked(token.expose()))),
            Kind::Signed(cached) => {
                match cached.provide_credentials().await {
                    Ok(credentials) => Ok(described(&credentials)),
                    Err(error) => Err(TransportError::from(unusable(&error).unwrap_or_else(|| missing(chain(&error))))
                        .with_source(error)),
                }
            }
        }
    }

    /// Credentials to sign with; else there is a bearer token.
    pub(crate) fn signed(&self) -> Result<&Cached, &Secret> {
        match &self.0 {
            Kind::Bearer(token) => Err(token),
            Kind::Signed(cached) => Ok(cached),
        }
    }

    pub(crate) fn generation(&self) -> u64 {
        self.signed().map_or(0, Cached::generation)
    }

    /// After AWS said that the credentials of `generation` have expired: whether there are others now.
    pub(crate) async fn renewed(&self, generation: u64) -> bool {
        match &self.0 {
            Kind::Bearer(_) => false,
            Kind::Signed(cached) => cached.renewed(generation).await,
        }
    }
}

fn missing(message: String) -> bedrock_transform::UpstreamError {
    bedrock_transform::UpstreamError::new(ErrorKind::Credentials, "CredentialsError", message)
}

fn described(credentials: &Credentials) -> String {
    let kind = if credentials.session_token().is_some() { "temporary key" } else { "key" };
    format!("{kind} {}", masked(credentials.access_key_id()))
}

/// The last four letters, of what has many more.
fn masked(text: &str) -> String {
    let hidden = text.chars().count().saturating_sub(4);
    if hidden < 8 { "…".to_owned() } else { format!("…{}", text.chars().skip(hidden).collect::<String>()) }
}

/// Loads credentials anew with every call: files and variables are read again, and what AWS no longer takes is gone.
#[derive(Debug)]
struct Provider {
    auth: Auth,
    surroundings: Surroundings,
}

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(load(&self.auth, &self.surroundings))
    }
}

type Loading<'a> = Pin<Box<dyn Future<Output = provider::Result> + Send + 'a>>;

/// The credentials of `auth`, as they are now.
pub(crate) fn load<'a>(auth: &'a Auth, surroundings: &'a Surroundings) -> Loading<'a> {
    Box::pin(async move {
        match auth {
            Auth::Bearer(_) => {
                Err(provider::error::CredentialsError::invalid_configuration("an API key signs nothing"))
            }
            Auth::Default => of_environment(surroundings).await,
            Auth::Keys { access_key_id, secret_access_key, session_token } => {
                let token = session_token.as_ref().map(|token| token.expose().to_owned());
                Ok(Credentials::new(access_key_id, secret_access_key.expose(), token, None, "pumice"))
            }
            Auth::Profile(name) => {
                let config = surroundings.provider_config().await;
                let profile = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(name);
                profile.build().provide_credentials().await
            }
            Auth::Role(role) => of_role(role, surroundings).await,
            Auth::WebIdentity(identity) => sts::web_identity(identity, surroundings).await,
        }
    })
}

async fn of_environment(surroundings: &Surroundings) -> provider::Result {
    let config = surroundings.provider_config().await;
    // The region is said, if only that there is none: the chain would ask the instance metadata service for one.
    let chain = DefaultCredentialsChain::builder().configure(config).region(surroundings.region.clone());
    chain.build().await.provide_credentials().await
}

async fn of_role(role: &Role, surroundings: &Surroundings) -> provider::Result {
    let source = load(&role.source, surroundings).await?;
    if sts::is_already(role, &source, surroundings).await {
        return Ok(source);
    }
    sts::assume(role, source, surroundings).await
}

impl Surroundings {
    async fn provider_config(&self) -> ProviderConfig {
        let mut config = ProviderConfig::without_region().with_region(self.region.clone());
        if let Some(http_client) = &self.http_client {
            config = config.with_http_client(http_client.clone());
        }
        let fips = aws_config::default_provider::use_fips::use_fips_provider(&config).await;
        let dual_stack = aws_config::default_provider::use_dual_stack::use_dual_stack_provider(&config).await;
        config.with_use_fips(fips).with_use_dual_stack(dual_stack)
    }
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
