//! The token that lets assume a role without keys: read where it is, or asked of who issues it, anew for every session.

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, SensitiveOutput};
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use http::Uri;
use serde::Deserialize;

use crate::auth::WebToken;
use crate::error::chain;
use crate::identity::Surroundings;
use crate::{Secret, variable};

type Result<T> = std::result::Result<T, CredentialsError>;

impl WebToken {
    /// The token as it is now.
    pub(crate) async fn read(&self, surroundings: &Surroundings) -> Result<String> {
        match self {
            Self::File(path) => file(path),
            Self::FileOfVariable(name) => file(of_variable(name)?.as_ref()),
            Self::GitHub { audience } => of_github(audience, surroundings).await,
            Self::Google { audience } => of_google(audience, surroundings).await,
            Self::Text(token) => Ok(token.expose().to_owned()),
            Self::Variable(name) => of_variable(name),
        }
    }
}

fn file(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        CredentialsError::invalid_configuration(format!("the token file {}: {error}", path.display()))
    })?;
    Ok(text.trim().to_owned())
}

fn of_variable(name: &str) -> Result<String> {
    variable(name).ok_or_else(|| CredentialsError::invalid_configuration(format!("`{name}` is not set")))
}

/// A token of the job that this process is a part of, which needs the permission `id-token: write`.
/// <https://docs.github.com/en/actions/reference/security/oidc>
async fn of_github(audience: &str, surroundings: &Surroundings) -> Result<String> {
    #[derive(Deserialize)]
    struct Answer {
        value: String,
    }
    let of_job = |name: &str| {
        let missing =
            || format!("`{name}` is not set: GitHub sets it in jobs that have the permission `id-token: write`");
        variable(name).ok_or_else(|| CredentialsError::invalid_configuration(missing()))
    };
    let url = of_job("ACTIONS_ID_TOKEN_REQUEST_URL")?;
    let authorization = format!("Bearer {}", of_job("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?);
    let headers = [("accept", "application/json; api-version=2.0"), ("authorization", &authorization)];
    let text = get("GitHub", &with_audience(url, audience), &headers, surroundings).await?;
    let answer: Answer = serde_json::from_str(&text)
        .map_err(|_| CredentialsError::provider_error("GitHub answered something that is no token"))?;
    Ok(answer.value)
}

/// A token of the service account that this machine, pod or function has.
/// <https://cloud.google.com/compute/docs/instances/verifying-instance-identity>
async fn of_google(audience: &str, surroundings: &Surroundings) -> Result<String> {
    // The variable is that of Google's own libraries.
    let host = variable("GCE_METADATA_HOST").unwrap_or_else(|| "metadata.google.internal".to_owned());
    let url = format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/identity");
    let text = get("Google", &with_audience(url, audience), &[("metadata-flavor", "Google")], surroundings).await?;
    Ok(text.trim().to_owned())
}

fn with_audience(url: String, audience: &str) -> String {
    if audience.is_empty() {
        return url;
    }
    let mark = if url.contains('?') { '&' } else { '?' };
    let encoded: String = form_urlencoded::byte_serialize(audience.as_bytes()).collect();
    format!("{url}{mark}audience={encoded}")
}

/// What `url` answers, by the SDK's own machinery: its connections, proxies and retries. The SDK's log does not show it.
async fn get(
    issuer: &'static str,
    url: &str,
    headers: &[(&'static str, &str)],
    surroundings: &Surroundings,
) -> Result<String> {
    const PATIENCE: Duration = Duration::from_secs(10);
    let wrong =
        || CredentialsError::invalid_configuration(format!("{issuer} is asked at what is no http:// or https:// URL"));
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else { return Err(wrong()) };
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let mut operation = Operation::builder()
        .service_name(issuer)
        .operation_name("token")
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&format!("{scheme}://{authority}"))
        .no_auth()
        .timeout_config(TimeoutConfig::builder().connect_timeout(PATIENCE).read_timeout(PATIENCE).build())
        .standard_retry(&RetryConfig::standard())
        .retry_classifier(TransientErrorClassifier::<Infallible>::new())
        .retry_classifier(HttpStatusCodeClassifier::default())
        .runtime_plugin(StaticRuntimePlugin::new().with_config(unseen()));
    if let Some(http_client) = &surroundings.http_client {
        operation = operation.http_client(http_client.clone());
    }
    let operation = operation
        .serializer(move |()| {
            let mut request = HttpRequest::new(SdkBody::empty());
            request.set_uri(path.as_str())?;
            for (name, value) in &headers {
                request.headers_mut().try_insert(*name, value.clone())?;
            }
            Ok(request)
        })
        .deserializer::<_, Infallible>(|response: &HttpResponse| Ok(answer(response)))
        .build();
    match operation.invoke(()).await {
        Ok((200, text)) => Ok(text.expose().to_owned()),
        Ok((status, _)) => {
            Err(CredentialsError::provider_error(format!("{issuer} answered {status} in place of a token")))
        }
        Err(error) => Err(CredentialsError::provider_error(format!("{issuer} cannot be asked: {}", chain(&error)))),
    }
}

fn answer(response: &HttpResponse) -> (u16, Secret) {
    let body = response.body().bytes().unwrap_or_default();
    (response.status().as_u16(), Secret::new(String::from_utf8_lossy(body)))
}

fn unseen() -> aws_smithy_types::config_bag::FrozenLayer {
    let mut layer = Layer::new("token");
    layer.store_put(SensitiveOutput);
    layer.freeze()
}
