//! Reads one entry of `model_list`.

use std::collections::BTreeMap;
use std::path::Path;

use facade::transform::ModelOverrides;
use facade::types::{Extra, RawJson};
use facade::{Catalog, ChatRequest, ModelSpec};

use crate::clientside::Clientside;
use crate::config::identity;
use crate::config::known::{self, INFO};
use crate::config::section::Section;
use crate::config::tree::{self, Node, Value};
use crate::config::{ConfigError, Connection, Environment, Limits, Model};

/// What `litellm_settings` and `router_settings` say for every model.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) drop_params: bool,
    pub(crate) modify_params: bool,
    pub(crate) timeout: Option<std::time::Duration>,
    pub(crate) stream_timeout: Option<std::time::Duration>,
    pub(crate) keepalive: Option<std::time::Duration>,
    /// `litellm_params` of models that do not set them.
    pub(crate) params: Vec<tree::Entry>,
}

/// What is common to all entries.
pub(crate) struct Context<'a> {
    pub(crate) file: &'a Path,
    pub(crate) env: &'a Environment,
    pub(crate) settings: &'a Settings,
    pub(crate) limits: &'a Limits,
    /// By name, what models may have from there.
    pub(crate) credentials: &'a BTreeMap<String, Vec<tree::Entry>>,
}

/// What an entry is.
pub(crate) enum Entry {
    /// Another provider's, and why it is not served.
    Foreign(ConfigError),
    Model(Box<Model>),
}

pub(crate) fn read(
    context: &Context<'_>,
    index: usize,
    node: Node,
    warnings: &mut Vec<String>,
) -> Result<Entry, ConfigError> {
    let settings = context.settings;
    let mut entry = Section::new(context.file, format!("model_list[{index}]"), node)?;
    let place = entry.place();
    let missing = |key: &str| {
        let mut place = place.clone();
        place.key = format!("{}.{key}", place.key);
        place.error("is missing")
    };
    let name = entry.text("model_name")?.ok_or_else(|| missing("model_name"))?;
    let mut params = entry.section("litellm_params")?;
    let mut info = entry.section("model_info")?;
    let shown = shown(&info)?;
    unknown(entry, warnings);

    let model_place = params.find("model").ok_or_else(|| missing("litellm_params.model"))?;
    let model = params.text("model")?.ok_or_else(|| missing("litellm_params.model"))?;
    if is_foreign(&model) {
        let message = format!("only Bedrock is served, and `{model}` does not begin with `bedrock/`");
        return Ok(Entry::Foreign(model_place.error(message)));
    }
    if let Some(place) = params.find("custom_llm_provider")
        && params.text("custom_llm_provider")?.is_some_and(|provider| !provider.starts_with("bedrock"))
    {
        return Ok(Entry::Foreign(place.error("only `bedrock` is served")));
    }
    complete(&mut params, context)?;
    params.complete(&settings.params);
    let ambient = Connection::ambient(context.env);
    let profile = params.find("aws_profile_name");
    let identity = identity::take(&mut params, context.env)?;
    let region = params.checked("aws_region_name", identity::region)?;
    let endpoint = params.checked("aws_bedrock_runtime_endpoint", identity::endpoint)?;
    let agent_endpoint = params.checked("aws_bedrock_agent_runtime_endpoint", identity::endpoint)?;
    let api_base = params.checked("api_base", identity::endpoint)?;
    let connection = Connection {
        identity,
        region: region.clone().or(ambient.region),
        endpoint: endpoint.or(ambient.endpoint).or(api_base),
        agent_endpoint: agent_endpoint.or(ambient.agent_endpoint),
        timeout: params.seconds("timeout")?.or(params.seconds("request_timeout")?).or(settings.timeout),
        connect_timeout: params.seconds("connect_timeout")?,
        idle_timeout: params.seconds("idle_timeout")?,
        total_timeout: params.seconds("total_timeout")?,
        max_attempts: 1,
    };
    let mut read = Model::new(name, model, connection);
    read.limits = Limits::read(&mut params, context.limits)?;
    read.tags = params.texts("tags")?;
    read.stream_timeout = params.seconds("stream_timeout")?.or(settings.stream_timeout);
    read.keepalive = params.seconds("keepalive_seconds")?.or(settings.keepalive);
    read.drop_params = params.flag("drop_params")?.unwrap_or(settings.drop_params);
    read.modify_params = params.flag("modify_params")?.unwrap_or(settings.modify_params);
    read.use_profiles = params.flag("use_inference_profiles")?.unwrap_or_default();
    read.clientside = clientside(&mut params, warnings)?;
    read.headers = headers(&mut params)?;
    read.info = said(&mut params, said(&mut info, ModelOverrides::new())?)?;
    known::warn_of_ignored(&mut params, warnings);
    let base_model = params.text("base_model")?;
    read.defaults = defaults(params, region)?;

    read.base_model = info.text("base_model")?.or(base_model);
    read.id = info.text("id")?;
    info.take_all(&INFO.iter().map(|key| key.name).collect::<Vec<_>>());
    warnings.extend(
        info.rest()
            .iter()
            .map(|(place, _)| place.warning(&format!("`{}` is shown, and means nothing else", place.key))),
    );
    read.shown = shown;
    warnings.extend(unknown_model(&read).map(|message| model_place.warning(&message)));
    read.profile = profile;
    read.place = Some(model_place);
    Ok(Entry::Model(Box::new(read)))
}

