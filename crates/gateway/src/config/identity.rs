//! Who calls Bedrock, as `litellm_params` and the environment say it.

use facade::{Auth, Role, Secret, WebIdentity, WebToken};

use crate::config::section::Section;
use crate::config::{ConfigError, Environment, Place};

/// What belongs to a role, and means nothing without one.
const OF_ROLES: &[&str] =
    &["aws_external_id", "aws_session_name", "aws_session_tags", "aws_sts_endpoint", "aws_web_identity_token"];

/// A web identity token, or LiteLLM's reference to one.
const WEB_IDENTITY_TOKEN: &str = "AWS_WEB_IDENTITY_TOKEN";

/// Keys that need no account, for the emulator.
pub(crate) fn fake() -> Auth {
    Auth::keys("AKIDEMULATOR", "not-a-secret")
}

/// What `litellm_params` says, in LiteLLM's order: API key, role, profile, key pair, environment. What is said here is
/// never completed from the environment.
pub(crate) fn take(params: &mut Section<'_>, env: &Environment) -> Result<Auth, ConfigError> {
    let api_key = params.text("api_key")?;
    let named = named(params)?;
    let role = match params.text("aws_role_name")? {
        Some(arn) => Some(role(arn, params, env, named.clone())?),
        None => None,
    };
    if let Some(place) = params.take_all(OF_ROLES).into_iter().next() {
        return Err(place.error("needs an `aws_role_name`"));
    }
    Ok(match api_key {
        Some(key) => Auth::bearer(key),
        None => role.or(named).unwrap_or_else(|| of_environment(env)),
    })
}

/// What the file put into the environment, and what only LiteLLM reads there; the rest the SDK finds itself.
pub(crate) fn of_environment(env: &Environment) -> Auth {
    if let Some(key) = env.set_by_file("AWS_BEARER_TOKEN_BEDROCK") {
        return Auth::bearer(key);
    }
    match env.value("AWS_ROLE_NAME") {
        Some(arn) if env.value("AWS_BEARER_TOKEN_BEDROCK").is_none() => {
            if let Some(token) = env.value(WEB_IDENTITY_TOKEN) {
                // What is no reference is taken for a token, and STS will say that it is none.
                let token = web_token(token.to_owned(), env).unwrap_or_else(|_| WebToken::Text(token.into()));
                return web_identity(WebIdentity::new(arn, token), env);
            }
            let mut role = Role::new(arn);
            role.source = keys_of_environment(env);
            complete(&mut role, env);
            Auth::Role(Box::new(role))
        }
        _ => keys_of_environment(env),
    }
}

fn keys_of_environment(env: &Environment) -> Auth {
    if env.set_by_file("AWS_ACCESS_KEY_ID").or_else(|| env.set_by_file("AWS_SECRET_ACCESS_KEY")).is_some()
        && let (Some(id), Some(secret)) = (env.value("AWS_ACCESS_KEY_ID"), env.value("AWS_SECRET_ACCESS_KEY"))
    {
        return keys(id.to_owned(), secret.to_owned(), env.value("AWS_SESSION_TOKEN").map(str::to_owned));
    }
    // `AWS_PROFILE` of the process is the SDK's business; `AWS_PROFILE_NAME` is LiteLLM's own.
    let profile = env.set_by_file("AWS_PROFILE").or_else(|| env.value("AWS_PROFILE_NAME"));
    profile.map_or(Auth::Default, |name| Auth::Profile(name.to_owned()))
}

fn keys(access_key_id: String, secret: String, session_token: Option<String>) -> Auth {
    match session_token {
        Some(token) => Auth::temporary_keys(access_key_id, secret, token),
        None => Auth::keys(access_key_id, secret),
    }
}

