//! Answers of families whose models have two bodies: OpenAI's, and a prompt's. The answer tells which it is.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::TransformError;
use crate::family::Completion;
use crate::native::generation;
use crate::native::openai_shape::{self, Dialect};
use crate::native::tags::Tags;
use crate::stream::delta::{Decode, Delta};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Shape {
    choices: Option<Vec<ChoiceShape>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ChoiceShape {
    delta: Option<IgnoredAny>,
    message: Option<IgnoredAny>,
}

/// Whether a body speaks of messages; `None` if it has no choice that could say so.
fn is_chat(body: &[u8]) -> Option<bool> {
    let shape: Shape = serde_json::from_slice(body).ok()?;
    match shape.choices {
        None => Some(false),
        Some(choices) => choices.first().map(|choice| choice.delta.is_some() || choice.message.is_some()),
    }
}

/// Reads a whole answer; `tags` stand in the text of a prompt's answer.
pub(crate) fn response(body: &[u8], dialect: Dialect, tags: Option<Tags>) -> Result<Completion, TransformError> {
    match is_chat(body) {
        Some(true) => openai_shape::response(body, dialect),
        _ => generation::response(body, dialect.family, tags),
    }
}

/// Reads a stream of either kind.
#[derive(Debug)]
pub(crate) enum Decoder {
    Chat(openai_shape::Decoder),
    Generation(generation::Decoder),
    Unknown { dialect: Dialect, tags: Option<Tags> },
}

impl Decoder {
    pub(crate) const fn new(dialect: Dialect, tags: Option<Tags>) -> Self {
        Self::Unknown { dialect, tags }
    }
}

impl Decode for Decoder {
    fn decode(&mut self, chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
        if let Self::Unknown { dialect, tags } = *self {
            match is_chat(chunk) {
                Some(true) => *self = Self::Chat(openai_shape::Decoder::new(dialect)),
                Some(false) => *self = Self::Generation(generation::Decoder::new(dialect.family, tags)),
                None => {}
            }
        }
        match self {
            Self::Chat(decoder) => decoder.decode(chunk, out),
            Self::Generation(decoder) => decoder.decode(chunk, out),
            Self::Unknown { .. } => Ok(()),
        }
    }
}
