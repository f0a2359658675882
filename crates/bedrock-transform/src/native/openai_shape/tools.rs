//! Tools and their choice in OpenAI's shape.

use std::borrow::Cow;

use core_types::{Param, RawJson, Tool, ToolChoice};
use serde::Serialize;

use crate::input::ChatInput;
use crate::native::openai_shape::Dialect;
use crate::tool_names::defined_name;
use crate::{ModelSpec, TransformError, UnsupportedParams, Warnings};

#[derive(Serialize)]
pub(super) struct WireTool<'a> {
    r#type: &'static str,
    function: WireFunction<'a>,
}

#[derive(Serialize)]
struct WireFunction<'a> {
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<&'a RawJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum WireChoice<'a> {
    Function { r#type: &'static str, function: WireName<'a> },
    Word(&'static str),
}

#[derive(Serialize)]
pub(super) struct WireName<'a> {
    name: Cow<'a, str>,
}

/// The tools that may be called: none if none may.
pub(super) fn tools<'a>(
    input: &ChatInput<'a>,
    dialect: Dialect,
    warnings: &mut Warnings,
) -> Result<Vec<WireTool<'a>>, TransformError> {
    let allowed = match input.tool_choice {
        Some(ToolChoice::None) => return Ok(Vec::new()),
        Some(ToolChoice::AllowedTools { names, .. }) => Some(names),
        _ => None,
    };
    let mut tools = Vec::with_capacity(input.tools.len());
    for (index, tool) in input.tools.iter().enumerate() {
        if allowed.is_some_and(|names| !names.iter().any(|name| Some(name.as_str()) == defined_name(tool))) {
            continue;
        }
        let Tool::Function { function, .. } = tool else {
            let at = format!("tools[{index}]");
            return Err(TransformError::unsupported_content(at, "tools that are no functions", dialect.family));
        };
        if function.name.is_empty() {
            return Err(TransformError::invalid(format!("tools[{index}].function.name"), "a tool needs a name"));
        }
        if !dialect.complete && function.strict == Some(true) {
            warnings.dropped(format!("tools[{index}].function.strict"));
        }
        tools.push(WireTool {
            r#type: "function",
            function: WireFunction {
                name: input.sent_name(&function.name),
                description: function.description.as_deref(),
                parameters: function.parameters.as_ref(),
                strict: function.strict.filter(|_| dialect.complete),
            },
        });
    }
    Ok(tools)
}

/// The choice among tools that are sent.
pub(super) fn choice<'a>(
    input: &ChatInput<'a>,
    spec: &ModelSpec,
    dialect: Dialect,
    warnings: &mut Warnings,
) -> Result<Option<WireChoice<'a>>, TransformError> {
    let can = spec.model.can;
    let choosable = can.tool_choice_any || can.tool_choice_tool;
    Ok(match input.tool_choice {
        None | Some(ToolChoice::None) => None,
        // Models without a choice do what auto means.
        Some(ToolChoice::Auto | ToolChoice::AllowedTools { required: false, .. }) => {
            choosable.then_some(WireChoice::Word("auto"))
        }
        Some(ToolChoice::Required | ToolChoice::AllowedTools { required: true, .. }) if can.tool_choice_any => {
            Some(WireChoice::Word(dialect.any_tool))
        }
        Some(ToolChoice::Function { name }) if can.tool_choice_tool => {
            Some(WireChoice::Function { r#type: "function", function: WireName { name: input.sent_name(name) } })
        }
        // Of one tool, any is the one.
        Some(ToolChoice::Function { name })
            if can.tool_choice_any && matches!(input.tools, [tool] if defined_name(tool) == Some(name)) =>
        {
            Some(WireChoice::Word(dialect.any_tool))
        }
        Some(_) if input.options.unsupported == UnsupportedParams::Drop => {
            warnings.dropped(Param::ToolChoice.name());
            None
        }
        Some(_) => return Err(TransformError::unsupported_param(Param::ToolChoice, dialect.family)),
    })
}
