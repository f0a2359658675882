//! ARNs of things that Bedrock can invoke.

use crate::TransformError;

/// An ARN of something that Bedrock can invoke, in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arn {
    /// `aws`, `aws-us-gov`, `aws-cn`, …
    pub partition: String,
    /// Region; may be empty.
    pub region: String,
    /// Account; empty for foundation models.
    pub account: String,
    /// What it names.
    pub kind: ArnKind,
    /// What follows the kind, e.g. a model id or an opaque id.
    pub resource: String,
}

/// What an ARN names. <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArnKind {
    /// `application-inference-profile`
    ApplicationInferenceProfile,
    /// `custom-model`
    CustomModel,
    /// `custom-model-deployment`
    CustomModelDeployment,
    /// `foundation-model`
    FoundationModel,
    /// `imported-model`
    ImportedModel,
    /// `inference-profile`
    InferenceProfile,
    /// `endpoint`, of SageMaker.
    /// <https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-marketplace-call-endpoint.html>
    MarketplaceEndpoint,
    /// Anything else that may come.
    Other,
    /// `prompt`
    Prompt,
    /// `default-prompt-router` and `prompt-router`
    PromptRouter,
    /// `provisioned-model`
    ProvisionedModel,
}

/// The ARN of a foundation model in `region`.
pub(crate) fn foundation_model(region: &str, id: &str) -> String {
    format!("arn:{}:bedrock:{region}::foundation-model/{id}", partition(region))
}

/// The partition that a region belongs to.
/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
pub(crate) fn partition(region: &str) -> &'static str {
    // As the AWS SDKs have it.
    const PARTITIONS: &[(&str, &str)] = &[
        ("cn-", "aws-cn"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
    ];
    PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

impl ArnKind {
    /// Whether the resource is a model id that says which model it is; of all others only the owner knows.
    #[must_use]
    pub const fn names_model(self) -> bool {
        matches!(self, Self::FoundationModel | Self::InferenceProfile)
    }
}

impl Arn {
    /// Reads `arn:{partition}:bedrock:{region}:{account}:{kind}/{resource}`, or the ARN of an endpoint of SageMaker's that
    /// Bedrock Marketplace made.
    ///
    /// # Errors
    /// If a part is missing or the service is neither.
    pub fn parse(text: &str) -> Result<Self, TransformError> {
        let mut parts = text.splitn(6, ':');
        let mut part = || parts.next();
        let (Some("arn"), Some(partition), Some(service), Some(region), Some(account), Some(rest)) =
            (part(), part(), part(), part(), part(), part())
        else {
            return Err(TransformError::model_id(
                text,
                "an ARN has six parts: arn:partition:bedrock:region:account:resource",
            ));
        };
        let is_endpoint = service == "sagemaker" && rest.starts_with("endpoint/");
        if service != "bedrock" && !is_endpoint {
            return Err(TransformError::model_id(text, "the ARN's service is not bedrock"));
        }
        let Some((kind, resource)) = rest.split_once('/').filter(|(_, resource)| !resource.is_empty()) else {
            return Err(TransformError::model_id(text, "the ARN names no resource"));
        };
        Ok(Self {
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            kind: match kind {
                "application-inference-profile" => ArnKind::ApplicationInferenceProfile,
                "custom-model" => ArnKind::CustomModel,
                "endpoint" => ArnKind::MarketplaceEndpoint,
                "custom-model-deployment" => ArnKind::CustomModelDeployment,
                "foundation-model" => ArnKind::FoundationModel,
                "imported-model" => ArnKind::ImportedModel,
                "inference-profile" => ArnKind::InferenceProfile,
                "prompt" => ArnKind::Prompt,
                "default-prompt-router" | "prompt-router" => ArnKind::PromptRouter,
                "provisioned-model" => ArnKind::ProvisionedModel,
                _ => ArnKind::Other,
            },
            resource: resource.to_owned(),
        })
    }
}
