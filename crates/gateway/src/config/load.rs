//! From a file to a configuration.

use std::path::{Path, PathBuf};

use facade::FetchLimits;

use crate::config::model::{Context, Entry, Settings, unknown};
use crate::config::section::{Section, text};
use crate::config::sources::{Roots, Sources};
use crate::config::tree::{Node, Value};
use crate::config::{Config, ConfigError, Connection, Environment, Model, Routing, keys, known, model};
use crate::keys::Key;
use crate::limits::Limits;

/// The prefix of texts that stand for a variable.
const REFERENCE: &str = "os.environ/";

impl Config {
    /// Any Bedrock model, with what the environment says.
    #[must_use]
    pub fn of_environment(env: &Environment) -> Self {
        let mut config = Self::new();
        config.models.push(Model::new("bedrock/*", "bedrock/*", Connection::ambient(env)));
        config.environment = env.clone();
        config.keys.all.extend(env.value("LITELLM_MASTER_KEY").map(Key::master));
        config
    }

    /// Reads a file, and those that it includes.
    ///
    /// # Errors
    /// If one cannot be read or is wrong: file, line, key and reason.
    pub fn load(path: &Path, env: Environment) -> Result<Self, ConfigError> {
        Self::read(Sources::load(path)?, env)
    }

    /// Reads the text of a file; `path` is for messages, and for what it includes.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(path: &Path, text: &str, env: Environment) -> Result<Self, ConfigError> {
        Self::read(Sources::parse(path, text)?, env)
    }

    fn read(mut sources: Sources, mut env: Environment) -> Result<Self, ConfigError> {
        sources.resolve(&mut env)?;
        let mut roots = sources.roots()?;
        let mut config = Self::new();
        let mut sections = Sections::take(&mut roots, &mut config.warnings)?;
        let common = common(&mut sections)?;
        config.routing = Routing::read(&mut sections.router, &mut sections.settings, &mut config.warnings)?;
        let keys_file = config.set_up(&mut sections, &env)?;
        let foreign = config.add_models(&mut roots, &common, &env)?;
        let Sections { settings, router, general } = sections;
        for mut section in [settings, router, general].into_iter().chain(roots.into_rest()) {
            known::warn_of_ignored(&mut section, &mut config.warnings);
            unknown(section, &mut config.warnings);
        }
        let (path, _) = &sources.0[0];
        for name in config.routing.unserved(&config.models) {
            let message = format!("{}: nobody serves `{name}`, which is named as a fallback or alias", path.display());
            config.warnings.push(message);
        }
        if config.models.is_empty() {
            let empty = || whole(path, "`model_list` is empty: there is nothing to serve".to_owned());
            return Err(foreign.unwrap_or_else(empty));
        }
        config.environment = env;
        config.files = sources.0.into_iter().map(|(path, _)| path).chain(keys_file).collect();
        Ok(config)
    }

    /// What the sections say of the server, and the file of keys that they name.
    fn set_up(&mut self, sections: &mut Sections<'_>, env: &Environment) -> Result<Option<PathBuf>, ConfigError> {
        let Sections { settings, general, router: _ } = sections;
        self.json_logs = settings.flag("json_logs")? == Some(true);
        self.verbose = settings.flag("set_verbose")? == Some(true);
        // LiteLLM has it among its own settings.
        let (own, common) = (settings.flag(METRICS)?, general.flag(METRICS)?);
        self.open_metrics = own.or(common) == Some(false);
        let keys_file;
        (self.keys, keys_file) = keys::read(general, env)?;
        self.limits = limits(general)?;
        self.drain = general.pause("drain_seconds")?.unwrap_or(self.drain);
        self.fetch = fetch(settings, general)?;
        Ok(keys_file)
    }

    /// Adds the models of all files. Says of one of another provider, if there is any, that it is left out.
    fn add_models(
        &mut self,
        roots: &mut Roots<'_>,
        settings: &Settings,
        env: &Environment,
    ) -> Result<Option<ConfigError>, ConfigError> {
        let credentials = roots.credentials(&mut self.warnings)?;
        let mut foreign = None;
        for (file, index, node) in roots.list("model_list")? {
            let limits = &self.routing.limits;
            let context = Context { file, env, settings, limits, credentials: &credentials };
            match model::read(&context, index, node, &mut self.warnings)? {
                Entry::Model(model) => self.models.push(*model),
                Entry::Foreign(error) => {
                    self.warnings.push(format!("{error}; it is left out"));
                    foreign.get_or_insert(error);
                }
            }
        }
        Ok(foreign)
    }
}

const METRICS: &str = "require_auth_for_metrics_endpoint";

/// The sections of settings.
struct Sections<'a> {
    settings: Section<'a>,
    router: Section<'a>,
    general: Section<'a>,
}

