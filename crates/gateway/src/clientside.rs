//! What requests may bring of the caller's own: keys, roles, endpoints, where `configurable_clientside_auth_params` of the
//! deployment names them. What it does not name stays in the request, and is refused there.

use facade::transform::TransformError;
use facade::types::{Extra, RawJson};
use facade::{Auth, Role, Secret, WebIdentity, WebToken};
use regex_lite::Regex;
use serde::Deserialize;

use crate::config::{Connection, identity};

/// Names of who calls.
const IDENTITIES: &[&str] = &[
    "api_key",
    "aws_access_key_id",
    "aws_external_id",
    "aws_profile_name",
    "aws_role_name",
    "aws_secret_access_key",
    "aws_session_name",
    "aws_session_tags",
    "aws_session_token",
    "aws_web_identity_token",
];

/// Names of endpoints.
pub(crate) const ENDPOINTS: &[&str] =
    &["api_base", "aws_bedrock_agent_runtime_endpoint", "aws_bedrock_runtime_endpoint", "aws_sts_endpoint", "base_url"];

/// Names that a deployment may let requests bring.
fn names() -> impl Iterator<Item = &'static str> {
    IDENTITIES.iter().chain(ENDPOINTS).copied()
}

/// What one deployment lets requests bring.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clientside {
    names: Vec<&'static str>,
    /// Endpoints that the operator vouches for, whole.
    bases: Vec<Regex>,
}

/// What a request brought.
#[derive(Debug, Default)]
pub(crate) struct Own {
    /// Who calls; else the operator's identity.
    pub(crate) auth: Option<Auth>,
    pub(crate) endpoint: Option<String>,
    pub(crate) agent_endpoint: Option<String>,
    /// Whether the operator vouches for the endpoint.
    vouched: bool,
}

impl Clientside {
    /// Lets requests bring `name`; false if that cannot be.
    pub(crate) fn allow(&mut self, name: &str) -> bool {
        let known = names().find(|known| *known == name);
        self.names.extend(known);
        known.is_some() || matches!(name, "aws_region_name" | "model_id")
    }

    /// Lets requests bring an `api_base` that is all that `pattern` says.
    pub(crate) fn allow_base(&mut self, pattern: &str) -> Result<(), String> {
        let whole = Regex::new(&format!("^(?:{pattern})$")).map_err(|error| error.to_string())?;
        self.bases.push(whole);
        Ok(())
    }

    /// Takes what the request may bring, if it brings anything. `operator` is who calls otherwise.
    pub(crate) fn take(&self, extra: &mut Extra, operator: &Auth) -> Result<Option<Own>, TransformError> {
        if self.names.is_empty() && self.bases.is_empty() {
            return Ok(None);
        }
        let mut taken = Taken(Extra::default());
        let mut vouched = false;
        for name in names() {
            let Some(value) = extra.value(name).filter(|value| !value.is_null()) else { continue };
            let base = || value.read::<String>().is_ok_and(|url| self.bases.iter().any(|whole| whole.is_match(&url)));
            let by_pattern = name == "api_base" && base();
            if self.names.contains(&name) || by_pattern {
                vouched |= by_pattern;
                taken.0.insert(name, value.clone());
            }
        }
        if taken.0.is_empty() {
            return Ok(None);
        }
        taken.0.iter().map(|(name, _)| name).for_each(|name| drop(extra.remove(name)));
        taken.own(operator, vouched).map(Some)
    }
}

/// Whose credentials a call is signed with, or its role assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Operator,
    Request,
}

/// The members of a request that it may bring.
struct Taken(Extra);

impl Taken {
    fn own(&mut self, operator: &Auth, vouched: bool) -> Result<Own, TransformError> {
        let endpoints: Vec<&str> = ENDPOINTS.iter().copied().filter(|name| self.0.value(name).is_some()).collect();
        let endpoint = self.url("aws_bedrock_runtime_endpoint")?;
        let base = self.url("api_base")?;
        let url = self.url("base_url")?;
        let agent_endpoint = self.url("aws_bedrock_agent_runtime_endpoint")?;
        let (auth, by) = self.auth(operator)?;
        let is_vouched = vouched && endpoints == ["api_base"];
        // Else whoever names an endpoint would be sent what the operator's keys sign, or the operator's API key itself.
        if let Some(at) = endpoints.first().filter(|_| !is_vouched && by == By::Operator) {
            let reason = "an endpoint of the request's own needs credentials of its own: `api_key`, or a key pair";
            return Err(TransformError::invalid(*at, reason));
        }
        Ok(Own { auth, endpoint: endpoint.or(base).or(url), agent_endpoint, vouched: is_vouched })
    }

