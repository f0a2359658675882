//! Mistral's chat body: Large 2407 and later, Pixtral and their kin.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-mistral-chat-completion.html>

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{COUNT, Field, Form, SHARE, one_of, optional, required, whole};
use crate::invoke::openai_shape::{self, Dialect, MESSAGES, RESPONSE_FORMAT, STOP, TOOLS};
use crate::invoke::{Invocation, Native};

pub(crate) const BODY: Body = Body {
    models: &[
        "mistral.devstral",
        "mistral.magistral",
        "mistral.ministral",
        "mistral.mistral-large-2407",
        "mistral.mistral-large-3",
        "mistral.pixtral",
        "mistral.voxtral",
    ],
    fits: |_| false,
    answer,
};

// AWS's page ends with `temperature`; the rest is Mistral's: <https://docs.mistral.ai/api/#tag/chat>.
static REQUEST: &[Field] = &[
    required("messages", &MESSAGES),
    optional("tools", &TOOLS),
    optional("tool_choice", &one_of(&["auto", "any", "none"])),
    optional("max_tokens", &COUNT),
    optional("top_p", &SHARE),
    optional("temperature", &SHARE),
    optional("stop", &STOP),
    optional("random_seed", &whole(0, i64::MAX)),
    optional("safe_prompt", &Form::Boolean),
    optional("response_format", &RESPONSE_FORMAT),
];

const TEXT: Dialect = Dialect { reason: "stop_reason", delta: "message", ..Dialect::new(REQUEST) };

/// Models without eyes.
const BLIND: &[&str] = &["mistral.devstral", "mistral.mistral-large-2407", "mistral.voxtral"];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let images = !BLIND.iter().any(|model| invocation.base_id.starts_with(model));
    openai_shape::answer(invocation, &Dialect { images, ..TEXT })
}
