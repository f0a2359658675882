//! What to do about AWS's refusals, where AWS does not say it.

use crate::model::arn::partition;
use crate::{Arn, ErrorKind, Facts, ModelId, Operation, Outgoing, UpstreamError};

/// One sentence or two, if there is something to say.
pub(crate) fn on(error: &UpstreamError, call: &Outgoing) -> Option<String> {
    let region = call.region.as_deref().or(error.region.as_deref());
    let says = |words: &str| error.message.contains(words);
    let target = call.target.as_str();
    let profiles = profiles(error, call);
    if !profiles.is_empty() {
        let names: Vec<String> = profiles.iter().map(|profile| format!("`{profile}`")).collect();
        return Some(format!("Use the inference profile {}.", names.join(" or ")));
    }
    let here = region.map_or_else(|| "this region".to_owned(), |region| format!("`{region}`"));
    match error.kind {
        ErrorKind::AccessDenied if says("not authorized to perform") => None,
        ErrorKind::AccessDenied => Some(format!(
            "The identity needs the action {} on `{}`, and the account needs access to the model in {here}.",
            action(call.operation),
            resource(target, region)
        )),
        ErrorKind::Credentials
            if says("Signature expired") || says("Signature not yet current") || is_of_clocks(&error.code) =>
        {
            Some("The clock of this machine is wrong; set it.".to_owned())
        }
        ErrorKind::Credentials if says("scoped to a valid region") => {
            Some(format!("The call was signed for {here}, which is not the endpoint's region; set `aws_region_name`."))
        }
        ErrorKind::Credentials if says("security token included in the request is expired") => Some(
            "The keys are temporary, and there are no newer ones: sign in again, or give a role instead.".to_owned(),
        ),
        ErrorKind::Credentials if says("security token included in the request is invalid") => {
            Some("The access key does not exist, or its session token is missing or another's.".to_owned())
        }
        ErrorKind::InvalidRequest | ErrorKind::NotFound
            if says("model identifier is invalid") || says("Could not resolve the foundation model") =>
        {
            Some(format!("No model of this name is offered in {here}; check its name and `aws_region_name`."))
        }
        _ => None,
    }
}

fn is_of_clocks(code: &str) -> bool {
    matches!(code, "RequestExpired" | "RequestInTheFuture" | "RequestTimeTooSkewed")
}

/// The inference profiles that serve the model, where AWS says that nothing else does: those that are published, nearest first;
/// of a model that nobody knows, those that its region can have.
pub(crate) fn profiles(error: &UpstreamError, call: &Outgoing) -> Vec<String> {
    let target = call.target.as_str();
    // AWS writes the apostrophe of `isn’t` in both ways.
    let refused = error.message.contains("on-demand throughput isn") && error.message.contains("supported");
    if !refused || ModelId::parse(target).is_ok_and(|id| id.arn.is_some() || id.geo.is_some()) {
        return Vec::new();
    }
    let region = call.region.as_deref().or(error.region.as_deref());
    let possible: Vec<String> = geos_of(region).iter().map(|geo| format!("{geo}.{target}")).collect();
    let published: Vec<String> = possible.iter().filter(|id| Facts::of_id(id).is_some()).cloned().collect();
    if published.is_empty() { possible } else { published }
}

/// Converse has no action of its own.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html>
const fn action(operation: Operation) -> &'static str {
    match operation {
        Operation::ConverseStream | Operation::InvokeModelWithResponseStream => {
            "`bedrock:InvokeModelWithResponseStream`"
        }
        Operation::GetAsyncInvoke => "`bedrock:GetAsyncInvoke`",
        Operation::Rerank => "`bedrock:Rerank`, and `bedrock:InvokeModel`",
        Operation::Converse | Operation::InvokeModel | Operation::StartAsyncInvoke => "`bedrock:InvokeModel`",
    }
}

/// The ARN that a policy names. Of a profile the account is the caller's, which is not known here.
fn resource(target: &str, region: Option<&str>) -> String {
    if Arn::parse(target).is_ok() {
        return target.to_owned();
    }
    let region = region.unwrap_or("*");
    let partition = partition(region);
    let is_profile = ModelId::parse(target).is_ok_and(|id| id.geo.is_some());
    let (account, kind) = if is_profile { ("*", "inference-profile") } else { ("", "foundation-model") };
    format!("arn:{partition}:bedrock:{region}:{account}:{kind}/{target}")
}

