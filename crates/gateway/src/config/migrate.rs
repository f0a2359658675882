//! What becomes of every key of a file, for whoever comes from LiteLLM.

use std::path::{Path, PathBuf};

use crate::config::ConfigError;
use crate::config::known;
use crate::config::sources::Sources;
use crate::config::tree::{Entry, Node, Value};

pub(crate) use crate::config::known::Fate;

/// One key of a file.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) file: PathBuf,
    pub(crate) line: u64,
    /// E.g. `model_list[0].litellm_params.model`.
    pub(crate) key: String,
    /// `None`: nobody knows it.
    pub(crate) fate: Option<Fate>,
}

/// What becomes of a parameter that requests may leave open.
const PARAMETER: Fate = Fate::Served("a parameter of requests that do not set it");
/// What describes a model to others.
const SHOWN: Fate = Fate::Served("shown, and means nothing else");
const FOREIGN: Fate = Fate::Ignored("only Bedrock is served");

/// Every key of the file, and of those that it includes, in their order. Variables are not looked up.
pub(crate) fn migrate(path: &Path) -> Result<Vec<Row>, ConfigError> {
    let sources = Sources::load(path)?;
    let mut rows = Vec::new();
    for (file, root) in &sources.0 {
        walk(&mut rows, file, "", root);
    }
    Ok(rows)
}

/// The members of the map at `path`.
fn walk(rows: &mut Vec<Row>, file: &Path, path: &str, map: &Node) {
    let Value::Map(entries) = &map.value else { return };
    for entry in entries {
        let key = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
        let mut row = |fate| rows.push(Row { file: file.to_owned(), line: entry.line, key: key.clone(), fate });
        match (&entry.node.value, known::fate(path, &entry.key)) {
            (Value::Map(_), Some(Fate::Served(_))) if known::table(&key).is_some() => {
                walk(rows, file, &key, &entry.node)
            }
            (Value::List(nodes), Some(Fate::Served(_))) if known::table(&format!("{key}[0]")).is_some() => {
                for (index, node) in nodes.iter().enumerate() {
                    let key = format!("{key}[{index}]");
                    if is_foreign(node) {
                        rows.push(Row { file: file.to_owned(), line: node.line, key, fate: Some(FOREIGN) });
                    } else {
                        walk(rows, file, &key, node);
                    }
                }
            }
            (_, Some(fate)) => row(Some(fate)),
            (_, None) if path.ends_with("litellm_params") => row(Some(PARAMETER)),
            (_, None) if path.ends_with(".model_info") => row(Some(SHOWN)),
            (_, None) => row(None),
        }
    }
}

/// Whether an entry of `model_list` is another provider's.
fn is_foreign(node: &Node) -> bool {
    let member = |node: &Node, key: &str| match &node.value {
        Value::Map(entries) => entries.iter().find(|entry: &&Entry| entry.key == key).map(|entry| entry.node.clone()),
        _ => None,
    };
    let Some(Value::Text(model)) = member(node, "litellm_params").and_then(|p| member(&p, "model")).map(|m| m.value)
    else {
        return false;
    };
    crate::config::model::is_foreign(&model)
}
