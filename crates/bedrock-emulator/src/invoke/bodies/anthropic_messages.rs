//! Anthropic Messages: Claude 3 and later, and Claude 2 as well.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html>,
//! <https://docs.claude.com/en/api/messages>

mod form;
mod read;
mod rules;
mod write;

use serde_json::Value;

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::Words;
use crate::invoke::{Invocation, Native, chat};

pub(crate) const BODY: Body =
    Body { models: &["anthropic.claude"], fits: |request| request["anthropic_version"].is_string(), answer };

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Claude.check(form::REQUEST, request)?;
    form::check_tools(request)?;
    rules::check(invocation.base_id, request)?;
    let answer = read::conversation(request).answer(invocation);
    let body = write::message(&answer, invocation.base_id);
    let chunks: Vec<Value> = write::events(&answer, invocation.base_id);
    Ok(chat::native(answer, body, Some(chunks)))
}
