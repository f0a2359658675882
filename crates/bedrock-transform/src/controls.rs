//! Parameters that steer the mapping and never reach a model: LiteLLM's names, in a request's extra fields.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use core_types::{Content, Extra, Message, RawJson};
use serde::de::DeserializeOwned;

use crate::input;
use crate::native::Extras;
use crate::prompt_template;
use crate::{
    DefaultMaxTokens, ModelId, ModelSpec, Operation, Options, Outgoing, PromptTemplate, Target, TransformError,
    UnsupportedParams, Warnings, drop_paths,
};

/// Claude's beta flags come in this header; Bedrock reads them from the body.
const BETA_HEADER: &str = "anthropic-beta";

/// What a request says about itself beside the OpenAI schema.
#[derive(Debug, Clone)]
pub(crate) struct Controls {
    /// The caller's defaults, as far as the request does not override them.
    pub(crate) options: Options,
    /// `model_id`: an ARN that takes the model's place in the URL.
    pub(crate) target: Option<Target>,
    /// `aws_region_name`.
    pub(crate) region: Option<String>,
    /// `extra_headers`, without Claude's beta flags.
    pub(crate) headers: Vec<(String, String)>,
    /// `timeout`
    timeout: Option<Duration>,
    /// `stream_timeout`, which wins for streams.
    stream_timeout: Option<Duration>,
    /// `num_retries`, and the first time.
    max_attempts: Option<u32>,
    /// Claude's beta flags, from the header and from the body's `anthropic_beta`, as a JSON list.
    pub(crate) betas: Option<RawJson>,
    /// Flags of the header that Bedrock is not known to take.
    pub(crate) unknown_betas: Vec<String>,
}

/// Names that steer the gateway. They are understood here or above, and never sent.
const INTERNAL: &[&str] = &[
    "additional_drop_params",
    "allowed_betas",
    "allowed_openai_params",
    "aws_region_name",
    "base_model",
    "cache",
    "cache_control_injection_points",
    "caching",
    "custom_llm_provider",
    "default_max_tokens",
    "drop_params",
    "extra_headers",
    "fallbacks",
    "greedy_tools",
    "headers",
    "litellm_call_id",
    "litellm_logging_obj",
    "litellm_metadata",
    "max_retries",
    "mock_response",
    "model_id",
    "model_info",
    "modify_params",
    "no-log",
    "num_retries",
    "request_timeout",
    "s3_bucket_owner",
    "stream_timeout",
    "tags",
    "timeout",
    "user_continue_message",
];

/// Names by which a request would choose the operator's identity, or send the operator's keys elsewhere.
const FORBIDDEN: &[&str] = &[
    "api_base",
    "api_key",
    "aws_access_key_id",
    "aws_bedrock_agent_runtime_endpoint",
    "aws_bedrock_client",
    "aws_bedrock_runtime_endpoint",
    "aws_external_id",
    "aws_profile_name",
    "aws_role_name",
    "aws_secret_access_key",
    "aws_session_name",
    "aws_session_tags",
    "aws_session_token",
    "aws_sts_endpoint",
    "aws_web_identity_token",
    "base_url",
];

/// Whether `name` steers the gateway instead of the model.
pub(crate) fn is_internal(name: &str) -> bool {
    INTERNAL.contains(&name) || prompt_template::PARAMETERS.contains(&name)
}

impl Controls {
    /// Reads what a request says about itself in its extra fields.
    pub(crate) fn read(extra: &Extra, defaults: &Options) -> Result<Self, TransformError> {
        if let Some((name, _)) = extra.iter().find(|(name, value)| FORBIDDEN.contains(name) && !value.is_null()) {
            return Err(TransformError::invalid(
                name,
                "a request may not carry credentials, identities or endpoints; set them where the client is configured",
            ));
        }
        let mut options = defaults.clone();
        if let Some(drop) = flag(extra, "drop_params")? {
            options.unsupported = if drop { UnsupportedParams::Drop } else { UnsupportedParams::Reject };
        }
        if let Some(modify) = flag(extra, "modify_params")? {
            options.modify_params = modify;
        }
        if let Some(greedy) = flag(extra, "greedy_tools")? {
            options.greedy_tools = greedy;
        }
        if let Some(limit) = value(extra, "default_max_tokens") {
            options.default_max_tokens = default_max_tokens(limit)?;
        }
        if let Some(flags) = read::<Vec<String>>(extra, "allowed_betas", "expected a list of flags")? {
            options.allowed_betas.extend(flags);
        }
        if let Some(names) = read::<Vec<String>>(extra, "additional_drop_params", "expected a list of names")? {
            options.additional_drop_params.extend(names);
        }
        if let Some(names) = read::<Vec<String>>(extra, "allowed_openai_params", "expected a list of names")? {
            options.allowed_openai_params.extend(names);
        }
        if let Some(owner) = read(extra, "s3_bucket_owner", "expected the 12 digits of an AWS account, as a string")? {
            options.s3_bucket_owner = Some(owner);
        }
        if let Some(message) = value(extra, "user_continue_message") {
            options.user_continue_message = Some(continue_content(message)?);
        }
        options.prompt_template = PromptTemplate::read(extra, defaults.prompt_template.as_ref())?;
        let (beta_headers, headers): (Vec<_>, Vec<_>) =
            headers(extra)?.into_iter().partition(|(name, _)| name.eq_ignore_ascii_case(BETA_HEADER));
        let (betas, unknown_betas) = betas(extra, &beta_headers, &options)?;
        Ok(Self {
            options,
            betas,
            unknown_betas,
            target: read::<String>(extra, "model_id", "expected a model id or an ARN")?.map(Target::new),
            region: region(extra)?,
            timeout: seconds(extra, "timeout")?.or(seconds(extra, "request_timeout")?),
            stream_timeout: seconds(extra, "stream_timeout")?,
            max_attempts: attempts(extra)?,
            headers,
        })
    }

