//! `response_format`: natively where the model can, elsewhere as a tool whose arguments are the answer.

use std::borrow::Cow;

use core_types::{JsonSchema, Param, RawJson, ResponseFormat, ToolChoice};

use crate::converse::Mapper;
use crate::converse::wire::{self, InputSchema, OutputConfig, Request, Structure, TextFormat, ToolSpec};
use crate::input::ChatInput;
use crate::{TransformError, schema};

impl<'a> Mapper<'a, '_> {
    /// Writes what asks for JSON.
    pub(super) fn response_format(
        &mut self,
        input: &ChatInput<'a>,
        request: &mut Request<'a>,
    ) -> Result<(), TransformError> {
        match input.response_format {
            Some(ResponseFormat::JsonSchema(format)) => {
                let schema = format.schema.as_ref();
                self.json(schema, Some(format), input, request)
            }
            Some(ResponseFormat::JsonObject { schema }) => self.json(schema.as_ref(), None, input, request),
            _ => Ok(()),
        }
    }

    fn json(
        &mut self,
        given: Option<&'a RawJson>,
        format: Option<&'a JsonSchema>,
        input: &ChatInput<'a>,
        request: &mut Request<'a>,
    ) -> Result<(), TransformError> {
        let can = self.spec.model.can;
        let at = || "response_format.json_schema.schema".to_owned();
        if let Some(schema) = given.filter(|_| can.structured_output && request.output_config.is_none()) {
            let (schema, was_open) = schema::closed(schema, at)?;
            if !was_open || !can.tools {
                if was_open {
                    let detail = "the model answers with the properties that the schema names, and with no others";
                    self.warnings.adjusted(Param::ResponseFormat, detail);
                }
                request.output_config = Some(native(schema, format));
                return Ok(());
            }
            let detail = "the schema allows properties that it does not name, which the model's own JSON does not: asked for as a tool";
            self.warnings.adjusted(Param::ResponseFormat, detail);
        }
        let forceable = can.tool_choice_any || can.tool_choice_tool;
        if !can.tools || (given.is_none() && !forceable) {
            self.warnings.dropped(Param::ResponseFormat.name());
            return Ok(());
        }
        if !forceable {
            let detail = "the model cannot be forced to answer in this form; it is offered a tool for it";
            self.warnings.adjusted(Param::ResponseFormat, detail);
        }
        let (json, beside) = self.tool_schema(given, &at)?;
        let Some(name) = input.json_tool().map(str::to_owned) else { return Ok(()) };
        let description = "Gives the final answer. Its arguments are the answer as JSON.";
        let spec = ToolSpec {
            name: Cow::Owned(name.clone()),
            description: Some(
                beside.map_or(Cow::Borrowed(description), |beside| Cow::Owned(format!("{description}\n{beside}"))),
            ),
            input_schema: InputSchema { json },
            strict: None,
        };
        let others = request.tool_config.take();
        let alone = others.is_none();
        let (mut tools, chosen) =
            others.map_or_else(|| (Vec::new(), None), |config| (config.tools, config.tool_choice));
        tools.push(wire::Tool::Spec(spec));
        // The caller's own choice stands; a forced tool would stop the model from thinking.
        let tool_choice = match chosen {
            Some(wire::ToolChoice::Auto {}) | None
                if !self.thinking && input.tool_choice != Some(&ToolChoice::None) =>
            {
                if alone && can.tool_choice_tool {
                    Some(wire::ToolChoice::Tool { name: Cow::Owned(name) })
                } else if can.tool_choice_any {
                    Some(wire::ToolChoice::Any {})
                } else {
                    None
                }
            }
            chosen => chosen,
        };
        request.tool_config = Some(wire::ToolConfig { tools, tool_choice });
        Ok(())
    }
}

/// JSON of a schema in the model's own way.
fn native(schema: String, format: Option<&JsonSchema>) -> OutputConfig<'_> {
    let structure = Structure::JsonSchema {
        schema,
        name: legal_name(format.map_or("response", |format| format.name.as_str())),
        description: format.and_then(|format| format.description.as_deref()),
    };
    OutputConfig::Format { text_format: TextFormat { kind: "json_schema", structure } }
}

/// AWS takes letters, digits, `_` and `-` in a schema's name.
fn legal_name(name: &str) -> Cow<'_, str> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.len() <= 64 && name.chars().all(legal) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.chars().take(64).map(|c| if legal(c) { c } else { '_' }).collect())
}
