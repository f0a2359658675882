//! What a request says about its own routing, in LiteLLM's words.

use std::collections::BTreeMap;

use facade::Error;
use facade::transform::TransformError;
use facade::types::Extra;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::clientside;
use crate::config::{Chains, MOST_RETRIES};

/// What a request says about its own routing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Wishes {
    /// Attempts after the first.
    pub(crate) retries: Option<u32>,
    /// Names to try instead, whatever the configuration says.
    pub(crate) fallbacks: Option<Vec<String>>,
    pub(crate) context_window: Chains,
    pub(crate) content_policy: Chains,
    pub(crate) no_fallbacks: bool,
    /// The caller brought a key, or chose the model's ARN or region: a refusal is not the deployment's fault.
    pub(crate) own_target: bool,
    /// The caller chose the endpoint: whatever it answers is not the deployment's fault.
    pub(crate) own_endpoint: bool,
    /// The caller set the time limit: running out of it is not the deployment's fault.
    pub(crate) own_limit: bool,
}

/// `["other"]`, `[{"model": "other"}]` or `[{"name": ["other"]}]`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Name(String),
    Of(BTreeMap<String, Names>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    Many(Vec<String>),
    One(String),
}

impl Wishes {
    /// Takes them out of a request for `model`.
    pub(crate) fn take(extra: &mut Extra, model: &str) -> Result<Self, Error> {
        // Most requests have nothing outside OpenAI's schema.
        if extra.is_empty() {
            return Ok(Self::default());
        }
        let (num, max) = (retries(extra, "num_retries")?, retries(extra, "max_retries")?);
        let is_set = |name: &str| extra.value(name).is_some_and(|value| !value.is_null());
        let own_target =
            ["api_key", "aws_access_key_id", "aws_profile_name", "aws_region_name", "aws_role_name", "model_id"]
                .into_iter()
                .any(is_set);
        let own_endpoint = clientside::ENDPOINTS.iter().copied().any(is_set);
        let own_limit = ["request_timeout", "stream_timeout", "timeout"].into_iter().any(is_set);
        Ok(Self {
            retries: num.or(max),
            fallbacks: names(extra, model)?,
            context_window: chains(extra, "context_window_fallbacks")?,
            content_policy: chains(extra, "content_policy_fallbacks")?,
            no_fallbacks: take(extra, "disable_fallbacks", "expected true or false")?.unwrap_or_default(),
            own_target,
            own_endpoint,
            own_limit,
        })
    }
}

impl Wishes {
    /// The names that they mention.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        let chains = [&self.context_window, &self.content_policy].into_iter().flat_map(Chains::values);
        self.fallbacks.iter().chain(chains).flatten()
    }
}

fn take<T: DeserializeOwned>(
    extra: &mut Extra,
    name: &'static str,
    expected: &'static str,
) -> Result<Option<T>, Error> {
    let Some(value) = extra.remove(name).filter(|value| !value.is_null()) else { return Ok(None) };
    value.read().map(Some).map_err(|_| TransformError::invalid(name, expected).into())
}

fn retries(extra: &mut Extra, name: &'static str) -> Result<Option<u32>, Error> {
    const EXPECTED: &str = "expected a whole number from 0 to 10";
    match take::<u32>(extra, name, EXPECTED)? {
        Some(retries) if retries > MOST_RETRIES => Err(TransformError::invalid(name, EXPECTED).into()),
        retries => Ok(retries),
    }
}

fn names(extra: &mut Extra, model: &str) -> Result<Option<Vec<String>>, Error> {
    const KEY: &str = "fallbacks";
    const EXPECTED: &str = "expected a list of names of models";
    let Some(given) = take::<Vec<Named>>(extra, KEY, EXPECTED)? else { return Ok(None) };
    let mut names = Vec::new();
    for named in given {
        match named {
            Named::Name(name) => names.push(name),
            Named::Of(mut map) => match (map.remove("model"), map.len()) {
                (Some(Names::One(name)), 0) => names.push(name),
                (Some(_), _) => {
                    return Err(
                        TransformError::invalid(KEY, "a fallback is a name; other members are not served").into()
                    );
                }
                (None, _) => match map.remove(model) {
                    Some(Names::Many(of_model)) => names.extend(of_model),
                    Some(Names::One(name)) => names.push(name),
                    None => {}
                },
            },
        }
    }
    Ok(Some(names))
}

fn chains(extra: &mut Extra, key: &'static str) -> Result<Chains, Error> {
    let given = take::<Vec<Chains>>(extra, key, "expected a list of maps from a name to names")?;
    Ok(given.into_iter().flatten().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(json: &str) -> Result<(Wishes, Extra), String> {
        let mut extra: Extra = serde_json::from_str(json).unwrap();
        let wishes = Wishes::take(&mut extra, "m").map_err(|error| error.to_string())?;
        Ok((wishes, extra))
    }

    #[test]
    fn wishes_are_taken_out_of_the_request() {
        let json = r#"{"num_retries":3,"timeout":10,"fallbacks":["a",{"model":"b"},{"m":["c"]},{"n":["d"]}],
            "context_window_fallbacks":[{"m":["long"]}],"disable_fallbacks":false,"top_k":5,"aws_region_name":"eu-west-1"}"#;
        let (wishes, left) = wishes(json).unwrap();
        let expected = Wishes {
            retries: Some(3),
            fallbacks: Some(["a", "b", "c"].map(str::to_owned).to_vec()),
            context_window: Chains::from([("m".to_owned(), vec!["long".to_owned()])]),
            own_target: true,
            own_limit: true,
            ..Wishes::default()
        };
        assert_eq!(wishes, expected);
        assert_eq!(left.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["timeout", "top_k", "aws_region_name"]);
    }

    #[test]
    fn wrong_wishes_are_named() {
        let table = [
            (r#"{"num_retries":-1}"#, "num_retries: expected a whole number from 0 to 10"),
            (r#"{"max_retries":11}"#, "max_retries: expected a whole number from 0 to 10"),
            (r#"{"fallbacks":"a"}"#, "fallbacks: expected a list of names of models"),
            (
                r#"{"fallbacks":[{"model":"a","messages":["b"]}]}"#,
                "fallbacks: a fallback is a name; other members are not served",
            ),
            (
                r#"{"context_window_fallbacks":["a"]}"#,
                "context_window_fallbacks: expected a list of maps from a name to names",
            ),
        ];
        for (json, message) in table {
            assert_eq!(wishes(json).unwrap_err(), message);
        }
    }
}
