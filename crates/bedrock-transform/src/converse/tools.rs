//! `toolConfig`: definitions and choice.

use std::borrow::Cow;

use core_types::{CacheControl, Content, Extra, Function, Param, RawJson, Tool, ToolChoice};
use serde::Deserialize;

use crate::converse::wire::{self, Block, Fields, InputSchema, ToolSpec};
use crate::converse::{Mapper, hosted};
use crate::family::Cache;
use crate::input::ChatInput;
use crate::tool_names::{called_names, defined_name, has_tool_messages};
use crate::{TransformError, UnsupportedParams, schema, schema_root};

impl<'a> Mapper<'a, '_> {
    /// Writes `toolConfig`.
    pub(super) fn tools(
        &mut self,
        input: &ChatInput<'a>,
        request: &mut wire::Request<'a>,
    ) -> Result<(), TransformError> {
        // Beside JSON that is asked for as a tool, no other tool may be called: then they are left out here as well.
        let withheld = input.tool_choice == Some(&ToolChoice::None)
            && !(self.dialect.tool_choice_none && input.json_tool().is_none());
        let mut tools = Vec::new();
        if !withheld {
            let allowed = match input.tool_choice {
                Some(ToolChoice::AllowedTools { names, .. }) => Some(names),
                _ => None,
            };
            for (index, tool) in input.tools.iter().enumerate() {
                if allowed.is_some_and(|names| defined_name(tool).is_some_and(|name| !names.iter().any(|n| n == name)))
                {
                    continue;
                }
                self.tool(tool, index, &mut tools, request)?;
            }
        }
        if let Some(options) = input.web_search_options.filter(|_| !withheld) {
            if options.as_str() != "{}" {
                self.warnings.adjusted(Param::WebSearchOptions, "the model's own web search takes no settings");
            }
            tools.push(wire::Tool::System(Cow::Owned(hosted::nova_grounding()?)));
        }
        if !tools.iter().any(|tool| !matches!(tool, wire::Tool::CachePoint(_))) {
            tools.clear();
            self.tools_of_history(input, &mut tools, withheld)?;
            if tools.is_empty() {
                return Ok(());
            }
            request.tool_config = Some(wire::ToolConfig { tools, tool_choice: None });
            return Ok(());
        }
        let tool_choice = self.tool_choice(input)?;
        request.tool_config = Some(wire::ToolConfig { tools, tool_choice });
        Ok(())
    }

    fn tool(
        &mut self,
        tool: &'a Tool,
        index: usize,
        tools: &mut Vec<wire::Tool<'a>>,
        request: &mut wire::Request<'a>,
    ) -> Result<(), TransformError> {
        match tool {
            Tool::Function { function, cache_control } => {
                if self.input.tools[..index].iter().any(|earlier| defined_name(earlier) == Some(&function.name)) {
                    let reason = format!("two tools are named `{}`", function.name);
                    return Err(TransformError::invalid(format!("tools[{index}].function.name"), reason));
                }
                tools.push(wire::Tool::Spec(self.tool_spec(function, index)?));
                if let Some(control) = cache_control {
                    self.tool_cache_point(control, format!("tools[{index}].cache_control"), tools)?;
                }
            }
            Tool::Other { kind, fields } => self.other_tool(kind, fields, index, tools, request)?,
            _ => return Err(self.unsupported(format!("tools[{index}]"), "this kind of tool")),
        }
        Ok(())
    }

    /// A cache point after the tools so far, if the model takes one there.
    fn tool_cache_point(
        &mut self,
        control: &CacheControl,
        at: String,
        tools: &mut Vec<wire::Tool<'a>>,
    ) -> Result<(), TransformError> {
        match self.spec.model.can.cache {
            Cache::Anywhere { .. } if !tools.is_empty() => {
                tools.extend(self.cache_point(control, || at)?.map(wire::Tool::CachePoint));
            }
            _ => self.warnings.dropped(at),
        }
        Ok(())
    }

    /// Converse's own members pass as they are; Anthropic's hosted tools go where Claude reads them.
    fn other_tool(
        &mut self,
        kind: &str,
        fields: &'a Extra,
        index: usize,
        tools: &mut Vec<wire::Tool<'a>>,
        request: &mut wire::Request<'a>,
    ) -> Result<(), TransformError> {
        const OWN: &[&str] = &["systemTool", "toolSpec"];
        if let Some(point) = fields.value("cachePoint") {
            let at = format!("tools[{index}].cachePoint");
            let Point { ttl } =
                point.read().map_err(|error| TransformError::invalid(at.as_str(), error.to_string()))?;
            let mut control = CacheControl::ephemeral();
            control.ttl = ttl;
            return self.tool_cache_point(&control, at, tools);
        }
        if fields.iter().any(|(name, _)| OWN.contains(&name)) && !self.dialect.hosted_tools {
            let mut raw = Fields::default();
            for (name, value) in fields.iter() {
                // `Extra` has no key twice.
                let _ = raw.insert(name, Cow::Borrowed(value));
            }
            tools.push(wire::Tool::Raw(raw));
            return Ok(());
        }
        if hosted::is_anthropic(kind) && self.is_claude() {
            return self.hosted_tool(kind, fields, tools, request);
        }
        let name =
            if kind.is_empty() { "a tool without a type".to_owned() } else { format!("the hosted tool `{kind}`") };
        Err(self.unsupported(format!("tools[{index}]"), name))
    }

    fn tool_spec(&mut self, function: &'a Function, index: usize) -> Result<ToolSpec<'a>, TransformError> {
        if function.name.is_empty() {
            return Err(TransformError::invalid(format!("tools[{index}].function.name"), "a tool needs a name"));
        }
        let at = || format!("tools[{index}].function.parameters");
        let (json, beside) = self.tool_schema(function.parameters.as_ref(), &at)?;
        let strict = match function.strict {
            Some(true) if self.spec.model.can.strict_tools => Some(true),
            Some(true) => {
                self.warnings.dropped(format!("tools[{index}].function.strict"));
                None
            }
            _ => None,
        };
        let description = function.description.as_deref().filter(|text| !text.trim().is_empty());
        let description = match (description, beside) {
            (Some(own), Some(beside)) => Some(Cow::Owned(format!("{own}\n{beside}"))),
            (own, beside) => own.map(Cow::Borrowed).or_else(|| beside.map(Cow::Owned)),
        };
        Ok(ToolSpec {
            name: self.input.names.sent(&function.name),
            description,
            input_schema: InputSchema { json },
            strict,
        })
    }

    /// The schema of a tool as the model takes it, and what belongs into the tool's description then.
    pub(super) fn tool_schema(
        &mut self,
        given: Option<&'a RawJson>,
        at: &dyn Fn() -> String,
    ) -> Result<(Cow<'a, RawJson>, Option<String>), TransformError> {
        let schema = match given {
            Some(schema) => schema::of_tool(schema, at)?,
            None => Cow::Owned(schema::empty_object(at)?),
        };
        let Some(fitted) = schema_root::fit(&schema, self.spec.model.can.schema_root_lacks, at)? else {
            return Ok((schema, None));
        };
        self.warnings.rewritten(at(), fitted.detail);
        Ok((Cow::Owned(fitted.schema), fitted.description))
    }

    /// AWS wants tools where the conversation has tool blocks: the least that satisfies it.
    fn tools_of_history(
        &mut self,
        input: &ChatInput<'a>,
        tools: &mut Vec<wire::Tool<'a>>,
        withheld: bool,
    ) -> Result<(), TransformError> {
        if !has_tool_messages(input.messages) {
            return Ok(());
        }
        let mut names: Vec<&str> = Vec::new();
        for name in called_names(input.messages) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for name in names {
            let spec = ToolSpec {
                name: self.input.names.sent(name),
                description: None,
                input_schema: InputSchema { json: Cow::Owned(schema::empty_object(|| "tools".to_owned())?) },
                strict: None,
            };
            tools.push(wire::Tool::Spec(spec));
        }
        let why = if withheld { "tool_choice is none" } else { "the request has none" };
        self.warnings.rewritten(
            "tools",
            format!("the conversation has tool calls and {why}: tools rebuilt from the names used"),
        );
        Ok(())
    }

    fn tool_choice(&mut self, input: &ChatInput<'a>) -> Result<Option<wire::ToolChoice<'a>>, TransformError> {
        let can = self.spec.model.can;
        let choice = match input.tool_choice {
            None | Some(ToolChoice::None) => return Ok(None),
            // Models without a choice do what auto means.
            Some(ToolChoice::Auto) if !can.tool_choice_any && !can.tool_choice_tool => return Ok(None),
            Some(ToolChoice::Auto | ToolChoice::AllowedTools { required: false, .. }) => wire::ToolChoice::Auto {},
            Some(ToolChoice::Required | ToolChoice::AllowedTools { required: true, .. }) if can.tool_choice_any => {
                wire::ToolChoice::Any {}
            }
            Some(ToolChoice::Function { name }) if can.tool_choice_tool => {
                if !input.tools.iter().any(|tool| defined_name(tool) == Some(name)) {
                    return Err(TransformError::invalid(
                        "tool_choice.function.name",
                        format!("no tool is named `{name}`"),
                    ));
                }
                wire::ToolChoice::Tool { name: self.input.names.sent(name) }
            }
            // Of one tool, any is the one.
            Some(ToolChoice::Function { name }) if can.tool_choice_any && is_only(input, name) => {
                wire::ToolChoice::Any {}
            }
            Some(_) if self.options.unsupported == UnsupportedParams::Drop => {
                self.warnings.dropped(Param::ToolChoice.name());
                return Ok(None);
            }
            Some(_) => return Err(TransformError::unsupported_param(Param::ToolChoice, self.spec.family.name)),
        };
        if self.thinking && !matches!(choice, wire::ToolChoice::Auto {}) {
            self.warnings
                .adjusted(Param::ToolChoice, "the model cannot be forced to call a tool while it thinks; sent auto");
            return Ok(Some(wire::ToolChoice::Auto {}));
        }
        Ok(Some(choice))
    }

    /// The content of a tool's result that is empty: AWS refuses blank text.
    pub(super) const EMPTY_RESULT: Block<'static> = Block::Text(Cow::Borrowed("(no output)"));
}

/// A cache point in Converse's words.
#[derive(Deserialize)]
struct Point {
    ttl: Option<String>,
}

fn is_only(input: &ChatInput<'_>, name: &str) -> bool {
    matches!(input.tools, [tool] if defined_name(tool) == Some(name))
}

/// Whether a message's content has nothing in it.
pub(crate) fn is_blank(content: &Content) -> bool {
    match content {
        Content::Text(text) => text.trim().is_empty(),
        Content::Parts(parts) => parts.is_empty(),
    }
}

/// The arguments of a call: verbatim, and always an object.
pub(crate) fn arguments(
    text: &str,
    at: impl FnOnce() -> String,
) -> Result<&serde_json::value::RawValue, TransformError> {
    let trimmed = text.trim();
    let json = if trimmed.is_empty() || trimmed == "null" { "{}" } else { trimmed };
    match serde_json::from_str::<&serde_json::value::RawValue>(json) {
        Ok(raw) if json.starts_with('{') => Ok(raw),
        Ok(_) => Err(TransformError::invalid(at(), "the arguments must be a JSON object")),
        Err(error) => Err(TransformError::invalid(at(), format!("the arguments are not JSON: {error}"))),
    }
}
