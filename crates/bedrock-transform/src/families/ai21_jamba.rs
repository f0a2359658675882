//! AI21 Jamba.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-jamba.html>

use bytes::Bytes;
use core_types::{Param, ParamSet};

use crate::family::{Capabilities, ChatCodec, Completion, Family, Model};
use crate::input::ChatInput;
use crate::native::openai_shape::{self, Decoder, Dialect};
use crate::{ModelSpec, TransformError, Warnings, native};

const DIALECT: Dialect = Dialect::new("ai21_jamba");

pub(super) static FAMILY: Family = Family::new(DIALECT.family)
    .with_models(&[
        Model::new(
            "ai21.jamba-",
            Capabilities {
                documents: true,
                tools_stream: false,
                tool_choice_any: false,
                tool_choice_tool: false,
                ..Capabilities::TOOLS
            },
        ),
        Model::new("ai21.jamba-instruct-", Capabilities { stream: false, ..Capabilities::NONE }),
    ])
    .with_chat(ChatCodec::new(
        ParamSet::of(&[
            Param::FrequencyPenalty,
            Param::MaxTokens,
            Param::PresencePenalty,
            Param::Stop,
            Param::Temperature,
            Param::ToolChoice,
            Param::Tools,
            Param::TopP,
        ]),
        request,
        response,
        || Box::new(Decoder::new(DIALECT)),
    ));

fn request(input: &ChatInput<'_>, spec: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    let extras = native::without_top_k(input, DIALECT.family, warnings)?;
    openai_shape::body(input, spec, DIALECT, &extras, warnings)
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    openai_shape::response(body, DIALECT)
}
