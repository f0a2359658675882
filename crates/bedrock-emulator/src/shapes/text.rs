//! The strings with a pattern.

use super::{ANY, Pattern, Shape, Text};

pub(super) static TOOL_NAME: Shape =
    Shape::Text(Text { min: 1, max: 64, pattern: pattern("[a-zA-Z0-9_-]+", |s| all(s, b"_-")), ..ANY });

pub(super) static TOOL_USE_ID: Shape =
    Shape::Text(Text { min: 1, max: 64, pattern: pattern("[a-zA-Z0-9_.:-]+", |s| all(s, b"_.:-")), ..ANY });

pub(super) static S3_URI: Shape = Shape::Text(Text {
    min: 1,
    max: 1_024,
    pattern: pattern(r"s3://[a-z0-9][\.\-a-z0-9]{1,61}[a-z0-9](/.*)?", s3_uri),
    ..ANY
});

pub(super) static ACCOUNT: Shape = Shape::Text(Text { pattern: pattern("[0-9]{12}", account), ..ANY });

pub(super) static GUARDRAIL_ID: Shape = Shape::Text(Text {
    max: 2_048,
    pattern: pattern(
        "(|([a-z0-9]+)|(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail/[a-z0-9]+))",
        guardrail_id,
    ),
    ..ANY
});

pub(super) static GUARDRAIL_VERSION: Shape =
    Shape::Text(Text { pattern: pattern("(|([1-9][0-9]{0,7})|(DRAFT))", guardrail_version), ..ANY });

/// A value of `requestMetadata`.
pub(super) static METADATA_VALUE: Shape =
    Shape::Text(Text { max: 256, pattern: pattern(r"[a-zA-Z0-9\s:_@$#=/+,-.]{0,256}", metadata), ..ANY });

/// A key of `requestMetadata`.
pub(super) static METADATA_KEY: Text =
    Text { min: 1, max: 256, pattern: pattern(r"[a-zA-Z0-9\s:_@$#=/+,-.]{1,256}", metadata), ..ANY };

/// A model of Rerank: an ARN, by AWS's model a bare id too.
pub(super) static MODEL_ARN: Shape = Shape::Text(Text {
    min: 1,
    max: 2_048,
    pattern: pattern(
        "(arn:aws(-[^:]+)?:(bedrock|sagemaker):[a-z0-9-]{1,20}:([0-9]{12})?:([a-z-]+/)?)?([a-z0-9.-]{1,63}){0,2}(([:][a-z0-9-]{1,63}){0,2})?(/[a-z0-9]{1,12})?",
        |s| all(s, b":/.-") && !s.bytes().any(|b| b.is_ascii_uppercase()),
    ),
    ..ANY
});

pub(super) static NEXT_TOKEN: Shape =
    Shape::Text(Text { min: 1, max: 2_048, pattern: pattern(r"\S*", |s| !s.contains(char::is_whitespace)), ..ANY });

const fn pattern(shown: &'static str, matches: fn(&str) -> bool) -> Option<Pattern> {
    Some(Pattern { shown, matches })
}

fn all(text: &str, more: &[u8]) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
}

/// In the pattern, `,-.` is a range, of three characters.
fn metadata(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || ":_@$#=/+,-.".contains(c))
}

fn lower(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn s3_uri(uri: &str) -> bool {
    let Some(rest) = uri.strip_prefix("s3://") else { return false };
    let bucket = rest.split('/').next().unwrap_or(rest);
    let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (3..=63).contains(&bucket.len())
        && edge(bucket.bytes().next())
        && edge(bucket.bytes().last())
        && bucket.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
}

fn account(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())
}

fn guardrail_id(id: &str) -> bool {
    if id.is_empty() || lower(id) {
        return true;
    }
    let parts: Vec<&str> = id.splitn(6, ':').collect();
    let ["arn", partition, "bedrock", region, owner, resource] = parts.as_slice() else { return false };
    (*partition == "aws" || partition.starts_with("aws-"))
        && (1..=20).contains(&region.len())
        && account(owner)
        && resource.strip_prefix("guardrail/").is_some_and(lower)
}

fn guardrail_version(version: &str) -> bool {
    let number =
        (1..=8).contains(&version.len()) && version.bytes().all(|b| b.is_ascii_digit()) && !version.starts_with('0');
    version.is_empty() || version == "DRAFT" || number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_hold_what_they_say() {
        let s3_uri: fn(&str) -> bool = s3_uri;
        let table = [
            (s3_uri, "s3://bucket/key with spaces", true),
            (s3_uri, "s3://bucket", true),
            (s3_uri, "s3://Bucket/key", false),
            (s3_uri, "https://bucket/key", false),
            (account, "123456789012", true),
            (account, "12345678901", false),
            (guardrail_id, "abc123", true),
            (guardrail_id, "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123", true),
            (guardrail_id, "arn:aws:bedrock:us-east-1:123456789012:guardrail/ABC", false),
            (guardrail_id, "Abc", false),
            (guardrail_version, "DRAFT", true),
            (guardrail_version, "12", true),
            (guardrail_version, "0", false),
            (guardrail_version, "latest", false),
        ];
        for (matches, text, expected) in table {
            assert_eq!(matches(text), expected, "{text}");
        }
    }
}
