//! What was changed on the way, for the caller to see.

use std::borrow::Cow;
use std::fmt;

use core_types::Param;
use serde::Serialize;

/// Something in a request that was left out, changed or rewritten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// The value was changed to one that the model accepts.
    #[non_exhaustive]
    Adjusted {
        /// Name of the parameter.
        param: Cow<'static, str>,
        /// What was done and why, e.g. `1.5 exceeds 1; sent 1`.
        detail: String,
    },
    /// The model has no such parameter; it was left out.
    #[non_exhaustive]
    Dropped {
        /// Name of the parameter.
        param: Cow<'static, str>,
    },
    /// The request was rewritten to say the same.
    #[non_exhaustive]
    Rewritten {
        /// JSON path.
        at: String,
        /// What was done, e.g. `system folded into the first user message`.
        detail: String,
    },
}

/// Short enough for a header: `dropped=seed`.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Adjusted { param, .. } => write!(f, "adjusted={param}"),
            Self::Dropped { param } => write!(f, "dropped={param}"),
            Self::Rewritten { at, .. } => write!(f, "rewritten={at}"),
        }
    }
}

/// Collects warnings while a request is mapped.
#[derive(Debug, Default)]
pub struct Warnings(Vec<Warning>);

impl Warnings {
    /// The value of `param` was changed.
    pub fn adjusted(&mut self, param: Param, detail: impl Into<String>) {
        self.adjusted_field(param.name(), detail);
    }

    /// The value of a field outside OpenAI's parameters was changed.
    pub fn adjusted_field(&mut self, name: impl Into<Cow<'static, str>>, detail: impl Into<String>) {
        self.0.push(Warning::Adjusted { param: name.into(), detail: detail.into() });
    }

    /// `param` was left out.
    pub fn dropped(&mut self, param: impl Into<Cow<'static, str>>) {
        let warning = Warning::Dropped { param: param.into() };
        if !self.0.contains(&warning) {
            self.0.push(warning);
        }
    }

    /// What stands at `at` was rewritten.
    pub fn rewritten(&mut self, at: impl Into<String>, detail: impl Into<String>) {
        self.0.push(Warning::Rewritten { at: at.into(), detail: detail.into() });
    }

    /// The warnings in the order in which they arose.
    #[must_use]
    pub fn into_vec(self) -> Vec<Warning> {
        self.0
    }
}
