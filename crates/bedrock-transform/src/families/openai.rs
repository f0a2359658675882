//! OpenAI's models on Bedrock: gpt-oss and GPT.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html>

use crate::family::{Capabilities, Family, Model, Reasoning, Sampling};

const OSS: Capabilities = Capabilities { reasoning: Reasoning::Effort, ..Capabilities::TOOLS };

pub(super) static FAMILY: Family = Family::new("openai").with_models(&[
    Model::new(
        "openai.gpt-",
        Capabilities { images: true, reasoning: Reasoning::OpenAi, sampling: Sampling::None, ..OSS },
    ),
    Model::new("openai.gpt-oss", OSS),
]);
