//! What a family that makes embeddings has.

use bytes::Bytes;

use crate::embed::{EmbedInput, Embedded};
use crate::{Capabilities, ModelSpec, TransformError, Warnings};

/// A native embedding body as two pure functions.
#[derive(Debug)]
#[non_exhaustive]
pub struct EmbedCodec {
    /// Most texts in one call. A medium always has a call of its own.
    pub batch: usize,
    /// Parameters of the model's own that hold something to embed, beside or in place of `input`.
    pub content: &'static [&'static str],
    /// Writes the body.
    pub request: EncodeEmbed,
    /// Reads an answer.
    pub response: ReadEmbed,
    /// What jobs take, if the model does any.
    pub job: Option<JobCodec>,
}

/// How a model embeds in a job, whose vectors it leaves in S3.
#[derive(Debug)]
#[non_exhaustive]
pub struct JobCodec {
    /// What can be embedded: mostly more than in a call whose answer is waited for.
    pub can: Capabilities,
    /// Writes `modelInput`.
    pub request: EncodeEmbed,
}

/// Writes a native embedding body.
pub type EncodeEmbed = fn(&EmbedInput<'_>, &ModelSpec, &mut Warnings) -> Result<Bytes, TransformError>;
/// Reads a native embedding answer.
pub type ReadEmbed = fn(&[u8]) -> Result<Embedded, TransformError>;

impl EmbedCodec {
    /// A body that takes `batch` texts in one call.
    #[must_use]
    pub const fn new(batch: usize, request: EncodeEmbed, response: ReadEmbed) -> Self {
        Self { batch, content: &[], request, response, job: None }
    }

    /// Names the parameters that hold something to embed.
    #[must_use]
    pub const fn with_content(mut self, names: &'static [&'static str]) -> Self {
        self.content = names;
        self
    }
    /// Adds jobs, which embed what `can` says.
    #[must_use]
    pub const fn with_job(mut self, can: Capabilities, request: EncodeEmbed) -> Self {
        self.job = Some(JobCodec { can, request });
        self
    }
}