/// A profile or a key pair.
fn named(params: &mut Section<'_>) -> Result<Option<Auth>, ConfigError> {
    let profile = params.text("aws_profile_name")?;
    let access_key_id = params.text("aws_access_key_id")?;
    let secret = params.text("aws_secret_access_key")?;
    let session_token = params.text("aws_session_token")?;
    if let Some(name) = profile {
        return Ok(Some(Auth::Profile(name)));
    }
    let missing = |key| Err(place_in(&params.place(), key).error("is missing: a key pair has two halves"));
    match (access_key_id, secret) {
        (Some(id), Some(secret)) => Ok(Some(keys(id, secret, session_token))),
        (Some(_), None) => missing("aws_secret_access_key"),
        (None, Some(_)) => missing("aws_access_key_id"),
        (None, None) if session_token.is_some() => missing("aws_access_key_id"),
        (None, None) => Ok(None),
    }
}

/// A role, assumed by `source`, by the environment's identity, or with a web identity token.
fn role(arn: String, params: &mut Section<'_>, env: &Environment, source: Option<Auth>) -> Result<Auth, ConfigError> {
    let session_name = params.text("aws_session_name")?;
    let external_id = params.text("aws_external_id")?;
    let session_tags = session_tags(params)?;
    let sts_endpoint = params.checked("aws_sts_endpoint", endpoint)?;
    let token_place = params.find("aws_web_identity_token").unwrap_or_else(|| params.place());
    // A source of the file's own is not completed from the environment.
    let ambient = || env.value(WEB_IDENTITY_TOKEN).filter(|_| source.is_none()).map(str::to_owned);
    if let Some(token) = params.text("aws_web_identity_token")?.or_else(ambient) {
        let token = web_token(token, env).map_err(|message| token_place.error(message))?;
        let mut identity = WebIdentity::new(arn, token);
        identity.session_name = session_name;
        identity.sts_endpoint = sts_endpoint;
        return Ok(web_identity(identity, env));
    }
    let mut role = Role::new(arn);
    role.source = source.unwrap_or_else(|| keys_of_environment(env));
    role.session_name = session_name;
    role.external_id = external_id;
    role.session_tags = session_tags;
    role.sts_endpoint = sts_endpoint;
    complete(&mut role, env);
    Ok(Auth::Role(Box::new(role)))
}

fn web_identity(mut identity: WebIdentity, env: &Environment) -> Auth {
    let value = |name| env.value(name).map(str::to_owned);
    identity.session_name = identity.session_name.or_else(|| value("AWS_SESSION_NAME"));
    identity.sts_endpoint = identity.sts_endpoint.or_else(|| value("AWS_STS_ENDPOINT"));
    Auth::WebIdentity(identity)
}

/// What LiteLLM takes from the environment where a role leaves it open.
fn complete(role: &mut Role, env: &Environment) {
    let value = |name| env.value(name).map(str::to_owned);
    role.session_name = role.session_name.take().or_else(|| value("AWS_SESSION_NAME"));
    role.external_id = role.external_id.take().or_else(|| value("AWS_EXTERNAL_ID"));
    role.sts_endpoint = role.sts_endpoint.take().or_else(|| value("AWS_STS_ENDPOINT"));
}

/// A list of `{Key, Value}`, as AWS writes tags.
fn session_tags(params: &mut Section<'_>) -> Result<Vec<(String, String)>, ConfigError> {
    let place = params.find("aws_session_tags").unwrap_or_else(|| params.place());
    let tags = params.list("aws_session_tags")?.into_iter().map(|node| {
        let mut tag = Section::new(&place.file, place.key.clone(), node)?;
        match (tag.text("Key")?, tag.text("Value")?) {
            (Some(key), Some(value)) => Ok((key, value)),
            _ => Err(place.error("expected a list of maps with `Key` and `Value`")),
        }
    });
    tags.collect()
}

