//! Numbers by class of failure: `retry_policy`, `model_group_retry_policy` and `allowed_fails_policy` of `router_settings`.

use std::collections::BTreeMap;

use crate::config::ConfigError;
use crate::config::known;
use crate::config::model::unknown;
use crate::config::section::Section;

/// LiteLLM's classes of failures. <https://docs.litellm.ai/docs/exception_mapping>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Authentication,
    BadGateway,
    BadRequest,
    ContentPolicyViolation,
    InternalServer,
    NotFound,
    RateLimit,
    ServiceUnavailable,
    Timeout,
}

/// What a policy counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Failures in a minute that a deployment may have.
    AllowedFails,
    /// Attempts after the first.
    Retries,
}

/// A number for each class that has one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    by_class: BTreeMap<Class, u32>,
    /// For all other failures.
    default: Option<u32>,
}

impl Class {
    const ALL: &[Self] = &[
        Self::Authentication,
        Self::BadGateway,
        Self::BadRequest,
        Self::ContentPolicyViolation,
        Self::InternalServer,
        Self::NotFound,
        Self::RateLimit,
        Self::ServiceUnavailable,
        Self::Timeout,
    ];

    /// The key of its number. `None` where LiteLLM has none, or where it would mean nothing here.
    const fn key(self, counts: Counts) -> Option<&'static str> {
        Some(match (counts, self) {
            (Counts::AllowedFails, Self::Authentication) => "AuthenticationErrorAllowedFails",
            (Counts::AllowedFails, Self::BadGateway) => "BadGatewayErrorAllowedFails",
            (Counts::AllowedFails, Self::InternalServer) => "InternalServerErrorAllowedFails",
            (Counts::AllowedFails, Self::RateLimit) => "RateLimitErrorAllowedFails",
            (Counts::AllowedFails, Self::ServiceUnavailable) => "ServiceUnavailableErrorAllowedFails",
            (Counts::AllowedFails, Self::Timeout) => "TimeoutErrorAllowedFails",
            (Counts::AllowedFails, Self::BadRequest | Self::ContentPolicyViolation | Self::NotFound)
            | (Counts::Retries, Self::BadGateway) => return None,
            (Counts::Retries, Self::Authentication) => "AuthenticationErrorRetries",
            (Counts::Retries, Self::BadRequest) => "BadRequestErrorRetries",
            (Counts::Retries, Self::ContentPolicyViolation) => "ContentPolicyViolationErrorRetries",
            (Counts::Retries, Self::InternalServer) => "InternalServerErrorRetries",
            (Counts::Retries, Self::NotFound) => "NotFoundErrorRetries",
            (Counts::Retries, Self::RateLimit) => "RateLimitErrorRetries",
            (Counts::Retries, Self::ServiceUnavailable) => "ServiceUnavailableErrorRetries",
            (Counts::Retries, Self::Timeout) => "TimeoutErrorRetries",
        })
    }

    /// The class whose number holds where this one has none: what a filter holds back is a bad request, too.
    const fn wider(self) -> Option<Self> {
        match self {
            Self::ContentPolicyViolation => Some(Self::BadRequest),
            _ => None,
        }
    }
}

impl Policy {
    /// Reads the map.
    pub(crate) fn read(
        mut section: Section<'_>,
        counts: Counts,
        warnings: &mut Vec<String>,
    ) -> Result<Self, ConfigError> {
        let mut policy = Self::default();
        for class in Class::ALL {
            if let Some(key) = class.key(counts)
                && let Some(number) = section.count(key)?
            {
                policy.by_class.insert(*class, number);
            }
        }
        if counts == Counts::Retries {
            policy.default = section.count("DefaultRetries")?;
        }
        known::warn_of_ignored(&mut section, warnings);
        unknown(section, warnings);
        Ok(policy)
    }

    /// The number for a failure, which may be of no class.
    pub(crate) fn number(&self, class: Option<Class>) -> Option<u32> {
        let of = |class: Class| self.by_class.get(&class).copied();
        let own = class.and_then(|class| of(class).or_else(|| class.wider().and_then(of)));
        own.or(self.default)
    }
}
