//! Tools, their choice and their calls.

use crate::{CacheControl, Extra, RawJson};

/// A tool that the model may call.
#[derive(Debug, Clone, PartialEq)]
#[doc(alias = "ChatCompletionTool")]
#[non_exhaustive]
pub enum Tool {
    /// A function of the caller's. `type: function`, or Anthropic's `{name, input_schema}`.
    Function {
        /// The function.
        function: Function,
        /// Asks for a cache breakpoint after this tool.
        cache_control: Option<CacheControl>,
    },
    /// A tool of another type, with all its fields but `type`: vendor-hosted tools, or Converse's own members.
    Other {
        /// The value of `type`, or empty if there is none.
        kind: String,
        /// The other fields, in the caller's order.
        fields: Extra,
    },
}

/// A function that the model may call.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Function {
    /// Its name.
    pub name: String,
    /// When and how to call it.
    pub description: Option<String>,
    /// JSON Schema of its arguments, verbatim.
    pub parameters: Option<RawJson>,
    /// Whether arguments must match the schema exactly.
    pub strict: Option<bool>,
}

/// Which tools the model may or must call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "ChatCompletionToolChoiceOption")]
#[non_exhaustive]
pub enum ToolChoice {
    /// Only these, as far as `mode` says. `type: allowed_tools`.
    AllowedTools {
        /// `auto` or `required`.
        required: bool,
        /// Names of the allowed functions.
        names: Vec<String>,
    },
    /// The model decides.
    Auto,
    /// This function must be called.
    Function {
        /// Its name.
        name: String,
    },
    /// No tool may be called.
    None,
    /// Some tool must be called.
    Required,
}

/// A call of a tool by the model.
#[derive(Debug, Clone, Default, PartialEq)]
#[doc(alias = "ChatCompletionMessageToolCall")]
#[non_exhaustive]
pub struct ToolCall {
    /// Ties the result to the call.
    pub id: String,
    /// What is called. On the wire beside `type: function`.
    pub function: FunctionCall,
    /// Asks for a cache breakpoint after this call; requests only.
    pub cache_control: Option<CacheControl>,
}

/// Name and arguments of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FunctionCall {
    /// The function's name.
    pub name: String,
    /// The arguments as JSON text, as the model wrote it.
    pub arguments: String,
}

impl Tool {
    /// A function of the caller's.
    #[must_use]
    pub const fn function(function: Function) -> Self {
        Self::Function { function, cache_control: None }
    }

    /// Asks for a cache breakpoint after this tool; of no effect on [`Tool::Other`], whose fields are the caller's.
    #[must_use]
    pub fn cache_control(mut self, marker: CacheControl) -> Self {
        if let Self::Function { cache_control, .. } = &mut self {
            *cache_control = Some(marker);
        }
        self
    }
}

impl From<Function> for Tool {
    fn from(function: Function) -> Self {
        Self::function(function)
    }
}

impl Function {
    /// A function without parameters.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// When and how to call it.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// JSON Schema of its arguments.
    #[must_use]
    pub fn parameters(mut self, schema: RawJson) -> Self {
        self.parameters = Some(schema);
        self
    }

    /// Whether arguments must match the schema exactly.
    #[must_use]
    pub const fn strict(mut self, strict: bool) -> Self {
        self.strict = Some(strict);
        self
    }
}

impl ToolChoice {
    /// The function `name` must be called.
    #[must_use]
    pub fn function(name: impl Into<String>) -> Self {
        Self::Function { name: name.into() }
    }
}

impl ToolCall {
    /// A call of the function `name` with `arguments` as JSON text.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>, arguments: impl Into<String>) -> Self {
        Self { id: id.into(), function: FunctionCall::new(name, arguments), cache_control: None }
    }

    /// Asks for a cache breakpoint after this call.
    #[must_use]
    pub fn cache_control(mut self, cache_control: CacheControl) -> Self {
        self.cache_control = Some(cache_control);
        self
    }
}

impl FunctionCall {
    /// A call of `name` with `arguments` as JSON text.
    #[must_use]
    pub fn new(name: impl Into<String>, arguments: impl Into<String>) -> Self {
        Self { name: name.into(), arguments: arguments.into() }
    }
}
