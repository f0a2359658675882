//! OpenAI's models on Bedrock, gpt-oss and GPT, and imported models with OpenAI's body.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html>

use bytes::Bytes;
use core_types::{Param, ParamSet};

use crate::family::{Capabilities, ChatCodec, Completion, Family, Model, Reasoning, Sampling, TopK};
use crate::input::ChatInput;
use crate::native::openai_shape::{self, Decoder, Dialect};
use crate::native::tags::REASONING;
use crate::{ModelSpec, TransformError, Warnings, native};

const OSS: Capabilities = Capabilities { reasoning: Reasoning::Effort, ..Capabilities::TOOLS };

const DIALECT: Dialect = Dialect { complete: true, tags: Some(REASONING), ..Dialect::new("openai") };

pub(super) static FAMILY: Family = Family::new(DIALECT.family)
    .with_models(&[
        Model::new("imported.openai", Capabilities { images: true, top_k: TopK::PassThrough, ..OSS }),
        Model::new(
            "openai.gpt-",
            Capabilities {
                // Seen of GPT-5.6, <https://github.com/earendil-works/pi/issues/8752>.
                gross_stream_input: true,
                images: true,
                reasoning: Reasoning::OpenAi,
                sampling: Sampling::None,
                ..OSS
            },
        ),
        Model::new("openai.gpt-oss", OSS),
    ])
    .with_chat(ChatCodec::new(
        ParamSet::of(&[
            Param::FrequencyPenalty,
            Param::MaxTokens,
            Param::ParallelToolCalls,
            Param::PresencePenalty,
            Param::ReasoningEffort,
            Param::ResponseFormat,
            Param::Seed,
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
    let extras = match spec.model.can.top_k {
        TopK::PassThrough => input.extra.clone(),
        _ => native::without_top_k(input, DIALECT.family, warnings)?,
    };
    openai_shape::body(input, spec, DIALECT, &extras, warnings)
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    openai_shape::response(body, DIALECT)
}
