//! OpenAI's models on Bedrock, imported models with OpenAI's body, and vendors that took it over unchanged.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html>

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{COUNT, Field, Form, SHARE, TEXT, Words, one_of, optional, required, whole, within};
use crate::invoke::openai_shape::{self, Dialect, MESSAGES, RESPONSE_FORMAT, Reasoning, STOP, TOOL_CHOICE, TOOLS};
use crate::invoke::{Invocation, Native};

pub(crate) const BODY: Body = Body {
    models: &["google.gemma", "minimax.", "nvidia.", "openai.", "zai."],
    fits: |request| request["messages"].is_array(),
    answer,
};

pub(super) static REQUEST: &[Field] = &[
    required("messages", &MESSAGES),
    optional("model", &TEXT),
    optional("max_tokens", &COUNT),
    optional("max_completion_tokens", &COUNT),
    optional("temperature", &within(0.0, 2.0)),
    optional("top_p", &SHARE),
    // Not OpenAI's, but known to what serves the others.
    optional("top_k", &whole(-1, i64::MAX)),
    optional("stop", &STOP),
    optional("stream", &Form::Boolean),
    optional("stream_options", &Form::Object(&[optional("include_usage", &Form::Boolean)])),
    optional("frequency_penalty", &within(-2.0, 2.0)),
    optional("presence_penalty", &within(-2.0, 2.0)),
    optional("seed", &whole(i64::MIN, i64::MAX)),
    optional("n", &whole(1, 1)),
    optional("user", &TEXT),
    optional("logit_bias", &Form::Open),
    optional("logprobs", &Form::Boolean),
    optional("top_logprobs", &whole(0, 20)),
    optional("reasoning_effort", &one_of(&["none", "minimal", "low", "medium", "high", "xhigh"])),
    optional("response_format", &RESPONSE_FORMAT),
    optional("tools", &TOOLS),
    optional("tool_choice", &TOOL_CHOICE),
    optional("parallel_tool_calls", &Form::Boolean),
];

const OSS: Dialect = Dialect { reasoning: Reasoning::Tags, ..Dialect::new(REQUEST) };
const SEEING: Dialect = Dialect { images: true, ..Dialect::new(REQUEST) };

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let is_openai = invocation.base_id.starts_with("openai.");
    if is_openai && invocation.request.get("top_k").is_some() {
        return Err(Words::Schema.refusal(&["#: extraneous key [top_k] is not permitted".to_owned()]));
    }
    let dialect = if invocation.base_id.starts_with("openai.gpt-oss") { OSS } else { SEEING };
    openai_shape::answer(invocation, &dialect)
}
