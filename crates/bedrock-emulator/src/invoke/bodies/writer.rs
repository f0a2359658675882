//! Writer Palmyra X4 and X5: OpenAI's body.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-writer-palmyra.html>

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{COUNT, Field, Form, TEXT, optional, required, whole, within};
use crate::invoke::openai_shape::{self, Dialect, MESSAGES, RESPONSE_FORMAT, STOP, TOOL_CHOICE, TOOLS};
use crate::invoke::{Invocation, Native};

pub(crate) const BODY: Body = Body { models: &["writer."], fits: |_| false, answer };

static REQUEST: &[Field] = &[
    required("messages", &MESSAGES),
    optional("max_tokens", &COUNT),
    optional("temperature", &within(0.0, 2.0)),
    optional("top_p", &within(0.0, 1.0)),
    optional("stop", &STOP),
    optional("min_tokens", &whole(0, i64::MAX)),
    optional("seed", &whole(i64::MIN, i64::MAX)),
    optional("presence_penalty", &within(-2.0, 2.0)),
    optional("frequency_penalty", &within(-2.0, 2.0)),
    optional("stream", &Form::Boolean),
    optional("model", &TEXT),
    optional("response_format", &RESPONSE_FORMAT),
    optional("tools", &TOOLS),
    optional("tool_choice", &TOOL_CHOICE),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    openai_shape::answer(invocation, &Dialect::new(REQUEST))
}
