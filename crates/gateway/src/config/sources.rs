//! The files of a configuration: the first, and those that it includes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::load::{resolve, set_variables, syntax, whole};
use crate::config::model::unknown;
use crate::config::section::Section;
use crate::config::tree::{Entry, Node, Value};
use crate::config::{ConfigError, Environment};

/// The files, parsed, in the order in which they count: a section of a later one replaces that of an earlier one, lists go on.
#[derive(Debug)]
pub(crate) struct Sources(pub(crate) Vec<(PathBuf, Node)>);

impl Sources {
    /// The file, and what it includes.
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| whole(path, error.to_string()))?;
        Self::parse(path, &text)
    }

    /// The text of the file; what it includes is read.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let mut sources = Self(vec![(path.to_owned(), parse(path, text)?)]);
        let mut next = 0;
        while let Some((path, root)) = sources.0.get(next) {
            for file in included(path, root)? {
                if sources.0.iter().any(|(known, _)| *known == file) {
                    return Err(whole(&file, "is included twice".to_owned()));
                }
                let text = std::fs::read_to_string(&file).map_err(|error| whole(&file, error.to_string()))?;
                let root = parse(&file, &text)?;
                sources.0.push((file, root));
            }
            next += 1;
        }
        Ok(sources)
    }

    /// Puts the values of variables in their places, those of the files' own first.
    pub(crate) fn resolve(&mut self, env: &mut Environment) -> Result<(), ConfigError> {
        for (path, root) in &mut self.0 {
            set_variables(path, root, env)?;
        }
        self.0.iter_mut().try_for_each(|(path, root)| resolve(path, "", root, env))
    }

    /// The roots.
    pub(crate) fn roots(&self) -> Result<Roots<'_>, ConfigError> {
        self.0.iter().map(|(path, root)| Section::new(path, "", root.clone())).collect::<Result<_, _>>().map(Roots)
    }
}

/// The maps that the files are.
pub(crate) struct Roots<'a>(Vec<Section<'a>>);

impl<'a> Roots<'a> {
    /// A section: that of the last file that has it.
    pub(crate) fn section(&mut self, key: &str, warnings: &mut Vec<String>) -> Result<Section<'a>, ConfigError> {
        let mut found: Option<Section<'a>> = None;
        for root in &mut self.0 {
            let is_there = root.find(key).is_some();
            let section = root.section(key)?;
            if let Some(earlier) = found.as_ref().filter(|_| is_there).filter(|earlier| !earlier.is_empty()) {
                let file = section.file().display();
                warnings.push(earlier.place().warning(&format!("`{key}` is replaced by that of {file}")));
            }
            if is_there || found.is_none() {
                found = Some(section);
            }
        }
        // There is one file at least.
        found.ok_or_else(|| whole(Path::new("config"), "there is no file".to_owned()))
    }

    /// The members of a list, those of all files. Each with its file and its place there.
    pub(crate) fn list(&mut self, key: &str) -> Result<Vec<(&'a Path, usize, Node)>, ConfigError> {
        let mut all = Vec::new();
        for root in &mut self.0 {
            let file = root.file();
            all.extend(root.list(key)?.into_iter().enumerate().map(|(index, node)| (file, index, node)));
        }
        Ok(all)
    }

    /// The credentials that models may name.
    pub(crate) fn credentials(
        &mut self,
        warnings: &mut Vec<String>,
    ) -> Result<BTreeMap<String, Vec<Entry>>, ConfigError> {
        let mut credentials = BTreeMap::new();
        for (file, index, node) in self.list("credential_list")? {
            let mut entry = Section::new(file, format!("credential_list[{index}]"), node)?;
            let name = entry.text("credential_name")?;
            let name = name.ok_or_else(|| entry.place().error("`credential_name` is missing"))?;
            let values = entry.section("credential_values")?;
            entry.take("credential_info");
            unknown(entry, warnings);
            credentials.insert(name, values.rest().into_iter().map(|(_, entry)| entry).collect());
        }
        Ok(credentials)
    }

    /// Takes out members of these names.
    pub(crate) fn take_all(&mut self, keys: &[&str]) {
        for root in &mut self.0 {
            root.take_all(keys);
        }
    }

    /// What is left.
    pub(crate) fn into_rest(self) -> Vec<Section<'a>> {
        self.0
    }
}

/// Reads YAML as LiteLLM's reader does: `n` and `y` are names, not booleans.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Node, ConfigError> {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| syntax(path, &error))
}

/// Paths are from the folder of the file that names them.
fn included(path: &Path, root: &Node) -> Result<Vec<PathBuf>, ConfigError> {
    if !matches!(root.value, Value::Map(_)) {
        return Ok(Vec::new());
    }
    let names = Section::new(path, "", root.clone())?.texts("include")?;
    Ok(names.iter().map(|name| beside(path, name)).collect())
}

/// A path from the folder of `file`.
pub(crate) fn beside(file: &Path, name: &str) -> PathBuf {
    file.parent().map_or_else(|| PathBuf::from(name), |folder| folder.join(name))
}
