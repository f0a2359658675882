//! Moonshot Kimi: OpenAI's body, with the reasoning in tags.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-cards-moonshot.html>

use super::{Body, openai};
use crate::error::Refusal;
use crate::invoke::openai_shape::{self, Dialect, Reasoning};
use crate::invoke::{Invocation, Native};

pub(crate) const BODY: Body = Body { models: &["moonshot.", "moonshotai."], fits: |_| false, answer };

const DIALECT: Dialect = Dialect { reasoning: Reasoning::Tags, ..Dialect::new(openai::REQUEST) };

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    openai_shape::answer(invocation, &DIALECT)
}