impl<'a> Sections<'a> {
    fn take(roots: &mut Roots<'a>, warnings: &mut Vec<String>) -> Result<Self, ConfigError> {
        // What was read before all else.
        roots.take_all(&["environment_variables", "include"]);
        Ok(Self {
            settings: roots.section("litellm_settings", warnings)?,
            router: roots.section("router_settings", warnings)?,
            general: roots.section("general_settings", warnings)?,
        })
    }
}

/// What holds for models that say nothing else. The router's own settings win, as with LiteLLM.
fn common(sections: &mut Sections<'_>) -> Result<Settings, ConfigError> {
    let Sections { settings, router, general: _ } = sections;
    // Both are taken: what lost is no unknown key.
    let (timeout, request_timeout) = (router.seconds("timeout")?, settings.seconds("request_timeout")?);
    let params = router.section("default_litellm_params")?.rest();
    Ok(Settings {
        drop_params: settings.flag("drop_params")?.unwrap_or_default(),
        modify_params: settings.flag("modify_params")?.unwrap_or_default(),
        keepalive: settings.seconds("keepalive_seconds")?,
        timeout: timeout.or(request_timeout),
        stream_timeout: router.seconds("stream_timeout")?,
        params: params.into_iter().map(|(_, entry)| entry).collect(),
    })
}

/// How media behind URLs are fetched, in LiteLLM's words; `None` is not at all.
fn fetch(settings: &mut Section<'_>, general: &mut Section<'_>) -> Result<Option<FetchLimits>, ConfigError> {
    let mut limits = FetchLimits::default();
    let fetches = general.flag("fetch_urls")? != Some(false);
    limits.allow_private = settings.flag("user_url_validation")? == Some(false);
    limits.allowed_hosts = settings.texts("user_url_allowed_hosts")?;
    Ok(Some(limits).filter(|_| fetches))
}

fn limits(general: &mut Section<'_>) -> Result<Limits, ConfigError> {
    let mut limits = Limits::default();
    if let Some(megabytes) = general.count("max_request_size_mb")? {
        limits.body = usize::try_from(megabytes).unwrap_or(usize::MAX).saturating_mul(1 << 20);
    }
    limits.body_time = general.seconds("body_timeout_seconds")?.unwrap_or(limits.body_time);
    limits.head_time = general.seconds("header_timeout_seconds")?.unwrap_or(limits.head_time);
    Ok(limits)
}

pub(crate) fn whole(path: &Path, message: String) -> ConfigError {
    ConfigError { file: path.to_owned(), line: None, key: String::new(), message }
}

pub(crate) fn syntax(path: &Path, error: &serde_saphyr::Error) -> ConfigError {
    let line = error.location().map(|location| location.line()).filter(|line| *line > 0);
    let message = error.without_snippet().render_with_formatter(&serde_saphyr::UserMessageFormatter);
    let message = message.lines().next().unwrap_or_default();
    // The place is in front already.
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    ConfigError { file: path.to_owned(), line, key: String::new(), message: message.to_owned() }
}

/// `environment_variables` come first: the rest of the file may refer to them.
pub(crate) fn set_variables(path: &Path, root: &mut Node, env: &mut Environment) -> Result<(), ConfigError> {
    const KEY: &str = "environment_variables";
    let Value::Map(entries) = &mut root.value else { return Ok(()) };
    let Some(entry) = entries.iter_mut().find(|entry| entry.key == KEY) else { return Ok(()) };
    resolve(path, KEY, &mut entry.node, env)?;
    for (place, entry) in Section::new(path, KEY, entry.node.clone())?.rest() {
        env.set(entry.key, text(&entry.node.value).map_err(|message| place.error(message))?);
    }
    Ok(())
}

/// Replaces every reference to a variable by its value.
pub(crate) fn resolve(path: &Path, key: &str, node: &mut Node, env: &Environment) -> Result<(), ConfigError> {
    match &mut node.value {
        Value::List(nodes) => nodes
            .iter_mut()
            .enumerate()
            .try_for_each(|(index, node)| resolve(path, &format!("{key}[{index}]"), node, env)),
        Value::Map(entries) => entries.iter_mut().try_for_each(|entry| {
            let name = if key.is_empty() { entry.key.clone() } else { format!("{key}.{}", entry.key) };
            resolve(path, &name, &mut entry.node, env)
        }),
        Value::Text(text) => {
            let Some(name) = text.strip_prefix(REFERENCE) else { return Ok(()) };
            let Some(value) = env.value(name) else {
                let message = format!("the environment variable `{name}` is not set");
                return Err(ConfigError { file: path.to_owned(), line: Some(node.line), key: key.to_owned(), message });
            };
            *text = value.to_owned();
            Ok(())
        }
        Value::Bool(_) | Value::Float(_) | Value::Integer(_) | Value::Null => Ok(()),
    }
}
