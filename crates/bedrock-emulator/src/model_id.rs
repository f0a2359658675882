//! The URL's `modelId`: decoded, and checked for looking like one.

/// Most characters of a model id.
// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>
const MAX_LENGTH: usize = 2_048;

/// Splits a raw path `/model/{modelId}/{operation}` and decodes the id; encoded slashes belong to the id.
pub(crate) fn split(path: &str) -> Option<(String, &str)> {
    let (id, operation) = path.strip_prefix("/model/")?.split_once('/')?;
    if operation.is_empty() || operation.contains('/') {
        return None;
    }
    Some((percent_decode(id)?, operation))
}

/// Whether AWS would take this for a model id: a name, or an ARN of Bedrock or SageMaker.
pub(crate) fn looks_right(id: &str) -> bool {
    if id.is_empty() || id.len() > MAX_LENGTH {
        return false;
    }
    if let Some(arn) = id.strip_prefix("arn:") {
        let parts: Vec<&str> = arn.splitn(5, ':').collect();
        let [partition, service, region, account, resource] = parts.as_slice() else { return false };
        let account_fits = account.is_empty() || (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()));
        return (*partition == "aws" || partition.starts_with("aws-"))
            && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && account_fits
            && resource_fits(service, resource);
    }
    id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-:._".contains(&b))
}

/// Geographies that begin the ids of cross-region inference profiles.
// <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html>
const GEOGRAPHIES: &[&str] = &["apac", "au", "ca", "eu", "global", "jp", "us", "us-gov"];

/// The base model id: without the ARN around it and the geography before it. Of an ARN that names no base model, its last part.
pub(crate) fn base(id: &str) -> &str {
    let id = if id.starts_with("arn:") { id.rsplit('/').next().unwrap_or(id) } else { id };
    id.split_once('.').filter(|(first, _)| GEOGRAPHIES.contains(first)).map_or(id, |(_, rest)| rest)
}

/// The kinds of ARN that name a model.
const BEDROCK_RESOURCES: &[&str] = &[
    "application-inference-profile",
    "custom-model",
    "custom-model-deployment",
    "default-prompt-router",
    "foundation-model",
    "imported-model",
    "inference-profile",
    "prompt",
    "prompt-router",
    "provisioned-model",
];

fn resource_fits(service: &str, resource: &str) -> bool {
    let Some((kind, name)) = resource.split_once('/') else { return false };
    let kind_fits = match service {
        "bedrock" => BEDROCK_RESOURCES.contains(&kind),
        "sagemaker" => kind == "endpoint",
        _ => false,
    };
    kind_fits && !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-:./_".contains(&b))
}

/// `None` if an escape is malformed or the result is not UTF-8.
pub(crate) fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_slashes_belong_to_the_id() {
        assert_eq!(
            split("/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.a.b-v1%3A0/converse"),
            Some(("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.a.b-v1:0".into(), "converse"))
        );
        assert_eq!(split("/model/a.b-v1:0/converse-stream"), Some(("a.b-v1:0".into(), "converse-stream")));
        for path in ["/model/a", "/model/a/", "/model/a/b/converse", "/models", "/", "/model/%zz/converse", "/model/%f"]
        {
            assert_eq!(split(path), None, "{path}");
        }
    }

    #[test]
    fn a_base_id_stands_without_arn_and_geography() {
        let table = [
            ("anthropic.claude-v2:1", "anthropic.claude-v2:1"),
            ("us-gov.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"),
            (
                "arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.meta.llama3-2-1b-instruct-v1:0",
                "meta.llama3-2-1b-instruct-v1:0",
            ),
            ("arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "abcdef123456"),
            ("zeta.unknown-v1:0", "zeta.unknown-v1:0"),
        ];
        for (id, expected) in table {
            assert_eq!(base(id), expected);
        }
    }

    #[test]
    fn ids_are_names_or_arns_of_models() {
        let table = [
            ("anthropic.claude-3-haiku-20240307-v1:0", true),
            ("us.amazon.nova-micro-v1:0", true),
            ("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghijkl", true),
            ("arn:aws:bedrock:us-east-1::foundation-model/a.b-v1:0", true),
            ("arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine", true),
            ("arn:aws:s3:::bucket/key", false),
            ("arn:aws:bedrock:us-east-1:12:provisioned-model/abc", false),
            ("arn:aws:bedrock", false),
            ("a b", false),
            ("bedrock/anthropic.claude", false),
            ("", false),
        ];
        for (id, expected) in table {
            assert_eq!(looks_right(id), expected, "{id}");
        }
    }
}
