//! Sessions of roles, from AWS's Security Token Service.

use std::time::SystemTime;

use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result, SharedCredentialsProvider};
use aws_sdk_sts::Client;

use crate::auth::{Role, WebIdentity};
use crate::endpoint::region_of;
use crate::identity::Surroundings;
use crate::{Auth, variable};

/// The name of sessions that are given none.
const SESSION: &str = "pumice";
/// Signs for the endpoint that belongs to no region.
const GLOBAL: &str = "us-east-1";

/// A session of `role` for `source`.
pub(crate) async fn assume(role: &Role, source: Credentials, surroundings: &Surroundings) -> Result {
    let config = config(role.sts_endpoint.as_deref(), Some(source), surroundings).await;
    let session = role.session_name.as_deref().unwrap_or(SESSION);
    let mut builder = AssumeRoleProvider::builder(&role.arn).session_name(session).configure(&config);
    if let Some(id) = &role.external_id {
        builder = builder.external_id(id);
    }
    if !role.session_tags.is_empty() {
        builder = builder.tags(role.session_tags.iter().cloned());
    }
    builder.build().await.provide_credentials().await
}

/// Whether `source` is a session of `role`: a role need not be allowed to assume itself. Keys that last are of nobody's
/// session, so that STS is asked for temporary ones only.
pub(crate) async fn is_already(role: &Role, source: &Credentials, surroundings: &Surroundings) -> bool {
    if role.source == Auth::Default && is_role_of_pod(&role.arn) {
        return true;
    }
    if source.session_token().is_none() {
        return false;
    }
    let config = config(role.sts_endpoint.as_deref(), Some(source.clone()), surroundings).await;
    let caller = Client::new(&config).get_caller_identity().send().await;
    caller.is_ok_and(|caller| caller.arn().is_some_and(|arn| is_session_of(arn, &role.arn)))
}

/// Whether the default chain has the role already, by the variables that EKS sets.
fn is_role_of_pod(arn: &str) -> bool {
    variable("AWS_ROLE_ARN").as_deref() == Some(arn)
        && variable("AWS_WEB_IDENTITY_TOKEN_FILE").is_some()
        && variable("AWS_ACCESS_KEY_ID").is_none()
}

/// `arn:aws:sts::1:assumed-role/name/session` is a session of `arn:aws:iam::1:role/path/name`.
fn is_session_of(session: &str, role: &str) -> bool {
    let parts = |arn: &str| {
        let mut parts = arn.splitn(6, ':').skip(1);
        let (partition, account, rest) = (parts.next()?.to_owned(), parts.nth(2)?.to_owned(), parts.next()?.to_owned());
        Some((partition, account, rest))
    };
    let (Some((partition, account, session)), Some((of_role, owner, role))) = (parts(session), parts(role)) else {
        return false;
    };
    let session = session.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
    let role = role.strip_prefix("role/").and_then(|rest| rest.rsplit('/').next());
    partition == of_role && account == owner && session.is_some() && session == role
}

/// A session of the role that a web identity token lets assume.
pub(crate) async fn web_identity(identity: &WebIdentity, surroundings: &Surroundings) -> Result {
    let token = identity.token.read(surroundings).await?;
    let config = config(identity.sts_endpoint.as_deref(), None, surroundings).await;
    let answer = Client::new(&config)
        .assume_role_with_web_identity()
        .role_arn(&identity.role_arn)
        .role_session_name(identity.session_name.as_deref().unwrap_or(SESSION))
        .web_identity_token(token)
        .send()
        .await
        .map_err(CredentialsError::provider_error)?;
    let credentials = answer.credentials.ok_or_else(|| CredentialsError::provider_error("STS sent no credentials"))?;
    let end = SystemTime::try_from(credentials.expiration).map_err(CredentialsError::provider_error)?;
    Ok(Credentials::new(
        credentials.access_key_id,
        credentials.secret_access_key,
        Some(credentials.session_token),
        Some(end),
        "web identity",
    ))
}

/// A configuration for STS: its own endpoint and the region that belongs to it.
async fn config(endpoint: Option<&str>, source: Option<Credentials>, surroundings: &Surroundings) -> SdkConfig {
    let endpoint = endpoint.map(str::to_owned).or_else(|| variable("AWS_STS_ENDPOINT"));
    let named = endpoint.as_deref().and_then(|url| region_of(url, "sts")).map(|name| Region::new(name.to_owned()));
    let region = named.or_else(|| surroundings.region.clone()).unwrap_or(Region::from_static(GLOBAL));
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(region).no_credentials();
    if let Some(source) = source {
        loader = loader.credentials_provider(SharedCredentialsProvider::new(source));
    }
    if let Some(http_client) = &surroundings.http_client {
        loader = loader.http_client(http_client.clone());
    }
    if let Some(endpoint) = endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    loader.load().await
}

#[cfg(test)]
mod tests {
    use super::is_session_of;

    #[test]
    fn a_session_knows_its_role() {
        let role = "arn:aws:iam::111122223333:role/team/app";
        let table = [
            ("arn:aws:sts::111122223333:assumed-role/app/session", true),
            ("arn:aws:sts::111122223333:assumed-role/apple/session", false),
            ("arn:aws:sts::999922223333:assumed-role/app/session", false),
            ("arn:aws-cn:sts::111122223333:assumed-role/app/session", false),
            ("arn:aws:iam::111122223333:user/app", false),
            ("app", false),
        ];
        for (session, expected) in table {
            assert_eq!(is_session_of(session, role), expected, "{session}");
        }
    }
}