    /// A request's extra fields without what paths in `additional_drop_params` lead to; `content` is what it is about.
    pub(crate) fn own<'a>(
        &self,
        extra: &'a Extra,
        content: &[&str],
        warnings: &mut Warnings,
    ) -> Result<Cow<'a, Extra>, TransformError> {
        drop_paths::without_extra(extra, &self.options.additional_drop_params, content, warnings)
    }

    /// The parameters that are the model's own, where the model has no use for Claude's flags.
    pub(crate) fn extras<'a>(&self, extra: &'a Extra, warnings: &mut Warnings) -> Extras<'a> {
        let mut extras = Extras::new();
        for (name, value) in extra.iter().filter(|(name, value)| !is_internal(name) && !value.is_null()) {
            if self.options.drops(name) {
                warnings.dropped(name.to_owned());
            } else if name != input::BETAS {
                extras.push((name, value));
            }
        }
        if self.betas.is_some() || !self.unknown_betas.is_empty() {
            warnings.dropped(input::BETAS);
        }
        extras
    }

    /// `body` on its way to where the request and the model's name want it, without the request's headers.
    pub(crate) fn outgoing(
        &self,
        spec: &ModelSpec,
        operation: Operation,
        body: Bytes,
    ) -> Result<Outgoing, TransformError> {
        let target = self.target.clone().unwrap_or_else(|| spec.target.clone());
        // An ARN that takes the model's place says where it is.
        let target_region = if target == spec.target { None } else { ModelId::parse(target.as_str())?.region };
        let mut outgoing = Outgoing::new(operation, target, body);
        outgoing.region = self.region.clone().or(target_region).or_else(|| spec.id.region.clone());
        outgoing.timeout = self.stream_timeout.filter(|_| operation.is_stream()).or(self.timeout);
        outgoing.max_attempts = self.max_attempts;
        Ok(outgoing)
    }
}

/// Flags that Bedrock takes. Clients send new ones with every release, and one that it does not know fails the request.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html>
const BETAS: &[&str] = &[
    "compact-2026-01-12",
    "computer-use-2024-10-22",
    "computer-use-2025-01-24",
    "computer-use-2025-11-24",
    "context-1m-2025-08-07",
    "context-management-2025-06-27",
    "dev-full-thinking-2025-05-14",
    "effort-2025-11-24",
    "fine-grained-tool-streaming-2025-05-14",
    "interleaved-thinking-2025-05-14",
    "output-128k-2025-02-19",
    "token-efficient-tools-2025-02-19",
    "tool-examples-2025-10-29",
    "tool-search-tool-2025-10-19",
];

type Betas = (Option<RawJson>, Vec<String>);

fn betas(extra: &Extra, headers: &[(String, String)], options: &Options) -> Result<Betas, TransformError> {
    let given = read::<Vec<String>>(extra, "anthropic_beta", "expected a list of flags")?;
    let sent = headers.iter().flat_map(|(_, value)| value.split(',')).map(str::trim).filter(|flag| !flag.is_empty());
    let is_known = |flag: &&str| BETAS.contains(flag) || options.allowed_betas.iter().any(|allowed| allowed == flag);
    let (known, unknown): (Vec<&str>, Vec<&str>) = sent.partition(is_known);
    let unknown = unknown.into_iter().map(str::to_owned).collect();
    let mut flags = given.unwrap_or_default();
    for flag in known {
        if !flags.iter().any(|set| set == flag) {
            flags.push(flag.to_owned());
        }
    }
    let list = (!flags.is_empty()).then(|| RawJson::from_value(&flags)).transpose();
    Ok((list.map_err(|error| TransformError::invalid("anthropic_beta", error.to_string()))?, unknown))
}

