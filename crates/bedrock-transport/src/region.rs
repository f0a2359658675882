//! Which region a call goes to. The instance metadata service is never asked: a machine's place is not the model's.

use aws_config::Region;
use aws_config::meta::region::ProvideRegion as _;
use aws_config::profile::ProfileFileRegionProvider;
use bedrock_transform::ErrorKind;

use crate::{Config, TransportError, variable};

/// The region of calls that name none: the configuration's, `AWS_REGION_NAME`, `AWS_REGION`, `AWS_DEFAULT_REGION`, the
/// profile's.
pub(crate) async fn resolve(config: &Config) -> Result<Option<Region>, TransportError> {
    let named = config.region.clone().or_else(|| variable("AWS_REGION_NAME")).map(Region::new);
    let region = match named {
        Some(region) => Some(region),
        None => of_aws(config.auth.profile()).await,
    };
    region.as_ref().map_or(Ok(()), |region| check(region.as_ref()))?;
    Ok(region)
}

/// The region where this process runs, for STS: it has nothing to do with where the model is.
pub(crate) async fn of_process(config: &Config) -> Option<Region> {
    match of_aws(config.auth.profile()).await {
        Some(region) => Some(region),
        None => resolve(config).await.ok().flatten(),
    }
}

async fn of_aws(profile: Option<&str>) -> Option<Region> {
    if let Some(region) = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")) {
        return Some(Region::new(region));
    }
    let mut file = ProfileFileRegionProvider::builder();
    if let Some(name) = profile {
        file = file.profile_name(name);
    }
    file.build().region().await
}

/// Refuses what is no region's name: it becomes part of a host name.
pub(crate) fn check(region: &str) -> Result<(), TransportError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !region.is_empty() && region.bytes().all(plain) {
        return Ok(());
    }
    Err(TransportError::refused(format!("`{region}` is not the name of an AWS region")))
}

pub(crate) fn missing() -> TransportError {
    TransportError::new(
        ErrorKind::InvalidRequest,
        "MissingRegion",
        "no AWS region: set AWS_REGION, or `region` in the profile or the configuration",
    )
}