/// LiteLLM's reference to a token, the path of a file, or the token itself.
fn web_token(token: String, env: &Environment) -> Result<WebToken, String> {
    let variable = |name: &str| match env.set_by_file(name) {
        Some(value) => WebToken::Text(Secret::new(value)),
        None => WebToken::Variable(name.to_owned()),
    };
    let path_in = |name: &str| match env.set_by_file(name) {
        Some(path) => WebToken::File(path.into()),
        None => WebToken::FileOfVariable(name.to_owned()),
    };
    let Some((provider, rest)) = token.strip_prefix("oidc/").and_then(|rest| rest.split_once('/')) else {
        let is_path = token.starts_with('/');
        return Ok(if is_path { WebToken::File(token.into()) } else { WebToken::Text(Secret::new(token)) });
    };
    match provider {
        "azure" => Ok(path_in("AZURE_FEDERATED_TOKEN_FILE")),
        "circleci" => Ok(variable("CIRCLE_OIDC_TOKEN")),
        "circleci_v2" => Ok(variable("CIRCLE_OIDC_TOKEN_V2")),
        "env" => Ok(variable(rest)),
        "env_path" => Ok(path_in(rest)),
        "file" => Ok(WebToken::File(rest.into())),
        "github" => Ok(WebToken::GitHub { audience: rest.to_owned() }),
        "google" => Ok(WebToken::Google { audience: rest.to_owned() }),
        _ => Err(format!(
            "tokens of `oidc/{provider}` are not fetched; write one into a file and name it as `oidc/file/PATH`"
        )),
    }
}

/// Refuses what cannot be a region: it becomes part of a host name.
pub(crate) fn region(name: String) -> Result<String, String> {
    if name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') && !name.is_empty() {
        return Ok(name);
    }
    Err(format!("`{name}` is not the name of an AWS region"))
}

/// Refuses what cannot be an endpoint.
pub(crate) fn endpoint(url: String) -> Result<String, String> {
    let parsed = url.parse::<http::Uri>().ok();
    match parsed.as_ref().and_then(http::Uri::scheme_str) {
        Some("http" | "https") => Ok(url),
        _ => Err(format!("`{url}` is not an http:// or https:// URL")),
    }
}

