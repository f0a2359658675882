//! Reads one map of the file, key by key.

use std::fmt;
use std::mem;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::known::{self, Fate};
use crate::config::tree::{Entry, Node, Value};

/// Why a configuration is refused: file, line, key, reason, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The key at fault, e.g. `model_list[0].litellm_params.model`; empty where it is the whole file.
    pub key: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file.display().fmt(f)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for ConfigError {}

/// A place in the file.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    pub(crate) line: u64,
    pub(crate) key: String,
}

impl Place {
    pub(crate) fn error(&self, message: impl Into<String>) -> ConfigError {
        ConfigError { file: self.file.clone(), line: Some(self.line), key: self.key.clone(), message: message.into() }
    }

    /// A complaint that does not refuse the file.
    pub(crate) fn warning(&self, message: &str) -> String {
        format!("{}:{}: {message}", self.file.display(), self.line)
    }
}

/// One map of the file. What is taken from it is known; what remains is not.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    file: &'a Path,
    /// The key of the map itself; empty for the whole file.
    key: String,
    line: u64,
    entries: Vec<Entry>,
}

impl<'a> Section<'a> {
    pub(crate) fn new(file: &'a Path, key: impl Into<String>, node: Node) -> Result<Self, ConfigError> {
        let (key, line) = (key.into(), node.line);
        match node.value {
            Value::Map(entries) => Ok(Self { file, key, line, entries }),
            Value::Null => Ok(Self { file, key, line, entries: Vec::new() }),
            other => Err(Place { file: file.to_owned(), line, key }.error(expected("a map", &other))),
        }
    }

