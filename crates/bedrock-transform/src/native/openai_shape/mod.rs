//! Bodies in the shape of OpenAI's chat completions, which many vendors took over, each with differences of its own.
//!
//! <https://platform.openai.com/docs/api-reference/chat/create>

mod messages;
mod request;
mod response;
mod tools;

pub(crate) use request::body;
pub(crate) use response::{Decoder, response};

use crate::native::tags::Tags;

/// How a family's body differs from OpenAI's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// Name of the family.
    pub(crate) family: &'static str,
    /// The word that forces the call of some tool.
    pub(crate) any_tool: &'static str,
    /// Whether the body has everything that OpenAI's has: the role `developer`, names of participants, `strict` tools.
    pub(crate) complete: bool,
    /// The tags around reasoning that stands in the answer's text.
    pub(crate) tags: Option<Tags>,
}

impl Dialect {
    /// What is the least that these bodies have in common.
    pub(crate) const fn new(family: &'static str) -> Self {
        Self { family, any_tool: "required", complete: false, tags: None }
    }
}