/// `model_info`, for those who ask what is known of the model.
fn shown(info: &Section<'_>) -> Result<Extra, ConfigError> {
    let mut shown = Extra::default();
    for (place, entry) in info.members() {
        let json = RawJson::from_value(&entry.node).map_err(|error| place.error(error.to_string()))?;
        shown.insert(entry.key, json);
    }
    Ok(shown)
}

/// Whether a model is another provider's. As with LiteLLM, what stands before the first `/` says whose.
pub(crate) fn is_foreign(model: &str) -> bool {
    model.contains('/') && !model.starts_with("bedrock/") && !model.starts_with("arn:")
}

/// Says if the entry's one model is nothing that anybody knows: the name may be misspelt.
fn unknown_model(entry: &Model) -> Option<String> {
    if entry.model.contains('*') {
        return None;
    }
    let name = entry.base_model.as_ref().unwrap_or(&entry.model);
    // What cannot be a name is an error when the model is connected.
    let spec = ModelSpec::resolve(name, &Catalog::builtin()).ok().filter(|spec| !spec.is_known())?;
    let (name, route) = (spec.target.as_str(), spec.route);
    Some(format!(
        "nothing is known of `{name}`: it is called by {route:?} with all that requests say; check the name, or set \
         `model_info.base_model` to the model that it is or is like"
    ))
}

/// What the entry has from `credential_list`.
fn complete(params: &mut Section<'_>, context: &Context<'_>) -> Result<(), ConfigError> {
    let Some(place) = params.find("litellm_credential_name") else { return Ok(()) };
    let Some(name) = params.text("litellm_credential_name")? else { return Ok(()) };
    let values = context.credentials.get(&name);
    params.complete(values.ok_or_else(|| place.error(format!("`credential_list` has no `{name}`")))?);
    Ok(())
}

/// What requests may bring of the caller's own: names, and patterns of `api_base`.
fn clientside(params: &mut Section<'_>, warnings: &mut Vec<String>) -> Result<Clientside, ConfigError> {
    const KEY: &str = "configurable_clientside_auth_params";
    let place = params.find(KEY).unwrap_or_else(|| params.place());
    let mut clientside = Clientside::default();
    for node in params.list(KEY)? {
        if let Value::Map(_) = node.value {
            let mut pattern = Section::new(&place.file, place.key.clone(), node)?;
            let pattern = pattern.text("api_base")?.ok_or_else(|| place.error("expected `api_base` and a pattern"))?;
            clientside.allow_base(&pattern).map_err(|reason| place.error(reason))?;
            continue;
        }
        let name = crate::config::section::text(&node.value).map_err(|message| place.error(message))?;
        if !clientside.allow(&name) {
            warnings.push(place.warning(&format!("`{}`: `{name}` stays refused in requests", place.key)));
        }
    }
    Ok(clientside)
}

/// What the members of a section say of the model.
fn said(section: &mut Section<'_>, mut info: ModelOverrides) -> Result<ModelOverrides, ConfigError> {
    let path = section.place().key;
    for (place, node) in section.take_if(|key| known::is_fact(&path, key)) {
        let text = match &node.value {
            Value::Null => continue,
            Value::Float(number) => number.to_string(),
            value => crate::config::section::text(value).map_err(|message| place.error(message))?,
        };
        let name = place.key.rsplit('.').next().unwrap_or_default();
        info.set(name, &text).map_err(|error| place.error(error.reason))?;
    }
    Ok(info)
}

fn headers(params: &mut Section<'_>) -> Result<Vec<(String, String)>, ConfigError> {
    let section = params.section("extra_headers")?;
    section
        .rest()
        .into_iter()
        .map(|(place, entry)| {
            let text = crate::config::section::text(&entry.node.value).map_err(|message| place.error(message))?;
            let name = http::HeaderName::try_from(entry.key.as_str()).ok();
            match (name, http::HeaderValue::try_from(&text)) {
                (Some(_), Ok(_)) => Ok((entry.key, text)),
                _ => Err(place.error("not a legal header")),
            }
        })
        .collect()
}

/// Everything that is left: parameters of requests that do not set them. Read one by one, so that a wrong one is named.
fn defaults(params: Section<'_>, region: Option<String>) -> Result<ChatRequest, ConfigError> {
    let mut defaults = ChatRequest::default();
    for (place, tree::Entry { key, node, .. }) in params.rest() {
        if matches!(node.value, Value::Null) {
            continue;
        }
        if matches!(key.as_str(), "messages" | "stream") {
            return Err(place.error("belongs into requests"));
        }
        let json = serde_json::to_string(&node).map_err(|error| place.error(error.to_string()))?;
        let name = serde_json::to_string(&key).map_err(|error| place.error(error.to_string()))?;
        let one: ChatRequest = serde_json::from_str(&format!(r#"{{"model":"","messages":[],{name}:{json}}}"#))
            .map_err(|error| place.error(crate::error::without_position(&error)))?;
        crate::defaults::fill(&mut defaults, &one);
    }
    // It wins over the region of the model's name or ARN, and yields to the request's.
    if let Some(json) = region.and_then(|region| RawJson::from_value(&region).ok()) {
        defaults.extra.insert("aws_region_name", json);
    }
    Ok(defaults)
}

/// Warns of what nobody knows.
pub(crate) fn unknown(section: Section<'_>, warnings: &mut Vec<String>) {
    warnings.extend(section.rest().iter().map(|(place, _)| place.warning(&format!("unknown key `{}`", place.key))));
}
