//! From a file to a configuration.

use std::path::Path;

use facade::Secret;

use crate::config::model::{Context, Settings, not_yet, unknown};
use crate::config::section::{Section, text};
use crate::config::tree::{Node, Value};
use crate::config::{Config, ConfigError, Connection, Environment, Model, Routing, known, model};

/// The prefix of texts that stand for a variable.
const REFERENCE: &str = "os.environ/";

impl Config {
    /// Any Bedrock model, with what the environment says.
    #[must_use]
    pub fn of_environment(env: &Environment) -> Self {
        let mut config = Self::new();
        config.models.push(Model::new("bedrock/*", "bedrock/*", Connection::ambient(env)));
        config.master_key = env.value("LITELLM_MASTER_KEY").map(Secret::new);
        config
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or is wrong: file, line, key and reason.
    pub fn load(path: &Path, env: Environment) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| whole(path, error.to_string()))?;
        Self::parse(path, &text, env)
    }

    /// Reads the text of a file; `path` is for messages.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(path: &Path, text: &str, mut env: Environment) -> Result<Self, ConfigError> {
        // As with LiteLLM's reader, `n` and `y` are names, not booleans.
        let options = serde_saphyr::options! { strict_booleans: true };
        let mut root: Node =
            serde_saphyr::from_str_with_options(text, options).map_err(|error| syntax(path, &error))?;
        set_variables(path, &mut root, &mut env)?;
        resolve(path, "", &mut root, &env)?;
        let mut root = Section::new(path, "", root)?;
        let mut config = Self::new();
        let warnings = &mut config.warnings;

        let mut settings = root.section("litellm_settings")?;
        let mut router = root.section("router_settings")?;
        let common = Settings {
            drop_params: settings.flag("drop_params")?.unwrap_or_default(),
            modify_params: settings.flag("modify_params")?.unwrap_or_default(),
            keepalive: settings.seconds("keepalive_seconds")?,
            // The router's own settings win, as with LiteLLM.
            timeout: router.seconds("timeout")?.or(settings.seconds("request_timeout")?),
        };
        // Taken, although the one above has won: it is no unknown key.
        settings.take_all(&["request_timeout"]);
        config.routing = Routing::read(&mut router, &mut settings, warnings)?;
        config.json_logs = settings.flag("json_logs")? == Some(true);
        config.verbose = settings.flag("set_verbose")? == Some(true);
        let mut general = root.section("general_settings")?;
        config.master_key =
            general.text("master_key")?.or_else(|| env.value("LITELLM_MASTER_KEY").map(str::to_owned)).map(Secret::new);
        if let Some(megabytes) = general.count("max_request_size_mb")? {
            config.max_body = usize::try_from(megabytes).unwrap_or(usize::MAX).saturating_mul(1 << 20);
        }
        if let Some(limits) = &mut config.fetch {
            // LiteLLM's names.
            limits.allow_private = settings.flag("user_url_validation")? == Some(false);
            limits.allowed_hosts = settings.texts("user_url_allowed_hosts")?;
        }
        if let Some(limit) = general.pause("drain_seconds")? {
            config.drain = limit;
        }
        if general.flag("fetch_urls")? == Some(false) {
            config.fetch = None;
        }
        root.take("environment_variables");

        let context = Context { file: path, env: &env, settings: &common, limits: &config.routing.limits.clone() };
        for (index, node) in root.list("model_list")?.into_iter().enumerate() {
            config.models.push(model::read(&context, index, node, warnings)?);
        }
        let sections =
            [(settings, known::SETTINGS), (router, known::ROUTER), (general, known::GENERAL), (root, known::TOP)];
        for (mut section, not_served) in sections {
            warnings.extend(section.take_all(not_served).iter().map(not_yet));
            unknown(section, warnings);
        }
        for name in config.routing.unserved(&config.models) {
            warnings.push(format!("{}: nobody serves `{name}`, which is named as a fallback or alias", path.display()));
        }
        if config.models.is_empty() {
            return Err(whole(path, "`model_list` is empty: there is nothing to serve".to_owned()));
        }
        Ok(config)
    }
}

fn whole(path: &Path, message: String) -> ConfigError {
    ConfigError { file: path.to_owned(), line: None, key: String::new(), message }
}

fn syntax(path: &Path, error: &serde_saphyr::Error) -> ConfigError {
    let line = error.location().map(|location| location.line()).filter(|line| *line > 0);
    let message = error.without_snippet().render_with_formatter(&serde_saphyr::UserMessageFormatter);
    let message = message.lines().next().unwrap_or_default();
    // The place is in front already.
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    ConfigError { file: path.to_owned(), line, key: String::new(), message: message.to_owned() }
}

/// `environment_variables` come first: the rest of the file may refer to them.
fn set_variables(path: &Path, root: &mut Node, env: &mut Environment) -> Result<(), ConfigError> {
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
fn resolve(path: &Path, key: &str, node: &mut Node, env: &Environment) -> Result<(), ConfigError> {
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
