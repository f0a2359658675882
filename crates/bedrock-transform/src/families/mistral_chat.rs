//! Mistral's models with a chat body: Large 2407 and later, Pixtral and their kin.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-mistral-chat-completion.html>

use bytes::Bytes;
use core_types::{Param, ParamSet};

use crate::family::{Capabilities, ChatCodec, Completion, Family, Model};
use crate::input::ChatInput;
use crate::native::openai_shape::{self, Decoder, Dialect};
use crate::{ModelSpec, TransformError, Warnings, native};

const CHAT: Capabilities =
    Capabilities { documents: true, mixed_tool_turn: false, tool_choice_tool: false, ..Capabilities::TOOLS };

const VISION: Capabilities = Capabilities { images: true, ..CHAT };

const DIALECT: Dialect = Dialect { any_tool: "any", ..Dialect::new("mistral_chat") };

pub(super) static FAMILY: Family = Family::new(DIALECT.family)
    .with_models(&[
        Model::new("mistral.devstral-", CHAT),
        Model::new("mistral.magistral-", VISION),
        Model::new("mistral.ministral-", VISION),
        Model::new("mistral.mistral-large-24", CHAT),
        Model::new("mistral.mistral-large-3", Capabilities { structured_output: true, ..VISION }),
        Model::new("mistral.pixtral-", VISION),
        Model::new("mistral.voxtral-", Capabilities { audio: true, ..CHAT }),
    ])
    .with_chat(
        ChatCodec::new(
            ParamSet::of(&[
                Param::MaxTokens,
                Param::Stop,
                Param::Temperature,
                Param::ToolChoice,
                Param::Tools,
                Param::TopP,
            ]),
            request,
            response,
            || Box::new(Decoder::new(DIALECT)),
        )
        .with_max_temperature(1.0),
    );

fn request(input: &ChatInput<'_>, spec: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    let extras = native::without_top_k(input, DIALECT.family, warnings)?;
    openai_shape::body(input, spec, DIALECT, &extras, warnings)
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    openai_shape::response(body, DIALECT)
}
