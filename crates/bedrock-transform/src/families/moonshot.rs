//! Moonshot Kimi, of Bedrock and imported.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-card-moonshot-ai-kimi-k2-thinking.html>

use bytes::Bytes;
use core_types::{Param, ParamSet};

use crate::family::{Cache, Capabilities, ChatCodec, Completion, Family, Model};
use crate::input::ChatInput;
use crate::native::openai_shape::{self, Decoder, Dialect};
use crate::native::tags::REASONING;
use crate::{ModelSpec, TransformError, Warnings};

const KIMI: Capabilities = Capabilities { cache: Cache::Unsupported, ..Capabilities::PERMISSIVE };

const DIALECT: Dialect = Dialect { tags: Some(REASONING), ..Dialect::new("moonshot") };

pub(super) static FAMILY: Family = Family::new(DIALECT.family)
    .with_models(&[
        Model::new("imported.moonshot", KIMI),
        Model::new("moonshot.", KIMI),
        Model::new("moonshotai.", KIMI),
    ])
    .with_chat(ChatCodec::new(
        ParamSet::of(&[
            Param::FrequencyPenalty,
            Param::MaxTokens,
            Param::PresencePenalty,
            Param::ResponseFormat,
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
    openai_shape::body(input, spec, DIALECT, &input.extra, warnings)
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    openai_shape::response(body, DIALECT)
}