    /// The file that the map is in.
    pub(crate) const fn file(&self) -> &'a Path {
        self.file
    }

    /// Whether nothing is left in it.
    pub(crate) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The place of the map itself.
    pub(crate) fn place(&self) -> Place {
        Place { file: self.file.to_owned(), line: self.line, key: self.key.clone() }
    }

    /// The place of a member, for which a node was taken.
    pub(crate) fn place_of(&self, key: &str, line: u64) -> Place {
        Place { file: self.file.to_owned(), line, key: self.join(key) }
    }

    fn join(&self, key: &str) -> String {
        if self.key.is_empty() { key.to_owned() } else { format!("{}.{key}", self.key) }
    }

    /// Takes a member out. One without a value counts as absent.
    pub(crate) fn take(&mut self, key: &str) -> Option<Node> {
        debug_assert!(
            known::table(&self.key).is_none() || matches!(known::fate(&self.key, key), Some(Fate::Served(_))),
            "`{key}` of `{}` is read, and not among the served keys of known.rs",
            self.key
        );
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(index).node).filter(|node| !matches!(node.value, Value::Null))
    }

    /// Adds members of names that are not there.
    pub(crate) fn complete(&mut self, entries: &[Entry]) {
        for entry in entries {
            if !self.entries.iter().any(|own| own.key == entry.key && !matches!(own.node.value, Value::Null)) {
                self.entries.push(entry.clone());
            }
        }
    }

    /// A map within.
    pub(crate) fn section(&mut self, key: &str) -> Result<Self, ConfigError> {
        let name = self.join(key);
        match self.take(key) {
            Some(node) => Self::new(self.file, name, node),
            None => Ok(Self { file: self.file, key: name, line: self.line, entries: Vec::new() }),
        }
    }

    pub(crate) fn list(&mut self, key: &str) -> Result<Vec<Node>, ConfigError> {
        self.read(key, |node| match node.value {
            Value::List(nodes) => Ok(nodes),
            other => Err(expected("a list", &other)),
        })
        .map(Option::unwrap_or_default)
    }

    pub(crate) fn text(&mut self, key: &str) -> Result<Option<String>, ConfigError> {
        self.read(key, |node| text(&node.value))
    }

    pub(crate) fn texts(&mut self, key: &str) -> Result<Vec<String>, ConfigError> {
        self.read(key, |node| match node.value {
            Value::List(nodes) => nodes.iter().map(|node| text(&node.value)).collect(),
            other => Err(expected("a list", &other)),
        })
        .map(Option::unwrap_or_default)
    }

    /// A text that has to pass a check.
    pub(crate) fn checked(
        &mut self,
        key: &str,
        check: impl FnOnce(String) -> Result<String, String>,
    ) -> Result<Option<String>, ConfigError> {
        self.read(key, |node| text(&node.value).and_then(check))
    }

    /// The place of a member that is there.
    pub(crate) fn find(&self, key: &str) -> Option<Place> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(self.place_of(key, entry.line))
    }

    pub(crate) fn flag(&mut self, key: &str) -> Result<Option<bool>, ConfigError> {
        self.read(key, |node| match &node.value {
            Value::Bool(flag) => Ok(*flag),
            Value::Text(text) if is_one_of(text, &["true", "yes", "on"]) => Ok(true),
            Value::Text(text) if is_one_of(text, &["false", "no", "off"]) => Ok(false),
            other => Err(expected("true or false", other)),
        })
    }

    pub(crate) fn count(&mut self, key: &str) -> Result<Option<u32>, ConfigError> {
        const EXPECTED: &str = "a whole number, 0 or more";
        self.read(key, |node| {
            let number = match &node.value {
                Value::Integer(number) => u32::try_from(*number).ok(),
                Value::Text(text) => text.parse().ok(),
                _ => None,
            };
            number.ok_or_else(|| expected(EXPECTED, &node.value))
        })
    }

    /// A time in seconds.
    pub(crate) fn seconds(&mut self, key: &str) -> Result<Option<Duration>, ConfigError> {
        self.read(key, |node| {
            let time = duration(&node.value).filter(|time| !time.is_zero());
            time.ok_or_else(|| expected("a number of seconds above 0", &node.value))
        })
    }

    /// A time in seconds that may be none.
    pub(crate) fn pause(&mut self, key: &str) -> Result<Option<Duration>, ConfigError> {
        self.read(key, |node| {
            duration(&node.value).ok_or_else(|| expected("a number of seconds, 0 or more", &node.value))
        })
    }

    /// A number, in thousandths.
    pub(crate) fn thousandths(&mut self, key: &str) -> Result<Option<u32>, ConfigError> {
        const MOST: f64 = 1_000_000.0;
        self.read(key, |node| {
            let fits = number(&node.value).filter(|number| (0.0..=MOST).contains(number));
            // The cast cannot overflow: the range is checked.
            let thousandths = fits.map(|number| (number * 1000.0).round() as u32);
            thousandths.ok_or_else(|| expected("a number from 0 to 1000000", &node.value))
        })
    }

    /// A map in a list that was taken from this one.
    pub(crate) fn within(&self, key: impl Into<String>, node: Node) -> Result<Self, ConfigError> {
        Self::new(self.file, key, node)
    }

    fn read<T>(&mut self, key: &str, read: impl FnOnce(Node) -> Result<T, String>) -> Result<Option<T>, ConfigError> {
        let Some(node) = self.take(key) else { return Ok(None) };
        let line = node.line;
        read(node).map(Some).map_err(|message| self.place_of(key, line).error(message))
    }

    /// Takes out the members of these names, and says where they were.
    pub(crate) fn take_all(&mut self, keys: &[&str]) -> Vec<Place> {
        let (taken, left) = mem::take(&mut self.entries).into_iter().partition(|e| keys.contains(&e.key.as_str()));
        self.entries = left;
        let taken: Vec<Entry> = taken;
        taken.iter().map(|entry| self.place_of(&entry.key, entry.line)).collect()
    }

    /// Takes out the members whose names `wanted` has, with their places.
    pub(crate) fn take_if(&mut self, wanted: impl Fn(&str) -> bool) -> Vec<(Place, Node)> {
        let (taken, left): (Vec<Entry>, _) =
            mem::take(&mut self.entries).into_iter().partition(|entry| wanted(&entry.key));
        self.entries = left;
        taken.into_iter().map(|entry| (self.place_of(&entry.key, entry.line), entry.node)).collect()
    }

    /// What was not taken.
    pub(crate) fn rest(self) -> Vec<(Place, Entry)> {
        self.members()
    }

    /// What was not taken yet.
    pub(crate) fn members(&self) -> Vec<(Place, Entry)> {
        let entries = self.entries.iter().cloned();
        entries.map(|entry| (self.place_of(&entry.key, entry.line), entry)).collect()
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn duration(value: &Value) -> Option<Duration> {
    Duration::try_from_secs_f64(number(value)?).ok()
}

/// A text; numbers and booleans are taken for one, as YAML's users expect.
pub(crate) fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        other => Err(expected("a text", other)),
    }
}

fn expected(what: &str, found: &Value) -> String {
    format!("expected {what}, found {}", found.kind())
}

fn is_one_of(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}
