//! Alibaba Qwen 3: OpenAI's body.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-cards-qwen.html>

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{COUNT, Field, Form, SHARE, one_of, optional, required, whole, within};
use crate::invoke::openai_shape::{self, Dialect, MESSAGES, RESPONSE_FORMAT, STOP, TOOL_CHOICE, TOOLS};
use crate::invoke::{Invocation, Native};

pub(crate) const BODY: Body = Body { models: &["qwen."], fits: |_| false, answer };

static REQUEST: &[Field] = &[
    required("messages", &MESSAGES),
    optional("max_tokens", &COUNT),
    optional("temperature", &within(0.0, 2.0)),
    optional("top_p", &SHARE),
    optional("top_k", &whole(-1, i64::MAX)),
    optional("stop", &STOP),
    optional("stream", &Form::Boolean),
    optional("frequency_penalty", &within(-2.0, 2.0)),
    optional("presence_penalty", &within(-2.0, 2.0)),
    optional("seed", &whole(i64::MIN, i64::MAX)),
    optional("reasoning_config", &one_of(&["none", "low", "medium", "high"])),
    optional("response_format", &RESPONSE_FORMAT),
    optional("tools", &TOOLS),
    optional("tool_choice", &TOOL_CHOICE),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let images = invocation.base_id.starts_with("qwen.qwen3-vl");
    openai_shape::answer(invocation, &Dialect { images, ..Dialect::new(REQUEST) })
}