    /// In the order of the configuration: API key, role, profile, key pair.
    fn auth(&mut self, operator: &Auth) -> Result<(Option<Auth>, By), TransformError> {
        let api_key = self.text("api_key")?;
        let named = self.named()?;
        // A profile is the operator's, whoever names it.
        let by = if matches!(named, Some(Auth::Keys { .. })) { By::Request } else { By::Operator };
        let role = match self.text("aws_role_name")? {
            Some(arn) => Some(self.role(arn, named.clone().unwrap_or_else(|| operator.clone()))?),
            None => None,
        };
        if let Some((name, _)) = self.0.iter().next() {
            return Err(TransformError::invalid(name, "needs an `aws_role_name`"));
        }
        match api_key {
            Some(key) if key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok((Some(Auth::bearer(key)), By::Request)),
            Some(_) => Err(TransformError::invalid("api_key", "is not a Bedrock API key")),
            None if matches!(role, Some(Auth::WebIdentity(_))) => Ok((role, By::Request)),
            None => Ok((role.or(named), by)),
        }
    }

    fn named(&mut self) -> Result<Option<Auth>, TransformError> {
        let profile = self.text("aws_profile_name")?;
        let (id, secret) = (self.text("aws_access_key_id")?, self.text("aws_secret_access_key")?);
        let token = self.text("aws_session_token")?;
        let missing = |name| Err(TransformError::invalid(name, "is missing: a key pair has two halves"));
        match (profile, id, secret) {
            (Some(name), ..) => Ok(Some(Auth::Profile(name))),
            (None, Some(id), Some(secret)) => Ok(Some(match token {
                Some(token) => Auth::temporary_keys(id, secret, token),
                None => Auth::keys(id, secret),
            })),
            (None, Some(_), None) => missing("aws_secret_access_key"),
            (None, None, None) if token.is_none() => Ok(None),
            (None, None, _) => missing("aws_access_key_id"),
        }
    }

    fn role(&mut self, arn: String, source: Auth) -> Result<Auth, TransformError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Tag {
            key: String,
            value: String,
        }
        const TAGS: &str = "aws_session_tags";
        let session_name = self.text("aws_session_name")?;
        let external_id = self.text("aws_external_id")?;
        let sts_endpoint = self.url("aws_sts_endpoint")?;
        let tags = self.0.remove(TAGS).map(|tags| tags.read::<Vec<Tag>>()).transpose();
        let tags =
            tags.map_err(|_| TransformError::invalid(TAGS, "expected a list of objects with `Key` and `Value`"))?;
        if let Some(token) = self.text("aws_web_identity_token")? {
            // A reference would read the operator's files and variables.
            if token.starts_with("oidc/") || token.starts_with('/') {
                return Err(TransformError::invalid("aws_web_identity_token", "expected the token itself"));
            }
            let mut identity = WebIdentity::new(arn, WebToken::Text(Secret::new(token)));
            identity.session_name = session_name;
            identity.sts_endpoint = sts_endpoint;
            return Ok(Auth::WebIdentity(identity));
        }
        if matches!(source, Auth::Bearer(_)) {
            return Err(TransformError::invalid("aws_role_name", "an API key assumes no role"));
        }
        let mut role = Role::new(arn);
        role.source = source;
        role.session_name = session_name;
        role.external_id = external_id;
        role.sts_endpoint = sts_endpoint;
        role.session_tags = tags.unwrap_or_default().into_iter().map(|Tag { key, value }| (key, value)).collect();
        Ok(Auth::Role(Box::new(role)))
    }

    fn text(&mut self, name: &'static str) -> Result<Option<String>, TransformError> {
        let read = |value: RawJson| value.read::<String>().ok().filter(|text| !text.is_empty());
        let wrong = || TransformError::invalid(name, "expected a text that is not empty");
        self.0.remove(name).map(|value| read(value).ok_or_else(wrong)).transpose()
    }

    fn url(&mut self, name: &'static str) -> Result<Option<String>, TransformError> {
        let url = self.text(name)?.map(identity::endpoint).transpose();
        url.map_err(|reason| TransformError::invalid(name, reason))
    }
}

impl Own {
    /// Of the operator's headers those that go out with the request.
    pub(crate) fn leave(&self, headers: &mut Vec<(String, String)>) {
        let is_elsewhere = self.endpoint.is_some() || self.agent_endpoint.is_some();
        if is_elsewhere && !self.vouched {
            headers.clear();
        }
        if self.auth.is_some() {
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
        }
    }

    /// The deployment's connection, with what the request brought in its place.
    pub(crate) fn connection(self, operator: &Connection) -> Connection {
        let Self { auth, endpoint, agent_endpoint, vouched: _ } = self;
        let is_elsewhere = endpoint.is_some();
        Connection {
            identity: auth.unwrap_or_else(|| operator.identity.clone()),
            endpoint: endpoint.or_else(|| operator.endpoint.clone()),
            // An endpoint of the request's own serves all of the request.
            agent_endpoint: agent_endpoint.or_else(|| operator.agent_endpoint.clone().filter(|_| !is_elsewhere)),
            ..operator.clone()
        }
    }
}
