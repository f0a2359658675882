//! AI21 Jamba: Instruct, 1.5 Mini and Large.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-jamba.html>

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{COUNT, Field, Form, SHARE, list, optional, required, whole, within};
use crate::invoke::openai_shape::{self, Dialect, MESSAGES, RESPONSE_FORMAT, STOP, TOOLS};
use crate::invoke::{Invocation, Native};

pub(crate) const BODY: Body = Body { models: &["ai21.jamba"], fits: |_| false, answer };

static REQUEST: &[Field] = &[
    required("messages", &MESSAGES),
    optional("tools", &TOOLS),
    optional("documents", &list(&Form::Open)),
    optional("response_format", &RESPONSE_FORMAT),
    optional("max_tokens", &COUNT),
    optional("temperature", &within(0.0, 2.0)),
    optional("top_p", &SHARE),
    optional("stop", &STOP),
    optional("n", &whole(1, 16)),
    optional("frequency_penalty", &within(-2.0, 2.0)),
    optional("presence_penalty", &within(-2.0, 2.0)),
];

const DIALECT: Dialect = Dialect { counts_apart: true, ..Dialect::new(REQUEST) };

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    openai_shape::answer(invocation, &DIALECT)
}