fn value<'a>(extra: &'a Extra, name: &str) -> Option<&'a RawJson> {
    extra.value(name).filter(|value| !value.is_null())
}

fn read<T: DeserializeOwned>(extra: &Extra, name: &str, expected: &'static str) -> Result<Option<T>, TransformError> {
    value(extra, name).map(RawJson::read).transpose().map_err(|_| TransformError::invalid(name, expected))
}

/// `true` or `false`; LiteLLM also takes them as strings.
fn flag(extra: &Extra, name: &str) -> Result<Option<bool>, TransformError> {
    match value(extra, name).map(RawJson::as_str) {
        None => Ok(None),
        Some("true" | "\"true\"" | "\"True\"") => Ok(Some(true)),
        Some("false" | "\"false\"" | "\"False\"") => Ok(Some(false)),
        Some(_) => Err(TransformError::invalid(name, "expected true or false")),
    }
}

fn default_max_tokens(limit: &RawJson) -> Result<DefaultMaxTokens, TransformError> {
    match limit.as_str() {
        "\"omit\"" => Ok(DefaultMaxTokens::Omit),
        "\"model_max\"" => Ok(DefaultMaxTokens::ModelMax),
        _ => limit.read().ok().filter(|tokens| *tokens > 0).map(DefaultMaxTokens::Tokens).ok_or_else(|| {
            TransformError::invalid("default_max_tokens", "expected omit, model_max or a number of tokens above 0")
        }),
    }
}

fn continue_content(message: &RawJson) -> Result<Content, TransformError> {
    const AT: &str = "user_continue_message";
    let read = if message.is_object() {
        message.read::<Message>().ok().and_then(|message| match message {
            Message::User(user) => Some(user.content),
            _ => None,
        })
    } else {
        message.read::<String>().ok().map(Content::Text)
    };
    read.ok_or_else(|| TransformError::invalid(AT, "expected a message with role `user`"))
}

fn region(extra: &Extra) -> Result<Option<String>, TransformError> {
    const AT: &str = "aws_region_name";
    let region = read::<String>(extra, AT, "expected the name of an AWS region")?;
    // The region becomes part of a host name.
    let legal = |region: &String| {
        !region.is_empty() && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    match region {
        Some(region) if !legal(&region) => Err(TransformError::invalid(AT, "expected the name of an AWS region")),
        region => Ok(region),
    }
}

fn seconds(extra: &Extra, name: &str) -> Result<Option<Duration>, TransformError> {
    const EXPECTED: &str = "expected a number of seconds above 0";
    let Some(seconds) = read::<f64>(extra, name, EXPECTED)? else { return Ok(None) };
    let time = Some(seconds).filter(|seconds| *seconds > 0.0).and_then(|s| Duration::try_from_secs_f64(s).ok());
    time.map(Some).ok_or_else(|| TransformError::invalid(name, EXPECTED))
}

/// More retries than that help nobody.
const MOST_RETRIES: u32 = 10;

/// `num_retries`, or `max_retries` as OpenAI's clients have it.
fn attempts(extra: &Extra) -> Result<Option<u32>, TransformError> {
    for name in ["num_retries", "max_retries"] {
        if let Some(retries) = read::<u32>(extra, name, "expected a whole number from 0 to 10")? {
            if retries > MOST_RETRIES {
                return Err(TransformError::invalid(name, "expected a whole number from 0 to 10"));
            }
            return Ok(Some(1 + retries));
        }
    }
    Ok(None)
}

fn headers(extra: &Extra) -> Result<Vec<(String, String)>, TransformError> {
    const AT: &str = "extra_headers";
    let Some(raw) = value(extra, AT) else { return Ok(Vec::new()) };
    let fields: Extra = raw.read().map_err(|_| TransformError::invalid(AT, "expected an object of strings"))?;
    fields
        .iter()
        .map(|(name, value)| {
            let at = || format!("{AT}.{name}");
            let lower = name.to_ascii_lowercase();
            if matches!(lower.as_str(), "authorization" | "host") || lower.starts_with("x-amz-") {
                return Err(TransformError::invalid(at(), "a request may not set this header"));
            }
            let text = value.read::<String>().unwrap_or_else(|_| value.as_str().to_owned());
            let legal_name =
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && !b"():;,<>=@[]{}\"/\\?".contains(&b));
            if !legal_name || text.contains(['\r', '\n', '\0']) {
                return Err(TransformError::invalid(at(), "not a legal header"));
            }
            Ok((name.to_owned(), text))
        })
        .collect()
}
