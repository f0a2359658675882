//! Who calls Bedrock, as data.

use std::path::PathBuf;

use crate::Secret;

/// Who calls Bedrock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// A Bedrock API key.
    Bearer(Secret),
    /// The SDK's chain: `AWS_BEARER_TOKEN_BEDROCK`, then keys in the environment, profiles, SSO, web identity, roles of
    /// containers and machines.
    #[default]
    Default,
    /// A key pair, used as it is: nothing is added to it from the environment.
    Keys {
        /// `AKIA…` or `ASIA…`.
        access_key_id: String,
        /// The secret half.
        secret_access_key: Secret,
        /// Comes with temporary keys.
        session_token: Option<Secret>,
    },
    /// A profile of the shared config files, by name.
    Profile(String),
    /// A role, assumed by another identity.
    Role(Box<Role>),
    /// A role, assumed with a token that somebody else than AWS has issued.
    WebIdentity(WebIdentity),
}

/// A role and who assumes it. An identity that has the role already is used as it is.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Role {
    /// `arn:aws:iam::123456789012:role/name`
    pub arn: String,
    /// Who assumes it.
    pub source: Auth,
    /// The name of the session, which AWS's logs show: `pumice`.
    pub session_name: Option<String>,
    /// What the owner of the role demands of strangers.
    pub external_id: Option<String>,
    /// Names and values.
    pub session_tags: Vec<(String, String)>,
    /// The URL of STS; else the one of the region where this process runs.
    pub sts_endpoint: Option<String>,
}

impl Role {
    /// A role that the environment's identity assumes.
    pub fn new(arn: impl Into<String>) -> Self {
        Self {
            arn: arn.into(),
            source: Auth::Default,
            session_name: None,
            external_id: None,
            session_tags: Vec::new(),
            sts_endpoint: None,
        }
    }
}

/// A role and the token that lets assume it.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebIdentity {
    /// `arn:aws:iam::123456789012:role/name`
    pub role_arn: String,
    /// Where the token is.
    pub token: WebToken,
    /// The name of the session, which AWS's logs show: `pumice`.
    pub session_name: Option<String>,
    /// The URL of STS; else the one of the region where this process runs.
    pub sts_endpoint: Option<String>,
}

impl WebIdentity {
    /// A role and its token.
    pub fn new(role_arn: impl Into<String>, token: WebToken) -> Self {
        Self { role_arn: role_arn.into(), token, session_name: None, sts_endpoint: None }
    }
}

/// Where a web identity token is. Files and variables are read, and issuers asked, anew for every session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebToken {
    /// A file.
    File(PathBuf),
    /// A file whose path an environment variable has.
    FileOfVariable(String),
    /// GitHub, asked by a job of GitHub Actions for a token that is for `audience`; if that is empty, for GitHub's own default.
    GitHub {
        /// For whom, e.g. `sts.amazonaws.com`.
        audience: String,
    },
    /// Google's metadata service, asked by a machine, pod or function for a token that is for `audience`.
    Google {
        /// For whom, e.g. `sts.amazonaws.com`.
        audience: String,
    },
    /// The token itself. It does not last: no session can follow its own.
    Text(Secret),
    /// An environment variable.
    Variable(String),
}

impl Auth {
    /// A Bedrock API key.
    pub fn bearer(token: impl Into<Secret>) -> Self {
        Self::Bearer(token.into())
    }

    /// A key pair that lasts.
    pub fn keys(access_key_id: impl Into<String>, secret_access_key: impl Into<Secret>) -> Self {
        Self::Keys {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
        }
    }

    /// A key pair that expires, with its token.
    pub fn temporary_keys(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<Secret>,
        session_token: impl Into<Secret>,
    ) -> Self {
        Self::Keys {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: Some(session_token.into()),
        }
    }

    /// A role that the environment's identity assumes.
    pub fn role(arn: impl Into<String>) -> Self {
        Self::Role(Box::new(Role::new(arn)))
    }

    /// The profile by whose keys or settings this identity begins.
    pub(crate) fn profile(&self) -> Option<&str> {
        match self {
            Self::Profile(name) => Some(name),
            Self::Role(role) => role.source.profile(),
            _ => None,
        }
    }
}