fn place_in(section: &Place, key: &str) -> Place {
    let mut place = section.clone();
    place.key = format!("{}.{key}", place.key);
    place
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::tree::Node;

    /// What these parameters say in this environment. No secret in it prints.
    fn auth<const N: usize>(yaml: &str, env: [(&str, &str); N]) -> String {
        let node: Node = serde_saphyr::from_str(yaml).unwrap();
        let mut section = Section::new(Path::new("c.yaml"), "params", node).unwrap();
        match take(&mut section, &Environment::from(env)) {
            Ok(auth) => format!("{auth:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_way_to_sign_in_is_read() {
        const ROLE: &str = "aws_role_name: arn:aws:iam::1:role/r\n";
        let keys = "aws_access_key_id: AKID\naws_secret_access_key: secret\naws_session_token: token\n";
        let lines = [
            auth("{}", []),
            auth("api_key: secret", [("AWS_ROLE_NAME", "arn:aws:iam::1:role/env")]),
            auth(keys, [("AWS_SESSION_TOKEN", "foreign"), ("AWS_ROLE_NAME", "arn:aws:iam::1:role/env")]),
            auth("aws_profile_name: p", []),
            auth("{}", [("AWS_PROFILE_NAME", "p")]),
            auth(ROLE, []),
            auth(&format!("{ROLE}{keys}"), []),
            auth(&format!("{ROLE}aws_profile_name: p"), []),
            auth(
                &format!(
                    "{ROLE}aws_session_name: s\naws_external_id: x\naws_sts_endpoint: http://sts\naws_session_tags: [{{Key: a, Value: b}}]"
                ),
                [],
            ),
            auth("{}", [("AWS_ROLE_NAME", "arn:aws:iam::1:role/env"), ("AWS_SESSION_NAME", "s")]),
            auth(&format!("{ROLE}aws_web_identity_token: secret"), []),
            auth(&format!("{ROLE}aws_web_identity_token: oidc/file//var/token"), []),
            auth(&format!("{ROLE}aws_web_identity_token: /var/token"), []),
            auth(&format!("{ROLE}aws_web_identity_token: oidc/env/TOKEN"), []),
            auth(&format!("{ROLE}aws_web_identity_token: oidc/env_path/TOKEN_FILE"), []),
            auth(&format!("{ROLE}aws_web_identity_token: oidc/google/https://audience"), []),
            auth(&format!("{ROLE}aws_web_identity_token: oidc/github/sts.amazonaws.com"), []),
            auth(&format!("{ROLE}aws_web_identity_token: oidc/azure/"), []),
            auth(&format!("{ROLE}aws_web_identity_token: oidc/circleci_v2/"), []),
            auth(&format!("{ROLE}aws_web_identity_token: oidc/gitlab/audience"), []),
            auth("aws_web_identity_token: secret", []),
            auth("aws_external_id: x", []),
            auth(&format!("{ROLE}aws_session_tags: [{{Key: a}}]"), []),
            auth(&format!("{ROLE}aws_sts_endpoint: sts"), []),
            auth("aws_session_token: secret", []),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        Default
        Bearer(Secret(..))
        Keys { access_key_id: "AKID", secret_access_key: Secret(..), session_token: Some(Secret(..)) }
        Profile("p")
        Profile("p")
        Role(Role { arn: "arn:aws:iam::1:role/r", source: Default, session_name: None, external_id: None, session_tags: [], sts_endpoint: None })
        Role(Role { arn: "arn:aws:iam::1:role/r", source: Keys { access_key_id: "AKID", secret_access_key: Secret(..), session_token: Some(Secret(..)) }, session_name: None, external_id: None, session_tags: [], sts_endpoint: None })
        Role(Role { arn: "arn:aws:iam::1:role/r", source: Profile("p"), session_name: None, external_id: None, session_tags: [], sts_endpoint: None })
        Role(Role { arn: "arn:aws:iam::1:role/r", source: Default, session_name: Some("s"), external_id: Some("x"), session_tags: [("a", "b")], sts_endpoint: Some("http://sts") })
        Role(Role { arn: "arn:aws:iam::1:role/env", source: Default, session_name: Some("s"), external_id: None, session_tags: [], sts_endpoint: None })
        WebIdentity(WebIdentity { role_arn: "arn:aws:iam::1:role/r", token: Text(Secret(..)), session_name: None, sts_endpoint: None })
        WebIdentity(WebIdentity { role_arn: "arn:aws:iam::1:role/r", token: File("/var/token"), session_name: None, sts_endpoint: None })
        WebIdentity(WebIdentity { role_arn: "arn:aws:iam::1:role/r", token: File("/var/token"), session_name: None, sts_endpoint: None })
        WebIdentity(WebIdentity { role_arn: "arn:aws:iam::1:role/r", token: Variable("TOKEN"), session_name: None, sts_endpoint: None })
        WebIdentity(WebIdentity { role_arn: "arn:aws:iam::1:role/r", token: FileOfVariable("TOKEN_FILE"), session_name: None, sts_endpoint: None })
        WebIdentity(WebIdentity { role_arn: "arn:aws:iam::1:role/r", token: Google { audience: "https://audience" }, session_name: None, sts_endpoint: None })
        WebIdentity(WebIdentity { role_arn: "arn:aws:iam::1:role/r", token: GitHub { audience: "sts.amazonaws.com" }, session_name: None, sts_endpoint: None })
        WebIdentity(WebIdentity { role_arn: "arn:aws:iam::1:role/r", token: FileOfVariable("AZURE_FEDERATED_TOKEN_FILE"), session_name: None, sts_endpoint: None })
        WebIdentity(WebIdentity { role_arn: "arn:aws:iam::1:role/r", token: Variable("CIRCLE_OIDC_TOKEN_V2"), session_name: None, sts_endpoint: None })
        c.yaml:2: params.aws_web_identity_token: tokens of `oidc/gitlab` are not fetched; write one into a file and name it as `oidc/file/PATH`
        c.yaml:1: params.aws_web_identity_token: needs an `aws_role_name`
        c.yaml:1: params.aws_external_id: needs an `aws_role_name`
        c.yaml:2: params.aws_session_tags: expected a list of maps with `Key` and `Value`
        c.yaml:2: params.aws_sts_endpoint: `sts` is not an http:// or https:// URL
        c.yaml:1: params.aws_access_key_id: is missing: a key pair has two halves
        "#);
    }
}
