//! Reads the keys of callers.

use std::path::{Path, PathBuf};

use facade::Secret;

use crate::config::load::{resolve, whole};
use crate::config::section::Section;
use crate::config::sources::{beside, parse};
use crate::config::tree::{Node, Value};
use crate::config::{ConfigError, Environment};
use crate::keys::{Access, Key, Keys};

/// LiteLLM's word for all models.
const ALL: &[&str] = &["*", "all-proxy-models"];

/// The keys that `general_settings` lists, and the file that it names for more.
pub(crate) fn read(general: &mut Section<'_>, env: &Environment) -> Result<(Keys, Option<PathBuf>), ConfigError> {
    let mut keys = Keys::default();
    let master = general.text("master_key")?.or_else(|| env.value("LITELLM_MASTER_KEY").map(str::to_owned));
    keys.all.extend(master.map(Key::master));
    if let Some(place) = general.find("litellm_key_header_name") {
        let name = general.text("litellm_key_header_name")?.unwrap_or_default();
        keys.header = Some(name.parse().map_err(|_| place.error("not the name of a header"))?);
    }
    let file = general.file();
    add(&mut keys, file, "general_settings.keys", general.list("keys")?)?;
    let Some(name) = general.text("keys_file")? else { return Ok((keys, None)) };
    let path = beside(file, &name);
    let text = std::fs::read_to_string(&path).map_err(|error| whole(&path, error.to_string()))?;
    let mut root = parse(&path, &text)?;
    resolve(&path, "", &mut root, env)?;
    let nodes = match root.value {
        Value::List(nodes) => nodes,
        _ => Section::new(&path, "keys_file", root)?.list("keys")?,
    };
    add(&mut keys, &path, "keys", nodes)?;
    Ok((keys, Some(path)))
}

fn add(keys: &mut Keys, file: &Path, name: &str, nodes: Vec<Node>) -> Result<(), ConfigError> {
    for (index, node) in nodes.into_iter().enumerate() {
        let mut entry = Section::new(file, format!("{name}[{index}]"), node)?;
        let secret = entry.text("key")?.filter(|key| !key.is_empty());
        let secret = secret.ok_or_else(|| entry.place().error("`key` is missing"))?;
        if keys.all.iter().any(|key| key.secret.expose() == secret) {
            return Err(entry.place().error("this key is listed twice"));
        }
        let models = entry.texts("models")?;
        let is_open = models.is_empty() || models.iter().any(|model| ALL.contains(&model.as_str()));
        let access = if is_open { Access::All } else { Access::Models(models.into()) };
        keys.all.push(Key { secret: Secret::new(secret), alias: entry.text("key_alias")?, access });
        // A misspelt `models` would open every model.
        if let Some((place, _)) = entry.rest().into_iter().next() {
            return Err(place.error("is not known; a key has `key`, `key_alias` and `models`"));
        }
    }
    Ok(())
}
