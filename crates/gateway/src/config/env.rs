//! The environment: the process's own, with the file's `environment_variables` on top.

use std::collections::BTreeMap;
use std::fmt;

/// Variables by name. What the file sets wins over the process. Values may be secrets, and do not print.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// What the file set, which nobody outside this process sees.
    set: BTreeMap<String, String>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys().chain(self.set.keys())).finish()
    }
}

impl Environment {
    /// The process's environment. Variables that are not text are left out.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { variables: std::env::vars_os().filter_map(text).collect(), set: BTreeMap::new() }
    }

    /// The value of a variable; an empty one counts as none.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        let value = self.set.get(name).or_else(|| self.variables.get(name))?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// The value that the file gave to a variable. The SDK does not see it, so it has to be handed over.
    pub(crate) fn set_by_file(&self, name: &str) -> Option<&str> {
        self.set.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn set(&mut self, name: String, value: String) {
        self.set.insert(name, value);
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { variables, set: BTreeMap::new() }
    }
}