/// The geographies of the profiles that a region reaches.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html>
fn geos_of(region: Option<&str>) -> &'static [&'static str] {
    const ALL: &[&str] = &["us", "eu", "apac", "global"];
    let Some(region) = region else { return ALL };
    match region.split('-').next() {
        Some("us") if region.starts_with("us-gov-") => &["us-gov"],
        Some("us") => &["us", "global"],
        Some("eu") => &["eu", "global"],
        Some("ap") => match region {
            "ap-northeast-1" | "ap-northeast-3" => &["jp", "apac", "global"],
            "ap-southeast-2" | "ap-southeast-4" => &["au", "apac", "global"],
            _ => &["apac", "global"],
        },
        Some("ca") => &["ca", "us", "global"],
        _ => ALL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Target;

    fn explained(code: &str, message: &str, target: &str, region: Option<&str>) -> String {
        let body = serde_json::json!({ "message": message }).to_string();
        let error = UpstreamError::from_http(400, Some(code), body.as_bytes());
        let call = Outgoing::new(Operation::ConverseStream, Target::new(target), "{}");
        error.with_region(region.map(str::to_owned)).explained(&call).message
    }

    #[test]
    fn refusals_say_what_to_do() {
        const MODEL: &str = "anthropic.claude-x-v1:0";
        const ARN: &str = "arn:aws:bedrock:eu-west-1:1:provisioned-model/p";
        let on_demand = |apostrophe| {
            format!("Invocation of model ID m with on-demand throughput isn{apostrophe}t supported. Retry.")
        };
        let lines = [
            explained("ValidationException", &on_demand("'"), MODEL, Some("eu-west-1")),
            explained("ValidationException", &on_demand("’"), MODEL, Some("ap-northeast-1")),
            explained(
                "ValidationException",
                &on_demand("’"),
                "anthropic.claude-sonnet-4-5-20250929-v1:0",
                Some("ap-southeast-2"),
            ),
            explained("ValidationException", &on_demand("'"), ARN, Some("eu-west-1")),
            explained("AccessDeniedException", "You don't have access to the model.", MODEL, Some("us-east-1")),
            explained(
                "AccessDeniedException",
                "You don't have access.",
                &format!("us-gov.{MODEL}"),
                Some("us-gov-west-1"),
            ),
            explained("AccessDeniedException", "You don't have access.", ARN, None),
            explained(
                "AccessDeniedException",
                "User: u is not authorized to perform: bedrock:InvokeModel on resource: r",
                MODEL,
                None,
            ),
            explained(
                "InvalidSignatureException",
                "Signature expired: 20260101T000000Z is now earlier than x",
                MODEL,
                None,
            ),
            explained(
                "InvalidSignatureException",
                "Credential should be scoped to a valid region.",
                MODEL,
                Some("us-east-1"),
            ),
            explained(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
                MODEL,
                None,
            ),
            explained("ValidationException", "The provided model identifier is invalid.", MODEL, Some("us-east-1")),
            explained("AccessDeniedException", "You don't have access.", MODEL, Some("us-isob-east-1")),
            explained(
                "InvalidSignatureException",
                "Signature not yet current: 20260101T000000Z is still later",
                MODEL,
                None,
            ),
            explained("RequestTimeTooSkewed", "The difference is too large.", MODEL, None),
            explained("ExpiredTokenException", "The security token included in the request is expired", MODEL, None),
            explained(
                "ResourceNotFoundException",
                "Could not resolve the foundation model from m.",
                MODEL,
                Some("eu-west-1"),
            ),
            explained("ThrottlingException", "slow down", MODEL, Some("us-east-1")),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r"
        Invocation of model ID m with on-demand throughput isn't supported. Retry. Use the inference profile `eu.anthropic.claude-x-v1:0` or `global.anthropic.claude-x-v1:0`.
        Invocation of model ID m with on-demand throughput isn’t supported. Retry. Use the inference profile `jp.anthropic.claude-x-v1:0` or `apac.anthropic.claude-x-v1:0` or `global.anthropic.claude-x-v1:0`.
        Invocation of model ID m with on-demand throughput isn’t supported. Retry. Use the inference profile `au.anthropic.claude-sonnet-4-5-20250929-v1:0` or `global.anthropic.claude-sonnet-4-5-20250929-v1:0`.
        Invocation of model ID m with on-demand throughput isn't supported. Retry.
        You don't have access to the model. The identity needs the action `bedrock:InvokeModelWithResponseStream` on `arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-x-v1:0`, and the account needs access to the model in `us-east-1`.
        You don't have access. The identity needs the action `bedrock:InvokeModelWithResponseStream` on `arn:aws-us-gov:bedrock:us-gov-west-1:*:inference-profile/us-gov.anthropic.claude-x-v1:0`, and the account needs access to the model in `us-gov-west-1`.
        You don't have access. The identity needs the action `bedrock:InvokeModelWithResponseStream` on `arn:aws:bedrock:eu-west-1:1:provisioned-model/p`, and the account needs access to the model in this region.
        User: u is not authorized to perform: bedrock:InvokeModel on resource: r
        Signature expired: 20260101T000000Z is now earlier than x. The clock of this machine is wrong; set it.
        Credential should be scoped to a valid region. The call was signed for `us-east-1`, which is not the endpoint's region; set `aws_region_name`.
        The security token included in the request is invalid. The access key does not exist, or its session token is missing or another's.
        The provided model identifier is invalid. No model of this name is offered in `us-east-1`; check its name and `aws_region_name`.
        You don't have access. The identity needs the action `bedrock:InvokeModelWithResponseStream` on `arn:aws-iso-b:bedrock:us-isob-east-1::foundation-model/anthropic.claude-x-v1:0`, and the account needs access to the model in `us-isob-east-1`.
        Signature not yet current: 20260101T000000Z is still later. The clock of this machine is wrong; set it.
        The difference is too large. The clock of this machine is wrong; set it.
        The security token included in the request is expired. The keys are temporary, and there are no newer ones: sign in again, or give a role instead.
        Could not resolve the foundation model from m. No model of this name is offered in `eu-west-1`; check its name and `aws_region_name`.
        slow down
        ");
    }
}
